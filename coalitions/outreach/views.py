"""Time-bound obligations for everybody; follow-ups and outreach for Coordinators and the ISU, and for nobody else."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ccm_portal.register.forms import AsOfForm
from ccm_portal.register.models import Obligation, State
from ccm_portal.ui.asof import as_of
from ccm_portal.ui.listing import show_list
from coalitions.outreach import actions, queries
from coalitions.outreach.domain.priority import POINTS
from coalitions.outreach.enums import PriorityReason
from coalitions.outreach.forms import EntryForm, OutreachFilter, PriorityForm, ResultForm
from coalitions.outreach.models import FollowUp, OutreachEntry, PriorityOverride
from coalitions.outreach.permissions import follows_up
from coalitions.outreach.queries import Contact, Line, Target
from requests_app.enums import AreaCode
from requests_app.extensions.queries import clock_of
from requests_app.forms import AreaForm, attempt

COLUMNS = ["iso3", "state", "article", "clock", "deadline", "status", "latest_submission"]
CONTACT_COLUMNS = ["last_contact", "last_result", "next_due"]
OUTREACH_COLUMNS = ["iso3", "state", "area", "status", "deadline", "last_contact", "last_result", "next_due", "note"]
PRIORITY_COLUMNS = [
    "rank", "iso3", "state", "area", "priority", "computed", *(f"{reason.value}_points" for reason in PriorityReason),
    "deadline", "last_contact", "set_by", "set_on", "reason", "example",
]  # fmt: skip


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
        result = form.cleaned_data
        if attempt(form, lambda: actions.record_result(item, by=request.user, today=today, **result)):  # type: ignore[arg-type]
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


def priority_list(request: HttpRequest) -> HttpResponse:
    """In which order to turn to States, why, and what somebody has changed of it."""
    _insiders_only(request)
    on, form = as_of(request), AreaForm(request.GET)
    area = form.cleaned_data["area"] if form.is_valid() else ""
    ranked = list(enumerate(queries.priorities(request.user, on), start=1))
    return show_list(
        request,
        "outreach/priority_list.html",
        [(rank, target) for rank, target in ranked if area in {"", target.area}],
        name="priorities",
        columns=PRIORITY_COLUMNS,
        record=_priority_record,
        filterset=form,
        weights=[(reason.label, POINTS[reason]) for reason in PriorityReason],
        is_today=on == timezone.localdate(),
    )


def _priority_record(ranked: tuple[int, Target]) -> dict[str, Any]:
    rank, target = ranked
    override = target.override
    return {
        "rank": rank,
        "iso3": target.iso3,
        "state": target.state,
        "area": target.area,
        "priority": target.points,
        "computed": target.score.points,
        **{f"{reason.value}_points": target.score.parts.get(reason, 0) for reason in PriorityReason},
        "deadline": target.row.deadline if target.row else None,
        "last_contact": target.note.day if target.note else None,
        "set_by": override.set_by.name if override else "",
        "set_on": override.set_on if override else None,
        "reason": override.reason if override else "",
        "example": override is not None and override.is_example,
    }


def priority_edit(request: HttpRequest, iso3: str, area: str) -> HttpResponse:
    """Put another priority in the place of the computed one, with the reason."""
    _insiders_only(request)
    state, today = get_object_or_404(State, pk=iso3.upper()), timezone.localdate()
    if area not in AreaCode.values:
        raise Http404
    found = [t for t in queries.priorities(request.user, today) if (t.iso3, t.area) == (state.pk, area)]
    target = found[0] if found else Target(state.pk, state.name, AreaCode(area))
    stood = target.override
    initial = {"points": target.points, "seen": stood.pk if stood else None}
    new = PriorityOverride(state=state, area_id=area)
    form = PriorityForm(request.POST or None, instance=new, initial=initial)
    if request.method == "POST" and form.is_valid():
        seen = form.cleaned_data["seen"]
        if attempt(form, lambda: actions.set_priority(new, seen=seen, by=request.user, today=today)):  # type: ignore[arg-type]
            messages.success(request, _("Recorded."))
            return redirect("outreach:priorities")
    earlier = PriorityOverride.objects.visible_to(request.user).filter(state=state, area=area)
    context = {"form": form, "target": target, "earlier": earlier.select_related("set_by", "lifted_by")}
    return render(request, "outreach/priority_form.html", context, status=422 if form.errors else 200)


@require_POST
def priority_lift(request: HttpRequest, iso3: str, area: str) -> HttpResponse:
    """The computed priority counts again."""
    _insiders_only(request)
    actions.lift_priority(iso3.upper(), area, by=request.user, today=timezone.localdate())  # type: ignore[arg-type]
    messages.success(request, _("Lifted: the computed priority counts again."))
    return redirect("outreach:priorities")
