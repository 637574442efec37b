"""What each role's board shows. Every part is a fixed number of queries, however much there is to show."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import CharField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from ccm_portal.accounts.enums import MailStatus
from ccm_portal.accounts.models import Access, OutboxMail, User
from ccm_portal.register import clocks
from ccm_portal.register.clocks import Row
from ccm_portal.register.known import known_register
from ccm_portal.register.models import Completion, ExtensionDecision, Meeting, State
from ccm_portal.register.queries import running_deadlines
from ccm_portal.statements import Slot, made_once
from ccm_portal.treaty.dates import add_months
from coalitions.enums import ActivityStatus, CoalitionStatus
from coalitions.models import Coalition, PlanStep
from coalitions.outreach.models import FollowUp
from coalitions.queries import ledger
from requests_app.authors.queries import invited_to, unsigned_by
from requests_app.enums import AreaCode, Status
from requests_app.extensions.models import RiskFlag
from requests_app.extensions.queries import flags_of_state, with_flags
from requests_app.models import Area, AssistanceRequest, Relay, RequestQuerySet, of_supporter
from requests_app.overviews import reminder_due_from
from requests_app.queries import with_words
from requests_app.shares.models import Share, ShareQuerySet
from requests_app.waiting.domain.waiting import Waiting
from requests_app.waiting.enums import Limit, Party
from requests_app.waiting.models import known_limits
from requests_app.waiting.queries import RECENT, Watch, waiting_on_state, waits_on, watch, with_facts
from requests_app.waiting.words import Awaited, awaited_of

SHOWN = 8
SHARE_FIELDS = (
    "kind", "amount", "currency", "quantity", "unit", "percent", "status", "from_year", "to_year", "due_on",
    "is_example", "supporter__code", "supporter__state__name", "supporter__organisation__name", "request__reference",
    "request__title", "request__state__name",
)  # fmt: skip
PRESSING_MONTHS = 24


@dataclass
class Board:
    """The parts of one person's board; a part that is None does not belong to that role."""

    today: date
    access: Access
    clocks: list[Row] | None = None
    flags: dict[int, RiskFlag] = field(default_factory=dict)
    reports: list[Row] | None = None
    own_requests: list[AssistanceRequest] | None = None
    relays_to_us: list[Relay] | None = None
    shares: list[Share] | None = None
    awaited: list[Awaited] | None = None
    overdue: list[Share] | None = None
    coalitions: list[Coalition] | None = None
    new_requests: list[AssistanceRequest] | None = None
    unanswered: list[Relay] | None = None
    reminder_due_from: date | None = None
    pressing: list[Row] | None = None
    follow_ups: list[FollowUp] | None = None
    proposed: list[Coalition] | None = None
    next_steps: list[PlanStep] | None = None
    glance: dict[str, int] | None = None
    undecided: list[ExtensionDecision] | None = None
    findings: list[tuple[str, int]] | None = None
    public_requests: list[AssistanceRequest] | None = None
    waiting_on_us: list[tuple[AssistanceRequest, Waiting]] | None = None
    watch: Watch | None = None
    written: list[AssistanceRequest] | None = None
    numbers: dict[str, int] = field(default_factory=dict)

    @property
    def asks_first(self) -> bool:
        """Whether asking for help comes before giving it: a State that has to meet a deadline, or has asked before."""
        return bool(self.clocks or self.own_requests)


def open_by_area(rows: RequestQuerySet) -> list[tuple[str, int]]:
    """Open requests by area: one narrow query. A request for several areas counts in each."""
    open_ids = rows.open().order_by().values("pk")
    through = AssistanceRequest.areas.through.objects.filter(assistancerequest__in=open_ids)
    counted = dict(through.values_list("area_id").annotate(n=Count("pk")))
    return [(str(area.label), counted[area.value]) for area in AreaCode if area.value in counted]


def board_for(user: User, today: date) -> Board:
    """The board of a person: the parts of every role held."""
    access = user.access
    board = Board(today, access)
    if access.state:
        _for_focal_point(board, access.state)
    if access.state or access.organisation:
        _for_supporter(board)
    if access.follows_up:
        board.follow_ups = _follow_ups(access, today).ask()
    if access.sees_all_requests:
        _for_handlers(board, user)
    if access.is_president or access.themes - {"cooperation"}:
        _at_a_glance(board)
    if access.is_isu:
        _for_isu(board)
    if access.author:
        invited = AssistanceRequest.objects.visible_to(user).filter(pk__in=invited_to(user))
        invited = invited.annotate(waits_for_sign_off=Exists(unsigned_by(user).filter(request=OuterRef("pk"))))
        board.written = with_words(list(invited.order_by("-updated_at").for_list()[:SHOWN]))
    if board.own_requests is None and board.new_requests is None:
        public = AssistanceRequest.objects.visible_to(user).open().select_related("state")
        board.public_requests = list(public[:SHOWN])
    return board


def _for_focal_point(board: Board, state: State) -> None:
    """What is due from us and when; what we asked and who answered."""
    rows = running_deadlines(board.today, state=state)
    board.flags = flags_of_state(board.access, state.pk, board.today)
    board.clocks = with_flags(rows, board.flags)
    due = clocks.report_rows([clocks.with_reports(state)], board.today, complete=known_register().complete_days)
    board.reports = [row for row in due if row.status == "not_due"]
    board.own_requests = with_words(_own_requests(board.today).ask(state=state.pk))
    board.waiting_on_us = waiting_on_state(state, board.today)[:SHOWN]


@made_once
def _own_requests(on: date) -> RequestQuerySet:
    relays = Relay.objects.filter(request=OuterRef("pk"))
    requests = AssistanceRequest.objects.filter(state=Slot("state", CharField())).single(on).order_by("-updated_at")
    return requests.for_list().annotate(
        relayed=Coalesce(Subquery(_number(relays)), 0),
        answered=Coalesce(Subquery(_number(relays.filter(answered_on__isnull=False))), 0),
    )[:SHOWN]


def _for_supporter(board: Board) -> None:
    """Requests relayed to us, and what we promised."""
    access, today = board.access, board.today
    board.relays_to_us = _relays_to(access).ask()
    for relay in board.relays_to_us:
        relay.due_on = relay.sent_on + timedelta(days=known_limits()[Limit.ANSWER])  # type: ignore[attr-defined]
    board.coalitions = _running_coalitions(access).ask()
    board.shares = _promised_by(access).ask()
    board.awaited = awaited_of(access, today, SHOWN)
    board.overdue = _overdue_around(access, today).ask()


@made_once
def _relays_to(access: Access) -> "QuerySet[Relay]":
    still_visible = AssistanceRequest.objects.visible_to(access).open().filter(pk=OuterRef("request"))
    return Relay.objects.addressed_to(access).filter(Exists(still_visible)).unanswered().for_list()[:SHOWN]


def _coalitions_of(access: Access) -> "QuerySet[Coalition]":
    ours = of_supporter(access, "members__")
    if access.state:
        ours |= Q(lead=access.state)
    return Coalition.objects.exclude(status=CoalitionStatus.CLOSED).filter(ours).distinct()


@made_once
def _running_coalitions(access: Access) -> "QuerySet[Coalition]":
    return _coalitions_of(access).only("slug", "name", "status")[:SHOWN]


@made_once
def _promised_by(access: Access) -> ShareQuerySet:
    return _named(Share.objects.visible_to(access).filter(of_supporter(access)).standing())[:SHOWN]


@made_once
def _overdue_around(access: Access, today: date) -> ShareQuerySet:
    return _named(ledger(_coalitions_of(access)).overdue(today))[:SHOWN]


def _named(shares: ShareQuerySet) -> ShareQuerySet:
    """With the names that a line of a board shows, nothing of the long texts."""
    related = ("supporter__state", "supporter__organisation", "request__state")
    return shares.select_related(*related).only(*SHARE_FIELDS)


def _for_handlers(board: Board, user: User) -> None:
    """What needs the Coordinators and the ISU today."""
    access, today = board.access, board.today
    board.new_requests = with_words(_new_requests(access, today).ask())
    for row in board.new_requests:
        row.wait = next(iter(waits_on(row, Party.HANDLERS)), None)  # type: ignore[attr-defined]
    board.watch = watch(user, timezone.now())
    board.reminder_due_from = reminder_due_from(today)
    board.unanswered = _longest_unanswered(access, today).ask()
    board.pressing = _pressing_without_request(access, today)
    board.proposed = _proposed_coalitions().ask()
    board.next_steps = _next_steps(today).ask()


@made_once
def _follow_ups(access: Access, today: date) -> "QuerySet[FollowUp]":
    return FollowUp.objects.visible_to(access).open(today).select_related("obligation__state")[:SHOWN]


@made_once
def _new_requests(access: Access, today: date) -> RequestQuerySet:
    recent = AssistanceRequest.objects.visible_to(access).filter(submitted_on__gte=today - RECENT)
    newest = recent.filter(status__in=[Status.SUBMITTED, Status.CLARIFICATION]).values("pk")[:SHOWN]
    # First which, then what: SQLite looks up the facts of all of them before it sorts.
    return with_facts(AssistanceRequest.objects.filter(pk__in=newest).for_list())


@made_once
def _longest_unanswered(access: Access, today: date) -> "QuerySet[Relay]":
    waiting = Exists(AssistanceRequest.objects.visible_to(access).open().filter(pk=OuterRef("request")))
    # First which, then what: with the joins beside the order PostgreSQL reads all of the silent ones before it sorts.
    longest = Relay.objects.unanswered().filter(waiting, sent_on__gte=today - RECENT).order_by("sent_on")
    return Relay.objects.filter(pk__in=longest.values("pk")[:SHOWN]).order_by("sent_on").for_list()


@made_once
def _proposed_coalitions() -> "QuerySet[Coalition]":
    return Coalition.objects.filter(status=CoalitionStatus.PROPOSED).only("slug", "name")[:SHOWN]


@made_once
def _next_steps(today: date) -> "QuerySet[PlanStep]":
    not_done = [ActivityStatus.PLANNED, ActivityStatus.UNDER_WAY]
    steps = PlanStep.objects.filter(status__in=not_done, plan__ends__gte=today).select_related("plan")
    return steps.only("title", "plan__name")[:SHOWN]


@made_once
def _states_that_ask(access: Access, today: date) -> "QuerySet[State, Any]":
    recent = AssistanceRequest.objects.visible_to(access).open().filter(submitted_on__gte=today - RECENT)
    return State.objects.filter(Exists(recent.filter(state=OuterRef("pk")))).order_by().values_list("pk", flat=True)


def _pressing_without_request(access: Access, today: date) -> list[Row]:
    """Clocks that end within two years, or have passed, of States without an open request of the last two years."""
    limit, asked = add_months(today, PRESSING_MONTHS), set(_states_that_ask(access, today).ask())
    return [row for row in running_deadlines(today) if row.deadline <= limit and row.state.iso3 not in asked]


def _at_a_glance(board: Board) -> None:
    """Status of all clocks, and extension requests whose decision is open or not in the register."""
    board.glance = {}
    for row in clocks.known_rows(board.today).values():
        board.glance[row.label] = board.glance.get(row.label, 0) + 1
    waiting = ExtensionDecision.objects.filter(outcome__in=["pending", "not_seen"])
    board.undecided = list(
        waiting.select_related("obligation__state", "meeting").order_by(
            F("meeting__first_day").desc(nulls_first=True), "-pk"
        )[:SHOWN]
    )


def _for_isu(board: Board) -> None:
    """How trustworthy the data is, and what hangs: one query."""
    counted = {
        "unverified_states": State.objects.filter(is_verified=False, deposited__isnull=False),
        "unknown_decisions": ExtensionDecision.objects.filter(outcome="not_seen"),
        "undated_completions": Completion.objects.filter(day__isnull=True),
        "meetings_incomplete": Meeting.objects.filter(decisions_recorded=False),
        "mail_waiting": OutboxMail.objects.filter(status=MailStatus.WAITING),
    }
    numbers = {name: Coalesce(Subquery(_number(rows)), 0) for name, rows in counted.items()}
    found: Any = Area.objects.order_by().values(**numbers)[0]
    board.findings = list(found.items())


def _number(rows: QuerySet[Any]) -> QuerySet[Any, Any]:
    """How many rows, as a subquery."""
    return rows.order_by().values(all=Value(1)).annotate(n=Count("pk")).values("n")
