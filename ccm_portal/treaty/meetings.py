"""Which meeting decides on a deadline, and by when a request must reach it (Articles 3.5, 4.6, 11 and 12)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from ccm_portal.treaty.dates import add_months

REQUEST_MONTHS_BEFORE = 9  # Articles 3.5 and 4.6: at least nine months before the meeting


@dataclass(frozen=True, slots=True)
class Schedule:
    """Days that a meeting was set for until it was moved."""

    first_day: date
    last_day: date
    moved_on: date  # from this day on it stood on other days


@dataclass(frozen=True, slots=True)
class FormalMeeting:
    """A Meeting of States Parties or a Review Conference: either decides on extension requests."""

    code: str
    first_day: date
    last_day: date
    decisions_recorded: bool = True  # False: what it decided is not (wholly) in the register
    earlier: tuple[Schedule, ...] = ()  # what it was set for before it was moved, in turn

    def as_set_on(self, on: date) -> "FormalMeeting":
        """The meeting with the days it was set for on a day: what a State could go by when it acted."""
        for schedule in self.earlier:
            if on < schedule.moved_on:
                return replace(self, first_day=schedule.first_day, last_day=schedule.last_day, earlier=())
        return self


def latest_submission(meeting_first_day: date) -> date:
    """Articles 3.5 and 4.6: nine months before the first day of the meeting that is to consider the request.

    A later request is late, not void: late ones have been considered in practice.
    """
    return add_months(meeting_first_day, -REQUEST_MONTHS_BEFORE)


def is_late(requested_on: date, meeting: FormalMeeting) -> bool:
    """Whether a request reached its meeting less than nine months before the first day that the meeting was then set
    for. Such requests have been considered all the same: late is a mark, never a bar."""
    return requested_on > latest_submission(meeting.as_set_on(requested_on).first_day)


def consideration_meeting(deadline: date, meetings: Iterable[FormalMeeting]) -> FormalMeeting | None:
    """The last Meeting of States Parties or Review Conference that ends before the deadline, of those known."""
    before = [meeting for meeting in meetings if meeting.last_day < deadline]
    return max(before, key=lambda meeting: meeting.last_day, default=None)


def expected_latest_submission(deadline: date, meetings: Iterable[FormalMeeting]) -> tuple[date, str] | None:
    """Last day to lodge an extension request, and the meeting it must reach.

    Where no later meeting is known and the last one ended over a year before the deadline, the right meeting is not
    scheduled yet, and nothing is promised (None): a date computed from an older meeting would be wrong by a year.
    """
    meetings = list(meetings)
    meeting = consideration_meeting(deadline, meetings)
    if meeting is None:
        return None
    schedule_is_open = all(known.last_day < deadline for known in meetings)
    if schedule_is_open and meeting.last_day < add_months(deadline, -12):
        return None
    return latest_submission(meeting.first_day), meeting.code
