"""How a share of several years shows in each of them."""

from collections.abc import Iterable
from decimal import ROUND_DOWN, Decimal

CENT = Decimal("0.01")


def spread(amount: Decimal, first: int, last: int) -> dict[int, Decimal]:
    """An amount in equal parts over its years; the last year takes what does not divide, so that they add up."""
    count = last - first + 1
    part = (amount / count).quantize(CENT, ROUND_DOWN)
    return {**dict.fromkeys(range(first, last), part), last: amount - part * (count - 1)}


def totals_by_year(
    shares: Iterable[tuple[Decimal | None, str, int, int]],
) -> dict[int, tuple[dict[str, Decimal], int]]:
    """Year -> (amounts by currency, number of shares in kind), from (amount, currency, first year, last year)."""
    amounts: dict[int, dict[str, Decimal]] = {}
    in_kind: dict[int, int] = {}
    for amount, currency, first, last in shares:
        if amount is None:
            for year in range(first, last + 1):
                in_kind[year] = in_kind.get(year, 0) + 1
            continue
        for year, part in spread(amount, first, last).items():
            of_year = amounts.setdefault(year, {})
            of_year[currency] = of_year.get(currency, Decimal(0)) + part
    return {
        year: (dict(sorted(amounts.get(year, {}).items())), in_kind.get(year, 0))
        for year in sorted({*amounts, *in_kind})
    }
