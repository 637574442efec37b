"""The backtest: honest about what was known, and right where the answer is plain."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from requests_app.domain.backtest import Given, averages, backtest, measure
from requests_app.domain.matching import Flow

law = settings(max_examples=40)
METHODS = ["model", "persistence_filled", "frequency", "amount"]


def gave(supporter, year, recipient="TCD", usd=1.0, *, complete=True):
    return Given(supporter, Flow(recipient, "africa", year, usd), complete)


def measured(items, train_until=2014):
    return averages(backtest(items, train_until=train_until))


flows = st.builds(
    lambda who, year, where, usd, complete: gave(who, year, where, usd, complete=complete),
    st.sampled_from(["NOR", "USA", "CHE", "JPN"]),
    st.integers(2010, 2017),
    st.sampled_from(["TCD", "LAO", "LBN"]),
    st.none() | st.floats(0, 10**7, allow_nan=False),
    st.booleans(),
)


def test_hits_count_of_as_many_as_could_be_there():
    found = measure(["NOR", "USA", "CHE", "JPN", "DEU", "SWE"], frozenset({"USA", "SWE", "ITA"}), {"NOR", "USA"})
    assert found.hit_at_5 == pytest.approx(1 / 3)
    assert found.hit_at_10 == pytest.approx(2 / 3)
    assert found.newcomers_at_5 == pytest.approx(1 / 2)  # without those known: CHE, JPN, DEU, SWE; SWE of SWE and ITA
    assert found.mrr == pytest.approx(1 / 2)


def test_a_table_without_newcomers_says_nothing_about_them():
    assert measure(["NOR"], frozenset({"NOR"}), {"NOR"}).newcomers_at_5 is None


def test_nobody_found_is_nothing():
    found = measure(["NOR"], frozenset({"USA"}), set())
    assert (found.hit_at_5, found.mrr) == (0.0, 0.0)


def test_the_same_donors_again_are_all_found():
    items = [gave(who, year) for who in ("NOR", "USA") for year in (2013, 2014, 2015)]
    for found in measured(items).values():
        assert (found.hit_at_5, found.hit_at_10, found.newcomers_at_5, found.mrr) == (1.0, 1.0, None, 1.0)


def test_the_last_year_is_filled_up_with_the_most_frequent():
    items = [gave("NOR", 2014), gave("JPN", 2014, "LAO"), gave("CHE", 2013, "LAO", 9.0), gave("JPN", 2015)]
    found = measured(items)
    assert found["persistence_filled"].mrr == pytest.approx(1 / 3, abs=1e-4)  # NOR, then CHE: gave more
    assert found["amount"].mrr == 0.5  # CHE; then JPN and NOR gave as much, JPN by code


def test_an_average_is_over_tables_not_over_donors():
    items = [gave("NOR", 2014), gave("NOR", 2015), *[gave(who, 2015, "LAO") for who in ("USA", "CHE", "JPN", "DEU")]]
    assert measured(items)["frequency"].hit_at_5 == 0.5


def test_without_a_year_each_table_is_foretold_from_the_years_before_it():
    items = [gave("NOR", 2012), gave("USA", 2013), gave("USA", 2014)]
    tables = [(o.table.year, o.measures.mrr) for o in backtest(items) if o.method == "persistence_filled"]
    assert tables == [(2013, 0.0), (2014, 1.0)]


def test_incomplete_tables_teach_but_do_not_test():
    items = [gave("NOR", 2014, complete=False), gave("NOR", 2015), gave("USA", 2016, complete=False)]
    outcomes = backtest(items, train_until=2014)
    assert {outcome.table.year for outcome in outcomes} == {2015}
    assert all(outcome.measures.mrr == 1.0 for outcome in outcomes)


def test_the_missed_are_named():
    items = [gave("NOR", 2014), gave("USA", 2015), gave("NOR", 2015)]
    assert {outcome.missed for outcome in backtest(items, train_until=2014)} == {("USA",)}


@pytest.mark.parametrize("items", [[], [gave("NOR", 2014)], [gave("NOR", 2016, complete=False)]])
def test_nothing_to_test_on_is_said(items):
    with pytest.raises(ValueError, match="2014"):
        backtest(items, train_until=2014)
    with pytest.raises(ValueError, match="no complete table"):
        backtest(items)


@law
@given(st.lists(flows, max_size=25))
def test_shares_are_shares_and_the_baselines_stand_beside(items):
    found = measured([*items, gave("NOR", 2015)])
    assert list(found) == METHODS
    for measures in found.values():
        for share in (measures.hit_at_5, measures.hit_at_10, measures.mrr, measures.newcomers_at_5 or 0.0):
            assert 0 <= share <= 1


@law
@given(st.lists(flows, min_size=1, max_size=20), st.integers(2012, 2015))
def test_the_future_teaches_nothing(items, until):
    """Money given after the training years, to whomever, changes who gave, never what the methods would have said."""
    items = [*items, gave("NOR", until + 1)]
    richer = [replace(item, flow=replace(item.flow, usd=10.0**6)) if item.flow.year > until else item for item in items]
    assert backtest(items, train_until=until) == backtest(richer, train_until=until)
    rolled = {(o.table, o.method): o for o in backtest([*items, gave("NOR", 2018, "LBN")])}
    for outcome in backtest([*items, gave("NOR", 2018, "LBN"), gave("USA", 2018, "TCD", 10.0**9)]):
        if outcome.table.year < 2018:
            assert rolled[outcome.table, outcome.method] == outcome


@law
@given(st.lists(flows, max_size=15), st.randoms(use_true_random=False))
def test_order_of_the_flows_does_not_matter(items, random):
    items = [*items, gave("NOR", 2015)]
    shuffled = random.sample(items, len(items))
    assert measured(items) == measured(shuffled)
