"""Pages of offers. Fetch through `visible_to`, ask permission, call an action."""

from collections.abc import Callable
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

from ccm_portal.accounts.models import access_of
from ccm_portal.ui.asof import as_of
from ccm_portal.ui.listing import show_list
from requests_app.actions import own_supporter
from requests_app.enums import Form, Language, labels
from requests_app.forms import REGIONS, attempt
from requests_app.models import Offer
from requests_app.offers import actions, permissions
from requests_app.offers.filters import OfferFilter
from requests_app.offers.forms import OfferForm, WithdrawForm, WorkshopForm
from requests_app.offers.queries import applications_of
from requests_app.permissions import can_offer

COLUMNS = [
    "number", "supporter", "not_party", "title", "areas", "kinds", "forms", "languages", "regions", "amount",
    "currency", "quantity", "unit", "left", "offered_on", "available_from", "available_until", "valid_until", "status",
    "withdrawn_on", "host", "place", "starts", "ends", "last_day_to_apply", "example",
]  # fmt: skip


@login_not_required
def offer_list(request: HttpRequest) -> HttpResponse:
    """Offers of help: the open ones unless others are asked for."""
    on = as_of(request)
    chosen = OfferFilter(request.GET, Offer.objects.visible_to(request.user).for_list(), on=on)
    return show_list(
        request,
        "offers/offer_list.html",
        chosen.qs,
        name="offers",
        columns=COLUMNS,
        record=_record,
        prepare=partial(in_words, on=on),
        filterset=chosen,
        can_offer=request.user.is_authenticated and can_offer(request.user),
    )


def in_words(offers: list[Any], *, on: date) -> list[Any]:
    """Each offer with its vocabulary in words, its status on a day, and whether a State that is no party makes it
    (R22): no query. Needs `for_list()`."""
    for offer in offers:
        offer.status = offer.status_on(on)
        offer.is_workshop = hasattr(offer, "workshop")
        offer.is_non_party = offer.supporter.state is not None and not offer.supporter.state.is_party_on(on)
        offer.form_labels = labels(Form, offer.forms)
        offer.language_labels = labels(Language, offer.languages)
        offer.region_labels = [str(label) for code, label in REGIONS if code in offer.regions]
    return offers


def _record(offer: Any) -> dict[str, Any]:
    workshop = getattr(offer, "workshop", None)
    return {
        "number": offer.pk,
        "supporter": offer.supporter.name,
        "not_party": offer.is_non_party,
        "title": offer.title,
        "areas": [str(area) for area in offer.areas.all()],
        "kinds": [kind.label for kind in offer.kinds],
        "forms": offer.form_labels,
        "languages": offer.language_labels,
        "regions": offer.region_labels,
        **{name: getattr(offer, name) for name in (
            "amount", "currency", "quantity", "unit", "left", "offered_on", "available_from", "available_until",
            "valid_until", "withdrawn_on",
        )},
        "status": offer.status,
        **{name: getattr(workshop, name, None) for name in ("host", "place", "starts", "ends")},
        "last_day_to_apply": workshop.last_day if workshop else None,
        "example": offer.is_example,
    }  # fmt: skip


def offer_or_404(request: HttpRequest, pk: int) -> Any:
    rows = Offer.objects.visible_to(request.user).for_list()
    return in_words([get_object_or_404(rows, pk=pk)], on=as_of(request))[0]


@login_not_required
def offer_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One offer: what it is, what is left of it, and what the reader may know of who took something."""
    return _detail(request, offer_or_404(request, pk), WithdrawForm())


def _detail(request: HttpRequest, offer: Any, form: WithdrawForm) -> HttpResponse:
    user, workshop = request.user, getattr(offer, "workshop", None)
    context = {
        "offer": offer,
        "workshop": workshop,
        "shares": offer.shares.visible_to(user).standing().for_list(),
        "applications": applications_of(workshop, user) if workshop and user.is_authenticated else [],
        "closed": workshop.closed_on(as_of(request)) if workshop else None,
        "hosts": permissions.hosts(user, offer),
        "sees_applications": permissions.sees_applications(user, offer),
        "can_apply": permissions.can_apply(user, offer),
        "can_change": permissions.can_change(user, offer),
        "withdraw_form": form,
    }
    return render(request, "offers/offer_detail.html", context, status=422 if form.errors else 200)


def offer_new(request: HttpRequest, is_workshop: bool = False) -> HttpResponse:
    """A supporter publishes an offer, or a workshop to which others apply."""
    if not can_offer(request.user):  # type: ignore[arg-type]
        raise PermissionDenied(_("Offers are made by States and by approved organisations."))
    offer = Offer(supporter=own_supporter(access_of(request.user)))
    return _write(request, offer, WorkshopForm if is_workshop else OfferForm, actions.publish_offer)


def offer_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The supporter corrects its offer; its versions stay on record."""
    offer = offer_or_404(request, pk)
    if not permissions.can_change(request.user, offer):
        raise PermissionDenied(_("An offer that stands is changed by the supporter that made it."))
    return _write(request, offer, WorkshopForm if hasattr(offer, "workshop") else OfferForm, actions.change_offer)


def _write(
    request: HttpRequest, offer: Offer, form_class: type[OfferForm], write: Callable[..., Offer]
) -> HttpResponse:
    today, is_new = timezone.localdate(), offer.pk is None
    form = form_class(request.POST or None, instance=offer, today=today)
    if request.method == "POST" and form.is_valid():
        given = {"areas": form.cleaned_data["areas"], "workshop": getattr(form, "workshop", None)}
        if attempt(form, lambda: write(form.save(commit=False), **given, by=request.user, today=today)):
            messages.success(request, _("Your offer is published.") if is_new else _("Saved."))
            return redirect(offer)
    context = {"form": form, "offer": offer, "is_new": is_new, "is_workshop": isinstance(form, WorkshopForm)}
    return render(request, "offers/offer_form.html", context, status=422 if form.errors else 200)


@require_POST
def offer_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """The supporter takes its offer back; what was taken of it stands."""
    offer = offer_or_404(request, pk)
    if not permissions.can_change(request.user, offer):
        raise PermissionDenied(_("An offer that stands is withdrawn by the supporter that made it."))
    form = WithdrawForm(request.POST)
    if form.is_valid() and attempt(
        form,
        lambda: actions.withdraw_offer(
            offer,
            because=form.cleaned_data["because"],
            by=request.user,  # type: ignore[arg-type]
            today=timezone.localdate(),
        ),
    ):
        messages.success(request, _("The offer is withdrawn. What was taken of it stands."))
        return redirect(offer)
    return _detail(request, offer, form)
