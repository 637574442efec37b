"""When transparency reports are due and how their filing counts (Article 7)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ccm_portal.treaty.dates import FirstAnnualReport, annual_report_due, first_annual_report_year


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


class Standing(StrEnum):
    """How a due report stands as far as the register knows it: it need not hold every report."""

    NOT_DUE = "not_due"
    ON_TIME = "on_time"
    LATE = "late"
    RECEIVED = "received"  # and the day is not known well enough to say whether in time
    NOT_ON_RECORD = "not_on_record"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Filing:
    """A report as the sources show it: the day signed on its cover, and when the United Nations received it.

    Where that is not known to the day, `received` is the last day that fits and `earliest` the first.
    """

    signed: date | None = None
    received: date | None = None
    earliest: date | None = None

    @property
    def known_from(self) -> date | None:
        """The day from which the register may count it as filed."""
        return self.received or self.signed


def standing(due: date, filing: Filing | None, on: date, complete_on: date | None = None) -> Standing:
    """Article 7.1 and 7.2: on time up to and including the due date, late after it; nothing is received before it is
    signed, so a report signed after the due date is late. What is missing is overdue only where the register is known
    to hold every report received by a day `complete_on` after the due date."""
    known = filing if filing and filing.known_from and filing.known_from <= on else None
    if known and known.signed and known.signed > due:
        return Standing.LATE
    if known and known.received is None:
        return Standing.RECEIVED
    status = timeliness(due, known.received if known else None, on)
    if status is Timeliness.LATE and known and known.earliest and known.earliest <= due:
        return Standing.RECEIVED
    if status is Timeliness.OVERDUE and not (complete_on and complete_on > due):
        return Standing.NOT_ON_RECORD
    return Standing(status)


def next_annual_report_year(
    in_force: date, on: date, rule: FirstAnnualReport = FirstAnnualReport.YEAR_INITIAL_DUE
) -> int:
    """The covered year of the annual report that falls due next on or after the day `on`."""
    covered = on.year - 1 if on <= annual_report_due(on.year - 1) else on.year
    return max(covered, first_annual_report_year(in_force, rule))


def owes_annual_report(
    in_force: date,
    withdrawn: date | None,
    covered_year: int,
    rule: FirstAnnualReport = FirstAnnualReport.YEAR_INITIAL_DUE,
) -> bool:
    """Article 7.2: from the first covered year on, unless a withdrawal took effect by the due date."""
    is_bound = withdrawn is None or annual_report_due(covered_year) < withdrawn
    return covered_year >= first_annual_report_year(in_force, rule) and is_bound


def annual_reports_due(
    in_force: date,
    withdrawn: date | None,
    until: date,
    rule: FirstAnnualReport = FirstAnnualReport.YEAR_INITIAL_DUE,
) -> list[tuple[int, date]]:
    """Every annual report that fell due up to the day `until`: (covered year, due date).

    A report that falls due on or after the day a withdrawal takes effect is not owed.
    """
    due_dates = []
    year = first_annual_report_year(in_force, rule)
    while (due := annual_report_due(year)) <= until and (withdrawn is None or due < withdrawn):
        due_dates.append((year, due))
        year += 1
    return due_dates
