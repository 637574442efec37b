"""Answers that several pages ask of requests and supporters: suggestions, deadlines at stake, areas of a page."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet, TextChoices

from ccm_portal.register import clocks
from ccm_portal.register.models import Obligation, State
from requests_app.domain.matching import Candidate, Flow, Need, OfferView, Suggestion, suggest
from requests_app.enums import AnswerKind, AreaCode, EvidenceLevel, Status
from requests_app.models import AssistanceRequest, Offer, Relay, Supporter, SupportRecord
from requests_app.wording import sentence

ORDER = {area.value: number for number, area in enumerate(AreaCode)}


@dataclass(frozen=True)
class Ranked:
    """A suggestion with its supporter and its reasons in words."""

    rank: int
    supporter: Supporter
    suggestion: Suggestion
    sentences: list[str]


def with_labels(rows: list[AssistanceRequest]) -> list[AssistanceRequest]:
    """Give each row of a list its words: areas, status, evidence, status on a past day. One query however many."""
    through = AssistanceRequest.areas.through.objects.filter(assistancerequest__in=[row.pk for row in rows])
    areas: dict[int, list[str]] = defaultdict(list)
    for request_id, code in through.values_list("assistancerequest_id", "area_id"):
        areas[request_id].append(code)
    area_labels, statuses, levels = _words(AreaCode), _words(Status), _words(EvidenceLevel)
    for row in rows:
        row.area_labels = [area_labels[code] for code in sorted(areas[row.pk], key=ORDER.__getitem__)]  # type: ignore[attr-defined]
        row.status_label = statuses[row.status]  # type: ignore[attr-defined]
        row.evidence_label = levels[row.evidence_level]  # type: ignore[attr-defined]
        if on_day := getattr(row, "status_on", ""):
            row.status_on_label = statuses[on_day]  # type: ignore[attr-defined]
    return rows


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


def candidates(on: date, *, flows: Iterable[tuple[str, Flow]] | None = None) -> list[Candidate]:
    """Every supporter with its recorded support, presence, competences and open offers: a fixed number of queries."""
    flows_by: dict[str, list[Flow]] = defaultdict(list)
    for code, flow in recorded_flows() if flows is None else flows:
        flows_by[code].append(flow)
    offers: dict[str, list[OfferView]] = defaultdict(list)
    for offer in Offer.objects.open(on).filter(is_public=True).select_related("supporter").prefetch_related("areas"):
        view = OfferView(
            offer.title, frozenset(a.pk for a in offer.areas.all()), frozenset(k.value for k in offer.kinds)
        )
        offers[offer.supporter.code].append(view)
    supporters = Supporter.objects.select_related("organisation").prefetch_related("areas", "organisation__works_in")
    return [
        Candidate(
            code=supporter.code,
            flows=tuple(flows_by[supporter.code]),
            works_in=frozenset(s.pk for s in supporter.organisation.works_in.all())
            if supporter.organisation
            else frozenset(),
            competences=frozenset(area.pk for area in supporter.areas.all()),
            offers=tuple(offers[supporter.code]),
        )
        for supporter in supporters
    ]


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
    if request.obligation is None or not request.obligation.is_clock:
        return None
    rows = clocks.current_rows([request.obligation], on, clocks.formal_meetings())
    return rows[0] if rows else None


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
    return _in_words(suggestions, request.state.name)


def _in_words(suggestions: Sequence[Suggestion], state: str) -> list[Ranked]:
    codes = [s.code for s in suggestions]
    supporters = {s.code: s for s in Supporter.objects.filter(code__in=codes).select_related("state", "organisation")}
    names = dict(State.objects.values_list("iso3", "name"))
    return [
        Ranked(number, supporters[s.code], s, [sentence(reason, state, names) for reason in s.reasons])
        for number, s in enumerate(suggestions, start=1)
    ]


def obligations_with_deadlines(state: State, on: date) -> list[clocks.Row]:
    """The State's clocks, for the needs form."""
    obligations = Obligation.objects.clocks().filter(state=state).with_facts()
    return clocks.current_rows(obligations, on, clocks.formal_meetings())


def requests_fitting(
    supporter: Supporter, requests: "QuerySet[AssistanceRequest]", on: date
) -> list[tuple[AssistanceRequest, list[str], float]]:
    """Open requests that fit one supporter, best first, with reasons in words. A fixed number of queries."""
    candidate = next((c for c in candidates(on) if c.code == supporter.code), Candidate(supporter.code))
    everyone = [candidate]
    names = dict(State.objects.values_list("iso3", "name"))
    found = []
    for request in requests.prefetch_related("areas"):
        need = Need(
            request.state_id,
            request.state.region,
            frozenset(area.pk for area in request.areas.all()),
            frozenset(kind.value for kind in request.kinds),
        )
        for suggestion in suggest(need, everyone, on=on):
            sentences = [sentence(reason, request.state.name, names) for reason in suggestion.reasons]
            found.append((request, sentences, suggestion.score))
    return sorted(found, key=lambda item: -item[2])
