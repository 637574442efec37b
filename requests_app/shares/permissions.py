"""Who may do what with a share. Which rows a person knows of at all is `visible_to`."""

from ccm_portal.accounts.models import User
from requests_app.models import AssistanceRequest
from requests_app.permissions import answers_for, can_offer, is_handled_by, owns
from requests_app.shares.domain.steps import can_become
from requests_app.shares.enums import ShareStatus, Side
from requests_app.shares.models import Outcome, Share


def side_of(user: object, share: Share) -> Side | None:
    """For which of the two sides a person speaks; nobody else's word confirms anything."""
    if not isinstance(user, User):
        return None
    if owns(user.access, share.request):
        return Side.STATE
    return Side.SUPPORTER if answers_for(user.access, share.supporter) else None


def speaks_as_supporter(user: User, request: AssistanceRequest) -> bool:
    """Whether the person could take a part of the request for its own State or organisation."""
    return can_offer(user) and not owns(user.access, request)


def records_for_others(user: User, request: AssistanceRequest) -> bool:
    """The requesting State and those who handle the request record what a supporter has told them."""
    return owns(user.access, request) or is_handled_by(user.access, request)


def can_pledge(user: object, request: AssistanceRequest) -> bool:
    """Whoever may read an open request and could help; others record what they were told."""
    if not isinstance(user, User) or not request.is_open or request.confirmed_on is None:
        return False
    return speaks_as_supporter(user, request) or records_for_others(user, request)


def sees_whole_coverage(user: object, request: AssistanceRequest) -> bool:
    """The State, those who handle the request, and whoever may take a part of it."""
    return isinstance(user, User) and (records_for_others(user, request) or can_pledge(user, request))


def can_commit(user: User, share: Share) -> bool:
    """The supporter commits; those who handle the request record it for it."""
    speaks = side_of(user, share) == Side.SUPPORTER or is_handled_by(user.access, share.request)
    return speaks and share.request.is_open and can_become(ShareStatus(share.status), ShareStatus.COMMITTED)


def can_amend(user: User, share: Share) -> bool:
    """Who pledged, until both sides have confirmed it: the side whose word stands, or, of a pledge on which neither has
    spoken, those who handle the request and recorded it. Needs `for_list()`."""
    pledge = share.last_step
    if share.status != ShareStatus.PLEDGED or not share.request.is_open or pledge is None or pledge.is_confirmed:
        return False
    side = side_of(user, share)
    has_spoken = side is not None and side not in pledge.waits_on
    return has_spoken or (len(pledge.waits_on) == len(Side) and is_handled_by(user.access, share.request))


def is_concerned(user: object, share: Share) -> bool:
    """Its two sides and those who handle the request: they read what comes next, and what a pledge was before it was
    amended, and say of a delivery that it is not so."""
    is_party = side_of(user, share) is not None
    return is_party or (isinstance(user, User) and is_handled_by(user.access, share.request))


def can_withdraw(user: User, share: Share) -> bool:
    """Either side, as long as something is still to come."""
    return side_of(user, share) is not None and can_become(ShareStatus(share.status), ShareStatus.WITHDRAWN)


def can_deliver(user: User, share: Share) -> bool:
    """Either side records what was delivered, and those who handle the request; once both have confirmed the
    commitment."""
    speaks = side_of(user, share) is not None or is_handled_by(user.access, share.request)
    return speaks and share.status == ShareStatus.COMMITTED and share.agreed == ShareStatus.COMMITTED


def sees_outcome(user: object, outcome: Outcome) -> bool:
    """The requesting State and those who handle the request; with the State's consent whoever may read the request."""
    is_party = isinstance(user, User) and records_for_others(user, outcome.request)
    return outcome.consented_on is not None or is_party


def can_record_outcome(user: User, request: AssistanceRequest) -> bool:
    """The requesting State, and the ISU with it; nothing is recorded of a draft."""
    return not request.is_draft and (owns(user.access, request) or user.access.is_isu)
