"""Who may warn for a clock, and who writes a request for more time. What one may read is `visible_to`."""

from ccm_portal.accounts.models import Access, User
from requests_app.extensions.models import ExtensionDraft


def acts_for(access: Access, iso3: str) -> bool:
    """The State's focal points, and the ISU on the State's behalf."""
    return access.is_isu or owns(access, iso3)


def owns(access: Access, iso3: str) -> bool:
    """Whether the person is a focal point of the State."""
    return access.state is not None and access.state.pk == iso3


def can_edit(user: User, draft: ExtensionDraft) -> bool:
    """A draft, until it is lodged or withdrawn."""
    return draft.is_draft and acts_for(user.access, draft.obligation.state_id)


def can_publish(access: Access, iso3: str) -> bool:
    """Only the State decides that everybody may know of its warning."""
    return owns(access, iso3)
