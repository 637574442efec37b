"""Calendar arithmetic and the dates that follow from a State's own acts (Articles 7, 17 and 20).

All dates are plain calendar dates. The treaty knows no weekends and no time zones.
"""

import calendar
from datetime import date, timedelta
from enum import StrEnum

# Article 17.1: the Convention entered into force on the first day of the sixth month after the month of the
# thirtieth instrument, which was deposited on 16 February 2010.
THIRTIETH_INSTRUMENT = date(2010, 2, 16)
CONVENTION_IN_FORCE = date(2010, 8, 1)

INITIAL_REPORT_DAYS = 180  # Article 7.1: days, not six months
CLARIFICATION_DAYS = 28  # Article 8.2
PLAN_CIRCULATION_DAYS = 60  # ISU financial procedures, as stated in the 2018 work plan


def add_months(day: date, months: int) -> date:
    """The same day of the month `months` later (earlier when negative), or that month's last day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def add_years(day: date, years: int) -> date:
    """The same day `years` later; 29 February becomes 28 February in a common year."""
    return add_months(day, 12 * years)


def entry_into_force(deposit: date) -> date:
    """Article 17: 1 August 2010 for the first thirty instruments, else the first day of the sixth month after the
    month in which the State deposited its own; the day of deposit never matters."""
    if deposit <= THIRTIETH_INSTRUMENT:
        return CONVENTION_IN_FORCE
    return add_months(deposit.replace(day=1), 6)


def withdrawal_effective(received: date, conflict_ended: date | None = None) -> date:
    """Article 20.3: six months after the Depositary received the notice, or the end of the armed conflict in which
    the State was then engaged, if that is later."""
    six_months_on = add_months(received, 6)
    return max(six_months_on, conflict_ended) if conflict_ended else six_months_on


def initial_report_due(in_force: date) -> date:
    """Article 7.1: at the latest 180 days after the entry into force for the State."""
    return in_force + timedelta(days=INITIAL_REPORT_DAYS)


def annual_report_due(covered_year: int) -> date:
    """Article 7.2: by 30 April of the year after the calendar year that the report covers."""
    return date(covered_year + 1, 4, 30)


class FirstAnnualReport(StrEnum):
    """Which calendar year the first annual report covers: the Convention does not say it in so many words."""

    YEAR_INITIAL_DUE = "year_initial_due"
    YEAR_IN_FORCE = "year_in_force"


def first_annual_report_year(in_force: date, rule: FirstAnnualReport = FirstAnnualReport.YEAR_INITIAL_DUE) -> int:
    """Article 7.2, working rule to be confirmed with the ISU: the first calendar year that an annual report covers is
    the one in which the initial report fell due, or else the one in which the Convention entered into force."""
    return in_force.year if rule is FirstAnnualReport.YEAR_IN_FORCE else initial_report_due(in_force).year


def clarification_reply_due(received: date) -> date:
    """Article 8.2: within 28 days of the request for clarification."""
    return received + timedelta(days=CLARIFICATION_DAYS)


def plan_circulation_due(meeting_first_day: date) -> date:
    """The ISU's work plan and budget circulate 60 days before the first day of the meeting that approves them."""
    return meeting_first_day - timedelta(days=PLAN_CIRCULATION_DAYS)
