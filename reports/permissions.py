"""Who reads what is help rather than fact."""

from ccm_portal.accounts.models import Access, User
from ccm_portal.register.enums import Theme
from requests_app.permissions import can_offer, can_see_coverage


def follows_reports(access: Access) -> bool:
    """The ISU, and the Coordinators on transparency measures and on cooperation and assistance, follow up reports."""
    return access.is_isu or bool(access.themes & {Theme.TRANSPARENCY, Theme.COOPERATION})


def sees_findings(access: Access, iso3: str) -> bool:
    """Advice on a report is for its State and for those who follow up, never a public naming."""
    return follows_reports(access) or (access.state is not None and access.state.pk == iso3)


def sees_market(user: object) -> bool:
    """Those who see coverage, and whoever may ask or offer: each of the requests that it may know of."""
    return isinstance(user, User) and (can_see_coverage(user) or can_offer(user))
