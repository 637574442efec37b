"""Who may do what with offers, workshops and expertise. Which rows a person knows of at all is `visible_to`."""

from ccm_portal.accounts.models import User
from requests_app.models import Offer
from requests_app.offers.models import Application, Expertise
from requests_app.permissions import answers_for, can_offer


def hosts(user: object, offer: Offer) -> bool:
    """Whether the person speaks for the supporter whose offer it is."""
    return isinstance(user, User) and answers_for(user.access, offer.supporter)


def can_change(user: object, offer: Offer) -> bool:
    """The supporter's own people, once its account is approved, while the offer stands."""
    return isinstance(user, User) and hosts(user, offer) and can_offer(user) and offer.withdrawn_on is None


def can_apply(user: object, offer: Offer) -> bool:
    """Focal points of any State and people of approved organisations, to a workshop of others."""
    return isinstance(user, User) and hasattr(offer, "workshop") and can_offer(user) and not hosts(user, offer)


def sees_applications(user: object, offer: Offer) -> bool:
    """The host and the ISU."""
    return hasattr(offer, "workshop") and (hosts(user, offer) or (isinstance(user, User) and user.access.is_isu))


def can_decide(user: object, application: Application) -> bool:
    """The host, about what was not withdrawn, while the workshop stands."""
    offer = application.workshop.offer
    return hosts(user, offer) and application.withdrawn_on is None and offer.withdrawn_on is None


def can_withdraw_application(user: object, application: Application) -> bool:
    """Whoever speaks for the State or organisation that applied."""
    if not isinstance(user, User) or application.withdrawn_on is not None:
        return False
    access = user.access
    if application.state_id:
        return access.state is not None and access.state.pk == application.state_id
    return access.organisation is not None and access.organisation.pk == application.organisation_id


def can_change_expertise(user: object, expertise: Expertise) -> bool:
    """The supporter's own people, once its account is approved, while the line stands."""
    return (
        isinstance(user, User)
        and can_offer(user)
        and answers_for(user.access, expertise.supporter)
        and expertise.withdrawn_on is None
    )
