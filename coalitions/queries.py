"""Answers that pages and commands ask of coalitions and work plans."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from django.db.models import Exists, OuterRef, Q, QuerySet

from ccm_portal.register.holders import with_holders
from ccm_portal.register.models import State
from coalitions.domain.planning import Helper, Need, Plan, alternatives, plan_coalition, resting_on_one, without
from coalitions.enums import MemberRole
from coalitions.models import Coalition, PlanStep, WorkPlan
from requests_app.enums import AnswerKind, AreaCode, MatchReason
from requests_app.models import Answer, AssistanceRequest
from requests_app.permissions import may_receive
from requests_app.queries import Ranked, ranked_for_each, ranking_on
from requests_app.shares.enums import ShareStatus
from requests_app.shares.models import Share, ShareQuerySet, stored_rates
from requests_app.shares.queries import YearTotal, coverage_of, yearly_totals

COUNTED_IN = "USD"  # no rates are on record, so what is stated in another currency limits nobody
WILLING = {AnswerKind.INTERESTED, AnswerKind.OFFER}
WILLING_COUNTS = 100.0  # as much as the best score: who is willing comes first
GIVERS = {MatchReason.GAVE_TO_STATE, MatchReason.GAVE_IN_REGION, MatchReason.GAVE_IN_AREA, MatchReason.BROAD_SUPPORT}


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


def on_the_same_articles(requests: Iterable[AssistanceRequest]) -> list[Coalition]:
    """The active coalitions of the State that already work on an Article of these requests."""
    requests = list(requests)
    articles = {request.obligation.article for request in requests if request.obligation}
    articles |= {area.article for request in requests for area in request.areas.all()}
    active = Coalition.objects.filter(lead__in={request.state_id for request in requests}, status="active")
    same = Q(obligations__article__in=articles) | Q(requests__areas__article__in=articles)
    return list(active.filter(same).distinct())


@dataclass(frozen=True)
class Member:
    """A place in a proposal, with what a person needs to judge it."""

    ranked: Ranked
    role: MemberRole
    is_willing: bool
    parts: list[tuple[AssistanceRequest, str, float]]  # request, area in words, share in percent


@dataclass(frozen=True)
class Agreed:
    """What both sides have agreed of one request: how much of it, and each supporter's part in percent."""

    request: AssistanceRequest
    portion: float
    by: list[tuple[str, Decimal | None]]

    @property
    def percent(self) -> float:
        return min(100 * self.portion, 100.0)


@dataclass(frozen=True)
class Proposal:
    """Who could form a coalition for a State's open requests, and all that the answer rests on."""

    requests: list[AssistanceRequest]
    needs: dict[str, tuple[Need, AssistanceRequest, AreaCode]]
    helpers: list[Helper]
    ranked: dict[str, Ranked]
    willing: frozenset[str]
    plan: Plan
    agreed: list[Agreed]
    on: date

    def members(self, plan: Plan) -> list[Member]:
        """The places of a plan, those with most of the work first."""
        places = sorted(plan.members, key=lambda place: (-sum(place.parts.values()), place.helper.code))
        return [
            Member(
                self.ranked[place.helper.code],
                _role(self.ranked[place.helper.code]),
                place.helper.code in self.willing,
                [(*self._named(code), self._percent(code, share)) for code, share in sorted(place.parts.items())],
            )
            for place in places
        ]

    def to_release(self, members: Iterable[Member]) -> list[tuple[AssistanceRequest, list[str]]]:
        """Requests of which a member that would have a part of them may not be told yet, with the members' names."""
        found: dict[AssistanceRequest, set[str]] = defaultdict(set)
        for member in members:
            for request, _area, _share in member.parts:
                if not may_receive(request, member.ranked.supporter, on=self.on):
                    found[request].add(member.ranked.supporter.name)
        return [(request, sorted(names)) for request, names in found.items()]

    def uncovered(self, plan: Plan) -> list[tuple[AssistanceRequest, str, float]]:
        """What nobody of a plan covers: request, area, share in percent."""
        return [(*self._named(code), self._percent(code, share)) for code, share in sorted(plan.uncovered.items())]

    def resting_on_one(self) -> list[tuple[AssistanceRequest, str, str]]:
        """Needs that only one supporter on record could help with: request, area, its name."""
        found = resting_on_one((need for need, *_rest in self.needs.values()), self.helpers)
        return [(*self._named(code), self.ranked[who].supporter.name) for code, who in sorted(found.items())]

    @property
    def of_no_area(self) -> list[AssistanceRequest]:
        """Requests that do not say which area they concern: nobody can be proposed for them."""
        return [request for request in self.requests if not request.areas.all()]

    def alternatives(self) -> list[Plan]:
        return list(alternatives([need for need, *_rest in self.needs.values()], self.helpers, self.plan))

    def without(self, code: str) -> Plan:
        return without([need for need, *_rest in self.needs.values()], self.helpers, self.plan, code)

    def names(self, plan: Plan) -> list[str]:
        return sorted(self.ranked[code].supporter.name for code in plan.codes)

    def _percent(self, code: str, share: float) -> float:
        """Of the whole need, not of what is open of it."""
        need, *_rest = self.needs[code]
        return 100 * share * need.weight

    def _named(self, code: str) -> tuple[AssistanceRequest, str]:
        _need, request, area = self.needs[code]
        return request, str(area.label)


def propose(requests: Iterable[AssistanceRequest], on: date) -> Proposal:
    """A coalition for what is open of one State's requests, each area of each request a need; needs their areas
    prefetched. A share is of a request, so what is agreed lessens each of its areas alike.

    Whoever has said that it is unable to help with a request, or does not give the kind of help that it asks for, is
    not asked for it; whoever has shown interest, or
    offers such help, comes before those of whom it is only likely.
    """
    requests = list(requests)
    ranking = ranking_on(on)
    said, found = _answers(requests), ranked_for_each(requests, ranking, on)
    agreed = _agreed(requests)
    needs: dict[str, tuple[Need, AssistanceRequest, AreaCode]] = {}
    covers: dict[str, set[str]] = defaultdict(set)
    best: dict[str, Ranked] = {}
    for request in requests:
        left = 1 - min(agreed[request.pk].portion, 1.0) if request.pk in agreed else 1.0
        if not left:
            continue
        codes = {area.pk: f"{request.reference} {area.pk}" for area in request.areas.all()}
        if not codes:
            continue  # every offer would fit it
        size = _size(request, len(codes), left)
        needs |= {code: (Need(code, left, size), request, AreaCode(area)) for area, code in codes.items()}
        for ranked in found[request.pk]:
            supporter = ranked.supporter.code
            if said.get((request.pk, supporter)) == AnswerKind.UNABLE or ranked.suggestion.misses_kind:
                continue
            if supporter not in best or ranked.suggestion.score > best[supporter].suggestion.score:
                best[supporter] = ranked
            covers[supporter] |= {codes[area] for area in areas_known(ranked) & codes.keys()}
    willing = frozenset(supporter for (_request, supporter), kind in said.items() if kind in WILLING)
    willing |= {code for code, ranked in best.items() if ranked.suggestion.offer}
    means = {one.code: one.largest for one in ranking.candidates if one.currency == COUNTED_IN}
    helpers = [
        Helper(
            code,
            frozenset(covers[code]),
            ranked.suggestion.score + (WILLING_COUNTS if code in willing else 0),
            means.get(code),
        )
        for code, ranked in best.items()
    ]
    plan = plan_coalition([need for need, *_rest in needs.values()], helpers)
    return Proposal(requests, needs, helpers, best, willing, plan, list(agreed.values()), on)


def _agreed(requests: Sequence[AssistanceRequest]) -> dict[int, Agreed]:
    """What both sides have agreed of each request that has such shares: a few queries however many requests."""
    by_request: dict[int, list[Share]] = defaultdict(list)
    for share in Share.objects.filter(request__in=requests).standing().for_list().order_by("request", "pk"):
        if share.agreed is not None:
            by_request[share.request_id].append(share)
    found = {}
    for request in requests:
        if shares := by_request[request.pk]:
            known = coverage_of(request, shares, stored_rates(examples=request.is_example))
            by = [(share.supporter.name, known.lines[share.pk].percent) for share in shares]
            found[request.pk] = Agreed(request, float(known.covered), by)
    return found


def _size(request: AssistanceRequest, areas: int, left: float) -> float | None:
    """What is left of the gap of a request that asks for money in US dollars, in equal parts for its areas; None where
    nothing says."""
    if request.resources is None or request.currency != COUNTED_IN or not request.is_financial:
        return None
    return left * float(request.resources.gap) / areas if areas else None


def _answers(requests: Sequence[AssistanceRequest]) -> dict[tuple[int, str], str]:
    """The last answer of each supporter to each request."""
    rows = Answer.objects.filter(relay__request__in=requests).order_by("answered_on", "pk")
    return {
        (request, code): kind
        for request, code, kind in rows.values_list("relay__request", "relay__supporter__code", "kind")
    }


def _role(ranked: Ranked) -> MemberRole:
    """What a supporter would most likely be: an organisation works, a State that has given money gives, another one
    advises, and one that has the same obligation itself shares what it has learnt."""
    supporter = ranked.supporter
    if supporter.organisation_id:
        return MemberRole.OPERATOR
    if ranked.suggestion.history_years or any(r.code in GIVERS for r in ranked.suggestion.reasons):
        return MemberRole.DONOR
    return MemberRole.ADVISER


def areas_known(ranked: Ranked) -> set[str]:
    """The areas that the reasons show the supporter to have worked in."""
    return {
        str(area) for reason in ranked.suggestion.reasons for area in reason.facts.get("areas", [])  # type: ignore[attr-defined]
    }  # fmt: skip


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
