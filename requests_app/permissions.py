"""Who may do what with a request. Which rows a person knows of at all is `visible_to`."""

from datetime import date

from ccm_portal.accounts.models import Access, User, access_of
from requests_app.domain import lifecycle
from requests_app.enums import Action, AuthorLevel, Channel, Status, Visibility
from requests_app.models import AssistanceRequest, Relay, Supporter

OWNER, HANDLER = "owner", "handler"
#: Who takes a step: the requesting State, or those who handle requests (Coordinators in office, ISU).
STEP_TAKERS: dict[Action, frozenset[str]] = {
    Action.SUBMIT: frozenset({OWNER}),
    Action.RECORD: frozenset(),  # `can_record`
    Action.CONFIRM: frozenset({OWNER}),
    Action.STILL_VALID: frozenset({OWNER}),
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
    Action.SPLIT: frozenset({OWNER}),
    Action.JOIN: frozenset({OWNER}),
    Action.TAKE_IN: frozenset({OWNER}),
}


def owns(access: Access, request: AssistanceRequest) -> bool:
    """Whether the person is a focal point of the requesting State."""
    return access.state is not None and access.state.pk == request.state_id


def is_handled_by(access: Access, request: AssistanceRequest) -> bool:
    """The ISU, and the Coordinators unless the State keeps its request to the ISU."""
    return access.is_isu or (access.is_coordinator and not is_kept_to_isu(request))


def is_kept_to_isu(request: AssistanceRequest) -> bool:
    """Whether the State has asked the ISU alone, and the Coordinators are not to be informed."""
    return request.channel == Channel.ISU and not request.inform_coordinators


def authorship(user: object, request: AssistanceRequest) -> str:
    """How far a national author was invited to write this request with the State (`AuthorLevel`); "" for everybody
    else. It needs nothing of the State's own rights, and ends with the invitation."""
    access = access_of(user)  # type: ignore[arg-type]
    if access.author_state is None or access.author_state.pk != request.state_id:
        return ""
    return request.authors.current().filter(user=access.author).values_list("level", flat=True).first() or ""


def writes_with_state(user: object, request: AssistanceRequest) -> bool:
    """Whether what the State keeps to itself while it writes is open to the person: focal points, invited authors."""
    access = access_of(user)  # type: ignore[arg-type]
    return owns(access, request) or bool(authorship(user, request))


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
    if request.status not in {Status.DRAFT, Status.CLARIFICATION} and not is_unconfirmed:
        return False
    return owns(user.access, request) or authorship(user, request) == AuthorLevel.EDIT


def can_step(user: User, request: AssistanceRequest, action: Action) -> bool:
    """Whether the table has the step now and this person may take it."""
    if not lifecycle.is_possible(action, Status(request.status)):
        return False
    access, takers = user.access, STEP_TAKERS[action]
    return (OWNER in takers and owns(access, request)) or (HANDLER in takers and is_handled_by(access, request))


def can_split(user: User, request: AssistanceRequest) -> bool:
    """Make a part of a request a need of its own: the State itself, of a draft or of what is open and its own word."""
    return owns(user.access, request) and can_request(user) and is_divisible(request)


def is_divisible(request: AssistanceRequest) -> bool:
    """Whether the life cycle has the split, and the State has said that it is its need."""
    if request.is_draft:
        return True
    return request.confirmed_on is not None and lifecycle.is_possible(Action.SPLIT, Status(request.status))


def can_join(user: User, request: AssistanceRequest) -> bool:
    """Join a request into another of the same State."""
    return request.confirmed_on is not None and can_step(user, request, Action.JOIN)


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
    return owns(access, request) or is_handled_by(access, request)


def can_see_coverage(user: object) -> bool:
    """The ISU, the Coordinators of any theme and the President, each of the requests that they may know of."""
    access = access_of(user)  # type: ignore[arg-type]
    return access.follows_up or access.is_president


def can_see_responses(user: object) -> bool:
    """How supporters answer is for those who relay to them: nobody is scored before others."""
    return access_of(user).sees_all_requests  # type: ignore[arg-type]


def may_receive(request: AssistanceRequest, supporter: Supporter, *, on: date) -> bool:
    """Whether the request's visibility lets this supporter know of it once it is relayed on a day."""
    if request.visibility == Visibility.STATES_PARTIES:
        return supporter.state is not None and supporter.state.is_party_on(on)
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


def can_follow(user: object, request: AssistanceRequest) -> bool:
    """Whoever may offer help, an affected State too, for an open request that is not its own."""
    return isinstance(user, User) and can_offer(user) and request.is_open and not owns(user.access, request)
