"""The life cycle of a request, as one table."""

from requests_app.enums import Action, Status


class NotAllowed(Exception):
    """A step that the life cycle does not have."""


OPEN = (
    Status.SUBMITTED,
    Status.CLARIFICATION,
    Status.RELAYED,
    Status.ANSWERED,
    Status.AGREED,
    Status.DELIVERING,
    Status.DELIVERED,
)
CLOSED = (Status.MET, Status.PARTLY_MET, Status.UNMET, Status.WITHDRAWN)

#: (action, status) -> next status. What is not here cannot happen.
STEPS: dict[tuple[Action, Status], Status] = {
    (Action.SUBMIT, Status.DRAFT): Status.SUBMITTED,
    (Action.RECORD, Status.DRAFT): Status.SUBMITTED,
    **{(Action.CONFIRM, status): status for status in OPEN},
    **{(Action.STILL_VALID, status): status for status in OPEN},
    (Action.ASK_CLARIFICATION, Status.SUBMITTED): Status.CLARIFICATION,
    (Action.ASK_CLARIFICATION, Status.RELAYED): Status.CLARIFICATION,
    (Action.ASK_CLARIFICATION, Status.ANSWERED): Status.CLARIFICATION,
    (Action.CLARIFY, Status.CLARIFICATION): Status.SUBMITTED,
    (Action.RELAY, Status.SUBMITTED): Status.RELAYED,
    (Action.RELAY, Status.RELAYED): Status.RELAYED,
    (Action.RELAY, Status.ANSWERED): Status.ANSWERED,
    (Action.RELAY, Status.AGREED): Status.AGREED,
    (Action.RELAY, Status.DELIVERING): Status.DELIVERING,
    (Action.ANSWER, Status.SUBMITTED): Status.ANSWERED,  # relayed, then clarified, then answered
    (Action.ANSWER, Status.CLARIFICATION): Status.CLARIFICATION,
    (Action.ANSWER, Status.RELAYED): Status.ANSWERED,
    (Action.ANSWER, Status.ANSWERED): Status.ANSWERED,
    (Action.ANSWER, Status.AGREED): Status.AGREED,
    (Action.ANSWER, Status.DELIVERING): Status.DELIVERING,
    (Action.AGREE, Status.ANSWERED): Status.AGREED,
    (Action.AGREE, Status.AGREED): Status.AGREED,
    (Action.AGREE, Status.DELIVERING): Status.DELIVERING,
    (Action.START_DELIVERY, Status.AGREED): Status.DELIVERING,
    (Action.COMPLETE_DELIVERY, Status.DELIVERING): Status.DELIVERED,
    (Action.CLOSE_MET, Status.DELIVERED): Status.MET,
    (Action.CLOSE_PARTLY, Status.DELIVERING): Status.PARTLY_MET,
    (Action.CLOSE_PARTLY, Status.DELIVERED): Status.PARTLY_MET,
    **{(Action.CLOSE_UNMET, status): Status.UNMET for status in OPEN},
    **{(Action.WITHDRAW, status): Status.WITHDRAWN for status in OPEN},
    **{(Action.SPLIT, status): status for status in OPEN if status != Status.DELIVERED},
    # Whoever has agreed to help relies on that request: it may take another in, but not go itself.
    (Action.JOIN, Status.SUBMITTED): Status.WITHDRAWN,
    (Action.JOIN, Status.CLARIFICATION): Status.WITHDRAWN,
    (Action.JOIN, Status.RELAYED): Status.WITHDRAWN,
    (Action.JOIN, Status.ANSWERED): Status.WITHDRAWN,
    **{(Action.TAKE_IN, status): status for status in OPEN if status != Status.DELIVERED},
}
#: Steps that the site offers as a button with a note; the others come with a form of their own.
PLAIN_STEPS = (
    Action.ASK_CLARIFICATION,
    Action.CLARIFY,
    Action.START_DELIVERY,
    Action.COMPLETE_DELIVERY,
    Action.CLOSE_MET,
    Action.CLOSE_PARTLY,
    Action.CLOSE_UNMET,
    Action.WITHDRAW,
)
#: Steps that must say something: what is asked, what was answered, what came of it.
NOTE_REQUIRED = frozenset(
    {Action.ASK_CLARIFICATION, Action.CLARIFY, Action.CLOSE_MET, Action.CLOSE_PARTLY, Action.CLOSE_UNMET}
)


def next_status(action: Action, status: Status) -> Status:
    """The status after a step. Raises NotAllowed where the table has no such step."""
    try:
        return STEPS[action, status]
    except KeyError:
        raise NotAllowed(f"{action} is not possible while a request is {status}") from None


def is_possible(action: Action, status: Status) -> bool:
    """Whether the table has the step."""
    return (action, status) in STEPS
