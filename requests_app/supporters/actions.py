"""The only writers of profiles, followings and interest. Each is one transaction with its audit entry and mails."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from ccm_portal.accounts.actions import queue_mails, record_event
from ccm_portal.accounts.models import User
from ccm_portal.accounts.posts import focal_points_of
from requests_app.actions import coordinators_told, own_supporter
from requests_app.models import AssistanceRequest, Offer, Supporter
from requests_app.queries import known_support
from requests_app.supporters.enums import StatedBy
from requests_app.supporters.models import LINES, AttachedOffer, Following, Interest, Profile

SIZE = {"size_from", "size_to", "currency"}


def supporter_for(user: User) -> Supporter:
    """The supporter that a person speaks for; a State or organisation that has never offered becomes one by this."""
    supporter = own_supporter(user.access)
    if supporter.pk is None:
        supporter.save()
    return supporter


@transaction.atomic
def save_profile(profile: Profile, *, changed: set[str], by: User, today: date) -> Profile:
    """Save what a form changed, with the day and the author of each changed line."""
    author = StatedBy.ISU if by.access.is_isu else StatedBy.SUPPORTER
    for line in LINES:
        if line in changed or (line == "size_to" and SIZE & changed):
            profile.stated[line] = {"on": today.isoformat(), "by": author}
    profile.save()
    record_event("supporter profile saved", by=by, subject=profile.supporter.code, lines=sorted(changed))
    transaction.on_commit(known_support.forget)
    return profile


@transaction.atomic
def follow_request(request: AssistanceRequest, *, by: User, today: date) -> Following:
    """Keep a request in view."""
    following, is_new = Following.objects.get_or_create(
        supporter=supporter_for(by), request=request, defaults={"since": today, "by": by}
    )
    if is_new:
        record_event("request followed", by=by, subject=request.reference, supporter=following.supporter.code)
    return following


@transaction.atomic
def unfollow_request(request: AssistanceRequest, *, by: User) -> None:
    """Keep it in view no longer."""
    removed, _rows = Following.objects.of(by).filter(request=request).delete()
    if removed:
        record_event("request followed no longer", by=by, subject=request.reference)


@transaction.atomic
def show_interest(request: AssistanceRequest, *, by: User, today: date) -> Interest:
    """Let the requesting State and those who handle the request know of the interest. It commits to nothing, leaves the
    request's status as it is, and is told once."""
    supporter = supporter_for(by)
    interest, is_new = Interest.objects.get_or_create(
        supporter=supporter, request=request, withdrawn_on=None, defaults={"shown_on": today, "shown_by": by}
    )
    if is_new:
        record_event("interest shown", by=by, subject=request.reference, supporter=supporter.code)
        queue_mails(
            User.objects.holding(today, focal_points_of(request.state_id), *coordinators_told(request)),
            subject=lambda: _("Interest in request %(reference)s") % {"reference": request.reference},
            body=lambda: _("A supporter has shown interest in this request. It commits to nothing."),
            path=request.get_absolute_url(),
        )
    return interest


@transaction.atomic
def withdraw_interest(request: AssistanceRequest, *, by: User, today: date) -> None:
    """Take the interest back; that it was shown stays on record."""
    standing = Interest.objects.standing().filter(request=request, supporter=supporter_for(by))
    if standing.update(withdrawn_on=today):
        record_event("interest withdrawn", by=by, subject=request.reference)


@transaction.atomic
def attach_offer(request: AssistanceRequest, offer: Offer, *, by: User, today: date) -> AttachedOffer:
    """Put an offer with a request (R23), and tell the requesting State once. The supporter hears of the request only
    if it is relayed to it: an offer does not widen who knows."""
    attached, is_new = AttachedOffer.objects.get_or_create(
        request=request, offer=offer, defaults={"attached_on": today, "attached_by": by}
    )
    if is_new:
        record_event("offer attached", by=by, subject=request.reference, offer=offer.title)
        queue_mails(
            User.objects.focal_points(request.state_id, today),
            subject=lambda: _("An offer for request %(reference)s") % {"reference": request.reference},
            body=lambda: _("An offer that may help was put with this request."),
            path=f"{request.get_absolute_url()}matches/",
        )
    return attached
