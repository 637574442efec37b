"""Pages of the treaty register. All of them are public."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from ccm_portal.register import clocks
from ccm_portal.register.enums import MembershipChoices
from ccm_portal.register.feeds import calendar
from ccm_portal.register.forms import AsOfForm, DeadlineFilter, StateFilter
from ccm_portal.register.models import ExtensionDecision, Meeting, State
from ccm_portal.register.queries import (
    deadline_rows,
    filtered_deadlines,
    filtered_states,
    membership_counts,
    running_deadlines,
)
from ccm_portal.ui.asof import as_of
from ccm_portal.ui.listing import show_list

STATE_COLUMNS = ["iso3", "name", "region", "status", "signed", "deposited", "entry_into_force", "withdrawal_effective"]
EXTENSION_COLUMNS = ["iso3", "state", "clock", "number", "meeting", "outcome", "new_deadline", "document", "source"]


@login_not_required
def state_list(request: HttpRequest) -> HttpResponse:
    """States with their status on a day."""
    form = StateFilter(request.GET)
    on = as_of(request)
    states = list(State.objects.all())
    rows = filtered_states(states, form.cleaned_data if form.is_valid() else {}, on)
    return show_list(
        request,
        "register/state_list.html",
        rows,
        name="states",
        columns=STATE_COLUMNS,
        record=lambda row: _state_record(row[0], row[1]),
        filterset=form,
        on=on,
        counts=membership_counts(states, on),
    )


def _state_record(state: State, status: MembershipChoices) -> dict[str, Any]:
    return {
        "iso3": state.iso3,
        "name": state.name,
        "region": state.get_region_display(),
        "status": status.label,
        "signed": state.signed,
        "deposited": state.deposited,
        "entry_into_force": state.in_force,
        "withdrawal_effective": state.withdrawn,
    }


@login_not_required
def deadline_list(request: HttpRequest) -> HttpResponse:
    """Deadlines of all States as of a day."""
    form = DeadlineFilter(request.GET)
    on = as_of(request)
    chosen = form.cleaned_data if form.is_valid() else {}
    rows = filtered_deadlines(deadline_rows(on, article=chosen.get("article")), chosen)
    return show_list(
        request,
        "register/deadline_list.html",
        rows,
        name="deadlines",
        columns=clocks.COLUMNS,
        record=clocks.record,
        filterset=form,
        on=on,
        incomplete=Meeting.objects.filter(decisions_recorded=False, last_day__lte=on).order_by("first_day"),
    )


@login_not_required
def deadline_calendar(request: HttpRequest) -> HttpResponse:
    """All running deadlines as a calendar feed."""
    return HttpResponse(
        calendar(running_deadlines(as_of(request)), made_on=timezone.now()), content_type="text/calendar; charset=utf-8"
    )


@login_not_required
def extension_list(request: HttpRequest) -> HttpResponse:
    """Extension requests under Articles 3 and 4 and what meetings decided."""
    on = as_of(request)
    rows = ExtensionDecision.objects.select_related("obligation__state", "meeting").order_by(
        "-meeting__first_day", "obligation__state"
    )
    return show_list(
        request,
        "register/extension_list.html",
        rows.filter(meeting__first_day__lte=on),
        name="extension-requests",
        columns=EXTENSION_COLUMNS,
        record=_extension_record,
        filterset=AsOfForm(request.GET),
        on=on,
        upcoming=[
            row
            for row in clocks.known_rows(on).values()
            if row.is_running and row.latest_submission and row.latest_submission >= on
        ],
    )


def _extension_record(extension: ExtensionDecision) -> dict[str, Any]:
    return {
        "iso3": extension.obligation.state_id,
        "state": extension.obligation.state.name,
        "clock": extension.obligation.limb,
        "number": extension.sequence,
        "meeting": extension.meeting.code if extension.meeting else "",
        "outcome": extension.outcome,
        "new_deadline": extension.granted_until,
        "document": extension.document,
        "source": extension.source,
    }


@login_not_required
def event_list(request: HttpRequest) -> HttpResponse:
    """Meetings under the Convention."""
    return show_list(
        request,
        "register/event_list.html",
        Meeting.objects.select_related("president"),
        name="events",
        columns=["code", "kind", "first_day", "last_day", "place", "president", "source"],
        record=lambda meeting: {
            "code": meeting.code,
            "kind": meeting.get_kind_display(),
            "first_day": meeting.first_day,
            "last_day": meeting.last_day,
            "place": meeting.place,
            "president": meeting.president.name if meeting.president else "",
            "source": meeting.source,
        },
        today=as_of(request),
    )
