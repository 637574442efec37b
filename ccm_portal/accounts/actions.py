"""The only writers of the audit trail and the outbox."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.utils.translation import gettext as _

from ccm_portal.accounts.models import AuditEvent, CalendarFeed, OutboxMail, User
from ccm_portal.accounts.queries import Addressees, addressees
from ccm_portal.register.holders import post_of
from ccm_portal.register.models import Office

MAX_ATTEMPTS = 10


def record_event(action: str, *, by: User | None, subject: object = "", **details: Any) -> AuditEvent:
    """Add an entry to the audit trail, in the transaction of the change that it reports."""
    return AuditEvent.objects.create(actor=by, action=action, subject=str(subject)[:80], details=details)


def queue_mails(people: Iterable[User], *, subject: str, body: str, path: str) -> int:
    """Write one mail per person into the outbox, in the transaction of the change. Returns how many.

    The mail carries a link and no confidential content: what the reader may see is decided when the link is opened.
    """
    text = f"{body}\n\n{settings.SITE_URL}{path}\n"
    once = {person.email: person for person in people}
    mails = [OutboxMail(to=address, subject=subject[:200], body=text) for address in once]
    OutboxMail.objects.bulk_create(mails)
    return len(mails)


@transaction.atomic
def write_to_office(office: Office, *, name: str, email: str, text: str, by: User | None, today: date) -> Addressees:
    """Relay a letter to whoever holds the office today, through the outbox. Its text is kept nowhere else, so this mail
    carries it; the writer never sees the address it goes to. Without any addressee nothing is written."""
    found = addressees(post_of(office, today), today)
    lines = [
        _("%(name)s <%(email)s> writes to this office through the portal:") % {"name": name, "email": email},
        text,
        "--",
        _("The writer does not see your address; an answer to this mail shows it."),
    ]
    if not found.reached:
        lines.insert(0, _("No address of a holder is on record, so this reaches the ISU. Please pass it on."))
    body = "\n\n".join([*lines, f"{settings.SITE_URL}{office.get_absolute_url()}"])
    subject = _("Letter to the office: %(office)s") % {"office": office.name}
    OutboxMail.objects.bulk_create(
        OutboxMail(to=address, subject=subject[:200], body=body, reply_to=email) for address in found.addresses
    )
    if found.addresses:
        record_event("office written to", by=by, subject=office.code, reached=found.reached or ["ISU"])
    return found


READING_NOTED_EVERY = timedelta(hours=1)


def hash_token(token: str) -> str:
    """What is kept of the secret in a feed's address."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def create_feed(*, by: User, scope: str, with_reports: bool) -> tuple[CalendarFeed, str]:
    """A calendar feed of the person's own, and the secret of its address, which can never be shown again."""
    token = secrets.token_urlsafe(32)
    feed = CalendarFeed.objects.create(user=by, scope=scope, with_reports=with_reports, token_hash=hash_token(token))
    record_event("calendar feed made", by=by, subject=feed, scope=scope, with_reports=with_reports)
    return feed, token


@transaction.atomic
def renew_feed(feed: CalendarFeed, *, by: User) -> str:
    """A new secret address for a feed; the old one stops at once."""
    token = secrets.token_urlsafe(32)
    feed.token_hash, feed.last_read_at = hash_token(token), None
    feed.save(update_fields=["token_hash", "last_read_at"])
    record_event("calendar feed renewed", by=by, subject=feed)
    return token


@transaction.atomic
def revoke_feed(feed: CalendarFeed, *, by: User, now: datetime) -> None:
    """End a feed: its address answers as if it had never been."""
    feed.revoked_at = now
    feed.save(update_fields=["revoked_at"])
    record_event("calendar feed revoked", by=by, subject=feed)


def note_reading(feed: CalendarFeed, *, now: datetime) -> None:
    """Keep when a feed was last read, to the hour: enough for its owner to see that a forgotten calendar still asks."""
    if feed.last_read_at is None or now - feed.last_read_at >= READING_NOTED_EVERY:
        CalendarFeed.objects.filter(pk=feed.pk).update(last_read_at=now)


def send_waiting_mails(*, now: datetime) -> tuple[int, int]:
    """Send what waits in the outbox. Returns (sent, failed); a failed mail keeps its error and is tried again."""
    sent = failed = 0
    connection = get_connection()
    for mail in OutboxMail.objects.filter(sent_at__isnull=True, attempts__lt=MAX_ATTEMPTS):
        mail.attempts += 1
        try:
            reply_to = [mail.reply_to] if mail.reply_to else None
            EmailMessage(mail.subject, mail.body, to=[mail.to], reply_to=reply_to, connection=connection).send()
        except OSError as error:
            mail.error, failed = str(error), failed + 1
        else:
            mail.sent_at, mail.error, sent = now, "", sent + 1
        mail.save(update_fields=["attempts", "error", "sent_at"])
    return sent, failed
