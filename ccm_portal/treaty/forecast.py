"""Which extension requests must reach which meeting by when (Articles 3.5 and 4.6), and how many fall due each year."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from ccm_portal.treaty.dates import add_months
from ccm_portal.treaty.explain import Hearing, consideration
from ccm_portal.treaty.meetings import FormalMeeting, latest_submission

T = TypeVar("T")

# A deadline of 1 August is decided by the meeting of the September before, eleven months earlier, and that meeting must
# have the request nine months before it begins: about twenty months in all.
LEAD_MONTHS = 20


@dataclass(frozen=True, slots=True)
class Task(Generic[T]):
    """A clock whose request, should the State need one, must be ready in time."""

    item: T
    article: int
    deadline: date
    prepare_from: date
    has_begun: bool


@dataclass(frozen=True, slots=True)
class Session(Generic[T]):
    """The clocks that one meeting is the last to consider, soonest first. Where the meeting is not scheduled yet, they
    are those whose deadline falls in `year`."""

    meeting: FormalMeeting | None
    latest: date | None
    year: int
    tasks: tuple[Task[T], ...]

    @property
    def counts(self) -> dict[int, int]:
        """How many clocks it has to consider, by Article."""
        return dict(sorted(Counter(task.article for task in self.tasks).items()))


@dataclass(frozen=True, slots=True)
class Forecast(Generic[T]):
    """The work of the meetings to come."""

    sessions: tuple[Session[T], ...]  # a meeting that is over stands here while a deadline it could move lies ahead
    unscheduled: tuple[Session[T], ...]
    passed: tuple[Task[T], ...]


def prepare_from(deadline: date) -> date:
    """About twenty months before a deadline: when a request has to be in preparation, whatever the meeting."""
    return add_months(deadline, -LEAD_MONTHS)


def forecast(deadlines: Iterable[tuple[T, int, date]], meetings: Sequence[FormalMeeting], on: date) -> Forecast[T]:
    """Each clock under the last Meeting of States Parties or Review Conference that can decide before its deadline."""
    meetings = [meeting.as_set_on(on) for meeting in meetings]
    by_meeting: dict[FormalMeeting, list[Task[T]]] = {meeting: [] for meeting in meetings if meeting.last_day >= on}
    by_year: dict[int, list[Task[T]]] = {}
    passed: list[Task[T]] = []
    for item, article, deadline in sorted(deadlines, key=lambda clock: clock[2]):
        start = prepare_from(deadline)
        task = Task(item, article, deadline, start, start <= on)
        heard = consideration(deadline, meetings)
        if deadline < on:
            passed.append(task)
        elif heard.hearing is Hearing.KNOWN and heard.meeting is not None:
            by_meeting.setdefault(heard.meeting, []).append(task)
        else:
            by_year.setdefault(deadline.year, []).append(task)
    return Forecast(
        tuple(
            Session(meeting, latest_submission(meeting.first_day), meeting.first_day.year, tuple(by_meeting[meeting]))
            for meeting in sorted(by_meeting, key=lambda meeting: meeting.first_day)
        ),
        tuple(Session(None, None, year, tuple(by_year[year])) for year in sorted(by_year)),
        tuple(passed),
    )


def by_year(deadlines: Iterable[tuple[int, date]]) -> dict[int, dict[int, int]]:
    """How many deadlines fall in each year, by Article: year -> Article -> number. Years between are not left out."""
    counts = Counter((deadline.year, article) for article, deadline in deadlines)
    if not counts:
        return {}
    articles = sorted({article for _year, article in counts})
    first, last = min(counts)[0], max(counts)[0]
    return {year: {article: counts[year, article] for article in articles} for year in range(first, last + 1)}
