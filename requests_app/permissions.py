"""Who may do what with a request. Which rows a person knows of at all is `visible_to`."""

from ccm_portal.accounts.models import Access, User, access_of
from requests_app.domain import lifecycle
from requests_app.enums import Action, Status, Visibility
from requests_app.models import AssistanceRequest, Relay, Supporter

OWNER, HANDLER = "owner", "handler"
#: Who takes a step: the requesting State, or those who handle requests (Coordinators in office, ISU).
STEP_TAKERS: dict[Action, frozenset[str]] = {
    Action.SUBMIT: frozenset({OWNER}),
    Action.RECORD: frozenset(),  # `can_record`
    Action.CONFIRM: frozenset({OWNER}),
    Action.ASK_CLARIFICATION: frozenset({HANDLER}),
    Action.CLARIFY: frozenset({OWNER}),
    Action.RELAY: frozenset({HANDLER}),
    Action.ANSWER: frozenset(),  # supporters answer their relays: `can_answer`
    Action.AGREE: frozenset({OWNER, HANDLER}),
    Action.START_DELIVERY: frozenset({OWNER, HANDLER}),
    Action.COMPLETE_DELIVERY: frozenset({OWNER, HANDLER}),
    Action.CLOSE_MET: frozenset({OWNER}),
    Action.CLOSE_PARTLY: frozenset({OWNER}),
    Action.CLOSE_UNMET: frozenset({OWNER, HANDLER}),
    Action.WITHDRAW: frozenset({OWNER}),
}


def owns(access: Access, request: AssistanceRequest) -> bool:
    """Whether the person is a focal point of the requesting State."""
    return access.state is not None and access.state.pk == request.state_id


def can_request(user: User) -> bool:
    """Article 6.1: every State Party may seek assistance, affected or not; its focal points ask for it."""
    return user.access.state is not None and user.access.is_state_party


def can_record(user: User) -> bool:
    """Channels 1 and 2: the ISU and the Coordinators enter what a State has said in a report or at a meeting."""
    return user.access.sees_all_requests


def can_confirm(user: object, request: AssistanceRequest) -> bool:
    """A need that somebody else read in a State's words is the State's to confirm."""
    return isinstance(user, User) and request.confirmed_on is None and can_step(user, request, Action.CONFIRM)


def can_edit(user: User, request: AssistanceRequest) -> bool:
    """A draft, what the ISU or a Coordinator asked to have clarified, and what the State has yet to confirm."""
    is_unconfirmed = request.is_open and request.confirmed_on is None
    return (request.status in {Status.DRAFT, Status.CLARIFICATION} or is_unconfirmed) and owns(user.access, request)


def can_step(user: User, request: AssistanceRequest, action: Action) -> bool:
    """Whether the table has the step now and this person may take it."""
    if not lifecycle.is_possible(action, Status(request.status)):
        return False
    access, takers = user.access, STEP_TAKERS[action]
    return (OWNER in takers and owns(access, request)) or (HANDLER in takers and access.sees_all_requests)


def steps_open_to(user: object, request: AssistanceRequest) -> list[Action]:
    """The plain steps that a button offers to this person now."""
    if not isinstance(user, User):
        return []
    return [action for action in lifecycle.PLAIN_STEPS if can_step(user, request, action)]


def can_change_visibility(user: User, request: AssistanceRequest) -> bool:
    """Only the requesting State decides who may know of its request."""
    return owns(user.access, request)


def can_see_relays(user: object, request: AssistanceRequest) -> bool:
    """The requesting State and those who handle the request see to whom it was relayed."""
    access = access_of(user)  # type: ignore[arg-type]
    return owns(access, request) or access.sees_all_requests


def can_see_coverage(user: object) -> bool:
    """The ISU, the Coordinators of any theme and the President, each of the requests that they may know of."""
    access = access_of(user)  # type: ignore[arg-type]
    return access.follows_up or access.is_president


def can_see_responses(user: object) -> bool:
    """How supporters answer is for those who relay to them: nobody is scored before others."""
    return access_of(user).sees_all_requests  # type: ignore[arg-type]


def may_receive(request: AssistanceRequest, supporter: Supporter, *, is_state_party: bool) -> bool:
    """Whether the request's visibility lets this supporter know of it once it is relayed."""
    if request.visibility == Visibility.STATES_PARTIES:
        return is_state_party
    return request.visibility in {Visibility.PUBLIC, Visibility.MATCH_PARTIES}


def answers_for(access: Access, supporter: Supporter) -> bool:
    """Whether the person speaks for that supporter."""
    if access.state is not None:
        return supporter.state_id == access.state.pk
    return access.organisation is not None and supporter.organisation_id == access.organisation.pk


def can_answer(user: User, relay: Relay) -> bool:
    """The supporter's own people, while the request is open."""
    return answers_for(user.access, relay.supporter) and lifecycle.is_possible(
        Action.ANSWER, Status(relay.request.status)
    )


def can_offer(user: User) -> bool:
    """Focal points of any State, and people of approved organisations."""
    access = user.access
    return access.state is not None or (access.organisation is not None and access.organisation.is_approved)
