"""Answers that several pages ask of requests and supporters: suggestions, deadlines at stake, areas of a page."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, TextChoices
from django.utils.translation import gettext as _

from ccm_portal.accounts.models import AuditEvent
from ccm_portal.register import clocks
from ccm_portal.register.kept import Kept
from ccm_portal.register.models import State
from ccm_portal.register.search import Vocabulary, Wanted, words
from requests_app.domain.matching import Candidate, Flow, Need, OfferView, Suggestion, suggest
from requests_app.domain.reading import is_wider
from requests_app.enums import (
    AnswerKind,
    AreaCode,
    Channel,
    EvidenceLevel,
    Kind,
    Part,
    ReleaseAct,
    Status,
    TextState,
    Visibility,
)
from requests_app.models import AssistanceRequest, Offer, Relay, SearchText, Supporter, SupportRecord
from requests_app.wording import sentence

ORDER = {area.value: number for number, area in enumerate(AreaCode)}


@dataclass(frozen=True)
class Ranked:
    """A suggestion with its supporter and its reasons in words."""

    rank: int
    supporter: Supporter
    suggestion: Suggestion
    sentences: list[str]


def _read_vocabulary() -> Vocabulary:
    """The names of the register, and the words of requests that anybody may read: a word of any other request must not
    be told to those who may not read it."""
    public = SearchText.objects.filter(request__in=AssistanceRequest.objects.public())
    known = {word for text in public.values_list("words", flat=True).iterator() for word in text.split()}
    known.update(word for state in State.objects.all() for word in words(state.search_text))
    known.update(word for area in AreaCode for word in words(str(area.label)))
    return Vocabulary(known)


#: Read when somebody looks for a word that no text begins with, and then not again for ten minutes.
known_words = Kept(_read_vocabulary, seconds=600)


def wanted(text: str) -> Wanted:
    """What somebody typed, as search takes it: each word, or the words that may have been meant by it."""
    known = known_words()
    return [[word, *known.meant_by(word)] for word in words(text)[:8]]


def with_words(rows: list[AssistanceRequest]) -> list[AssistanceRequest]:
    """Give each row its status, evidence level and channel in words, and its status on a past day: no query."""
    statuses, levels, channels = _words(Status), _words(EvidenceLevel), _words(Channel)
    for row in rows:
        row.status_label = statuses[row.status]  # type: ignore[attr-defined]
        row.evidence_label = levels[row.evidence_level]  # type: ignore[attr-defined]
        row.channel_label = channels[row.channel]  # type: ignore[attr-defined]
        if on_day := getattr(row, "status_on", ""):
            row.status_on_label = statuses[on_day]  # type: ignore[attr-defined]
    return rows


def with_labels(rows: list[AssistanceRequest]) -> list[AssistanceRequest]:
    """As `with_words`, with the areas of each row: one query however many."""
    through = AssistanceRequest.areas.through.objects.filter(assistancerequest__in=[row.pk for row in rows])
    areas: dict[int, list[str]] = defaultdict(list)
    for request_id, code in through.values_list("assistancerequest_id", "area_id"):
        areas[request_id].append(code)
    area_labels = _words(AreaCode)
    for row in rows:
        row.area_labels = [area_labels[code] for code in sorted(areas[row.pk], key=ORDER.__getitem__)]  # type: ignore[attr-defined]
    return with_words(rows)


def _words(choices: type[TextChoices]) -> dict[str, str]:
    """Each code's word, translated once for a whole page."""
    return {choice.value: str(choice.label) for choice in choices}


@dataclass
class RelayLine:
    """A relay as a request's page shows it."""

    supporter: str
    sent_on: date
    opened_at: datetime | None
    answers: list[tuple[str, date, str]]


def relay_lines(relays: "QuerySet[Relay]") -> list[RelayLine]:
    """Relays with their answers, newest first: one query."""
    words = _words(AnswerKind)
    rows = relays.order_by("-sent_on", "-pk", "answers__answered_on").values_list(
        "pk", "supporter__state__name", "supporter__organisation__name", "sent_on", "opened_at",
        "answers__kind", "answers__answered_on", "answers__text",
    )  # fmt: skip
    lines: dict[int, RelayLine] = {}
    for pk, state, organisation, sent_on, opened_at, kind, answered_on, text in rows:
        line = lines.setdefault(pk, RelayLine(state or organisation, sent_on, opened_at, []))
        if kind:
            line.answers.append((words[kind], answered_on, text))
    return list(lines.values())


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
    """What the requesting State has changed of who may read its request, newest first: one query."""
    rows = AuditEvent.objects.filter(subject=request.reference, action__in=ReleaseAct.values).select_related("actor")
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
    """What the register knows of supporters, and the names that sentences need."""

    candidates: list[Candidate]
    state_names: dict[str, str]


def _read_knowledge() -> Knowledge:
    return Knowledge(_recorded_candidates(), dict(State.objects.values_list("iso3", "name")))


#: The supporters with their recorded support, presence and competences: every ranking reads all of them.
known_support = Kept(_read_knowledge, seconds=60)


def _recorded_candidates() -> list[Candidate]:
    flows: dict[str, list[Flow]] = defaultdict(list)
    for code, flow in recorded_flows():
        flows[code].append(flow)
    supporters = Supporter.objects.select_related("organisation").prefetch_related("areas", "organisation__works_in")
    return [
        Candidate(
            code=supporter.code,
            flows=tuple(flows[supporter.code]),
            works_in=frozenset(s.pk for s in supporter.organisation.works_in.all())
            if supporter.organisation
            else frozenset(),
            competences=frozenset(area.pk for area in supporter.areas.all()),
        )
        for supporter in supporters
    ]


def candidates(on: date) -> list[Candidate]:
    """Every supporter as known, with the offers that are open on the day: one query more."""
    offers = _open_offers(on)
    known = known_support().candidates
    newcomers = [Candidate(code) for code in offers if code not in {candidate.code for candidate in known}]
    return [replace(candidate, offers=tuple(offers.get(candidate.code, ()))) for candidate in [*known, *newcomers]]


def _open_offers(on: date) -> dict[str, list[OfferView]]:
    """Public offers by supporter: one query, a row for each offer and area."""
    rows = Offer.objects.visible_to(None).open(on).order_by("pk").values_list(
        "pk", "supporter__code", "title", "areas", *(f"is_{kind.value}" for kind in Kind)
    )  # fmt: skip
    found: dict[int, tuple[str, OfferView]] = {}
    for pk, code, title, area, *kinds in rows:
        seen = found[pk][1].areas if pk in found else frozenset()
        offered = frozenset(kind.value for kind, ticked in zip(Kind, kinds, strict=True) if ticked)
        found[pk] = code, OfferView(title, seen | {area}, offered)
    offers: dict[str, list[OfferView]] = defaultdict(list)
    for code, view in found.values():
        offers[code].append(view)
    return offers


def recorded_flows() -> list[tuple[str, Flow]]:
    """All recorded support as (supporter code, flow): two queries."""
    areas: dict[int, set[str]] = defaultdict(set)
    for record, area in SupportRecord.areas.through.objects.values_list("supportrecord_id", "area_id"):
        areas[record].add(area)
    rows = SupportRecord.objects.order_by().values_list(
        "pk", "supporter__code", "recipient", "recipient__region", "year", "amount_usd"
    )
    return [
        (code, Flow(recipient, region, year, float(usd) if usd is not None else None, frozenset(areas[pk])))
        for pk, code, recipient, region, year, usd in rows
    ]


def deadline_at_stake(request: AssistanceRequest, on: date) -> clocks.Row | None:
    """Where the clock of the request's obligation stands on a day."""
    return clocks.known_rows(on).get(request.obligation_id or 0)


def need_of(request: AssistanceRequest, on: date) -> Need:
    """The request as the matching rules read it."""
    stake = deadline_at_stake(request, on)
    return Need(
        state=request.state_id,
        region=request.state.region,
        areas=frozenset(area.pk for area in request.areas.all()),
        kinds=frozenset(kind.value for kind in request.kinds),
        deadline=stake.deadline if stake and stake.is_running else None,
    )


def ranked_supporters(request: AssistanceRequest, on: date, *, limit: int | None = None) -> list[Ranked]:
    """Supporters for a request, best first, with reasons in words."""
    suggestions = suggest(need_of(request, on), candidates(on), on=on)[:limit]
    return _in_words(suggestions, request)


def _in_words(suggestions: Sequence[Suggestion], request: AssistanceRequest) -> list[Ranked]:
    codes = [s.code for s in suggestions]
    asked = Relay.objects.filter(request=request, supporter=OuterRef("pk"))
    rows = Supporter.objects.filter(code__in=codes).select_related("state", "organisation")
    supporters = {s.code: s for s in rows.annotate(is_asked=Exists(asked))}
    names = known_support().state_names
    return [
        Ranked(number, supporters[s.code], s, [sentence(reason, request.state.name, names) for reason in s.reasons])
        for number, s in enumerate((s for s in suggestions if s.code in supporters), start=1)
    ]


def obligations_with_deadlines(state: State, on: date) -> list[clocks.Row]:
    """The State's clocks, for the needs form."""
    return [row for row in clocks.known_rows(on).values() if row.state == state]


def requests_fitting(
    supporter: Supporter, requests: "QuerySet[AssistanceRequest]", on: date
) -> list[tuple[AssistanceRequest, list[str], float]]:
    """Open requests that fit one supporter, best first, with reasons in words. A fixed number of queries."""
    candidate = next((c for c in candidates(on) if c.code == supporter.code), Candidate(supporter.code))
    everyone = [candidate]
    names = known_support().state_names
    found = []
    far = date.max
    for request in requests.prefetch_related("areas"):
        need = need_of(request, on)
        for suggestion in suggest(need, everyone, on=on):
            sentences = [sentence(reason, request.state.name, names) for reason in suggestion.reasons]
            found.append((request, sentences, suggestion.score, need.deadline or far))
    found.sort(key=lambda item: (-item[2], item[3]))  # of equal fit, what is due sooner comes first
    return [(request, sentences, score) for request, sentences, score, _deadline in found]
