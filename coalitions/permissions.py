"""Who may do what with a coalition."""

from ccm_portal.accounts.models import User
from coalitions.enums import CoalitionStatus
from coalitions.models import Coalition
from requests_app.models import AssistanceRequest, Supporter
from requests_app.permissions import answers_for, is_handled_by, owns


def leads(user: User, coalition: Coalition) -> bool:
    """Whether the person is a focal point of the affected State."""
    return user.access.state is not None and user.access.state.pk == coalition.lead_id


def can_propose(user: User, request: AssistanceRequest) -> bool:
    """The affected State forms a coalition; those who handle the request may propose one to it."""
    return request.is_open and (owns(user.access, request) or is_handled_by(user.access, request))


def can_confirm(user: User, coalition: Coalition) -> bool:
    """Only the affected State's confirmation makes a coalition active."""
    return coalition.status == CoalitionStatus.PROPOSED and leads(user, coalition)


def can_commit(user: User, coalition: Coalition) -> bool:
    """Members record their own commitments; the lead State, Coordinators and ISU may record one told to them."""
    return coalition.status == CoalitionStatus.ACTIVE and (
        leads(user, coalition) or user.access.sees_all_requests or bool(own_memberships(user, coalition))
    )


def own_memberships(user: User, coalition: Coalition) -> list[Supporter]:
    """The supporters among the members that the person speaks for."""
    return [m.supporter for m in coalition.members.all() if answers_for(user.access, m.supporter)]


def sees_ledger(user: object, coalition: Coalition) -> bool:
    """The coalition's parties, the Coordinators and the ISU."""
    if not isinstance(user, User):
        return False
    return leads(user, coalition) or user.access.sees_all_requests or bool(own_memberships(user, coalition))
