"""What pages say of direct channels: whom each side reaches, and how long and over how many steps it took."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from ccm_portal.accounts.models import Access, User
from ccm_portal.accounts.posts import readers_of
from ccm_portal.register.enums import Precision
from requests_app.channels.domain.measures import COUNTED, Measure, Step, measure, middle
from requests_app.channels.enums import ChannelState
from requests_app.channels.models import OPEN, ChannelQuerySet, DirectChannel, party_to
from requests_app.enums import Action
from requests_app.models import RequestEvent, RequestQuerySet


def with_channels(rows: RequestQuerySet, access: Access) -> RequestQuerySet:
    """Requests with how many direct channels are open and how many wait for the visitor's own word; those who handle
    requests count all, a side its own."""
    of_request = DirectChannel.objects.filter(request=OuterRef("pk"))
    known = of_request if access.sees_all_requests else of_request.filter(party_to(access))
    return rows.annotate(
        channels_open=_number(known.filter(OPEN)), channels_waiting=_number(of_request.waiting_on(access))
    )


def _number(rows: ChannelQuerySet) -> Any:
    return Coalesce(Subquery(rows.order_by().values("request").annotate(n=Count("pk")).values("n")), 0)


@dataclass(frozen=True)
class Contact:
    """A post that the other side reaches: never a person's name."""

    post: str
    email: str


def contacts(channel: DirectChannel, on: date) -> list[Contact]:
    """The posts of both sides on a day."""
    state, supporter = channel.request.state, channel.supporter
    of_state = _("Focal point of %(state)s") % {"state": state.name}
    of_supporter = _("Focal point of %(state)s") % {"state": supporter.name} if supporter.state_id else supporter.name
    return [
        *(Contact(of_state, person.email) for person in User.objects.focal_points(state.pk, on)),
        *(Contact(of_supporter, person.email) for person in User.objects.holding(on, readers_of(supporter))),
    ]


@dataclass(frozen=True)
class Line:
    """A channel as it stood on a day, with its way there once it was opened."""

    channel: DirectChannel
    state: ChannelState
    way: Measure | None


@dataclass(frozen=True)
class Overview:
    """All channels that a reader may know of, and the middle of those that were opened."""

    lines: list[Line]
    opened: int
    days: float | None
    steps: float | None
    intermediaries: float | None


def overview(channels: ChannelQuerySet, on: date) -> Overview:
    """Those asked for by a day, the newest first: two queries."""
    lines = measured(list(channels.filter(asked_on__lte=on).for_list()), on)
    ways = [line.way for line in lines if line.way]
    return Overview(
        lines,
        len(ways),
        middle(way.days for way in ways),
        middle(way.steps for way in ways),
        middle(way.intermediaries for way in ways),
    )


def measured(channels: Sequence[DirectChannel], on: date) -> list[Line]:
    """Channels with their way as of a day: one query."""
    events: dict[int, list[Step]] = defaultdict(list)
    rows = RequestEvent.objects.filter(request__in={channel.request_id for channel in channels}, action__in=COUNTED)
    for request, day, action, actor in rows.order_by().values_list("request", "on", "action", "actor"):
        events[request].append(Step(day, Action(action), actor))
    return [_line(channel, events[channel.request_id], on) for channel in channels]


def _line(channel: DirectChannel, events: list[Step], on: date) -> Line:
    opened, request = channel.consented_on, channel.request
    is_exact = request.submitted_precision == Precision.DAY
    way = None
    if opened is not None and opened <= on:
        way = measure(request.submitted_on if is_exact else None, opened, events)
    return Line(channel, channel.state_on(on), way)
