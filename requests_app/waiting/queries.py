"""What waits on whom for a request, a list and a board; the trust panel; whether the portal's own clocks still run."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import (
    CharField,
    Count,
    DateField,
    DateTimeField,
    Exists,
    F,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce

from ccm_portal.accounts.enums import Job, MailStatus, Role
from ccm_portal.accounts.models import Access, Appointment, JobRun, OutboxMail, User
from ccm_portal.register.models import State
from ccm_portal.statements import Slot, made_once
from requests_app.domain.lifecycle import OPEN
from requests_app.enums import Status
from requests_app.models import AssistanceRequest, Relay, RequestEvent, RequestQuerySet
from requests_app.waiting.domain.waiting import UNMATCHED, Life, Waiting, cut_off, waiting
from requests_app.waiting.enums import AlarmReason, Limit, Party, Purpose
from requests_app.waiting.models import Alarm, NeedMet, Opening, Silence, ValidityCheck, known_limits

#: What the register knows from years ago fills no list and rings no bell unless asked for.
RECENT = timedelta(days=730)
#: A stale request is the ISU's business first; the Coordinators see the mark this much later.
ISU_FIRST = timedelta(days=30)


def with_facts(rows: RequestQuerySet) -> RequestQuerySet:
    """Requests with what `life_of` reads, as subqueries."""
    of_request = Q(request=OuterRef("pk"))
    steps = RequestEvent.objects.filter(of_request, to_status=OuterRef("status")).exclude(from_status=F("to_status"))
    checks = ValidityCheck.objects.unanswered().filter(of_request).order_by("asked_on")
    silences = Silence.objects.running().filter(of_request)
    facts: dict[str, QuerySet[Any, Any]] = {
        "since": steps.order_by("-on", "-pk").values("on"),
        "silent_since": Relay.objects.unanswered().filter(of_request).order_by("sent_on").values("sent_on"),
        "asked_valid_on": checks.values("asked_on"),
        "valid_due_on": checks.values("due_on"),
        "silence_purpose": silences.values("purpose"),
        "silence_from": silences.values("started_on"),
        "silence_until": silences.values("ends_on"),
    }
    return rows.annotate(**{name: Subquery(found[:1]) for name, found in facts.items()})


#: Who may stop a silence procedure that the other side has started.
ASKED = {Purpose.CIRCULATE: Party.OWNER, Purpose.PUBLISH: Party.HANDLERS}


def life_of(row: Any) -> Life:
    """A request of `with_facts`, as the rule reads it."""
    return Life(
        status=Status(row.status),
        submitted_on=row.submitted_on,
        since=row.since or row.submitted_on,
        is_confirmed=row.confirmed_on is not None,
        silent_since=row.silent_since,
        asked_valid_on=row.asked_valid_on,
        silence=(ASKED[Purpose(row.silence_purpose)], row.silence_from, row.silence_until)
        if row.silence_purpose
        else None,
    )


def waits_of(row: Any) -> list[Waiting]:
    """What of a request of `with_facts` waits, the most pressing first."""
    return [] if row.submitted_on is None else waiting(life_of(row), known_limits())


def waits_on(row: Any, party: Party) -> list[Waiting]:
    return [item for item in waits_of(row) if item.party == party]


@made_once
def _open_requests() -> RequestQuerySet:
    fields = ("reference", "title", "state", "status", "submitted_on", "confirmed_on", "is_example")
    return with_facts(AssistanceRequest.objects.filter(state=Slot("state", CharField())).open()).only(*fields)


def waiting_on_state(state: State, on: date) -> list[tuple[AssistanceRequest, Waiting]]:
    """What waits on a requesting State itself, the most pressing first: one query."""
    rows = _open_requests().ask(state=state.pk)
    found = [(row, item) for row in rows for item in waits_on(row, Party.OWNER)]
    return sorted(found, key=lambda pair: (pair[1].due_on, pair[0].reference))


# --- alarms ---------------------------------------------------------------------------------------------------------


def calling_for(reason: AlarmReason, on: date) -> RequestQuerySet:
    """The requests that call for an alarm on a day, as `domain.waiting.alarms` says of one."""
    limit = cut_off(reason, on, known_limits())
    if reason == AlarmReason.NO_MATCH:
        return AssistanceRequest.objects.filter(status__in=UNMATCHED, submitted_on__lte=limit)
    relays = Relay.objects.filter(request=OuterRef("pk"))
    is_relayed = Exists(relays.filter(sent_on__lte=limit))
    is_answered = Exists(relays.filter(answered_on__isnull=False))
    return AssistanceRequest.objects.filter(is_relayed, ~is_answered, status__in=OPEN)


# --- the list of those who handle requests ----------------------------------------------------------------------------


@dataclass
class Line:
    """One thing that waits, as the list shows it."""

    request: Any
    item: Waiting
    alarms: list[AlarmReason] = field(default_factory=list)
    is_stale: bool = False
    names: list[str] = field(default_factory=list)


def lines(user: User, on: date) -> list[Line]:
    """All that waits, the longest overdue first: two queries, however many requests."""
    visible = AssistanceRequest.objects.visible_to(user).open()
    columns = ("reference", "title", "state__name", "status", "submitted_on", "confirmed_on", "is_example")
    standing: dict[int, list[AlarmReason]] = defaultdict(list)
    for request, reason in Alarm.objects.filter(cleared_on=None).values_list("request_id", "reason"):
        standing[request].append(AlarmReason(reason))
    rows: Any = with_facts(visible).select_related("state").only(*columns)
    found = [
        Line(
            row, item, standing[row.pk], item.what == Limit.STILL_VALID and is_stale(row.valid_due_on, user.access, on)
        )
        for row in rows
        for item in waits_of(row)
    ]
    return sorted(found, key=lambda line: (line.item.due_on, line.request.reference, line.item.what))


def chosen_lines(found: list[Line], on: date, party: str = "", show: str = "") -> list[Line]:
    """Those that a filter leaves: what waits on one party; recent, overdue, perhaps stale, with an alarm, or all."""
    if party:
        found = [line for line in found if line.item.party == party]
    if show == "all":
        return found
    if show == "stale":
        return [line for line in found if line.is_stale]
    recent = [line for line in found if line.request.submitted_on >= on - RECENT]
    if show == "overdue":
        return [line for line in recent if line.item.is_overdue(on)]
    return [line for line in recent if show in line.alarms] if show else recent


def with_names(found: list[Line]) -> list[Line]:
    """Name the supporters that are waited for: one query for a page."""
    asked = {line.request.pk for line in found if line.item.what == Limit.ANSWER}
    names = names_of_silent(asked)
    for line in found:
        line.names = names[line.request.pk] if line.item.what == Limit.ANSWER else []
    return found


def is_stale(due_on: date | None, access: Access, on: date) -> bool:
    """Whether the reader sees that a State left the yearly question without an answer: the ISU first."""
    return due_on is not None and due_on < (on if access.is_isu else on - ISU_FIRST)


# --- one request's page -----------------------------------------------------------------------------------------------


def with_page_facts(rows: RequestQuerySet, access: Access, on: date) -> RequestQuerySet:
    """Requests with their facts, their alarms, whether there are questions after closing, which of them waits for the
    reader's word, and whether the reader named in the slot `party` has opened them on a day."""
    of_request = Q(request=OuterRef("pk"))
    questions = NeedMet.objects.filter(of_request).order_by()
    standing = Alarm.objects.filter(of_request, cleared_on=None)
    extra = {f"has_{reason.value}": Exists(standing.filter(reason=reason)) for reason in AlarmReason}
    return with_facts(rows).annotate(
        **extra,
        has_questions=Exists(questions),
        was_asked_met=Exists(questions.put_to(access)),
        asked_met_on=Subquery(questions.waiting_on(access).values("asked_on")[:1]),
        was_opened=Exists(Opening.objects.filter(of_request, reader=Slot("party", CharField()), on=on)),
    )


def alarms_of(facts: Any) -> list[AlarmReason]:
    """The alarms that stand for a request of `with_page_facts`."""
    return [reason for reason in AlarmReason if getattr(facts, f"has_{reason.value}")]


@dataclass
class MailLine:
    """A mail about a request: to which post, and what became of it. No address."""

    post: str
    subject: str
    written_at: datetime
    sent_at: datetime | None
    status: MailStatus


@dataclass
class Trust:
    """What the owner is told: who opened its request, and which mail reached whom."""

    openings: list[Opening]
    mails: list[MailLine]


SHOWN = 30


def trust_of(asked: AssistanceRequest) -> Trust:
    """Two queries."""
    posts = Appointment.objects.filter(user=OuterRef("reader")).order_by("starts", "pk")
    named = {
        "role": posts.values("role"),
        "of_state": posts.values("state__name"),
        "of_organisation": posts.values("organisation__name"),
    }
    mails = OutboxMail.objects.filter(thing=asked.get_absolute_url(), reader__isnull=False).order_by(
        "-created_at", "-pk"
    )
    rows = mails.annotate(**{name: Subquery(found[:1]) for name, found in named.items()}).values_list(
        "role", "of_state", "of_organisation", "subject", "created_at", "sent_at", "status", "digest__status",
        "digest__sent_at",
    )[:SHOWN]  # fmt: skip
    return Trust(
        list(asked.openings.all()[:SHOWN]),
        [
            MailLine(
                post=_post(role, state, organisation),
                subject=subject,
                written_at=written_at,
                sent_at=sent_at or digest_sent_at,
                status=MailStatus.FAILED if digest_status == MailStatus.FAILED else MailStatus(status),
            )
            for role, state, organisation, subject, written_at, sent_at, status, digest_status, digest_sent_at in rows
        ],
    )


def _post(role: str | None, state: str | None, organisation: str | None) -> str:
    label = str(Role(role).label) if role else ""
    party = organisation or (state if role == Role.FOCAL_POINT else None)
    return f"{party}: {label}" if party else label


# --- whether the clocks run -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Watch:
    """What the boards of the Coordinators and the ISU shout."""

    mail_waits_since: datetime | None = None
    nightly_ran_at: datetime | None = None
    is_nightly_late: bool = False
    failed_mails: int = 0
    unanswered: int = 0
    unmatched: int = 0
    stale: int = 0


def watch(user: User, now: datetime) -> Watch:
    """Whether mail goes out and the nightly run runs, and which alarms stand, as far as the reader may know: one
    query."""
    (found,) = _watched(user.access).ask(
        late=now - timedelta(minutes=settings.MAIL_LATE_AFTER_MINUTES),
        until=now.date() if user.access.is_isu else now.date() - ISU_FIRST,
    )
    nightly = found["nightly"]
    is_late = nightly is None or nightly < now - timedelta(hours=settings.NIGHTLY_LATE_AFTER_HOURS)
    return Watch(
        found["mail"], nightly, is_late, found["failed"], found["unanswered"], found["unmatched"], found["stale"]
    )


@made_once
def _watched(access: Access) -> QuerySet[Any, Any]:
    is_known = Exists(AssistanceRequest.objects.visible_to(access).open().filter(pk=OuterRef("request")))
    alarms = Alarm.objects.filter(is_known, cleared_on=None)
    stuck = OutboxMail.objects.filter(status=MailStatus.WAITING, attempts=0)
    stale = ValidityCheck.objects.unanswered().filter(is_known, due_on__lt=Slot("until", DateField()))
    return State.objects.order_by("pk").values(
        mail=Subquery(_of_all(stuck.filter(created_at__lte=Slot("late", DateTimeField())), Min("created_at"))),
        nightly=Subquery(_of_all(JobRun.objects.filter(job=Job.FOLLOW_UP), Max("ended_at"))),
        failed=_count(OutboxMail.objects.filter(status=MailStatus.FAILED)),
        unanswered=_count(alarms.filter(reason=AlarmReason.NO_ANSWER)),
        unmatched=_count(alarms.filter(reason=AlarmReason.NO_MATCH)),
        stale=_count(stale),
    )[:1]


def _of_all(rows: QuerySet[Any], value: Any) -> QuerySet[Any, Any]:
    return rows.order_by().values(all=Value(1)).annotate(value=value).values("value")


def _count(rows: QuerySet[Any]) -> Any:
    return Coalesce(Subquery(_of_all(rows, Count("pk"))), 0)


def names_of_silent(requests: Iterable[int]) -> dict[int, list[str]]:
    """Which supporters have not answered, by request: one query."""
    names: dict[int, list[str]] = defaultdict(list)
    relays = Relay.objects.unanswered().filter(request__in=list(requests)).order_by("sent_on", "pk")
    for request, state, organisation in relays.values_list(
        "request_id", "supporter__state__name", "supporter__organisation__name"
    ):
        names[request].append(state or organisation)
    return names
