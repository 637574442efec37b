"""The only writers of help tickets. Each is one transaction with its audit entry and its mails, which carry a link and
nothing of what was written."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from ccm_portal.accounts.actions import queue_mails, record_event
from ccm_portal.accounts.enums import MailKind
from ccm_portal.accounts.models import User
from requests_app.help_desk.models import HelpMessage, HelpTicket


@transaction.atomic
def open_ticket(ticket: HelpTicket, *, text: str, by: User, now: datetime) -> HelpTicket:
    """Ask the ISU for help; where the ISU opens the ticket, it reaches the State."""
    ticket.opened_by, ticket.opened_at = by, now
    ticket.save()
    record_event("help: opened", by=by, subject=ticket, state=ticket.state_id, kind=ticket.kind)
    _add(ticket, text=text, by=by, now=now)
    return ticket


@transaction.atomic
def reply(ticket: HelpTicket, *, text: str, by: User, now: datetime) -> HelpMessage:
    """Add a message; a closed ticket is open again."""
    locked = HelpTicket.objects.select_for_update(of=("self",)).get(pk=ticket.pk)
    if not locked.is_open:
        locked.closed_at = locked.closed_by = None
        locked.save(update_fields=["closed_at", "closed_by"])
    record_event("help: message", by=by, subject=locked)
    return _add(locked, text=text, by=by, now=now)


def _add(ticket: HelpTicket, *, text: str, by: User, now: datetime) -> HelpMessage:
    is_from_isu = by.access.is_isu
    message = HelpMessage.objects.create(ticket=ticket, author=by, is_from_isu=is_from_isu, at=now, text=text)
    today = now.date()
    if is_from_isu:
        people = User.objects.focal_points(ticket.state_id, today)
    elif ticket.assigned_to is not None:
        people = [ticket.assigned_to]
    else:
        people = User.objects.isu(today)
    queue_mails(
        people,
        subject=lambda: _("Help ticket %(number)s: new message") % {"number": ticket.pk},
        body=lambda: _("There is a new message on a help ticket."),
        path=ticket.get_absolute_url(),
        kind=MailKind.HELP,
    )
    return message


@transaction.atomic
def assign(ticket: HelpTicket, *, to: User | None, by: User) -> HelpTicket:
    """Name the adviser who answers; the person is told."""
    locked = HelpTicket.objects.select_for_update(of=("self",)).get(pk=ticket.pk)
    locked.assigned_to = to
    locked.save(update_fields=["assigned_to"])
    record_event("help: assigned", by=by, subject=locked, to=to.pk if to else None)
    if to is not None and to != by:
        queue_mails(
            [to],
            subject=lambda: _("Help ticket %(number)s is yours to answer") % {"number": locked.pk},
            body=lambda: _("A help ticket was assigned to you."),
            path=locked.get_absolute_url(),
            kind=MailKind.HELP,
        )
    return locked


@transaction.atomic
def close(ticket: HelpTicket, *, by: User, now: datetime) -> HelpTicket:
    """Close the ticket: answered, or no longer needed."""
    locked = HelpTicket.objects.select_for_update(of=("self",)).get(pk=ticket.pk)
    if locked.is_open:
        locked.closed_at, locked.closed_by = now, by
        locked.save(update_fields=["closed_at", "closed_by"])
        record_event("help: closed", by=by, subject=locked)
    return locked


def move_page(old: str, new: str) -> None:
    """The page that tickets are about has a new address."""
    HelpTicket.objects.filter(page=old).update(page=new)
