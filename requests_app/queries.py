"""Answers that several pages ask of requests and supporters: suggestions, deadlines at stake, areas of a page."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, TextChoices
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ccm_portal.accounts.models import Access, AuditEvent
from ccm_portal.register import clocks
from ccm_portal.register.kept import Kept
from ccm_portal.register.models import State
from ccm_portal.register.picking import known_names
from ccm_portal.register.search import Vocabulary, Wanted, words
from ccm_portal.statements import Keys, Slot, give, made_once
from requests_app.domain.matching import Candidate, Flow, Need, OfferView, Ranking, Result
from requests_app.domain.needs import in_all
from requests_app.domain.reading import is_wider
from requests_app.domain.shortlist import RequestView, shortlist
from requests_app.domain.weights import DEFAULTS, NAMES, Weights, weights_with
from requests_app.enums import (
    NUMBERED,
    Action,
    AnswerKind,
    AreaCode,
    Channel,
    EvidenceLevel,
    Language,
    Part,
    ReleaseAct,
    Status,
    TextState,
    Visibility,
    labels,
)
from requests_app.models import (
    TABLES,
    AssistanceRequest,
    Offer,
    RankingWeight,
    Relay,
    RequestEvent,
    SearchText,
    Supporter,
    SupportRecord,
    read_rows,
)
from requests_app.readings import Reading, readings
from requests_app.wording import STAYS, WEIGHT_LABELS, caution_sentence, listed_criteria, miss_sentence, sentence

TOLD_FROM = 1.0  # points from which a reason is worth a sentence
ORDER = {area.value: number for number, area in enumerate(AreaCode)}


@dataclass(frozen=True)
class Ranked:
    """A suggestion with its supporter and its reasons in words."""

    rank: int
    supporter: Supporter
    suggestion: Result
    sentences: list[str]
    fits: str
    misses: list[str]
    cautions: list[str]


def _read_vocabulary() -> Vocabulary:
    """The names of the register, and the words of requests that anybody may read: a word of any other request must not
    be told to those who may not read it."""
    public = SearchText.objects.filter(request__in=AssistanceRequest.objects.public())
    known = {word for text in public.values_list("words", flat=True).iterator() for word in text.split()}
    known.update(known_names())
    known.update(word for area in AreaCode for word in words(str(area.label)))
    return Vocabulary(known)


#: Read when somebody looks for a word that no text begins with, and then not again for ten minutes.
known_words = Kept(_read_vocabulary, seconds=600)


def wanted(text: str) -> Wanted:
    """What somebody typed, as search takes it: each word, or the words that may have been meant by it."""
    return known_words().wanted(text)


def history_for(events: list[RequestEvent], *, in_full: bool) -> list[RequestEvent]:
    """The steps with a word for each: the status that it led to, or else what it was. Who reads them not `in_full`
    reads only what changed the status: the others tell of people and requests of which it may not know."""
    statuses, shown = _words(Status), []
    for event in events:
        if event.from_status != event.to_status:
            event.status_label = statuses[event.to_status]  # type: ignore[attr-defined]
        elif in_full:
            event.status_label = STAYS.get(Action(event.action), statuses[event.to_status])  # type: ignore[attr-defined]
        else:
            continue
        shown.append(event)
    return shown


def with_words(rows: list[AssistanceRequest]) -> list[AssistanceRequest]:
    """Give each row the status to show, which is that on the day asked for if one was, and in words this, its evidence
    level and its channel: no query."""
    statuses, levels, channels = _words(Status), _words(EvidenceLevel), _words(Channel)
    for row in rows:
        row.shown_status = getattr(row, "status_on", None) or row.status  # type: ignore[attr-defined]
        row.status_label = statuses[row.shown_status]  # type: ignore[attr-defined]
        row.evidence_label = levels[row.evidence_level]  # type: ignore[attr-defined]
        row.channel_label = channels[row.channel]  # type: ignore[attr-defined]
    return rows


def with_labels(rows: list[AssistanceRequest]) -> list[AssistanceRequest]:
    """As `with_words`, with the areas of each row: one query however many."""
    areas: dict[int, list[str]] = defaultdict(list)
    for request_id, code in _areas_of().ask(requests=[row.pk for row in rows]):
        areas[request_id].append(code)
    area_labels = _words(AreaCode)
    for row in rows:
        row.area_labels = [area_labels[code] for code in sorted(areas[row.pk], key=ORDER.__getitem__)]  # type: ignore[attr-defined]
    return with_words(rows)


@made_once
def _areas_of() -> "QuerySet[Any, Any]":
    through = AssistanceRequest.areas.through.objects.filter(assistancerequest__pk__among=Slot("requests", Keys()))
    return through.values_list("assistancerequest_id", "area_id")


def _words(choices: type[TextChoices]) -> dict[str, str]:
    """Each code's word in the language of the page."""
    return _words_in(get_language(), choices)


@lru_cache(maxsize=64)
def _words_in(language: str | None, choices: type[TextChoices]) -> dict[str, str]:
    return {choice.value: str(choice.label) for choice in choices}


@dataclass
class RelayLine:
    """A relay as a request's page shows it."""

    supporter: str
    sent_on: date
    opened_at: datetime | None
    answers: list[tuple[str, date, str]]
    reference: str


@made_once
def _relays_of() -> "QuerySet[Relay, Any]":
    of_any = Relay.objects.filter(request__pk__among=Slot("requests", Keys()))
    return of_any.order_by("-sent_on", "-pk", "answers__answered_on").values_list(
        "pk", "supporter__state__name", "supporter__organisation__name", "sent_on", "opened_at", "request__reference",
        "answers__kind", "answers__answered_on", "answers__text",
    )  # fmt: skip


def relay_lines(requests: Iterable[AssistanceRequest]) -> list[RelayLine]:
    """The relays of some requests with their answers, newest first: one query."""
    words, rows = _words(AnswerKind), _relays_of().ask(requests=[request.pk for request in requests])
    lines: dict[int, RelayLine] = {}
    for pk, state, organisation, sent_on, opened_at, reference, kind, answered_on, text in rows:
        line = lines.setdefault(pk, RelayLine(state or organisation, sent_on, opened_at, [], reference))
        if kind:
            line.answers.append((words[kind], answered_on, text))
    return list(lines.values())


def asked_before(relays: Sequence[RelayLine], request: AssistanceRequest) -> list[str]:
    """The supporters to whom only what was joined into a request was relayed, by name."""
    here = {line.supporter for line in relays if line.reference == request.reference}
    return sorted({line.supporter for line in relays} - here)


@dataclass(frozen=True)
class ReleaseChange:
    """One change of who reads what, in words; the texts themselves are not kept."""

    at: datetime
    actor: str
    what: str
    before: str
    after: str
    widens: bool | None
    """Whether more people may know of the request; None where the change is not about that."""


def release_changes(request: AssistanceRequest) -> list[ReleaseChange]:
    """What the requesting State has changed of who may read its request, newest first, also under the reference that
    it had as a draft: two queries."""
    numbered = AuditEvent.objects.filter(subject=request.reference, action=NUMBERED)
    references = [request.reference, *numbered.values_list("details__drafted_as", flat=True)]
    rows = AuditEvent.objects.filter(subject__in=references, action__in=ReleaseAct.values).select_related("actor")
    return [_release_change(row) for row in rows]


def _release_change(row: AuditEvent) -> ReleaseChange:
    act = ReleaseAct(row.action)
    before, after = row.details["before"], row.details["after"]
    widens = is_wider(Visibility(after), Visibility(before)) if act == ReleaseAct.VISIBILITY else None
    actor = str(row.actor) if row.actor else ""
    return ReleaseChange(row.at, actor, str(act.label), _level(act, before), _level(act, after), widens)


def _level(act: ReleaseAct, value: Any) -> str:
    if act == ReleaseAct.VISIBILITY:
        return str(Visibility(value).label)
    if act == ReleaseAct.LOCKS:
        return ", ".join(str(Part(code).label) for code in value) or _("nothing")
    if act == ReleaseAct.RELAYED_READ_LOCKED:
        return _("yes") if value else _("no")
    return str(TextState(value).label)


@dataclass(frozen=True)
class Knowledge:
    """What the register knows of supporters, the names that sentences need, and the table of points in use."""

    candidates: list[Candidate]
    names: dict[str, str]
    weights: Weights


def _read_knowledge() -> Knowledge:
    organisations = Supporter.objects.filter(organisation__isnull=False)
    names = dict(State.objects.values_list("iso3", "name"))
    names.update(organisations.values_list("code", "organisation__name"))
    return Knowledge(_recorded_candidates(), names, read_weights())


#: The supporters with their recorded support, presence and profile: every ranking reads all of them.
known_support = Kept(_read_knowledge, seconds=60)


def read_weights() -> Weights:
    """The table of points with the lines that the ISU has changed."""
    changed = RankingWeight.objects.values_list("name", "points")
    return weights_with({name: float(points) for name, points in changed})


@dataclass(frozen=True)
class WeightLine:
    """One line of the table of points: what it rewards, by default and in use, and why it was changed."""

    label: str
    default: float
    points: float
    reason: str


def weight_lines() -> list[WeightLine]:
    """The table of points as it stands: one query."""
    changed = RankingWeight.objects.in_bulk()
    lines = []
    for name in NAMES:
        default, line = getattr(DEFAULTS, name), changed.get(name)
        points = float(line.points) if line else default
        lines.append(WeightLine(str(WEIGHT_LABELS[name]), default, points, line.reason if line else ""))
    return lines


def _recorded_candidates() -> list[Candidate]:
    flows: dict[str, list[Flow]] = defaultdict(list)
    for code, flow in recorded_flows():
        flows[code].append(flow)
    supporters = Supporter.objects.select_related("state", "organisation", "profile")
    return [
        _candidate(supporter, flows[supporter.code])
        for supporter in supporters.prefetch_related("areas", "organisation__works_in")
    ]


def _candidate(supporter: Supporter, flows: Sequence[Flow]) -> Candidate:
    """A supporter's record, and what it states of itself where it has filled its profile."""
    organisation, profile = supporter.organisation, getattr(supporter, "profile", None)
    known = Candidate(
        code=supporter.code,
        flows=tuple(flows),
        works_in=frozenset(state.pk for state in organisation.works_in.all()) if organisation else frozenset(),
        competences=frozenset(area.pk for area in supporter.areas.all()),
        region=supporter.state.region if supporter.state else "",
    )
    if profile is None:
        return known
    return replace(
        known,
        competences=known.competences | frozenset(profile.areas),
        kinds=frozenset(kind.value for kind in profile.treaty_kinds),
        regions=frozenset(profile.regions),
        languages=frozenset(profile.languages),
        largest=float(profile.size_to) if profile.size_to is not None else None,
        currency=profile.currency,
        first_year=profile.first_year,
        last_year=profile.last_year,
        next_call=profile.next_call,
    )


def candidates(on: date) -> list[Candidate]:
    """Every supporter as known, with the offers that are open on the day: one query more."""
    offers = _open_offers(on)
    known = known_support().candidates
    newcomers = [Candidate(code) for code in offers if code not in {candidate.code for candidate in known}]
    return [replace(candidate, offers=tuple(offers.get(candidate.code, ()))) for candidate in [*known, *newcomers]]


def _open_offers(on: date) -> dict[str, list[OfferView]]:
    """Public offers by supporter, with what is left of each: one query, a row for each offer and area."""
    rows = Offer.objects.visible_to(None).open(on).with_use().annotate(area=F("areas")).select_related("supporter")
    areas: dict[int, set[str]] = defaultdict(set)
    found: dict[int, Offer] = {}
    for row in rows.order_by("pk"):
        found[row.pk] = row
        areas[row.pk].add(row.area)
    offers: dict[str, list[OfferView]] = defaultdict(list)
    for offer in found.values():
        offers[offer.supporter.code].append(_offer_view(offer, frozenset(areas[offer.pk])))
    return offers


def _offer_view(offer: Offer, areas: frozenset[str]) -> OfferView:
    return OfferView(
        title=offer.title,
        areas=areas,
        kinds=frozenset(kind.value for kind in offer.kinds),
        left=offer.left,
        is_money=offer.amount is not None,
        regions=frozenset(offer.regions),
        languages=frozenset(offer.languages),
        first_year=offer.available_from.year if offer.available_from else None,
        last_year=offer.available_until.year if offer.available_until else None,
    )


def recorded_flows() -> list[tuple[str, Flow]]:
    """All recorded support as (supporter code, flow): two queries."""
    areas: dict[int, set[str]] = defaultdict(set)
    for record, area in SupportRecord.areas.through.objects.values_list("supportrecord_id", "area_id"):
        areas[record].add(area)
    rows = SupportRecord.objects.order_by().values_list(
        "pk", "supporter__code", "recipient", "recipient__region", "year", "amount_usd", "is_from_giver"
    )
    return [
        (code, Flow(recipient, region, year, float(usd) if usd is not None else None, frozenset(areas[pk]), own))
        for pk, code, recipient, region, year, usd, own in rows
    ]


def deadline_at_stake(request: AssistanceRequest | Reading, on: date) -> clocks.Row | None:
    """Where the clock of the request's obligation stands on a day."""
    return clocks.known_rows(on).get(request.obligation_id or 0)


@dataclass(frozen=True)
class AtStake:
    """What the open requests for one obligation cost, in one currency; what one has too much covers no other."""

    currency: str
    requests: int
    resources: dict[str, Decimal]
    has_example: bool

    @property
    def is_sufficient(self) -> bool:
        return not self.resources["gap"]


def resources_by_obligation(requests: Iterable[Reading]) -> dict[int, list[AtStake]]:
    """Total, shares and gap of the open requests for each obligation, by currency, of those whose amounts the reader
    reads: no query."""
    found: dict[tuple[int, str], list[Reading]] = defaultdict(list)
    for request in requests:
        if request.is_open and request.obligation_id and request.resources:
            found[request.obligation_id, request.currency].append(request)
    by_obligation: dict[int, list[AtStake]] = defaultdict(list)
    for (obligation, currency), rows in sorted(found.items()):
        sums = in_all(row.resources for row in rows if row.resources)
        by_obligation[obligation].append(AtStake(currency, len(rows), sums, any(row.is_example for row in rows)))
    return by_obligation


def need_of(request: AssistanceRequest | Reading, on: date) -> Need:
    """The request as the matching rules read it."""
    stake = deadline_at_stake(request, on)
    return Need(
        state=request.state_id,
        region=request.state.region,
        areas=frozenset(area.pk for area in request.areas.all()),
        kinds=frozenset(kind.value for kind in request.kinds),
        deadline=stake.deadline if stake and stake.is_running else None,
        amount=float(request.resources.gap) if request.resources else None,
        currency=request.currency or "",
        first_year=request.desired_start.year if request.desired_start else None,
        last_year=request.desired_end.year if request.desired_end else None,
        languages=frozenset(request.languages),
    )


def ranking_on(on: date) -> Ranking:
    """Everybody able to help on a day, ready to be asked about any need: one query where the supporters are kept."""
    return Ranking(candidates(on), on=on, weights=known_support().weights)


def ranked_supporters(request: AssistanceRequest, on: date, *, limit: int | None = None) -> list[Ranked]:
    """Supporters for a request, best first, with reasons in words."""
    return _in_words(ranking_on(on).suggest(need_of(request, on), limit=limit), request)


def ranked_for_each(requests: Iterable[AssistanceRequest], ranking: Ranking, on: date) -> dict[int, list[Ranked]]:
    """Supporters for each of several requests, best first: one query however many. Needs their areas prefetched."""
    supporters = {s.code: s for s in Supporter.objects.select_related("state", "organisation")}
    return {
        request.pk: [
            Ranked(number, supporters[result.code], result, *_told(result, request.state.name))
            for number, result in enumerate(ranking.suggest(need_of(request, on)), start=1)
            if result.code in supporters
        ]
        for request in requests
    }


def _in_words(results: Sequence[Result], request: AssistanceRequest) -> list[Ranked]:
    codes = [result.code for result in results]
    asked = Relay.objects.filter(request=request, supporter=OuterRef("pk"))
    rows = Supporter.objects.filter(code__in=codes).select_related("state", "organisation")
    supporters = {s.code: s for s in rows.annotate(is_asked=Exists(asked))}
    known = [result for result in results if result.code in supporters]
    return [
        Ranked(number, supporters[result.code], result, *_told(result, request.state.name))
        for number, result in enumerate(known, start=1)
    ]


def _told(result: Result, state: str) -> tuple[list[str], str, list[str], list[str]]:
    """Reasons, what fits, what misses and what to mind, in words."""
    names = known_support().names
    worth_telling = [reason for reason in result.reasons if reason.points >= TOLD_FROM or reason.points == 0]
    return (
        [sentence(reason, state, names) for reason in worth_telling or result.reasons[:1]],
        listed_criteria(result.fits),
        [miss_sentence(remark) for remark in result.misses],
        [caution_sentence(remark, state) for remark in result.cautions],
    )


def obligations_with_deadlines(state: State, on: date) -> list[clocks.Row]:
    """The State's clocks, for the needs form."""
    return [row for row in clocks.known_rows(on).values() if row.state == state]


def with_details(request: AssistanceRequest) -> AssistanceRequest:
    """A request of `for_detail()` with its areas, its evidence and its tables, each table asked for only where it has
    lines, and its codes in words."""
    has_lines = {name: getattr(request, f"has_{name}") for name in TABLES}
    read_rows(request, "areas", "evidence", *(name for name in TABLES if has_lines[name]))
    for name in TABLES:
        if not has_lines[name]:
            give(request, name, [])
    request.language_labels = labels(Language, request.languages)  # type: ignore[attr-defined]
    return with_words([request])[0]


@dataclass(frozen=True)
class Relatives:
    """What else belongs to a request, as far as the visitor may know of it."""

    needs: list[AssistanceRequest]  # of the same country request, this one among them
    parts: list[AssistanceRequest]
    whole: list[AssistanceRequest]
    taken_in: list[AssistanceRequest]
    taken_by: list[AssistanceRequest]

    def number_of(self, request: AssistanceRequest) -> int:
        return self.needs.index(request) + 1


def relatives_of(request: AssistanceRequest, user: object, on: date) -> Relatives:
    """The other needs of a request's country request, what was split from it and joined into it (`country_requests`):
    one query, and none where there is nothing of the kind. Needs `for_detail()`."""
    line, split = getattr(request, "line", None), getattr(request, "split_from", None)
    joined = getattr(request, "joined_into", None)
    if not (line or split or joined or request.has_splits or request.has_joined_from):  # type: ignore[attr-defined]
        return Relatives([], [], [], [], [])
    rule = Q(split_from__original=request) | Q(joined_into__survivor=request)
    rule |= Q(pk__in=[split.original_id if split else 0, joined.survivor_id if joined else 0])
    rule |= Q(line__country_request=line.country_request_id) if line else Q(pk__in=[])
    rows = AssistanceRequest.objects.visible_to(user).filter(rule).select_related("line", "split_from", "joined_into")
    found = list(rows.order_by("line__pk", "pk"))

    def is_need(row: AssistanceRequest) -> bool:
        stands_alone = getattr(row, "joined_into", None)
        return bool(line and row.line.country_request_id == line.country_request_id) and (
            stands_alone is None or stands_alone.on > on
        )

    return Relatives(
        needs=[row for row in found if hasattr(row, "line") and is_need(row)],
        parts=[row for row in found if hasattr(row, "split_from") and row.split_from.original_id == request.pk],
        whole=[row for row in found if split and row.pk == split.original_id],
        taken_in=[row for row in found if hasattr(row, "joined_into") and row.joined_into.survivor_id == request.pk],
        taken_by=[row for row in found if joined and row.pk == joined.survivor_id],
    )


def _view_of(reading: Reading, request: AssistanceRequest, on: date) -> RequestView:
    """A request as the shortlist of its reader weighs it. Of one that is not read whole nobody learns what it lacks."""
    is_read_whole = not reading.withheld and not reading.text
    return RequestView(
        key=reading.reference,
        need=need_of(reading, on),
        evidence=EvidenceLevel(reading.evidence_level or EvidenceLevel.ASSERTED),
        missing=len(request.missing_for_donors) if is_read_whole else 1,
    )


@dataclass(frozen=True)
class Fitting:
    """An open request that fits a supporter, with the reasons in words."""

    request: AssistanceRequest
    result: Result
    sentences: list[str]
    fits: str
    misses: str


def requests_fitting(
    supporter: Supporter, requests: "QuerySet[AssistanceRequest]", on: date, *, access: Access
) -> list[Fitting]:
    """Open requests that fit one supporter, best first, with reasons in words: as its people read them, since what a
    State has locked must not speak through an order. A fixed number of queries."""
    rows = requests.select_related("state", "capacity", "victims", "visit").prefetch_related("areas", "evidence")
    asked = {request.reference: request for request in rows}
    views = [_view_of(reading, asked[reading.reference], on) for reading in readings(access, asked.values())]
    found = []
    for key, result in shortlist(supporter.code, views, ranking_on(on)):
        sentences, fits, _misses, _cautions = _told(result, asked[key].state.name)
        misses = listed_criteria([remark.code for remark in result.misses])  # no amounts: the State may withhold them
        found.append(Fitting(asked[key], result, sentences, fits, misses))
    return _telling_first(found)


def _telling_first(found: list[Fitting]) -> list[Fitting]:
    """What is said of every request alike tells the supporter least: it comes last."""
    alike = set.intersection(*(set(item.sentences) for item in found)) if len(found) > 1 else set()
    return [replace(item, sentences=sorted(item.sentences, key=alike.__contains__)) for item in found]
