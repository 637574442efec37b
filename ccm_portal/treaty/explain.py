"""Why a date is what it is: the arithmetic step by step, the questions that a status answers, the meeting that decides.

The steps call the rules of `deadlines`, `dates` and `meetings` and add none of their own. Words stand in templates.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from ccm_portal.treaty.dates import (
    INITIAL_REPORT_DAYS,
    THIRTIETH_INSTRUMENT,
    add_months,
    annual_report_due,
    entry_into_force,
    initial_report_due,
)
from ccm_portal.treaty.deadlines import (
    CLEARANCE_YEARS,
    STOCKPILE_YEARS,
    Clock,
    Extension,
    Facts,
    Outcome,
    Position,
    Standing,
    Status,
    deadline_history,
    deadline_on,
    has_come,
)
from ccm_portal.treaty.meetings import (
    FormalMeeting,
    consideration_meeting,
    expected_latest_submission,
)


class Rule(StrEnum):
    """The rule that leads from one date to the next."""

    FIRST_THIRTY = "first_thirty"  # Article 17.1
    SIXTH_MONTH = "sixth_month"  # Article 17.2
    STOCKPILES = "stockpiles"  # Article 3.2
    CLEARANCE_EXISTING = "clearance_existing"  # Article 4.1(a)
    CLEARANCE_NEW = "clearance_new"  # Article 4.1(b)
    EXTENDED_BY = "extended_by"  # Articles 3.3 and 4.5: the decision names months
    EXTENDED_UNTIL = "extended_until"  # Articles 3.3 and 4.5: the decision names the day
    UNDECIDED = "undecided"  # a request that has changed nothing yet
    REFUSED = "refused"
    INITIAL_REPORT = "initial_report"  # Article 7.1
    ANNUAL_REPORT = "annual_report"  # Article 7.2


@dataclass(frozen=True, slots=True)
class Step:
    """From one date to the next. `amount` counts years, months or days, as the rule does; `extension` is the place of
    the request among those of the facts."""

    rule: Rule
    start: date
    result: date
    amount: int | None = None
    extension: int | None = None


OF_CLOCK = {
    Clock.STOCKPILES: (Rule.STOCKPILES, STOCKPILE_YEARS),
    Clock.CLEARANCE_EXISTING: (Rule.CLEARANCE_EXISTING, CLEARANCE_YEARS),
    Clock.CLEARANCE_NEW: (Rule.CLEARANCE_NEW, CLEARANCE_YEARS),
}


def in_force_step(deposited: date) -> Step:
    """Article 17: from the deposit of the instrument to the entry into force for the State."""
    rule = Rule.FIRST_THIRTY if deposited <= THIRTIETH_INSTRUMENT else Rule.SIXTH_MONTH
    return Step(rule, deposited, entry_into_force(deposited))


def clock_steps(facts: Facts, deposited: date, on: date) -> tuple[Step, ...]:
    """From the deposit of the instrument to the deadline that applied on a day, through every request known by it."""
    history = deadline_history(facts.original, facts.extensions)
    applied = history.index(deadline_on(history, on))
    rule, years = OF_CLOCK[facts.clock]
    start = facts.hostilities_ended if facts.clock is Clock.CLEARANCE_NEW else facts.in_force
    steps = [in_force_step(deposited), Step(rule, start or facts.in_force, facts.original, years)]
    granted = 0
    for place, extension in enumerate(facts.extensions):
        deadline = steps[-1].result
        granted += extension.outcome is Outcome.GRANTED
        if extension.outcome is Outcome.GRANTED and granted <= applied:
            new = history[granted].day
            by = Rule.EXTENDED_UNTIL if extension.granted_until else Rule.EXTENDED_BY
            steps.append(Step(by, deadline, new, whole_months(deadline, new), place))
        elif _is_known(extension, on):
            is_refused = extension.outcome is Outcome.REFUSED and has_come(extension.decided_on, on)
            steps.append(Step(Rule.REFUSED if is_refused else Rule.UNDECIDED, deadline, deadline, None, place))
    return tuple(steps)


def report_steps(deposited: date, covered_year: int | None) -> tuple[Step, ...]:
    """From the deposit of the instrument to the day on which the initial report is due, or the annual report for a
    year."""
    in_force = in_force_step(deposited)
    initial = Step(
        Rule.INITIAL_REPORT, in_force.result, initial_report_due(in_force.result), INITIAL_REPORT_DAYS
    )  # an annual report follows the initial one
    if covered_year is None:
        return in_force, initial
    last_day = date(covered_year, 12, 31)
    return in_force, initial, Step(Rule.ANNUAL_REPORT, last_day, annual_report_due(covered_year))


def whole_months(start: date, end: date) -> int | None:
    """How many months lead from one day to the other, where their number is whole."""
    months = (end.year - start.year) * 12 + end.month - start.month
    return months if months > 0 and add_months(start, months) == end else None


def _is_known(extension: Extension, on: date) -> bool:
    """Whether that day knew of the request."""
    if extension.requested_on is None and extension.decided_on is None:
        return True
    return has_come(extension.requested_on, on) or has_come(extension.decided_on, on)


class Question(StrEnum):
    """What a status asks, in this order; the first that decides ends it."""

    DECLARED = "declared"
    NOTHING_HELD = "nothing_held"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"
    REQUEST_OPEN = "request_open"
    PASSED = "passed"
    LAST_DAY_PASSED = "last_day_passed"
    EXTENDED = "extended"


@dataclass(frozen=True, slots=True)
class Check:
    """One question, its answer, and the day that it was answered by."""

    question: Question
    answer: bool
    day: date | None = None


def checks(facts: Facts, where: Position, on: date) -> tuple[Check, ...]:
    """The questions behind a status, up to the one that decided it."""
    latest = where.latest_submission
    asked = (
        Check(Question.DECLARED, facts.standing is Standing.DECLARED),
        Check(Question.NOTHING_HELD, where.status is Status.NO_OBLIGATION_DECLARED, facts.no_obligation_since),
        Check(Question.COMPLETED, where.status is Status.COMPLETED, facts.completed_on),
        Check(Question.WITHDRAWN, where.status is Status.FROZEN, facts.withdrawn),
        Check(Question.REQUEST_OPEN, where.status is Status.EXTENSION_REQUESTED),
        Check(Question.PASSED, where.deadline.day < on, where.deadline.day),
        Check(Question.LAST_DAY_PASSED, latest is not None and latest < on, latest),
        Check(Question.EXTENDED, where.deadline.sequence > 0),
    )
    decided = [check.answer is not (check.question is Question.DECLARED) for check in asked]
    return asked[: decided.index(True) + 1] if any(decided) else asked


class Hearing(StrEnum):
    """What is known of the meeting that would decide on a request."""

    KNOWN = "known"
    NOT_SCHEDULED = "not_scheduled"
    NONE_BEFORE = "none_before"


@dataclass(frozen=True, slots=True)
class Consideration:
    """The last meeting that can decide on a request in time, and by when the request must be lodged."""

    hearing: Hearing
    meeting: FormalMeeting | None = None
    latest: date | None = None


def consideration(deadline: date, meetings: Sequence[FormalMeeting]) -> Consideration:
    """Which meeting decides on an extension of a deadline, or why none can be named."""
    meeting = consideration_meeting(deadline, meetings)
    if meeting is None:
        return Consideration(Hearing.NONE_BEFORE)
    expected = expected_latest_submission(deadline, meetings)
    if expected is None:
        return Consideration(Hearing.NOT_SCHEDULED)
    return Consideration(Hearing.KNOWN, meeting, expected[0])


def turning_days(facts: Facts, meetings: Sequence[FormalMeeting]) -> frozenset[date]:
    """Every day on which what `position` says of a clock may differ from the day before. Between two of them it stays,
    so that a calendar can say when an entry last changed without anybody having written it down."""
    moves = {schedule.moved_on for meeting in meetings for schedule in meeting.earlier}
    calendars = [[meeting.as_set_on(day) for meeting in meetings] for day in [date.min, *moves]]
    days = moves | {
        facts.in_force, facts.hostilities_ended, facts.found_on, facts.no_obligation_since, facts.withdrawn,
        facts.completed_on, facts.completed_from,
    }  # fmt: skip
    for extension in facts.extensions:
        days |= {extension.requested_on, extension.decided_on}
    for deadline in deadline_history(facts.original, facts.extensions):
        days.add(deadline.day + timedelta(days=1))
        for calendar in calendars:
            if expected := expected_latest_submission(deadline.day, calendar):
                days.add(expected[0] + timedelta(days=1))
    days |= {m.last_day for calendar in calendars for m in calendar if not m.decisions_recorded}
    return frozenset(day for day in days if day is not None)
