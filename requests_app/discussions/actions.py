"""The only writers of discussions. Each is one transaction with its audit entry and mails."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ccm_portal.accounts.actions import queue_mails, record_event
from ccm_portal.accounts.enums import MailKind
from ccm_portal.accounts.models import User, party_of
from ccm_portal.accounts.posts import ISU, focal_points_of, readers_of
from requests_app.actions import Refused, coordinators_told
from requests_app.discussions.models import Participation, Post, Reading
from requests_app.models import AssistanceRequest, Supporter
from requests_app.permissions import may_receive


@transaction.atomic
def write_post(request: AssistanceRequest, *, text: str, by: User, now: datetime) -> Post:
    """Say something; everybody else who takes part is told that there is something to read, not what."""
    post = Post.objects.create(request=request, author=by, speaks_for=party_of(by), written_at=now, text=text)
    record_event("discussion: post", by=by, subject=request.reference)
    today = timezone.localdate(now)
    queue_mails(
        [person for person in _people(request, today) if person.pk != by.pk],
        subject=lambda: _("New message about %(reference)s") % {"reference": request.reference},
        body=lambda: _("%(party)s has written in the discussion of this request.") % {"party": post.speaks_for},
        path=f"{request.get_absolute_url()}discussion/",
        kind=MailKind.DISCUSSIONS,
    )
    return post


def _people(request: AssistanceRequest, today: date) -> list[User]:
    """All who take part today. The Coordinators hear nothing of a request that is kept to the ISU."""
    parties = request.discussion_parties.current().select_related("supporter")
    asked = [readers_of(party.supporter) for party in parties]
    return User.objects.holding(today, focal_points_of(request.state_id), ISU, *coordinators_told(request), *asked)


@transaction.atomic
def invite(request: AssistanceRequest, supporter: Supporter, *, by: User, now: datetime) -> Participation:
    """A supporter takes part from now on; what was said before stays unread. Raises Refused where the State has not
    released the request to it, or where it takes part already."""
    today = timezone.localdate(now)
    is_asked = request.relays.filter(supporter=supporter).exists()
    if not is_asked or not may_receive(request, supporter, on=today):
        raise Refused(_("Only supporters to which the request was relayed, and that may read it, can take part."))
    try:
        with transaction.atomic():
            found = Participation.objects.create(request=request, supporter=supporter, since=now, added_by=by)
    except IntegrityError:
        raise Refused(_("%(name)s takes part already.") % {"name": supporter.name}) from None
    record_event("discussion: invited", by=by, subject=request.reference, supporter=supporter.code)
    queue_mails(
        User.objects.holding(today, readers_of(supporter)),
        subject=lambda: _("You are invited to discuss %(reference)s") % {"reference": request.reference},
        body=lambda: _("You can read and write in the discussion of this request from now on."),
        path=f"{request.get_absolute_url()}discussion/",
        kind=MailKind.DISCUSSIONS,
    )
    return found


@transaction.atomic
def remove(participation: Participation, *, by: User, now: datetime) -> None:
    """A supporter takes part no longer: it reads nothing that is written from now on."""
    if Participation.objects.filter(pk=participation.pk, until__isnull=True).update(until=now):
        record_event(
            "discussion: removed",
            by=by,
            subject=participation.request.reference,
            supporter=participation.supporter.code,
        )


@transaction.atomic
def note_reading(request: AssistanceRequest, posts: Sequence[Post], *, by: User) -> None:
    """Log that a person has opened the discussion and read what was new to them."""
    if not posts:
        return
    last = posts[-1]
    reading = Reading.objects.select_for_update().filter(request=request, reader=by).first()
    if reading is None:
        Reading.objects.create(request=request, reader=by, last=last)
    elif reading.last_id == last.pk:
        return
    else:
        reading.last = last
        reading.save(update_fields=["last"])
    record_event("discussion: read", by=by, subject=request.reference, up_to=last.pk)
