"""The life cycle of a request: one complete table, no way round it."""

import json
from itertools import product

import pytest

from requests_app.domain.lifecycle import (
    CLOSED,
    NOTE_REQUIRED,
    OPEN,
    PLAIN_STEPS,
    STEPS,
    NotAllowed,
    is_possible,
    next_status,
)
from requests_app.enums import Action, Status
from requests_app.permissions import STEP_TAKERS

PATH = [
    (Action.SUBMIT, Status.SUBMITTED),
    (Action.ASK_CLARIFICATION, Status.CLARIFICATION),
    (Action.CLARIFY, Status.SUBMITTED),
    (Action.RELAY, Status.RELAYED),
    (Action.ANSWER, Status.ANSWERED),
    (Action.AGREE, Status.AGREED),
    (Action.START_DELIVERY, Status.DELIVERING),
    (Action.COMPLETE_DELIVERY, Status.DELIVERED),
    (Action.CLOSE_MET, Status.MET),
]


def reachable(start):
    found, waiting = {start}, [start]
    while waiting:
        here = waiting.pop()
        for (_action, status), after in STEPS.items():
            if status == here and after not in found:
                found.add(after)
                waiting.append(after)
    return found


def test_R010_whole_life_from_draft_to_met():
    status = Status.DRAFT
    for action, after in PATH:
        status = next_status(action, status)
        assert status == after


def test_R010_jump_from_submitted_to_delivered_is_refused():
    assert Status.DELIVERED not in {after for (_action, status), after in STEPS.items() if status == Status.SUBMITTED}
    for action in (Action.COMPLETE_DELIVERY, Action.START_DELIVERY, Action.CLOSE_MET, Action.AGREE):
        with pytest.raises(NotAllowed):
            next_status(action, Status.SUBMITTED)


@pytest.mark.parametrize(("action", "status"), list(product(Action, Status)))
def test_R010_every_pair_is_either_a_step_or_refused(action, status):
    if is_possible(action, status):
        assert next_status(action, status) in Status
    else:
        with pytest.raises(NotAllowed, match="not possible"):
            next_status(action, status)


def test_every_status_can_be_reached_and_every_action_taken():
    assert reachable(Status.DRAFT) == set(Status)
    assert {action for action, _status in STEPS} == set(Action)


def test_open_closed_and_draft_are_all():
    assert {*OPEN, *CLOSED, Status.DRAFT} == set(Status)
    assert not set(OPEN) & set(CLOSED)


@pytest.mark.parametrize("status", CLOSED)
def test_nothing_happens_to_a_closed_request(status):
    assert reachable(status) == {status}


@pytest.mark.parametrize("status", OPEN)
def test_every_open_request_can_be_ended_and_none_becomes_a_draft_again(status):
    assert set(CLOSED) & reachable(status)
    assert Status.DRAFT not in reachable(status)
    assert is_possible(Action.WITHDRAW, status)


@pytest.mark.parametrize("status", Status)
def test_R013_only_relayed_and_open_requests_are_answered(status):
    """A draft, a closed or a delivered request takes no answer."""
    closed_to_answers = {Status.DRAFT, Status.DELIVERED, *CLOSED}
    assert is_possible(Action.ANSWER, status) == (status not in closed_to_answers)


def test_R013_an_answer_never_moves_a_request_back():
    order = [status for _action, status in PATH]
    for (action, status), after in STEPS.items():
        if action in {Action.ANSWER, Action.RELAY}:
            assert order.index(after) >= order.index(status), (action, status)


def test_R024_only_a_delivered_request_is_closed_as_met_and_closing_says_what_came_of_it():
    assert [status for action, status in STEPS if action == Action.CLOSE_MET] == [Status.DELIVERED]
    assert {Action.CLOSE_MET, Action.CLOSE_PARTLY, Action.CLOSE_UNMET} <= NOTE_REQUIRED


def test_plain_steps_are_those_without_a_form_of_their_own():
    assert set(Action) - set(PLAIN_STEPS) == {
        Action.SUBMIT, Action.RECORD, Action.CONFIRM, Action.RELAY, Action.ANSWER, Action.AGREE, Action.STILL_VALID,
        Action.SPLIT, Action.JOIN, Action.TAKE_IN,
    }  # fmt: skip


def test_every_action_says_who_takes_it():
    assert set(STEP_TAKERS) == set(Action)


def test_codes_are_plain_words():
    """They stand in addresses and exports."""
    assert json.loads(json.dumps([*Action.values, *Status.values])) == [*Action.values, *Status.values]
    assert all(code.replace("_", "").isalpha() for code in [*Action.values, *Status.values])
