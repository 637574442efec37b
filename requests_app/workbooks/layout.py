"""What the form on paper holds: the steps of the needs form with their labels in two languages, and what is stored.

Nothing here says what is valid: fields, labels, choices and rules are those of the forms on the web.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override, pgettext_lazy

from ccm_portal.register.clocks import Row as Clock
from ccm_portal.register.enums import Limb
from ccm_portal.ui.templatetags.portal import deadline
from requests_app.models import AssistanceRequest
from requests_app.queries import obligations_with_deadlines
from requests_app.specifics.enums import PartCode
from requests_app.workbooks.domain.grids import FORMAT
from requests_app.workbooks.enums import Answer
from requests_app.workbooks.values import NO_TICKS, TICKS, YES, kind_of, text_of
from requests_app.writing.forms import NeedsForm
from requests_app.writing.steps import STEPS, Step, step_form

ENGLISH = "en"
RIGHT_TO_LEFT = ("ar",)
NOT_ON_PAPER = ("texts",)  # other texts and locks are decided where one sees who reads them
SPARE_ROWS = 12  # empty rows of a table, for people to fill
YES_WORD, NO_WORD = pgettext_lazy("answer in the form", "Yes"), pgettext_lazy("answer in the form", "No")

#: Of this form only; everything else is said by the needs form.
TITLE = _("Request for assistance under Article 6 of the Convention on Cluster Munitions")
NOTES = (
    _("Fill in what you can: nothing is sent before your State submits the request, and a draft may be incomplete."),
    _("Write in the shaded cells only. Days are written year-month-day, for example 2027-12-31."),
    _("Answer in the language that you prefer. Leave empty what does not concern you."),
    _(
        "Then upload the file in the portal, or send it with a note verbale to the Implementation Support Unit. You "
        "are shown each change before it is taken over."
    ),
    _("Files of evidence are added in the portal, or sent with the form."),
)
UNREAD = _("The text beside the English is a working translation that no linguist has read yet. The English counts.")
FACTS, NO_FACTS = _("From the register"), _("The register holds no running deadline for this State.")
STATE, REFERENCE, AS_OF = _("State"), _("Reference"), _("As of")
ANSWER = _("Answer")
DO_NOT_CHANGE = _("For the portal: please leave as it is")


@dataclass(frozen=True)
class Words:
    """The same words in English and in the language beside it."""

    english: str
    other: str

    @property
    def both(self) -> str:
        return self.english if self.english == self.other else f"{self.english} / {self.other}"


Both = Callable[[Any], Words]


@dataclass(frozen=True)
class Question:
    """A field as it is asked for: a line of its own, or a column of a table."""

    key: str
    label: Words
    kind: Answer
    help: Words = Words("", "")
    options: Mapping[str, Words] = field(default_factory=dict)
    stored: str = ""

    @property
    def ways(self) -> dict[str, list[str]]:
        """How each choice may be said in a returned file."""
        ways = {code: [words.english, words.other, words.both] for code, words in self.options.items()}
        if self.kind == Answer.YES:
            ways = {code: [*said, *(TICKS if code == YES else NO_TICKS)] for code, said in ways.items()}
        return ways


@dataclass(frozen=True)
class Group:
    """Several yes-or-no lines under one question; a lone question is a group without a heading."""

    lines: list[Question]
    label: Words | None = None
    help: Words = Words("", "")


@dataclass(frozen=True)
class Table:
    """A question with rows: its columns, and each stored row by its key."""

    key: str
    columns: list[Question]
    rows: dict[str, dict[str, str]]
    most: int


@dataclass(frozen=True)
class Section:
    """A step of the needs form on paper."""

    step: Step
    title: Words
    intro: Words
    groups: list[Group]
    table: Table | None = None

    @property
    def lines(self) -> Iterator[Question]:
        for group in self.groups:
            yield from group.lines


@dataclass(frozen=True)
class Paper:
    """The whole form, ready to be written as a file."""

    language: str
    identity: dict[str, str]
    heading: list[tuple[Words, str]]
    facts: list[tuple[Words, str]]
    sections: list[Section]
    both: Both

    @property
    def is_right_to_left(self) -> bool:
        return self.language in RIGHT_TO_LEFT


@dataclass(frozen=True)
class Part:
    """A step with its form; the steps that are parts of the needs form share it."""

    step: Step
    form: Any

    @cached_property
    def names(self) -> list[str]:
        """The fields that stand on paper; a file of evidence does not."""
        fields = self.form.empty_form.fields if self.is_table else self.form.fields
        return [
            name
            for name in (self.step.fields or fields)
            if name != "DELETE" and not fields[name].widget.is_hidden and not isinstance(fields[name], forms.FileField)
        ]

    @property
    def is_table(self) -> bool:
        return isinstance(self.form, forms.BaseFormSet)


def parts(
    asked: AssistanceRequest,
    data: Any = None,
    *,
    today: date,
    submitting: bool = False,
    only: Collection[str] | None = None,
) -> list[Part]:
    """The steps that stand on paper, or `only` some, with the forms that say what is stored, or whether `data` is
    valid."""
    steps = [
        step
        for step in STEPS
        if step.code not in NOT_ON_PAPER
        and (only is None or step.code in only)
        and (step.code in PartCode.values or step.applies(asked))
    ]
    names = [name for step in steps for name in step.fields]
    needs = NeedsForm(data, instance=asked, only=names, submitting=submitting)
    if data is None:
        needs.show_deadlines(obligations_with_deadlines(asked.state, today))
        obligation: Any = needs.fields["obligation"]  # named without its date, which may move while the form is away
        obligation.choices = [(own.pk, Limb(own.limb).label) for own in obligation.queryset]
    return [Part(step, needs if step.fields else step_form(step, asked, data)) for step in steps]


def in_both(language: str) -> Both:
    """Says words in English and in another language; what a function gives is asked for in each."""

    def both(words: Any) -> Words:
        said = []
        for one in (ENGLISH, language):
            with override(one):
                said.append(str(words() if callable(words) else words))
        return Words(*said)

    return both


def paper_of(asked: AssistanceRequest, language: str, *, today: date, blank: bool = False) -> Paper:
    """The form of a request with what is stored of it, in English and another language."""
    both = in_both(language)
    clocks = [row for row in obligations_with_deadlines(asked.state, today) if row.is_running and row.obligation]
    return Paper(
        language=language,
        identity={
            "format": FORMAT,
            "state": asked.state_id,
            "reference": asked.reference,
            "version": str(asked.version if asked.pk else 0),
            "language": language,
        },
        heading=[
            (both(STATE), asked.state.name),
            (both(REFERENCE), asked.reference),
            (both(AS_OF), today.isoformat()),
        ],
        facts=[fact_of(clock, both) for clock in clocks],
        sections=sections_of(parts(asked, today=today), both),
        both=both,
    )


def fact_of(clock: Clock, both: Both) -> tuple[Words, str]:
    """An obligation of the register with its deadline, as days are written in the form."""
    day = both(lambda: deadline(clock)).both if clock.month_precision else clock.deadline.isoformat()
    return both(lambda: clock.obligation.get_limb_display()), day  # type: ignore[union-attr]


def sections_of(found: Sequence[Part], both: Both) -> list[Section]:
    """The steps as they stand on paper."""
    return [
        Section(
            step=part.step,
            title=both(part.step.title),
            intro=both(part.step.intro),
            groups=[] if part.is_table else [_group(part.form[name], both) for name in part.names],
            table=_table(part, both) if part.is_table else None,
        )
        for part in found
    ]


def _group(bound: forms.BoundField, both: Both) -> Group:
    label, help_text = both(bound.label), both(bound.help_text)
    if not isinstance(bound.field, forms.MultipleChoiceField):
        return Group([_question(bound, both, stored=text_of(bound.value()))])
    chosen = {str(one) for one in bound.value() or []}
    lines = [
        Question(
            key=f"{bound.html_name}:{code}",
            label=words,
            kind=Answer.YES,
            options=_yes_or_no(both),
            stored=YES if code in chosen else "",
        )
        for code, words in _options(bound.field, both).items()
    ]
    return Group(lines, label, help_text)


def _question(bound: forms.BoundField, both: Both, *, key: str = "", stored: str = "") -> Question:
    kind = kind_of(bound.field)
    options = {Answer.CHOICE: _options, Answer.YES: lambda field, both: _yes_or_no(both)}
    return Question(
        key=key or bound.html_name,
        label=both(bound.label),
        kind=kind,
        help=both(bound.help_text),
        options=options[kind](bound.field, both) if kind in options else {},
        stored=stored,
    )


def _options(field: Any, both: Both) -> dict[str, Words]:
    """The choices by their codes, in both languages: those of records are named anew in each."""
    codes = [str(code) for code, _label in field.choices if str(code)]
    said = both(lambda: "\x1f".join(str(label) for code, label in field.choices if str(code)))
    labels = zip(said.english.split("\x1f"), said.other.split("\x1f"), strict=True)
    return dict(zip(codes, (Words(*pair) for pair in labels), strict=True)) if codes else {}


def _yes_or_no(both: Both) -> dict[str, Words]:
    return {YES: both(YES_WORD), "": both(NO_WORD)}


def _table(part: Part, both: Both) -> Table:
    empty = part.form.empty_form
    columns = [_question(empty[name], both, key=name) for name in part.names]
    rows = {
        str(row.instance.pk): {name: text_of(row[name].value()) for name in part.names}
        for row in part.form.initial_forms
    }
    return Table(part.step.code, columns, rows, part.form.max_num)
