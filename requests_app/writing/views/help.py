"""“Help me write it”: a question to the ISU about a request that is being written."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from requests_app import permissions
from requests_app.help_desk.actions import open_ticket
from requests_app.help_desk.models import HelpTicket, Subject
from requests_app.models import AssistanceRequest
from requests_app.writing.forms import HelpForm


def writing_help(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask, and choose whether the ISU may read the text of the draft, which it does not see otherwise."""
    asked = get_object_or_404(AssistanceRequest.objects.visible_to(request.user), reference=reference)
    if not permissions.can_edit(request.user, asked):  # type: ignore[arg-type]
        raise PermissionDenied(_("This request can no longer be edited."))
    page = asked.get_absolute_url()
    running = HelpTicket.objects.visible_to(request.user).filter(page=page, closed_at=None).first()
    form = HelpForm(request.POST or None)
    if running is None and request.method == "POST" and form.is_valid():
        ticket = HelpTicket(state_id=asked.state_id, kind=Subject.REQUEST, page=page)
        ticket.subject = _("Help to write %(reference)s") % {"reference": asked.reference}
        opened = open_ticket(ticket, text=form.text(asked), by=request.user, now=timezone.now())  # type: ignore[arg-type]
        messages.success(request, _("The ISU has your question. The answer stands here, and you get a mail."))
        return redirect(opened)
    context = {"form": form, "asked": asked, "running": running}
    return render(request, "writing/help.html", context, status=422 if form.errors else 200)
