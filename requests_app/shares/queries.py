"""Answers that pages and actions ask of shares."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from ccm_portal.accounts.models import AuditEvent
from requests_app.enums import Kind
from requests_app.models import AssistanceRequest
from requests_app.readings import Reading
from requests_app.shares.domain.coverage import ORDER, Coverage, Need, Part, Rates, coverage, in_percent
from requests_app.shares.domain.years import totals_by_year
from requests_app.shares.enums import AMENDED, ShareStatus, Uncounted
from requests_app.shares.models import Share, stored_rates
from requests_app.shares.permissions import sees_whole_coverage, side_of


def need_of(request: AssistanceRequest | Reading) -> Need:
    """What the request asks from outside: the gap that it states, as far as its reader reads the amounts."""
    year = request.submitted_on.year if request.submitted_on else 0  # a draft has no shares
    return Need(request.resources.gap if request.resources else None, request.currency or "", year)


def part_of(share: Share) -> Part:
    """A share as the rule reads it; needs `for_list()`."""
    return Part(share.pk, share.amount, share.currency, share.percent, share.recorded_on.year, share.agreed)


def part_on(share: Share, on: date) -> Part | None:
    """A share as it stood on a day: with the words that had been given by then; None once it was withdrawn. Needs its
    steps prefetched."""
    taken = [step for step in share.steps.all() if step.on <= on]
    if share.recorded_on > on or any(step.step == ShareStatus.WITHDRAWN for step in taken):
        return None
    agreed = {step.step for step in taken if step.is_confirmed_on(on)}
    furthest = next((status for status in ORDER if status in agreed), None)
    return replace(part_of(share), agreed=furthest)


def coverage_of(request: AssistanceRequest | Reading, shares: Iterable[Share], rates: Rates | None = None) -> Coverage:
    """What the shares cover of a request. Rates are read unless given, and only where currencies meet."""
    return coverage_by_parts(request, [part_of(share) for share in shares], rates)


def coverage_by_parts(
    request: AssistanceRequest | Reading, parts: Sequence[Part], rates: Rates | None = None
) -> Coverage:
    """As `coverage_of`, of shares that were read for a day (`part_on`)."""
    need = need_of(request)
    currencies = {part.currency for part in parts if part.amount is not None}
    if rates is None:
        rates = stored_rates(examples=request.is_example) if currencies - {need.currency} else {}
    return coverage(need, parts, rates)


def coverage_with(request: AssistanceRequest, shares: Iterable[Share], new: Share) -> tuple[Coverage, Coverage]:
    """(before, after) a new share, each share taken as if both sides had agreed to it: what is promised in kind is not
    promised twice because somebody has yet to confirm it."""
    rates = stored_rates(examples=request.is_example)
    need = need_of(request)
    parts = [replace(part, agreed=part.agreed or ShareStatus.PLEDGED) for part in map(part_of, shares)]
    added = Part(0, new.amount, new.currency, new.percent, new.recorded_on.year, ShareStatus.PLEDGED)
    return coverage(need, parts, rates), coverage(need, [*parts, added], rates)


@dataclass(frozen=True)
class ShareLine:
    """A share as pages show it, with what it counts for."""

    share: Share
    percent: Decimal | None
    reason: Uncounted | None
    is_overdue: bool


@dataclass(frozen=True)
class WhoCovers:
    """Who covers what of a request, as far as one reader may know. `coverage` is None where the State keeps its amounts
    from the reader; what stands `by_currency` are the shares that the reader may read, since a currency names its
    giver."""

    lines: list[ShareLine]
    coverage: Coverage | None
    by_currency: Coverage
    others: int
    withdrawn: list[Share]
    waiting: list[Share]

    @property
    def segments(self) -> list[tuple[str, str, Decimal, Decimal]]:
        """(step, its word, per cent, where it begins) of the bar; the rest is open."""
        found: list[tuple[str, str, Decimal, Decimal]] = []
        if self.coverage is None:
            return found
        at = Decimal(0)
        said = ("said", _("Said by one side"), self.coverage.said)
        for code, word, portion in [*((s.value, s.label, p) for s, p in self.coverage.agreed.items()), said]:
            if portion:
                found.append((code, str(word), in_percent(portion), at))
                at += in_percent(portion)
        return found


def who_covers(request: AssistanceRequest, reading: Reading, user: object, today: date) -> WhoCovers:
    """The shares that a reader may read. Who may take a part sees how much is covered in all, without the names of the
    other supporters: the gap is what the next one decides by. Nothing is counted against amounts that the State keeps
    from the reader."""
    shares: list[Share] = []
    if getattr(request, "has_shares", True):  # `for_detail()` knows where there are none
        seen = Share.objects.visible_to(user)
        rows = seen.filter(request=request).for_list()
        if sees_whole_coverage(user, request):
            is_seen = Exists(seen.filter(pk=OuterRef("pk")))
            rows = Share.objects.filter(request=request).for_list().annotate(is_seen=is_seen)
        shares = list(rows)
    named = [share for share in shares if getattr(share, "is_seen", True)]
    found = coverage_of(reading, [share for share in shares if share.status != ShareStatus.WITHDRAWN])
    standing = [share for share in named if share.status != ShareStatus.WITHDRAWN]
    keeps_amounts = not reading.shares_amounts
    return WhoCovers(
        share_lines(standing, {} if keeps_amounts else found.lines, today),
        None if keeps_amounts else found,
        found if len(standing) == len(found.lines) else coverage_of(reading, standing),
        len(found.lines) - len(standing),
        [share for share in named if share.status == ShareStatus.WITHDRAWN],
        [share for share in standing if any(side_of(user, share) in step.waits_on for step in share.steps.all())],
    )


def share_lines(shares: Sequence[Share], lines: Mapping[int, Any], today: date) -> list[ShareLine]:
    """Shares with what they count for; a share that no line knows counts for nothing here."""
    found = []
    for share in shares:
        line = lines.get(share.pk)
        percent, reason = (line.percent, line.reason) if line else (None, None)
        found.append(ShareLine(share, percent, reason, share.is_overdue(today)))
    return found


@dataclass(frozen=True)
class Amendment:
    """What somebody changed of a pledge, and when: (what, from, to)."""

    on: date
    by: str
    lines: list[tuple[str, str, str]]


def amendments_of(share: Share) -> list[Amendment]:
    """How a pledge was amended, the latest first, from the audit trail: one query."""
    rows = AuditEvent.objects.filter(subject=share.request.reference, action=AMENDED, details__share=share.pk)
    return [
        Amendment(
            timezone.localdate(row.at),
            row.actor.name if row.actor else "",
            [
                (_label(name), _shown(name, old), _shown(name, new))
                for name, (old, new) in row.details["changes"].items()
            ],
        )
        for row in rows.select_related("actor")
    ]


def _label(name: str) -> str:
    label = str(Share._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    return label[:1].upper() + label[1:]


def _shown(name: str, value: Any) -> str:
    if value in (None, ""):
        return _("not stated")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name in {"amount", "quantity", "percent"}:
        return number_format(Decimal(value), 0 if Decimal(value) == int(Decimal(value)) else 2, force_grouping=True)
    if name == "due_on":
        return date_format(date.fromisoformat(value), "j F Y")
    return str(Kind(value).label) if name == "kind" else str(value)


@dataclass(frozen=True)
class YearTotal:
    """What a year's part of the shares comes to, currency by currency."""

    year: int
    amounts: dict[str, Decimal]
    in_kind: int


def yearly_totals(shares: Iterable[Share]) -> list[YearTotal]:
    """A share of several years shows in each of them, in equal parts."""
    rows = [(share.amount, share.currency, share.from_year, share.to_year) for share in shares]
    return [YearTotal(year, amounts, in_kind) for year, (amounts, in_kind) in totals_by_year(rows).items()]
