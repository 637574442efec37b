"""Thousands of made-up histories of a clock, each replayed day by day by a second, slower reading of Articles 3 and 4.

The oracle below shares nothing with the engine: it walks through what happened in order and keeps a diary.
"""

import random
from datetime import date, timedelta

import pytest

from ccm_portal.treaty.deadlines import Clock, Extension, Facts, Outcome, Standing, Status, position
from ccm_portal.treaty.meetings import FormalMeeting

HISTORIES = 3000
YEARS = {Clock.STOCKPILES: 8, Clock.CLEARANCE_EXISTING: 10, Clock.CLEARANCE_NEW: 10}


def meetings_of(rng):
    """One formal meeting a year, in autumn."""
    return [
        FormalMeeting(f"M{year}", first, first + timedelta(days=3))
        for year in range(2010, 2056)
        for first in [date(year, 9, 1) + timedelta(days=rng.randrange(25))]
    ]


def history(rng):
    """A clock that starts on the first of a month, with requests decided at successive meetings."""
    clock = rng.choice(list(Clock))
    in_force = date(rng.randrange(2010, 2030), rng.randrange(1, 13), 1)
    ended = in_force + timedelta(days=rng.randrange(4000)) if clock is Clock.CLEARANCE_NEW else None
    meetings = meetings_of(rng)
    day, extensions = (ended or in_force) + timedelta(days=rng.randrange(3650)), []
    for number in range(1, rng.randrange(1, 5)):
        requested = day + timedelta(days=rng.randrange(30, 900))
        meeting = next(m for m in meetings if m.first_day > requested)
        outcome = rng.choice([Outcome.GRANTED] * 3 + [Outcome.REFUSED])
        extensions.append(
            Extension(
                outcome,
                decided_on=meeting.last_day,
                requested_on=requested,
                granted_months=rng.randrange(1, 61) if outcome is Outcome.GRANTED else None,
                decided_by=meeting.code,
                number=number,
            )
        )
        day = meeting.last_day
    completed = day + timedelta(days=rng.randrange(2000)) if rng.random() < 0.4 else None
    withdrawn = day + timedelta(days=rng.randrange(4000)) if rng.random() < 0.2 else None
    facts = Facts(
        clock=clock,
        standing=rng.choice([Standing.DECLARED] * 6 + [Standing.UNCLEAR, Standing.NONE]),
        in_force=in_force,
        hostilities_ended=ended,
        extensions=tuple(extensions),
        completed_on=completed,
        is_completed=completed is not None,
        withdrawn=withdrawn,
    )
    return facts, meetings


def later(day, months):
    """The same day some months on, or that month's last."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month, min(day.day, last))


def diary(facts, on, meetings):
    """(deadline, status) on a day, by going through the events in the order in which they happened."""
    deadline = later(facts.hostilities_ended or facts.in_force, 12 * YEARS[facts.clock])
    asked = extended = False
    events = sorted(
        [(e.requested_on, 0, None) for e in facts.extensions] + [(e.decided_on, 1, e) for e in facts.extensions],
        key=lambda event: event[:2],
    )
    for day, _order, decision in events:
        if day > on:
            break
        asked = decision is None
        if decision is not None and decision.outcome is Outcome.GRANTED:
            deadline, extended = later(deadline, decision.granted_months), True
    if facts.standing is not Standing.DECLARED:
        return deadline, Status.NO_OBLIGATION_DECLARED
    if facts.completed_on and facts.completed_on <= on:
        return deadline, Status.COMPLETED
    if facts.withdrawn and facts.withdrawn <= on:
        return deadline, Status.FROZEN
    if asked:
        return deadline, Status.EXTENSION_REQUESTED
    if on > deadline:
        return deadline, Status.OVERDUE
    last_before = [m for m in meetings if m.last_day < deadline]
    if last_before and on > later(last_before[-1].first_day, -9):
        return deadline, Status.AT_RISK
    return deadline, Status.EXTENDED if extended else Status.ON_TRACK


@pytest.mark.parametrize("seed", range(8))
def test_R056_thousands_of_histories_read_the_same_in_the_diary(seed):
    rng = random.Random(seed)
    seen = set()
    for _number in range(HISTORIES // 8):
        facts, meetings = history(rng)
        for _day in range(2):
            on = facts.in_force + timedelta(days=rng.randrange(9000))
            found = position(facts, on, meetings)
            assert (found.deadline.day, found.status) == diary(facts, on, meetings), (facts, on)
            seen.add(found.status)
    assert seen == set(Status)  # every status was really reached
