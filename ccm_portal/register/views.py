"""Pages of the treaty register. All of them are public."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from functools import partial
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from ccm_portal.register import clocks
from ccm_portal.register.enums import MembershipChoices
from ccm_portal.register.explanations import explanation
from ccm_portal.register.feeds import deadline_feed
from ccm_portal.register.forms import AsOfForm, DeadlineFilter, FeedFilter, KnownOnForm, StateFilter
from ccm_portal.register.history import Change, History
from ccm_portal.register.membership import curve, verdicts, years
from ccm_portal.register.models import Meeting, State, Target
from ccm_portal.register.queries import (
    deadline_rows,
    filtered_deadlines,
    filtered_states,
    membership_counts,
    running_deadlines,
)
from ccm_portal.register.timeline import picture
from ccm_portal.treaty.forecast import by_year, forecast
from ccm_portal.ui.asof import as_of
from ccm_portal.ui.listing import show_list

STATE_COLUMNS = ["iso3", "name", "region", "status", "signed", "deposited", "entry_into_force", "withdrawal_effective"]
Seen = Callable[[list[clocks.Row], date], list[clocks.Row]]
CHANGE_COLUMNS = ["at", "change", "record", "facts", "by", "reason", "source"]


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


@login_not_required
def membership(request: HttpRequest) -> HttpResponse:
    """How many States the Convention counts, with each count's definition, by date, against the targets."""
    on = as_of(request)
    states, targets = list(State.objects.all()), list(Target.objects.all())
    by_year = years(states, on)
    return show_list(
        request,
        "register/membership.html",
        by_year[::-1],
        name="membership",
        columns=["on", "joined", "bound", "signatories", "former"],
        record=asdict,
        filterset=AsOfForm(request.GET),
        now=by_year[-1],
        verdicts=verdicts(states, targets, on),
        drawn=curve(states, targets, on),
    )


@login_not_required
def state_history(request: HttpRequest, iso3: str) -> HttpResponse:
    """Who changed which fact of a State, when and why; and what was known on a past day."""
    state = get_object_or_404(State, pk=iso3.upper())
    form = KnownOnForm(request.GET)
    day = form.cleaned_data["known_on"] if form.is_valid() else None
    history = History(state)
    return show_list(
        request,
        "register/state_history.html",
        history.changes(),
        name=f"history-{state.iso3.lower()}",
        columns=CHANGE_COLUMNS,
        record=partial(_change_record, sees_names=request.user.is_authenticated and request.user.access.is_isu),
        filterset=form,
        state=state,
        day=day,
        known=history.known_on(day) if day else None,
    )


def _change_record(change: Change, *, sees_names: bool) -> dict[str, Any]:
    return {
        "at": change.at,
        "change": change.kind_label,
        "record": change.what,
        "facts": [f"{field.label}: {field.old or '–'} → {field.new or '–'}" for field in change.fields],
        "by": change.by if sees_names and change.by else change.actor,
        "reason": change.reason,
        "source": change.source,
    }


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


def deadline_list(request: HttpRequest, as_seen: Seen) -> HttpResponse:
    """Deadlines of all States as of a day. `as_seen` marks what the visitor knows beyond the register: an app above
    serves the page."""
    form = DeadlineFilter(request.GET)
    on = as_of(request)
    chosen = form.cleaned_data if form.is_valid() else {}
    rows = filtered_deadlines(as_seen(deadline_rows(on, article=chosen.get("article")), on), chosen)
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
        of_page=lambda rows: {"picture": picture(rows, on, clocks.formal_meetings(), flip=get_language_bidi())},
    )


@login_not_required
def deadline_forecast(request: HttpRequest) -> HttpResponse:
    """Which requests must reach which meeting by when, and how many deadlines fall in each year."""
    on = as_of(request)
    rows = running_deadlines(on)
    return render(
        request,
        "register/deadline_forecast.html",
        {
            "filter_form": AsOfForm(request.GET),
            "on": on,
            "forecast": forecast([(row, row.article, row.deadline) for row in rows], clocks.formal_meetings(), on),
            "years": by_year((row.article, row.deadline) for row in rows),
        },
    )


def deadline_detail(request: HttpRequest, iso3: str, slug: str, as_seen: Seen) -> HttpResponse:
    """Why one deadline is what it is: article, formula, facts, decisions, sources; `as_seen` as above."""
    on = as_of(request)
    found = explanation(iso3.upper(), slug, on)
    if found is None:
        raise Http404
    (row,) = as_seen([found.row], on)
    return render(
        request,
        "register/deadline_detail.html",
        {"filter_form": AsOfForm(request.GET), "on": on, "found": found, "row": row, "state": found.state},
    )


@login_not_required
def deadline_calendar(request: HttpRequest) -> HttpResponse:
    """The running deadlines as a calendar feed, narrowed as the list is. A filter that cannot be read is refused: a
    calendar that silently showed everything would be worse."""
    on = as_of(request)
    form = FeedFilter(request.GET)
    if not form.is_valid():
        raise BadRequest(" ".join(str(error) for errors in form.errors.values() for error in errors))
    return deadline_feed(request, form.cleaned_data, on=on, name=_("Convention on Cluster Munitions: deadlines"))


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
