"""How much of a need its shares cover. Currencies never mix unless a stored rate says how."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from requests_app.shares.enums import ShareStatus, Uncounted

USD = "USD"
CENT = Decimal("0.01")
#: (currency, year) -> US dollars for one unit.
Rates = Mapping[tuple[str, int], Decimal]
#: From the firmest word to the loosest.
ORDER = (ShareStatus.DELIVERED, ShareStatus.COMMITTED, ShareStatus.PLEDGED)


@dataclass(frozen=True, slots=True)
class Need:
    """What is asked from outside, in one currency; None where no cost is stated."""

    gap: Decimal | None
    currency: str
    year: int


@dataclass(frozen=True, slots=True)
class Part:
    """One share as the rule reads it. `agreed` is the furthest step that both sides have confirmed, if any."""

    key: int
    amount: Decimal | None
    currency: str
    percent: Decimal | None
    year: int
    agreed: ShareStatus | None


@dataclass(frozen=True, slots=True)
class Line:
    """What one share counts for, or why it does not count."""

    key: int
    portion: Fraction | None
    reason: Uncounted | None

    @property
    def percent(self) -> Decimal | None:
        return None if self.portion is None else in_percent(self.portion)


@dataclass(frozen=True)
class Coverage:
    """The need, part by part. `agreed` is by step what both sides have confirmed, `said` what only one of them says."""

    need: Need
    lines: dict[int, Line]
    agreed: dict[ShareStatus, Fraction]
    said: Fraction
    totals: dict[str, Decimal]
    usd: Decimal | None
    without_rate: tuple[tuple[str, int], ...]

    @property
    def covered(self) -> Fraction:
        return sum(self.agreed.values(), self.said)

    @property
    def open(self) -> Fraction:
        return max(Fraction(1) - self.covered, Fraction(0))

    @property
    def open_amount(self) -> Decimal | None:
        """What is still missing, in the currency of the need."""
        return None if not self.need.gap else _rounded(Fraction(self.need.gap) * self.open)

    @property
    def covered_percent(self) -> Decimal:
        return in_percent(self.covered)

    @property
    def open_percent(self) -> Decimal:
        """Together with what is covered exactly a hundred."""
        return max(Decimal(100) - self.covered_percent, Decimal(0))

    @property
    def is_complete(self) -> bool:
        return self.covered >= 1

    @property
    def exceeds(self) -> bool:
        return self.covered > 1

    @property
    def uncounted(self) -> list[Line]:
        return [line for line in self.lines.values() if line.reason]


def coverage(need: Need, parts: Iterable[Part], rates: Rates) -> Coverage:
    """What the parts cover of the need. A share in kind counts by the part that both sides agreed; a share of money by
    its amount, through US dollars where its currency is another. What cannot be counted is named with the reason."""
    lines: dict[int, Line] = {}
    agreed = dict.fromkeys(ORDER, Fraction(0))
    said = Fraction(0)
    totals: dict[str, Decimal] = {}
    usd: list[Decimal | None] = []
    without_rate: set[tuple[str, int]] = set()
    for part in parts:
        if part.amount is not None:
            totals[part.currency] = totals.get(part.currency, Decimal(0)) + part.amount
            usd.append(in_usd(part.amount, part.currency, part.year, rates))
            if usd[-1] is None:
                without_rate.add((part.currency, part.year))
        line = _line(need, part, rates)
        lines[part.key] = line
        if line.portion is None:
            continue
        if part.agreed in agreed:
            agreed[part.agreed] += line.portion
        else:
            said += line.portion
    known = [amount for amount in usd if amount is not None]
    return Coverage(
        need, lines, agreed, said, dict(sorted(totals.items())), sum(known, Decimal(0)) if known else None,
        tuple(sorted(without_rate)),
    )  # fmt: skip


def _line(need: Need, part: Part, rates: Rates) -> Line:
    if part.percent is not None:
        if part.agreed is None:
            return Line(part.key, None, Uncounted.NOT_AGREED)
        return Line(part.key, Fraction(part.percent) / 100, None)
    if part.amount is None:
        return Line(part.key, None, Uncounted.NO_PART)
    if not need.gap:
        return Line(part.key, None, Uncounted.NO_COST)
    if part.currency == need.currency:
        return Line(part.key, Fraction(part.amount) / Fraction(need.gap), None)
    given = in_usd(part.amount, part.currency, part.year, rates)
    asked = in_usd(need.gap, need.currency, need.year, rates)
    if given is None or asked is None:
        return Line(part.key, None, Uncounted.NO_RATE)
    return Line(part.key, Fraction(given) / Fraction(asked), None)


def in_usd(amount: Decimal, currency: str, year: int, rates: Rates) -> Decimal | None:
    """An amount in US dollars by the stored rate of its year, unrounded; None where there is no rate."""
    if currency == USD:
        return amount
    rate = rates.get((currency, year))
    return None if rate is None else amount * rate


def in_percent(portion: Fraction) -> Decimal:
    """In per cent with one decimal. Only the whole reads as a hundred, and something never as nothing."""
    shown = _rounded(portion * 100, Decimal("0.1"))
    if portion < 1:
        shown = min(shown, Decimal("99.9"))
    if portion > 1:
        shown = max(shown, Decimal("100.1"))
    return max(shown, Decimal("0.1")) if portion > 0 else shown


def _rounded(value: Fraction, to: Decimal = CENT) -> Decimal:
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(to, ROUND_HALF_UP)
