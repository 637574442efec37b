"""The clocks of Articles 3 and 4: each successive deadline, and what it means on a given day.

Article 5, 6 and 9 obligations have no treaty deadline and therefore no clock here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ccm_portal.treaty.dates import add_months, add_years
from ccm_portal.treaty.meetings import FormalMeeting, expected_latest_submission

STOCKPILE_YEARS = 8  # Article 3.2
CLEARANCE_YEARS = 10  # Article 4.1(a) and (b)


class Clock(StrEnum):
    """A time-bound obligation. One State may run both Article 4 clocks, and several of the second."""

    STOCKPILES = "3.2"
    CLEARANCE_EXISTING = "4.1(a)"
    CLEARANCE_NEW = "4.1(b)"


class Basis(StrEnum):
    """What a deadline rests on."""

    TREATY = "treaty"
    EXTENSION = "extension"


class Outcome(StrEnum):
    """What became of an extension request."""

    GRANTED = "granted"
    REFUSED = "refused"
    PENDING = "pending"  # lodged, not yet considered
    NOT_SEEN = "not_seen"  # considered by a meeting whose decision the register's sources do not show


class Standing(StrEnum):
    """What is known of an obligation's existence."""

    DECLARED = "declared"
    UNCLEAR = "unclear"
    NONE = "none"


class Status(StrEnum):
    """What a clock says on a given day."""

    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    EXTENSION_REQUESTED = "extension_requested"
    EXTENDED = "extended"
    COMPLETED = "completed"
    OVERDUE = "overdue"
    NO_OBLIGATION_DECLARED = "no_obligation_declared"
    FROZEN = "deadline_frozen"


def article3_deadline(in_force: date) -> date:
    """Article 3.2: stockpiles are destroyed within eight years of the entry into force for the State."""
    return add_years(in_force, STOCKPILE_YEARS)


def article4_deadline_existing(in_force: date) -> date:
    """Article 4.1(a): remnants already there at entry into force are cleared within ten years of it, also when they
    are found later."""
    return add_years(in_force, CLEARANCE_YEARS)


def article4_deadline_new(hostilities_ended: date) -> date:
    """Article 4.1(b): munitions that became remnants after entry into force are cleared within ten years of the end
    of the active hostilities in which they did; each period of hostilities has its own deadline."""
    return add_years(hostilities_ended, CLEARANCE_YEARS)


def original_deadline(clock: Clock, in_force: date, hostilities_ended: date | None = None) -> date:
    """The deadline that the treaty itself sets for a clock. Raises ValueError where 4.1(b) lacks its end of
    hostilities."""
    if clock is Clock.STOCKPILES:
        return article3_deadline(in_force)
    if clock is Clock.CLEARANCE_EXISTING:
        return article4_deadline_existing(in_force)
    if hostilities_ended is None:
        raise ValueError("Article 4.1(b) runs from the end of active hostilities, which is not given")
    return article4_deadline_new(hostilities_ended)


@dataclass(frozen=True, slots=True)
class Extension:
    """One extension request and what became of it. A grant names a date, or months from the old deadline."""

    outcome: Outcome
    decided_on: date | None = None  # last day of the deciding meeting, or of the silence procedure
    requested_on: date | None = None
    granted_until: date | None = None
    granted_months: int | None = None
    decided_by: str = ""
    month_precision: bool = False  # the source gives the month only
    source: str = ""
    number: int | None = None  # 1 for the first request of a clock; the next number where not given


@dataclass(frozen=True, slots=True)
class Deadline:
    """One of the successive deadlines of a clock; sequence 0 is the treaty's own, n that of the n-th request."""

    sequence: int
    day: date
    basis: Basis
    decided_by: str = ""
    decided_on: date | None = None
    month_precision: bool = False
    source: str = ""

    def is_decided_by(self, on: date) -> bool:
        """Whether it already applied on a day; the treaty's own always did."""
        return self.decided_on is None or self.decided_on <= on


def deadline_history(original: date, extensions: Iterable[Extension]) -> tuple[Deadline, ...]:
    """Articles 3.3 and 4.5: every deadline in turn; an extension counts from the deadline it replaces, never from
    the decision."""
    deadlines = [Deadline(0, original, Basis.TREATY)]
    for extension in extensions:
        if extension.outcome is not Outcome.GRANTED:
            continue
        day = extension.granted_until or add_months(deadlines[-1].day, extension.granted_months or 0)
        deadlines.append(
            Deadline(
                extension.number or deadlines[-1].sequence + 1,
                day,
                Basis.EXTENSION,
                extension.decided_by,
                extension.decided_on,
                extension.month_precision,
                extension.source,
            )
        )
    return tuple(deadlines)


def deadline_on(history: Sequence[Deadline], on: date) -> Deadline:
    """The deadline that applied on a day: the last one decided by then."""
    return [deadline for deadline in history if deadline.is_decided_by(on)][-1]


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the register holds on one clock of one State."""

    clock: Clock
    standing: Standing
    in_force: date
    hostilities_ended: date | None = None
    extensions: tuple[Extension, ...] = ()
    completed_on: date | None = None  # the last day that fits what the source says
    completed_from: date | None = None  # the first day that fits, where the source gives a month or a year
    is_completed: bool = False  # a completion is on record, even if its day is not known
    no_obligation_since: date | None = None  # the State clarified that it holds nothing
    withdrawn: date | None = None
    found_on: date | None = None  # remnants or stocks found later; the clock runs from entry into force all the same

    @property
    def known_from(self) -> date:
        """The day from which there is a clock to speak of: in force for the State, hostilities ended, remnants
        found."""
        return max(day for day in (self.in_force, self.hostilities_ended, self.found_on) if day)

    @property
    def original(self) -> date:
        """The deadline that the treaty itself sets."""
        return original_deadline(self.clock, self.in_force, self.hostilities_ended)


@dataclass(frozen=True, slots=True)
class Position:
    """Where a clock stands on a day."""

    deadline: Deadline
    status: Status
    latest_submission: date | None = None
    consideration_meeting: str = ""
    is_certain: bool = True  # False for an overdue clock that an unrecorded decision or completion may have stopped


#: (request open, deadline passed, last day to ask passed, extended before) -> status of a declared, uncompleted
#: obligation. An open request stands before a passed deadline, because the decision may move it; a missed last day to
#: ask stands before "extended", because it is what needs somebody.
RUNNING: dict[tuple[bool, bool, bool, bool], Status] = {
    (requested, passed, too_late, extended): status
    for (requested, passed, too_late, extended_values), status in {
        (True, False, False, (False, True)): Status.EXTENSION_REQUESTED,
        (True, False, True, (False, True)): Status.EXTENSION_REQUESTED,
        (True, True, False, (False, True)): Status.EXTENSION_REQUESTED,
        (True, True, True, (False, True)): Status.EXTENSION_REQUESTED,
        (False, True, False, (False, True)): Status.OVERDUE,
        (False, True, True, (False, True)): Status.OVERDUE,
        (False, False, True, (False, True)): Status.AT_RISK,
        (False, False, False, (True,)): Status.EXTENDED,
        (False, False, False, (False,)): Status.ON_TRACK,
    }.items()
    for extended in extended_values
}


def is_lodged_by(extension: Extension, on: date) -> bool:
    """Whether a request was lodged by a day. One on record as pending has been, even if the day is not known."""
    return has_come(
        extension.requested_on or (date.min if extension.outcome is Outcome.PENDING else extension.decided_on), on
    )


def _request_open(extensions: Iterable[Extension], on: date) -> bool:
    """Whether on that day the latest request was lodged and its decision not (known to be) taken."""
    latest: Extension | None = None
    for extension in extensions:
        if is_lodged_by(extension, on):
            latest = extension
    if latest is None or latest.outcome in {Outcome.NOT_SEEN, Outcome.PENDING}:
        return latest is not None
    return latest.decided_on is None or latest.decided_on > on


def position(facts: Facts, on: date, meetings: Sequence[FormalMeeting]) -> Position:
    """Where a clock stands on a day, as the register knows it.

    No obligation declared is never a missed deadline; a withdrawal freezes the clock from the day it takes effect.
    """
    meetings = [meeting.as_set_on(on) for meeting in meetings]
    current = deadline_on(deadline_history(facts.original, facts.extensions), on)
    if facts.standing is not Standing.DECLARED or has_come(facts.no_obligation_since, on):
        return Position(current, Status.NO_OBLIGATION_DECLARED)
    if facts.is_completed and (facts.completed_on is None or facts.completed_on <= on):
        return Position(current, Status.COMPLETED)
    if has_come(facts.withdrawn, on):
        return Position(current, Status.FROZEN)
    expected = expected_latest_submission(current.day, meetings)
    status = RUNNING[
        _request_open(facts.extensions, on),
        current.day < on,
        expected is not None and expected[0] < on,
        current.sequence > 0,
    ]
    return Position(
        current,
        status,
        expected[0] if expected else None,
        expected[1] if expected else "",
        is_certain=status is not Status.OVERDUE
        or not (_undecided_since(current, on, meetings) or has_come(facts.completed_from, on)),
    )


def has_come(day: date | None, on: date) -> bool:
    """Whether a day that may not be known has come."""
    return day is not None and day <= on


def _undecided_since(current: Deadline, on: date, meetings: Iterable[FormalMeeting]) -> bool:
    """Whether, since the current deadline was set, a meeting ended whose decisions the register does not hold."""
    since = current.decided_on or date.min
    return any(not m.decisions_recorded and since < m.last_day <= on for m in meetings)
