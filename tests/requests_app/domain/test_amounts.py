"""Splitting and joining move and sum amounts; nothing is counted twice or lost."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from requests_app.country_requests.domain.amounts import (
    Amounts,
    Impossible,
    earliest,
    latest,
    put_together,
    taken_from,
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
