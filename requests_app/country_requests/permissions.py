"""Who groups, splits and joins requests: the State that makes them. The ISU and the Coordinators propose it in the
discussion."""

from ccm_portal.accounts.models import User
from requests_app.country_requests.models import CountryRequest
from requests_app.models import AssistanceRequest
from requests_app.permissions import can_request, owns


def can_lead(user: User, country_request: CountryRequest) -> bool:
    """Focal points of the State."""
    return user.access.state is not None and user.access.state.pk == country_request.state_id and can_request(user)


def can_group(user: User, request: AssistanceRequest) -> bool:
    """Add another need beside this one."""
    return owns(user.access, request) and can_request(user) and (request.is_draft or request.is_open)
