"""R39: a State and a supporter come to speak directly, once both have agreed, and the way there is measured."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from ccm_portal.accounts.enums import Role
from ccm_portal.accounts.models import AuditEvent, OutboxMail, User
from requests_app.actions import Refused, answer_relay, change_visibility, relay_request
from requests_app.channels.actions import ask_channel, close_channel, consent_channel, write_message
from requests_app.channels.domain.measures import Measure, Step, measure, middle
from requests_app.channels.models import ChannelMessage, DirectChannel
from requests_app.enums import Action, Visibility
from requests_app.models import AssistanceRequest, Supporter
from tests.conftest import person
from tests.requests_app.factories import EventFactory, RelayFactory, RequestFactory

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 1)


@pytest.fixture
def asked(chad, norway):
    return RequestFactory(reference="TCD-1", states_parties=True)


def supporter(code="NOR"):
    return Supporter.objects.get(code=code)


def a_channel(request, *, by, code="NOR", asked_on=None, **values):
    """Asked by the supporter unless a test says otherwise."""
    values.setdefault("asked_side", "supporter")
    return DirectChannel.objects.create(
        request=request, supporter=supporter(code), asked_on=asked_on or request.submitted_on, asked_by=by, **values
    )


# --- the pure rule ---------------------------------------------------------------------------------------------------


def test_R039_elapsed_days_are_the_difference_of_the_two_dates():
    assert measure(DAY, DAY + timedelta(days=37), []).days == 37
    assert measure(DAY, DAY, []).days == 0
    assert measure(None, DAY, []).days is None


def test_R039_steps_and_posts_in_between_are_counted_up_to_the_day_it_opened():
    steps = [
        Step(DAY, Action.SUBMIT, 1),
        Step(DAY, Action.RELAY, 7),
        Step(DAY, Action.RELAY, 7),
        Step(DAY, Action.ASK_CLARIFICATION, 8),
        Step(DAY, Action.CLARIFY, 1),
        Step(DAY, Action.CONFIRM, 1),
        Step(DAY + timedelta(days=5), Action.ANSWER, 2),
        Step(DAY + timedelta(days=6), Action.RELAY, 9),  # the day after
    ]
    found = measure(DAY, DAY + timedelta(days=5), steps)
    assert found == Measure(days=5, relays=2, answers=1, clarifications=2, intermediaries=2)
    assert found.steps == 5


def test_R039_median_of_what_is_known():
    assert middle([1, None, 9, 2]) == 2
    assert middle([1, 2]) == 1.5
    assert middle([None]) is None


# --- both sides ------------------------------------------------------------------------------------------------------


def test_channel_stands_on_the_board_of_whom_it_waits_on_with_how_long(as_user, asked, chad, norway, npa):
    channel = a_channel(asked, by=norway, asked_on=timezone.localdate() - timedelta(days=12))

    def board(user):
        return as_user(user).get("/dashboard/").content.decode()

    assert channel.get_absolute_url() in board(chad)
    assert "(12 days ago)" in board(chad)
    for other in (norway, npa):
        assert channel.get_absolute_url() not in board(other)
    DirectChannel.objects.update(asked_side="state")
    assert channel.get_absolute_url() in board(norway)
    assert channel.get_absolute_url() not in board(chad)
    AssistanceRequest.objects.update(status="closed_unmet")  # nobody can answer any more
    assert channel.get_absolute_url() not in board(norway)
    assert "waits for your answer" not in as_user(norway).get("/requests/TCD-1/").content.decode()


def test_R039_supporter_asks_state_consents_and_days_are_measured(as_user, asked, chad, norway, coordinator):
    AssistanceRequest.objects.filter(pk=asked.pk).update(submitted_on=timezone.localdate() - timedelta(days=40))
    client = as_user(norway)
    assert "Ask for a direct channel" in client.get("/requests/TCD-1/").content.decode()
    response = client.post("/requests/TCD-1/channels/", {"note": "We have a team nearby."})
    channel = DirectChannel.objects.get()
    assert response.url == f"/requests/TCD-1/channels/{channel.pk}/"
    assert (channel.state, channel.asked_by, channel.answering_side) == ("asked", norway, "state")
    mail = OutboxMail.objects.get(to=chad.email)
    assert mail.path == response.url
    assert "nearby" not in mail.body

    state = as_user(chad)
    assert "1 waits for your answer" in state.get("/requests/TCD-1/").content.decode()
    page = state.get(response.url).content.decode()
    assert "We have a team nearby." in page
    assert norway.email not in page
    assert state.post(f"{response.url}consent/").status_code == 302
    channel.refresh_from_db()
    assert (channel.state, channel.consented_by, channel.consented_on) == ("open", chad, timezone.localdate())
    assert OutboxMail.objects.filter(to=norway.email, path=response.url).exists()
    (row,) = as_user(coordinator).get("/channels/?format=json").json()
    assert row["days"] == 40
    assert date.fromisoformat(row["opened_on"]) - date.fromisoformat(row["submitted_on"]) == timedelta(days=row["days"])


def test_R039_state_asks_a_supporter_that_may_know_and_the_supporter_consents(as_user, asked, chad, norway):
    client = as_user(chad)
    choices = dict(client.get("/requests/TCD-1/channels/").context["form"].fields["supporter"].choices)
    assert "NOR" in choices
    assert "USA" not in choices  # no State Party: the request is not for it
    assert "TCD" not in choices
    client.post("/requests/TCD-1/channels/", {"supporter": "NOR", "note": ""})
    channel = DirectChannel.objects.get()
    assert channel.asked_side == "state"
    assert as_user(norway).post(f"{channel.get_absolute_url()}consent/").status_code == 302
    channel.refresh_from_db()
    assert channel.consented_by == norway


def test_R039_each_side_sees_the_post_of_the_other_once_both_agree(as_user, asked, chad, norway):
    channel = a_channel(asked, by=norway)
    for one in (chad, norway):
        page = as_user(one).get(channel.get_absolute_url()).content.decode()
        assert "Whom to reach" not in page
    consent_channel(channel, by=chad, today=timezone.localdate())
    for one in (chad, norway):
        page = as_user(one).get(channel.get_absolute_url()).content.decode()
        assert "Focal point of Chad" in page
        assert chad.email in page
        assert "Focal point of Norway" in page
        assert norway.email in page
    close_channel(channel, by=chad, today=timezone.localdate())
    assert chad.email not in as_user(norway).get(channel.get_absolute_url()).content.decode()


def test_R039_the_thread_is_the_two_sides_own(as_user, asked, chad, norway, coordinator, isu, npa):
    channel = a_channel(asked, by=norway)
    assert as_user(norway).post(channel.get_absolute_url(), {"text": "Early"}).status_code == 404
    consent_channel(channel, by=chad, today=timezone.localdate())
    assert as_user(norway).post(channel.get_absolute_url(), {"text": "Which villages?"}).status_code == 302
    assert OutboxMail.objects.filter(to=chad.email, kind="discussions").count() == 1
    assert not OutboxMail.objects.filter(body__contains="villages").exists()
    assert "Which villages?" in as_user(chad).get(channel.get_absolute_url()).content.decode()
    for one in (coordinator, isu):
        page = as_user(one).get(channel.get_absolute_url())
        assert page.status_code == 200
        assert "villages" not in page.content.decode()
        assert "stays between the two sides" in page.content.decode()
        assert not ChannelMessage.objects.visible_to(one).exists()
        assert as_user(one).post(channel.get_absolute_url(), {"text": "Me too"}).status_code == 404
    assert as_user(npa).get(channel.get_absolute_url()).status_code == 404
    assert not AuditEvent.objects.filter(details__icontains="villages").exists()


def test_R039_a_message_that_comes_too_late_is_given_back(as_user, asked, chad, norway):
    channel = a_channel(asked, by=norway)
    consent_channel(channel, by=chad, today=timezone.localdate())
    close_channel(DirectChannel.objects.get(), by=chad, today=timezone.localdate())
    late = as_user(norway).post(channel.get_absolute_url(), {"text": "Which villages?"})
    assert late.status_code == 422
    assert "This channel is closed: nothing was sent." in late.content.decode()
    assert "Which villages?" in late.content.decode()
    assert not ChannelMessage.objects.exists()


def test_R039_a_channel_rests_while_the_visibility_keeps_its_supporter_out(as_user, asked, chad, norway):
    channel = a_channel(asked, by=norway)
    consent_channel(channel, by=chad, today=timezone.localdate())
    change_visibility(AssistanceRequest.objects.get(pk=asked.pk), "coordinators_isu", by=chad)
    assert as_user(norway).get(channel.get_absolute_url()).status_code == 404
    OutboxMail.objects.all().delete()
    page = as_user(chad).get(channel.get_absolute_url()).content.decode()
    assert "the channel rests until you widen it" in page
    assert '<textarea name="text"' not in page
    assert as_user(chad).post(channel.get_absolute_url(), {"text": "Are you there?"}).status_code == 422
    assert (ChannelMessage.objects.count(), OutboxMail.objects.count()) == (0, 0)
    change_visibility(AssistanceRequest.objects.get(pk=asked.pk), "states_parties", by=chad)
    assert as_user(chad).post(channel.get_absolute_url(), {"text": "Are you there?"}).status_code == 302


def test_R039_who_has_asked_is_not_offered_to_ask_again(as_user, asked, norway):
    client, address = as_user(norway), "/requests/TCD-1/channels/"
    assert client.get(address).context["form"] is not None
    a_channel(asked, by=norway)
    assert client.get(address).context["form"] is None


def test_R039_the_admin_does_not_read_what_the_one_side_wrote_to_the_other(as_user, asked, isu, norway):
    User.objects.filter(pk=isu.pk).update(is_staff=True, is_superuser=True)
    channel = a_channel(asked, by=norway, note="We would like to settle the salaries")
    page = as_user(User.objects.get(pk=isu.pk)).get(f"/admin/channels/directchannel/{channel.pk}/change/")
    assert page.status_code == 200
    assert "salaries" not in page.content.decode()


def test_R039_empty_message_keeps_the_page_and_says_so(as_user, asked, chad, norway):
    channel = a_channel(asked, by=norway)
    consent_channel(channel, by=chad, today=timezone.localdate())
    response = as_user(chad).post(channel.get_absolute_url(), {"text": "  "})
    assert response.status_code == 422
    assert response.context["form"].errors["text"]


def test_R039_declined_may_be_asked_again_and_nothing_opens(as_user, asked, chad, norway):
    channel = a_channel(asked, by=norway)
    as_user(chad).post(f"{channel.get_absolute_url()}decline/")
    channel.refresh_from_db()
    assert (channel.state, channel.declined_by) == ("declined", chad)
    assert "opened on" not in as_user(norway).get("/requests/TCD-1/channels/").content.decode()
    assert as_user(norway).post("/requests/TCD-1/channels/", {"note": "Again"}).status_code == 302
    assert DirectChannel.objects.count() == 2


def test_R039_nobody_consents_for_the_other_side(as_user, asked, chad, norway, coordinator):
    channel = a_channel(asked, by=norway)
    as_user(norway).post(f"{channel.get_absolute_url()}consent/")
    assert as_user(coordinator).post(f"{channel.get_absolute_url()}consent/").status_code == 404
    channel.refresh_from_db()
    assert channel.state == "asked"
    consent_channel(channel, by=chad, today=timezone.localdate())
    with pytest.raises(Refused):
        consent_channel(channel, by=chad, today=timezone.localdate())


def test_R039_who_asked_may_take_it_back_and_either_side_close(as_user, asked, chad, norway):
    channel = a_channel(asked, by=norway)
    as_user(chad).post(f"{channel.get_absolute_url()}close/")
    channel.refresh_from_db()
    assert channel.state == "asked"  # it may decline, not take back what the other asked
    as_user(norway).post(f"{channel.get_absolute_url()}close/")
    channel.refresh_from_db()
    assert channel.state == "taken_back"
    second = a_channel(asked, by=norway)
    consent_channel(second, by=chad, today=timezone.localdate())
    close_channel(second, by=norway, today=timezone.localdate())
    second.refresh_from_db()
    assert (second.state, second.closed_by) == ("closed", norway)
    with pytest.raises(Refused):
        write_message(second, text="Late", by=chad, now=timezone.now())


def test_R039_one_at_a_time_is_told_beside_the_field(as_user, asked, chad, norway):
    a_channel(asked, by=norway)
    response = as_user(chad).post("/requests/TCD-1/channels/", {"supporter": "NOR", "note": "Hello"})
    assert response.status_code == 422
    assert "already" in str(response.context["form"].errors["supporter"])
    assert "Hello" in response.content.decode()


def test_R039_a_supporter_asks_only_where_it_may_know(as_user, norway, npa, usa, chad):
    RequestFactory(reference="TCD-2", match_parties=True)
    RequestFactory(reference="TCD-3", states_parties=True)
    RequestFactory(reference="TCD-4")
    for one, reference in ((norway, "TCD-2"), (usa, "TCD-3"), (npa, "TCD-3"), (norway, "TCD-4")):
        assert as_user(one).post(f"/requests/{reference}/channels/", {"note": ""}).status_code == 404
    RelayFactory(request=AssistanceRequest.objects.get(reference="TCD-2"))
    assert as_user(norway).post("/requests/TCD-2/channels/", {"note": ""}).status_code == 302


@pytest.mark.parametrize(
    ("visibility", "relayed", "may"),
    [
        (Visibility.PUBLIC, False, {"NOR", "NPA"}),
        (Visibility.STATES_PARTIES, True, {"NOR"}),
        (Visibility.MATCH_PARTIES, True, {"NPA"}),
        (Visibility.MATCH_PARTIES, False, set()),
        (Visibility.COORDINATORS_ISU, True, set()),
    ],
)
def test_R039_a_channel_widens_nothing(as_user, chad, norway, npa, visibility, relayed, may):
    asked = RequestFactory(reference="TCD-5", visibility=visibility)
    if relayed:
        RelayFactory(request=asked, code="NPA")
    client = as_user(chad)
    choices = dict(client.get("/requests/TCD-5/channels/").context["form"].fields["supporter"].choices)
    assert {"NOR", "NPA"} & set(choices) == may
    for code in {"NOR", "NPA"} - may:
        with pytest.raises(Refused):
            ask_channel(asked, supporter(code), note="", by=chad, today=timezone.localdate())


def test_R039_narrowing_hides_the_channel_from_the_supporter(as_user, asked, chad, norway):
    channel = a_channel(asked, by=norway)
    consent_channel(channel, by=chad, today=timezone.localdate())
    AssistanceRequest.objects.filter(pk=asked.pk).update(visibility=Visibility.COORDINATORS_ISU)
    assert as_user(norway).get(channel.get_absolute_url()).status_code == 404
    assert as_user(chad).get(channel.get_absolute_url()).status_code == 200


def test_R039_where_nobody_could_answer_the_asker_is_told(as_user, asked, chad):
    response = as_user(chad).post("/requests/TCD-1/channels/", {"supporter": "CHE", "note": ""})
    assert response.status_code == 422
    assert "account" in str(response.context["form"].errors["supporter"])
    assert not DirectChannel.objects.exists()


def test_R039_closed_and_unconfirmed_requests_get_no_channel(as_user, norway, chad):
    RequestFactory(reference="TCD-6", public=True, status="closed_unmet")
    assert as_user(norway).post("/requests/TCD-6/channels/", {"note": ""}).status_code == 404


def test_R039_other_States_see_nothing_of_it(as_user, asked, chad, norway):
    swiss = as_user(person("che@test.org", Role.FOCAL_POINT, state="CHE"))
    before = swiss.get("/requests/TCD-1/").content
    channel = a_channel(asked, by=norway)
    consent_channel(channel, by=chad, today=timezone.localdate())
    after = swiss.get("/requests/TCD-1/").content
    assert (b"1 is open" in before, b"1 is open" in after) == (False, False)
    assert swiss.get(channel.get_absolute_url()).status_code == 404
    assert "Norway" not in swiss.get("/requests/TCD-1/channels/").content.decode()


# --- the overview ----------------------------------------------------------------------------------------------------


def opened_after(reference, days, *, by, relays=0):
    day = date(2026, 1, 1)
    asked = RequestFactory(reference=reference, public=True, submitted_on=day)
    for _number in range(relays):
        EventFactory(request=asked, on=day, action="relay", from_status="submitted", to_status="relayed", actor=by)
    return a_channel(asked, by=by, consented_on=day + timedelta(days=days), consented_by=by)


def test_R039_overview_shows_the_way_and_the_median_over_all(as_user, isu, norway):
    for number, (days, relays) in enumerate([(10, 1), (20, 2), (90, 0)]):
        opened_after(f"TCD-1{number}", days, by=norway, relays=relays)
    a_channel(RequestFactory(reference="TCD-20", public=True), by=norway)
    found = as_user(isu).get("/channels/").context["found"]
    assert (len(found.lines), found.opened, found.days, found.steps, found.intermediaries) == (4, 3, 20, 1, 1)
    rows = {row["reference"]: row for row in as_user(isu).get("/channels/?format=json").json()}
    assert (rows["TCD-11"]["days"], rows["TCD-11"]["relays"], rows["TCD-11"]["intermediaries"]) == (20, 2, 1)
    assert (rows["TCD-20"]["standing"], rows["TCD-20"]["days"]) == ("asked", None)
    then = as_user(isu).get("/channels/?as_of=2026-01-15").context["found"]
    assert (then.opened, then.days) == (1, 10)


def test_R039_days_are_not_made_up_where_no_exact_day_of_submission_is_known(as_user, isu, norway):
    channel = opened_after("TCD-30", 10, by=norway)
    AssistanceRequest.objects.filter(pk=channel.request_id).update(submitted_precision="year")
    (row,) = as_user(isu).get("/channels/?format=json").json()
    assert (row["days"], row["steps"]) == (None, 0)


def test_R039_overview_is_for_those_who_handle_requests(as_user, chad, norway, isu, coordinator, client):
    for one in (chad, norway):
        assert as_user(one).get("/channels/").status_code == 404
    for one in (isu, coordinator):
        assert as_user(one).get("/channels/").status_code == 200
    assert client.get("/channels/").status_code == 302


def test_R039_coordinator_sees_nothing_of_a_request_kept_to_the_isu(as_user, coordinator, norway, isu):
    asked = RequestFactory(reference="TCD-40", to_isu_alone=True)
    a_channel(asked, by=norway)
    assert as_user(coordinator).get("/channels/?format=json").json() == []
    assert len(as_user(isu).get("/channels/?format=json").json()) == 1


# --- constraints -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("channel_consented_or_declined", {"consented": 1, "declined": 1}),
        ("channel_declined_is_over", {"declined": 1, "closed": 2}),
        ("channel_in_order", {"consented": -1}),
        ("channel_in_order", {"declined": -1}),
        ("channel_in_order", {"closed": -1}),
        ("channel_in_order", {"consented": 3, "closed": 2}),
        ("channel_consented_by_name", {"consented": 1, "nobody": True}),
        ("channel_declined_by_name", {"declined": 1, "nobody": True}),
        ("channel_closed_by_name", {"closed": 1, "nobody": True}),
    ],
)
def test_R039_constraint_of_a_channel(name, values, asked, norway):
    nobody = values.pop("nobody", False)
    acts = {f"{act}_on": DAY + timedelta(days=days) for act, days in values.items()}
    acts |= {f"{act}_by": norway for act in values if not nobody}
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        a_channel(asked, by=norway, asked_on=DAY, **acts)


def test_R039_constraint_one_at_a_time(asked, norway):
    a_channel(asked, by=norway)
    with pytest.raises(IntegrityError), transaction.atomic():
        a_channel(asked, by=norway)


def test_R039_constraint_a_message_says_something(asked, norway):
    channel = a_channel(asked, by=norway)
    with pytest.raises(IntegrityError, match="channel_message_says_something"), transaction.atomic():
        ChannelMessage.objects.create(channel=channel, author=norway, speaks_for="Norway", text="")


def test_R039_steps_of_the_request_are_read_from_what_its_actions_record(
    asked, norway, chad, coordinator, isu, as_user
):
    today = timezone.localdate()
    relays = relay_request(asked, [supporter()], by=coordinator, today=today)
    answer_relay(relays[0], kind="interested", text="", by=norway, today=today)
    channel = ask_channel(asked, None, note="", by=norway, today=today)
    consent_channel(channel, by=chad, today=today)
    (row,) = as_user(isu).get("/channels/?format=json").json()
    assert (row["relays"], row["answers"], row["steps"], row["intermediaries"]) == (1, 1, 2, 1)
