"""The rules of the parts of a need: what may be published on people, what adds up, what names an office."""

from collections import defaultdict
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccm_portal.treaty.extensions import Land
from requests_app.domain.needs import Resources
from requests_app.specifics.domain.costs import differences
from requests_app.specifics.domain.figures import LEAST, publish
from requests_app.specifics.domain.offices import names_a_person
from requests_app.specifics.enums import Hidden

law = settings(max_examples=200)
SMALL, PROTECTS = Hidden.SMALL, Hidden.PROTECTS


# --- R116: groups under five -----------------------------------------------------------------------------------------


def test_R116_groups_of_five_and_more_are_published_with_their_total():
    assert publish([5, 40, 12]).numbers == (5, 40, 12)
    assert publish([5, 40, 12]).total == 57


def test_R116_a_single_small_group_hides_the_one_that_follows():
    """With one hidden, the total less the others would be its number."""
    found = publish([30, 3, 40, 12])
    assert (found.numbers, found.total) == ((30, SMALL, PROTECTS, 12), 85)


def test_R116_last_small_group_hides_the_first():
    assert publish([30, 12, 3]).numbers == (PROTECTS, 12, SMALL)


def test_R116_several_small_groups_hide_one_more_among_them():
    found = publish([2, 3, 40, 12])
    assert (found.numbers, found.total) == ((SMALL, SMALL, PROTECTS, 12), 57)


@pytest.mark.parametrize("numbers", [[3], [0, 0], [0, 5], [4, 4, 5], [1, 8, 90]])
def test_R116_total_goes_where_it_would_tell_too_much(numbers):
    assert publish(numbers).total is None


def test_R116_nothing_on_record_is_no_secret():
    assert (publish([]).numbers, publish([]).total) == ((), 0)


@law
@given(st.lists(st.integers(0, 10**6), max_size=12))
def test_R116_no_small_number_and_no_wrong_number_is_ever_published(numbers):
    found = publish(numbers)
    assert len(found.numbers) == len(numbers)
    for number, shown in zip(numbers, found.numbers, strict=True):
        assert shown == (SMALL if number < LEAST else shown)
        assert shown in {number, SMALL, PROTECTS}
    assert found.total in {None, sum(numbers)}


@pytest.mark.parametrize(("groups", "most"), [(1, 20), (2, 20), (3, 16), (4, 14)])
def test_R116_a_small_group_could_have_any_number_under_five_even_for_who_knows_the_rule(groups, most):
    """Every table there is, by what is published of it: what is published never narrows a small group down."""
    origins = defaultdict(list)
    for numbers in product(range(most + 1), repeat=groups):
        origins[publish(numbers)].append(numbers)
    checked = 0
    for published, tables in origins.items():
        places = [place for place, shown in enumerate(published.numbers) if shown in {SMALL, PROTECTS}]
        if max(sum(table[place] for place in places) for table in tables) > most:
            continue  # other tables that look the same have larger numbers than were tried
        for place in places:
            if published.numbers[place] == SMALL:
                assert {table[place] for table in tables} == set(range(LEAST)), (published, tables)
                checked += 1
    assert checked


# --- R11: costs by year ----------------------------------------------------------------------------------------------


def year(total, national=0, external=0):
    return Resources(Decimal(total), Decimal(national), Decimal(external))


def test_R011_years_that_add_up_have_no_difference():
    assert differences([year(6, 2, 1), year(4, 1, 3)], year(10, 3, 4)) == {}


def test_R011_difference_is_named_with_its_sign():
    found = differences([year(6, 2, 1), year(5, 0, 3)], year(10, 3, 4))
    assert found == {"total": 1, "national": -1}


def test_R011_nothing_to_compare_with_is_no_difference():
    assert differences([year(6)], None) == {}


# --- R115: area release ----------------------------------------------------------------------------------------------


def test_R115_cancelled_land_is_released_and_never_cleared():
    land = Land(Decimal(100), Decimal(20), Decimal(30), Decimal(10), Decimal(25), Decimal(55))
    assert (land.released, land.cleared, land.difference) == (65, 25, 0)


areas = st.decimals(0, 10**9, places=2)


@law
@given(areas, areas, areas, areas, areas)
def test_R115_balance_is_opening_and_discovered_less_released_and_closing(
    opening, discovered, cancelled, reduced, cleared
):
    closing = opening + discovered - cancelled - reduced - cleared
    assert Land(opening, discovered, cancelled, reduced, cleared, closing).difference == 0
    assert Land(opening, discovered, cancelled, reduced, cleared, closing + 1).difference == -1


# --- R116: an office, not a person -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["Mr Soun Vong", "Dr. A. Haddad", "Ministry of Health (Ms. Okello)", "a.haddad@example.org", "H.E. the Minister"],
)
def test_R116_forms_of_address_and_addresses_name_a_person(text):
    assert names_a_person(text)


@pytest.mark.parametrize(
    "text",
    ["Department of Social Inclusion", "Ministry of Health, MSF desk", "Drug and Health Authority", "Misr office", ""],
)
def test_R116_offices_do_not(text):
    assert not names_a_person(text)
