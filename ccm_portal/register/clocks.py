"""The register's deadlines as rows: what pages, commands and calendar feeds show. Reads, never writes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.conf import settings
from django.db.models import CharField, QuerySet
from django.utils.text import slugify
from django.utils.translation import gettext

from ccm_portal.register.enums import OutcomeChoices, ReportKind, ReportStatus, StatusChoices
from ccm_portal.register.known import Register, known_register
from ccm_portal.register.models import Obligation, ReportingYear, State, TransparencyReport
from ccm_portal.statements import Slot, give, made_once
from ccm_portal.treaty import reports
from ccm_portal.treaty.dates import FirstAnnualReport, annual_report_due, initial_report_due
from ccm_portal.treaty.deadlines import Basis, Deadline, Facts, Position, Status, deadline_history, is_lodged_by
from ccm_portal.treaty.deadlines import position as position_of
from ccm_portal.treaty.meetings import FormalMeeting

COLUMNS = [
    "iso3", "state", "article", "clock", "sequence", "deadline", "basis", "status", "decided_by",
    "latest_submission", "source",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One deadline of one clock. `obligation` is None for transparency reports."""

    state: State
    article: int
    clock: str
    sequence: int
    deadline: date
    basis: str
    status: str
    decided_by: str = ""
    latest_submission: date | None = None
    consideration_meeting: str = ""
    source: str = ""
    obligation: Obligation | None = None
    month_precision: bool = False
    is_certain: bool = True
    covered_year: int | None = None
    undecided_by: str = ""  # the meeting that considered the latest request, where its decision was not seen
    awaited_from: str = ""  # the meeting for which the latest request was lodged, which has not decided yet

    @property
    def is_running(self) -> bool:
        """Whether somebody still has to meet it."""
        return self.status not in {Status.COMPLETED, Status.NO_OBLIGATION_DECLARED, Status.FROZEN}

    @property
    def is_deadline(self) -> bool:
        """Whether there is a date to show: where no obligation is declared there is none."""
        return self.status != Status.NO_OBLIGATION_DECLARED

    @property
    def sign(self) -> str:
        """The code that a badge shows: nobody is called overdue while a later decision may have moved the date."""
        return self.status if self.is_certain else "passed"

    @property
    def label(self) -> str:
        """The status in words."""
        if not self.is_certain:
            return gettext("Deadline passed")
        choices = ReportStatus if self.article == 7 else StatusChoices
        return str(choices(self.status).label)

    @property
    def slug(self) -> str:
        """The name of its clock, or of its report, in the addresses of its State."""
        return self.obligation.slug if self.obligation else slugify(self.clock.replace(".", "-"))

    @property
    def uid(self) -> str:
        """Stable name for calendars: a moved deadline updates its entry instead of adding one."""
        return f"{self.state.iso3.lower()}-{self.slug}"

    def get_absolute_url(self) -> str:
        """The page that says why the date is what it is."""
        return f"{self.state.get_absolute_url()}deadlines/{self.slug}/"


def formal_meetings() -> list[FormalMeeting]:
    """The meetings that decide on extension requests."""
    return known_register().meetings


def known_rows(on: date) -> dict[int, Row]:
    """The deadline of every clock that applied on a day, by its obligation."""
    return _known_rows(known_register(), on)


@lru_cache(maxsize=8)
def _known_rows(register: Register, on: date) -> dict[int, Row]:
    rows = current_rows(register.obligations, on, register.meetings)
    return {row.obligation.pk: row for row in rows if row.obligation}


def positions(
    obligations: Iterable[Obligation], on: date, meetings: Sequence[FormalMeeting]
) -> Iterator[tuple[Obligation, Facts, Position]]:
    """Each time-bound obligation known by the day with its facts and where it stands; needs `with_facts()`."""
    for obligation in obligations:
        if not obligation.is_clock or obligation.state.in_force is None:
            continue
        facts = obligation.facts()
        if facts.known_from <= on:
            yield obligation, facts, position_of(facts, on, meetings)


def current_rows(obligations: Iterable[Obligation], on: date, meetings: Sequence[FormalMeeting]) -> list[Row]:
    """The deadline of each clock that applied on the day."""
    return [
        _row(obligation, position.deadline, position, on)
        for obligation, _facts, position in positions(obligations, on, meetings)
    ]


def history_rows(obligations: Iterable[Obligation], on: date, meetings: Sequence[FormalMeeting]) -> list[Row]:
    """Every successive deadline of each clock decided by the day."""
    rows = []
    for obligation, facts, position in positions(obligations, on, meetings):
        history = deadline_history(facts.original, facts.extensions)
        rows += [_row(obligation, d, position, on) for d in history if d.is_decided_by(on)]
    return rows


def _row(obligation: Obligation, deadline: Deadline, position: Position, on: date) -> Row:
    undecided_by, awaited_from = _asked(obligation, on) if position.status == Status.EXTENSION_REQUESTED else ("", "")
    return Row(
        state=obligation.state,
        article=obligation.article,
        clock=obligation.limb,
        sequence=deadline.sequence,
        deadline=deadline.day,
        basis=deadline.basis,
        status=position.status,
        decided_by=deadline.decided_by,
        latest_submission=position.latest_submission if deadline == position.deadline else None,
        consideration_meeting=position.consideration_meeting if deadline == position.deadline else "",
        source=deadline.source or obligation.source,
        obligation=obligation,
        month_precision=deadline.month_precision,
        is_certain=position.is_certain,
        undecided_by=undecided_by,
        awaited_from=awaited_from,
    )


def _asked(obligation: Obligation, on: date) -> tuple[str, str]:
    """The meeting and document of the latest request by a day: the one that considered it, or one to decide."""
    lodged = [one for one in obligation.extensions.all() if is_lodged_by(one.as_rule(), on)]
    latest = lodged[-1] if lodged else None
    if latest is None or latest.meeting is None:
        return "", ""
    meeting = f"{latest.meeting.code} ({latest.document})" if latest.document else latest.meeting.code
    return (meeting, "") if latest.outcome == OutcomeChoices.NOT_SEEN else ("", meeting)


def first_annual_rule() -> FirstAnnualReport:
    """The working rule that this portal is set to (`FIRST_ANNUAL_REPORT`)."""
    return FirstAnnualReport(settings.FIRST_ANNUAL_REPORT)


@made_once
def _reports_of() -> "QuerySet[TransparencyReport]":
    return TransparencyReport.objects.filter(state=Slot("state", CharField())).order_by()


def with_reports(state: State) -> State:
    """One State with its reports, as `report_rows` needs it: one query."""
    give(state, "reports", _reports_of().ask(state=state.pk))
    return state


def report_rows(
    states: Iterable[State], on: date, *, history: bool = False, complete: Mapping[int | None, date] | None = None
) -> list[Row]:
    """Article 7: the initial report of each State bound on the day and its next annual one; with history, every
    report due so far, also those of a State that has withdrawn since. The states need their reports prefetched. The
    days up to which the register holds every report are read from the database unless they are given."""
    rows, rule = [], first_annual_rule()
    if complete is None:
        complete = ReportingYear.objects.complete_days()
    for state in states:
        is_bound = state.is_party_on(on)
        if state.in_force is None or state.in_force > on or not (is_bound or history):
            continue
        withdrawn = state.withdrawn_as_known(on)
        received = {(r.kind, r.covered_year): r for r in state.reports.all()}
        due = initial_report_due(state.in_force)
        if withdrawn is None or due < withdrawn:
            initial = received.get((ReportKind.INITIAL, None))
            rows.append(report_row(state, "7.1", due, initial, None, on, complete))
        years = [year for year, _due in reports.annual_reports_due(state.in_force, withdrawn, on, rule)]
        coming = reports.next_annual_report_year(state.in_force, on, rule)
        is_owed = is_bound and reports.owes_annual_report(state.in_force, withdrawn, coming, rule)
        for year in [*(years if history else ()), *([coming] if is_owed else ())]:
            report = received.get((ReportKind.ANNUAL, year))
            rows.append(report_row(state, "7.2", annual_report_due(year), report, year, on, complete))
    return rows


def report_row(
    state: State,
    clock: str,
    due: date,
    report: TransparencyReport | None,
    year: int | None,
    on: date,
    complete: Mapping[int | None, date],
) -> Row:
    """One due report; `complete` says up to which day the register holds every report for a covered year."""
    status = reports.standing(due, report.filing if report else None, on, complete.get(year))
    return Row(
        state=state,
        article=7,
        clock=clock if year is None else f"{clock} ({year})",
        sequence=0,
        deadline=due,
        basis=Basis.TREATY,
        status=status,
        source=report.source if report else state.source,
        covered_year=year,
    )


def record(row: Row, *, history: bool = False) -> dict[str, object]:
    """A row as commands and exports give it. Where no obligation is declared, there is no deadline to show; the
    history still gives the date that the Convention would set."""
    return {
        "iso3": row.state.iso3,
        "state": row.state.name,
        "article": row.article,
        "clock": row.clock,
        "sequence": row.sequence,
        "deadline": row.deadline if history or row.is_deadline else None,
        "basis": row.basis,
        "status": row.status,
        "decided_by": row.decided_by,
        "latest_submission": row.latest_submission,
        "source": row.source,
    }
