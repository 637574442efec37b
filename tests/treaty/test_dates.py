"""Calendar arithmetic of Articles 3, 4, 7, 8, 17 and 20 against the vectors of `domain` 1.1 and 1.16."""

from datetime import date

import pytest

from ccm_portal.treaty.dates import (
    add_months,
    add_years,
    annual_report_due,
    clarification_reply_due,
    entry_into_force,
    first_annual_report_year,
    initial_report_due,
    plan_circulation_due,
    withdrawal_effective,
)
from ccm_portal.treaty.deadlines import (
    Clock,
    Extension,
    Outcome,
    article3_deadline,
    article4_deadline_existing,
    article4_deadline_new,
    deadline_history,
    original_deadline,
)
from ccm_portal.treaty.meetings import FormalMeeting, consideration_meeting, latest_submission


def day(text):
    return date.fromisoformat(text)


# `domain` 1.16: State, deposit, entry into force, Article 3, Article 4, initial report
VECTORS = [
    ("Albania", "2009-06-16", "2010-08-01", "2018-08-01", "2020-08-01", "2011-01-28"),
    ("Burkina Faso, with the 30th", "2010-02-16", "2010-08-01", "2018-08-01", "2020-08-01", "2011-01-28"),
    ("Ecuador", "2010-05-11", "2010-11-01", "2018-11-01", "2020-11-01", "2011-04-30"),
    ("Comoros", "2010-07-28", "2011-01-01", "2019-01-01", "2021-01-01", "2011-06-30"),
    ("Bosnia and Herzegovina", "2010-09-07", "2011-03-01", "2019-03-01", "2021-03-01", "2011-08-28"),
    ("Chile", "2010-12-16", "2011-06-01", "2019-06-01", "2021-06-01", "2011-11-28"),
    ("Bulgaria", "2011-04-06", "2011-10-01", "2019-10-01", "2021-10-01", "2012-03-29"),
    ("Botswana", "2011-06-27", "2011-12-01", "2019-12-01", "2021-12-01", "2012-05-29"),
    ("Cook Islands", "2011-08-23", "2012-02-01", "2020-02-01", "2022-02-01", "2012-07-30"),
    ("Afghanistan", "2011-09-08", "2012-03-01", "2020-03-01", "2022-03-01", "2012-08-28"),
    ("Switzerland", "2012-07-17", "2013-01-01", "2021-01-01", "2023-01-01", "2013-06-30"),
    ("Chad", "2013-03-26", "2013-09-01", "2021-09-01", "2023-09-01", "2014-02-28"),
    ("Bolivia", "2013-04-30", "2013-10-01", "2021-10-01", "2023-10-01", "2014-03-30"),
    ("Belize", "2014-09-02", "2015-03-01", "2023-03-01", "2025-03-01", "2015-08-28"),
    ("Vanuatu", "2025-09-05", "2026-03-01", "2034-03-01", "2036-03-01", "2026-08-28"),
]


@pytest.mark.parametrize("vector", VECTORS, ids=[vector[0] for vector in VECTORS])
def test_R046_vectors(vector):
    deposit, in_force, article3, article4, initial = map(day, vector[1:])
    assert entry_into_force(deposit) == in_force
    assert article3_deadline(in_force) == article3
    assert article4_deadline_existing(in_force) == article4
    assert initial_report_due(in_force) == initial


@pytest.mark.parametrize(
    ("clock", "hostilities_ended", "deadline"),
    [
        (Clock.STOCKPILES, None, "2019-03-01"),
        (Clock.CLEARANCE_EXISTING, None, "2021-03-01"),
        (Clock.CLEARANCE_NEW, date(2014, 9, 30), "2024-09-30"),
    ],
)
def test_R046_original_deadline_of_each_clock(clock, hostilities_ended, deadline):
    assert original_deadline(clock, date(2011, 3, 1), hostilities_ended) == day(deadline)


def test_original_deadline_of_later_remnants_needs_the_end_of_hostilities():
    with pytest.raises(ValueError, match="hostilities"):
        original_deadline(Clock.CLEARANCE_NEW, date(2011, 3, 1))


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2024-01-31", 1, "2024-02-29"),
        ("2023-01-31", 1, "2023-02-28"),
        ("2024-03-31", -1, "2024-02-29"),
        ("2025-08-31", 1, "2025-09-30"),
        ("2025-11-30", -9, "2025-02-28"),
        ("2010-12-01", 1, "2011-01-01"),
        ("2011-01-01", -1, "2010-12-01"),
        ("2012-02-29", 12, "2013-02-28"),
        ("2012-02-29", 48, "2016-02-29"),
        ("2012-02-29", 0, "2012-02-29"),
        ("2024-12-31", -22, "2023-02-28"),
    ],
)
def test_months_keep_the_day_or_clamp(start, months, end):
    assert add_months(day(start), months) == day(end)


@pytest.mark.parametrize(("start", "years", "end"), [("2012-02-29", 10, "2022-02-28"), ("2016-02-29", 8, "2024-02-29")])
def test_years_from_a_leap_day(start, years, end):
    assert add_years(day(start), years) == day(end)


# --- Article 17 ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("deposit", "in_force"),
    [
        ("2008-12-03", "2010-08-01"),
        ("2010-02-15", "2010-08-01"),
        ("2010-02-16", "2010-08-01"),
        ("2010-02-17", "2010-08-01"),  # February + 6 happens to be August too
        ("2010-02-28", "2010-08-01"),
        ("2010-03-01", "2010-09-01"),
        ("2010-05-11", "2010-11-01"),
        ("2010-07-28", "2011-01-01"),
        ("2010-07-31", "2011-01-01"),
        ("2010-08-01", "2011-02-01"),
    ],
)
def test_R046_thirty_instrument_rule(deposit, in_force):
    """Edge case 1: those who deposited after the thirtieth instrument do not share 1 August 2010."""
    assert entry_into_force(day(deposit)) == day(in_force)


@pytest.mark.parametrize(
    ("first", "second", "in_force"),
    [
        ("2013-04-09", "2013-04-30", "2013-10-01"),  # Andorra and Bolivia
        ("2012-02-01", "2012-02-29", "2012-08-01"),
        ("2012-07-01", "2012-07-31", "2013-01-01"),
        ("2012-08-01", "2012-08-31", "2013-02-01"),
        ("2012-12-01", "2012-12-31", "2013-06-01"),
    ],
)
def test_day_of_deposit_never_matters(first, second, in_force):
    assert entry_into_force(day(first)) == entry_into_force(day(second)) == day(in_force)


# --- Article 7 -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("in_force", "due", "wrong"),
    [
        ("2015-04-01", "2015-09-28", "2015-04-19"),  # Guinea, as a list of 2015 counts it from deposit
        ("2011-04-01", "2011-09-28", "2011-10-28"),  # Cabo Verde, same list
        ("2016-03-01", "2016-08-28", "2016-08-31"),  # Somalia, six months less a day
        ("2012-12-01", "2013-05-30", "2013-05-29"),  # Togo, one day less
    ],
)
def test_initial_report_is_180_days_from_entry_into_force(in_force, due, wrong):
    """Edge case 2: not from deposit, not six months."""
    assert initial_report_due(day(in_force)) == day(due) != day(wrong)


@pytest.mark.parametrize(
    ("deposit", "due"),
    [
        ("2010-07-28", "2011-06-30"),  # Comoros
        ("2011-08-23", "2012-07-30"),  # Cook Islands, across 29 February
        ("2013-03-26", "2014-02-28"),  # Chad
        ("2011-12-20", "2012-11-28"),  # Dominican Republic
        ("2012-07-12", "2013-06-30"),  # Cameroon
    ],
)
def test_initial_report_published_dates(deposit, due):
    assert initial_report_due(entry_into_force(day(deposit))) == day(due)


def test_initial_report_and_30_april_can_coincide():
    """Edge case 3: Fiji; its first annual report is that of the next year."""
    in_force = entry_into_force(date(2010, 5, 28))
    assert in_force == date(2010, 11, 1)
    assert initial_report_due(in_force) == annual_report_due(2010) == date(2011, 4, 30)
    assert annual_report_due(first_annual_report_year(in_force)) == date(2012, 4, 30)


@pytest.mark.parametrize(
    ("in_force", "covered", "due"),
    [
        ("2026-03-01", 2026, "2027-04-30"),  # Vanuatu: initial 28 August 2026
        ("2010-08-01", 2011, "2012-04-30"),  # initial 28 January 2011
        ("2024-07-01", 2024, "2025-04-30"),  # initial 28 December 2024
        ("2023-08-01", 2024, "2025-04-30"),  # initial 28 January 2024
    ],
)
def test_first_annual_report(in_force, covered, due):
    """Edge case 4: 30 April of the calendar year after that in which the initial report fell due."""
    year = first_annual_report_year(day(in_force))
    assert (year, annual_report_due(year)) == (covered, day(due))


@pytest.mark.parametrize("covered", [2010, 2016, 2021, 2022, 2028])
def test_30_april_is_30_april(covered):
    """Edge case 6: weekends (2011, 2017, 2022, 2023) and leap years move nothing."""
    assert annual_report_due(covered) == date(covered + 1, 4, 30)


# --- extensions and meetings -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("deadline", "months", "extended"),
    [
        ("2021-03-01", 18, "2022-09-01"),  # Bosnia and Herzegovina
        ("2024-10-01", 24, "2026-10-01"),  # Chad, "2 years, interim"
        ("2023-09-01", 13, "2024-10-01"),
        ("2020-08-01", 60, "2025-08-01"),
        ("2019-10-31", 4, "2020-02-29"),
    ],
)
def test_extension_counts_from_the_deadline_in_months(deadline, months, extended):
    """Edge case 7; the decision, years earlier here, moves nothing."""
    grant = Extension(Outcome.GRANTED, decided_on=date(2018, 9, 5), granted_months=months)
    assert deadline_history(day(deadline), [grant])[-1].day == day(extended)


@pytest.mark.parametrize(
    ("meeting", "latest"),
    [
        ("2019-09-02", "2018-12-02"),  # 9MSP
        ("2024-09-10", "2023-12-10"),  # 12MSP
        ("2025-09-16", "2024-12-16"),  # 13MSP
        ("2025-11-30", "2025-02-28"),  # clamped
        ("2024-11-30", "2024-02-29"),
    ],
)
def test_R048_request_is_due_nine_months_before_the_meeting(meeting, latest):
    assert latest_submission(day(meeting)) == day(latest)


def test_postponed_meeting_moves_the_last_day_to_ask():
    """Edge case 12: the second part of the 2RC was planned for February and held in September 2021."""
    assert latest_submission(date(2021, 2, 4)) == date(2020, 5, 4)
    assert latest_submission(date(2021, 9, 20)) == date(2020, 12, 20)


def test_split_conference_decides_in_its_first_part_too():
    parts = [
        FormalMeeting("2RC-1", date(2020, 11, 25), date(2020, 11, 27)),
        FormalMeeting("2RC-2", date(2021, 9, 20), date(2021, 9, 21)),
    ]
    assert consideration_meeting(date(2021, 3, 1), parts).code == "2RC-1"
    assert consideration_meeting(date(2021, 11, 1), parts).code == "2RC-2"


def test_silence_procedure_decides_between_meetings():
    """Edge case 11: the decision has its own date, and the extension still counts from the deadline."""
    grant = Extension(Outcome.GRANTED, decided_on=date(2021, 2, 12), granted_months=18, decided_by="2RC-1")
    original, extended = deadline_history(date(2021, 3, 1), [grant])
    assert (original.day, original.decided_on) == (date(2021, 3, 1), None)
    assert (extended.day, extended.decided_on, extended.sequence) == (date(2022, 9, 1), date(2021, 2, 12), 1)


@pytest.mark.parametrize("ended", ["2014-09-30", "2016-02-29", "2020-12-31"])
def test_each_period_of_hostilities_has_its_own_deadline(ended):
    assert article4_deadline_new(day(ended)) == add_months(day(ended), 120)


# --- Articles 8 and 20, ISU plan -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("received", "conflict_ended", "effective"),
    [
        ("2024-09-06", None, "2025-03-06"),  # Lithuania
        ("2024-09-06", "2025-01-15", "2025-03-06"),  # the conflict ended within the six months
        ("2024-09-06", "2025-03-06", "2025-03-06"),
        ("2024-09-06", "2026-05-20", "2026-05-20"),
        ("2024-08-31", None, "2025-02-28"),
    ],
)
def test_withdrawal_takes_effect_after_six_months_or_the_armed_conflict(received, conflict_ended, effective):
    assert withdrawal_effective(day(received), conflict_ended and day(conflict_ended)) == day(effective)


@pytest.mark.parametrize(("received", "due"), [("2024-02-01", "2024-02-29"), ("2023-12-15", "2024-01-12")])
def test_clarification_is_due_in_28_days(received, due):
    assert clarification_reply_due(day(received)) == day(due)


def test_plan_circulates_60_days_before_the_meeting():
    assert plan_circulation_due(date(2017, 9, 4)) == date(2017, 7, 6)
