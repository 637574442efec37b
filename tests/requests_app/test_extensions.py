"""A State's warning and its guided request for more time: from the flag to the entry in the register."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from ccm_portal.accounts.models import AuditEvent, OutboxMail
from ccm_portal.register.known import known_register
from ccm_portal.register.models import ExtensionDecision, Meeting, Obligation
from ccm_portal.register.queries import running_deadlines
from ccm_portal.treaty.dates import add_months
from ccm_portal.treaty.deadlines import Status
from requests_app.actions import Refused
from requests_app.extensions.actions import lodge_draft, publish_flag, raise_flag, save_draft, start_draft
from requests_app.extensions.domain.risk import FLAGGED
from requests_app.extensions.enums import PROMPTS
from requests_app.extensions.models import ExtensionDraft, FundingLine, RiskFlag, StockLine
from requests_app.extensions.queries import check, flags_on, with_flags
from tests.conftest import person
from tests.test_access import client_of, play

pytestmark = pytest.mark.django_db

TEXTS = {f"item_{letter}": f"About item {letter}." for letter in "abcdefghi"}
EMPTY_TABLE = {"funding-TOTAL_FORMS": "0", "funding-INITIAL_FORMS": "0"}
ONE_LINE = {
    "funding-TOTAL_FORMS": "1", "funding-INITIAL_FORMS": "0", "funding-0-year": "2029",
    "funding-0-required": "900000", "funding-0-national": "200000", "funding-0-expected": "300000",
}  # fmt: skip


@pytest.fixture
def iraq():
    return person("irq@test.org", "focal_point", state="IRQ")


@pytest.fixture
def clock():
    """Iraq's clearance clock runs to 1 November 2028; the meeting of September 2028 is the last before it."""
    Meeting.objects.create(code="15MSP", kind="msp", first_day=date(2028, 9, 4), last_day=date(2028, 9, 8))
    known_register.forget()
    return Obligation.objects.with_facts().get(state="IRQ", limb="4.1(a)")


@pytest.fixture
def stockpile_clock():
    """A stockpile that no source knows of, so that Article 3 has a clock that runs."""
    obligation = Obligation.objects.create(state_id="SSD", article=3, limb="3.2")
    return Obligation.objects.with_facts().get(pk=obligation.pk)


def reread(draft):
    return ExtensionDraft.objects.for_detail().get(pk=draft.pk)


def complete(draft, by, **values):
    """Every item of the treaty, with a funding table."""
    for name, value in {"months": 36, "currency": "USD", "item_previous": "Survey.", **TEXTS, **values}.items():
        setattr(draft, name, value)
    return save_draft(draft, by=by, funding=[FundingLine(year=2029, required=900_000, national=200_000)], stocks=[])


# --- R48: the flag ---------------------------------------------------------------------------------------------------


def test_R048_flagging_opens_a_guided_draft_with_the_latest_submission_date_of_the_right_meeting(iraq, clock):
    client = client_of(iraq)
    page = client.get(f"/extension-requests/at-risk/{clock.pk}/").content.decode()
    assert "4 December 2027" in page
    response = client.post(
        f"/extension-requests/at-risk/{clock.pk}/", {"reason": "Two governorates remain."}, follow=True
    )
    assert response.redirect_chain[-1][0] == "/extension-requests/IRQ-ER-1/edit/"
    page = response.content.decode()
    assert "4 December 2027" in page
    assert "15MSP" in page
    assert all(str(prompt) in page.replace("&#x27;", "'") for _name, prompt in PROMPTS[4].values())
    flag = RiskFlag.objects.get()
    assert (flag.obligation, flag.raised_on, flag.raised_by, flag.on_behalf) == (
        clock,
        timezone.localdate(),
        iraq,
        False,
    )


def test_R048_the_isu_flags_on_behalf_of_the_state_and_it_is_recorded_as_such(isu, iraq, clock):
    raise_flag(clock, reason="They told us by phone.", by=isu, today=timezone.localdate())
    assert RiskFlag.objects.get().on_behalf
    assert AuditEvent.objects.get(action="risk flag raised").details == {"on_behalf": True}
    assert "Recorded by the ISU on the State's behalf" in client_of(iraq).get("/states/irq/").content.decode()
    assert set(OutboxMail.objects.values_list("to", flat=True)) == {iraq.email}


def test_R048_a_flagged_clock_counts_as_at_risk_for_those_who_may_see_the_flag(iraq, clock):
    raise_flag(clock, reason="Zubrowka", by=iraq, today=timezone.localdate())
    sees = {"owner": False, "anonymous": False, "party": False, "thematic": False, "president": False, "partner": False,
            "observer": False, "coordinator": True, "isu": True}  # fmt: skip
    for role, expected in sees.items():
        page = play(role).get("/states/irq/").content.decode()
        assert ("Zubrowka" in page, "At risk" in page) == (expected, expected), role
    own = client_of(iraq)
    assert "Zubrowka" in own.get("/states/irq/").content.decode()
    assert "At risk" in own.get("/dashboard/").content.decode()


def test_R048_only_the_state_makes_its_flag_public(iraq, isu, clock, client):
    raise_flag(clock, reason="Zubrowka", by=iraq, today=timezone.localdate())
    address = f"/extension-requests/at-risk/{clock.pk}/publish/"
    assert client_of(isu).post(address).status_code == 403
    assert client_of(iraq).post(address).status_code == 302
    page = client.get("/states/irq/").content.decode()
    assert "Zubrowka" in page
    assert "At risk" in page


def test_R048_deadline_pages_show_a_flag_to_those_who_may_know_of_it(iraq, clock, client):
    today = timezone.localdate()
    listed = "/deadlines/?status=at_risk&q=iraq&format=json"
    why = f"/states/irq/deadlines/{clock.slug}/"
    raise_flag(clock, reason="Zubrowka", by=iraq, today=today)

    def at_risk(reader):
        page = reader.get(why).content.decode()
        assert "Zubrowka" not in page
        return [row["iso3"] for row in reader.get(listed).json()], "The dates alone say" in page

    assert at_risk(client_of(iraq)) == (["IRQ"], True)
    assert at_risk(play("coordinator")) == (["IRQ"], True)
    assert at_risk(client) == ([], False)
    publish_flag(RiskFlag.objects.get(), by=iraq, today=today)
    assert at_risk(client) == (["IRQ"], True)
    before = today - timedelta(days=1)
    assert client.get(f"{listed}&as_of={before}").json() == []
    assert "The dates alone say" not in client.get(f"{why}?as_of={before}").content.decode()


def test_R048_a_withdrawn_flag_is_history(iraq, clock):
    day, client = timezone.localdate(), client_of(iraq)
    raise_flag(clock, reason="Zubrowka", by=iraq, today=date(2026, 1, 1))
    assert client.post(f"/extension-requests/at-risk/{clock.pk}/withdraw/").status_code == 302
    assert flags_on(iraq, day) == {}
    assert list(flags_on(iraq, date(2026, 6, 1))) == [clock.pk]
    assert flags_on(iraq, date(2025, 12, 31)) == {}
    raise_flag(clock, reason="Again", by=iraq, today=day)


def test_R048_a_flag_needs_its_reason_and_is_raised_once(iraq, clock):
    client, address = client_of(iraq), f"/extension-requests/at-risk/{clock.pk}/"
    assert client.post(address, {"reason": "  "}).status_code == 422
    assert RiskFlag.objects.count() == 0
    for _again in range(2):
        assert client.post(address, {"reason": "Floods"}).status_code == 302
    assert (RiskFlag.objects.count(), ExtensionDraft.objects.count()) == (1, 1)
    with pytest.raises(Refused):
        raise_flag(clock, reason="Twice", by=iraq, today=timezone.localdate())
    with pytest.raises(IntegrityError, match=r"risk_flag_once|UNIQUE"), transaction.atomic():
        RiskFlag.objects.create(obligation=clock, raised_on=date(2026, 1, 1), raised_by=iraq, reason="Twice")


def test_flag_of_a_clock_that_does_not_run_or_is_of_another_state_is_refused(iraq, clock):
    done = Obligation.objects.get(state="AUT", limb="3.2")
    client = client_of(iraq)
    assert client.get(f"/extension-requests/at-risk/{done.pk}/").status_code == 403
    assert play("isu").get(f"/extension-requests/at-risk/{done.pk}/").status_code == 403
    assert play("party").post(f"/extension-requests/at-risk/{clock.pk}/", {"reason": "x"}).status_code == 403


def test_every_status_has_its_answer_to_a_flag():
    assert set(FLAGGED) == set(Status)
    assert {status for status, flagged in FLAGGED.items() if flagged is not status} == {
        Status.ON_TRACK,
        Status.EXTENDED,
    }


def test_a_flag_changes_no_other_clock(iraq, clock, isu):
    raise_flag(clock, reason="Floods", by=iraq, today=timezone.localdate())
    before = running_deadlines(timezone.localdate())
    after = with_flags(before, flags_on(isu, timezone.localdate()))
    assert [new.state.iso3 for old, new in zip(before, after, strict=True) if old != new] == ["IRQ"]


# --- R48, R54: the draft ---------------------------------------------------------------------------------------------


def test_R054_an_article_4_draft_with_no_funding_table_fails_the_completeness_check_with_that_item_named(iraq, clock):
    draft = start_draft(clock, by=iraq)
    complete(draft, iraq)
    FundingLine.objects.all().delete()
    assert check(reread(draft)).missing == ["Funding table: required, national, expected, gap"]
    client = client_of(iraq)
    assert "Funding table: required, national, expected, gap" in client.get(draft.get_absolute_url()).content.decode()
    page = client.post(f"{draft.get_absolute_url()}lodge/", follow=True).content.decode()
    assert "Missing: Funding table" in page
    assert reread(draft).is_draft


def test_R054_the_gap_of_each_year_and_of_all_is_computed(iraq, clock):
    draft = start_draft(clock, by=iraq)
    response = client_of(iraq).post(
        f"{draft.get_absolute_url()}edit/", {"version": 1, "currency": "usd", **ONE_LINE}, follow=True
    )
    assert "USD 400,000" in response.content.decode()
    assert reread(draft).currency == "USD"


def test_R048_saves_at_any_time_and_names_what_is_missing_in_the_order_of_the_treaty(iraq, clock):
    draft = start_draft(clock, by=iraq)
    response = client_of(iraq).post(
        f"{draft.get_absolute_url()}edit/", {"version": 1, "item_g": "Floods.", **EMPTY_TABLE}, follow=True
    )
    assert response.status_code == 200
    assert check(reread(draft)).missing == [
        "(a) Duration", "(b) Reasons", "(c) Preparation and status", "(d) Area at the start", "(e) Area cleared",
        "(f) Area remaining", "(h) Implications", "The previous extension",
        "Funding table: required, national, expected, gap",
    ]  # fmt: skip


def test_R048_article_3_asks_for_its_own_items_and_tables(stockpile_clock, isu):
    draft = start_draft(stockpile_clock, by=isu)
    client = client_of(isu)
    form = client.get(f"{draft.get_absolute_url()}edit/").context["form"]
    assert not {"item_g", "item_exceptional", "initial"} & set(form.fields)
    table = {"stocks-TOTAL_FORMS": "1", "stocks-INITIAL_FORMS": "0", "stocks-0-kind": "Type A", "stocks-0-held": "100"}
    texts = {"months": 48, "currency": "USD", "item_b": "Why", "item_c": "How"}
    client.post(f"{draft.get_absolute_url()}edit/", {"version": 1, **texts, **table, **ONE_LINE})
    assert [line.kind for line in reread(draft).stocks.all()] == ["Type A"]
    assert check(reread(draft)).missing == []


@pytest.mark.parametrize(("months", "status"), [("48", 302), ("49", 422), ("0", 422), ("x", 422)])
def test_R048_article_3_allows_up_to_48_months(stockpile_clock, isu, months, status):
    draft = start_draft(stockpile_clock, by=isu)
    table = {"stocks-TOTAL_FORMS": "0", "stocks-INITIAL_FORMS": "0"}
    data = {"version": 1, "months": months, "item_b": "Kept", **table, **EMPTY_TABLE}
    response = client_of(isu).post(f"{draft.get_absolute_url()}edit/", data)
    assert response.status_code == status
    if status == 422:
        assert "Kept" in response.content.decode()
        assert reread(draft).item_b == ""


@pytest.mark.parametrize(("months", "status"), [("60", 302), ("61", 422)])
def test_R048_article_4_allows_up_to_60_months(clock, iraq, months, status):
    draft = start_draft(clock, by=iraq)
    data = {"version": 1, "months": months, **EMPTY_TABLE}
    assert client_of(iraq).post(f"{draft.get_absolute_url()}edit/", data).status_code == status


def test_R048_a_further_stockpile_extension_needs_exceptional_circumstances(stockpile_clock, isu):
    ExtensionDecision.objects.create(
        obligation=stockpile_clock, sequence=1, outcome="granted", granted_months=12, decided_on=date(2026, 1, 1)
    )
    draft = start_draft(stockpile_clock, by=isu)
    assert "Exceptional circumstances" in check(reread(draft)).missing
    assert "item_exceptional" in client_of(isu).get(f"{draft.get_absolute_url()}edit/").context["form"].fields


def test_R048_what_does_not_add_up_is_a_warning_and_blocks_nothing(iraq, clock, stockpile_clock, isu):
    areas = {"initial": 1000, "discovered": 50, "cancelled": 200, "cleared": 300, "remaining": 500}
    draft = complete(start_draft(clock, by=iraq), iraq, **areas)
    (warning,) = check(reread(draft)).warnings
    assert warning == "Areas: 50 m² of what there was is not accounted for."
    assert lodge_draft(draft, by=iraq, today=timezone.localdate()).status == "lodged"
    stock = start_draft(stockpile_clock, by=isu)
    lines = [
        StockLine(kind="Type A", unit="munitions", held=100, destroyed=60, remaining=30, retained=10),
        StockLine(kind="Type A", unit="submunitions", held=64_000, destroyed=60_000, remaining=3_000),
    ]
    save_draft(stock, by=isu, funding=[], stocks=lines)
    (warning,) = check(reread(stock)).warnings
    assert "explosive submunitions" in warning
    assert "1,000" in warning


def test_R048_bad_lines_are_named_and_what_was_typed_is_kept(iraq, clock):
    draft = start_draft(clock, by=iraq)
    client, address = client_of(iraq), f"{draft.get_absolute_url()}edit/"
    without_currency = client.post(address, {"version": 1, "item_b": "Kept", **ONE_LINE})
    assert without_currency.status_code == 422
    assert "in which currency" in without_currency.content.decode()
    assert "Kept" in without_currency.content.decode()
    without_year = client.post(address, {"version": 1, "currency": "USD", **ONE_LINE, "funding-0-year": ""})
    assert "Which year?" in without_year.content.decode()
    twice = {**ONE_LINE, "funding-TOTAL_FORMS": "2", "funding-1-year": "2029", "funding-1-required": "5"}
    assert "names a year twice" in client.post(address, {"version": 1, "currency": "USD", **twice}).content.decode()
    assert FundingLine.objects.count() == 0


def test_R048_the_second_of_two_editors_is_told_and_nothing_is_overwritten_silently(iraq, isu, clock):
    draft = start_draft(clock, by=iraq)
    address = f"{draft.get_absolute_url()}edit/"
    assert client_of(isu).post(address, {"version": 1, "item_b": "Of the ISU", **EMPTY_TABLE}).status_code == 302
    told = client_of(iraq).post(address, {"version": 1, "item_b": "Of Iraq", **EMPTY_TABLE})
    assert told.status_code == 422
    assert "Somebody else has saved this draft" in told.content.decode()
    assert "Of Iraq" in told.content.decode()
    assert reread(draft).item_b == "Of the ISU"
    assert client_of(iraq).post(address, {"version": 2, "item_b": "Of Iraq", **EMPTY_TABLE}).status_code == 302
    assert reread(draft).item_b == "Of Iraq"


def test_R048_a_draft_is_its_states_and_the_isus_alone(iraq, clock):
    draft = complete(start_draft(clock, by=iraq), iraq, item_b="Zubrowka")
    reads = {"anonymous": 404, "owner": 404, "party": 404, "partner": 404, "observer": 404, "coordinator": 404,
             "thematic": 404, "president": 404, "isu": 200}  # fmt: skip
    for role, status in reads.items():
        client = play(role)
        assert client.get(draft.get_absolute_url()).status_code == status, role
        for address in ("/extension-requests/", "/states/irq/", "/extension-requests/?format=csv"):
            shown = draft.reference in client.get(address).content.decode()
            assert shown == (role == "isu" and address == "/extension-requests/"), (role, address)
    assert client_of(iraq).get(draft.get_absolute_url()).status_code == 200


# --- R48: lodging ----------------------------------------------------------------------------------------------------


def test_R048_lodging_makes_it_public_and_opens_one_entry_of_the_register(iraq, clock, client):
    draft = complete(start_draft(clock, by=iraq), iraq)
    assert ExtensionDecision.objects.filter(obligation=clock, outcome="pending").count() == 0
    assert client_of(iraq).post(f"{draft.get_absolute_url()}lodge/").status_code == 302
    entry = ExtensionDecision.objects.get(obligation=clock, outcome="pending")
    draft = reread(draft)
    assert (draft.decision, entry.meeting.code, entry.requested_on) == (entry, "15MSP", timezone.localdate())
    assert entry.sequence == clock.extensions.count() + 1
    assert (draft.due_on, draft.is_late) == (date(2027, 12, 4), False)
    row = next(row for row in running_deadlines(timezone.localdate()) if row.state.iso3 == "IRQ")
    assert row.status == Status.EXTENSION_REQUESTED
    page = client.get("/extension-requests/").content.decode()
    assert draft.reference in page
    assert "Awaiting decision" in page
    page = client.get(draft.get_absolute_url()).content.decode()
    assert "About item h." in page
    assert "1 November 2031" in page  # 36 months from the deadline, not from the decision
    assert AuditEvent.objects.filter(action="extension request lodged", subject=draft.reference).exists()


def test_R048_late_lodging_is_marked_and_never_refused(isu, client):
    """Lao PDR's request for 1 August 2020 was due on 2 December 2018 and came on 26 February 2019."""
    clock = Obligation.objects.get(state="LAO", limb="4.1(a)")
    ExtensionDecision.objects.filter(obligation=clock).delete()
    draft = complete(start_draft(clock, by=isu), isu)
    lodged = lodge_draft(draft, by=isu, today=date(2019, 2, 26))
    assert (lodged.due_on, lodged.meeting.code, lodged.is_late) == (date(2018, 12, 2), "9MSP", True)
    assert "Late" in client.get(lodged.get_absolute_url()).content.decode()
    before_the_meeting = client.get("/extension-requests/?as_of=2019-03-01").content.decode()
    assert lodged.reference in before_the_meeting
    assert lodged.reference not in client.get("/extension-requests/?as_of=2019-02-25").content.decode()


def test_R048_a_request_lodged_after_its_meeting_goes_to_the_next_one(isu, chad):
    """Chad's deadline of 1 October 2026 was for the Review Conference of September 2026."""
    clock = Obligation.objects.get(state="TCD", limb="4.1(a)")
    draft = complete(start_draft(clock, by=isu), isu)
    with transaction.atomic():
        lodged = lodge_draft(draft, by=isu, today=date(2026, 11, 21))
        assert (lodged.meeting, lodged.due_on, lodged.is_late) == (None, date(2025, 12, 14), True)
        for address in (lodged.get_absolute_url(), "/extension-requests/", "/states/tcd/", "/dashboard/"):
            page = play("president" if "dash" in address else "anonymous").get(address).content.decode()
            assert "UNDEFINED" not in page, address
            assert lodged.reference in page, address
        rows = play("anonymous").get("/extension-requests/?format=json").json()
        assert [row["is_late"] for row in rows if row["iso3"] == "TCD" and row["requested"] == "2026-11-21"] == [True]
        transaction.set_rollback(True)
    Meeting.objects.create(code="14MSP", kind="msp", first_day=date(2027, 9, 6), last_day=date(2027, 9, 10))
    known_register.forget()
    lodged = lodge_draft(reread(draft), by=isu, today=date(2026, 11, 21))
    assert (lodged.meeting.code, lodged.decision.meeting.code) == ("14MSP", "14MSP")
    known_register.forget()
    row = next(row for row in running_deadlines(date(2026, 11, 21), state=clock.state) if row.obligation == clock)
    assert (row.status, row.undecided_by, row.awaited_from) == (Status.EXTENSION_REQUESTED, "", "14MSP")
    page = client_of(chad).get("/dashboard/").content.decode()
    assert "Lodged for 14MSP." in page
    assert "Marked as at risk" not in page


def test_R048_a_request_is_lodged_once_and_edited_no_more(iraq, clock):
    draft = complete(start_draft(clock, by=iraq), iraq)
    lodge_draft(draft, by=iraq, today=timezone.localdate())
    with pytest.raises(Refused):
        lodge_draft(draft, by=iraq, today=timezone.localdate())
    with pytest.raises(Refused):
        save_draft(draft, by=iraq, funding=[], stocks=[])
    client = client_of(iraq)
    for step in ("edit", "lodge", "withdraw"):
        assert client.post(f"{draft.get_absolute_url()}{step}/").status_code == 403
    again = complete(start_draft(clock, by=iraq), iraq)
    with pytest.raises(Refused, match="lodged already"):
        lodge_draft(again, by=iraq, today=timezone.localdate())
    assert FundingLine.objects.filter(draft=draft).count() == 1


def test_R048_the_decision_in_the_register_shows_on_the_request(iraq, clock, client):
    draft = lodge_draft(complete(start_draft(clock, by=iraq), iraq), by=iraq, today=date(2026, 11, 1))
    ExtensionDecision.objects.filter(pk=draft.decision_id).update(
        outcome="granted", granted_until=add_months(date(2028, 11, 1), 24)
    )
    assert "1 November 2030" in client.get(draft.get_absolute_url()).content.decode()
    early = client.get("/extension-requests/?as_of=2027-01-01&format=json").json()
    (entry,) = [row for row in early if row["iso3"] == "IRQ" and row["requested"]]
    assert (entry["outcome"], entry["new_deadline"]) == ("pending", None)


def test_a_withdrawn_draft_makes_room_for_another(iraq, clock):
    draft = start_draft(clock, by=iraq)
    assert client_of(iraq).post(f"{draft.get_absolute_url()}withdraw/").status_code == 302
    assert start_draft(clock, by=iraq).reference == "IRQ-ER-2"


def test_a_refresh_of_the_register_leaves_what_was_lodged(iraq, clock):
    draft = lodge_draft(complete(start_draft(clock, by=iraq), iraq), by=iraq, today=date(2026, 11, 1))
    assert draft.decision.history.first().history_user == iraq


def test_publishing_twice_keeps_the_first_day(iraq, clock):
    raise_flag(clock, reason="Floods", by=iraq, today=date(2026, 1, 1))
    flag = RiskFlag.objects.get()
    publish_flag(flag, by=iraq, today=date(2026, 2, 1))
    publish_flag(flag, by=iraq, today=date(2026, 3, 1))
    assert RiskFlag.objects.get().public_on == date(2026, 2, 1)
