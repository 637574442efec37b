"""The laws of matching: nobody is suggested to itself, order is no reason, expertise is no second choice."""

from dataclasses import replace
from datetime import date
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from requests_app.domain.matching import Candidate, Flow, Need, OfferView, Ranking, suggest
from requests_app.domain.shortlist import RequestView, nearness, shortlist
from requests_app.domain.weights import DEFAULTS, NAMES, weights_with
from requests_app.enums import AreaCode, Caution, Criterion, EvidenceLevel, Kind, MatchReason

law = settings(max_examples=60)
ON = date(2026, 11, 21)
REGION_OF = {"TCD": "africa", "MRT": "africa", "LAO": "asia", "LBN": "asia", "IRQ": "asia", "BIH": "europe"}
CODES = ["NOR", "NPA", "CHE", "USA", "JPN", "TCD", "MAG"]

states = st.sampled_from(sorted(REGION_OF))
areas = st.frozensets(st.sampled_from([area.value for area in AreaCode]), max_size=3)
kinds = st.frozensets(st.sampled_from([kind.value for kind in Kind]), max_size=2)
flows = st.builds(
    lambda state, year, usd, its, own: Flow(state, REGION_OF[state], year, usd, its, own),
    states,
    st.integers(2009, 2030),
    st.none() | st.floats(0, 10**8, allow_nan=False),
    areas,
    st.booleans(),
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
    assert reason.facts == {"deadline": date(2027, 5, 21), "is_past": False}


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


def test_R015_who_gives_everywhere_is_counted_on_the_lists_of_the_states():
    """The own list of a supporter is on record by chance: it is history with a State, not activity everywhere."""
    told = Candidate("NOR", (Flow("BIH", "europe", 2025, 1.0), Flow("IRQ", "asia", 2025, 1.0)))
    own_list = tuple(Flow(state, REGION_OF[state], 2025, 1.0, is_from_giver=True) for state in REGION_OF)
    assert [s.code for s in suggest(Need("MOZ", "africa"), [Candidate("GBR", own_list), told], on=ON)] == ["NOR", "GBR"]
    assert [s.code for s in suggest(Need("TCD", "africa"), [Candidate("GBR", own_list), told], on=ON)] == ["GBR", "NOR"]


def test_equal_scores_stand_in_order_of_code():
    flow = (Flow("TCD", "africa", 2025),)
    found = suggest(Need("TCD", "africa"), [Candidate(code, flow) for code in ("USA", "CHE", "NOR")], on=ON)
    assert [s.code for s in found] == ["CHE", "NOR", "USA"]


# --- kinds, near misses and cautions ----------------------------------------------------------------------------------

NEED = Need(
    "TCD", "africa", frozenset({"clearance"}), frozenset({"financial"}), date(2028, 5, 1), frozenset({"fr"}),
    140_000.0, "USD", 2027, 2029,
)  # fmt: skip
FULL = Candidate(
    "NOR",
    competences=frozenset({"clearance"}),
    kinds=frozenset({"financial"}),
    regions=frozenset({"africa"}),
    languages=frozenset({"fr"}),
    largest=150_000.0,
    currency="USD",
    first_year=2026,
    last_year=2029,
    next_call=date(2027, 3, 1),
)
MISSES = {
    Criterion.AREA: {"competences": frozenset({"victim_assistance"})},
    Criterion.REGION: {"regions": frozenset({"asia"})},
    Criterion.KIND: {"kinds": frozenset({"technical"})},
    Criterion.LANGUAGE: {"languages": frozenset({"en"})},
    Criterion.SIZE: {"largest": 100_000.0},
    Criterion.YEARS: {"last_year": 2026},
    Criterion.TIMING: {"next_call": date(2028, 6, 1)},
    Criterion.CAPACITY: {"offers": (OfferView("x", frozenset({"clearance"}), frozenset({"financial"}), left=0),)},
}


def only(need, candidate):
    (found,) = suggest(need, [candidate], on=ON)
    return found


def test_R015_everything_that_fits_is_told_and_nothing_misses():
    found = only(NEED, replace(FULL, offers=(OfferView("x", frozenset(), frozenset(), left=1),)))
    assert set(found.fits) == set(Criterion)
    assert found.misses == ()


def test_every_criterion_can_miss():
    assert set(MISSES) == set(Criterion)


@pytest.mark.parametrize("criterion", MISSES)
def test_R015_a_near_miss_names_what_misses_and_keeps_what_fits(criterion):
    found = only(NEED, replace(FULL, **MISSES[criterion]))
    assert [remark.code for remark in found.misses] == [criterion]
    assert set(found.fits) >= set(Criterion) - {criterion, Criterion.CAPACITY}


def test_R015_a_ceiling_tells_by_how_much():
    found = only(NEED, replace(FULL, largest=100_000.0))
    assert found.misses[0].facts == {"by": 40_000.0, "currency": "USD"}


def test_amounts_in_different_currencies_are_not_compared():
    found = only(NEED, replace(FULL, largest=1.0, currency="EUR"))
    assert Criterion.SIZE not in {*found.fits, *(remark.code for remark in found.misses)}


def test_what_was_given_before_fits_whatever_is_stated():
    flows = (Flow("MRT", "africa", 2025, 1.0, frozenset({"clearance"})),)
    stated = {"competences": frozenset({"victim_assistance"}), "regions": frozenset({"asia"})}
    found = only(NEED, replace(FULL, flows=flows, **stated))
    assert {Criterion.AREA, Criterion.REGION} <= set(found.fits)


@law
@given(needs, everyone)
def test_R019_who_does_not_give_the_kind_stands_after_all_others(need, found):
    """However much it gave: money never outranks fit of kind."""
    need = replace(need, kinds=frozenset({"technical"}))
    money = [replace(c, kinds=frozenset({"financial"}), offers=()) for c in found[:2]]
    misses = [s.misses_kind for s in suggest(need, [*money, *found[2:]], on=ON)]
    assert misses == sorted(misses)


@law
@given(needs, everyone)
def test_R019_amounts_say_nothing_where_no_money_is_asked_for(need, found):
    need = replace(need, kinds=frozenset({"technical"}))
    poor = [replace(c, flows=tuple(replace(f, usd=None) for f in c.flows)) for c in found]
    assert [(s.code, s.score) for s in suggest(need, found, on=ON)] == [
        (s.code, s.score) for s in suggest(need, poor, on=ON)
    ]


def test_R019_expertise_with_an_offer_stands_before_money_with_history():
    """A technical need: the centre that offers training comes before the donor that says it gives money only."""
    need = Need("TCD", "africa", frozenset({"clearance"}), frozenset({"technical"}))
    donor = Candidate(
        "USA", tuple(Flow("TCD", "africa", y, 10.0**7) for y in range(2018, 2026)), kinds=frozenset({"financial"})
    )
    centre = Candidate("CPADD", offers=(OfferView("Course", frozenset({"clearance"}), frozenset({"technical"})),))
    assert [s.code for s in suggest(need, [donor, centre], on=ON)] == ["CPADD", "USA"]


def test_R020_capacity_that_is_used_up_is_no_reason():
    offer = OfferView("Course", frozenset({"clearance"}), frozenset({"technical"}), left=1)
    need = Need("TCD", "africa", frozenset({"clearance"}), frozenset({"technical"}))
    assert only(need, Candidate("CPADD", offers=(offer,))).offer == "Course"
    assert suggest(need, [Candidate("CPADD", offers=(replace(offer, left=0),))], on=ON) == []


def test_the_only_donor_is_a_caution():
    flows = {2022: "NOR", 2023: "NOR", 2024: "CHE", 2025: "NOR"}
    field = [
        Candidate(code, tuple(Flow("TCD", "africa", y, 1.0) for y, who in flows.items() if who == code))
        for code in ("NOR", "CHE")
    ]
    found = {s.code: s.cautions for s in suggest(Need("TCD", "africa"), field, on=ON)}
    assert [(c.code, c.facts) for c in found["NOR"]] == [(Caution.ONLY_DONOR, {"count": 3, "of": 4})]
    assert found["CHE"] == ()


def test_an_end_that_is_near_and_a_long_silence_are_cautions():
    ends = replace(FULL, last_year=2027)
    assert (Caution.ENDS, {"year": 2027}) in [(c.code, c.facts) for c in only(NEED, ends).cautions]
    silent = Candidate("NOR", (Flow("TCD", "africa", 2020),))
    lately = Candidate("CHE", (Flow("MRT", "africa", 2025),))
    found = {s.code: [c.code for c in s.cautions] for s in suggest(Need("TCD", "africa"), [silent, lately], on=ON)}
    assert found == {"NOR": [Caution.LAPSED], "CHE": []}


@law
@given(needs, everyone)
def test_one_candidate_is_assessed_as_in_the_whole_ranking(need, found):
    ranking = Ranking(found, on=ON)
    ranked = {s.code: s for s in ranking.suggest(need)}
    for code in [*CODES, "none"]:
        assert ranking.assess(need, code) == ranked.get(code)


# --- the table of points and the shortlist ----------------------------------------------------------------------------


def test_a_changed_line_of_the_table_changes_the_order():
    here = Candidate("NOR", (Flow("TCD", "africa", 2025),))
    offers = Candidate("CHE", offers=(OfferView("x", frozenset(), frozenset()),))
    need = Need("TCD", "africa")
    assert suggest(need, [here, offers], on=ON)[0].code == "NOR"
    assert suggest(need, [here, offers], on=ON, weights=weights_with({"offer": 100}))[0].code == "CHE"


def test_an_unknown_line_changes_nothing():
    assert weights_with({"wealth": 100.0}) == DEFAULTS
    assert len(NAMES) == 23


def test_R015_shortlist_ranks_by_deadline_then_evidence_then_readiness():
    ranking = Ranking([Candidate("NOR", competences=frozenset({"clearance"}))], on=ON)
    plain = RequestView("far", clearance(60), missing=3)
    views = [
        plain,
        replace(plain, key="near", need=clearance(6)),
        replace(plain, key="evidenced", evidence=EvidenceLevel.FULLY),
        replace(plain, key="ready", missing=0),
    ]
    found = shortlist("NOR", views, ranking)
    assert [key for key, _ in found] == ["near", "evidenced", "ready", "far"]
    assert MatchReason.DEADLINE in {reason.code for reason in found[0][1].reasons}


def test_R015_what_does_not_fit_is_not_on_the_shortlist_however_pressing():
    assert shortlist("NOR", [RequestView("x", clearance(1))], Ranking([Candidate("NOR")], on=ON)) == []


@pytest.mark.parametrize(("months", "share"), [(0, 1.0), (-3, 1.0), (30, 0.5), (60, 0.0), (90, 0.0)])
def test_nearness_of_a_deadline(months, share):
    year, month = divmod(ON.year * 12 + ON.month - 1 + months, 12)
    assert nearness(date(year, month + 1, 1), ON) == share


@pytest.mark.parametrize("deadline", [date(2026, 10, 1), None])
def test_a_deadline_that_is_past_says_nothing_of_the_next_call(deadline):
    found = only(replace(NEED, deadline=deadline), FULL)
    assert Criterion.TIMING not in {*found.fits, *(remark.code for remark in found.misses)}


def test_a_deadline_that_is_past_is_told_as_past_on_the_shortlist():
    ranking = Ranking([Candidate("NOR", competences=frozenset({"clearance"}))], on=ON)
    ((_, result),) = shortlist("NOR", [RequestView("x", clearance(-1))], ranking)
    assert next(r for r in result.reasons if r.code == MatchReason.DEADLINE).facts["is_past"]
