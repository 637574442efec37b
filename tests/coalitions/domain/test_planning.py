"""Planning: no smaller set covers more. Checked against every subset there is."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coalitions.domain.planning import MAX_CANDIDATES, MAX_MEMBERS, Helper, plan_coalition

law = settings(max_examples=80, deadline=None, derandomize=True, database=None)

AREAS = ["clearance", "stockpile_destruction", "victim_assistance", "risk_education", "national_legislation"]
needs = st.frozensets(st.sampled_from(AREAS), max_size=5)
helpers = st.lists(
    st.tuples(st.frozensets(st.sampled_from([*AREAS, "other"]), max_size=4), st.integers(0, 100)), max_size=9
).map(lambda found: [Helper(f"H{n}", covers, float(score)) for n, (covers, score) in enumerate(found)])


def cover(chosen, wanted):
    return frozenset().union(*(helper.covers for helper in chosen)) & wanted


@law
@given(needs, helpers)
def test_the_plan_covers_as_much_as_all_helpers_together(wanted, found):
    plan = plan_coalition(wanted, found)
    assert cover(plan.members, wanted) == cover(found, wanted)
    assert plan.uncovered == wanted - cover(found, wanted)


@law
@given(needs, helpers)
def test_no_smaller_set_covers_more(wanted, found):
    """Brute force over all subsets, also those that the planner left out."""
    plan = plan_coalition(wanted, found)
    smaller = (set_ for size in range(len(plan.members)) for set_ in combinations(found, size))
    best = max((len(cover(chosen, wanted)) for chosen in smaller), default=0)
    assert best == plan.best_smaller_cover or not plan.members
    assert best < len(cover(plan.members, wanted)) or not plan.members


@law
@given(needs, helpers)
def test_among_equals_the_best_ranked(wanted, found):
    plan = plan_coalition(wanted, found)
    equals = [
        sum(helper.score for helper in chosen)
        for chosen in combinations(found, len(plan.members))
        if cover(chosen, wanted) == cover(found, wanted)
    ]
    if plan.members:
        assert sum(helper.score for helper in plan.members) == max(equals)


@law
@given(needs, helpers, st.randoms(use_true_random=False))
def test_order_of_the_helpers_does_not_matter(wanted, found, random):
    assert plan_coalition(wanted, found) == plan_coalition(wanted, random.sample(found, len(found)))


@law
@given(needs, helpers)
def test_nobody_is_proposed_without_a_need_to_cover(wanted, found):
    plan = plan_coalition(wanted, found)
    assert len({helper.code for helper in plan.members}) == len(plan.members)
    for helper in plan.members:
        others = [other for other in plan.members if other != helper]
        assert cover(others, wanted) != cover(plan.members, wanted)


def test_one_that_covers_all_beats_two_better_ranked():
    both = Helper("ALL", frozenset({"clearance", "victim_assistance"}), 1.0)
    halves = [Helper("A", frozenset({"clearance"}), 90.0), Helper("B", frozenset({"victim_assistance"}), 90.0)]
    plan = plan_coalition(["clearance", "victim_assistance"], [both, *halves])
    assert [helper.code for helper in plan.members] == ["ALL"]
    assert (plan.smaller_sets_tried, plan.best_smaller_cover) == (0, 0)


def test_the_proof_counts_what_was_tried():
    pool = [Helper(area, frozenset({area}), 1.0) for area in AREAS[:3]]
    plan = plan_coalition(AREAS[:3], pool)
    assert (len(plan.members), plan.smaller_sets_tried, plan.best_smaller_cover) == (3, 6, 2)


def test_nothing_to_cover_and_nobody_to_cover_it():
    assert plan_coalition([], [Helper("A", frozenset({"clearance"}), 1.0)]).members == ()
    plan = plan_coalition(["clearance"], [])
    assert (plan.members, plan.uncovered) == ((), {"clearance"})


@pytest.mark.parametrize("count", [MAX_CANDIDATES, MAX_CANDIDATES * 3])
def test_many_helpers_take_no_time_and_lose_no_need(count):
    crowd = [Helper(f"C{n:02d}", frozenset({"clearance"}), 50.0 + n) for n in range(count)]
    rare = Helper("RARE", frozenset({"national_legislation"}), 0.1)
    plan = plan_coalition(["clearance", "national_legislation"], [*crowd, rare])
    assert plan.uncovered == frozenset()
    assert [helper.code for helper in plan.members] == [f"C{count - 1:02d}", "RARE"]


def test_more_needs_than_members_still_get_the_best_that_six_can_cover():
    areas = [f"area {n}" for n in range(MAX_MEMBERS + 1)]
    plan = plan_coalition(areas, [Helper(area, frozenset({area}), 1.0) for area in areas])
    assert len(plan.members) == MAX_MEMBERS
    assert len(plan.uncovered) == 1


def test_one_low_ranked_helper_for_everything_is_found_behind_a_crowd():
    crowd = [Helper(f"{area[:2]}{n}", frozenset({area}), 50.0) for area in AREAS for n in range(6)]
    plan = plan_coalition(AREAS, [*crowd, Helper("ALL", frozenset(AREAS), 1.0)])
    assert [helper.code for helper in plan.members] == ["ALL"]


def test_no_need_is_lost_behind_many_wide_helpers():
    covers = [*combinations(AREAS, 3), *combinations(AREAS, 2)]
    wide = [Helper(f"W{number}", frozenset(cover), 50.0) for number, cover in enumerate(covers)]
    plan = plan_coalition([*AREAS, "other"], [*wide, Helper("RARE", frozenset({"other"}), 1.0)])
    assert plan.uncovered == frozenset()
