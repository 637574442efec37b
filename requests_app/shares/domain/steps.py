"""The life of a share: pledged, committed, delivered, or withdrawn before that."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

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


@dataclass(frozen=True, slots=True)
class Extent:
    """How much: an amount in a currency, a number of something, or both."""

    amount: Decimal | None = None
    currency: str = ""
    quantity: Decimal | None = None
    unit: str = ""


def is_all_delivered(promised: Extent, delivered: Iterable[Extent]) -> bool:
    """Whether what came reaches what was promised, in its own currency and unit. Nobody can say it of a share that
    states neither amount nor number."""
    came = list(delivered)
    wanted = []
    if promised.amount:
        wanted.append(sum(one.amount or 0 for one in came if one.currency == promised.currency) >= promised.amount)
    if promised.quantity:
        unit = promised.unit.casefold()
        wanted.append(sum(one.quantity or 0 for one in came if one.unit.casefold() == unit) >= promised.quantity)
    return bool(wanted) and all(wanted)
