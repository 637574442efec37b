"""Whether an Article 7 report is complete, form by form. A finding is help for its State, never a judgement.

The rules are those of the reporting template's cover page and of Article 7.1; a form that the register has not seen
gives no finding.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

NATIONAL_MEASURES, RETAINED, CONVERSION, RESOURCES, NEEDS, OTHER_MATTERS = "A", "D", "E", "I", "I.4", "J"
#: Article 7.1(b), (e), (f): B; 7.1(h), (i): F; 7.1(k): H. What a running obligation expects to be reported.
FORM_OF_ARTICLE = {3: "B", 4: "F", 5: "H"}


class Filed(StrEnum):
    """What a State put into a form."""

    FILLED = "filled"
    UNCHANGED = "unchanged"
    NOT_APPLICABLE = "not_applicable"
    EMPTY = "empty"
    NOT_SEEN = "not_seen"


class Advice(StrEnum):
    """What a finding advises."""

    FORM_A_APPLIES = "form_a_applies"
    UNCHANGED_IN_INITIAL = "unchanged_in_initial"
    UNCHANGED_SINCE_WHEN = "unchanged_since_when"
    UNCHANGED_NOT_EARLIER = "unchanged_not_earlier"
    COVER_PAGE_ALONE = "cover_page_alone"
    OBLIGATION_RUNS = "obligation_runs"
    RETAINS = "retains"
    DEFINITE_SENTENCE = "definite_sentence"
    RESOURCES_MISSING = "resources_missing"
    NEEDS_NOT_STATED = "needs_not_stated"
    LEFT_EMPTY = "left_empty"


class NeedStatus(StrEnum):
    """Whether a report states a need for assistance. Silence is not "no need": asking is voluntary (Article 6.1)."""

    STATED = "stated"
    NOT_STATED = "not_stated"
    NOT_SEEN = "not_seen"


@dataclass(frozen=True, slots=True)
class Form:
    """One form as filed."""

    filed: Filed
    unchanged_since: date | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What the completeness of a report is judged from."""

    forms: Mapping[str, Form]
    is_initial: bool = False
    is_cover_only: bool = False
    submitted: date | None = None
    running: frozenset[int] = field(default_factory=frozenset)
    retains: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One piece of advice on one form."""

    form: str
    advice: Advice


def findings(report: Report) -> list[Finding]:
    """Every finding, in the order of the forms."""
    return [
        Finding(letter, advice)
        for letter, form in sorted(report.forms.items())
        if form.filed is not Filed.NOT_SEEN
        for advice in _advice(letter, form, report)
    ]


def _advice(letter: str, form: Form, report: Report) -> Iterable[Advice]:
    if form.filed is Filed.UNCHANGED:
        yield from _on_unchanged(form, report)
    if report.is_cover_only and form.filed is Filed.FILLED:
        yield Advice.COVER_PAGE_ALONE
    if form.filed in {Filed.NOT_APPLICABLE, Filed.EMPTY}:
        yield from _on_silence(letter, form, report)


def _on_unchanged(form: Form, report: Report) -> Iterable[Advice]:
    """Cover page, rules 3 and 4: "unchanged" cites the earlier submission, and never stands in an initial report."""
    if report.is_initial:
        yield Advice.UNCHANGED_IN_INITIAL
    elif form.unchanged_since is None:
        yield Advice.UNCHANGED_SINCE_WHEN
    elif report.submitted and form.unchanged_since >= report.submitted:
        yield Advice.UNCHANGED_NOT_EARLIER


def _on_silence(letter: str, form: Form, report: Report) -> Iterable[Advice]:
    """What "not applicable" or an empty form leaves open: the most telling advice for the form, and one only."""
    if letter == NATIONAL_MEASURES:
        yield Advice.FORM_A_APPLIES  # Article 9 binds every State; the template has no "non applicable" there
    elif letter in {FORM_OF_ARTICLE[article] for article in report.running}:
        yield Advice.OBLIGATION_RUNS
    elif letter == RETAINED and report.retains:
        yield Advice.RETAINS  # Article 3.8
    elif letter == CONVERSION:
        yield Advice.DEFINITE_SENTENCE
    elif letter == RESOURCES:
        yield Advice.RESOURCES_MISSING  # Article 7.1(m) asks it of every State
    elif letter == NEEDS:
        yield Advice.NEEDS_NOT_STATED
    elif form.filed is Filed.EMPTY and letter != OTHER_MATTERS:
        yield Advice.LEFT_EMPTY


def need_status(forms: Mapping[str, Form]) -> NeedStatus:
    """A report without Form I.4 states no need; it never says that there is none."""
    form = forms.get(NEEDS) or forms.get(RESOURCES)
    if form is None or form.filed is Filed.NOT_SEEN:
        return NeedStatus.NOT_SEEN
    is_stated = NEEDS in forms and form.filed in {Filed.FILLED, Filed.UNCHANGED}
    return NeedStatus.STATED if is_stated else NeedStatus.NOT_STATED
