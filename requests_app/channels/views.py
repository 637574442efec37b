"""Pages of direct channels. Fetch through `visible_to`, ask permission, call an action."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ccm_portal.accounts.models import Access, User, access_of
from ccm_portal.register.forms import AsOfForm
from ccm_portal.ui.asof import as_of
from ccm_portal.ui.listing import show_list
from requests_app.actions import Refused
from requests_app.channels import actions, permissions, queries
from requests_app.channels.enums import ChannelState
from requests_app.channels.forms import AskForm, MessageForm
from requests_app.channels.models import ChannelMessage, DirectChannel
from requests_app.models import AssistanceRequest, Relay, RequestQuerySet
from requests_app.permissions import can_see_relays
from requests_app.readings import Reading
from requests_app.shares.enums import Side
from requests_app.shares.forms import supporters_by_name

LIVE = (ChannelState.ASKED, ChannelState.OPEN)
COLUMNS = [
    "reference", "state", "supporter", "asked_by", "asked_on", "standing", "opened_on", "declined_on", "closed_on",
    "submitted_on", "days", "steps", "relays", "answers", "clarifications", "intermediaries", "example",
]  # fmt: skip


def facts(rows: RequestQuerySet, access: Access, on: date) -> RequestQuerySet:
    """What `panel` reads of a request, in the statement that fetches it."""
    return queries.with_channels(rows, access)


def panel(request: HttpRequest, asked: Any, reading: Reading, own_relay: Relay | None) -> dict[str, Any]:
    """That direct channels are open, or wait for the visitor's word, and where to ask for one."""
    asks = permissions.asks_as(request.user, asked)
    knows = asked.channels_open or asked.channels_waiting or asks or can_see_relays(request.user, asked)
    return {
        "has_channels": bool(knows) and not asked.is_draft,
        "channels_open": asked.channels_open,
        "channels_waiting": asked.channels_waiting,
        "asks_channel": asks is not None,
    }


def _request_or_404(request: HttpRequest, reference: str) -> AssistanceRequest:
    rows = AssistanceRequest.objects.visible_to(request.user).submitted().select_related("state")
    return get_object_or_404(rows, reference=reference)


def request_channels(request: HttpRequest, reference: str) -> HttpResponse:
    """The direct channels about a request that the visitor may know of, and a form that asks for one."""
    user: User = request.user  # type: ignore[assignment]
    asked, today = _request_or_404(request, reference), timezone.localdate()
    known = list(DirectChannel.objects.visible_to(user).filter(request=asked).for_list())
    side = permissions.asks_as(user, asked)
    if side is None and not known and not can_see_relays(user, asked):
        raise Http404
    choices = None
    if side == Side.STATE:
        relayed = set(asked.relays.values_list("supporter", flat=True))
        choices = permissions.may_know(asked, supporters_by_name(), relayed, today)
    is_asked = side == Side.SUPPORTER and any(channel.state in LIVE for channel in known)
    form = (
        AskForm(request.POST or None, supporters=choices)
        if side and (not is_asked or request.method == "POST")
        else None
    )
    if request.method == "POST":
        if side is None or form is None:
            raise Http404
        if form.is_valid():
            try:
                channel = actions.ask_channel(
                    asked,
                    form.cleaned_data.get("supporter"),
                    note=form.cleaned_data["note"],
                    by=user,
                    today=today,
                )
            except Refused as refusal:
                form.add_error("supporter" if choices is not None else None, str(refusal))
            else:
                messages.success(request, _("Asked. The channel opens when the other side agrees."))
                return redirect(channel)
    context = {
        "asked": asked,
        "lines": queries.measured(known, today),
        "form": form,
        "nobody": choices == [],
        "sees_ways": can_see_relays(user, asked),
    }
    status = 422 if form and form.errors else 200
    return render(request, "channels/request_channels.html", context, status=status)


def _channel_or_404(request: HttpRequest, reference: str, pk: int) -> DirectChannel:
    rows = DirectChannel.objects.visible_to(request.user).for_list()
    return get_object_or_404(rows, pk=pk, request__reference=reference)


def channel_detail(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """One channel: how it stands, the posts of both sides once it is open, and what they say to each other."""
    user: User = request.user  # type: ignore[assignment]
    channel, today = _channel_or_404(request, reference, pk), timezone.localdate()
    side, may_write = permissions.side_of(user, channel), permissions.can_write(user, channel)
    rests = may_write and not permissions.is_reached(channel, today)
    form = MessageForm() if may_write and not rests else None
    if request.method == "POST":
        if side is None or channel.consented_on is None:
            raise Http404
        form = MessageForm(request.POST)  # of a channel that was closed meanwhile too: what was typed is given back
        if form.is_valid() and _write(form, channel, by=user):
            return redirect(channel)
    (line,) = queries.measured([channel], today)
    context = {
        "channel": channel,
        "line": line,
        "side": side,
        "form": form,
        "rests": rests,
        "contacts": queries.contacts(channel, today) if may_write else [],
        "posts": ChannelMessage.objects.visible_to(user).filter(channel=channel) if side else [],
        "can_answer": permissions.can_answer(user, channel),
        "can_close": permissions.can_close(user, channel),
    }
    return render(request, "channels/channel.html", context, status=422 if form and form.errors else 200)


def _write(form: MessageForm, channel: DirectChannel, *, by: User) -> bool:
    """Whether the message is sent; one that came too late stays in the form."""
    try:
        actions.write_message(channel, text=form.cleaned_data["text"], by=by, now=timezone.now())
    except Refused as refusal:
        form.add_error("text", str(refusal))
        return False
    return True


def _act(request: HttpRequest, reference: str, pk: int, act: Callable[..., Any], said: str) -> HttpResponse:
    channel = _channel_or_404(request, reference, pk)
    if permissions.side_of(request.user, channel) is None:
        raise Http404
    try:
        act(channel, by=request.user, today=timezone.localdate())
        messages.success(request, said)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(channel)


@require_POST
def channel_consent(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """The side that was asked agrees."""
    return _act(request, reference, pk, actions.consent_channel, _("The channel is open."))


@require_POST
def channel_decline(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """The side that was asked declines."""
    return _act(request, reference, pk, actions.decline_channel, _("Declined. The other side was told."))


@require_POST
def channel_close(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Either side closes it; who has asked takes it back."""
    return _act(request, reference, pk, actions.close_channel, _("The channel is closed."))


def channel_list(request: HttpRequest) -> HttpResponse:
    """All direct channels with how long and over how many steps each took, for those who handle requests."""
    if not access_of(request.user).sees_all_requests:
        raise Http404
    on = as_of(request)
    found = queries.overview(DirectChannel.objects.visible_to(request.user), on)
    return show_list(
        request,
        "channels/channel_list.html",
        found.lines,
        name="channels",
        columns=COLUMNS,
        record=_record,
        filterset=AsOfForm(request.GET),
        found=found,
    )


def _record(line: queries.Line) -> dict[str, Any]:
    channel, way = line.channel, line.way
    return {
        "reference": channel.request.reference,
        "state": channel.request.state.name,
        "supporter": channel.supporter.name,
        "asked_by": channel.asking_party,
        "asked_on": channel.asked_on,
        "standing": line.state,
        "opened_on": channel.consented_on if way else None,
        "declined_on": channel.declined_on if line.state == "declined" else None,
        "closed_on": channel.closed_on if line.state in {"closed", "taken_back"} else None,
        "submitted_on": channel.request.submitted_on,
        "days": way.days if way else None,
        "steps": way.steps if way else None,
        "relays": way.relays if way else None,
        "answers": way.answers if way else None,
        "clarifications": way.clarifications if way else None,
        "intermediaries": way.intermediaries if way else None,
        "example": channel.is_example,
    }
