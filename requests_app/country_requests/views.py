"""Pages of country requests, and of splitting and joining. Fetch through `visible_to`, ask permission, call an
action."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from ccm_portal.accounts.models import User, access_of
from ccm_portal.ui.asof import as_of
from requests_app.actions import Refused
from requests_app.country_requests import actions, permissions, queries
from requests_app.country_requests.forms import JoinForm, SplitForm, TitleForm
from requests_app.country_requests.models import CountryRequest
from requests_app.country_requests.wording import lacking
from requests_app.models import AssistanceRequest
from requests_app.permissions import can_join, can_split, owns
from requests_app.queries import with_labels
from requests_app.readings import readings

CLOSED = gettext_lazy("This request is closed or still a draft, so nothing is split from it or joined into another.")
PROPOSE = gettext_lazy(
    "Only the requesting State does this. The ISU and the Coordinators propose it in the discussion."
)


def _found(request: HttpRequest, reference: str) -> CountryRequest:
    rows = CountryRequest.objects.visible_to(request.user).select_related("state")
    return get_object_or_404(rows, reference=reference)


def _asked(request: HttpRequest, reference: str) -> AssistanceRequest:
    rows = AssistanceRequest.objects.visible_to(request.user).select_related("state").prefetch_related("areas")
    return get_object_or_404(rows, reference=reference)


@login_not_required
def country_request_detail(request: HttpRequest, reference: str) -> HttpResponse:
    """The needs that the visitor may know of, and nothing of the others."""
    found = _found(request, reference)
    leads = isinstance(request.user, User) and permissions.can_lead(request.user, found)
    needs = queries.needs_of(found, request.user, as_of(request)).select_related("state").prefetch_related("areas")
    rows = with_labels(list(needs))
    lacks = lacking([need for need in rows if need.is_draft], by=request.user) if leads else {}  # type: ignore[arg-type]
    lines = [(need, lacks.get(need.pk, [])) for need in readings(access_of(request.user), rows)]
    context = {
        "found": found,
        "lines": lines,
        "leads": leads,
        "ready": sum(need.is_draft and not lacks for need, lacks in lines) if leads else 0,
        "drafts": sum(need.is_draft for need, _lacks in lines) if leads else 0,
    }
    return render(request, "country_requests/detail.html", context)


def country_request_new(request: HttpRequest) -> HttpResponse:
    """Make a country request of one request, and begin its second need."""
    user: User = request.user  # type: ignore[assignment]
    first = _asked(request, request.GET.get("request", ""))
    if not permissions.can_group(user, first):
        raise PermissionDenied(PROPOSE)
    form = TitleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            found = actions.start_country_request(first, title=form.cleaned_data["title"], by=user)
            return redirect("requests:edit", actions.add_need(found, by=user).reference)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    context = {"form": form, "asked": first}
    return render(request, "country_requests/new.html", context, status=422 if request.method == "POST" else 200)


@require_POST
def need_add(request: HttpRequest, reference: str) -> HttpResponse:
    """Begin a further need."""
    user: User = request.user  # type: ignore[assignment]
    found = _found(request, reference)
    if not permissions.can_lead(user, found):
        raise PermissionDenied(PROPOSE)
    draft = actions.add_need(found, by=user)
    messages.success(request, _("A draft is begun with what your first need says of institution, plan and channel."))
    return redirect("requests:edit", draft.reference)


@require_POST
def country_request_submit(request: HttpRequest, reference: str) -> HttpResponse:
    """Submit every draft that is ready."""
    user: User = request.user  # type: ignore[assignment]
    found = _found(request, reference)
    if not permissions.can_lead(user, found):
        raise PermissionDenied(PROPOSE)
    today = timezone.localdate()
    drafts = [need for need in queries.needs_of(found, user, today) if need.is_draft]
    outcomes = actions.submit_ready(drafts, by=user, today=today)
    submitted = [outcome.request.reference for outcome in outcomes if not outcome.lacks]
    if submitted:
        messages.success(request, _("Submitted: %(names)s.") % {"names": ", ".join(submitted)})
    for outcome in outcomes:
        if outcome.lacks:
            name = outcome.request.title or _("Draft without a title")
            messages.warning(
                request, _("Not submitted: %(name)s. %(lacks)s") % {"name": name, "lacks": " ".join(outcome.lacks)}
            )
    return redirect(found)


def request_split(request: HttpRequest, reference: str) -> HttpResponse:
    """Make a part of a request a need of its own."""
    user: User = request.user  # type: ignore[assignment]
    asked = _asked(request, reference)
    if not can_split(user, asked):
        raise PermissionDenied(_why_not(user, asked))
    form = SplitForm(request.POST or None, original=asked)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            part = actions.split_request(
                asked,
                part={name: chosen[name] for name in ("title", "requirement", "areas")},
                moved=form.moved(),
                years=form.moved_years(),
                remaining=chosen["remaining"],
                staying=chosen["staying"],
                evidence=chosen.get("evidence", ()),
                expected_version=chosen["version"],
                by=user,
                today=timezone.localdate(),
            )
            messages.success(request, _("%(ref)s is a need of its own now.") % {"ref": part.reference})
            return redirect(part)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            asked = _asked(request, reference)  # as it is stored, without what was tried
    context = {"form": form, "asked": asked}
    return render(request, "country_requests/split.html", context, status=422 if request.method == "POST" else 200)


def _why_not(user: User, asked: AssistanceRequest) -> Any:
    return CLOSED if owns(user.access, asked) and not asked.is_open else PROPOSE


def request_join(request: HttpRequest, reference: str) -> HttpResponse:
    """Join a request into another: first which, then what the other requires from now on."""
    user: User = request.user  # type: ignore[assignment]
    asked = _asked(request, reference)
    if not can_join(user, asked):
        raise PermissionDenied(_why_not(user, asked))
    survivor = queries.joinable_into(asked).filter(reference=request.GET.get("into", "")).first()
    both = f"{survivor.requirement}\n\n{asked.requirement}" if survivor else ""
    initial = {"survivor": survivor and survivor.reference, "requirement": both}
    form = JoinForm(request.POST or None, closing=asked, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            had, before = asked.evidence.exists(), form.cleaned_data["survivor"].evidence.count()
            kept = actions.join_requests(
                asked,
                form.cleaned_data["survivor"],
                requirement=form.cleaned_data["requirement"],
                by=user,
                today=timezone.localdate(),
            )
            messages.success(request, _("Joined: %(ref)s carries on.") % {"ref": kept.reference})
            if had and kept.evidence.count() == before:
                messages.warning(
                    request,
                    _(
                        "The evidence stays with %(closed)s: more people read %(ref)s, or it has the same evidence. "
                        "Add there what they may read."
                    )
                    % {"closed": asked.reference, "ref": kept.reference},
                )
            return redirect(kept)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    context = {"form": form, "asked": asked, "choices": queries.joinable_into(asked).order_by("-submitted_on")}
    return render(request, "country_requests/join.html", context, status=422 if request.method == "POST" else 200)
