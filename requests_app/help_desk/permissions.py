"""Who may use the help desk. Which tickets a person knows of is `visible_to`."""

from ccm_portal.accounts.models import User


def can_open(user: User) -> bool:
    """Focal points ask for their State; the ISU opens a ticket for a State that wrote or called."""
    return user.access.state is not None or user.access.is_isu


def can_assign(user: User) -> bool:
    """The ISU shares out its own work."""
    return user.access.is_isu
