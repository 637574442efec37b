"""Splitting and joining move and sum amounts; nothing is counted twice or lost."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from requests_app.country_requests.domain.amounts import (
    COLUMNS,
    Amounts,
    Impossible,
    earliest,
    in_proportion,
    latest,
    put_together,
    taken_from,
    years_taken_from,
)
from requests_app.country_requests.enums import Reason

sums = st.one_of(st.none(), st.integers(0, 1000).map(Decimal))
amounts = st.builds(Amounts, sums, sums, sums, st.just("USD"))


def usd(total, national=None, external=None, currency="USD"):
    values = (None if value is None else Decimal(value) for value in (total, national, external))
    return Amounts(*values, currency)


@given(whole=amounts, part=amounts)
def test_R011_a_split_never_changes_a_sum(whole, part):
    try:
        rest = taken_from(whole, part)
    except Impossible:
        return
    for name in ("total", "national", "external"):
        assert (getattr(rest, name) or 0) + (getattr(part, name) or 0) == (getattr(whole, name) or 0)
    assert rest.gap + part.gap == whole.gap


@given(whole=amounts, part=amounts)
def test_R011_what_was_split_is_the_same_once_joined(whole, part):
    try:
        again = put_together(taken_from(whole, part), part)
    except Impossible:
        return
    for name in ("total", "national", "external"):
        assert (getattr(again, name) or 0) == (getattr(whole, name) or 0)


@pytest.mark.parametrize(
    ("whole", "part", "reason"),
    [
        (usd(10), usd(11), Reason.MORE_THAN_THERE_IS),
        (usd(10, 3), usd(4, 4), Reason.MORE_THAN_THERE_IS),
        (usd(None), usd(1), Reason.MORE_THAN_THERE_IS),
        (usd(10), usd(10), Reason.NOTHING_LEFT),
        (usd(10, 6), usd(3, 6), Reason.OTHER_GAP),
    ],
)
def test_R011_impossible_splits(whole, part, reason):
    with pytest.raises(Impossible) as refused:
        taken_from(whole, part)
    assert refused.value.reason == reason


def test_joining_sums_in_one_currency_only():
    assert put_together(usd(10, 3), usd(5, None, 1)) == usd(15, 3, 1)
    assert put_together(usd(None, currency=""), usd(5)) == usd(5)
    assert put_together(usd(None), usd(None, currency="EUR")).currency == "USD"
    with pytest.raises(Impossible) as refused:
        put_together(usd(10), usd(5, currency="EUR"))
    assert refused.value.reason == Reason.OTHER_CURRENCY


def test_days_of_two_needs():
    early, late = date(2027, 1, 1), date(2028, 1, 1)
    assert (earliest(late, early), earliest(None, late), earliest(None, None)) == (early, late, None)
    assert (latest(late, early), latest(early, None), latest(None, None)) == (late, early, None)


cents = st.integers(0, 100_000).map(lambda n: Decimal(n) / 100)
rows = st.builds(Amounts, cents, st.one_of(st.none(), cents), st.one_of(st.none(), cents), st.just("USD"))


def in_all(years):
    """The years as one need."""
    return Amounts(*(sum((getattr(one, name) or 0 for one in years.values()), Decimal(0)) for name in COLUMNS), "USD")


@given(
    years=st.dictionaries(st.integers(2020, 2035), rows, min_size=1),
    shares=st.tuples(*(st.fractions(0, 1, max_denominator=100) for _name in COLUMNS)),
)
def test_R011_proportional_years_add_up_to_the_cent(years, shares):
    """Whatever the part, its years are its amounts, no year gives more than it has, and nothing is below zero."""
    whole = in_all(years)
    amounts = zip(COLUMNS, shares, strict=True)
    part = Amounts(*(_cents(getattr(whole, name) * share.numerator / share.denominator) for name, share in amounts))
    moved = in_proportion(years, whole, part)
    assert in_all(moved) == Amounts(part.total, part.national, part.external, "USD")
    for year, one in years.items():
        for name in COLUMNS:
            assert 0 <= (getattr(moved[year], name) or 0) <= (getattr(one, name) or 0)


def _cents(value):
    return value.quantize(Decimal("0.01"), rounding="ROUND_DOWN")


@given(years=st.dictionaries(st.integers(2020, 2035), rows, min_size=1), data=st.data())
def test_R011_years_taken_never_change_a_sum_or_a_gap(years, data):
    moved = {year: data.draw(rows) for year in data.draw(st.sets(st.sampled_from(sorted(years))))}
    try:
        left = years_taken_from(years, moved, in_all(years), in_all(moved))
    except Impossible:
        return
    for year, one in years.items():
        goes = moved.get(year, Amounts(None, None, None))
        assert left[year].gap + goes.gap == one.gap
        for name in COLUMNS:
            assert (getattr(left[year], name) or 0) + (getattr(goes, name) or 0) == (getattr(one, name) or 0)


def test_R011_years_that_do_not_add_up_are_refused_where_they_did_before():
    years = {2027: usd(6, 2), 2028: usd(4, 1)}
    with pytest.raises(Impossible) as refused:
        years_taken_from(years, {2027: usd(3)}, usd(10, 3), usd(4))
    assert refused.value.reason == Reason.YEARS_DIFFER
    assert years_taken_from(years, {2027: usd(3)}, usd(12, 3), usd(4)) == {2027: usd(3, 2), 2028: usd(4, 1)}
    with pytest.raises(Impossible) as refused:
        years_taken_from(years, {2027: usd(5)}, usd(12, 3), usd(5))  # the year would lack five, and one too much
    assert refused.value.reason == Reason.YEAR_DOES_NOT_FIT
