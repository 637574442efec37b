"""What each role's board shows. Every part is a fixed number of queries, however much there is to show."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from ccm_portal.accounts.models import Access, OutboxMail, User
from ccm_portal.register import clocks
from ccm_portal.register.clocks import Row
from ccm_portal.register.models import Completion, ExtensionDecision, Meeting, State
from ccm_portal.register.queries import running_deadlines
from ccm_portal.treaty.dates import add_months
from coalitions.enums import ActivityStatus, CoalitionStatus
from coalitions.models import Coalition, PlanStep
from coalitions.outreach.models import FollowUp
from coalitions.queries import ledger
from requests_app.enums import AreaCode, Status
from requests_app.extensions.models import RiskFlag
from requests_app.extensions.queries import flags_on, with_flags
from requests_app.models import Area, AssistanceRequest, Relay, RequestQuerySet, of_supporter
from requests_app.overviews import reminder_due_from
from requests_app.queries import with_words
from requests_app.shares.models import Share, ShareQuerySet

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
    to_confirm: list[Share] | None = None
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
    numbers: dict[str, int] = field(default_factory=dict)


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
        _for_focal_point(board, access.state, user)
    if access.state or access.organisation:
        _for_supporter(board, user)
    if access.follows_up:
        waiting = FollowUp.objects.visible_to(user).open(today).select_related("obligation__state")
        board.follow_ups = list(waiting[:SHOWN])
    if access.sees_all_requests:
        _for_handlers(board, user)
    if access.is_president or access.themes - {"cooperation"}:
        _at_a_glance(board)
    if access.is_isu:
        _for_isu(board)
    if board.own_requests is None and board.new_requests is None:
        public = AssistanceRequest.objects.visible_to(user).open().select_related("state")
        board.public_requests = list(public[:SHOWN])
    return board


def _for_focal_point(board: Board, state: State, user: User) -> None:
    """What is due from us and when; what we asked and who answered."""
    rows = running_deadlines(board.today, state=state)
    board.flags = flags_on(user, board.today, obligation__state=state)
    board.clocks = with_flags(rows, board.flags)
    board.reports = [r for r in clocks.report_rows([state], board.today) if r.status == "not_due"]
    relays = Relay.objects.filter(request=OuterRef("pk"))
    requests = AssistanceRequest.objects.filter(state=state).order_by("-updated_at").for_list()
    counted = requests.annotate(
        relayed=Coalesce(Subquery(_number(relays)), 0),
        answered=Coalesce(Subquery(_number(relays.filter(answered_on__isnull=False))), 0),
    )
    board.own_requests = with_words(list(counted[:SHOWN]))


def _for_supporter(board: Board, user: User) -> None:
    """Requests relayed to us, and what we promised."""
    still_visible = AssistanceRequest.objects.visible_to(user).open()
    relays = Relay.objects.addressed_to(board.access).filter(request__in=still_visible).unanswered()
    board.relays_to_us = list(relays.for_list()[:SHOWN])
    access = board.access
    ours = of_supporter(access, "members__")
    if access.state:
        ours |= Q(lead=access.state)
    running = Coalition.objects.exclude(status=CoalitionStatus.CLOSED).filter(ours).distinct()
    board.coalitions = list(running.only("slug", "name", "status")[:SHOWN])
    promised = Share.objects.visible_to(user).filter(of_supporter(access)).standing()
    board.shares = list(_named(promised)[:SHOWN])
    board.to_confirm = list(_named(Share.objects.waiting_on(access))[:SHOWN])
    board.overdue = list(_named(ledger(running).overdue(board.today))[:SHOWN])


def _named(shares: ShareQuerySet) -> ShareQuerySet:
    """With the names that a line of a board shows, nothing of the long texts."""
    related = ("supporter__state", "supporter__organisation", "request__state")
    return shares.select_related(*related).only(*SHARE_FIELDS)


def _for_handlers(board: Board, user: User) -> None:
    """What needs the Coordinators and the ISU today."""
    visible = AssistanceRequest.objects.visible_to(user)
    recent = visible.filter(submitted_on__gte=board.today - timedelta(days=730))
    new = recent.filter(status__in=[Status.SUBMITTED, Status.CLARIFICATION])
    board.new_requests = with_words(list(new.for_list()[:SHOWN]))
    waiting = Exists(visible.open().filter(pk=OuterRef("request")))
    # First which, then what: with the joins beside the order PostgreSQL reads all of the silent ones before it sorts.
    longest = Relay.objects.unanswered().filter(waiting).order_by("sent_on").values("pk")[:SHOWN]
    board.reminder_due_from = reminder_due_from(board.today)
    board.unanswered = list(Relay.objects.filter(pk__in=longest).order_by("sent_on").for_list())
    board.pressing = _pressing_without_request(board.today, visible)
    board.proposed = list(Coalition.objects.filter(status=CoalitionStatus.PROPOSED).only("slug", "name")[:SHOWN])
    not_done = [ActivityStatus.PLANNED, ActivityStatus.UNDER_WAY]
    steps = PlanStep.objects.filter(status__in=not_done, plan__ends__gte=board.today).select_related("plan")
    board.next_steps = list(steps.only("title", "plan__name")[:SHOWN])


def _pressing_without_request(today: date, visible: RequestQuerySet) -> list[Row]:
    """Clocks that end within two years, or have passed, of States without an open request of the last two years."""
    limit = add_months(today, PRESSING_MONTHS)
    rows = [row for row in running_deadlines(today) if row.deadline <= limit]
    recent = visible.open().filter(submitted_on__gte=today - timedelta(days=730))
    asking = recent.filter(state__in={row.state.iso3 for row in rows}).order_by()
    asked = set(asking.values_list("state", flat=True).distinct())
    return [row for row in rows if row.state.iso3 not in asked]


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
        "mail_waiting": OutboxMail.objects.filter(sent_at__isnull=True),
    }
    numbers = {name: Coalesce(Subquery(_number(rows)), 0) for name, rows in counted.items()}
    found: Any = Area.objects.order_by().values(**numbers)[0]
    board.findings = list(found.items())


def _number(rows: QuerySet[Any]) -> QuerySet[Any, Any]:
    """How many rows, as a subquery."""
    return rows.order_by().values(all=Value(1)).annotate(n=Count("pk")).values("n")
