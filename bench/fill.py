"""Made-up requests with their areas, evidence, steps, relays and answers: the same ones on every run."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import models, transaction

from ccm_portal.accounts.models import User
from ccm_portal.register.models import Obligation, State
from ccm_portal.statements import give
from requests_app.domain.lifecycle import next_status
from requests_app.domain.needs import evidence_level
from requests_app.enums import Action, AnswerKind, Channel, Kind, Status, Visibility
from requests_app.models import (
    Answer,
    Area,
    AssistanceRequest,
    EvidenceItem,
    Relay,
    RequestEvent,
    SearchText,
    Supporter,
)
from requests_app.writing.models import Writing

NOTE = "Made up for measuring."
BATCH = 1000
LAO_FIRST = 30  # the first requests are of one State, so that its page is full at every size
YEARS = 12

SUBMITTED = (Action.SUBMIT,)
RELAYED = (*SUBMITTED, Action.RELAY)
ANSWERED = (*RELAYED, Action.ANSWER)
DELIVERING = (*ANSWERED, Action.AGREE, Action.START_DELIVERY)
DELIVERED = (*DELIVERING, Action.COMPLETE_DELIVERY)
#: (steps of a life, how often it occurs in a hundred)
LIVES: tuple[tuple[tuple[Action, ...], int], ...] = (
    ((), 4),
    (SUBMITTED, 12),
    ((*SUBMITTED, Action.ASK_CLARIFICATION), 4),
    (RELAYED, 20),
    (ANSWERED, 15),
    ((*ANSWERED, Action.AGREE), 6),
    (DELIVERING, 8),
    (DELIVERED, 4),
    ((*DELIVERED, Action.CLOSE_MET), 12),
    ((*DELIVERED, Action.CLOSE_PARTLY), 5),
    ((*SUBMITTED, Action.CLOSE_UNMET), 5),
    ((*SUBMITTED, Action.WITHDRAW), 5),
)
SUBJECTS = (
    "Technical survey",
    "Clearance of farm land",
    "Prosthetic services",
    "Risk education in schools",
    "Destruction of stockpiles",
    "Drafting of national legislation",
    "Training of survey teams",
    "Data management",
    "Peer support",
    "First transparency report",
)
PLACES = (
    "the northern provinces", "two border districts", "the river valley", "forty villages", "the capital region",
    "the eastern plateau", "areas open to returnees", "the southern governorates",
)  # fmt: skip
SENTENCES = (
    "The last teams stood down when their funding ended, and the remaining areas cannot be confirmed.",
    "Access to {place} is limited to the dry season, so that only five months of each year can be worked.",
    "Records of the strikes are incomplete and most of the suspected areas rest on what people remember.",
    "National means cover {n} staff of the authority, but no vehicles or insurance for the field.",
    "Survivors travel more than {n} hours to the nearest workshop, and many do not come back for repairs.",
    "Two survey teams with vehicles are needed for {n} months, with coaching for national staff.",
    "The work concerns {n} hazardous areas in {place}, of which a third lie beside schools or wells.",
    "Equipment handed over by earlier programmes is past its service life and spare parts are not available.",
    "A legal adviser would help the inter-ministerial committee to finish the draft that it began in {year}.",
    "Families return to {place} faster than the land can be released, and {n} accidents were recorded last year.",
    "The detectors in use cannot tell fragments from submunitions, which slows every lane to a few metres a day.",
    "A third of the database entries have no coordinates, and {n} polygons overlap.",
    "The army holds {n} crates whose content was last checked in {year}; destruction on site is not possible.",
    "Teachers in {place} ask for materials in the local languages and for a refresher each school year.",
    "Herders cross {place} twice a year and cannot be reached through schools or radio.",
    "The rehabilitation centre has lost {n} of its technicians to other employers since {year}.",
    "Flooding has moved ordnance out of areas that were recorded as released.",
    "The first report is late because the figures of three ministries do not agree.",
    "Quality control is done by the same teams that clear, for want of an independent inspector.",
    "Community liaison stopped in {place} when the last partner left, and rumours now guide where people farm.",
    "Medical evacuation from {place} takes more than {n} hours, so that work there is suspended in the rains.",
    "Donors have asked for a costed plan with yearly milestones before they commit.",
    "Explosives for demolition must be imported, and each permit takes about {n} weeks.",
    "Women are a small minority of the staff, and mixed teams would open homes that are closed to men.",
)
CURRENCIES = ("USD", "USD", "EUR", "CHF")


@dataclass
class Record:
    """One request with what belongs to it, before any of it is in the database."""

    request: AssistanceRequest
    areas: list[Area]
    evidence: list[EvidenceItem]
    events: list[RequestEvent]
    relays: list[Relay]
    answers: list[Answer]

    def search_texts(self) -> list[SearchText]:
        give(self.request, "evidence", self.evidence)
        return [] if self.request.is_draft else self.request.build_search_rows(area.pk for area in self.areas)


class Maker:
    """Makes records from the register; the number of a record decides everything in it."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.states = list(State.objects.order_by("iso3"))
        self.lao = next(state for state in self.states if state.pk == "LAO")
        self.areas = list(Area.objects.all())
        self.supporters = list(Supporter.objects.order_by("code"))
        self.obligations = {o.state_id: o for o in Obligation.objects.clocks()}
        self.coordinator = User.objects.get(email="coordinator@example.org")
        self.numbers: Counter[str] = Counter()
        for reference in AssistanceRequest.objects.values_list("reference", flat=True):
            prefix, _, number = reference.rpartition("-")
            if number.isdigit():
                self.numbers[prefix] = max(self.numbers[prefix], int(number))

    def record(self, number: int) -> Record:
        """The record of this number. The first has something in every part: it is the request that is read."""
        rng = Random(number)
        life = ANSWERED if number == 0 else rng.choices(*zip(*LIVES, strict=True))[0]
        request = self._request(rng, number, life)
        areas = rng.sample(self.areas, rng.choice((1, 1, 1, 2, 2, 3)))
        events = self._events(rng, request, life)
        relays = self._relays(rng, request, 3 if number == 0 else rng.randint(1, 4)) if Action.RELAY in life else []
        answers = [self._answer(rng, relay) for relay in relays[:2]] if Action.ANSWER in life else []
        evidence = [
            evidence_of(rng, request, self.today) for _ in range(2 if number == 0 else rng.choice((0, 0, 1, 2)))
        ]
        request.evidence_level = evidence_level([item.is_complete for item in evidence])
        return Record(request, areas, evidence, events, relays, answers)

    def _request(self, rng: Random, number: int, life: tuple[Action, ...]) -> AssistanceRequest:
        state = self.lao if number < LAO_FIRST else rng.choice(self.states)
        on = self.today - timedelta(days=rng.randrange(YEARS * 365)) if life else None
        status = status_after(life)
        relayed = Action.RELAY in life
        return AssistanceRequest(
            reference=self._reference(state, on) if on else f"DRAFT-BENCH{number:05d}",
            state=state,
            obligation=self.obligations.get(state.pk) if number == 0 or rng.random() < 0.6 else None,
            title=f"{rng.choice(SUBJECTS)} in {rng.choice(PLACES)}",
            challenge=text(rng, rng.randint(300, 800)),
            requirement=text(rng, rng.randint(300, 700)),
            consequence=text(rng, 100),
            institution="National mine action authority",
            national_plan="National mine action plan",
            visibility=rng.choice(list(Visibility)[1:] if relayed else list(Visibility)),
            channel=rng.choice((Channel.COORDINATORS, Channel.COORDINATORS, Channel.ISU, Channel.ARTICLE_7)),
            inform_coordinators=rng.random() < 0.9,
            status=status,
            submitted_on=on,
            confirmed_on=on if rng.random() < 0.95 else None,
            outcome=text(rng, 80) if status in {Status.MET, Status.PARTLY_MET} else "",
            note=NOTE,
            is_example=True,
            **{f"is_{kind.value}": rng.random() < 0.5 for kind in Kind},
            **amounts(rng),
        )

    def _reference(self, state: State, on: date) -> str:
        prefix = f"{state.pk}-{on.year}"
        self.numbers[prefix] += 1
        return f"{prefix}-{self.numbers[prefix]:03d}"

    def _events(self, rng: Random, request: AssistanceRequest, life: tuple[Action, ...]) -> list[RequestEvent]:
        on, before, events = request.submitted_on, Status.DRAFT, []
        for action in life:
            after = next_status(action, before)
            events.append(
                RequestEvent(
                    request=request, on=on, actor=self.coordinator, action=action, from_status=before, to_status=after
                )
            )
            before, on = after, min(self.today, on + timedelta(days=rng.randint(5, 90)))
        return events

    def _relays(self, rng: Random, request: AssistanceRequest, how_many: int) -> list[Relay]:
        return [
            Relay(
                request=request,
                supporter=supporter,
                sent_on=min(self.today, request.submitted_on + timedelta(days=rng.randint(1, 60))),
                sent_by=self.coordinator,
                note="With our recommendation.",
            )
            for supporter in rng.sample(self.supporters, how_many)
        ]

    def _answer(self, rng: Random, relay: Relay) -> Answer:
        on = relay.answered_on = min(self.today, relay.sent_on + timedelta(days=rng.randint(1, 60)))
        return Answer(relay=relay, kind=rng.choice(list(AnswerKind)), text=text(rng, 80), answered_on=on)


def evidence_of(rng: Random, request: AssistanceRequest, today: date) -> EvidenceItem:
    """One item; four of ten state no figure."""
    complete = rng.random() < 0.6
    return EvidenceItem(
        request=request,
        claim=f"Area suspected to be contaminated, {rng.choice(PLACES)}",
        figure=Decimal(rng.randint(1, 5000) * 1000) if complete else None,
        unit="m²" if complete else "",
        source=f"National database of mine action, {rng.randint(2015, 2026)}",
        dated=today - timedelta(days=rng.randint(30, 2000)),
        method="non-technical survey",
    )


def status_after(life: tuple[Action, ...]) -> Status:
    """Where a life has led to."""
    status = Status.DRAFT
    for action in life:
        status = next_status(action, status)
    return status


def text(rng: Random, least: int) -> str:
    """Sentences up to a length."""
    parts: list[str] = []
    while sum(map(len, parts)) < least:
        sentence = rng.choice(SENTENCES)
        parts.append(sentence.format(place=rng.choice(PLACES), n=rng.randint(2, 60), year=rng.randint(2010, 2025)))
    return " ".join(parts)


def amounts(rng: Random) -> dict[str, object]:
    """Total, shares and currency; a quarter of the requests name no amount."""
    if rng.random() < 0.25:
        return {}
    total = Decimal(rng.randint(50, 9000) * 1000)
    return {
        "currency": rng.choice(CURRENCIES),
        "total_cost": total,
        "national_share": total // 5,
        "external_secured": total // 8 if rng.random() < 0.5 else None,
    }


def fill(upto: int, today: date) -> None:
    """Add made-up requests until there are so many."""
    maker = Maker(today)
    for start in range(AssistanceRequest.objects.filter(note=NOTE).count(), upto, BATCH):
        write([maker.record(number) for number in range(start, min(start + BATCH, upto))])


@transaction.atomic
def write(records: Sequence[Record]) -> None:
    """Write records, one statement per kind of row and batch."""
    AssistanceRequest.objects.bulk_create([record.request for record in records])
    through = AssistanceRequest.areas.through
    links = (through(assistancerequest_id=r.request.pk, area_id=area.pk) for r in records for area in r.areas)
    for model, rows in (
        (through, links),
        (SearchText, (text for record in records for text in record.search_texts())),
        (EvidenceItem, (row for record in records for row in record.evidence)),
        (RequestEvent, (row for record in records for row in record.events)),
        (Relay, (row for record in records for row in record.relays)),
        (Answer, (row for record in records for row in record.answers)),
    ):
        _create(model, rows)


def _create(model: type[models.Model], rows: Iterator[models.Model]) -> None:
    model._default_manager.bulk_create(list(rows), batch_size=BATCH)


def add_drafts(how_many: int, today: date) -> list[str]:
    """Drafts of one State that could be submitted as they stand, each once; their references."""
    state, author = State.objects.get(pk="TCD"), User.objects.get(email="tcd@example.org")
    rng, areas = Random(how_many), Area.objects.filter(pk__in=["clearance", "risk_education"])
    drafts = [
        AssistanceRequest(
            reference=f"DRAFT-{number:010X}",
            state=state,
            created_by=author,
            title=f"{rng.choice(SUBJECTS)} in {rng.choice(PLACES)}",
            challenge=text(rng, 500),
            requirement=text(rng, 450),
            consequence=text(rng, 100),
            institution="National mine action authority",
            national_plan="National mine action plan",
            is_technical=True,
            is_financial=True,
            total_cost=3_200_000,
            national_share=600_000,
            external_secured=400_000,
            currency="USD",
            desired_start=today + timedelta(days=90),
            desired_end=today + timedelta(days=640),
            note=NOTE,
            is_example=True,
        )
        for number in range(how_many)
    ]
    _create(AssistanceRequest, iter(drafts))
    through = AssistanceRequest.areas.through
    _create(through, (through(assistancerequest=draft, area=area) for draft in drafts for area in areas))
    _create(Writing, (Writing(request=d, draft_reference=d.reference, last_step="visibility") for d in drafts))
    _create(EvidenceItem, (evidence_of(rng, draft, today) for draft in drafts))
    return [draft.reference for draft in drafts]


def requests_to_answer() -> list[str]:
    """References of requests that were relayed to Norway, which may answer them."""
    norway = User.objects.get(email="nor@example.org")
    waiting = AssistanceRequest.objects.visible_to(norway).filter(status__in=[Status.RELAYED, Status.ANSWERED])
    return list(
        waiting.filter(relays__supporter__state="NOR")
        .order_by("pk")
        .distinct()
        .values_list("reference", flat=True)[:50]
    )


def sessions(people: Sequence[str]) -> dict[str, str]:
    """Sign people in without their passwords: person -> session key."""
    return {person: _session(User.objects.get(email=f"{person}@example.org")) for person in people}


def _session(user: User) -> str:
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    return str(store.session_key)


def request_to_read() -> str:
    """The reference of the first made-up request."""
    return AssistanceRequest.objects.filter(note=NOTE).earliest("pk").reference
