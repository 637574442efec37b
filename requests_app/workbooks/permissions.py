"""Who sends forms. Which forms one sees is `visible_to`."""

from ccm_portal.accounts.models import User
from requests_app import permissions
from requests_app.models import AssistanceRequest


def can_send(user: User) -> bool:
    """A State Party for itself; the ISU on behalf of a State that has sent it the form."""
    return permissions.can_request(user) or enters_for_states(user)


def enters_for_states(user: User) -> bool:
    """Whether what the person sends is a State's, and not the person's own."""
    return user.access.is_isu


def can_take_out(user: User, request: AssistanceRequest) -> bool:
    """The form of a request, with what is stored: for those who may write on it."""
    return permissions.can_edit(user, request)
