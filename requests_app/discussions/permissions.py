"""Who takes part in a discussion. What one may read of it is `visible_to`."""

from ccm_portal.accounts.models import User
from requests_app.discussions.models import Participation
from requests_app.models import AssistanceRequest
from requests_app.permissions import is_handled_by, owns


def leads(user: User, request: AssistanceRequest) -> bool:
    """The requesting State and those who handle the request: they take part always, and say who else does."""
    return not request.is_draft and (owns(user.access, request) or is_handled_by(user.access, request))


def takes_part(user: User, request: AssistanceRequest) -> bool:
    """Whether the person may write now."""
    return leads(user, request) or Participation.objects.of(user.access).current().filter(request=request).exists()


def has_taken_part(user: User, request: AssistanceRequest) -> bool:
    """Whether there is something that the person may still read."""
    return leads(user, request) or Participation.objects.of(user.access).filter(request=request).exists()
