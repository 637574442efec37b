"""Which meeting decides on a deadline, and by when a request must reach it (Articles 3.5, 4.6, 11 and 12)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ccm_portal.treaty.dates import add_months

REQUEST_MONTHS_BEFORE = 9  # Articles 3.5 and 4.6: at least nine months before the meeting


@dataclass(frozen=True, slots=True)
class FormalMeeting:
    """A Meeting of States Parties or a Review Conference: either decides on extension requests."""

    code: str
    first_day: date
    last_day: date
    decisions_recorded: bool = True  # False: what it decided is not (wholly) in the register


def latest_submission(meeting_first_day: date) -> date:
    """Articles 3.5 and 4.6: nine months before the first day of the meeting that is to consider the request.

    A later request is late, not void: late ones have been considered in practice.
    """
    return add_months(meeting_first_day, -REQUEST_MONTHS_BEFORE)


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
