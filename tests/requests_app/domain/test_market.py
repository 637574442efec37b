"""What the market view computes, over plain records."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from requests_app.domain.market import Load, Market, Money, OpenNeed, coverage, loads
from requests_app.domain.matching import Candidate, Flow, Need, OfferView
from requests_app.enums import Idle, Lack, Strain

CLEARANCE, LAW = "clearance", "national_legislation"


def need(key="A", state="TCD", areas=(CLEARANCE,), kinds=("technical",), deadline=None, **values):
    currency = values.pop("currency", "USD")
    asked = Need(state, "africa", frozenset(areas), frozenset(kinds), deadline, currency=currency)
    return OpenNeed(key, asked, **values)


def offer(title="Training", areas=(CLEARANCE,), kinds=("technical",), left=None):
    return OfferView(title, frozenset(areas), frozenset(kinds), left)


def helper(code="NOR", *offers, **values):
    return Candidate(code, offers=offers, **values)


@pytest.mark.parametrize("first", [0, 1])
def test_market_an_offer_for_one_region_fits_no_need_elsewhere_whichever_is_read_first(first):
    """What fits one need says nothing of another that differs in region, language or years."""
    desert = OfferView("Desert", frozenset({CLEARANCE}), frozenset({"technical"}), None, regions=frozenset({"africa"}))
    africa, asia = (
        OpenNeed(key, Need(state, region, frozenset({CLEARANCE}), frozenset({"technical"})))
        for key, state, region in (("A", "TCD", "africa"), ("B", "IRQ", "asia_pacific"))
    )
    needs = [africa, asia] if first == 0 else [asia, africa]
    market = Market(needs, [helper("MRT", desert)])
    assert [row.title for _code, row, _why in market.idle_offers([])] == ["Desert"]
    assert [[need.key for need in one.needs] for one in market.unlocked()] == [["B"]]


# --- coverage --------------------------------------------------------------------------------------------------------


def test_market_currencies_never_mix_and_a_need_for_two_areas_counts_once_in_all():
    rows = [
        need("A", areas=(CLEARANCE, LAW), asked=Decimal(100), open=Decimal(60), has_share=True),
        need("B", asked=Decimal(50), open=Decimal(50), currency="EUR"),
        need("C"),
    ]
    whole, grid = coverage(rows)
    assert whole.amounts == {"USD": Money(Decimal(100), Decimal(60)), "EUR": Money(Decimal(50), Decimal(50))}
    assert (whole.needs, whole.with_share, whole.without_cost) == (3, 1, 1)
    assert (grid["TCD", CLEARANCE].needs, grid["TCD", LAW].needs) == (3, 1)
    assert grid["TCD", LAW].amounts["USD"].covered == 40
    assert grid["TCD", LAW].amounts["USD"].portion == Decimal("0.4")


def test_market_a_need_without_an_area_is_not_lost():
    _whole, grid = coverage([need(areas=())])
    assert grid["TCD", ""].needs == 1


def test_market_nothing_asked_is_no_division_by_zero():
    assert Money().portion == 0


# --- unmet -----------------------------------------------------------------------------------------------------------

DONOR = helper("NOR", competences=frozenset({CLEARANCE}))


@pytest.mark.parametrize(
    ("values", "candidates", "lack"),
    [
        ({}, [], Lack.SUPPORTER),
        ({}, [DONOR], Lack.RELAY),
        ({"was_relayed": True}, [DONOR], Lack.ANSWER),
        ({"was_relayed": True, "was_answered": True}, [DONOR], Lack.SHARE),
        ({"has_share": True}, [], None),
        ({"willing": frozenset({"NOR"})}, [], Lack.RELAY),
        ({"areas": ()}, [], Lack.RELAY),  # who would fit, nobody can say
        ({}, [helper("NOR", competences=frozenset({LAW}))], Lack.SUPPORTER),
        ({}, [helper("NOR", competences=frozenset({CLEARANCE}), kinds=frozenset({"financial"}))], Lack.SUPPORTER),
        ({}, [helper("NOR", flows=(Flow("LAO", "asia", 2020, 1.0, frozenset({CLEARANCE})),))], Lack.RELAY),
        ({}, [helper("NOR", offer())], Lack.RELAY),
        ({}, [helper("TCD", competences=frozenset({CLEARANCE}))], Lack.SUPPORTER),  # nobody helps itself
    ],
)
def test_market_what_a_need_lacks_first(values, candidates, lack):
    assert [found for _one, found in Market([need(**values)], candidates).unmet()] == ([lack] if lack else [])


def test_market_unmet_needs_stand_by_their_deadline():
    rows = [need("A"), need("B", deadline=date(2030, 1, 1)), need("C", deadline=date(2027, 1, 1))]
    assert [one.key for one, _lack in Market(rows, []).unmet()] == ["C", "B", "A"]


# --- idle offers -----------------------------------------------------------------------------------------------------


def idle(needs, candidates, used=()):
    return [(code, one.title, why) for code, one, why in Market(needs, candidates).idle_offers(used)]


def test_market_an_offer_that_fits_nothing_or_was_put_with_nothing_is_idle():
    giver = helper("NOR", offer("Fits"), offer("Law", areas=(LAW,)), offer("Money", kinds=("financial",)))
    assert idle([need()], [giver]) == [
        ("NOR", "Fits", Idle.UNUSED),
        ("NOR", "Law", Idle.FITS_NONE),
        ("NOR", "Money", Idle.FITS_NONE),
    ]


def test_market_an_offer_in_use_or_used_up_is_not_idle():
    giver = helper("NOR", offer("Used", areas=(LAW,)), offer("Full", areas=(LAW,), left=0))
    assert idle([need()], [giver], {("NOR", "Used")}) == []


def test_market_who_may_not_know_what_is_used_hears_only_of_what_fits_nothing():
    giver = helper("NOR", offer("Fits"), offer("Law", areas=(LAW,)))
    assert idle([need()], [giver], None) == [("NOR", "Law", Idle.FITS_NONE)]


def test_market_a_need_that_names_no_area_makes_no_offer_useful():
    assert idle([need(areas=())], [helper("NOR", offer("Any"))]) == [("NOR", "Any", Idle.FITS_NONE)]


def test_market_an_offer_does_not_fit_its_own_State():
    assert idle([need()], [helper("TCD", offer())]) == [("TCD", "Training", Idle.FITS_NONE)]


# --- what one more offer would unlock --------------------------------------------------------------------------------


def unlocked(needs, candidates=()):
    return [(u.area, u.kind, [one.key for one in u.needs]) for u in Market(needs, candidates).unlocked()]


def test_market_one_more_offer_unlocks_what_has_neither_offer_nor_willing_supporter():
    rows = [
        need("A"),
        need("B", willing=frozenset({"NOR"})),
        need("C", has_share=True),
        need("D", areas=(LAW,)),
    ]
    assert unlocked(rows) == [(CLEARANCE, "technical", ["A"]), (LAW, "technical", ["D"])]
    assert unlocked(rows, [helper("NOR", offer())]) == [(LAW, "technical", ["D"])]
    assert unlocked(rows, [helper("NOR", offer(left=0))])[0] == (CLEARANCE, "technical", ["A"])


def test_market_needs_that_name_the_kind_come_before_those_that_leave_it_open():
    rows = [need("A", kinds=()), need("B", kinds=()), need("C", areas=(LAW,), kinds=("financial",))]
    found = Market(rows, []).unlocked()
    assert (found[0].area, found[0].kind, found[0].unsaid) == (LAW, "financial", 0)
    assert [(u.kind, u.unsaid) for u in found[1:]] == [("technical", 2), ("material", 2), ("financial", 2)]


def test_market_the_nearest_deadline_decides_between_equals():
    rows = [need("A", deadline=date(2030, 1, 1)), need("B", areas=(LAW,), deadline=date(2027, 1, 1), state="LAO")]
    first, second = Market(rows, []).unlocked()
    assert (first.area, first.nearest, first.states) == (LAW, date(2027, 1, 1), ["LAO"])
    assert second.area == CLEARANCE


codes = st.sampled_from([CLEARANCE, LAW, "victim_assistance"])
kinds = st.sampled_from(["technical", "material", "financial"])
some_needs = st.lists(
    st.tuples(st.sampled_from(["TCD", "LAO", "NOR"]), st.frozensets(codes), st.frozensets(kinds)), max_size=6
)
some_offers = st.lists(st.tuples(st.frozensets(codes), st.frozensets(kinds), st.sampled_from([None, 0, 2])), max_size=3)


@given(some_needs, some_offers)
def test_market_the_promise_is_kept_each_unlock_is_exactly_what_the_offer_would_serve(asked, offered):
    rows = [need(str(n), state, areas, wanted) for n, (state, areas, wanted) in enumerate(asked)]
    giver = helper("NOR", *(offer(str(n), a, k, left) for n, (a, k, left) in enumerate(offered)))

    def unserved(candidates):
        return {one.key for u in Market(rows, candidates).unlocked() for one in u.needs}

    before = unserved([giver])
    for unlock in Market(rows, [giver]).unlocked():
        newcomer = helper("PRT", offer("New", (unlock.area,), (unlock.kind,)))
        assert before - unserved([giver, newcomer]) == {one.key for one in unlock.needs}


@given(some_needs, some_offers)
def test_market_order_of_input_never_matters(asked, offered):
    rows = [need(str(n), state, areas, wanted) for n, (state, areas, wanted) in enumerate(asked)]
    givers = [helper(f"S{n}", offer(str(n), a, k, left)) for n, (a, k, left) in enumerate(offered)]
    there, back = Market(rows, givers), Market(rows[::-1], givers[::-1])
    assert there.unmet() == back.unmet()
    assert there.unlocked() == back.unlocked()
    assert there.idle_offers([]) == back.idle_offers([])


# --- over-subscribed -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "places", "promised", "size", "strains"),
    [
        (2, 2, 0, None, []),
        (3, 2, 0, None, [Strain.PLACES]),
        (1, 0, 0, None, [Strain.PLACES]),
        (9, None, 0, None, []),  # states no bound
        (0, None, 100, 100, []),
        (0, None, 101, 100, [Strain.SIZE]),
        (1, 0, 101, 100, [Strain.PLACES, Strain.SIZE]),
    ],
)
def test_market_over_subscribed_is_more_than_it_says_it_can_give(wanted, places, promised, size, strains):
    money = None if size is None else Decimal(size)
    keys = frozenset(str(n) for n in range(wanted))
    assert Load("NOR", keys, places, Decimal(promised), money, "USD").strains == strains


def test_market_promises_in_another_currency_are_not_set_against_the_size():
    giver = helper("NOR", offer(left=2), offer(left=1), offer(), largest=100.0, currency="USD")
    (load,) = loads([giver], {"NOR": ["A"]}, {("NOR", "EUR"): Decimal(500), ("NOR", "USD"): Decimal(40)})
    assert (load.places, load.promised, load.size, load.strains) == (3, Decimal(40), Decimal(100), [])
    assert loads([helper("CHE")], {}, {}) == []
