"""What those who handle requests see of all of them: coverage, and how supporters answer."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Generic, TypeVar

from django.conf import settings
from django.db.models import Avg, Count, DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from requests_app.domain.coverage import DELIVERED, Asked, Cell, Gap, cells, gaps
from requests_app.domain.lifecycle import OPEN
from requests_app.enums import AreaCode, Status
from requests_app.models import AssistanceRequest, Relay, RelayQuerySet, RequestQuerySet

C = TypeVar("C")


@dataclass(frozen=True, kw_only=True)
class ByStateAndArea(Generic[C]):
    """A table with a row for each State and a column for each area; `names` are those of the States by code."""

    on: date
    names: dict[str, str]
    grid: dict[tuple[str, str], C]

    @property
    def areas(self) -> list[tuple[str, str]]:
        """(code, label) of the areas in the table; what has no area last."""
        used = {area for _state, area in self.grid}
        known = [(area.value, str(area.label)) for area in AreaCode if area.value in used]
        return [*known, ("", "")] if "" in used else known

    @property
    def rows(self) -> list[tuple[str, str, list[tuple[str, C | None]]]]:
        """(code, name, cells) of each State by name; a cell stands with the label of its area."""
        states = sorted({state for state, _area in self.grid}, key=self.names.__getitem__)
        return [
            (state, self.names[state], [(label, self.grid.get((state, area))) for area, label in self.areas])
            for state in states
        ]


@dataclass(frozen=True, kw_only=True)
class Coverage(ByStateAndArea[Cell]):
    """The requests that somebody may know of, by State and area, as of a day."""

    asked: list[Asked]
    gaps: list[Gap]
    examples: int

    @property
    def named_gaps(self) -> list[tuple[str, str, Gap, list[str]]]:
        """(code, name, gap, areas in words) of each State that waits for a first response."""
        return [
            (gap.state, self.names[gap.state], gap, [label for code, label in self.areas if code in gap.areas])
            for gap in self.gaps
        ]

    @property
    def totals(self) -> Cell:
        """Of requests, each counted once."""
        return Cell(
            requested=len(self.asked),
            relayed=sum(one.was_relayed for one in self.asked),
            answered=sum(one.has_response for one in self.asked),
            delivered=sum(one.status in DELIVERED for one in self.asked),
        )


def coverage(visible: RequestQuerySet, on: date, since: date | None = None) -> Coverage:
    """Of the requests given, those that count and were not withdrawn by a day: two queries."""
    relays = Relay.objects.filter(request=OuterRef("pk"))
    rows = visible.counted().with_status_on(on).annotate(on_day=Coalesce("status_on", "status"))
    if since:
        rows = rows.filter(submitted_on__gte=since)
    counted = (
        rows.exclude(on_day=Status.WITHDRAWN)
        .annotate(
            was_relayed=Exists(relays.filter(sent_on__lte=on)), was_answered=Exists(relays.filter(answered_on__lte=on))
        )
        .order_by("submitted_on", "pk")
        .values_list(
            "pk", "state", "state__name", "on_day", "submitted_on", "was_relayed", "was_answered", "is_example"
        )
    )
    found: list[tuple[Any, ...]] = list(counted)
    areas: dict[int, set[str]] = defaultdict(set)
    through = AssistanceRequest.areas.through.objects.filter(assistancerequest__in=rows.order_by().values("pk"))
    for request_id, code in through.values_list("assistancerequest_id", "area_id"):
        areas[request_id].add(code)
    asked = [
        Asked(state, frozenset(areas[pk]), Status(status), submitted_on, was_relayed, was_answered)
        for pk, state, _name, status, submitted_on, was_relayed, was_answered, _example in found
    ]
    return Coverage(
        on=on,
        names={state: name for _pk, state, name, *_rest in found},
        asked=asked,
        grid=cells(asked),
        gaps=gaps(asked),
        examples=sum(row[-1] for row in found),
    )


@dataclass(frozen=True, slots=True)
class Responses:
    """How relays were answered by a day: by one supporter, or by all."""

    name: str
    sent: int
    answered: int
    days: float | None

    @property
    def rate(self) -> int | None:
        """Relays with an answer of any kind, in per cent of those sent; silence is no answer."""
        return round(100 * self.answered / self.sent) if self.sent else None


def responses(relays: RelayQuerySet, on: date) -> tuple[Responses, list[Responses]]:
    """(all together, each supporter by name): two queries."""
    sent = relays.filter(sent_on__lte=on).order_by()
    measures = _measures(on)
    whole = sent.aggregate(**measures)
    names = ("supporter__state__name", "supporter__organisation__name")
    each: list[dict[str, Any]] = list(sent.values(*names).annotate(**measures))
    by_name = [_responses(row[names[0]] or row[names[1]], row) for row in each]
    return _responses("", whole), sorted(by_name, key=lambda line: line.name)


def _measures(on: date) -> dict[str, Any]:
    answered = Q(answered_on__lte=on)
    waited = ExpressionWrapper(F("answered_on") - F("sent_on"), output_field=DurationField())
    return {
        "sent": Count("pk"),
        "answered": Count("pk", filter=answered),
        "waited": Avg(waited, filter=answered),
    }


def _responses(name: str, row: dict[str, Any]) -> Responses:
    waited: timedelta | None = row["waited"]
    return Responses(name, row["sent"], row["answered"], None if waited is None else waited / timedelta(days=1))


def reminder_due_from(on: date) -> date:
    """A relay sent on this day or before, and not answered, is due for a reminder."""
    return on - timedelta(days=settings.RELAY_REMINDER_DAYS)


def silent_relays(relays: RelayQuerySet, on: date) -> "QuerySet[Relay]":
    """Relays of open requests without an answer, the oldest first; of several to one supporter the last."""
    newer = Relay.objects.filter(request=OuterRef("request"), supporter=OuterRef("supporter"), pk__gt=OuterRef("pk"))
    answered_later = Q(answered_on__isnull=True) | Q(answered_on__gt=on)
    silent = relays.filter(answered_later, ~Exists(newer), sent_on__lte=on, request__status__in=OPEN)
    return silent.order_by("sent_on", "pk")
