"""The arithmetic shown is the arithmetic done, for every history; and the forecast loses no clock."""

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ccm_portal.treaty import explain
from ccm_portal.treaty.dates import add_months, annual_report_due, entry_into_force, initial_report_due
from ccm_portal.treaty.deadlines import RUNNING, Clock, Extension, Facts, Outcome, Standing, Status, position
from ccm_portal.treaty.explain import Hearing, Question, Rule, Step
from ccm_portal.treaty.forecast import by_year, forecast
from ccm_portal.treaty.meetings import FormalMeeting, expected_latest_submission
from tests.treaty.test_properties import days, deposits, facts, law, meetings

RUNNING_STATUSES = set(RUNNING.values())


@st.composite
def known(draw):
    """A clock and the deposit that it starts from."""
    deposited = draw(deposits)
    return draw(facts(in_force=entry_into_force(deposited))), deposited


@law
@given(known(), days, meetings())
def test_the_last_step_is_the_deadline_of_the_engine(case, on, known_meetings):
    held, deposited = case
    steps = explain.clock_steps(held, deposited, on)
    assert steps[-1].result == position(held, on, known_meetings).deadline.day
    assert steps[0].start == deposited
    assert steps[0].result == held.in_force
    for before, after in pairwise(steps[1:]):
        assert after.start == before.result


@law
@given(known(), days)
def test_each_step_can_be_done_by_hand(case, on):
    """Years and months added to the date on the left give the date on the right."""
    for step in explain.clock_steps(*case, on)[1:]:
        if step.rule in {Rule.UNDECIDED, Rule.REFUSED}:
            assert step.start == step.result
        elif step.extension is None:
            assert add_months(step.start, 12 * step.amount) == step.result
        elif step.rule is Rule.EXTENDED_BY:
            assert add_months(step.start, case[0].extensions[step.extension].granted_months) == step.result


@law
@given(known(), days, meetings())
def test_the_questions_lead_to_the_status(case, on, known_meetings):
    held, _deposited = case
    where = position(held, on, known_meetings)
    asked = explain.checks(held, where, on)
    decisive = asked[-1]
    if where.status in RUNNING_STATUSES:
        answers = {check.question: check.answer for check in asked}
        assert all(answers[q] for q in [Question.DECLARED])
        assert not any(answers[q] for q in (Question.NOTHING_HELD, Question.COMPLETED, Question.WITHDRAWN))
        key = [
            answers.get(q, False)
            for q in (Question.REQUEST_OPEN, Question.PASSED, Question.LAST_DAY_PASSED, Question.EXTENDED)
        ]
        assert RUNNING[tuple(key)] is where.status
    else:
        assert (
            decisive.question
            in {
                Status.NO_OBLIGATION_DECLARED: {Question.DECLARED, Question.NOTHING_HELD},
                Status.COMPLETED: {Question.COMPLETED},
                Status.FROZEN: {Question.WITHDRAWN},
            }[where.status]
        )


@law
@given(known(), days, meetings())
def test_nothing_changes_between_turning_days(case, on, known_meetings):
    held, _deposited = case
    before = position(held, on - timedelta(days=1), known_meetings)
    assert position(held, on, known_meetings) == before or on in explain.turning_days(held, known_meetings)


@law
@given(known(), meetings(), st.data())
def test_turning_days_are_found_where_things_turn(case, known_meetings, data):
    """The same, on days that were not picked at random but beside one that matters."""
    held, _deposited = case
    turning = explain.turning_days(held, known_meetings)
    on = data.draw(st.sampled_from(sorted(turning))) + timedelta(days=data.draw(st.sampled_from([-1, 1])))
    before = position(held, on - timedelta(days=1), known_meetings)
    assert position(held, on, known_meetings) == before or on in turning


@law
@given(deposits, st.none() | st.integers(2010, 2060))
def test_the_steps_of_a_report_end_on_its_due_day(deposited, year):
    due = initial_report_due(entry_into_force(deposited)) if year is None else annual_report_due(year)
    assert explain.report_steps(deposited, year)[-1].result == due


def test_the_example_of_the_first_thirty():
    """16 June 2009 deposited, first thirty instruments, in force 1 August 2010, + 8 years = 1 August 2018."""
    held = Facts(Clock.STOCKPILES, Standing.DECLARED, date(2010, 8, 1))
    assert explain.clock_steps(held, date(2009, 6, 16), date(2018, 1, 1)) == (
        Step(Rule.FIRST_THIRTY, date(2009, 6, 16), date(2010, 8, 1)),
        Step(Rule.STOCKPILES, date(2010, 8, 1), date(2018, 8, 1), 8),
    )


def test_a_request_shows_from_the_day_it_is_lodged_and_counts_from_the_day_it_is_granted():
    """Bosnia and Herzegovina: 1 March 2021 + 18 months = 1 September 2022."""
    asked = Extension(Outcome.GRANTED, date(2021, 9, 21), requested_on=date(2020, 9, 1), granted_months=18)
    held = Facts(Clock.CLEARANCE_EXISTING, Standing.DECLARED, date(2011, 3, 1), extensions=(asked,))
    deposited = date(2010, 9, 7)
    assert len(explain.clock_steps(held, deposited, date(2020, 8, 31))) == 2
    assert explain.clock_steps(held, deposited, date(2021, 9, 20))[-1].rule is Rule.UNDECIDED
    assert explain.clock_steps(held, deposited, date(2021, 9, 21))[-1] == Step(
        Rule.EXTENDED_BY, date(2021, 3, 1), date(2022, 9, 1), 18, 0
    )


def test_whole_months_only():
    assert explain.whole_months(date(2021, 3, 1), date(2022, 9, 1)) == 18
    assert explain.whole_months(date(2021, 3, 1), date(2022, 9, 2)) is None
    assert explain.whole_months(date(2021, 3, 1), date(2021, 3, 1)) is None


MSP9 = FormalMeeting("9MSP", date(2019, 9, 2), date(2019, 9, 4))
RC2 = FormalMeeting("2RC", date(2020, 11, 23), date(2020, 11, 27))


def test_the_meeting_is_named_or_the_reason_why_not():
    heard = explain.consideration(date(2020, 8, 1), [MSP9, RC2])
    assert (heard.hearing, heard.meeting, heard.latest) == (Hearing.KNOWN, MSP9, date(2018, 12, 2))
    assert explain.consideration(date(2030, 1, 1), [MSP9, RC2]).hearing is Hearing.NOT_SCHEDULED
    assert explain.consideration(date(2019, 9, 4), [MSP9, RC2]).hearing is Hearing.NONE_BEFORE


# --- the forecast ----------------------------------------------------------------------------------------------------

named = st.lists(days, max_size=12).map(lambda found: [(n, 3 + n % 2, day) for n, day in enumerate(found)])


@law
@given(named, meetings(), days)
def test_every_clock_stands_once_in_the_forecast(clocks, known_meetings, on):
    found = forecast(clocks, known_meetings, on)
    tasks = [task for session in (*found.sessions, *found.unscheduled) for task in session.tasks]
    assert Counter(task.item for task in (*tasks, *found.passed)) == Counter(item for item, _article, _day in clocks)
    assert all(task.deadline < on for task in found.passed)
    assert all(task.deadline >= on for task in tasks)


@law
@given(named, meetings(), days)
def test_a_session_holds_what_its_meeting_is_the_last_to_consider(clocks, known_meetings, on):
    for session in forecast(clocks, known_meetings, on).sessions:
        assert session.tasks or session.meeting.last_day >= on
        assert sum(session.counts.values()) == len(session.tasks)
        for task in session.tasks:
            assert (session.latest, session.meeting.code) == expected_latest_submission(task.deadline, known_meetings)
            assert session.meeting.last_day < task.deadline


def test_lao_had_to_prepare_twenty_months_before():
    """Domain 2.3: due 2 December 2018 for 1 August 2020, about twenty months before."""
    (session, _rc) = forecast([("LAO", 4, date(2020, 8, 1))], [MSP9, RC2], date(2018, 11, 30)).sessions
    assert (session.meeting, session.latest) == (MSP9, date(2018, 12, 2))
    (task,) = session.tasks
    assert (task.prepare_from, task.has_begun) == (date(2018, 12, 1), False)
    (session, _rc) = forecast([("LAO", 4, date(2020, 8, 1))], [MSP9, RC2], date(2018, 12, 1)).sessions
    assert session.tasks[0].has_begun


def test_what_no_known_meeting_can_decide_stands_under_its_year():
    found = forecast([("SSD", 4, date(2034, 2, 1)), ("IRQ", 4, date(2028, 11, 1))], [MSP9], date(2020, 1, 1))
    assert found.sessions == ()
    assert [(session.year, session.tasks[0].item) for session in found.unscheduled] == [(2028, "IRQ"), (2034, "SSD")]


def test_counts_by_year_leave_no_year_out():
    counts = by_year([(3, date(2018, 8, 1)), (3, date(2018, 8, 1)), (4, date(2020, 8, 1))])
    assert counts == {2018: {3: 2, 4: 0}, 2019: {3: 0, 4: 0}, 2020: {3: 0, 4: 1}}
    assert by_year([]) == {}
