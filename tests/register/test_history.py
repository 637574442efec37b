"""History of a State's facts, what was known on a past day, membership by date, late requests, moved meetings."""

from datetime import UTC, date, datetime

import pytest
from django.utils import timezone

from ccm_portal.register.history import History
from ccm_portal.register.models import (
    Completion,
    ExtensionDecision,
    Meeting,
    MeetingSchedule,
    Obligation,
    PublishedDate,
    State,
    Target,
)
from tests.test_access import client_of

pytestmark = pytest.mark.django_db


def backdate(record, day):
    """As if the latest version of a record had been written at noon of a day."""
    latest = record.history.first()
    type(latest).objects.filter(pk=latest.pk).update(history_date=datetime.combine(day, datetime.min.time(), UTC))


@pytest.fixture
def corrected():
    """Lao PDR's deposit as it was loaded on 1 May 2026, and as it was corrected on 1 June."""
    lao = State.objects.get(pk="LAO")
    lao.history.all().update(history_date=datetime(2026, 5, 1, 12, tzinfo=UTC))
    for model in (Obligation, ExtensionDecision, Completion, Meeting):
        model.history.update(history_date=datetime(2026, 5, 1, 12, tzinfo=UTC))
    loaded = lao.deposited
    lao.deposited = date(2012, 3, 18)
    lao._change_reason = "Depositary's notification"
    lao.save()
    backdate(lao, date(2026, 6, 1))
    return lao, loaded


def test_change_says_what_stood_before_and_why(corrected):
    lao, loaded = corrected
    [change] = [change for change in History(lao).changes() if change.kind == "~"]
    assert [(f.label, f.old, f.new) for f in change.fields] == [
        ("Instrument deposited", "18 March 2009", "18 March 2012")
    ]
    assert loaded == date(2009, 3, 18)
    assert change.reason == "Depositary's notification"
    assert change.source == lao.source


def test_every_kind_of_fact_has_its_first_entry(corrected):
    lao, _loaded = corrected
    kinds = {change.what for change in History(lao).changes() if change.kind == "+"}
    assert {"State", "Obligation 4.1(a)", "Extension decision 4.1(a), request 2"} <= kinds


def test_what_was_known_before_a_correction(corrected):
    lao, loaded = corrected
    before, after = History(lao).known_on(date(2026, 5, 31)), History(lao).known_on(date(2026, 6, 1))
    assert (before.state.deposited, after.state.deposited) == (loaded, date(2012, 3, 18))
    [clock] = [clock for clock in before.clocks if clock.obligation.limb == "4.1(a)"]
    assert [deadline.day for deadline in clock.history] == [date(2020, 8, 1), date(2025, 8, 1)]
    [clock] = [clock for clock in after.clocks if clock.obligation.limb == "4.1(a)"]
    assert clock.history[0].day == date(2022, 9, 1)


def test_nothing_was_known_before_the_first_entry(corrected):
    lao, _loaded = corrected
    assert History(lao).known_on(date(2026, 4, 30)) is None


def test_extension_recorded_later_is_not_yet_known(corrected):
    """The decision of 2019 counts as of 2019, but a record written in July 2026 was not known in June."""
    lao, _loaded = corrected
    obligation = Obligation.objects.get(state=lao, limb="4.1(a)")
    grant = ExtensionDecision.objects.create(
        obligation=obligation, sequence=9, outcome="granted", granted_months=12, decided_on=date(2026, 3, 1)
    )
    backdate(grant, date(2026, 7, 1))
    counts = [len(History(lao).known_on(date(2026, month, 15)).clocks[0].history) for month in (6, 7)]
    assert counts == [2, 3]


def test_removed_fact_stays_in_the_history(corrected):
    lao, _loaded = corrected
    ExtensionDecision.objects.filter(obligation__state=lao).first().delete()
    assert [change.what for change in History(lao).changes() if change.kind == "-"] == [
        "Extension decision 4.1(a), request 1"
    ]


def test_history_page_names_the_office_and_to_the_isu_the_person(client, isu, corrected):
    lao, _loaded = corrected
    lao.history.filter(history_type="~").update(history_user=isu)
    public = client.get("/states/lao/history/").content.decode()
    assert isu.email not in public
    assert str(isu) not in public
    assert "Depositary&#x27;s notification" in public
    assert str(isu) in client_of(isu).get("/states/lao/history/").content.decode()
    assert isu.email not in client.get("/states/lao/history/", {"format": "csv"}).content.decode()


def test_history_page_shows_a_past_day(client, corrected):
    page = client.get("/states/lao/history/", {"known_on": "2026-05-31"})
    assert "1 August 2025" in page.content.decode()
    assert page.context["known"].state.deposited == corrected[1]
    wrong = client.get("/states/lao/history/", {"known_on": "yesterday"})
    assert wrong.status_code == 200
    assert wrong.context["known"] is None
    assert "Enter a valid date" in wrong.content.decode()


def test_history_takes_the_same_queries_for_one_change_and_for_many(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        client.get("/states/vut/history/")
    lao = State.objects.get(pk="LAO")
    for number in range(20):
        lao.note = str(number)
        lao.save()
    with django_assert_max_num_queries(12):
        assert (
            len(client.get("/states/lao/history/", {"known_on": timezone.localdate()}).context["page"].object_list) > 20
        )


# --- meetings and late requests ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("iso3", "number", "late"),
    [("DEU", 1, True), ("LAO", 1, True), ("PER", 1, True), ("TCD", 1, True), ("SOM", 1, None), ("DEU", 2, None)],
)
def test_R048_late_request_is_marked(iso3, number, late):
    """Edge case 10: due on 2 December 2018, lodged in January and February 2019, granted all the same. A request of
    "December 2024" may have come before or after the 16th: nobody can tell."""
    extension = ExtensionDecision.objects.get(obligation__state=iso3, sequence=number)
    assert extension.is_late is late


def test_R048_late_request_is_marked_on_the_page(client):
    html = client.get("/extension-requests/").content.decode()
    row = html[html.index("26 February 2019") :][:60]
    assert "Late" in row


def test_moved_meeting_keeps_the_date_that_a_state_acted_upon(client):
    """Edge case 12: what was in time for the meeting as it then stood does not become late when it is moved up."""
    meeting = Meeting.objects.get(code="9MSP")
    extension = ExtensionDecision.objects.get(obligation__state="DEU", sequence=1)
    MeetingSchedule.objects.create(
        meeting=meeting, first_day="2019-11-18", last_day="2019-11-20", moved_on="2019-02-01", source="made up"
    )
    assert ExtensionDecision.objects.get(pk=extension.pk).is_late is False  # nine months before 18 November
    as_of = {"as_of": "2019-01-31", "format": "json"}
    before = {row["iso3"]: row for row in client.get("/deadlines/", as_of).json()}
    after = {row["iso3"]: row for row in client.get("/deadlines/", as_of | {"as_of": "2019-02-01"}).json()}
    assert before["DEU"]["latest_submission"] == "2019-02-18"
    assert after["DEU"]["latest_submission"] == "2018-12-02"


def test_later_discovery_opens_a_linked_obligation_from_its_day(client):
    """Edge case 9: the declaration stays, the new obligation runs on the clock of entry into force."""
    first = Obligation.objects.get(state="MOZ", limb="4.1(a)")
    again = Obligation.objects.create(
        state_id="MOZ", article=4, limb="4.1(a)", follows=first, found_on=date(2026, 3, 1), source="made up"
    )
    rows = client.get("/deadlines/", {"as_of": "2026-02-28", "status": "all", "format": "json"}).json()
    assert [row["status"] for row in rows if row["iso3"] == "MOZ" and row["article"] == 4] == ["completed"]
    rows = client.get("/deadlines/", {"as_of": "2026-03-01", "status": "all", "format": "json"}).json()
    found = [(row["status"], row["deadline"]) for row in rows if row["iso3"] == "MOZ" and row["article"] == 4]
    assert sorted(status for status, _deadline in found) == ["completed", "overdue"]
    assert len({deadline for _status, deadline in found}) == 1
    assert again.follows == first


def test_withdrawal_during_an_armed_conflict_waits_for_its_end():
    state = State(
        deposited=date(2012, 1, 5), instrument="accession", withdrawal_received=date(2026, 1, 10), conflict_goes_on=True
    )
    assert state.withdrawn is None
    assert state.is_party_on(date(2030, 1, 1))
    state.conflict_goes_on, state.conflict_ended = False, date(2027, 5, 1)
    assert state.withdrawn == date(2027, 5, 1)


# --- published dates and membership -----------------------------------------------------------------------------------


def test_published_date_that_differs_keeps_its_source_and_reason():
    slip = PublishedDate.objects.get(state="SOM", kind="7.1", day="2016-08-31")
    assert slip.day == date(2016, 8, 31)
    assert "180 days" in slip.note
    assert slip.source.startswith("http")
    assert not slip.agrees_with(date(2016, 8, 28))
    month = PublishedDate.objects.get(state="BGR", kind="3.2", number=0, day="2019-04-30")
    assert not month.agrees_with(date(2019, 10, 1))


def test_R092_verdict_reads_the_day_of_the_target(client):
    """110 States had joined by the end of 2020; what came later does not make the target met."""
    [verdict] = client.get("/states/membership/").context["verdicts"]
    assert (verdict.target.value, verdict.is_met) == (130, False)
    joined = sum(1 for s in State.objects.joined() if s.deposited <= date(2020, 12, 31))
    assert verdict.count == joined
    Target.objects.update(value=joined)
    [verdict] = client.get("/states/membership/").context["verdicts"]
    assert verdict.is_met
    [verdict] = client.get("/states/membership/", {"as_of": "2019-01-01"}).context["verdicts"]
    assert verdict.count is None


@pytest.mark.parametrize(
    ("on", "joined"), [("2017-06-01", 101), ("2024-12-31", 112), ("2025-03-06", 111), ("2025-09-05", 112)]
)
def test_R091_membership_page_counts_and_defines(client, on, joined):
    page = client.get("/states/membership/", {"as_of": on})
    assert page.context["now"].joined == joined
    html = page.content.decode()
    for count in ("Have joined", "Bound by the Convention", "Signatories", "Former States Parties"):
        assert count in html


def test_published_dates_stand_on_the_page_that_explains_the_computed_one(client):
    """Edge case 2: the computed date holds; what others printed stays beside it, with the reason."""
    html = client.get("/states/som/deadlines/7-1/").content.decode()
    assert "31 August 2016" in html
    assert "Differs" in html
    assert "180 days after" in html
    html = client.get("/states/bih/deadlines/4-1a/").content.decode()
    assert html.count("Agrees") >= 2
    assert "Differs" not in html
