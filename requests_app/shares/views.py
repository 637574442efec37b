"""Pages of shares. Fetch through `visible_to`, ask permission, call an action."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ccm_portal.accounts.models import User
from ccm_portal.ui.asof import as_of
from requests_app.actions import own_supporter
from requests_app.enums import Part
from requests_app.forms import attempt
from requests_app.models import AssistanceRequest, Offer, Relay
from requests_app.readings import Reading, read_by
from requests_app.shares import actions, permissions, queries
from requests_app.shares.forms import (
    AmendForm,
    CommitForm,
    ConfirmForm,
    DeliveryForm,
    NoteForm,
    OutcomeForm,
    ShareForm,
    offers_of,
    supporters_by_name,
)
from requests_app.shares.models import Delivery, Outcome, Share


def panel(request: HttpRequest, asked: AssistanceRequest, reading: Reading, own_relay: Relay | None) -> dict[str, Any]:
    """What a request's page says of its shares and of what came of it."""
    outcome = getattr(asked, "outcome_record", None)
    shares_outcome = outcome and reading.shares(Part.OUTCOME) and permissions.sees_outcome(request.user, outcome)
    return {
        "covers": None if asked.is_draft else queries.who_covers(asked, reading, request.user, timezone.localdate()),
        "came_of_it": outcome if shares_outcome else None,
        "can_pledge": permissions.can_pledge(request.user, asked),
    }


def _request_or_404(request: HttpRequest, reference: str) -> AssistanceRequest:
    rows = AssistanceRequest.objects.visible_to(request.user).select_related("state")
    return get_object_or_404(rows, reference=reference)


def _share_or_404(request: HttpRequest, reference: str, pk: int) -> Share:
    rows = Share.objects.visible_to(request.user).for_list()
    return get_object_or_404(rows, pk=pk, request__reference=reference)


def share_new(request: HttpRequest, reference: str) -> HttpResponse:
    """A supporter takes on a part; the State and those who handle the request record what they were told."""
    user: User = request.user  # type: ignore[assignment]
    asked = _request_or_404(request, reference)
    if not permissions.can_pledge(user, asked):
        raise PermissionDenied(_("A share is recorded of an open request, by a supporter that may read it."))
    today = timezone.localdate()
    reading = read_by(user.access, asked)
    own = permissions.speaks_as_supporter(user, asked)
    share = Share(request=asked)
    own_one = own_supporter(user.access) if own else None
    form = ShareForm(
        request.POST or None,
        instance=share,
        supporters=None if own else supporters_by_name(),
        offers=offers_of(user, today, None if own_one is None else [own_one]),
        initial={"from_year": today.year, "to_year": today.year, "currency": reading.currency},
    )
    if request.method == "POST" and form.is_valid():
        share.supporter = own_one or form.cleaned_data["supporter"]
        if attempt(form, lambda: actions.pledge_share(share, by=user, today=today)):
            messages.success(request, _("The share is recorded. It counts as certain once the other side confirms it."))
            return redirect(share)
    covers = queries.who_covers(asked, reading, user, today)
    context = {"form": form, "asked": reading, "covers": covers}
    return render(request, "shares/share_form.html", context, status=422 if form.errors else 200)


@login_not_required
def share_detail(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """One share: its steps with the word of each side, and its deliveries."""
    return _detail(request, _share_or_404(request, reference, pk))


def _detail(
    request: HttpRequest,
    share: Share,
    *,
    withdraw_form: NoteForm | None = None,
    taken_back: tuple[int, NoteForm] | None = None,
) -> HttpResponse:
    """The page; with the form that was refused, if one was: of the share, or of a delivery by its key."""
    user, today = request.user, as_of(request)
    deliveries = list(Delivery.objects.visible_to(user).filter(share=share).for_list())
    side = permissions.side_of(user, share)
    silent = [item for item in [*share.steps.all(), *deliveries] if side in item.waits_on]
    is_person, is_concerned = isinstance(user, User), permissions.is_concerned(user, share)
    refused = dict([taken_back] if taken_back else [])
    for item in deliveries:
        if is_concerned and not item.is_confirmed:
            item.take_back_form = refused.get(item.pk) or _take_back_form(item.pk)  # type: ignore[attr-defined]
    can_withdraw = is_person and not deliveries and permissions.can_withdraw(user, share)  # type: ignore[arg-type]
    context = {
        "share": share,
        "asked": share.request,
        "deliveries": deliveries,
        "offer": Offer.objects.visible_to(user).filter(pk=share.offer_id).first() if share.offer_id else None,
        "today": today,
        "is_overdue": share.is_overdue(today),
        "silent": silent,
        "confirm_form": ConfirmForm(initial=_seen(share, deliveries)) if silent else None,
        "amendments": queries.amendments_of(share) if is_concerned else [],
        "sees_next": is_concerned and share.is_live and share.request.is_open,
        "can_amend": is_person and permissions.can_amend(user, share),  # type: ignore[arg-type]
        "can_commit": is_person and permissions.can_commit(user, share),  # type: ignore[arg-type]
        "can_deliver": is_person and permissions.can_deliver(user, share),  # type: ignore[arg-type]
        "withdraw_form": withdraw_form or (NoteForm() if can_withdraw else None),
        "speaks_for_state": side == "state",
    }
    status = 422 if withdraw_form or taken_back else 200
    return render(request, "shares/share_detail.html", context, status=status)


def _seen(share: Share, deliveries: list[Delivery]) -> dict[str, int]:
    return {
        "seen_step": max((step.pk for step in share.steps.all()), default=0),
        "seen_delivery": max((delivery.pk for delivery in deliveries), default=0),
    }


def share_amend(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Who pledged says it anew, until the other side has confirmed it."""
    user: User = request.user  # type: ignore[assignment]
    share = _share_or_404(request, reference, pk)
    if not permissions.can_amend(user, share):
        raise PermissionDenied(_("A pledge is amended by who made it, before the other side has confirmed it."))
    form = AmendForm(request.POST or None, instance=share, initial={"seen_step": share.last_step.pk})  # type: ignore[union-attr]
    if request.method == "POST" and form.is_valid():
        seen, changed = form.cleaned_data["seen_step"], []
        if attempt(
            form,
            lambda: changed.append(actions.amend_pledge(share, seen_step=seen, by=user, today=timezone.localdate())),
        ):
            said = _("The pledge is amended. The other side was told.") if changed[0] else _("Nothing was changed.")
            messages.success(request, said)
            return redirect(share)
    context = {"form": form, "share": share, "asked": share.request}
    return render(request, "shares/amend_form.html", context, status=422 if form.errors else 200)


@require_POST
def share_confirm(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """One side says that what it was shown is so."""
    user: User = request.user  # type: ignore[assignment]
    share = _share_or_404(request, reference, pk)
    form = ConfirmForm(request.POST)
    if permissions.side_of(user, share) is None or not form.is_valid():
        raise PermissionDenied(_("Only the supporter and the requesting State confirm."))
    steps, deliveries = actions.confirm_share(share, by=user, today=timezone.localdate(), **form.cleaned_data)
    if steps or deliveries:
        messages.success(request, _("Confirmed."))
    else:
        messages.warning(request, _("Nothing was confirmed: it has changed since you opened it. Please read it again."))
    return redirect(share)


def share_commit(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """From a pledge to a commitment."""
    user: User = request.user  # type: ignore[assignment]
    share = _share_or_404(request, reference, pk)
    if not permissions.can_commit(user, share):
        raise PermissionDenied(_("A pledge becomes a commitment by its supporter's word."))
    form = CommitForm(request.POST or None, instance=share)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        done = attempt(
            form,
            lambda: actions.commit_share(
                share, channel=chosen["channel"], due_on=chosen["due_on"], by=user, today=timezone.localdate()
            ),
        )
        if done:
            messages.success(request, _("The commitment is recorded."))
            return redirect(share)
    context = {"form": form, "share": share, "asked": share.request}
    return render(request, "shares/commit_form.html", context, status=422 if form.errors else 200)


@require_POST
def share_withdraw(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """The supporter takes it back, or the State declines it."""
    user: User = request.user  # type: ignore[assignment]
    share = _share_or_404(request, reference, pk)
    if not permissions.can_withdraw(user, share):
        raise PermissionDenied(_("Only its two sides withdraw or decline a share, before it is delivered."))
    form = NoteForm(request.POST)
    if form.is_valid() and attempt(
        form,
        lambda: actions.withdraw_share(share, note=form.cleaned_data["note"], by=user, today=timezone.localdate()),
    ):
        messages.success(request, _("Recorded. What this share covered is open again."))
        return redirect(share)
    return _detail(request, share, withdraw_form=form)


def delivery_new(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """What was really provided."""
    user: User = request.user  # type: ignore[assignment]
    share = _share_or_404(request, reference, pk)
    if not permissions.can_deliver(user, share):
        raise PermissionDenied(_("A delivery belongs to a share to which both sides have confirmed the commitment."))
    today = timezone.localdate()
    delivery = Delivery(share=share, recorded_on=today, is_example=share.is_example)
    form = DeliveryForm(
        request.POST or None,
        instance=delivery,
        initial={"kind": share.kind, "currency": share.currency, "channel": share.channel, "delivered_on": today},
    )
    if request.method == "POST" and form.is_valid():
        done = attempt(
            form,
            lambda: actions.record_delivery(
                delivery, pooled=form.pooled(), completes=form.cleaned_data["completes"], by=user, today=today
            ),
        )
        if done:
            messages.success(request, _("The delivery is recorded. The other side confirms it."))
            return redirect(share)
    context = {"form": form, "share": share, "asked": share.request}
    return render(request, "shares/delivery_form.html", context, status=422 if form.errors else 200)


def _take_back_form(delivery: int, data: Any = None) -> NoteForm:
    return NoteForm(data, auto_id=f"id_delivery_{delivery}_%s")


@require_POST
def delivery_take_back(request: HttpRequest, reference: str, pk: int, delivery: int) -> HttpResponse:
    """A delivery that was recorded by mistake, or that the other side says is not so."""
    user: User = request.user  # type: ignore[assignment]
    share = _share_or_404(request, reference, pk)
    found = get_object_or_404(Delivery.objects.visible_to(user), share=share, pk=delivery)
    if not permissions.is_concerned(user, share):
        raise PermissionDenied(_("Only its two sides and those who handle the request take a delivery back."))
    form = _take_back_form(found.pk, request.POST)
    if form.is_valid() and attempt(
        form,
        lambda: actions.take_back_delivery(found, note=form.cleaned_data["note"], by=user, today=timezone.localdate()),
    ):
        messages.success(request, _("Recorded: this delivery counts no more. The other side is told."))
        return redirect(share)
    return _detail(request, share, taken_back=(found.pk, form))


def outcome_edit(request: HttpRequest, reference: str) -> HttpResponse:
    """What came of a request, with the State's consent to its publication."""
    user: User = request.user  # type: ignore[assignment]
    asked = _request_or_404(request, reference)
    if not permissions.can_record_outcome(user, asked):
        raise PermissionDenied(_("The requesting State and the ISU record what came of a request."))
    outcome = Outcome.objects.filter(request=asked).first() or Outcome(
        request=asked, result=asked.outcome, is_example=asked.is_example
    )
    form = OutcomeForm(request.POST or None, instance=outcome)
    if request.method == "POST" and form.is_valid():
        is_public, today = form.cleaned_data["is_public"], timezone.localdate()
        if attempt(
            form,
            lambda: actions.save_outcome(form.save(commit=False), is_public=is_public, by=user, today=today),
        ):
            messages.success(request, _("The outcome is recorded."))
            return redirect(asked)
    context = {"form": form, "asked": asked}
    return render(request, "shares/outcome_form.html", context, status=422 if form.errors else 200)
