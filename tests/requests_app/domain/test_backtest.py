"""The backtest: honest about what was known, and right where the answer is plain."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from requests_app.domain.backtest import Given, backtest
from requests_app.domain.matching import Flow

law = settings(max_examples=60, deadline=None, derandomize=True, database=None)


def gave(supporter, year, recipient="TCD", usd=1.0, *, complete=True):
    return Given(supporter, Flow(recipient, "africa", year, usd), complete)


def by_method(items, train_until=2014):
    return {result.method: result for result in backtest(items, train_until=train_until)}


flows = st.builds(
    lambda who, year, where, usd, complete: gave(who, year, where, usd, complete=complete),
    st.sampled_from(["NOR", "USA", "CHE", "JPN"]),
    st.integers(2010, 2017),
    st.sampled_from(["TCD", "LAO", "LBN"]),
    st.none() | st.floats(0, 10**7, allow_nan=False),
    st.booleans(),
)


def test_the_same_donors_again_are_all_found():
    items = [gave(who, year) for who in ("NOR", "USA") for year in (2013, 2014, 2015)]
    for result in by_method(items).values():
        assert (result.tables, result.donors) == (1, 2)
        assert result.found_at_size == 1.0
        assert result.value_found_at_size == 1.0


def test_a_newcomer_counts_as_one():
    items = [gave("NOR", 2014), gave("JPN", 2014, "LAO"), gave("NOR", 2015), gave("JPN", 2015)]
    result = by_method(items)["ranking"]
    assert result.donors == 2
    assert result.newcomers_found_at_10 == 1.0  # known elsewhere, in the same region, so suggested


def test_value_weighs_by_money():
    items = [gave("NOR", 2014), gave("NOR", 2015, usd=9.0), gave("JPN", 2015, usd=1.0)]
    assert by_method(items)["last table"].value_found_at_size == 0.9


def test_two_entries_of_a_donor_in_a_table_are_one_donor():
    items = [gave("NOR", 2014), gave("NOR", 2015, usd=2.0), gave("NOR", 2015, usd=3.0)]
    assert by_method(items)["ranking"].donors == 1


def test_incomplete_tables_teach_but_do_not_test():
    items = [gave("NOR", 2014, complete=False), gave("NOR", 2015), gave("USA", 2016, complete=False)]
    assert by_method(items)["ranking"].tables == 1


@pytest.mark.parametrize("items", [[], [gave("NOR", 2014)], [gave("NOR", 2016, complete=False)]])
def test_nothing_to_test_on_is_said(items):
    with pytest.raises(ValueError, match="2014"):
        backtest(items, train_until=2014)


@law
@given(st.lists(flows, max_size=25))
def test_shares_are_shares_and_the_baselines_stand_beside(items):
    items = [*items, gave("NOR", 2015)]
    results = backtest(items, train_until=2014)
    assert [result.method for result in results] == ["ranking", "last table", "most frequent"]
    for result in results:
        for share in ("found_at_size", "found_at_5", "value_found_at_size", "newcomers_found_at_10"):
            assert 0 <= getattr(result, share) <= 1
        assert result.tables >= 1


@law
@given(st.lists(flows, min_size=1, max_size=20))
def test_the_future_teaches_nothing(items):
    """Money given after the training years changes who gave, never what the methods would have said."""
    items = [*items, gave("NOR", 2015)]
    trained = [item for item in items if item.flow.year <= 2014]
    tested = [item for item in items if item.flow.year > 2014]
    richer = [replace(item, flow=replace(item.flow, usd=10.0**6)) for item in tested]
    first, second = by_method([*trained, *tested]), by_method([*trained, *richer])
    for method, result in first.items():
        assert result.found_at_size == second[method].found_at_size
        assert result.found_at_5 == second[method].found_at_5


@law
@given(st.lists(flows, max_size=15), st.randoms(use_true_random=False))
def test_order_of_the_flows_does_not_matter(items, random):
    items = [*items, gave("NOR", 2015)]
    shuffled = random.sample(items, len(items))
    assert by_method(items)["ranking"] == by_method(shuffled)["ranking"]
