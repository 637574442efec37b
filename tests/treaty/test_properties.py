"""What holds for every date: laws of the treaty engine, tried on many."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from ccm_portal.treaty import deadlines, reports
from ccm_portal.treaty.dates import (
    CONVENTION_IN_FORCE,
    add_months,
    annual_report_due,
    entry_into_force,
    initial_report_due,
    withdrawal_effective,
)
from ccm_portal.treaty.deadlines import Clock, Extension, Facts, Outcome, Standing, Status, position
from ccm_portal.treaty.meetings import FormalMeeting, consideration_meeting, expected_latest_submission
from ccm_portal.treaty.membership import Membership, TreatyActs, is_bound, membership
from ccm_portal.treaty.reports import Timeliness

law = settings(max_examples=200)

days = st.dates(date(2008, 12, 3), date(2060, 12, 31))
deposits = st.dates(date(2008, 12, 3), date(2040, 12, 31))
clocks = st.sampled_from(Clock)
in_forces = deposits.map(entry_into_force)
maybe_days = st.none() | days


@st.composite
def grants(draw):
    """A granted extension in months, decided on any day."""
    return Extension(Outcome.GRANTED, decided_on=draw(days), granted_months=draw(st.integers(1, 60)))


@st.composite
def extensions(draw):
    outcome = draw(st.sampled_from(Outcome))
    if outcome is Outcome.GRANTED:
        return draw(grants())
    return Extension(outcome, decided_on=draw(maybe_days), requested_on=draw(maybe_days))


@st.composite
def facts(draw, **fixed):
    values = {
        "clock": draw(clocks),
        "standing": draw(st.sampled_from(Standing)),
        "in_force": draw(in_forces),
        "hostilities_ended": draw(days),
        "extensions": tuple(draw(st.lists(extensions(), max_size=4))),
        "completed_on": draw(maybe_days),
        "is_completed": draw(st.booleans()),
        "no_obligation_since": draw(maybe_days),
        "withdrawn": draw(maybe_days),
    }
    return Facts(**values | fixed)


@st.composite
def meetings(draw):
    """Some meetings of a few days each, in any order."""
    firsts = draw(st.lists(days, max_size=6, unique=True))
    return [
        FormalMeeting(f"M{n}", first, first + timedelta(draw(st.integers(0, 4))), draw(st.booleans()))
        for n, first in enumerate(firsts)
    ]


# --- Article 17 and calendar -----------------------------------------------------------------------------------------


@law
@given(deposits)
def test_entry_into_force_is_the_first_of_a_month(deposit):
    in_force = entry_into_force(deposit)
    assert in_force.day == 1
    assert in_force >= CONVENTION_IN_FORCE == date(2010, 8, 1)


@law
@given(st.dates(date(2010, 2, 17), date(2060, 12, 31)))
def test_entry_into_force_follows_a_later_deposit_by_five_to_six_months(deposit):
    in_force = entry_into_force(deposit)
    assert 151 <= (in_force - deposit).days <= 184
    assert (in_force.year * 12 + in_force.month) - (deposit.year * 12 + deposit.month) == 6


@law
@given(deposits, deposits)
def test_later_deposit_never_gives_an_earlier_date(one, other):
    first, second = map(entry_into_force, sorted([one, other]))
    assert first <= second
    assert deadlines.article3_deadline(first) <= deadlines.article3_deadline(second)
    assert deadlines.article4_deadline_existing(first) <= deadlines.article4_deadline_existing(second)
    assert initial_report_due(first) <= initial_report_due(second)


@law
@given(in_forces)
def test_treaty_deadlines_are_eight_and_ten_years_on(in_force):
    article3, article4 = deadlines.article3_deadline(in_force), deadlines.article4_deadline_existing(in_force)
    assert article3 == in_force.replace(year=in_force.year + 8)
    assert article4 == in_force.replace(year=in_force.year + 10)


@law
@given(days, st.integers(-300, 300))
def test_months_land_in_their_month_and_never_on_a_later_day(day, months):
    later = add_months(day, months)
    assert later.year * 12 + later.month == day.year * 12 + day.month + months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(1)).day == 1)


@law
@given(days, days, st.integers(-300, 300))
def test_months_keep_the_order_of_days(one, other, months):
    first, second = sorted([one, other])
    assert add_months(first, months) <= add_months(second, months)


@law
@given(days, st.none() | days)
def test_withdrawal_never_takes_effect_within_six_months(received, conflict_ended):
    effective = withdrawal_effective(received, conflict_ended)
    assert effective >= add_months(received, 6)
    assert conflict_ended is None or effective >= conflict_ended


# --- membership ------------------------------------------------------------------------------------------------------

LADDER = list(Membership)


@st.composite
def acts(draw):
    """What a State may have done, in the order that the Convention knows; a withdrawal follows entry into force."""
    signed, deposited, received = draw(st.booleans()), draw(st.none() | deposits), None
    if deposited and draw(st.booleans()):
        received = entry_into_force(deposited) + timedelta(draw(st.integers(0, 4000)))
    until = deposited or date(2010, 8, 1)
    signature = draw(st.dates(date(2008, 12, 3), until)) if signed and until >= date(2008, 12, 3) else None
    return TreatyActs(signature, deposited, received, draw(maybe_days) if received else None)


@law
@given(acts(), days, days)
def test_membership_never_goes_down_the_ladder(state, one, other):
    first, second = sorted([one, other])
    assert LADDER.index(membership(state, first)) <= LADDER.index(membership(state, second))


@law
@given(acts(), days)
def test_bound_from_entry_into_force_until_withdrawal(state, day):
    inside = state.in_force is not None and state.in_force <= day and not (state.withdrawn and state.withdrawn <= day)
    assert is_bound(state, day) == inside


@law
@given(acts(), days)
def test_membership_says_what_was_done_by_the_day(state, day):
    rung = membership(state, day)
    done = bool(state.deposited and state.deposited <= day)
    assert (rung in {Membership.NON_PARTY, Membership.SIGNATORY}) == (not done)
    assert (rung is Membership.SIGNATORY) == (not done and state.signed is not None and state.signed <= day)


def test_nobody_is_bound_before_entry_into_force():
    state = TreatyActs(deposited=date(2020, 1, 15), withdrawal_received=date(2020, 3, 1))
    assert state.in_force == date(2020, 7, 1)
    assert not is_bound(state, date(2020, 6, 30))


# --- deadlines -------------------------------------------------------------------------------------------------------


@law
@given(days, st.lists(extensions(), max_size=5))
def test_history_is_numbered_without_gaps(original, requests):
    history = deadlines.deadline_history(original, requests)
    assert [deadline.sequence for deadline in history] == list(range(len(history)))
    assert len(history) == 1 + sum(request.outcome is Outcome.GRANTED for request in requests)
    assert history[0].day == original


@law
@given(days, st.lists(grants(), max_size=5))
def test_extension_in_months_never_shortens(original, requests):
    history = [deadline.day for deadline in deadlines.deadline_history(original, requests)]
    assert history == sorted(set(history))


@law
@given(in_forces, st.lists(st.integers(1, 60), max_size=5), days)
def test_extension_never_counts_from_its_decision(in_force, months, decided):
    """Whenever they are decided, extensions add up from the deadline."""
    original = deadlines.article4_deadline_existing(in_force)
    requests = [Extension(Outcome.GRANTED, decided_on=decided, granted_months=n) for n in months]
    assert deadlines.deadline_history(original, requests)[-1].day == add_months(original, sum(months))


@law
@given(facts(), days, days, meetings())
def test_deadline_of_a_clock_never_moves_back(fact, one, other, known):
    ordered = sorted((e for e in fact.extensions if e.decided_on), key=lambda e: e.decided_on)
    fact = replace(fact, extensions=tuple(ordered))
    first, second = sorted([one, other])
    assert position(fact, first, known).deadline.day <= position(fact, second, known).deadline.day


# --- statuses --------------------------------------------------------------------------------------------------------


def test_status_table_is_complete():
    assert set(deadlines.RUNNING) == set(product([False, True], repeat=4))
    assert set(deadlines.RUNNING.values()) == {
        Status.ON_TRACK,
        Status.AT_RISK,
        Status.EXTENSION_REQUESTED,
        Status.EXTENDED,
        Status.OVERDUE,
    }


def test_status_table_follows_its_rules():
    for (requested, passed, too_late, extended), status in deadlines.RUNNING.items():
        assert (status is Status.EXTENSION_REQUESTED) == requested
        assert (status is Status.OVERDUE) == (passed and not requested)
        assert (status is Status.AT_RISK) == (too_late and not passed and not requested)
        assert (status is Status.EXTENDED) == (extended and not (too_late or passed or requested))


@law
@given(facts(), days, meetings())
def test_every_state_of_affairs_has_a_status(fact, on, known):
    result = position(fact, on, known)
    assert result.status in Status
    assert result.is_certain or result.status is Status.OVERDUE


@law
@given(st.data(), st.sampled_from([Standing.UNCLEAR, Standing.NONE]), days, meetings())
def test_R046_no_obligation_declared_is_never_overdue(data, standing, on, known):
    fact = data.draw(facts(standing=standing))
    assert position(fact, on, known).status is Status.NO_OBLIGATION_DECLARED


@law
@given(st.data(), days, meetings())
def test_overdue_means_declared_passed_and_unfinished(data, on, known):
    fact = data.draw(facts(standing=Standing.DECLARED))
    result = position(fact, on, known)
    if result.status is Status.OVERDUE:
        assert result.deadline.day < on
        assert not (fact.withdrawn and fact.withdrawn <= on)
        assert not (fact.no_obligation_since and fact.no_obligation_since <= on)
        assert not fact.is_completed or (fact.completed_on and fact.completed_on > on)


@law
@given(st.data(), days, days, meetings())
def test_withdrawal_freezes_only_from_its_effective_day(data, withdrawn, on, known):
    running = {"standing": Standing.DECLARED, "is_completed": False, "no_obligation_since": None}
    fact = data.draw(facts(**running, withdrawn=withdrawn))
    staying = replace(fact, withdrawn=None)
    if on >= withdrawn:
        assert position(fact, on, known).status is Status.FROZEN
    else:
        assert position(fact, on, known) == position(staying, on, known)


@law
@given(st.data(), days, meetings())
def test_what_happens_later_is_not_yet_known(data, on, known):
    """Acts dated after the day change nothing of what that day knew."""
    later = on + timedelta(1)
    nothing = {"completed_on": None, "is_completed": False, "no_obligation_since": None, "withdrawn": None}
    before = data.draw(facts(**nothing, extensions=()))
    grant = Extension(Outcome.GRANTED, decided_on=later, requested_on=later, granted_months=12)
    coming = {"completed_on": later, "is_completed": True, "no_obligation_since": later, "withdrawn": later}
    after = replace(before, **coming, extensions=(grant,))
    assert position(before, on, known) == position(after, on, known)


# --- meetings --------------------------------------------------------------------------------------------------------


@law
@given(days, meetings())
def test_meeting_that_decides_ends_before_the_deadline_and_is_the_last_to(deadline, known):
    chosen = consideration_meeting(deadline, known)
    ended = [meeting.last_day for meeting in known if meeting.last_day < deadline]
    assert (chosen is None) == (not ended)
    assert chosen is None or chosen.last_day == max(ended)


@law
@given(days, meetings())
def test_R048_last_day_to_ask_is_nine_months_before_that_meeting(deadline, known):
    expected = expected_latest_submission(deadline, known)
    if expected is not None:
        chosen = consideration_meeting(deadline, known)
        assert expected == (add_months(chosen.first_day, -9), chosen.code)
        assert expected[0] < deadline


# --- reports ---------------------------------------------------------------------------------------------------------


@law
@given(days, maybe_days, days)
def test_R080_timeliness_is_one_of_four_and_follows_the_dates(due, received, on):
    result = reports.timeliness(due, received, on)
    arrived = received is not None and received <= on
    assert (result is Timeliness.ON_TIME) == (arrived and received <= due)
    assert (result is Timeliness.LATE) == (arrived and received > due)
    assert (result is Timeliness.OVERDUE) == (not arrived and on > due)
    assert (result is Timeliness.NOT_DUE) == (not arrived and on <= due)


@law
@given(in_forces, days)
def test_next_annual_report_falls_due_within_a_year_or_is_the_first(in_force, on):
    year = reports.next_annual_report_year(in_force, on)
    due = annual_report_due(year)
    assert due >= on
    assert due > initial_report_due(in_force)
    assert due < add_months(on, 12) or year == initial_report_due(in_force).year


@law
@given(in_forces, maybe_days, days)
def test_annual_reports_run_without_gaps_until_withdrawal(in_force, withdrawn, until):
    due = reports.annual_reports_due(in_force, withdrawn, until)
    years = [year for year, _day in due]
    assert years == list(range(years[0], years[0] + len(years))) if years else True
    assert all(day == date(year + 1, 4, 30) and day <= until for year, day in due)
    assert withdrawn is None or all(day < withdrawn for _year, day in due)
    assert all(day > initial_report_due(in_force) for _year, day in due)
