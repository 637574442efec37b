"""Who has a place and who waits: whatever order of applications, decisions and withdrawals."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from requests_app.offers.domain.waiting_list import Applied, Place, closed, moved_up, places
from requests_app.offers.enums import Closed, Standing

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
HELD = {Standing.PLACE, Standing.ACCEPTED}


def in_turn(count):
    """Applications one minute after the other, keys from 1 on."""
    return [Applied(number, NOON + timedelta(minutes=number)) for number in range(1, count + 1)]


everyone = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from(["", "", "", "declined"]), st.booleans()), max_size=12
).map(lambda rows: [Applied(n, NOON + timedelta(minutes=m), d, w) for n, (m, d, w) in enumerate(rows, start=1)])
counts = st.integers(1, 6)


def test_R071_the_21st_of_20_waits_and_moves_up_when_one_withdraws():
    applied = in_turn(22)
    before = places(applied, 20)
    assert before[20] == Place(Standing.PLACE)
    assert (before[21], before[22]) == (Place(Standing.WAITING, 1), Place(Standing.WAITING, 2))
    applied[4] = replace(applied[4], is_withdrawn=True)
    after = places(applied, 20)
    assert (after[5].standing, after[21].standing, after[22]) == ("withdrawn", "has_place", Place(Standing.WAITING, 1))
    assert moved_up(before, after) == [21]


def test_R071_who_was_accepted_keeps_the_place_when_there_are_fewer():
    applied = in_turn(3)
    applied[2] = replace(applied[2], decision="accepted")
    found = places(applied, 1)
    assert [found[key].standing for key in (1, 2, 3)] == ["waiting", "waiting", "accepted"]


def test_R071_of_two_at_the_same_moment_the_lower_key_is_first():
    found = places([Applied(2, NOON), Applied(1, NOON)], 1)
    assert (found[1].standing, found[2].standing) == ("has_place", "waiting")


@given(everyone, counts)
def test_R071_nobody_stands_twice_and_no_place_stays_empty_while_somebody_waits(applied, count):
    found = places(applied, count)
    assert set(found) == {one.key for one in applied}
    held = [key for key, place in found.items() if place.standing in HELD]
    waiting = sorted(place.number for place in found.values() if place.standing == Standing.WAITING)
    assert len(held) <= count
    assert not waiting or len(held) == count
    assert waiting == list(range(1, len(waiting) + 1))


@given(everyone, counts, st.data())
def test_R071_a_withdrawal_lets_at_most_one_move_up_and_nobody_down(applied, count, data):
    if not applied:
        return
    gone = data.draw(st.integers(0, len(applied) - 1))
    before = places(applied, count)
    after = places([*applied[:gone], replace(applied[gone], is_withdrawn=True), *applied[gone + 1 :]], count)
    assert len(moved_up(before, after)) <= 1
    for one in applied:
        if one.key != applied[gone].key and before[one.key].standing in HELD:
            assert after[one.key] == before[one.key]


@pytest.mark.parametrize(
    ("withdrawn", "today", "expected"),
    [
        (None, date(2026, 11, 21), None),  # the last day counts in full
        (None, date(2026, 11, 22), Closed.LATE),
        (date(2026, 11, 20), date(2026, 11, 20), Closed.WITHDRAWN),
    ],
)
def test_R071_until_when_one_may_apply(withdrawn, today, expected):
    assert closed(date(2026, 11, 21), withdrawn, today) == expected
