"""Answers that pages and commands ask of coalitions and work plans."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from django.db.models import Exists, OuterRef, Q, QuerySet

from ccm_portal.register.holders import with_holders
from ccm_portal.register.models import State
from coalitions.domain.planning import Helper, Plan, plan_coalition
from coalitions.models import Coalition, PlanStep, WorkPlan
from requests_app.enums import AreaCode
from requests_app.models import AssistanceRequest
from requests_app.queries import Ranked, ranked_supporters
from requests_app.shares.enums import ShareStatus
from requests_app.shares.models import Share, ShareQuerySet
from requests_app.shares.queries import YearTotal, yearly_totals


def with_named_holders(plan: WorkPlan) -> WorkPlan:
    """The plan to be read, not saved: placeholders in its texts name who held the offices on its first day."""
    plan.background = with_holders(plan.background, plan.starts)
    plan.implementers = [with_holders(item, plan.starts) for item in plan.implementers]
    return plan


@dataclass(frozen=True)
class Quarter:
    """The steps of one quarter of a work plan."""

    year: int
    number: int
    steps: list[PlanStep]


def quarters(steps: Sequence[PlanStep]) -> list[Quarter]:
    """The steps by quarter, in order of time; needs them sorted by quarter."""
    return [
        Quarter(start.year, number, list(group))
        for (start, number), group in groupby(steps, key=lambda step: (step.quarter_start, step.quarter))
    ]


def existing_structures(state: State) -> list[Coalition]:
    """What already works for a State, so that nothing is founded twice unseen."""
    return list(state.coalitions_led.exclude(status="closed"))


def proposed_members(state: State, on: date) -> tuple[Plan, dict[str, Ranked], list[AssistanceRequest]]:
    """A coalition for a State's open needs: the plan, the ranking behind it, and the requests it rests on."""
    requests = list(
        AssistanceRequest.objects.filter(state=state).open().counted().select_related("state").prefetch_related("areas")
    )
    best: dict[str, Ranked] = {}
    covers: dict[str, set[str]] = {}
    needs: set[str] = set()
    for request in requests:
        areas = {area.pk for area in request.areas.all()}
        needs |= areas
        for ranked in ranked_supporters(request, on):
            code = ranked.supporter.code
            if code not in best or ranked.suggestion.score > best[code].suggestion.score:
                best[code] = ranked
            covers.setdefault(code, set()).update(_areas_known(ranked) & areas)
    helpers = [Helper(code, frozenset(covers[code]), ranked.suggestion.score) for code, ranked in best.items()]
    return plan_coalition(needs, helpers), best, requests


def _areas_known(ranked: Ranked) -> set[str]:
    """The areas that the reasons show the supporter to have worked in."""
    return {
        str(area) for reason in ranked.suggestion.reasons for area in reason.facts.get("areas", [])  # type: ignore[attr-defined]
    }  # fmt: skip


def area_names(codes: frozenset[str]) -> list[str]:
    return [str(AreaCode(code).label) for code in AreaCode.values if code in codes]


def ledger(coalitions: QuerySet[Coalition]) -> ShareQuerySet:
    """What the members of coalitions have taken on: the shares recorded in them, and the members' other shares of
    their requests."""
    ours = coalitions.order_by()
    theirs = ours.filter(requests=OuterRef("request"), members__supporter=OuterRef("supporter"))
    recorded = Q(ledger_line__coalition__in=ours.values("pk"))
    return Share.objects.filter(recorded | Q(Exists(theirs), ledger_line__isnull=True))


@dataclass(frozen=True)
class LedgerRow:
    """One share of a ledger beside what was delivered of it, as both sides have confirmed."""

    share: Share
    delivered: dict[str, Decimal]
    is_overdue: bool


@dataclass(frozen=True)
class Ledger:
    """The ledger of one coalition, with what each year's part comes to."""

    rows: list[LedgerRow]
    years: list[YearTotal]

    @property
    def overdue(self) -> list[LedgerRow]:
        return [row for row in self.rows if row.is_overdue]


def ledger_of(coalition: Coalition, today: date) -> Ledger:
    """All shares of a coalition: three queries. For those who may read its ledger."""
    shares = ledger(Coalition.objects.filter(pk=coalition.pk)).for_list().prefetch_related("deliveries")
    rows = [LedgerRow(share, _delivered(share), share.is_overdue(today)) for share in shares]
    standing = [row.share for row in rows if row.share.status != ShareStatus.WITHDRAWN]
    return Ledger(rows, yearly_totals(standing))


def _delivered(share: Share) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for delivery in share.deliveries.all():
        if delivery.is_confirmed and delivery.amount is not None:
            found[delivery.currency] = found.get(delivery.currency, Decimal(0)) + delivery.amount
    return found
