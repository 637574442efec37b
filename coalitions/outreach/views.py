"""Time-bound obligations for everybody; follow-ups and outreach for Coordinators and the ISU, and for nobody else."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from ccm_portal.register.forms import AsOfForm
from ccm_portal.register.models import Obligation
from ccm_portal.ui.asof import as_of
from ccm_portal.ui.listing import show_list
from coalitions.outreach import actions, queries
from coalitions.outreach.forms import EntryForm, OutreachFilter, ResultForm
from coalitions.outreach.models import FollowUp, OutreachEntry
from coalitions.outreach.permissions import follows_up
from coalitions.outreach.queries import Contact, Line
from requests_app.actions import Refused
from requests_app.extensions.queries import clock_of

COLUMNS = ["iso3", "state", "article", "clock", "deadline", "status", "latest_submission"]
CONTACT_COLUMNS = ["last_contact", "last_result", "next_due"]
OUTREACH_COLUMNS = ["iso3", "state", "area", "status", "deadline", "last_contact", "last_result", "next_due", "note"]


@login_not_required
def time_bound(request: HttpRequest) -> HttpResponse:
    """Every State with an open clock under Article 3 or 4, and none other."""
    on, internal = as_of(request), follows_up(request.user)
    known = queries.follow_ups(request.user, on) if internal else []
    noted = queries.notes(request.user, on, known) if internal else []
    return show_list(
        request,
        "outreach/time_bound.html",
        queries.time_bound(request.user, on, known, noted),
        name="time-bound-obligations",
        columns=[*COLUMNS, *CONTACT_COLUMNS] if internal else COLUMNS,
        record=_record,
        filterset=AsOfForm(request.GET),
        on=on,
        internal=internal,
    )


def _record(contact: Contact) -> dict[str, Any]:
    row = contact.row
    return {
        "iso3": row.state.iso3,
        "state": row.state.name,
        "article": row.article,
        "clock": row.clock,
        "deadline": row.deadline,
        "status": row.status,
        "latest_submission": row.latest_submission,
        "last_contact": contact.last.day if contact.last else None,
        "last_result": contact.last.words if contact.last else "",
        "next_due": contact.next.due_on if contact.next else None,
    }


def _insiders_only(request: HttpRequest) -> None:
    """What is internal does not exist for others."""
    if not follows_up(request.user):
        raise Http404


def follow_up_list(request: HttpRequest) -> HttpResponse:
    """Whom to contact next, and where the contact with each State stands."""
    _insiders_only(request)
    on, form = as_of(request), OutreachFilter(request.GET)
    known = queries.follow_ups(request.user, on)
    noted = queries.notes(request.user, on, known)
    contacts = queries.time_bound(request.user, on, known, noted)
    chosen = form.cleaned_data if form.is_valid() else {}
    lines = [
        line
        for line in queries.outreach(request.user, on, noted, contacts)
        if chosen.get("status") in {None, "", line.status} and chosen.get("area") in {None, "", line.area}
    ]
    return show_list(
        request,
        "outreach/follow_up_list.html",
        lines,
        name="outreach",
        columns=OUTREACH_COLUMNS,
        record=_line_record,
        filterset=form,
        on=on,
        waiting=sorted((c for c in contacts if c.next), key=lambda c: (c.next.due_on, c.row.state.name)),
    )


def _line_record(line: Line) -> dict[str, Any]:
    return {
        "iso3": line.iso3,
        "state": line.state,
        "area": line.area,
        "status": line.status,
        "deadline": line.row.deadline if line.row else None,
        "last_contact": line.note.day if line.note else None,
        "last_result": line.note.words if line.note else "",
        "next_due": line.next_on,
        "note": line.note.text if line.note else "",
    }


def follow_up_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One follow-up: why, about what, and what the contact brought."""
    _insiders_only(request)
    clock = Prefetch("obligation", Obligation.objects.with_facts())
    rows = FollowUp.objects.visible_to(request.user).select_related("by").prefetch_related(clock)
    item, today = get_object_or_404(rows, pk=pk), timezone.localdate()
    form = ResultForm(request.POST or None, today=today)
    if request.method == "POST" and form.is_valid():
        try:
            actions.record_result(item, by=request.user, today=today, **form.cleaned_data)  # type: ignore[arg-type]
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Recorded."))
            return redirect("outreach:list")
    earlier = FollowUp.objects.visible_to(request.user).filter(obligation=item.obligation, closed_on__isnull=False)
    context = {
        "item": item,
        "row": clock_of(item.obligation, today),
        "form": form,
        "today": today,
        "earlier": earlier.exclude(pk=item.pk).select_related("by").order_by("-closed_on", "-pk"),
    }
    return render(request, "outreach/follow_up.html", context, status=422 if form.errors else 200)


def entry_new(request: HttpRequest) -> HttpResponse:
    """Note something of the outreach to a State."""
    _insiders_only(request)
    given = {name: request.GET[name] for name in ("state", "area") if name in request.GET}
    form = EntryForm(request.POST or None, instance=OutreachEntry(), initial=given, today=timezone.localdate())
    if request.method == "POST" and form.is_valid():
        actions.add_entry(form.save(commit=False), by=request.user)  # type: ignore[arg-type]
        messages.success(request, _("Noted."))
        return redirect("outreach:list")
    return render(request, "outreach/entry_form.html", {"form": form}, status=422 if form.errors else 200)
