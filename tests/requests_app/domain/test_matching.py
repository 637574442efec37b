"""The laws of matching: nobody is suggested to itself, order is no reason, expertise is no second choice."""

from dataclasses import replace
from datetime import date
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from requests_app.domain.matching import Candidate, Flow, Need, OfferView, suggest
from requests_app.enums import AreaCode, Kind, MatchReason

law = settings(max_examples=60, deadline=None, derandomize=True, database=None)
ON = date(2026, 11, 21)
REGION_OF = {"TCD": "africa", "MRT": "africa", "LAO": "asia", "LBN": "asia", "IRQ": "asia", "BIH": "europe"}
CODES = ["NOR", "NPA", "CHE", "USA", "JPN", "TCD", "MAG"]

states = st.sampled_from(sorted(REGION_OF))
areas = st.frozensets(st.sampled_from([area.value for area in AreaCode]), max_size=3)
kinds = st.frozensets(st.sampled_from([kind.value for kind in Kind]), max_size=2)
flows = st.builds(
    lambda state, year, usd, its: Flow(state, REGION_OF[state], year, usd, its),
    states,
    st.integers(2009, 2030),
    st.none() | st.floats(0, 10**8, allow_nan=False),
    areas,
)
offers = st.builds(OfferView, st.text(min_size=1, max_size=5), areas, kinds)
candidates = st.builds(
    Candidate,
    st.just("?"),
    st.lists(flows, max_size=8).map(tuple),
    st.frozensets(states, max_size=2),
    areas,
    st.lists(offers, max_size=2).map(tuple),
)
everyone = st.lists(candidates, max_size=len(CODES)).map(
    lambda found: [replace(candidate, code=code) for code, candidate in zip(CODES, found, strict=False)]
)
needs = st.builds(
    lambda state, its, of, deadline: Need(state, REGION_OF[state], its, of, deadline),
    states,
    areas,
    kinds,
    st.none() | st.dates(date(2020, 1, 1), date(2040, 1, 1)),
)


@law
@given(needs, everyone, st.randoms(use_true_random=False))
def test_R015_input_order_does_not_matter(need, found, random: Random):
    shuffled = [replace(c, flows=tuple(random.sample(c.flows, len(c.flows)))) for c in found]
    random.shuffle(shuffled)
    first, second = suggest(need, found, on=ON), suggest(need, shuffled, on=ON)
    assert [(s.code, s.score, s.history_years) for s in first] == [(s.code, s.score, s.history_years) for s in second]


@law
@given(needs, everyone)
def test_a_state_is_never_suggested_to_itself(need, found):
    assert need.state not in {s.code for s in suggest(need, found, on=ON)}


@law
@given(needs, everyone)
def test_R015_best_first_and_every_score_is_the_sum_of_its_reasons(need, found):
    ranked = suggest(need, found, on=ON)
    assert [s.score for s in ranked] == sorted((s.score for s in ranked), reverse=True)
    for suggestion in ranked:
        assert suggestion.reasons
        assert suggestion.score == pytest.approx(sum(r.points for r in suggestion.reasons), abs=0.06)
        assert len({reason.code for reason in suggestion.reasons}) == len(suggestion.reasons)


@law
@given(needs, everyone)
def test_nothing_after_the_day_counts(need, found):
    """A past day gives what was known then: flows of the year of the day and later are unknown."""
    past = date(2015, 6, 1)
    known = [replace(c, flows=tuple(f for f in c.flows if f.year < past.year)) for c in found]
    assert suggest(need, found, on=past) == suggest(need, known, on=past)


@law
@given(needs, st.lists(flows, min_size=1, max_size=6), st.integers(1, 10))
def test_more_recent_support_of_the_same_shape_never_scores_lower(need, shape, years):
    """The same support, given some years later, speaks no weaker."""
    older = [replace(flow, year=min(flow.year, 2015)) for flow in shape]
    newer = [replace(flow, year=flow.year + years) for flow in older]
    pair = [Candidate("OLD", tuple(older)), Candidate("NEW", tuple(newer))]
    score = {s.code: s.score for s in suggest(need, pair, on=ON)}
    assert score.get("NEW", 0) >= score.get("OLD", 0)


@law
@given(needs, everyone)
def test_R019_offer_of_expertise_ranks_like_an_offer_of_money(need, found):
    """Only the kind differs; a need that leaves the kind open treats both alike."""
    need = replace(need, kinds=frozenset())
    money = [replace(c, offers=tuple(replace(o, kinds=frozenset({"financial"})) for o in c.offers)) for c in found]
    skill = [replace(c, offers=tuple(replace(o, kinds=frozenset({"technical"})) for o in c.offers)) for c in found]
    assert [(s.code, s.score) for s in suggest(need, money, on=ON)] == [
        (s.code, s.score) for s in suggest(need, skill, on=ON)
    ]


@law
@given(needs, st.lists(flows, max_size=5))
def test_R019_a_non_monetary_offer_is_found_without_any_amount(need, given_before):
    offer = OfferView("Training", need.areas or frozenset({"clearance"}), need.kinds or frozenset({"technical"}))
    found = suggest(need, [Candidate("NPA", offers=(offer,)), Candidate("NOR", tuple(given_before))], on=ON)
    npa = next(s for s in found if s.code == "NPA")
    assert npa.offer == "Training"
    assert MatchReason.OFFERS in {reason.code for reason in npa.reasons}


def clearance(months):
    deadline = date(2026 + (10 + months) // 12, (10 + months) % 12 + 1, 21)
    return Need("TCD", "africa", frozenset({"clearance"}), deadline=deadline)


def test_R015_an_urgent_deadline_is_named_among_the_reasons():
    found = suggest(clearance(6), [Candidate("NOR", competences=frozenset({"clearance"}))], on=ON)
    reason = next(r for r in found[0].reasons if r.code == MatchReason.DEADLINE)
    assert reason.facts == {"deadline": date(2027, 5, 21)}


@pytest.mark.parametrize("months", [60, 25, -1])
def test_R015_a_far_or_past_deadline_is_no_reason(months):
    found = suggest(clearance(months), [Candidate("NOR", competences=frozenset({"clearance"}))], on=ON)
    assert MatchReason.DEADLINE not in {reason.code for reason in found[0].reasons}


def test_R015_a_deadline_alone_suggests_nobody():
    assert suggest(clearance(6), [Candidate("NOR")], on=ON) == []


def test_R002_an_offer_for_another_area_or_kind_does_not_fit():
    need = Need("TCD", "africa", frozenset({"clearance"}), frozenset({"technical"}))
    for offer in (
        OfferView("x", frozenset({"victim_assistance"}), frozenset({"technical"})),
        OfferView("x", frozenset({"clearance"}), frozenset({"financial"})),
    ):
        assert suggest(need, [Candidate("NOR", offers=(offer,))], on=ON) == []


def test_who_gave_to_the_state_stands_before_who_gave_elsewhere():
    here = Candidate("NOR", (Flow("TCD", "africa", 2025, 1.0),))
    there = Candidate("CHE", (Flow("MRT", "africa", 2025, 10.0**9),))
    assert [s.code for s in suggest(Need("TCD", "africa"), [there, here], on=ON)] == ["NOR", "CHE"]


def test_equal_scores_stand_in_order_of_code():
    flow = (Flow("TCD", "africa", 2025),)
    found = suggest(Need("TCD", "africa"), [Candidate(code, flow) for code in ("USA", "CHE", "NOR")], on=ON)
    assert [s.code for s in found] == ["CHE", "NOR", "USA"]
