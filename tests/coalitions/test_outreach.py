"""Follow-ups, the outreach list and the register of time-bound obligations: what they compute and who sees them."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from ccm_portal.accounts.enums import Role
from ccm_portal.register.known import known_register
from ccm_portal.register.models import ExtensionDecision, Meeting, Obligation
from ccm_portal.register.queries import running_deadlines
from ccm_portal.treaty.dates import add_months
from coalitions.outreach.actions import add_entry, open_follow_ups, record_result
from coalitions.outreach.domain.follow_up import DUE_DAYS, STANDING, outreach_status, reason_to_contact
from coalitions.outreach.enums import OutreachStatus, Reason, Result
from coalitions.outreach.models import FollowUp, OutreachEntry
from requests_app.actions import Refused
from tests.conftest import person
from tests.requests_app.factories import EventFactory, RequestFactory
from tests.test_access import ROLES, client_of, play
from tests.test_queries import queries

pytestmark = pytest.mark.django_db

DEADLINE = date(2028, 11, 1)  # Iraq's, extended by the 11th meeting
TWO_YEARS_BEFORE = date(2026, 11, 1)
WORD = "Zubrowka"
INSIDERS = {"coordinator", "thematic", "isu"}


@pytest.fixture
def clock():
    return Obligation.objects.get(state="IRQ", limb="4.1(a)")


def of_iraq():
    return FollowUp.objects.filter(obligation__state="IRQ")


def ask(state="IRQ", areas=("clearance",), **values):
    asked = RequestFactory(state_id=state, areas=list(areas), submitted_on=TWO_YEARS_BEFORE, **values)
    EventFactory(request=asked)
    return asked


# --- R49: one follow-up, not one per day -----------------------------------------------------------------------------


def test_R049_a_state_24_months_from_its_deadline_without_request_gets_one_task_not_one_per_day(clock, coordinator):
    open_follow_ups(TWO_YEARS_BEFORE - timedelta(days=1))
    assert not of_iraq().exists()
    for number in range(5):
        open_follow_ups(TWO_YEARS_BEFORE + timedelta(days=number))
    item = of_iraq().get()
    assert (item.reason, item.deadline, item.opened_on) == (Reason.DEADLINE_NEAR, DEADLINE, TWO_YEARS_BEFORE)
    assert item.due_on == TWO_YEARS_BEFORE + timedelta(days=30)


def test_R049_saving_a_result_closes_it(clock, coordinator):
    open_follow_ups(TWO_YEARS_BEFORE)
    item = of_iraq().get()
    client = client_of(coordinator)
    response = client.post(f"/follow-ups/{item.pk}/", {"result": "extension", "note": "In spring."})
    assert response.status_code == 302
    item.refresh_from_db()
    assert (item.closed_on, item.result, item.note, item.by) == (
        timezone.localdate(), "extension", "In spring.", coordinator,
    )  # fmt: skip
    for number in range(3):
        open_follow_ups(timezone.localdate() + timedelta(days=number))
    assert of_iraq().count() == 1
    again = client.post(f"/follow-ups/{item.pk}/", {"result": "declined"})
    assert again.status_code == 422
    assert "recorded a result" in again.content.decode()


def test_R049_a_request_or_an_extension_request_makes_a_task_needless(clock, coordinator):
    ask()
    open_follow_ups(TWO_YEARS_BEFORE)
    assert not of_iraq().exists()
    ExtensionDecision.objects.create(obligation=clock, sequence=9, outcome="pending", requested_on=TWO_YEARS_BEFORE)
    assert not of_iraq().exists()


def test_R049_a_request_for_something_else_does_not(clock):
    ask(areas=["victim_assistance"])
    open_follow_ups(TWO_YEARS_BEFORE)
    assert of_iraq().count() == 1


def test_R049_an_open_task_is_closed_when_its_reason_goes_and_comes_back_with_it(clock):
    open_follow_ups(TWO_YEARS_BEFORE)
    entry = ExtensionDecision.objects.create(
        obligation=clock, sequence=9, outcome="pending", requested_on=date(2026, 11, 10)
    )
    assert open_follow_ups(date(2026, 11, 11)).resolved == 1
    assert of_iraq().get().result == Result.RESOLVED
    entry.delete()
    open_follow_ups(date(2026, 11, 12))
    assert of_iraq().filter(closed_on__isnull=True).count() == 1


def test_R049_a_more_pressing_reason_opens_the_next_one(clock, coordinator):
    Meeting.objects.create(code="15MSP", kind="msp", first_day=date(2028, 9, 4), last_day=date(2028, 9, 8))
    known_register.forget()
    open_follow_ups(TWO_YEARS_BEFORE)
    record_result(of_iraq().get(), result="on_time", note="", by=coordinator, today=date(2026, 12, 1))
    open_follow_ups(date(2027, 6, 4))  # six months before 4 December 2027
    assert list(of_iraq().order_by("pk").values_list("reason", flat=True)) == ["deadline_near", "last_day_near"]
    open_follow_ups(date(2027, 12, 5))
    assert of_iraq().filter(closed_on__isnull=True).count() == 1


def test_R049_the_next_contact_that_was_agreed_is_a_task(clock, coordinator):
    open_follow_ups(TWO_YEARS_BEFORE)
    item = of_iraq().get()
    later = timezone.localdate() + timedelta(days=60)
    client = client_of(coordinator)
    past = client.post(f"/follow-ups/{item.pk}/", {"result": "no_answer", "again_on": "2020-01-01"})
    assert past.status_code == 422
    client.post(f"/follow-ups/{item.pk}/", {"result": "no_answer", "again_on": later})
    again = of_iraq().get(closed_on__isnull=True)
    assert (again.reason, again.due_on) == (Reason.AGAIN, later)
    open_follow_ups(timezone.localdate())
    assert of_iraq().filter(closed_on__isnull=True).count() == 1


def test_R049_the_database_holds_one_open_task_per_reason_and_deadline(clock):
    values = {"obligation": clock, "reason": "deadline_near", "deadline": DEADLINE, "due_on": date(2026, 12, 1)}
    FollowUp.objects.create(opened_on=TWO_YEARS_BEFORE, **values)
    with pytest.raises(IntegrityError, match=r"follow_up_once|UNIQUE"), transaction.atomic():
        FollowUp.objects.create(opened_on=TWO_YEARS_BEFORE, **values)


def test_R049_the_command_is_idempotent_and_says_what_it_did():
    out = StringIO()
    for _again in range(2):
        call_command("follow_up", as_of="2026-11-21", stdout=out)
    lines = out.getvalue().splitlines()
    assert any(line.startswith("IRQ 4.1(a): The deadline is within two years, contact by 2026-12-21") for line in lines)
    assert lines.count("opened: 0; no longer needed: 0") == 1  # the second time


def test_R049_the_board_of_those_who_follow_up_says_what_needs_them(clock):
    open_follow_ups(timezone.localdate())
    for role in ROLES:
        if role != "anonymous":
            page = play(role).get("/dashboard/").content.decode()
            assert ("What needs me: States to contact" in page) == (role in INSIDERS), role


def test_R049_a_request_kept_between_a_state_and_the_isu_does_not_show_by_a_missing_task(clock):
    ask(channel="isu", inform_coordinators=False)
    open_follow_ups(TWO_YEARS_BEFORE)
    assert of_iraq().count() == 1


@pytest.mark.parametrize(
    ("latest", "on", "expected"),
    [
        (None, add_months(DEADLINE, -25), None),
        (None, add_months(DEADLINE, -24), Reason.DEADLINE_NEAR),
        (date(2027, 12, 4), date(2027, 6, 3), Reason.DEADLINE_NEAR),
        (date(2027, 12, 4), date(2027, 6, 4), Reason.LAST_DAY_NEAR),
        (date(2027, 12, 4), date(2027, 12, 4), Reason.LAST_DAY_NEAR),
        (date(2027, 12, 4), date(2027, 12, 5), Reason.LAST_DAY_PASSED),
        (date(2027, 12, 4), DEADLINE, Reason.LAST_DAY_PASSED),
        (date(2027, 12, 4), DEADLINE + timedelta(days=1), Reason.DEADLINE_PASSED),
    ],
)
def test_reason_to_contact(latest, on, expected):
    assert reason_to_contact(DEADLINE, latest, on) == expected


def test_tables_of_follow_ups_are_complete():
    assert set(DUE_DAYS) == set(Reason)
    assert set(STANDING) == set(Result)


@pytest.mark.parametrize(
    ("has_asked", "last_word", "is_pressing", "expected"),
    [
        (True, OutreachStatus.DECLINED, True, OutreachStatus.REQUESTED),
        (False, OutreachStatus.DECLINED, True, OutreachStatus.DECLINED),
        (False, OutreachStatus.CONTACTED, False, OutreachStatus.CONTACTED),
        (False, None, True, OutreachStatus.PRESSING),
        (False, None, False, None),
    ],
)
def test_outreach_status(has_asked, last_word, is_pressing, expected):
    assert outreach_status(has_asked=has_asked, last_word=last_word, is_pressing=is_pressing) == expected


# --- R50: the outreach list ------------------------------------------------------------------------------------------


def status_of(client, iso3, area="clearance"):
    rows = client.get("/follow-ups/?format=json").json()
    return next((row["status"] for row in rows if (row["iso3"], row["area"]) == (iso3, area)), None)


def test_R050_the_list_says_who_asked_who_presses_who_was_contacted_and_who_declined(coordinator, clock):
    client, today = client_of(coordinator), timezone.localdate()
    assert status_of(client, "IRQ") == "pressing"
    assert status_of(client, "SSD") is None
    open_follow_ups(today)
    record_result(of_iraq().get(), result="no_answer", note="", by=coordinator, today=today)
    assert status_of(client, "IRQ") == "contacted"
    data = {"state": "IRQ", "area": "clearance", "status": "declined", "day": str(today), "note": WORD}
    assert client.post("/follow-ups/notes/new/", data).status_code == 302
    assert status_of(client, "IRQ") == "declined"
    asked = RequestFactory(state_id="IRQ", areas=["clearance"], submitted_on=today)
    EventFactory(request=asked)
    assert status_of(client, "IRQ") == "requested"


def test_R050_a_past_day_shows_what_was_known_then(coordinator, clock):
    open_follow_ups(TWO_YEARS_BEFORE)
    record_result(of_iraq().get(), result="declined", note=WORD, by=coordinator, today=date(2026, 11, 10))
    client = client_of(coordinator)
    before = client.get("/follow-ups/?as_of=2026-11-09").content.decode()
    assert WORD not in before
    assert "Pressing" in before
    assert WORD in client.get("/follow-ups/?as_of=2026-11-10").content.decode()


def test_R050_a_thematic_coordinator_learns_of_no_request_kept_from_it():
    today = timezone.localdate()
    EventFactory(request=RequestFactory(state_id="MRT", areas=["national_legislation"], submitted_on=today))
    assert status_of(play("coordinator"), "MRT", "national_legislation") == "requested"
    assert status_of(play("thematic"), "MRT", "national_legislation") is None


PAGES = [
    "/", "/dashboard/", "/states/irq/", "/states/?q=iraq", "/deadlines/", "/deadlines/?format=csv", "/deadlines.ics",
    "/requests/", f"/requests/?q={WORD}", "/requests/?format=json", "/matching/", "/offers/", "/coalitions/",
    "/events/", "/extension-requests/", "/extension-requests/?format=csv", "/reports/", "/reports/statistics/",
    "/reports/progress/?starts=2026-01-01&ends=2027-12-31", "/library/", "/work-plans/", "/time-bound-obligations/",
    "/time-bound-obligations/?format=csv", "/time-bound-obligations/?format=json",
]  # fmt: skip


def shown(client):
    """Every page and file that a person could look for traces in; the token and the time of the feed change."""
    texts = {}
    for address in PAGES:
        text = client.get(address).getvalue().decode()
        texts[address] = "\n".join(
            line for line in text.splitlines() if not any(word in line for word in ("csrf", "DTSTAMP", "LAST-MOD"))
        )
    return texts


@pytest.mark.parametrize("role", [*(role for role in ROLES if role not in INSIDERS), "the State itself"])
def test_R050_the_list_is_absent_from_pages_searches_exports_calendars_and_counts_of_other_roles(role, clock, isu):
    client = client_of(person("own@test.org", Role.FOCAL_POINT, state="IRQ")) if "itself" in role else play(role)
    before = shown(client)
    today = timezone.localdate()
    open_follow_ups(today)
    item = of_iraq().get()
    record_result(item, result="declined", note=WORD, by=isu, today=today, again_on=today + timedelta(days=9))
    add_entry(OutreachEntry(state_id="IRQ", area_id="clearance", status="declined", note=WORD, day=today), by=isu)
    after = shown(client)
    assert [address for address in PAGES if before[address] != after[address]] == []
    gone = 302 if role == "anonymous" else 404
    for address in ("/follow-ups/", "/follow-ups/?format=csv", f"/follow-ups/{item.pk}/", "/follow-ups/notes/new/"):
        assert client.get(address).status_code == gone, address
        assert client.post(address, {"result": "declined"}).status_code == gone, address
    assert "/follow-ups/" not in after["/"]


@pytest.mark.parametrize("role", sorted(INSIDERS))
def test_R050_coordinators_and_the_isu_share_the_list(role, isu):
    add_entry(
        OutreachEntry(state_id="IRQ", area_id="clearance", status="contacted", note=WORD, day=date(2026, 1, 1)), by=isu
    )
    client = play(role)
    assert WORD in client.get("/follow-ups/").content.decode()
    assert WORD in client.get("/follow-ups/?format=csv").content.decode()
    assert "/follow-ups/" in client.get("/").content.decode()


def test_R050_a_note_of_tomorrow_is_refused_and_kept_on_the_form(coordinator):
    tomorrow = timezone.localdate() + timedelta(days=1)
    data = {"state": "IRQ", "area": "clearance", "status": "contacted", "day": tomorrow, "note": WORD}
    response = client_of(coordinator).post("/follow-ups/notes/new/", data)
    assert response.status_code == 422
    assert WORD in response.content.decode()
    assert OutreachEntry.objects.count() == 0


# --- R55: the register of time-bound obligations ---------------------------------------------------------------------


def test_R055_the_register_lists_every_state_with_an_open_article_3_or_4_clock_and_none_other(client):
    for day in ("2018-06-27", "2020-08-02", str(timezone.localdate())):
        rows = client.get(f"/time-bound-obligations/?as_of={day}&format=json").json()
        running = {(row.state.iso3, row.clock) for row in running_deadlines(date.fromisoformat(day))}
        assert {(row["iso3"], row["clock"]) for row in rows} == running
        assert len(rows) == len(running) > 5
    assert {row["article"] for row in rows} <= {3, 4}
    page = client.get("/time-bound-obligations/").content.decode()
    assert "Iraq" in page
    assert "Austria" not in page  # fulfilled


def test_R055_last_contact_and_next_due_are_for_those_who_follow_up(clock, coordinator, client):
    today = timezone.localdate()
    open_follow_ups(today)
    item = of_iraq().get()
    (row,) = [
        r for r in client_of(coordinator).get("/time-bound-obligations/?format=json").json() if r["iso3"] == "IRQ"
    ]
    assert (row["last_contact"], row["next_due"]) == (None, str(item.due_on))
    again = today + timedelta(days=90)
    record_result(item, result="assistance", note="", by=coordinator, today=today, again_on=again)
    (row,) = [
        r for r in client_of(coordinator).get("/time-bound-obligations/?format=json").json() if r["iso3"] == "IRQ"
    ]
    assert (row["last_contact"], row["last_result"], row["next_due"]) == (
        str(today), "Answered: will ask for assistance", str(again),
    )  # fmt: skip
    public = client.get("/time-bound-obligations/?format=json").json()
    assert all("last_contact" not in row for row in public)
    assert "Last contact" not in client.get("/time-bound-obligations/").content.decode()


def test_R055_a_note_by_hand_about_the_area_is_a_contact_too(coordinator, isu):
    day = date(2026, 5, 1)
    add_entry(OutreachEntry(state_id="IRQ", area_id="clearance", status="contacted", day=day), by=isu)
    add_entry(OutreachEntry(state_id="SSD", area_id="victim_assistance", status="contacted", day=day), by=isu)
    rows = client_of(coordinator).get("/time-bound-obligations/?format=json").json()
    assert {row["iso3"]: row["last_contact"] for row in rows if row["last_contact"]} == {"IRQ": str(day)}


def test_a_result_is_recorded_once(clock, coordinator):
    open_follow_ups(TWO_YEARS_BEFORE)
    item = of_iraq().get()
    record_result(item, result="declined", note="", by=coordinator, today=TWO_YEARS_BEFORE)
    with pytest.raises(Refused):
        record_result(item, result="on_time", note="", by=coordinator, today=TWO_YEARS_BEFORE)
    assert of_iraq().get().result == "declined"


def test_pages_of_follow_ups_cost_the_same_with_many_rows(clock, coordinator, isu):
    def costs():
        client = client_of(coordinator)
        return {address: len(queries(client, address)) for address in ("/follow-ups/", "/time-bound-obligations/")}

    today = timezone.localdate()
    open_follow_ups(today)
    few = costs()
    for state in ("LAO", "LBN", "TCD", "MRT"):
        obligation = Obligation.objects.get(state=state, limb="4.1(a)")
        for reason in ("deadline_near", "again"):
            FollowUp.objects.create(obligation=obligation, reason=reason, deadline=today, opened_on=today, due_on=today)
        add_entry(OutreachEntry(state_id=state, area_id="clearance", status="contacted", day=today), by=isu)
        EventFactory(request=RequestFactory(state_id=state, areas=["clearance", "other"], submitted_on=today))
    assert costs() == few
    assert max(few.values()) <= 12
