"""When transparency reports are due and how their filing counts (Article 7)."""

from datetime import date
from enum import StrEnum

from ccm_portal.treaty.dates import annual_report_due, first_annual_report_year


class Timeliness(StrEnum):
    """How a due report stands. What counts is the filing with the United Nations, never one in the portal."""

    NOT_DUE = "not_due"
    ON_TIME = "on_time"
    LATE = "late"
    OVERDUE = "overdue"


def timeliness(due: date, received: date | None, on: date) -> Timeliness:
    """Article 7.1 and 7.2: on time up to and including the due date, late when received after it, overdue while
    missing after it. Reports received after `on` are not known to that day."""
    if received and received <= on:
        return Timeliness.ON_TIME if received <= due else Timeliness.LATE
    return Timeliness.OVERDUE if on > due else Timeliness.NOT_DUE


def next_annual_report_year(in_force: date, on: date) -> int:
    """The covered year of the annual report that falls due next on or after the day `on`."""
    covered = on.year - 1 if on <= annual_report_due(on.year - 1) else on.year
    return max(covered, first_annual_report_year(in_force))


def annual_reports_due(in_force: date, withdrawn: date | None, until: date) -> list[tuple[int, date]]:
    """Every annual report that fell due up to the day `until`: (covered year, due date).

    A report that falls due on or after the day a withdrawal takes effect is not owed.
    """
    due_dates = []
    year = first_annual_report_year(in_force)
    while (due := annual_report_due(year)) <= until and (withdrawn is None or due < withdrawn):
        due_dates.append((year, due))
        year += 1
    return due_dates
