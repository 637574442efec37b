"""What was requested beside what was provided, of the records that one reader may know of."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from ccm_portal.accounts.models import Access
from requests_app.domain.lifecycle import OPEN
from requests_app.enums import AreaCode, Kind, Status
from requests_app.models import AssistanceRequest, RequestQuerySet, Supporter
from requests_app.readings import Reading, readings
from requests_app.shares.domain.coverage import Rates, in_usd
from requests_app.shares.enums import DeliveryChannel
from requests_app.shares.models import Delivery, DeliveryQuerySet, stored_rates

COLUMNS = [
    "group", "requests", "technical", "material", "financial", "asked", "deliveries", "provided", "in_kind",
    "without_delivery",
]  # fmt: skip
Amounts = dict[str, Decimal]
NO_AREA = _("no area stated")


@dataclass
class Line:
    """Requests and deliveries of one State, area or year."""

    label: str
    requests: int = 0
    kinds: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Kind.values, 0))
    asked: Amounts = field(default_factory=dict)
    deliveries: int = 0
    provided: Amounts = field(default_factory=dict)
    in_kind: int = 0
    open: list[Reading] = field(default_factory=list)

    def add_request(self, request: Reading, *, is_open: bool) -> None:
        self.requests += 1
        for kind in request.kinds:
            self.kinds[kind.value] += 1
        if request.resources:
            _add(self.asked, request.currency, request.resources.gap)
        if is_open:
            self.open.append(request)

    def add_delivery(self, delivery: Delivery) -> None:
        self.deliveries += 1
        if delivery.amount is None:
            self.in_kind += 1
        else:
            _add(self.provided, delivery.currency, delivery.amount)

    def record(self) -> dict[str, Any]:
        return {
            "group": self.label,
            "requests": self.requests,
            **self.kinds,
            "asked": _written(self.asked),
            "deliveries": self.deliveries,
            "provided": _written(self.provided),
            "in_kind": self.in_kind,
            "without_delivery": [f"{request.reference} {request.title}".strip() for request in self.open],
        }


@dataclass(frozen=True)
class ChannelLine:
    """Deliveries through one channel."""

    channel: DeliveryChannel
    deliveries: int
    provided: Amounts


@dataclass(frozen=True)
class SupporterLine:
    """What one supporter put in; a pooled delivery is split as it was entered."""

    name: str
    provided: Amounts


@dataclass(frozen=True)
class Reconciliation:
    """The whole table: by State, area or year; in all; by channel; by supporter; and in US dollars where rates are
    stored. `states` counts each State that received something once, however many helped it."""

    lines: list[Line]
    total: Line
    channels: list[ChannelLine]
    supporters: list[SupporterLine]
    states: int
    usd: Decimal | None
    without_rate: list[tuple[str, int, Decimal]]
    unconfirmed: int
    examples_left_out: int


def reconciliation(
    requests: RequestQuerySet,
    deliveries: DeliveryQuerySet,
    *,
    access: Access,
    on: date,
    by: str,
    with_examples: bool,
) -> Reconciliation:
    """What the given requests asked and what was delivered of them by a day, as both sides have confirmed: at most six
    queries. Example records are left out unless asked for."""
    asked = requests.counted().single(on).with_status_on(on).for_list().order_by("state__name", "reference")
    rows = readings(access, asked)
    examples = 0 if with_examples else sum(row.is_example for row in rows)
    chosen = {row.pk: row for row in rows if with_examples or not row.is_example}
    found = _delivered(deliveries, on)
    confirmed = [d for d in found if d.share.request_id in chosen and d.is_confirmed_on(on)]
    silent = sum(d.share.request_id in chosen and not d.is_confirmed_on(on) for d in found)
    served = {delivery.share.request_id for delivery in confirmed}
    groups = _groups(by, chosen)
    total = Line("")
    lines: dict[str, Line] = {}
    for pk, request in chosen.items():
        is_open = pk not in served and Status(getattr(request, "status_on", None) or request.status) in OPEN
        for line in [total, *(lines.setdefault(label, Line(label)) for label in groups(request))]:
            line.add_request(request, is_open=is_open)
    for delivery in confirmed:
        for line in [total, *(lines[label] for label in groups(chosen[delivery.share.request_id]))]:
            line.add_delivery(delivery)
    usd, without_rate = _in_usd(confirmed, stored_rates(examples=with_examples) if confirmed else {})
    return Reconciliation(
        lines=_ordered(lines, by),
        total=total,
        channels=_by_channel(confirmed),
        supporters=_by_supporter(confirmed),
        states=len({chosen[delivery.share.request_id].state_id for delivery in confirmed}),
        usd=usd,
        without_rate=without_rate,
        unconfirmed=silent,
        examples_left_out=examples,
    )


def _delivered(deliveries: DeliveryQuerySet, on: date) -> list[Delivery]:
    return list(deliveries.filter(recorded_on__lte=on).for_list())


def _groups(by: str, chosen: dict[int, Reading]) -> Callable[[Reading], list[str]]:
    """The lines in which a request counts; one for several areas counts in each of them."""
    if by == "year":
        return lambda request: [str(request.submitted_on.year)]
    if by == "state":
        return lambda request: [request.state.name]
    through = AssistanceRequest.areas.through.objects.filter(assistancerequest__in=chosen)
    areas: dict[int, list[str]] = {}
    for pk, code in through.values_list("assistancerequest_id", "area_id"):
        areas.setdefault(pk, []).append(str(AreaCode(code).label))
    return lambda request: areas.get(request.pk, [str(NO_AREA)])


def _ordered(lines: dict[str, Line], by: str) -> list[Line]:
    if by != "area":
        return [lines[label] for label in sorted(lines)]
    order = [str(area.label) for area in AreaCode] + [str(NO_AREA)]
    return sorted(lines.values(), key=lambda line: order.index(line.label))


def _by_channel(deliveries: Iterable[Delivery]) -> list[ChannelLine]:
    lines: dict[str, Line] = {}
    for delivery in deliveries:
        lines.setdefault(delivery.channel, Line(delivery.channel)).add_delivery(delivery)
    return [
        ChannelLine(channel, lines[channel].deliveries, lines[channel].provided)
        for channel in DeliveryChannel
        if channel in lines
    ]


def _by_supporter(deliveries: Iterable[Delivery]) -> list[SupporterLine]:
    found: dict[int, tuple[Supporter, Amounts]] = {}
    for delivery in deliveries:
        for supporter, amount in delivery.by_supporter:
            amounts = found.setdefault(supporter.pk, (supporter, {}))[1]
            if amount is not None:
                _add(amounts, delivery.currency, amount)
    lines = [SupporterLine(supporter.name, amounts) for supporter, amounts in found.values()]
    return sorted(lines, key=lambda line: line.name)


def _in_usd(deliveries: Iterable[Delivery], rates: Rates) -> tuple[Decimal | None, list[tuple[str, int, Decimal]]]:
    """(what can be expressed in US dollars, what cannot: currency, year, amount)."""
    known: list[Decimal] = []
    unknown: dict[tuple[str, int], Decimal] = {}
    for delivery in deliveries:
        if delivery.amount is None:
            continue
        key = delivery.currency, delivery.delivered_on.year
        worth = in_usd(delivery.amount, *key, rates)
        if worth is None:
            unknown[key] = unknown.get(key, Decimal(0)) + delivery.amount
        else:
            known.append(worth)
    named = [(currency, year, amount) for (currency, year), amount in sorted(unknown.items())]
    return (sum(known, Decimal(0)) if known else None), named


def _add(amounts: Amounts, currency: str, amount: Decimal) -> None:
    amounts[currency] = amounts.get(currency, Decimal(0)) + amount


def _written(amounts: Amounts) -> list[str]:
    return [f"{currency} {amount}" for currency, amount in sorted(amounts.items())]
