"""What a clock of Article 3 or 4 says on a day, and by when an extension request must be in."""

from datetime import date

import pytest

from ccm_portal.register.clocks import current_rows, formal_meetings, history_rows, positions
from ccm_portal.register.models import ExtensionDecision, Meeting, Obligation
from ccm_portal.treaty.deadlines import Basis, Clock, Extension, Facts, Outcome, Standing, Status, position
from ccm_portal.treaty.meetings import FormalMeeting, consideration_meeting, expected_latest_submission

MEETINGS = [
    FormalMeeting("8MSP", date(2018, 9, 3), date(2018, 9, 5)),
    FormalMeeting("9MSP", date(2019, 9, 2), date(2019, 9, 4)),
    FormalMeeting("2RC-1", date(2020, 11, 25), date(2020, 11, 27)),
    FormalMeeting("2RC-2", date(2021, 9, 20), date(2021, 9, 21)),
    FormalMeeting("10MSP", date(2022, 8, 30), date(2022, 9, 2)),
    FormalMeeting("11MSP", date(2023, 9, 11), date(2023, 9, 14)),
    FormalMeeting("12MSP", date(2024, 9, 10), date(2024, 9, 13)),
    FormalMeeting("13MSP", date(2025, 9, 16), date(2025, 9, 19)),
    FormalMeeting("3RC", date(2026, 9, 14), date(2026, 9, 18)),
]
LAO_IN_FORCE = date(2010, 8, 1)  # Article 4.1(a) deadline 1 August 2020, considered at 9MSP, asked by 2 December 2018


def lao(*extensions, **facts):
    values = {"clock": Clock.CLEARANCE_EXISTING, "standing": Standing.DECLARED, "in_force": LAO_IN_FORCE}
    return Facts(**values | {"extensions": extensions} | facts)


def at(facts, day, meetings=MEETINGS):
    return position(facts, date.fromisoformat(day), meetings)


GRANT = Extension(
    Outcome.GRANTED, date(2019, 9, 4), requested_on=date(2019, 2, 26), granted_months=60, decided_by="9MSP"
)
NOT_SEEN = Extension(Outcome.NOT_SEEN, date(2019, 9, 4), decided_by="9MSP")


# --- the statuses of R56 ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "status"),
    [
        ("2010-08-01", Status.ON_TRACK),
        ("2018-12-01", Status.ON_TRACK),
        ("2018-12-02", Status.ON_TRACK),  # the last day to ask is still in time
        ("2018-12-03", Status.AT_RISK),
        ("2020-08-01", Status.AT_RISK),  # the day of the deadline is still within it
        ("2020-08-02", Status.OVERDUE),
        ("2026-11-21", Status.OVERDUE),
    ],
)
def test_R056_without_extension(day, status):
    assert at(lao(), day).status is status


@pytest.mark.parametrize(
    ("day", "status", "deadline"),
    [
        ("2019-02-25", Status.AT_RISK, "2020-08-01"),
        ("2019-02-26", Status.EXTENSION_REQUESTED, "2020-08-01"),  # late, and still handled (edge case 10)
        ("2019-09-03", Status.EXTENSION_REQUESTED, "2020-08-01"),
        ("2019-09-04", Status.EXTENDED, "2025-08-01"),
        ("2023-12-10", Status.EXTENDED, "2025-08-01"),
        ("2023-12-11", Status.AT_RISK, "2025-08-01"),
        ("2025-08-01", Status.AT_RISK, "2025-08-01"),
        ("2025-08-02", Status.OVERDUE, "2025-08-01"),
    ],
)
def test_R056_granted_extension_returns_it_to_extended(day, status, deadline):
    result = at(lao(GRANT), day)
    assert (result.status, result.deadline.day) == (status, date.fromisoformat(deadline))


def test_R056_extended_deadline_names_its_decision():
    deadline = at(lao(GRANT), "2020-01-01").deadline
    assert (deadline.sequence, deadline.basis, deadline.decided_by) == (1, Basis.EXTENSION, "9MSP")
    assert at(lao(GRANT), "2019-01-01").deadline.basis is Basis.TREATY


def test_R056_refused_request():
    refused = Extension(Outcome.REFUSED, date(2019, 9, 4), requested_on=date(2018, 11, 1))
    assert at(lao(refused), "2019-09-03").status is Status.EXTENSION_REQUESTED
    assert at(lao(refused), "2019-09-04").status is Status.AT_RISK
    assert at(lao(refused), "2020-08-02").status is Status.OVERDUE


def test_R056_pending_request_stands_before_a_passed_deadline():
    pending = Extension(Outcome.PENDING, requested_on=date(2018, 11, 1))
    assert at(lao(pending), "2018-10-31").status is Status.ON_TRACK
    assert at(lao(pending), "2018-11-01").status is Status.EXTENSION_REQUESTED
    assert at(lao(pending), "2020-08-02").status is Status.EXTENSION_REQUESTED


def test_pending_request_outlives_its_meeting_until_decided():
    """Edge case 11: in 2020 the meeting closed and the decision came later, by silence procedure."""
    pending = Extension(Outcome.PENDING, decided_on=date(2019, 9, 4), requested_on=date(2018, 11, 1))
    assert at(lao(pending), "2019-09-03").status is Status.EXTENSION_REQUESTED
    assert at(lao(pending), "2019-09-05").status is Status.EXTENSION_REQUESTED


def test_pending_request_of_unknown_day_is_a_request():
    assert at(lao(Extension(Outcome.PENDING)), "2019-06-01").status is Status.EXTENSION_REQUESTED


def test_decision_not_seen_stays_requested():
    assert at(lao(NOT_SEEN), "2019-09-03").status is Status.AT_RISK
    assert at(lao(NOT_SEEN), "2019-09-04").status is Status.EXTENSION_REQUESTED
    assert at(lao(NOT_SEEN), "2026-11-21").status is Status.EXTENSION_REQUESTED
    assert at(lao(NOT_SEEN), "2026-11-21").deadline.day == date(2020, 8, 1)


def test_later_grant_supersedes_a_decision_not_seen():
    later = Extension(Outcome.GRANTED, date(2020, 11, 27), granted_until=date(2025, 8, 1), decided_by="2RC-1")
    facts = lao(NOT_SEEN, later)
    assert at(facts, "2020-11-26").status is Status.EXTENSION_REQUESTED
    assert at(facts, "2020-11-27").status is Status.EXTENDED
    assert at(facts, "2020-11-27").deadline.day == date(2025, 8, 1)
    assert at(facts, "2025-08-02").status is Status.OVERDUE


def test_second_extension_counts_from_the_first():
    second = Extension(Outcome.GRANTED, date(2024, 9, 13), requested_on=date(2023, 12, 1), granted_months=60)
    facts = lao(GRANT, second)
    assert at(facts, "2024-01-01").status is Status.EXTENSION_REQUESTED
    assert at(facts, "2024-01-01").deadline.day == date(2025, 8, 1)
    assert at(facts, "2024-09-13").deadline.day == date(2030, 8, 1)
    assert at(facts, "2024-09-13").deadline.sequence == 2


def test_R056_completed():
    facts = lao(is_completed=True, completed_on=date(2020, 7, 31))
    assert at(facts, "2020-07-30").status is Status.AT_RISK
    assert at(facts, "2020-07-31").status is Status.COMPLETED
    assert at(facts, "2030-01-01").status is Status.COMPLETED


def test_R056_late_completion_was_overdue_before():
    facts = lao(is_completed=True, completed_on=date(2020, 9, 1))
    assert at(facts, "2020-08-31").status is Status.OVERDUE
    assert at(facts, "2020-09-01").status is Status.COMPLETED


def test_completion_of_unknown_day_is_a_completion():
    assert at(lao(is_completed=True), "2012-01-01").status is Status.COMPLETED
    assert at(lao(is_completed=True), "2026-11-21").status is Status.COMPLETED


@pytest.mark.parametrize("standing", [Standing.UNCLEAR, Standing.NONE])
@pytest.mark.parametrize("day", ["2015-01-01", "2019-06-01", "2026-11-21"])
def test_R046_no_obligation_declared_is_no_missed_date(standing, day):
    result = at(lao(standing=standing), day)
    assert result.status is Status.NO_OBLIGATION_DECLARED
    assert result.latest_submission is None


def test_clarification_ends_the_obligation_from_its_day():
    """Guinea-Bissau missed a deadline and later clarified that it holds nothing."""
    facts = lao(no_obligation_since=date(2022, 5, 31))
    assert at(facts, "2022-05-30").status is Status.OVERDUE
    assert at(facts, "2022-05-31").status is Status.NO_OBLIGATION_DECLARED


def test_withdrawal_freezes_from_its_effective_day():
    facts = lao(withdrawn=date(2025, 3, 6), extensions=(GRANT,))
    assert at(facts, "2025-03-05").status is Status.AT_RISK
    assert at(facts, "2025-03-06").status is Status.FROZEN
    assert at(facts, "2026-01-01").status is Status.FROZEN  # its deadline passed after it left


def test_completed_before_withdrawal_stays_completed():
    facts = lao(is_completed=True, completed_on=date(2019, 1, 1), withdrawn=date(2025, 3, 6))
    assert at(facts, "2026-01-01").status is Status.COMPLETED


def test_two_article_4_clocks_run_side_by_side():
    """Edge case 8, and 9: what is found late stays on the first of them."""
    new = lao(clock=Clock.CLEARANCE_NEW, hostilities_ended=date(2016, 6, 30))
    assert at(lao(), "2021-01-01").status is Status.OVERDUE
    assert at(new, "2021-01-01").status is Status.ON_TRACK
    assert at(new, "2021-01-01").deadline.day == date(2026, 6, 30)


# --- certainty -------------------------------------------------------------------------------------------------------


def silent(*codes):
    return [FormalMeeting(m.code, m.first_day, m.last_day, m.code not in codes) for m in MEETINGS]


def test_overdue_is_certain_while_every_decision_is_on_record():
    assert at(lao(), "2020-08-02").is_certain


@pytest.mark.parametrize(("day", "certain"), [("2020-11-26", True), ("2020-11-27", False), ("2026-11-21", False)])
def test_overdue_is_uncertain_once_an_unrecorded_meeting_could_decide(day, certain):
    result = at(lao(), day, silent("2RC-1"))
    assert (result.status, result.is_certain) == (Status.OVERDUE, certain)


def test_meeting_that_set_the_deadline_leaves_no_doubt_about_it():
    assert at(lao(GRANT), "2026-01-01", silent("8MSP", "9MSP")).is_certain
    assert not at(lao(GRANT), "2026-01-01", silent("9MSP", "12MSP")).is_certain


@pytest.mark.parametrize("day", ["2015-01-01", "2019-06-01", "2020-08-01"])
def test_what_is_not_overdue_is_certain(day):
    assert at(lao(), day, silent("8MSP", "9MSP", "2RC-1")).is_certain


# --- the last day to ask ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("deadline", "latest", "meeting"),
    [
        ("2019-10-01", "2018-12-02", "9MSP"),  # Bulgaria, Article 3
        ("2020-08-01", "2018-12-02", "9MSP"),  # Lao PDR: some 20 months before
        ("2021-03-01", "2020-02-25", "2RC-1"),  # a Review Conference decides like a Meeting of States Parties
        ("2022-06-01", "2020-12-20", "2RC-2"),
        ("2022-09-01", "2020-12-20", "2RC-2"),  # 10MSP ends a day too late
        ("2022-09-03", "2021-11-30", "10MSP"),
        ("2024-09-13", "2022-12-11", "11MSP"),  # a meeting that ends on the day does not end before it
        ("2024-09-14", "2023-12-10", "12MSP"),
        ("2026-03-01", "2024-12-16", "13MSP"),
        ("2026-10-01", "2025-12-14", "3RC"),
        ("2027-08-01", "2025-12-14", "3RC"),
    ],
)
def test_R048_latest_submission(deadline, latest, meeting):
    assert expected_latest_submission(date.fromisoformat(deadline), MEETINGS) == (date.fromisoformat(latest), meeting)


@pytest.mark.parametrize("deadline", ["2027-09-19", "2028-11-01", "2034-02-01"])
def test_R048_nothing_is_promised_while_no_meeting_is_scheduled(deadline):
    assert expected_latest_submission(date.fromisoformat(deadline), MEETINGS) is None


def test_nothing_is_promised_without_meetings():
    assert expected_latest_submission(date(2027, 1, 1), []) is None
    assert consideration_meeting(date(2027, 1, 1), []) is None


def test_R048_late_review_conference_leaves_the_meeting_before():
    """2020: a deadline of 1 November fell before the 2RC, so 9MSP was the last to end before it (`domain` 1.1)."""
    assert expected_latest_submission(date(2020, 11, 1), MEETINGS) == (date(2018, 12, 2), "9MSP")


def test_clock_without_scheduled_meeting_is_not_at_risk():
    facts = lao(in_force=date(2024, 2, 1))
    result = at(facts, "2026-11-21")
    assert (result.status, result.latest_submission, result.consideration_meeting) == (Status.ON_TRACK, None, "")


def test_R048_position_names_the_meeting():
    result = at(lao(), "2015-01-01")
    assert (result.latest_submission, result.consideration_meeting) == (date(2018, 12, 2), "9MSP")


# --- the register ----------------------------------------------------------------------------------------------------


def clocks_on(day):
    obligations = Obligation.objects.clocks().with_facts()
    return {(o.state_id, o.limb): p for o, _facts, p in positions(obligations, day, formal_meetings())}


@pytest.mark.parametrize(
    ("iso3", "limb", "day", "status"),
    [
        ("AFG", "4.1(a)", "2026-11-21", Status.EXTENSION_REQUESTED),
        ("BWA", "3.2", "2018-09-17", Status.ON_TRACK),
        ("BWA", "3.2", "2018-09-18", Status.COMPLETED),
        ("COL", "4.1(a)", "2026-11-21", Status.NO_OBLIGATION_DECLARED),
        ("DEU", "4.1(a)", "2024-01-01", Status.AT_RISK),
        ("GNB", "3.2", "2019-05-02", Status.OVERDUE),
        ("GNB", "3.2", "2022-06-01", Status.NO_OBLIGATION_DECLARED),
        ("IRQ", "4.1(a)", "2026-11-21", Status.EXTENDED),
        ("NGA", "3.2", "2032-01-01", Status.NO_OBLIGATION_DECLARED),
        ("PER", "3.2", "2021-03-02", Status.EXTENDED),
        ("PER", "3.2", "2023-12-15", Status.COMPLETED),
        ("SSD", "4.1(a)", "2026-11-21", Status.ON_TRACK),
        ("TCD", "4.1(a)", "2026-11-21", Status.OVERDUE),
        ("ZMB", "4.1(a)", "2026-11-21", Status.COMPLETED),
    ],
)
def test_R056_register(db, iso3, limb, day, status):
    assert clocks_on(date.fromisoformat(day))[iso3, limb].status is status


def test_R055_register_lists_the_open_clocks_and_no_other(db, today):
    rows = current_rows(Obligation.objects.clocks().with_facts(), today, formal_meetings())
    running = {(row.state.iso3, row.article) for row in rows if row.is_running}
    assert running == {(s, 4) for s in ("AFG", "CHL", "DEU", "IRQ", "LAO", "LBN", "MRT", "SOM", "SSD", "TCD")}


def test_R047_first_deadlines_by_year(db):
    """2018 and 2019 hold deadlines of Article 3 alone; the first of Article 4 fall in 2020."""
    rows = history_rows(Obligation.objects.clocks().with_facts(), date(2017, 9, 4), formal_meetings())
    articles = {year: {row.article for row in rows if row.deadline.year == year} for year in range(2010, 2021)}
    assert articles[2018] == articles[2019] == {3}
    assert 4 in articles[2020]
    assert not any(articles[year] for year in range(2010, 2018))


def test_no_clock_before_entry_into_force(db):
    assert ("SSD", "4.1(a)") not in clocks_on(date(2024, 1, 31))
    assert ("SSD", "4.1(a)") in clocks_on(date(2024, 2, 1))


def test_no_clock_before_the_end_of_hostilities(db):
    """As of a day before the hostilities ended, Article 4.1(b) sets no deadline yet."""
    Obligation.objects.create(state_id="SSD", article=4, limb="4.1(b)", hostilities_ended=date(2025, 6, 30))
    assert ("SSD", "4.1(b)") not in clocks_on(date(2025, 6, 29))
    assert ("SSD", "4.1(b)") in clocks_on(date(2025, 6, 30))


def test_victim_assistance_has_no_clock(db, today):
    """Mistake 10: Article 5 has no treaty deadline."""
    assert Obligation.objects.filter(limb="5.1").exists()
    assert not list(positions(Obligation.objects.filter(limb="5.1").with_facts(), today, formal_meetings()))


def test_request_for_a_coming_meeting_is_open_in_the_register(db):
    """A request whose own day is not known was lodged before the meeting that is to consider it."""
    chad = Obligation.objects.get(state="TCD", limb="4.1(a)")
    ExtensionDecision.objects.create(
        obligation=chad, sequence=3, outcome="pending", meeting=Meeting.objects.get(code="3RC")
    )
    assert clocks_on(date(2026, 6, 1))["TCD", "4.1(a)"].status is Status.EXTENSION_REQUESTED


def test_request_not_decided_by_its_meeting_is_open_in_the_register(db, today):
    chad = Obligation.objects.get(state="TCD", limb="4.1(a)")
    meeting = Meeting.objects.get(code="3RC")
    ExtensionDecision.objects.create(
        obligation=chad, sequence=3, outcome="pending", meeting=meeting, requested_on=date(2025, 12, 1)
    )
    assert clocks_on(today)["TCD", "4.1(a)"].status is Status.EXTENSION_REQUESTED


@pytest.mark.parametrize(
    ("iso3", "limb", "day"),
    [
        ("ZAF", "3.2", date(2023, 11, 15)),
        pytest.param(
            *("BIH", "4.1(a)", date(2023, 9, 10)),
        ),
    ],
)
def test_completion_known_to_the_period_of_its_deadline_is_no_certain_overdue(db, iso3, limb, day):
    """The source says "2023" or "September 2023": it may have been in time, so nobody is called overdue for sure."""
    result = clocks_on(day)[iso3, limb]
    assert result.status is not Status.OVERDUE or not result.is_certain
