"""Pages of the help desk: fetch through `visible_to`, ask permission, call an action."""

import re
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ccm_portal.accounts.models import User, access_of
from ccm_portal.register.forms import WordsForm
from ccm_portal.register.picking import narrowed
from ccm_portal.ui.listing import show_list
from requests_app.help_desk import actions, permissions
from requests_app.help_desk.forms import AssignForm, MessageForm, TicketForm
from requests_app.help_desk.models import PAGES, HelpTicket, Subject, first_answer

COLUMNS = ["number", "state", "about", "subject", "opened", "first_answer", "assigned_to", "closed", "example"]


def _may_use(request: HttpRequest) -> User:
    """The person, who is of a State or of the ISU."""
    user = request.user
    if not isinstance(user, User) or not permissions.can_open(user):
        raise PermissionDenied(_("The help desk is between a State and the ISU."))
    return user


def help_list(request: HttpRequest) -> HttpResponse:
    """The tickets of one's State, or all of them for the ISU; open ones first."""
    _may_use(request)
    form = WordsForm(request.GET)
    rows = HelpTicket.objects.visible_to(request.user)
    if form.typed:
        rows = narrowed(rows.prefetch_related("messages"), form.typed).prefetch_related(None)
    return show_list(
        request,
        "help_desk/ticket_list.html",
        rows.for_list().order_by("closed_at", "-opened_at", "-pk"),
        name="help-tickets",
        columns=COLUMNS,
        record=_record,
        filterset=form,
        is_isu=access_of(request.user).is_isu,
    )


def _record(ticket: Any) -> dict[str, Any]:
    return {
        "number": ticket.pk,
        "state": ticket.state.name,
        "about": ticket.get_kind_display(),
        "subject": ticket.subject,
        "opened": _minute(ticket.opened_at),
        "first_answer": _minute(ticket.first_answer_at),
        "assigned_to": ticket.assigned_to.name if ticket.assigned_to else "",
        "closed": _minute(ticket.closed_at),
        "example": ticket.is_example,
    }


def _minute(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else ""


def help_new(request: HttpRequest) -> HttpResponse:
    """Ask for help, perhaps about a page of the portal: `?about=` carries its address."""
    user = _may_use(request)
    page = _page(request.GET.get("about", ""))
    kind = next((kind for start, kind in PAGES.items() if page.startswith(start)), Subject.OTHER)
    ticket = HelpTicket(state=user.access.state, page=page)
    form = TicketForm(request.POST or None, instance=ticket, for_isu=user.access.state is None, initial={"kind": kind})
    if request.method == "POST" and form.is_valid():
        opened = actions.open_ticket(
            form.save(commit=False), text=form.cleaned_data["text"], by=user, now=timezone.now()
        )
        messages.success(
            request, _("Your question was sent. The answer stands here, and you get a mail with the link.")
        )
        return redirect(opened)
    context = {"form": form, "page": page}
    return render(request, "help_desk/ticket_new.html", context, status=422 if request.method == "POST" else 200)


def _page(address: str) -> str:
    """An address of a page that one can ask help about; anything else is left out."""
    known = address.startswith(tuple(PAGES)) and len(address) <= 160
    return address if known and re.fullmatch(r"/[A-Za-z0-9/_#.-]*", address) else ""


def _ticket(request: HttpRequest, number: int) -> HelpTicket:
    rows = HelpTicket.objects.visible_to(request.user).select_related("state", "assigned_to", "opened_by")
    return get_object_or_404(rows, pk=number)


def help_detail(request: HttpRequest, number: int) -> HttpResponse:
    """One ticket with its thread."""
    return _show(request, _ticket(request, number), MessageForm())


def _show(request: HttpRequest, ticket: HelpTicket, form: MessageForm, *, status: int = 200) -> HttpResponse:
    thread = list(ticket.messages.select_related("author"))
    is_isu = access_of(request.user).is_isu
    advisers = User.objects.isu(timezone.localdate())
    context = {
        "ticket": ticket,
        "thread": thread,
        "first_answer_at": first_answer(thread),
        "form": form,
        "assign_form": AssignForm(advisers=advisers, initial={"to": ticket.assigned_to_id}) if is_isu else None,
        "today": timezone.localdate(),
    }
    return render(request, "help_desk/ticket_detail.html", context, status=status)


@require_POST
def help_reply(request: HttpRequest, number: int) -> HttpResponse:
    """Add a message to the thread."""
    ticket = _ticket(request, number)
    form = MessageForm(request.POST)
    if not form.is_valid():
        return _show(request, ticket, form, status=422)
    actions.reply(ticket, text=form.cleaned_data["text"], by=request.user, now=timezone.now())  # type: ignore[arg-type]
    return redirect(ticket)


@require_POST
def help_assign(request: HttpRequest, number: int) -> HttpResponse:
    """The ISU names the adviser."""
    ticket = _ticket(request, number)
    if not permissions.can_assign(request.user):  # type: ignore[arg-type]
        raise PermissionDenied
    form = AssignForm(request.POST, advisers=User.objects.isu(timezone.localdate()))
    if form.is_valid():
        actions.assign(ticket, to=form.cleaned_data["to"], by=request.user)  # type: ignore[arg-type]
        messages.success(request, _("Recorded."))
    else:
        messages.error(request, _("That person does not serve in the ISU today."))
    return redirect(ticket)


@require_POST
def help_close(request: HttpRequest, number: int) -> HttpResponse:
    """The State or the ISU closes the ticket."""
    ticket = actions.close(_ticket(request, number), by=request.user, now=timezone.now())  # type: ignore[arg-type]
    messages.success(request, _("Closed. A new message opens it again."))
    return redirect(ticket)
