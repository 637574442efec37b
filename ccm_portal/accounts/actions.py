"""The only writers of the audit trail and the outbox."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from ccm_portal.accounts.models import AuditEvent, OutboxMail, User

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


def send_waiting_mails(*, now: datetime) -> tuple[int, int]:
    """Send what waits in the outbox. Returns (sent, failed); a failed mail keeps its error and is tried again."""
    sent = failed = 0
    connection = get_connection()
    for mail in OutboxMail.objects.filter(sent_at__isnull=True, attempts__lt=MAX_ATTEMPTS):
        mail.attempts += 1
        try:
            EmailMessage(mail.subject, mail.body, to=[mail.to], connection=connection).send()
        except OSError as error:
            mail.error, failed = str(error), failed + 1
        else:
            mail.sent_at, mail.error, sent = now, "", sent + 1
        mail.save(update_fields=["attempts", "error", "sent_at"])
    return sent, failed
