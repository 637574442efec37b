"""Who follows up."""

from ccm_portal.accounts.models import access_of


def follows_up(user: object) -> bool:
    """The Coordinators in office, of all themes, and the ISU."""
    return access_of(user).follows_up  # type: ignore[arg-type]
