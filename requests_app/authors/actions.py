"""The only writers of invitations, remarks and sign-offs. Each is one transaction with its audit entry and its mails,
which carry a link and nothing of what was written."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ccm_portal.accounts.actions import queue_mails, record_event
from ccm_portal.accounts.models import User
from requests_app.actions import Refused, lock
from requests_app.authors.models import Author, Remark, SignOff
from requests_app.authors.permissions import may_be_asked
from requests_app.enums import AuthorLevel
from requests_app.models import AssistanceRequest


class NoAccount(Refused):
    """The person has no account as a national author of the State; the ISU opens accounts."""


@transaction.atomic
def invite_author(
    request: AssistanceRequest,
    *,
    email: str,
    level: str,
    may_sign_off: bool = False,
    until: datetime | None = None,
    by: User,
    now: datetime,
) -> Author:
    """A national author of the same State takes part from now on; another invitation takes the place of the first.

    Raises NoAccount where the State has no author with that address: whether anybody else has it is not said.
    """
    lock(request.pk)
    found = [
        user
        for user in User.objects.national_authors(request.state_id, timezone.localdate(now))
        if user.email == email.strip().lower()
    ]
    if not found:
        raise NoAccount(_("No national author of your State has this address."))
    if until is not None and until <= now:
        raise Refused(_("This end is past already."))
    invited = found[0]
    for earlier in request.authors.current().filter(user=invited):
        _end(earlier, now)
    author = Author.objects.create(
        request=request,
        user=invited,
        level=AuthorLevel(level),
        may_sign_off=may_sign_off,
        since=now,
        until=until,
        invited_by=by,
    )
    record_event("author: invited", by=by, subject=request.reference, author=invited.pk, level=level)
    queue_mails(
        [invited],
        subject=lambda: (
            _("You are invited to write a request for assistance: %(reference)s") % {"reference": request.reference}
        ),
        body=lambda: _("The focal point of your State invites you to take part in writing this request."),
        path=_path(request),
    )
    return author


@transaction.atomic
def end_authorship(author: Author, *, by: User, now: datetime) -> None:
    """The person takes part no longer, from this moment on."""
    if Author.objects.current().filter(pk=author.pk).exists():
        _end(author, now)
        record_event("author: ended", by=by, subject=author.request.reference, author=author.user_id)


def _end(author: Author, now: datetime) -> None:
    Author.objects.filter(pk=author.pk).update(until=now)


@transaction.atomic
def write_remark(request: AssistanceRequest, *, text: str, by: User, now: datetime) -> Remark:
    """Say something to the others who write; they are told that there is something to read, not what."""
    remark = Remark.objects.create(request=request, author=by, at=now, text=text)
    record_event("author: remark", by=by, subject=request.reference)
    queue_mails(
        [person for person in writers(request, timezone.localdate(now)) if person.pk != by.pk],
        subject=lambda: _("New remark on %(reference)s") % {"reference": request.reference},
        body=lambda: _("Somebody who writes this request with you has made a remark. It is for your State only."),
        path=_path(request),
    )
    return remark


def writers(request: AssistanceRequest, today: date) -> list[User]:
    """All who write today: the focal points, and the invited who still hold their post."""
    invited = set(request.authors.current().values_list("user", flat=True))
    authors = User.objects.national_authors(request.state_id, today)
    return [*User.objects.focal_points(request.state_id, today), *(one for one in authors if one.pk in invited)]


@transaction.atomic
def ask_sign_off(request: AssistanceRequest, post: User, *, by: User, now: datetime) -> SignOff:
    """From now on the draft is not submitted before this post has signed it off. Asking another post takes the place
    of the first question."""
    locked = lock(request.pk)
    if not locked.is_draft:
        raise Refused(_("Only a draft is signed off: this request was submitted already."))
    if not may_be_asked(post, locked):
        raise Refused(_("Choose a focal point, or an author who may sign off."))
    for earlier in locked.sign_offs.open():
        _call_off(earlier, by=by, now=now)
    sign_off = SignOff.objects.create(request=locked, post=post, asked_by=by, asked_at=now)
    record_event("sign-off: asked", by=by, subject=locked.reference, post=post.pk)
    queue_mails(
        [post],
        subject=lambda: _("Please sign off %(reference)s") % {"reference": locked.reference},
        body=lambda: _("Your State asks you to sign off this request before it is submitted."),
        path=_path(locked),
    )
    return sign_off


@transaction.atomic
def give_sign_off(sign_off: SignOff, *, version: int, by: User, now: datetime) -> SignOff:
    """Sign off the version that was read. Raises Refused where the text has changed since."""
    request = lock(sign_off.request_id)
    if not request.is_draft or not SignOff.objects.open().filter(pk=sign_off.pk).exists():
        raise Refused(_("This sign-off is not asked for any more."))
    if request.version != version:
        raise Refused(_("The text was changed since you opened it. Please read it again, then sign off."))
    sign_off.signed_at, sign_off.signed_version = now, version
    sign_off.save(update_fields=["signed_at", "signed_version"])
    record_event("sign-off: given", by=by, subject=request.reference, version=version)
    queue_mails(
        [person for person in User.objects.focal_points(request.state_id, now.date()) if person.pk != by.pk],
        subject=lambda: _("%(reference)s is signed off") % {"reference": request.reference},
        body=lambda: _("The draft can be submitted as it stands. Any further edit needs another sign-off."),
        path=_path(request),
    )
    return sign_off


@transaction.atomic
def call_off_sign_off(sign_off: SignOff, *, by: User, now: datetime) -> None:
    """The State no longer asks for it: a recorded act, of which the post is told."""
    request = lock(sign_off.request_id)
    if request.is_draft and SignOff.objects.open().filter(pk=sign_off.pk).exists():
        _call_off(sign_off, by=by, now=now)
        queue_mails(
            [sign_off.post],
            subject=lambda: (
                _("Your sign-off of %(reference)s is no longer asked for") % {"reference": request.reference}
            ),
            body=lambda: _("The focal point of your State has called it off."),
            path=_path(request),
        )


def _call_off(sign_off: SignOff, *, by: User, now: datetime) -> None:
    sign_off.called_off_at, sign_off.called_off_by = now, by
    sign_off.save(update_fields=["called_off_at", "called_off_by"])
    record_event("sign-off: called off", by=by, subject=sign_off.request.reference, post=sign_off.post_id)


def _path(request: AssistanceRequest) -> str:
    return f"{request.get_absolute_url()}authors/"
