"""The only writers of offers, workshops, applications and expertise. Each is one transaction with its audit entry and
mails. Whatever changes how much of an offer is taken holds the lock of its row."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ccm_portal.accounts.actions import queue_mails, record_event
from ccm_portal.accounts.enums import MailKind
from ccm_portal.accounts.models import User
from ccm_portal.accounts.posts import readers_of
from ccm_portal.ui.templatetags.portal import money
from requests_app.actions import Refused
from requests_app.models import Offer
from requests_app.offers.domain.waiting_list import Place, may_accept, moved_down, moved_up
from requests_app.offers.enums import Decision
from requests_app.offers.models import Application, Expertise, Workshop


@transaction.atomic
def publish_offer(
    offer: Offer, *, areas: Iterable[Any], by: User, today: date, workshop: Workshop | None = None
) -> Offer:
    """Publish a supporter's offer; one that has never offered becomes a supporter by it."""
    if offer.supporter.pk is None:
        offer.supporter.save()
        offer.supporter = offer.supporter  # the key that it has only now
    offer.offered_on = today
    return _store(offer, areas, workshop, "offer published", by=by)


def _store(offer: Offer, areas: Iterable[Any], workshop: Workshop | None, event: str, *, by: User) -> Offer:
    offer.save()
    offer.areas.set(areas)
    if workshop is not None:
        workshop.offer = offer
        workshop.save()
    record_event(event, by=by, subject=offer.title, supporter=offer.supporter.code, offer=offer.pk)
    return offer


@transaction.atomic
def change_offer(
    offer: Offer, *, areas: Iterable[Any], by: User, today: date, workshop: Workshop | None = None
) -> Offer:
    """Save what the form changed. Raises Refused where less would be offered than is taken already, or in another
    currency or unit."""
    stored = _locked_standing(offer.pk)
    _refuse_less_than_taken(offer, stored)
    before = _places(stored)
    _store(offer, areas, workshop, "offer changed", by=by)
    _tell_moved(offer, before, today=today)
    return offer


def _locked(key: int) -> Offer:
    """The offer under its row's lock, which keeps what is taken of it and its waiting list still."""
    rows = Offer.objects.select_for_update(of=("self",))
    return rows.select_related("supporter__state", "supporter__organisation", "workshop").with_use().get(pk=key)


def _locked_standing(key: int) -> Offer:
    offer = _locked(key)
    if offer.withdrawn_on is not None:
        raise Refused(_("This offer was withdrawn."))
    return offer


def _refuse_less_than_taken(offer: Offer, stored: Offer) -> None:
    field, of = ("amount", "currency") if stored.amount is not None else ("quantity", "unit")
    taken = stored.taken
    if hasattr(stored, "workshop"):  # who waits may go on waiting; who was accepted keeps the place
        taken = Decimal(stored.workshop.applications.standing().filter(decision=Decision.ACCEPTED).count())
    if not taken:
        return
    if (offer.currency, offer.unit) != (stored.currency, stored.unit):
        raise Refused(_("Something is taken of this offer already: its currency and its unit stay."), of)
    bound = getattr(offer, field)
    if bound is not None and bound < taken:
        raise Refused(_("%(n)s are taken already: it cannot be less.") % {"n": money(taken)}, field)


@transaction.atomic
def withdraw_offer(offer: Offer, *, because: str, by: User, today: date) -> Offer:
    """Nobody can take anything of it any more; what was taken stands, and it stays on record. Applicants to a workshop
    are told."""
    locked = _locked_standing(offer.pk)
    if not because.strip():
        raise Refused(_("Please say why in a few words."), "because")
    locked.withdrawn_on, locked.withdrawn_by, locked.withdrawn_because = today, by, because
    locked.save()
    record_event("offer withdrawn", by=by, subject=locked.title, supporter=locked.supporter.code, offer=locked.pk)
    if hasattr(locked, "workshop"):
        for application in locked.workshop.applications.standing():
            _tell_applicant(application, today=today)
    return locked


# --- workshops --------------------------------------------------------------------------------------------------------


def _places(offer: Offer) -> dict[int, Place]:
    if not hasattr(offer, "workshop"):
        return {}
    return offer.workshop.places_of(list(offer.workshop.applications.all()))


def _tell_moved(offer: Offer, before: dict[int, Place], *, today: date) -> None:
    """Mails to those who waited and have a place now, and to those who had one and wait."""
    after = _places(offer)
    found = [*moved_up(before, after), *moved_down(before, after)]
    for application in Application.objects.filter(pk__in=found).select_related("workshop"):
        _tell_applicant(application, today=today)


def _tell_applicant(application: Application, *, today: date) -> None:
    queue_mails(
        User.objects.holding(today, readers_of(application)),
        subject=lambda: _("News of your application to a workshop"),
        body=lambda: _("Where your application stands has changed. Open it to read more."),
        path=application.get_absolute_url(),
        kind=MailKind.OFFERS,
    )


def _tell_host(application: Application, *, today: date) -> None:
    queue_mails(
        User.objects.holding(today, readers_of(application.workshop.offer.supporter)),
        subject=lambda: _("An application to your workshop"),
        body=lambda: _("An application was made or withdrawn. Open it to read more."),
        path=application.get_absolute_url(),
        kind=MailKind.OFFERS,
    )


@transaction.atomic
def apply_to(application: Application, *, by: User, now: datetime, today: date) -> Application:
    """Ask for one place. Raises Refused for a workshop that is closed, and for the same institution again."""
    application.workshop.offer = offer = _locked(application.workshop.offer_id)
    if why := application.workshop.closed_on(today):
        raise Refused(str(why.label))
    standing = Application.objects.filter(workshop=application.workshop, withdrawn_on__isnull=True)
    same = standing.filter(state=application.state, organisation=application.organisation)
    if same.filter(institution__iexact=application.institution).exists():
        message = _("You have applied for this institution already; each application is for one place.")
        raise Refused(message, "institution")
    application.applied_at, application.applied_by = now, by
    application.save()
    record_event("workshop: applied", by=by, subject=offer.title, application=application.pk)
    _tell_host(application, today=today)
    return application


def _locked_application(application: Application) -> tuple[Application, Offer]:
    """The application under the lock of its offer, which keeps the waiting list still."""
    offer = _locked(application.workshop.offer_id)
    locked = Application.objects.get(pk=application.pk)
    if locked.withdrawn_on is not None:
        raise Refused(_("This application was withdrawn."))
    locked.workshop = offer.workshop
    return locked, offer


@transaction.atomic
def withdraw_application(application: Application, *, by: User, today: date) -> Application:
    """Give the place back; the first on the waiting list moves up and is told."""
    locked, offer = _locked_application(application)
    before = _places(offer)
    locked.withdrawn_on, locked.withdrawn_by = today, by
    locked.save()
    record_event("workshop: application withdrawn", by=by, subject=offer.title, application=locked.pk)
    _tell_moved(offer, before, today=today)
    _tell_host(locked, today=today)
    return locked


@transaction.atomic
def decide(application: Application, decision: Decision, *, because: str, by: User, today: date) -> Application:
    """The host accepts or declines. Raises Refused for an acceptance without a place, a refusal without a reason."""
    locked, offer = _locked_application(application)
    before = _places(offer)
    if offer.withdrawn_on is not None:
        raise Refused(_("This offer was withdrawn."))
    if decision == Decision.ACCEPTED and not may_accept(before, locked.pk, int(offer.quantity or 0)):
        raise Refused(
            _("Nobody is accepted without a place: raise the number of places, or decline another."), "decision"
        )
    if decision == Decision.DECLINED and not because.strip():
        raise Refused(_("Say why the application is declined."), "because")
    locked.decision, locked.decided_on, locked.decided_by, locked.decided_because = decision, today, by, because
    locked.save()
    record_event(f"workshop: {decision}", by=by, subject=offer.title, application=locked.pk)
    _tell_applicant(locked, today=today)
    _tell_moved(offer, before, today=today)
    return locked


# --- expertise --------------------------------------------------------------------------------------------------------


@transaction.atomic
def state_expertise(expertise: Expertise, *, by: User, today: date) -> Expertise:
    """Add a line to the roster, or change one; it is dated and signed anew."""
    if expertise.supporter.pk is None:
        expertise.supporter.save()
        expertise.supporter = expertise.supporter  # the key that it has only now
    expertise.stated_on, expertise.stated_by = today, by
    expertise.save()
    record_event("expertise stated", by=by, subject=expertise.skill, supporter=expertise.supporter.code)
    return expertise


@transaction.atomic
def withdraw_expertise(expertise: Expertise, *, by: User, today: date) -> Expertise:
    """Take a line from the roster; it stays on record."""
    expertise.withdrawn_on = today
    expertise.save()
    record_event("expertise withdrawn", by=by, subject=expertise.skill, supporter=expertise.supporter.code)
    return expertise
