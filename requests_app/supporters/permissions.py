"""Who may write a supporter's profile."""

from ccm_portal.accounts.models import User
from requests_app.models import Supporter
from requests_app.permissions import answers_for, can_offer


def can_write_profile(user: object, supporter: Supporter) -> bool:
    """The supporter's own people, once its account is approved, and the ISU."""
    if not isinstance(user, User):
        return False
    return user.access.is_isu or (answers_for(user.access, supporter) and can_offer(user))
