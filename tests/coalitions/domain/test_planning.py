"""Planning: no smaller set covers more. Checked against every subset there is."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coalitions.domain.planning import (
    MAX_MEMBERS,
    Helper,
    Need,
    alternatives,
    plan_coalition,
    resting_on_one,
    without,
)

law = settings(max_examples=60)

AREAS = ["clearance", "stockpile_destruction", "victim_assistance", "risk_education", "national_legislation"]
needs = st.frozensets(st.sampled_from(AREAS), max_size=5).map(lambda codes: [Need(code) for code in codes])
helpers = st.lists(
    st.tuples(st.frozensets(st.sampled_from([*AREAS, "other"]), max_size=4), st.integers(0, 100)), max_size=9
).map(lambda found: [Helper(f"H{n}", covers, float(score)) for n, (covers, score) in enumerate(found)])


def need(*codes, **values):
    return [Need(code, **values) for code in codes]


def helper(code, *covers, score=1.0, capacity=None):
    return Helper(code, frozenset(covers), score, capacity)


def cover(chosen, wanted):
    return frozenset().union(*(one.covers for one in chosen)) & {one.code for one in wanted}


def members(plan):
    return [place.helper for place in plan.members]


def codes(plan):
    return sorted(plan.codes)


@law
@given(needs, helpers)
def test_the_plan_covers_as_much_as_all_helpers_together(wanted, found):
    plan = plan_coalition(wanted, found)
    assert plan.is_proved
    assert cover(members(plan), wanted) == cover(found, wanted)
    assert plan.covered == len(cover(found, wanted))
    assert set(plan.uncovered) == {one.code for one in wanted} - cover(found, wanted)


@law
@given(needs, helpers)
def test_no_smaller_set_covers_more(wanted, found):
    """Brute force over all subsets."""
    plan = plan_coalition(wanted, found)
    smaller = (set_ for size in range(len(plan.members)) for set_ in combinations(found, size))
    best = max((len(cover(chosen, wanted)) for chosen in smaller), default=0)
    assert best == plan.best_smaller
    assert best < plan.covered or not plan.members


@law
@given(needs, helpers)
def test_among_equals_the_best_ranked(wanted, found):
    plan = plan_coalition(wanted, found)
    equals = [
        sum(one.score for one in chosen)
        for chosen in combinations(found, len(plan.members))
        if cover(chosen, wanted) == cover(found, wanted)
    ]
    if plan.members:
        assert sum(one.score for one in members(plan)) == max(equals)


@law
@given(needs, helpers, st.randoms(use_true_random=False))
def test_order_of_the_helpers_does_not_matter(wanted, found, random):
    assert plan_coalition(wanted, found) == plan_coalition(wanted, random.sample(found, len(found)))


@law
@given(needs, helpers)
def test_everybody_proposed_has_a_part_and_the_parts_make_up_the_cover(wanted, found):
    plan = plan_coalition(wanted, found)
    assert all(place.parts for place in plan.members)
    for place in plan.members:
        assert place.parts.keys() <= place.helper.covers
    assert sum(sum(place.parts.values()) for place in plan.members) == pytest.approx(plan.covered)


def test_one_that_covers_all_beats_two_better_ranked():
    both = helper("ALL", "clearance", "victim_assistance")
    halves = [helper("A", "clearance", score=90.0), helper("B", "victim_assistance", score=90.0)]
    assert codes(plan_coalition(need("clearance", "victim_assistance"), [both, *halves])) == ["ALL"]


def test_nothing_to_cover_and_nobody_to_cover_it():
    assert plan_coalition([], [helper("A", "clearance")]).members == ()
    plan = plan_coalition(need("clearance"), [])
    assert (plan.members, dict(plan.uncovered)) == ((), {"clearance": 1.0})


def test_more_needs_than_members_still_get_the_best_that_six_can_cover():
    areas = [f"area {n}" for n in range(MAX_MEMBERS + 1)]
    plan = plan_coalition(need(*areas), [helper(area, area) for area in areas])
    assert (len(plan.members), len(plan.uncovered)) == (MAX_MEMBERS, 1)


def test_what_a_helper_gives_at_most_is_shared_out():
    """Two million are needed; one gives 1.5 at most, another one the rest."""
    wanted = [Need("survey", size=2_000_000)]
    large, small = helper("NOR", "survey", score=9, capacity=1_500_000), helper("CHE", "survey", capacity=600_000)
    plan = plan_coalition(wanted, [large, small])
    assert codes(plan) == ["CHE", "NOR"]
    assert sum(place.parts["survey"] for place in plan.members) == pytest.approx(1)
    assert all(place.parts["survey"] * 2_000_000 <= place.helper.capacity + 200 for place in plan.members)
    alone = plan_coalition(wanted, [large])
    assert (alone.covered, dict(alone.uncovered)) == (0.75, {"survey": 0.25})


def test_a_need_of_unknown_size_is_not_limited_by_means():
    plan = plan_coalition(need("advice"), [helper("CHE", "advice", capacity=1.0)])
    assert plan.covered == 1


def test_when_one_drops_out_the_others_stay_and_the_next_steps_in():
    wanted = need("clearance", "victim_assistance")
    pool = [
        helper("NOR", "clearance", score=50), helper("CHE", "victim_assistance", score=50),
        helper("NPA", "clearance", score=5), helper("HI", "clearance", "victim_assistance", score=1),
    ]  # fmt: skip
    plan = plan_coalition(wanted, pool)
    assert codes(plan) == ["HI"]
    assert codes(without(wanted, pool, plan, "HI")) == ["CHE", "NOR"]
    pair = plan_coalition(wanted, pool[:3])
    assert codes(without(wanted, pool[:3], pair, "NOR")) == ["CHE", "NPA"]
    assert dict(without(wanted, pool[:2], pair, "NOR").uncovered) == {"clearance": 1.0}


def test_alternatives_are_other_sets_that_cover_nearly_as_much():
    wanted = need(*AREAS)
    pool = [
        helper("A", *AREAS, score=9),
        helper("B", *AREAS, score=5),
        helper("C", *AREAS[:4]),
        helper("D", *AREAS[:2]),
    ]
    plan = plan_coalition(wanted, pool)
    assert [codes(other) for other in alternatives(wanted, pool, plan)] == [["B"]]


def test_needs_that_rest_on_one_supporter_are_named():
    wanted, pool = need("clearance", "other"), [helper("A", "clearance"), helper("B", "clearance", "other")]
    assert resting_on_one(wanted, pool) == {"other": "B"}
