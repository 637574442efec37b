"""Why a deadline or due date of a State is what it is: facts, arithmetic, decisions and doubts, for one page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import prefetch_related_objects

from ccm_portal.register import clocks
from ccm_portal.register.clocks import Row
from ccm_portal.register.enums import Agreement, DateKind
from ccm_portal.register.models import ExtensionDecision, Obligation, PublishedDate, State
from ccm_portal.register.wording import CHECKS, EXTENSIONS, HEARINGS, RULES
from ccm_portal.treaty import explain
from ccm_portal.treaty.deadlines import Clock, deadline_history
from ccm_portal.treaty.explain import Consideration, Step
from ccm_portal.treaty.forecast import prepare_from
from ccm_portal.ui.templatetags.portal import day

IN_FORCE: tuple[str, int] = (DateKind.IN_FORCE.value, 0)


@dataclass(frozen=True, slots=True)
class Line:
    """One step of the arithmetic with its provision, its sentence, and the request that it rests on."""

    step: Step
    article: str | None
    sentence: str
    extension: ExtensionDecision | None = None


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A date as somebody published it, beside the computed one, which holds."""

    published: PublishedDate
    computed: date

    @property
    def agreement(self) -> Agreement:
        return Agreement.AGREES if self.published.agrees_with(self.computed) else Agreement.DIFFERS


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything that the page of one clock, or of one report, says."""

    row: Row
    lines: list[Line]
    reasons: list[str]
    law: Line  # the provision that sets the date
    elsewhere: list[Elsewhere]
    can_be_extended: tuple[str, Any] | None = None
    consideration: Consideration | None = None
    hearing: Any = ""
    prepare_from: date | None = None

    @property
    def state(self) -> State:
        return self.row.state


def explanation(iso3: str, slug: str, on: date) -> Explanation | None:
    """The page of a clock or report by its address; None where the State has none of that name on that day."""
    return _of_report(iso3, slug, on) if slug.startswith("7-") else _of_clock(iso3, slug, on)


def _of_clock(iso3: str, slug: str, on: date) -> Explanation | None:
    obligations = [o for o in Obligation.objects.clocks().filter(state=iso3).with_facts() if o.slug == slug]
    meetings = [meeting.as_set_on(on) for meeting in clocks.formal_meetings()]
    found = next(clocks.positions(obligations, on, meetings), None)
    if found is None:
        return None
    obligation, facts, where = found
    deposited = obligation.state.deposited
    requests = list(obligation.extensions.all())
    prefetch_related_objects(requests, "meeting__schedules")
    steps = explain.clock_steps(facts, deposited, on) if deposited else ()
    lines = [_line(step, requests[step.extension] if step.extension is not None else None) for step in steps]
    (row,) = clocks.current_rows([obligation], on, meetings)
    history = [d for d in deadline_history(facts.original, facts.extensions) if d.is_decided_by(on)]
    precision = {completion.day: completion.precision for completion in obligation.completions.all()}
    dates = {IN_FORCE: facts.in_force} | {(obligation.limb, number): d.day for number, d in enumerate(history)}
    return Explanation(
        row=row,
        lines=lines,
        reasons=[
            str(CHECKS[check.question, check.answer]) % {"day": day(check.day, precision.get(check.day, "day")) or "–"}
            for check in explain.checks(facts, where, on)
        ],
        law=lines[1],
        elsewhere=_elsewhere(iso3, dates),
        can_be_extended=EXTENSIONS[Clock(obligation.limb)],
        consideration=(heard := explain.consideration(row.deadline, meetings)) if row.is_running else None,
        hearing=HEARINGS[heard.hearing] if row.is_running else "",
        prepare_from=prepare_from(row.deadline) if row.is_running else None,
    )


def _of_report(iso3: str, slug: str, on: date) -> Explanation | None:
    states = State.objects.joined().filter(pk=iso3).prefetch_related("reports")
    row = next((row for row in clocks.report_rows(states, on, history=True) if row.slug == slug), None)
    if row is None or row.state.deposited is None:
        return None
    lines = [_line(step) for step in explain.report_steps(row.state.deposited, row.covered_year)]
    dates = {IN_FORCE: lines[0].step.result, (DateKind.INITIAL_REPORT.value, 0): lines[1].step.result}
    return Explanation(row=row, lines=lines, reasons=[], law=lines[-1], elsewhere=_elsewhere(iso3, dates))


def _elsewhere(iso3: str, computed: Mapping[tuple[str, int], date]) -> list[Elsewhere]:
    """What others published of these dates, those that differ first."""
    published = PublishedDate.objects.filter(state=iso3, kind__in={kind for kind, _number in computed})
    found = [Elsewhere(p, computed[p.kind, p.number]) for p in published if (p.kind, p.number) in computed]
    return sorted(found, key=lambda beside: beside.agreement, reverse=True)


def _line(step: Step, extension: ExtensionDecision | None = None) -> Line:
    article, sentence = RULES[step.rule]
    return Line(step, article, str(sentence), extension)
