"""What a split moves and what a joining sums. Nothing is counted twice: the sums before and after are the same."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from requests_app.country_requests.enums import Reason

ZERO = Decimal(0)


class Impossible(Exception):
    """A split or joining that would count something twice, or lose it."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(str(reason.label))
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Amounts:
    """The amounts of one need, in one currency; None is “not given”."""

    total: Decimal | None
    national: Decimal | None
    external: Decimal | None
    currency: str = ""

    @property
    def gap(self) -> Decimal:
        """What is missing, never below zero."""
        return max((self.total or ZERO) - (self.national or ZERO) - (self.external or ZERO), ZERO)

    @property
    def is_given(self) -> bool:
        return any(value is not None for value in (self.total, self.national, self.external))


def taken_from(whole: Amounts, part: Amounts) -> Amounts:
    """What remains of a need when a part of it becomes a need of its own."""
    if part.total and part.total == whole.total:
        raise Impossible(Reason.NOTHING_LEFT)
    rest = Amounts(
        _less(whole.total, part.total),
        _less(whole.national, part.national),
        _less(whole.external, part.external),
        whole.currency,
    )
    if rest.gap + part.gap != whole.gap:
        raise Impossible(Reason.OTHER_GAP)
    return rest


def _less(whole: Decimal | None, part: Decimal | None) -> Decimal | None:
    if not part:
        return whole
    if whole is None or part > whole:
        raise Impossible(Reason.MORE_THAN_THERE_IS)
    return whole - part


def put_together(one: Amounts, other: Amounts) -> Amounts:
    """The amounts of two needs that become one; never of two currencies."""
    if one.is_given and other.is_given and one.currency != other.currency:
        raise Impossible(Reason.OTHER_CURRENCY)
    return Amounts(
        _sum(one.total, other.total),
        _sum(one.national, other.national),
        _sum(one.external, other.external),
        one.currency if one.is_given or not other.is_given else other.currency,
    )


def _sum(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None and other is None else (one or ZERO) + (other or ZERO)


def earliest(one: date | None, other: date | None) -> date | None:
    """The earlier of two days, or the one that is given."""
    return min(day for day in (one, other) if day) if one or other else None


def latest(one: date | None, other: date | None) -> date | None:
    """The later of two days, or the one that is given."""
    return max(day for day in (one, other) if day) if one or other else None
