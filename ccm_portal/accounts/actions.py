"""The only writers of the audit trail and the outbox."""

import hashlib
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import CharField, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from ccm_portal.accounts.enums import Job, MailKind, MailStatus, MailTiming
from ccm_portal.accounts.mail_times import digest_closes, next_try
from ccm_portal.accounts.models import USUAL_TIMING, AuditEvent, CalendarFeed, JobRun, MailChoice, OutboxMail, User
from ccm_portal.accounts.queries import Addressees, addressees, timings_of
from ccm_portal.register.holders import post_of
from ccm_portal.register.models import Office
from ccm_portal.statements import Keys, Slot, made_once


def audit_event(action: str, *, by: User | None, subject: object = "", **details: Any) -> AuditEvent:
    """An entry of the audit trail, for `AuditEvent.objects.bulk_create`: a change that needs several writes them at
    once, in its transaction."""
    return AuditEvent(actor=by, action=action, subject=str(subject)[:80], details=details)


def record_event(action: str, *, by: User | None, subject: object = "", **details: Any) -> AuditEvent:
    """Add an entry to the audit trail, in the transaction of the change that it reports."""
    event = audit_event(action, by=by, subject=subject, **details)
    event.save()
    return event


#: Words that are written in each reader's own language: text, a lazy text, or what gives the text when asked.
Words = str | Promise | Callable[[], str]


@dataclass(frozen=True)
class Letter:
    """One mail to one person, before it is written down."""

    reader: User
    subject: Words
    body: Words
    path: str
    about: str = ""  # the page of the record, where the path does not say it


def queue_mails(
    people: Iterable[User], *, subject: Words, body: Words, path: str, kind: MailKind = MailKind.REQUESTS
) -> int:
    """Write one mail per person into the outbox, in the transaction of the change. Returns how many.

    The mail carries a link and no confidential content: what the reader may see is decided when the link is opened.
    """
    return queue_letters([Letter(person, subject, body, path) for person in people], kind=kind)


def queue_letters(letters: Iterable[Letter], *, kind: MailKind) -> int:
    """As `queue_mails`, where each person gets words or a link of their own: two queries, however many; one where the
    choices were read with the people.

    Each person's choice decides whether a mail goes at once, waits for a digest or stays unsent; what is unsent is
    written down too, so that those who ask can be told.
    """
    once = {(letter.reader.email, letter.path): letter for letter in letters}
    if not once:
        return 0
    chosen = _chosen({letter.reader.pk: letter.reader for letter in once.values()}, kind)
    mails = [
        _mail(letter, kind, MailTiming(chosen.get(letter.reader.pk, USUAL_TIMING[kind]))) for letter in once.values()
    ]
    OutboxMail.objects.bulk_create(mails)
    return len(mails)


def _chosen(readers: dict[int, User], kind: MailKind) -> dict[int, str]:
    """What each of these chose for a kind of mail, where anything."""
    if all(hasattr(reader, "mail_timings") for reader in readers.values()):
        return {key: reader.mail_timings[kind] for key, reader in readers.items() if kind in reader.mail_timings}
    return dict(_choices().ask(kind=kind, people=list(readers)))


@made_once
def _choices() -> "QuerySet[MailChoice, Any]":
    of_kind = MailChoice.objects.filter(kind=Slot("kind", CharField()), user__pk__among=Slot("people", Keys()))
    return of_kind.order_by().values_list("user", "timing")


STATUS_OF_TIMING = {
    MailTiming.AT_ONCE: MailStatus.WAITING,
    MailTiming.DAILY: MailStatus.HELD,
    MailTiming.WEEKLY: MailStatus.HELD,
    MailTiming.NEVER: MailStatus.UNWANTED,
}


def _mail(letter: Letter, kind: MailKind, timing: MailTiming) -> OutboxMail:
    with override(language_of(letter.reader)):
        subject, body = _said(letter.subject), _said(letter.body)
    return OutboxMail(
        to=letter.reader.email,
        reader=letter.reader,
        kind=kind,
        subject=_one_line(subject),
        body=f"{body}\n\n{settings.SITE_URL}{letter.path}\n",
        path=letter.path,
        thing=thing_of(letter.about or letter.path),
        timing=timing,
        status=STATUS_OF_TIMING[timing],
    )


def _said(words: Words) -> str:
    return words() if callable(words) else str(words)


def _one_line(subject: str) -> str:
    return " ".join(subject.split())[:200]


def language_of(reader: User | None) -> str:
    """The language that a person chose for mails, while it is released; English otherwise."""
    chosen = reader.language if reader else ""
    return chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def thing_of(path: str) -> str:
    """The record that a path is about: "/requests/LAO-2026-001/discussion/" is about "/requests/LAO-2026-001/"."""
    parts = path.split("#")[0].split("?")[0].split("/")
    return f"/{parts[1]}/{parts[2]}/"[:80] if len(parts) > 3 else ""


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
    subject = _one_line(_("Letter to the office: %(office)s") % {"office": office.name})
    OutboxMail.objects.bulk_create(
        OutboxMail(to=address, subject=subject, body=body, reply_to=email) for address in found.addresses
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


#: Of the things that mails are about, those that a person may still know of.
StillKnown = Callable[[User, set[str]], set[str]]


def send_waiting_mails(
    *, now: datetime, still_known: StillKnown = lambda reader, things: things, backend: str | None = None
) -> tuple[int, int]:
    """Compose the digests that are due, and send what waits. Returns (sent, failed).

    A mail is taken before it is sent: a second run beside this one leaves it alone, and one that dies with it tries
    again after the pause.
    """
    compose_digests(now=now, still_known=still_known)
    sent = failed = 0
    connection = get_connection(backend)
    due = OutboxMail.objects.filter(Q(next_try_at=None) | Q(next_try_at__lte=now), status=MailStatus.WAITING)
    for mail in due.select_related("reader"):
        if not _take(mail, now):
            continue
        try:
            _as_message(mail, connection).send()
        except (OSError, ValueError) as error:  # the second: an address or a header that no mail can have
            failed += 1
            status = MailStatus.WAITING if next_try(mail.attempts, now) else MailStatus.FAILED
            OutboxMail.objects.filter(pk=mail.pk).update(error=str(error), status=status)
        else:
            sent += 1
            OutboxMail.objects.filter(pk=mail.pk).update(sent_at=now, error="", status=MailStatus.SENT)
    return sent, failed


def _take(mail: OutboxMail, now: datetime) -> bool:
    """Whether this run is the one that sends the mail."""
    again = next_try(mail.attempts + 1, now) or now
    mine = OutboxMail.objects.filter(pk=mail.pk, status=MailStatus.WAITING, attempts=mail.attempts)
    mail.attempts += 1
    return bool(mine.update(attempts=mail.attempts, next_try_at=again))


def _as_message(mail: OutboxMail, connection: Any) -> EmailMessage:
    """The mail as it is sent: with its foot, and with the way to stop its kind in one click (RFC 8058)."""
    message = EmailMessage(mail.subject, mail.body, to=[mail.to], connection=connection)
    if mail.reply_to:
        message.reply_to = [mail.reply_to]
    if mail.reader is None:
        return message
    with override(language_of(mail.reader)):
        foot = _("Choose which mails you get, and how often:")
        message.body = f"{mail.body}\n--\n{foot} {settings.SITE_URL}{reverse('mailing:settings')}\n"
    if mail.kind != MailKind.OBLIGATIONS:
        stop = reverse("people:mail_stop", args=[stop_token(mail.reader, mail.kind or mail.timing)])
        message.extra_headers = {
            "List-Unsubscribe": f"<{settings.SITE_URL}{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    return message


STOP_SALT = "mail.stop"


def stop_token(reader: User, what: str) -> str:
    """The secret of a link that stops one kind of mail, or all that comes in one digest, for one person."""
    return signing.dumps([reader.pk, what], salt=STOP_SALT)


@transaction.atomic
def compose_digests(*, now: datetime, still_known: StillKnown) -> int:
    """Put what each reader has waiting into one mail, in the reader's language. A line whose subject the reader may no
    longer know of is left out, and so is a digest without lines. Returns how many digests."""
    made = 0
    for timing in (MailTiming.DAILY, MailTiming.WEEKLY):
        held = OutboxMail.objects.select_for_update(of=("self",)).filter(status=MailStatus.HELD, timing=timing)
        lines: dict[User, list[OutboxMail]] = {}
        for mail in held.filter(created_at__lt=digest_closes(timing, now)).select_related("reader"):
            lines.setdefault(mail.reader, []).append(mail)  # type: ignore[arg-type]  # held mail has a reader
        for reader, mails in lines.items():
            known = still_known(reader, {mail.thing for mail in mails if mail.thing})
            kept = [mail for mail in mails if not mail.thing or mail.thing in known]
            left_out = {mail.pk for mail in mails} - {mail.pk for mail in kept}
            OutboxMail.objects.filter(pk__in=left_out).update(status=MailStatus.DROPPED)
            if kept:
                digest = OutboxMail.objects.create(**_digest(reader, timing, kept))
                OutboxMail.objects.filter(pk__in=[mail.pk for mail in kept]).update(
                    status=MailStatus.IN_DIGEST, digest=digest
                )
                made += 1
    return made


def _digest(reader: User, timing: MailTiming, mails: list[OutboxMail]) -> dict[str, Any]:
    with override(language_of(reader)):
        if timing == MailTiming.DAILY:
            subject = ngettext("%(n)s message of the day", "%(n)s messages of the day", len(mails))
        else:
            subject = ngettext("%(n)s message of the week", "%(n)s messages of the week", len(mails))
        opening = _("What there is to know in the portal. Each line leads to its page.")
    lines = [f"- {mail.subject}\n  {settings.SITE_URL}{mail.path}" for mail in mails]
    return {
        "to": reader.email,
        "reader": reader,
        "timing": timing,
        "subject": subject % {"n": len(mails)},
        "body": "\n\n".join([opening, *lines]) + "\n",
    }


@transaction.atomic
def choose_mail(user: User, choices: dict[MailKind, MailTiming], *, language: str) -> None:
    """Keep how each kind of mail reaches a person. What waits already follows the new choice."""
    user.language = language
    user.save(update_fields=["language"])
    for kind, timing in choices.items():
        MailChoice.objects.update_or_create(user=user, kind=kind, defaults={"timing": timing})
        unsent = OutboxMail.objects.filter(
            reader=user, kind=kind, attempts=0, status__in=[MailStatus.WAITING, MailStatus.HELD]
        )
        unsent.update(timing=timing, status=STATUS_OF_TIMING[timing])
    record_event("mail chosen", by=user, subject=user, choices={str(kind): str(way) for kind, way in choices.items()})


def stop_mail(user: User, what: str) -> None:
    """Stop a kind of mail for a person, or every kind that comes in one digest."""
    timings = timings_of(user)
    kinds = [kind for kind, timing in timings.items() if what in (kind, timing) and kind != MailKind.OBLIGATIONS]
    choose_mail(user, dict.fromkeys(kinds, MailTiming.NEVER), language=user.language)


@transaction.atomic
def try_again(mails: QuerySet[OutboxMail], *, by: User) -> int:
    """Let failed mails wait for another round of tries."""
    number = mails.filter(status=MailStatus.FAILED).update(status=MailStatus.WAITING, attempts=0, next_try_at=None)
    record_event("mail: try again", by=by, number=number)
    return number


@transaction.atomic
def note_run(job: Job, *, now: datetime, changed: int) -> None:
    """Write down that a job came to its end."""
    run, is_first = JobRun.objects.select_for_update().get_or_create(
        job=job, day=timezone.localdate(now), defaults={"ended_at": now, "changed": changed}
    )
    if not is_first:
        run.ended_at, run.runs, run.changed = max(run.ended_at, now), run.runs + 1, run.changed + changed
        run.save()
