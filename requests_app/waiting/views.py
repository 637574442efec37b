"""Pages of a request's clocks. Fetch through `visible_to`, ask permission, call an action."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from ccm_portal.accounts.models import PUBLIC, Access, User, access_of
from ccm_portal.ui.listing import show_list
from requests_app.actions import Refused
from requests_app.forms import attempt
from requests_app.models import AssistanceRequest, Relay, RequestQuerySet
from requests_app.permissions import can_see_relays, owns
from requests_app.readings import Reading
from requests_app.waiting import actions, permissions, queries
from requests_app.waiting.domain.limits import TIME_LIMITS
from requests_app.waiting.enums import Limit, NeedAnswer, Purpose
from requests_app.waiting.forms import LimitForm, NeedMetForm, SilenceForm, StopForm, WaitingFilter
from requests_app.waiting.models import Holiday, NeedMet, Silence, TimeLimit, ValidityCheck, known_limits

COLUMNS = ["reference", "state", "status", "waits_on", "for", "since", "due", "overdue", "alarms", "stale", "example"]


def facts(rows: RequestQuerySet, access: Access, on: date) -> RequestQuerySet:
    """What `panel` reads of a request, in the statement that fetches it."""
    return rows if access == PUBLIC else queries.with_page_facts(rows, access, on)


def panel(request: HttpRequest, asked: Any, reading: Reading, own_relay: Relay | None) -> dict[str, Any]:
    """What a request's page says of its clocks: to its State, to those who handle it, and to a supporter asked. Those
    who handle it and those asked leave a mark that they read it. Whoever was asked whether the need was met finds the
    question here."""
    user, today = request.user, timezone.localdate()
    is_owner = owns(access_of(user), asked)
    if not isinstance(user, User) or asked.is_draft:
        return {}
    sees_relays = can_see_relays(user, asked)
    question = {
        "asks_need_met": (asked.has_questions if sees_relays else asked.was_asked_met and not asked.asked_met_on),
        "asked_met_on": asked.asked_met_on,
        "met_answers": NeedAnswer,
    }
    if not is_owner and (own_relay or sees_relays) and not asked.was_opened:
        actions.note_opening(asked, by=user, today=today)
    if not sees_relays:
        return question
    return question | {
        "waits": queries.waits_of(asked),
        "alarms": queries.alarms_of(asked),
        "is_stale": queries.is_stale(asked.valid_due_on, user.access, today),
        "asked_valid": is_owner and asked.asked_valid_on is not None,
        "silence_open": asked.silence_purpose or permissions.purpose_open_to(user, asked),
        "has_trust": is_owner,
    }


def trust(request: HttpRequest, reference: str) -> HttpResponse:
    """Who opened a request and which mail about it reached whom: for its State only."""
    rows = AssistanceRequest.objects.visible_to(request.user).submitted()
    asked = get_object_or_404(rows, reference=reference)
    if not owns(access_of(request.user), asked):
        raise Http404
    return render(request, "waiting/trust.html", {"asked": asked, "trust": queries.trust_of(asked)})


def _handlers_only(request: HttpRequest) -> User:
    """What is internal does not exist for others."""
    user = request.user
    if not isinstance(user, User) or not user.access.sees_all_requests:
        raise Http404
    return user


def waiting_list(request: HttpRequest) -> HttpResponse:
    """What waits on whom since when, over all open requests."""
    user, today, form = _handlers_only(request), timezone.localdate(), WaitingFilter(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    rows = queries.chosen_lines(queries.lines(user, today), today, **chosen)
    return show_list(
        request,
        "waiting/waiting_list.html",
        rows,
        name="waiting",
        columns=COLUMNS,
        record=lambda line: _record(line, today),
        prepare=queries.with_names,
        filterset=form,
        today=today,
    )


def _record(line: queries.Line, today: Any) -> dict[str, Any]:
    return {
        "reference": line.request.reference,
        "state": line.request.state.name,
        "status": line.request.status,
        "waits_on": line.item.party,
        "for": line.item.what,
        "since": line.item.since,
        "due": line.item.due_on,
        "overdue": line.item.is_overdue(today),
        "alarms": line.alarms,
        "stale": line.is_stale,
        "example": line.request.is_example,
    }


def time_limits(request: HttpRequest) -> HttpResponse:
    """How long each step may take; the ISU sets it, with a reason."""
    user = _handlers_only(request)
    may_set = permissions.can_set_limits(user)
    if request.method == "POST" and not may_set:
        raise PermissionDenied(_("The ISU keeps the table of time limits."))
    form = LimitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        actions.set_limit(Limit(chosen["step"]), days=chosen["days"], reason=chosen["reason"], by=user)
        messages.success(request, _("Recorded."))
        return redirect("waiting:limits")
    changed = {limit.step: limit for limit in TimeLimit.objects.all()}
    in_force = known_limits()
    context = {
        "limits": [(limit, in_force[limit], usual, changed.get(limit.value)) for limit, usual in TIME_LIMITS.items()],
        "holidays": list(Holiday.objects.filter(day__gte=timezone.localdate())[:30]),
        "form": form if may_set else None,
    }
    return render(request, "waiting/time_limits.html", context, status=422 if form.errors else 200)


# --- silence procedures -----------------------------------------------------------------------------------------------


def _asked_or_404(request: HttpRequest, reference: str) -> AssistanceRequest:
    """A submitted request of the person's own State, or one that the person handles."""
    rows = AssistanceRequest.objects.visible_to(request.user).submitted().select_related("state")
    asked = get_object_or_404(rows, reference=reference)
    if not can_see_relays(request.user, asked):
        raise Http404
    return asked


def silence(request: HttpRequest, reference: str) -> HttpResponse:
    """The silence procedures of a request; start one, where none is running."""
    user: User = request.user  # type: ignore[assignment]
    asked, today = _asked_or_404(request, reference), timezone.localdate()
    known = Silence.objects.visible_to(user).filter(request=asked)
    rows = list(known.select_related("request__state", "started_by", "stopped_by").prefetch_related(
        "supporters__state", "supporters__organisation"
    ))  # fmt: skip
    running = next((row for row in rows if row.is_running), None)
    purpose = None if running else permissions.purpose_open_to(user, asked)
    wider = actions.wider_than(asked.visibility)
    if purpose == Purpose.PUBLISH and not wider:
        purpose = None
    if request.method == "POST" and purpose is None:
        raise PermissionDenied(_("No silence procedure can be started here now."))
    form = None
    if purpose:
        form = SilenceForm(request.POST or None, request=asked, purpose=purpose, wider=wider, today=today)
        if request.method == "POST" and form.is_valid() and _start(request, asked, purpose, form):
            return redirect("waiting:silence", reference)
    context = {
        "asked": asked,
        "rows": rows,
        "running": running,
        "may_stop": running is not None and permissions.can_stop(user, running),
        "stop_form": StopForm(),
        "purpose": purpose,
        "form": form,
        "until": actions.last_day_to_stop(today) if form else None,
    }
    return render(request, "waiting/silence.html", context, status=422 if form and form.errors else 200)


def _start(request: HttpRequest, asked: AssistanceRequest, purpose: Purpose, form: SilenceForm) -> bool:
    by, today, chosen = request.user, timezone.localdate(), form.cleaned_data
    begun = attempt(form, lambda: actions.start_silence(asked, purpose, by=by, today=today, **chosen))  # type: ignore[arg-type]
    if begun:
        messages.success(request, _("The silence procedure has begun. Those who are asked were told."))
    return begun


@require_POST
def silence_stop(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Stop a silence procedure."""
    user: User = request.user  # type: ignore[assignment]
    asked = _asked_or_404(request, reference)
    rows = Silence.objects.visible_to(user).filter(request=asked).select_related("request__state")
    found = get_object_or_404(rows, pk=pk)
    form = StopForm(request.POST)
    try:
        reason = form.cleaned_data["reason"] if form.is_valid() else ""
        actions.stop_silence(found, by=user, today=timezone.localdate(), reason=reason)
        messages.success(request, _("Stopped: nothing is circulated, nothing is released."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("waiting:silence", reference)


# --- still valid? -----------------------------------------------------------------------------------------------------


@login_not_required
@never_cache
def still_valid(request: HttpRequest, token: str) -> HttpResponse:
    """A focal point answers the yearly question by the link in its mail, not signed in. It names the reference only."""
    check, reader = _check_or_404(token)
    is_over = check.due_on < timezone.localdate()
    if request.method == "POST" and not is_over:
        actions.confirm_valid(check, by=reader, now=timezone.now())
        check.refresh_from_db()
    context = {"reference": check.request.reference, "answered_at": check.answered_at, "is_over": is_over}
    return render(
        request, "waiting/still_valid.html", context, status=410 if is_over and not check.answered_at else 200
    )


def _check_or_404(token: str) -> tuple[ValidityCheck, User]:
    """The question and the focal point that a link was written for, who must still hold the post."""
    try:
        pk, reader_pk = signing.loads(token, salt=actions.VALID_SALT)
    except signing.BadSignature:
        raise Http404 from None
    check = get_object_or_404(ValidityCheck.objects.select_related("request"), pk=pk, request__status__in=queries.OPEN)
    reader = get_object_or_404(User, pk=reader_pk, is_active=True)
    if not owns(reader.access, check.request):
        raise Http404
    return check, reader


@require_POST
def still_valid_here(request: HttpRequest, reference: str) -> HttpResponse:
    """The same answer from the request's own page."""
    user: User = request.user  # type: ignore[assignment]
    asked = _asked_or_404(request, reference)
    if not owns(user.access, asked):
        raise PermissionDenied(_("The requesting State says whether its request is still valid."))
    check = get_object_or_404(ValidityCheck.objects.unanswered().filter(request=asked)[:1])
    actions.confirm_valid(check, by=user, now=timezone.now())
    messages.success(request, _("Recorded: the request is still valid."))
    return redirect(asked)


# --- after closing ----------------------------------------------------------------------------------------------------


def need_met(request: HttpRequest, reference: str) -> HttpResponse:
    """What was asked after the closing and what was answered; one's own question to answer."""
    user: User = request.user  # type: ignore[assignment]
    asked = get_object_or_404(AssistanceRequest.objects.visible_to(user).select_related("state"), reference=reference)
    known = NeedMet.objects.visible_to(user).filter(request=asked)
    rows = list(known.select_related("request", "supporter__state", "supporter__organisation"))
    own = next((row for row in reversed(rows) if permissions.answers_question(user, row)), None)
    if not rows:
        raise Http404
    if request.method == "POST" and own is None:
        raise PermissionDenied(_("The question was not asked of you."))
    initial = {"answer": own.answer, "text": own.text} if own else {}
    form = NeedMetForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        actions.answer_need_met(own, **form.cleaned_data, by=user, today=timezone.localdate())  # type: ignore[arg-type]
        messages.success(request, _("Thank you. Your answer is recorded."))
        return redirect("waiting:need_met", reference)
    context = {"asked": asked, "rows": rows, "own": own, "form": form if own else None}
    return render(request, "waiting/need_met.html", context, status=422 if form.errors else 200)
