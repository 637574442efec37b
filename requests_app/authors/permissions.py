"""Who does what while a State writes a request. Who may read at all is `writes_with_state`."""

from ccm_portal.accounts.models import User
from requests_app.authors.models import SignOff
from requests_app.enums import AuthorLevel
from requests_app.models import AssistanceRequest
from requests_app.permissions import authorship, owns


def can_invite(user: User, request: AssistanceRequest) -> bool:
    """The focal points say who writes with them, as long as there is something to write."""
    return owns(user.access, request) and (request.is_draft or request.is_open)


def can_remark(user: User, request: AssistanceRequest) -> bool:
    """Focal points, and authors who were invited to do more than read."""
    may = owns(user.access, request) or authorship(user, request) in {AuthorLevel.COMMENT, AuthorLevel.EDIT}
    return may and (request.is_draft or request.is_open)


def can_ask_sign_off(user: User, request: AssistanceRequest) -> bool:
    """The focal points ask for it, and call it off, before the request goes out."""
    return owns(user.access, request) and request.is_draft


def can_sign(user: User, sign_off: SignOff) -> bool:
    """The post that was asked, as long as it may still sign."""
    request = sign_off.request
    return user.pk == sign_off.post_id and request.is_draft and may_be_asked(user, request)


def may_be_asked(user: User, request: AssistanceRequest) -> bool:
    """Focal points of the State, and invited authors with that right."""
    if owns(user.access, request):
        return True
    return bool(authorship(user, request)) and request.authors.current().filter(user=user, may_sign_off=True).exists()
