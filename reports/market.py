"""What is asked against what could meet it, of the requests that a reader may know of and as that reader reads them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from ccm_portal.accounts.models import User
from coalitions.queries import WILLING
from requests_app.domain.coverage import RESPONDED
from requests_app.domain.lifecycle import OPEN
from requests_app.domain.market import Cell, Load, Market, OpenNeed, Unlock, coverage, loads
from requests_app.domain.matching import OfferView, Ranking
from requests_app.enums import AnswerKind, Idle, Lack, Status
from requests_app.models import LIST_FIELDS, AssistanceRequest, Offer, Relay
from requests_app.overviews import ByStateAndArea
from requests_app.permissions import can_see_responses
from requests_app.queries import known_support, need_of, ranking_on
from requests_app.readings import Reading, readings
from requests_app.shares.domain.coverage import Part
from requests_app.shares.enums import ShareStatus
from requests_app.shares.models import Share
from requests_app.shares.permissions import sees_whole_coverage
from requests_app.shares.queries import coverage_by_parts, part_on
from requests_app.supporters.models import AttachedOffer, Interest

DECLINED = {AnswerKind.UNABLE, AnswerKind.REFER}
#: Reached only once somebody has agreed to help, with a share on record or without one.
TAKEN_UP = {Status.AGREED, Status.DELIVERING, Status.DELIVERED}


@dataclass(frozen=True, kw_only=True)
class Overview(ByStateAndArea[Cell]):
    """The whole page. `asked` are the open requests by their reference; `loads` those that the reader may see."""

    asked: dict[str, Reading]
    whole: Cell
    unmet: list[tuple[OpenNeed, Lack]]
    idle: list[tuple[str, OfferView, Idle]]
    unlocks: list[Unlock]
    loads: list[Load]
    example_offers: frozenset[tuple[str, str]]

    @property
    def strained(self) -> list[Load]:
        return [load for load in self.by_name if load.strains]

    @property
    def by_name(self) -> list[Load]:
        return sorted(self.loads, key=lambda load: self.name(load.code))

    def name(self, supporter: str) -> str:
        """Of a supporter by its code; one that is new may not be among the names that are kept."""
        return self.names.get(supporter, supporter)


def overview(user: User, on: date, area: str = "") -> Overview:
    """Everything as of a day, of one area if one is given: at most nine queries. What supporters state of themselves
    is known as of today only."""
    requests = list(_open_requests(user, on))
    asked = {reading.reference: reading for reading in readings(user.access, requests)}
    shares, relays = _shares(user, requests, on), _relays(user, requests, on)
    willing = _willing(user, requests, on, relays, shares)
    needs = [
        _as_need(reading, on, relays.get(key, {}), willing[key], shares.get(key, [])) for key, reading in asked.items()
    ]
    ranking = ranking_on(on)
    market, handles = Market(needs, ranking.candidates), can_see_responses(user)
    whole, grid = coverage(one for one in needs if not area or area in one.need.areas)
    used, examples = _offers(user, on)
    return Overview(
        on=on,
        names=known_support().names,
        asked=asked,
        whole=whole,
        grid={key: cell for key, cell in grid.items() if area in {"", key[1]}},
        unmet=[row for row in market.unmet() if not area or area in row[0].need.areas],
        idle=[row for row in market.idle_offers(used if handles else None) if not area or area in row[1].areas],
        unlocks=[unlock for unlock in market.unlocked() if area in {"", unlock.area}],
        loads=_loads(user, ranking, needs, relays, shares),
        example_offers=examples,
    )


def _open_requests(user: User, on: date) -> QuerySet[AssistanceRequest]:
    """Open on the day, each need once, confirmed by its State: two queries."""
    rows = AssistanceRequest.objects.visible_to(user).counted().single(on).with_status_on(on)
    rows = rows.annotate(on_day=Coalesce("status_on", "status")).filter(on_day__in=OPEN)
    fields = (*LIST_FIELDS, "state__region", "desired_start", "desired_end", "languages")
    return rows.select_related("state").only(*fields).prefetch_related("areas").order_by("reference")


#: The supporter of a share that stood on the day, and the share as the rule of coverage reads it.
Taken = tuple[str, Part]
#: Of one request: supporter -> its last answer, "" before there is one.
Relays = dict[str, str]


def _shares(user: User, requests: Iterable[AssistanceRequest], on: date) -> dict[str, list[Taken]]:
    """By request, those that the reader may read, and all of a request of which it sees how much is covered: two
    queries."""
    rows = {row.pk: row for row in requests}
    seen = Exists(Share.objects.visible_to(user).filter(pk=OuterRef("pk")))
    shares = Share.objects.filter(request__in=rows).annotate(is_seen=seen).select_related("supporter")
    found = defaultdict(list)
    for share in shares.prefetch_related("steps"):
        row, part = rows[share.request_id], part_on(share, on)
        if part is not None and (share.is_seen or sees_whole_coverage(user, row)):
            found[row.reference].append((share.supporter.code, part))
    return found


def _relays(user: User, requests: Iterable[AssistanceRequest], on: date) -> dict[str, Relays]:
    """What the reader may know of whom each request was put before, and what they said by the day: one query."""
    rows = Relay.objects.visible_to(user).filter(request__in=[row.pk for row in requests], sent_on__lte=on)
    found: dict[str, Relays] = defaultdict(dict)
    fields = ("request__reference", "supporter__code", "answers__kind", "answers__answered_on")
    for key, code, kind, answered_on in rows.order_by("answers__answered_on", "answers__pk").values_list(*fields):
        said = kind if answered_on and answered_on <= on else ""
        found[key][code] = said or found[key].get(code, "")
    return found


def _willing(
    user: User,
    requests: Iterable[AssistanceRequest],
    on: date,
    relays: dict[str, Relays],
    shares: dict[str, list[Taken]],
) -> dict[str, set[str]]:
    """By request, who has shown interest, answered that it can help, or taken on a part: one query."""
    standing = Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gt=on)
    shown = Interest.objects.visible_to(user).filter(standing, shown_on__lte=on)
    found: dict[str, set[str]] = defaultdict(set)
    rows = shown.filter(request__in=[row.pk for row in requests]).order_by()
    for key, code in rows.values_list("request__reference", "supporter__code"):
        found[key].add(code)
    for key, said in relays.items():
        found[key] |= {code for code, kind in said.items() if kind in WILLING}
    for key, taken in shares.items():
        found[key] |= {code for code, _part in taken}
    return found


def _as_need(reading: Reading, on: date, relays: Relays, willing: set[str], taken: list[Taken]) -> OpenNeed:
    """What others do with a request shows to whoever may not see its relays through its status alone."""
    covered = coverage_by_parts(reading, [part for _code, part in taken])
    status = Status(reading.status_on or reading.status)
    return OpenNeed(
        key=reading.reference,
        need=need_of(reading, on),
        was_relayed=bool(relays) or status == Status.RELAYED or status in RESPONDED,
        was_answered=any(relays.values()) or status in RESPONDED,
        willing=frozenset(willing),
        has_share=bool(taken) or status in TAKEN_UP,
        asked=covered.need.gap,
        open=covered.need.gap and covered.open_amount,
        is_kept=not reading.shares_amounts,
    )


def _offers(user: User, on: date) -> tuple[set[tuple[str, str]], frozenset[tuple[str, str]]]:
    """(offers put with a request by the day, offers that are examples), by supporter and title: one query."""
    known = AssistanceRequest.objects.visible_to(user).order_by().values("pk")
    put = AttachedOffer.objects.filter(offer=OuterRef("pk"), attached_on__lte=on, request__in=known)
    rows = Offer.objects.visible_to(user).annotate(is_used=Exists(put)).order_by()
    found = list(rows.values_list("supporter__code", "title", "is_used", "is_example"))
    used = {(code, title) for code, title, is_used, _example in found if is_used}
    return used, frozenset((code, title) for code, title, _used, is_example in found if is_example)


def _loads(
    user: User, ranking: Ranking, needs: list[OpenNeed], relays: dict[str, Relays], shares: dict[str, list[Taken]]
) -> list[Load]:
    """Of all supporters for those who relay to them; of itself for a supporter; of nobody for others."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for one in needs:
        for code, said in relays.get(one.key, {}).items():
            if said not in DECLINED:
                wanted[code].add(one.key)
        for misses_kind, _score, place in ranking.order(one.need)[:1]:
            if not misses_kind:
                wanted[ranking.candidates[place].code].add(one.key)
    promised: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for taken in shares.values():
        for code, part in taken:
            if part.amount is not None and part.agreed != ShareStatus.DELIVERED:
                promised[code, part.currency] += part.amount
    found = loads(ranking.candidates, wanted, promised)
    own = user.access.state.pk if user.access.state else getattr(user.access.organisation, "code", "")
    return [load for load in found if can_see_responses(user) or load.code == own]
