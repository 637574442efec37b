"""The life of a share: pledged, committed, delivered, or withdrawn before that."""

from datetime import date

from requests_app.shares.enums import ShareStatus

#: Where a share may go from each status.
NEXT: dict[ShareStatus, frozenset[ShareStatus]] = {
    ShareStatus.PLEDGED: frozenset({ShareStatus.COMMITTED, ShareStatus.WITHDRAWN}),
    ShareStatus.COMMITTED: frozenset({ShareStatus.DELIVERED, ShareStatus.WITHDRAWN}),
    ShareStatus.DELIVERED: frozenset(),
    ShareStatus.WITHDRAWN: frozenset(),
}
#: Steps in which something is still to come.
LIVE = (ShareStatus.PLEDGED, ShareStatus.COMMITTED)


def can_become(status: ShareStatus, following: ShareStatus) -> bool:
    """Whether a share may take the step; none is jumped over."""
    return following in NEXT[status]


def last_day(due_on: date | None, to_year: int) -> date:
    """By when a share is due: the day agreed, else the last day of its last year."""
    return due_on or date(to_year, 12, 31)


def is_overdue(status: ShareStatus, due_on: date | None, to_year: int, today: date) -> bool:
    """Still to come after the day on which it was due."""
    return status in LIVE and last_day(due_on, to_year) < today
