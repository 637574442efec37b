"""Pages of supporters, and what they do with a request before any answer. Fetch through `visible_to`, then act."""

from datetime import date
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ccm_portal.accounts.models import Access, User
from ccm_portal.ui.asof import as_of
from ccm_portal.ui.listing import show_list
from requests_app.models import AssistanceRequest, Offer, Relay, RequestQuerySet
from requests_app.permissions import can_follow, can_see_relays
from requests_app.readings import Reading
from requests_app.supporters import actions, permissions
from requests_app.supporters.filters import SupporterFilter
from requests_app.supporters.forms import AttachForm, ProfileForm
from requests_app.supporters.models import Profile
from requests_app.supporters.queries import support_given, visible_supporters, with_interest, with_records
from requests_app.supporters.wording import profile_lines, stated_at_once

COLUMNS = [
    "code", "name", "kind", "not_party", "areas", "states_supported", "last_year", "asks", "offers",
    "states_expertise",
]  # fmt: skip


def facts(rows: RequestQuerySet, access: Access, on: date) -> RequestQuerySet:
    """What `panel` reads of a request, in the statement that fetches it."""
    return with_interest(rows, access)


def panel(request: HttpRequest, asked: Any, reading: Reading, own_relay: Relay | None) -> dict[str, Any]:
    """How many have shown interest, for those who see relays; and what the visitor's own supporter does."""
    can = can_follow(request.user, asked)
    return {
        "interested": asked.interested if can_see_relays(request.user, asked) else 0,
        "can_follow": can,
        "follows": can and asked.follows,
        "has_shown_interest": can and asked.has_shown_interest,
    }


@login_not_required
def supporter_list(request: HttpRequest) -> HttpResponse:
    """Everybody on record as able to help."""
    chosen = SupporterFilter(request.GET, with_records(visible_supporters(request.user), request.user, as_of(request)))
    return show_list(
        request,
        "supporters/supporter_list.html",
        chosen.qs.prefetch_related("areas"),
        name="supporters",
        columns=COLUMNS,
        record=_record,
        prepare=partial(_with_party_status, on=as_of(request)),
        filterset=chosen,
    )


def _with_party_status(supporters: list[Any], *, on: date) -> list[Any]:
    """Each State with whether it is a party on a day: not being one is labelled (R22)."""
    for supporter in supporters:
        supporter.is_non_party = supporter.state is not None and not supporter.state.is_party_on(on)
    return supporters


def _record(supporter: Any) -> dict[str, Any]:
    return {
        "code": supporter.code,
        "name": supporter.name,
        "kind": supporter.organisation.get_kind_display() if supporter.organisation else _("State"),
        "not_party": supporter.is_non_party,
        "areas": [str(area) for area in supporter.areas.all()],
        "states_supported": supporter.states_supported,
        "last_year": supporter.last_year,
        "asks": supporter.asks,
        "offers": supporter.offers_help,
        "states_expertise": supporter.states_expertise,
    }


@login_not_required
def supporter_detail(request: HttpRequest, code: str) -> HttpResponse:
    """One supporter: what it says of itself, what the records say, what it offers."""
    supporter = get_object_or_404(visible_supporters(request.user).prefetch_related("areas"), code=code)
    today, profile = as_of(request), getattr(supporter, "profile", None)
    lines = profile_lines(profile) if profile else []
    context = {
        "supporter": supporter,
        "profile": profile,
        "lines": lines,
        "at_once": stated_at_once(lines),
        "is_party": supporter.state.is_party_on(today) if supporter.state else None,
        "given": support_given(supporter),
        "offers": Offer.objects.visible_to(request.user)
        .open(today)
        .filter(supporter=supporter)
        .prefetch_related("areas"),
        "expertise": supporter.expertise.visible_to(request.user).select_related("area"),
        "can_edit": permissions.can_write_profile(request.user, supporter),
    }
    return render(request, "supporters/supporter_detail.html", context)


def supporter_edit(request: HttpRequest, code: str) -> HttpResponse:
    """A supporter's own people write its profile."""
    supporter = get_object_or_404(visible_supporters(request.user), code=code)
    if not permissions.can_write_profile(request.user, supporter):
        raise PermissionDenied(_("A profile is written by the supporter itself."))
    profile = getattr(supporter, "profile", None) or Profile(supporter=supporter)
    form = ProfileForm(request.POST or None, instance=profile, today=timezone.localdate())
    if request.method == "POST" and form.is_valid():
        actions.save_profile(
            form.save(commit=False),
            changed=set(form.changed_data),
            by=request.user,  # type: ignore[arg-type]
            today=timezone.localdate(),
        )
        messages.success(request, _("Saved. Your shortlist follows it from now on."))
        return redirect("supporters:detail", code)
    context = {"form": form, "supporter": supporter}
    return render(request, "supporters/supporter_form.html", context, status=422 if form.errors else 200)


def _followable(request: HttpRequest, reference: str) -> tuple[AssistanceRequest, User]:
    user: User = request.user  # type: ignore[assignment]
    asked = get_object_or_404(AssistanceRequest.objects.visible_to(user).select_related("state"), reference=reference)
    if not can_follow(user, asked):
        raise PermissionDenied(_("Supporters follow open requests of others."))
    return asked, user


@require_POST
def request_follow(request: HttpRequest, reference: str) -> HttpResponse:
    """Keep a request in view, or no longer."""
    asked, user = _followable(request, reference)
    if "stop" in request.POST:
        actions.unfollow_request(asked, by=user)
        messages.success(request, _("You follow this request no longer."))
    else:
        actions.follow_request(asked, by=user, today=timezone.localdate())
        messages.success(request, _("You follow this request. Nobody else sees that."))
    return redirect(asked)


@require_POST
def request_interest(request: HttpRequest, reference: str) -> HttpResponse:
    """Show interest in a request, or take it back."""
    asked, user = _followable(request, reference)
    if "stop" in request.POST:
        actions.withdraw_interest(asked, by=user, today=timezone.localdate())
        messages.success(request, _("Your interest is withdrawn."))
    else:
        actions.show_interest(asked, by=user, today=timezone.localdate())
        messages.success(request, _("The requesting State and those who handle the request know of your interest now."))
    return redirect(asked)


@require_POST
def offer_attach(request: HttpRequest, reference: str) -> HttpResponse:
    """A Coordinator or the ISU puts an open offer with a request."""
    user: User = request.user  # type: ignore[assignment]
    today = timezone.localdate()
    asked = get_object_or_404(AssistanceRequest.objects.visible_to(user).select_related("state"), reference=reference)
    if not (user.access.sees_all_requests and asked.is_open):
        raise PermissionDenied(_("Offers are put with open requests by the Coordinators and the ISU."))
    form = AttachForm(request.POST, offers=Offer.objects.may_be_attached(user, today))
    if form.is_valid():
        actions.attach_offer(asked, form.cleaned_data["offer"], by=user, today=today)
        messages.success(request, _("The offer is put with the request."))
    else:
        messages.error(request, _("Choose an open offer of an approved supporter."))
    return redirect("requests:matches", reference)
