"""What a split moves and what a joining sums. Nothing is counted twice: the sums before and after are the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from requests_app.country_requests.enums import Reason

ZERO = Decimal(0)
COLUMNS = ("total", "national", "external")


class Impossible(Exception):
    """A split or joining that would count something twice, or lose it: in which of the `COLUMNS` and which year, where
    it is one."""

    def __init__(self, reason: Reason, column: str = "total", year: int | None = None) -> None:
        super().__init__(str(reason.label))
        self.reason, self.column, self.year = reason, column, year


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


NOTHING = Amounts(None, None, None)


def taken_from(whole: Amounts, part: Amounts) -> Amounts:
    """What remains of a need when a part of it becomes a need of its own."""
    if part.total and part.total == whole.total:
        raise Impossible(Reason.NOTHING_LEFT)
    return _without(whole, part)


def _without(whole: Amounts, part: Amounts) -> Amounts:
    total, national, external = (_less(whole, part, name) for name in COLUMNS)
    rest = Amounts(total, national, external, whole.currency)
    if rest.gap + part.gap != whole.gap:
        raise Impossible(Reason.OTHER_GAP)
    return rest


CENT = Decimal("0.01")
Years = Mapping[int, Amounts]


def in_proportion(years: Years, whole: Amounts, part: Amounts) -> dict[int, Amounts]:
    """Of each year the share that a part takes of the whole, column by column, to the cent: the
    years add up to the part where they added up to the whole."""
    columns = {}
    for name in COLUMNS:
        of_years = {year: getattr(amounts, name) for year, amounts in years.items()}
        columns[name] = _shares(of_years, getattr(whole, name) or ZERO, getattr(part, name) or ZERO)
    return {
        year: Amounts(columns["total"].get(year), columns["national"].get(year), columns["external"].get(year))
        for year in years
    }


def _shares(column: Mapping[int, Decimal | None], whole: Decimal, part: Decimal) -> dict[int, Decimal]:
    """Each share is the sum up to its year, rounded, less the one before it: no cent is lost, no year gives more than
    it has."""
    found, so_far, given = {}, ZERO, ZERO
    for year, value in sorted(column.items()):
        if value is not None and whole:
            so_far += value
            up_to = (so_far * part / whole).quantize(CENT)
            found[year], given = up_to - given, up_to
    return found


def years_taken_from(years: Years, moved: Years, whole: Amounts, part: Amounts) -> dict[int, Amounts]:
    """What remains of each year. Where the years add up to the whole, those that go add up to the part; and in no
    year do the two needs lack another sum between them than the one did."""
    for name in COLUMNS:
        if _in_all(years, name) == (getattr(whole, name) or ZERO) and _in_all(moved, name) != (
            getattr(part, name) or ZERO
        ):
            raise Impossible(Reason.YEARS_DIFFER, name)
    return {year: _left_of_year(year, years[year], moved.get(year, NOTHING)) for year in years}


def _left_of_year(year: int, whole: Amounts, part: Amounts) -> Amounts:
    try:
        return _without(whole, part)
    except Impossible as impossible:
        raise Impossible(Reason.YEAR_DOES_NOT_FIT, impossible.column, year) from None


def _in_all(years: Years, name: str) -> Decimal:
    return sum((getattr(amounts, name) or ZERO for amounts in years.values()), ZERO)


def _less(whole: Amounts, part: Amounts, column: str) -> Decimal | None:
    has, goes = getattr(whole, column), getattr(part, column)
    if goes and (has is None or goes > has):
        raise Impossible(Reason.MORE_THAN_THERE_IS, column)
    return has - goes if goes else has  # type: ignore[no-any-return]


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
