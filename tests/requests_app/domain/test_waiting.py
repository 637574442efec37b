"""What waits on whom; working days; the yearly question and those after a closing."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from requests_app.domain.lifecycle import OPEN
from requests_app.enums import Status
from requests_app.waiting.domain.calendar import (
    add_working_days,
    is_to_be_asked,
    last_anniversary,
    questions_due,
)
from requests_app.waiting.domain.limits import TIME_LIMITS, limits_with
from requests_app.waiting.domain.waiting import NEXT_STEP, Life, alarms, waiting
from requests_app.waiting.enums import AlarmReason, Limit, Party

DAY = date(2026, 3, 2)  # a Monday


def life(status, **values):
    return Life(**{"status": status, "submitted_on": DAY, "since": DAY} | values)


def found(status, **values):
    return [(item.party, item.what, item.since) for item in waiting(life(status, **values), TIME_LIMITS)]


def test_every_limit_has_its_days_and_every_open_status_its_next_step():
    assert set(TIME_LIMITS) == set(Limit)
    assert set(NEXT_STEP) == set(OPEN)


@pytest.mark.parametrize("status", sorted(set(Status) - set(OPEN)))
def test_nothing_waits_in_a_draft_or_after_the_closing(status):
    assert found(status, silent_since=DAY, asked_valid_on=DAY, is_confirmed=False) == []


@pytest.mark.parametrize(
    ("status", "party", "what"),
    [
        (Status.SUBMITTED, Party.HANDLERS, Limit.FIRST_STEP),
        (Status.CLARIFICATION, Party.OWNER, Limit.CLARIFY),
        (Status.ANSWERED, Party.OWNER, Limit.AGREE),
        (Status.DELIVERED, Party.OWNER, Limit.CLOSE),
    ],
)
def test_N15_who_has_the_next_step(status, party, what):
    assert found(status) == [(party, what, DAY)]


def test_N15_relayed_waits_on_the_supporters_since_the_earliest_silent_relay():
    earlier = DAY - timedelta(days=9)
    assert found(Status.RELAYED, silent_since=earlier) == [(Party.SUPPORTERS, Limit.ANSWER, earlier)]
    assert (Party.SUPPORTERS, Limit.ANSWER, earlier) in found(Status.ANSWERED, silent_since=earlier)


def test_N15_most_pressing_first_and_overdue_from_the_day_after_the_last():
    items = waiting(life(Status.CLARIFICATION, silence=(Party.OWNER, DAY, DAY + timedelta(days=7))), TIME_LIMITS)
    assert [item.what for item in items] == [Limit.SILENCE, Limit.CLARIFY]
    assert not items[0].is_overdue(DAY + timedelta(days=7))
    assert items[0].is_overdue(DAY + timedelta(days=8))


def test_time_limit_of_the_isu_replaces_the_tables_own():
    item = waiting(life(Status.SUBMITTED), limits_with({"first_step": 3}))[0]
    assert item.due_on == DAY + timedelta(days=3)


# --- alarms ---------------------------------------------------------------------------------------------------------


def alarmed(status, on, relay=None, is_answered=False):
    return alarms(status, DAY, relay, is_answered=is_answered, on=on, limits=TIME_LIMITS)


def test_N7_alarm_on_the_day_and_not_before():
    silent, unmatched = DAY + timedelta(days=45), DAY + timedelta(days=90)
    assert alarmed(Status.RELAYED, silent - timedelta(days=1), DAY) == set()
    assert alarmed(Status.RELAYED, silent, DAY) == {AlarmReason.NO_ANSWER}
    assert alarmed(Status.ANSWERED, silent, DAY, is_answered=True) == set()
    assert alarmed(Status.SUBMITTED, unmatched - timedelta(days=1)) == set()
    assert alarmed(Status.SUBMITTED, unmatched) == {AlarmReason.NO_MATCH}
    assert alarmed(Status.AGREED, unmatched) == set()
    assert alarmed(Status.WITHDRAWN, unmatched, DAY) == set()


# --- days -----------------------------------------------------------------------------------------------------------


def test_N5_five_working_days_skip_the_weekend_and_verified_holidays():
    monday, friday = DAY, date(2026, 3, 6)
    assert add_working_days(monday, 5) == date(2026, 3, 9)
    assert add_working_days(friday, 5) == date(2026, 3, 13)
    assert add_working_days(date(2026, 3, 7), 5) == date(2026, 3, 13), "a Saturday begins like the Friday"
    assert add_working_days(friday, 5, {date(2026, 3, 10)}) == date(2026, 3, 16)


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(1, 40), st.sets(st.dates(date(2020, 1, 1))))
def test_N5_the_period_holds_exactly_its_working_days_and_ends_on_one(start, days, holidays):
    end = add_working_days(start, days, holidays)
    inside = [start + timedelta(days=n) for n in range(1, (end - start).days + 1)]
    assert sum(day.weekday() < 5 and day not in holidays for day in inside) == days
    assert end.weekday() < 5
    assert end not in holidays


def test_N7_asked_once_after_each_anniversary():
    submitted = date(2024, 2, 29)
    assert last_anniversary(submitted, date(2025, 2, 27)) is None
    assert last_anniversary(submitted, date(2025, 2, 28)) == date(2025, 2, 28)
    assert is_to_be_asked(submitted, None, date(2025, 6, 1))
    assert not is_to_be_asked(submitted, date(2025, 6, 1), date(2026, 2, 27))
    assert is_to_be_asked(submitted, date(2025, 6, 1), date(2026, 2, 28))


def test_N8_questions_three_and_twelve_months_after_the_closing():
    closed = date(2025, 1, 31)
    asked = {on: questions_due(closed, on) for on in (
        date(2025, 4, 29), date(2025, 4, 30), date(2026, 1, 30), date(2026, 1, 31), date(2026, 7, 31)
    )}  # fmt: skip
    assert list(asked.values()) == [[], [3], [3], [12], []]
