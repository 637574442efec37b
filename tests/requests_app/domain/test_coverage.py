"""What shares cover of a need: exact, currency by currency, nothing dropped in silence."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from requests_app.shares.domain.coverage import Need, Part, coverage, in_percent, in_usd
from requests_app.shares.domain.steps import LIVE, NEXT, can_become, is_overdue
from requests_app.shares.domain.years import spread, totals_by_year
from requests_app.shares.enums import ShareStatus, Uncounted

NEED = Need(Decimal(3_000_000), "USD", 2026)
RATES = {("EUR", 2026): Decimal("1.2"), ("CHF", 2026): Decimal("1.25")}
COMMITTED, PLEDGED, DELIVERED = ShareStatus.COMMITTED, ShareStatus.PLEDGED, ShareStatus.DELIVERED


def money(key, amount, currency="USD", *, year=2026, agreed=COMMITTED):
    return Part(key, Decimal(amount), currency, None, year, agreed)


def in_kind(key, percent, *, agreed=COMMITTED):
    return Part(key, None, "", None if percent is None else Decimal(percent), 2026, agreed)


def test_R011_three_parts_in_three_currencies_come_to_exactly_the_whole():
    parts = [money(1, 1_000_000), money(2, 1_250_000, "EUR"), money(3, 400_000, "CHF")]
    found = coverage(NEED, parts, RATES)
    assert found.covered == 1
    assert (found.is_complete, found.exceeds, found.open_amount) == (True, False, 0)
    assert found.totals == {"CHF": 400_000, "EUR": 1_250_000, "USD": 1_000_000}
    assert found.usd == 3_000_000


def test_R011_the_gap_is_what_is_left_in_the_currency_of_the_need():
    found = coverage(NEED, [money(1, 1_000_000), in_kind(2, 10)], {})
    assert found.lines[1].percent == Decimal("33.3")
    assert found.open_amount == Decimal("1700000.00")
    assert found.covered_percent + found.open_percent == 100


def test_R011_parts_are_kept_apart_by_what_both_sides_confirmed():
    parts = [money(1, 600_000, agreed=DELIVERED), money(2, 900_000), money(3, 300_000, agreed=None)]
    found = coverage(NEED, parts, {})
    assert found.agreed == {DELIVERED: Fraction(1, 5), COMMITTED: Fraction(3, 10), PLEDGED: 0}
    assert found.said == Fraction(1, 10)


@pytest.mark.parametrize(
    ("need", "part", "reason"),
    [
        (NEED, money(1, 5, "NOK"), Uncounted.NO_RATE),
        (NEED, money(1, 5, "EUR", year=2025), Uncounted.NO_RATE),
        (Need(Decimal(10), "NOK", 2026), money(1, 5, "USD"), Uncounted.NO_RATE),
        (Need(None, "", 2026), money(1, 5), Uncounted.NO_COST),
        (Need(Decimal(0), "USD", 2026), money(1, 5), Uncounted.NO_COST),
        (NEED, in_kind(1, None), Uncounted.NO_PART),
        (NEED, in_kind(1, 20, agreed=None), Uncounted.NOT_AGREED),
    ],
)
def test_R011_what_cannot_be_counted_is_named_with_its_reason(need, part, reason):
    found = coverage(need, [part], RATES)
    assert [(line.key, line.portion, line.reason) for line in found.uncounted] == [(1, None, reason)]
    assert found.covered == 0


def test_R011_currencies_never_mix_without_a_rate():
    found = coverage(NEED, [money(1, 100), money(2, 100, "NOK")], RATES)
    assert found.totals == {"NOK": 100, "USD": 100}
    assert (found.usd, found.without_rate) == (100, (("NOK", 2026),))


def test_R011_in_kind_counts_without_any_cost():
    found = coverage(Need(None, "", 2026), [in_kind(1, 25)], {})
    assert (found.covered, found.open_amount) == (Fraction(1, 4), None)


@pytest.mark.parametrize(
    ("portion", "shown"),
    [
        (Fraction(0), "0.0"),
        (Fraction(1, 100_000), "0.1"),
        (Fraction(1, 3), "33.3"),
        (Fraction(99_999, 100_000), "99.9"),
        (Fraction(1), "100.0"),
        (Fraction(100_001, 100_000), "100.1"),
        (Fraction(11, 10), "110.0"),
    ],
)
def test_R011_only_the_whole_reads_as_a_hundred(portion, shown):
    assert in_percent(portion) == Decimal(shown)


amounts = st.decimals("0.01", "9999999999.99", places=2)


@given(st.lists(amounts, min_size=1, max_size=6))
def test_R011_shares_that_add_up_to_the_need_cover_exactly_all_of_it(parts):
    """No rounding ever leaves a cent open or covers one twice."""
    found = coverage(Need(sum(parts), "USD", 2026), [money(n, part) for n, part in enumerate(parts)], {})
    assert found.covered == 1
    assert found.open == 0


@given(amounts, st.integers(2010, 2100), st.integers(0, 40))
def test_R029_years_add_up_to_the_amount_and_none_is_left_out(amount, first, more):
    parts = spread(amount, first, first + more)
    assert sum(parts.values()) == amount
    assert list(parts) == list(range(first, first + more + 1))
    assert min(parts.values()) >= 0


def test_R029_three_year_commitment_shows_in_each_of_the_three_years_totals():
    found = totals_by_year(
        [(Decimal(300), "USD", 2026, 2028), (Decimal(50), "EUR", 2027, 2027), (None, "", 2028, 2029)]
    )
    assert found == {
        2026: ({"USD": 100}, 0),
        2027: ({"EUR": 50, "USD": 100}, 0),
        2028: ({"USD": 100}, 1),
        2029: ({}, 1),
    }


def test_R030_every_status_says_where_it_may_go():
    assert set(NEXT) == set(ShareStatus)
    assert {status for status in ShareStatus if NEXT[status]} == set(LIVE)
    assert not can_become(PLEDGED, DELIVERED)


@pytest.mark.parametrize("status", ShareStatus)
def test_R030_overdue_is_what_is_still_to_come_after_its_day(status):
    live = status in LIVE
    assert is_overdue(status, date(2026, 5, 1), 2030, date(2026, 5, 2)) is live
    assert not is_overdue(status, date(2026, 5, 1), 2030, date(2026, 5, 1))
    assert is_overdue(status, None, 2026, date(2027, 1, 1)) is live
    assert not is_overdue(status, None, 2026, date(2026, 12, 31))


def test_R011_us_dollars_are_exact_and_need_no_rate():
    assert in_usd(Decimal("10.10"), "USD", 2026, {}) == Decimal("10.10")
    assert in_usd(Decimal("10.10"), "EUR", 2026, RATES) == Decimal("12.120")
    assert in_usd(Decimal("10.10"), "EUR", 2025, RATES) is None
