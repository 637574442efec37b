"""Working days, the yearly question, and the questions after a request was closed."""

from collections.abc import Collection
from datetime import date, timedelta

from ccm_portal.treaty.dates import add_months

SATURDAY = 5
#: The questions come so many months after the closing, and not any more so many months after it.
QUESTIONS: dict[int, int] = {3: 12, 12: 18}


def add_working_days(start: date, days: int, holidays: Collection[date] = ()) -> date:
    """The last day of a period of working days that begins on the day after `start`."""
    day = start
    while days > 0:
        day += timedelta(days=1)
        if day.weekday() < SATURDAY and day not in holidays:
            days -= 1
    return day


def last_anniversary(submitted_on: date, on: date) -> date | None:
    """The latest full year since the submission; None in the first one."""
    years = on.year - submitted_on.year
    if add_months(submitted_on, 12 * years) > on:
        years -= 1
    return add_months(submitted_on, 12 * years) if years > 0 else None


def is_to_be_asked(submitted_on: date, last_asked_on: date | None, on: date) -> bool:
    """Whether the question “still valid?” of this year is due: once after each anniversary."""
    anniversary = last_anniversary(submitted_on, on)
    return anniversary is not None and (last_asked_on is None or last_asked_on < anniversary)


def questions_due(closed_on: date, on: date) -> list[int]:
    """Which of the questions after the closing are to be asked by a day."""
    return [
        months
        for months, until in QUESTIONS.items()
        if add_months(closed_on, months) <= on < add_months(closed_on, until)
    ]
