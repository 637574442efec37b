"""Article 7 reports as pages show them: who filed what and when, how many did, and what would complete a report."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404

from ccm_portal.register import clocks
from ccm_portal.register.clocks import Row
from ccm_portal.register.enums import Article, FigureKind, FormLetter, Limb, ReportKind, StandingChoices
from ccm_portal.register.known import known_register
from ccm_portal.register.models import (
    Obligation,
    ReportedFigure,
    ReportForm,
    ReportingYear,
    State,
    TransparencyReport,
)
from ccm_portal.register.picking import pick
from ccm_portal.register.search import fold
from ccm_portal.treaty import completeness, reports
from ccm_portal.treaty.dates import annual_report_due, initial_report_due
from reports.wording import ADVICE

FIRST_YEAR = 2010  # the Convention entered into force in it
MISSING = {reports.Standing.NOT_DUE, reports.Standing.NOT_ON_RECORD, reports.Standing.OVERDUE}


@dataclass(frozen=True, slots=True)
class Due:
    """One report that is owed, with the report itself where the register holds it."""

    row: Row
    report: TransparencyReport | None

    @property
    def address(self) -> str:
        """Its page, also before it is filed."""
        return f"/transparency-reports/{self.row.state.pk.lower()}/{self.row.covered_year or 'initial'}/"

    @property
    def is_missing(self) -> bool:
        return self.row.status in MISSING


@dataclass(frozen=True, slots=True)
class Line:
    """A State with its initial report and the annual report of one year; None where it owes none for that year."""

    state: State
    initial: Due
    annual: Due | None


def due_reports(on: date, covered_year: int) -> list[Line]:
    """One line for each State bound on the day, by name: three queries."""
    complete = ReportingYear.objects.complete_days()
    lines = []
    for state in State.objects.joined().prefetch_related("reports"):
        if (in_force := state.in_force) and state.is_party_on(on):
            initial = _due(state, in_force, None, on, complete)
            lines.append(Line(state, initial, _annual(state, in_force, covered_year, on, complete)))
    return sorted(lines, key=lambda line: fold(line.state.name))


def _annual(state: State, in_force: date, year: int, on: date, complete: dict[int | None, date]) -> Due | None:
    if not reports.owes_annual_report(in_force, state.withdrawn, year, clocks.first_annual_rule()):
        return None
    return _due(state, in_force, year, on, complete)


def _due(state: State, in_force: date, year: int | None, on: date, complete: dict[int | None, date]) -> Due:
    """The report of a covered year, or the initial one where the year is None; the State has its reports at hand."""
    report = next((r for r in state.reports.all() if r.covered_year == year), None)
    day = annual_report_due(year) if year else initial_report_due(in_force)
    row = clocks.report_row(state, "7.2" if year else "7.1", day, report, year, on, complete)
    return Due(row, report if report and report.filing.known_from and report.filing.known_from <= on else None)


def filtered(lines: Iterable[Line], chosen: dict[str, Any]) -> list[Line]:
    """Narrowed by name, region, and how the annual or the initial report stands."""
    status, initial = chosen.get("status"), chosen.get("initial_status")
    return [
        line
        for line in pick(lines, chosen.get("q") or "", lambda line: line.state.search_text)
        if chosen.get("region") in {None, "", line.state.region}
        and (not status or (line.annual is not None and line.annual.row.status == status))
        and initial in {None, "", line.initial.row.status}
    ]


# --- how many ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of the reports that fell due the register holds; a share only where it is known to hold them all."""

    covered_year: int | None
    due_on: date | None
    due: int
    on_record: int
    on_time: int
    complete_on: date | None

    @property
    def percent(self) -> int | None:
        return round(100 * self.on_record / self.due) if self.due and self.complete_on else None


def rates(on: date) -> list[Rate]:
    """Initial reports due by the day, then each covered year, latest first. Made-up reports are not counted."""
    complete = ReportingYear.objects.complete_days()
    rule = clocks.first_annual_rule()
    counted: dict[int | None, list[reports.Standing]] = {}
    for state in State.objects.joined().prefetch_related("reports"):
        in_force, withdrawn = state.in_force, state.withdrawn
        if in_force is None:
            continue
        real = {r.covered_year: r.filing for r in state.reports.all() if not r.is_example}
        owed: list[tuple[int | None, date]] = list(reports.annual_reports_due(in_force, withdrawn, on, rule))
        initial = initial_report_due(in_force)
        if initial <= on and (withdrawn is None or initial < withdrawn):
            owed.append((None, initial))
        for year, due in owed:
            counted.setdefault(year, []).append(reports.standing(due, real.get(year), on, complete.get(year)))
    order = sorted(counted, key=lambda year: -(year or 9999))
    return [_rate(year, counted[year], complete.get(year)) for year in order]


def _rate(year: int | None, standings: list[reports.Standing], complete_on: date | None) -> Rate:
    due_on = annual_report_due(year) if year else None
    return Rate(
        covered_year=year,
        due_on=due_on,
        due=len(standings),
        on_record=sum(standing not in MISSING for standing in standings),
        on_time=standings.count(reports.Standing.ON_TIME),
        complete_on=complete_on if complete_on and (due_on is None or complete_on > due_on) else None,
    )


# --- reminders --------------------------------------------------------------------------------------------------------


def to_remind(on: date, covered_year: int, chosen: dict[str, Any]) -> list[Due]:
    """Every report that is falling due, overdue or not on record, by State; whoever has reported is left out."""
    return [
        due
        for line in filtered(due_reports(on, covered_year), chosen)
        for due in (line.initial, line.annual)
        if due is not None and due.is_missing
    ]


# --- one report -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FormLine:
    """One form of the template with what the State filed, and the advice for those who may read it."""

    letter: str
    title: str
    filed: ReportForm | None
    advice: list[str]
    figures: list[ReportedFigure]


@dataclass(frozen=True)
class ReportPage:
    """One report, or the place where it will stand."""

    state: State
    covered_year: int | None
    due: Due | None
    report: TransparencyReport | None
    forms: list[FormLine]
    need: completeness.NeedStatus
    has_findings: bool


def report_page(iso3: str, covered: str, on: date, *, with_findings: bool) -> ReportPage:
    """Raises Http404 for a State or a year that owes no report and has filed none."""
    state = get_object_or_404(State.objects.joined().prefetch_related("reports"), pk=iso3.upper())
    if covered != "initial" and not (covered.isdigit() and len(covered) == 4 and int(covered) >= FIRST_YEAR):
        raise Http404
    year = None if covered == "initial" else int(covered)
    if (in_force := state.in_force) is None:
        raise Http404
    complete = ReportingYear.objects.complete_days()
    due = _annual(state, in_force, year, on, complete) if year else _due(state, in_force, None, on, complete)
    report = next((r for r in state.reports.all() if r.covered_year == year), None)
    filed_on = report.filing.known_from if report else None
    if filed_on is None or filed_on > on:
        report = None
    if due is None and report is None:
        raise Http404
    forms = list(report.forms.all()) if report else []
    figures = list(report.figures.all()) if report else []
    rules = {form.form: form.as_rule for form in forms}
    found = (
        completeness.findings(_judged(report, filed_on, rules))
        if report and filed_on and forms and with_findings
        else []
    )
    return ReportPage(
        state=state,
        covered_year=year,
        due=due,
        report=report,
        forms=_form_lines(forms, found, figures),
        need=completeness.need_status(rules),
        has_findings=bool(found),
    )


def _form_lines(
    forms: list[ReportForm], found: list[completeness.Finding], figures: list[ReportedFigure]
) -> list[FormLine]:
    filed = {form.form: form for form in forms}
    return [
        FormLine(
            letter.value,
            str(letter.label),
            filed.get(letter),
            [str(ADVICE[finding.advice]) for finding in found if finding.form == letter],
            [figure for figure in figures if figure.form == letter],
        )
        for letter in FormLetter
    ]


def _judged(report: TransparencyReport, filed_on: date, forms: dict[str, completeness.Form]) -> completeness.Report:
    """What the rules on completeness read: the forms, and what bound the State on the day it filed."""
    retained = ReportedFigure.objects.filter(
        report__state=report.state_id, what=FigureKind.SUBMUNITIONS_RETAINED, value__gt=0, is_example=report.is_example
    )
    return completeness.Report(
        forms=forms,
        is_initial=report.kind == ReportKind.INITIAL,
        is_cover_only=report.is_cover_only,
        submitted=report.signed_on or report.received_on,
        running=frozenset(_running_articles(report.state_id, filed_on)),
        retains=retained.exists(),
    )


def _running_articles(iso3: str, on: date) -> Iterator[int]:
    """The Articles under which a declared obligation ran on a day."""
    for row in clocks.known_rows(on).values():
        if row.state.pk == iso3 and row.is_running:
            yield row.article
    victims = Obligation.objects.filter(state=iso3, limb=Limb.VICTIMS, standing=StandingChoices.DECLARED)
    if victims.exists():
        yield 5


# --- one State --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ArticleSummary:
    """What a State reported under one Article, beside its obligations: their clocks, and what has no deadline."""

    article: Article
    clocks: list[Row]
    without_deadline: list[Obligation]
    figures: list[ReportedFigure]


@dataclass(frozen=True, slots=True)
class Filed:
    """One report on record, and whether it states a need."""

    due: Due
    need: completeness.NeedStatus


@dataclass(frozen=True, slots=True)
class Summary:
    """What the reports of a State say, by Article, as known on a day."""

    state: State
    articles: list[ArticleSummary]
    reports: list[Filed]


def summary(iso3: str, on: date) -> Summary:
    """Five queries. Raises Http404 for a State that has not joined."""
    state = get_object_or_404(State.objects.joined().prefetch_related("reports__forms"), pk=iso3.upper())
    known = ReportedFigure.objects.filter(report__in=TransparencyReport.objects.known_by(on), report__state=state)
    figures = list(
        known.select_related("report__state").order_by("what", "detail", "-report__covered_year", "form", "pk")
    )
    rows = [row for row in clocks.known_rows(on).values() if row.state.pk == state.pk]
    obligations = [o for o in known_register().obligations if o.state_id == state.pk and not o.is_clock]
    articles = [
        ArticleSummary(
            article,
            [row for row in rows if row.article == article],
            [obligation for obligation in obligations if obligation.article == article],
            [figure for figure in figures if figure.article == article],
        )
        for article in Article
    ]
    return Summary(state, articles, _filed(state, on))


def _filed(state: State, on: date) -> list[Filed]:
    """The reports on record, latest first, the initial one last."""
    complete, in_force = ReportingYear.objects.complete_days(), state.in_force
    years = sorted({report.covered_year for report in state.reports.all()}, key=lambda year: year or 0, reverse=True)
    dues = [_due(state, in_force, year, on, complete) for year in years] if in_force else []
    return [
        Filed(due, completeness.need_status({form.form: form.as_rule for form in due.report.forms.all()}))
        for due in dues
        if due.report
    ]


def due_record(due: Due) -> dict[str, object]:
    """A due report as exports give it."""
    row = due.row
    return {
        "iso3": row.state.pk,
        "state": row.state.name,
        "report": "annual" if row.covered_year else "initial",
        "covered_year": row.covered_year,
        "due": row.deadline,
        "status": row.status,
    }
