"""Coverage and gaps (R16), response rates and reminders of relays (R12, R13)."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from ccm_portal.accounts.models import OutboxMail
from requests_app import overviews
from requests_app.actions import change_visibility, remind_silent
from requests_app.domain.coverage import Asked, cells, gaps
from requests_app.enums import Status
from requests_app.models import AssistanceRequest, Relay
from tests.conftest import person
from tests.requests_app.factories import AnswerFactory, EventFactory, RelayFactory, RequestFactory
from tests.test_access import PEOPLE

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 1)


def asked(state="TCD", areas=("clearance",), status=Status.SUBMITTED, relayed=False, answered=False):
    return Asked(state, frozenset(areas), status, DAY, relayed, answered)


# --- R16: the rule ---------------------------------------------------------------------------------------------------


def test_R016_two_unanswered_requests_are_a_gap_until_one_response():
    assert [gap.requests for gap in gaps([asked(), asked(relayed=True)])] == [2]
    assert gaps([asked(), asked(relayed=True, answered=True)]) == []
    assert gaps([asked(), asked(status=Status.AGREED)]) == []


def test_R016_closed_requests_neither_open_nor_fill_a_gap():
    assert gaps([asked(status=Status.UNMET)]) == []
    assert [gap.state for gap in gaps([asked(), asked(status=Status.MET)])] == ["TCD"]


def test_R016_a_request_for_two_areas_counts_in_each():
    grid = cells([asked(areas=("clearance", "other"), relayed=True), asked(status=Status.DELIVERED), asked(areas=())])
    cell = grid["TCD", "clearance"]
    assert (cell.requested, cell.relayed, cell.answered, cell.delivered, cell.waits) == (2, 1, 1, 1, False)
    assert grid["TCD", "other"].waits
    assert grid["TCD", ""].requested == 1


# --- R16: the page ---------------------------------------------------------------------------------------------------


def states_in_gap(client, **query):
    return {gap.state for gap in client.get("/requests/coverage/", query).context["found"].gaps}


def a_request(**values):
    made = RequestFactory(state_id="MRT", areas=["clearance"], submitted_on=DAY, **values)
    EventFactory(request=made, on=DAY)
    return made


def test_R016_state_is_in_the_gap_list_until_a_response_and_again_as_of_the_day_before(as_user, coordinator):
    client = as_user(coordinator)
    first, _second = a_request(), a_request()
    assert "MRT" in states_in_gap(client)
    relay = RelayFactory(request=first, sent_on=DAY + timedelta(days=5))
    assert "MRT" in states_in_gap(client)
    AnswerFactory(relay=relay, kind="unable", answered_on=DAY + timedelta(days=9))
    assert "MRT" not in states_in_gap(client)
    assert "MRT" in states_in_gap(client, as_of=DAY + timedelta(days=8))
    assert "MRT" not in states_in_gap(client, as_of=DAY - timedelta(days=1))


def test_R016_each_sees_the_coverage_of_what_it_may_know(as_user, coordinator, isu):
    a_request(to_isu_alone=True)
    president = person("p@access.org", **PEOPLE["president"])
    assert "MRT" in states_in_gap(as_user(isu))
    assert "MRT" not in states_in_gap(as_user(coordinator))
    a_request()
    assert "MRT" in states_in_gap(as_user(coordinator))
    assert "MRT" not in states_in_gap(as_user(president))


def test_R016_unconfirmed_and_withdrawn_requests_do_not_count(as_user, coordinator):
    a_request(unconfirmed=True)
    withdrawn = a_request()
    EventFactory(request=withdrawn, on=DAY, action="withdraw", to_status=Status.WITHDRAWN)
    AssistanceRequest.objects.filter(pk=withdrawn.pk).update(status=Status.WITHDRAWN)
    assert "MRT" not in as_user(coordinator).get("/requests/coverage/").context["found"].names


def test_R016_export_has_a_row_for_each_state_and_area(as_user, coordinator):
    a_request()
    rows = as_user(coordinator).get("/requests/coverage/?format=json&since=2026-01-01").json()
    (row,) = [row for row in rows if row["iso3"] == "MRT"]
    assert (row["area"], row["requested"], row["relayed"], row["without_response"]) == ("Clearance", 1, 0, True)


def test_R016_coverage_asks_the_same_number_of_queries_for_one_and_many(django_assert_num_queries):
    for _number in range(2):
        with django_assert_num_queries(2):
            overviews.coverage(AssistanceRequest.objects.all(), DAY)
        for _more in range(4):
            a_request()


# --- R12, R13: answers -----------------------------------------------------------------------------------------------


def test_R013_four_relays_three_answered_gives_75_per_cent_and_the_mean_time(as_user, coordinator):
    made = a_request()
    for code, days in (("NOR", 2), ("CHE", 4), ("DEU", 6), ("NPA", None)):
        relay = RelayFactory(request=made, code=code, sent_on=DAY)
        if days:
            AnswerFactory(relay=relay, kind="unable", answered_on=DAY + timedelta(days=days))
    client = as_user(coordinator)
    context = client.get("/requests/relays/").context
    assert (context["whole"].rate, context["whole"].days) == (75, 4)
    assert [(line.name, line.rate) for line in context["each"]] == sorted(
        [("Norway", 100), ("Switzerland", 100), ("Germany", 100), ("Norwegian People's Aid", 0)]
    )
    assert [relay.supporter.code for relay in context["silent"]] == ["NPA"]
    then = client.get(f"/requests/relays/?as_of={DAY + timedelta(days=3)}").context
    assert then["whole"].rate == 25
    rows = {row["supporter"]: row for row in client.get("/requests/relays/?format=json").json()}
    assert rows["Germany"]["days_to_answer"] == 6


# --- R12: reminders --------------------------------------------------------------------------------------------------


@pytest.fixture
def relay(npa):
    return RelayFactory(request=a_request(match_parties=True, status=Status.RELAYED), code="NPA", sent_on=DAY)


def reminders():
    return list(OutboxMail.objects.filter(subject__startswith="Reminder").values_list("to", flat=True))


def test_R012_a_silent_supporter_is_reminded_once_after_the_set_days(settings, relay, npa):
    settings.RELAY_REMINDER_DAYS = 10
    remind_silent(DAY + timedelta(days=9))
    assert reminders() == []
    for days in (10, 11, 40):
        remind_silent(DAY + timedelta(days=days))
    assert reminders() == [npa.email]
    relay.refresh_from_db()
    assert relay.reminded_on == DAY + timedelta(days=10)


@pytest.mark.parametrize("event", ["answered", "closed", "narrowed", "relayed again"])
def test_R012_nobody_is_reminded_of_what_waits_for_no_answer(relay, npa, chad, event):
    if event == "answered":
        AnswerFactory(relay=relay, answered_on=DAY + timedelta(days=3))
    elif event == "closed":
        AssistanceRequest.objects.filter(pk=relay.request_id).update(status=Status.UNMET)
    elif event == "narrowed":
        change_visibility(relay.request, "coordinators_isu", by=chad)
    else:
        RelayFactory(request=relay.request, code="NPA", sent_on=DAY + timedelta(days=60))
    remind_silent(DAY + timedelta(days=61))
    assert reminders() == []


def test_R012_the_nightly_command_reminds_and_says_so(relay, npa, capsys):
    call_command("follow_up", as_of="2026-06-01")
    assert f"of {relay.request.reference}" in capsys.readouterr().out
    assert reminders() == [npa.email]


def test_R012_reminders_due_stand_on_the_coordinators_board(relay, as_user, coordinator):
    assert "reminder due" in as_user(coordinator).get("/dashboard/").content.decode()
    Relay.objects.update(reminded_on=DAY + timedelta(days=20))
    page = as_user(coordinator).get("/dashboard/").content.decode()
    assert "reminder due" not in page
    assert "reminded 21 March 2026" in page


def test_R012_a_reminder_comes_after_its_relay(relay):
    with pytest.raises(IntegrityError), transaction.atomic():
        Relay.objects.update(reminded_on=DAY)
