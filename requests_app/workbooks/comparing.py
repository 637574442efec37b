"""What a returned form would change: each answer beside what the portal holds, and why one cannot be taken.

An answer counts as changed where it differs both from what the portal holds and from what the form said when it was
taken out. Where the portal's answer has changed since too, the person chooses.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as made
from datetime import date
from functools import partial
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from requests_app.models import AssistanceRequest
from requests_app.workbooks.domain.grids import Place, Returned, Said, SaidRow, row_stamp, stamp
from requests_app.workbooks.enums import Answer, Trouble
from requests_app.workbooks.layout import Both, Part, Question, Section, Table, parts, sections_of
from requests_app.workbooks.values import YES, BadAnswer, plain, read, text_of


@dataclass
class Change:
    """One answer, or one row of a table, that the file would change. `key` names it in the page's form."""

    key: str
    step: str
    label: str
    now: str
    sent: str
    place: Place
    value: Any = None  # the text of the answer, or the cells of the row
    is_row: bool = False
    row: str = ""  # which stored row of its table; "" for a new one
    is_overtaken: bool = False  # the portal's answer has changed since the form was taken out
    is_readable: bool = True
    errors: list[str] = made(default_factory=list)

    @property
    def field(self) -> str:
        """What the forms call it: several choices of one question are one field."""
        return self.key if self.is_row else self.key.split(":")[0]

    @property
    def is_proposed(self) -> bool:
        """Whether it is ticked when the page opens."""
        return self.is_readable and not self.errors and not self.is_overtaken


@dataclass
class Comparison:
    """What a form would change in a request, and what of it was not read."""

    parts: list[Part] = made(default_factory=list)
    changes: list[Change] = made(default_factory=list)
    troubles: list[tuple[Place | None, str]] = made(default_factory=list)
    left: list[str] = made(default_factory=list)  # changed in the portal since, and not in the file
    errors: list[str] = made(default_factory=list)  # of no one line
    is_of_blank: bool = False  # the form was taken out blank, and may have been copied


@dataclass(frozen=True)
class Filled:
    """The forms of a request with the chosen changes put in."""

    asked: AssistanceRequest
    parts: list[Part]
    rows: Mapping[str, Mapping[int, str]]  # table -> number of a row in its form set -> key of the change
    steps: Collection[str]  # those in which something changes

    @property
    def is_valid(self) -> bool:
        invalid = [part for part in self.parts if not part.form.is_valid()]  # of all, so that all errors are told
        return not invalid

    @property
    def changes(self) -> dict[str, Any]:
        """What `actions` need beside the request itself; the forms are valid."""
        found: dict[str, Any] = {}
        for part in self.parts:
            found |= part.step.changes(part.form)
        return found

    @property
    def writers(self) -> list[Callable[..., object]]:
        """What the steps write of their own, those in which something changes."""
        return [
            partial(part.step.save, part.form) for part in self.parts if part.step.save and part.step.code in self.steps
        ]


def compare(returned: Returned, asked: AssistanceRequest, both: Both, *, today: date) -> Comparison:
    """Each answer of the file beside the portal's."""
    found = Comparison(troubles=[(place, str(trouble.label)) for place, trouble in returned.troubles])
    known: set[str] = set()
    found.parts = parts(asked, today=today)
    for section in sections_of(found.parts, both):
        for group in section.groups:
            for asked_for in group.lines:
                known.add(asked_for.key)
                label = f"{group.label.english} {asked_for.label.english}" if group.label else asked_for.label.english
                said = returned.answers.get(asked_for.key)
                if said is None:
                    found.troubles.append((None, f"{label}: {Trouble.MISSING.label}"))
                else:
                    _compare_answer(found, section, asked_for, label, said)
        if section.table:
            _compare_rows(found, section, section.table, returned)
    unknown = [said.place for key, said in returned.answers.items() if key not in known]
    found.troubles += [(place, str(Trouble.UNKNOWN.label)) for place in unknown]
    return found


def _compare_answer(found: Comparison, section: Section, asked_for: Question, label: str, said: Said) -> None:
    change = Change(asked_for.key, section.step.code, label, _shown(asked_for, asked_for.stored), said.text, said.place)
    try:
        change.value = read(asked_for.kind, said.text, asked_for.ways)
    except BadAnswer as bad:
        change.is_readable, change.errors = False, [str(bad.trouble.label)]
        found.changes.append(change)
        return
    change.sent = _shown(asked_for, change.value)
    change.is_overtaken = stamp(asked_for.key, asked_for.stored) != said.stamp
    if change.value == asked_for.stored:
        return
    if change.is_overtaken and stamp(asked_for.key, change.value) == said.stamp:
        found.left.append(label)
    else:
        found.changes.append(change)


def _compare_rows(found: Comparison, section: Section, table: Table, returned: Returned) -> None:
    if table.key not in returned.tables:
        found.troubles.append((None, f"{section.title.english}: {Trouble.MISSING.label}"))
    stored = [tuple(sorted(cells.items())) for cells in table.rows.values()]
    for said in (row for row in returned.rows if row.table == table.key):
        change = _row_change(section, table, said)
        now = table.rows.get(said.key)
        if not change.is_readable:
            found.changes.append(change)
        elif now == change.value or (not change.row and tuple(sorted(change.value.items())) in stored):
            continue  # as the portal has it; a new row that came before is there already
        elif now is not None and row_stamp(said.key, change.value) == said.stamp:
            found.left.append(change.label)
        elif change.row or any(change.value.values()):
            found.changes.append(change)
    gone = set(table.rows) - {row.key for row in returned.rows if row.table == table.key}
    if gone and table.key in returned.tables:
        found.troubles.append(
            (
                None,
                _("%(table)s: %(n)s rows are missing in the file; they stay.")
                % {"table": section.title.english, "n": len(gone)},
            )
        )


def _row_change(section: Section, table: Table, said: SaidRow) -> Change:
    now = table.rows.get(said.key)
    change = Change(
        key=f"{table.key}:{said.key if now is not None else f'+{said.place.label}.{said.place.line}'}",
        step=section.step.code,
        label=_("%(table)s, line %(line)s") % {"table": section.title.english, "line": said.place.line},
        now=_shown_row(table, now or {}),
        sent="",
        place=said.place,
        value={},
        is_row=True,
        row=said.key if now is not None else "",
        is_overtaken=bool(said.key) and (now is None or row_stamp(said.key, now) != said.stamp),
    )
    for column in table.columns:
        text = said.cells.get(column.key, "")
        try:
            change.value[column.key] = read(column.kind, text, column.ways)
        except BadAnswer as bad:
            change.is_readable = False
            change.value[column.key] = plain(text)
            change.errors.append(f"{column.label.english}: {bad.trouble.label}")
    change.sent = _shown_row(table, change.value)
    return change


def _shown(asked_for: Question, text: str) -> str:
    """An answer in words."""
    if asked_for.kind == Answer.YES:
        return asked_for.options[text].english
    return asked_for.options[text].english if text in asked_for.options else text


def _shown_row(table: Table, cells: Mapping[str, str]) -> str:
    said = [(column.label.english, _shown(column, cells.get(column.key, ""))) for column in table.columns]
    return "\n".join(f"{label}: {text}" for label, text in said if text)


def fill(
    asked: AssistanceRequest,
    comparison: Comparison,
    changes: Collection[Change],
    *,
    today: date,
    submitting: bool = False,
) -> Filled:
    """The forms of the request as they would be sent from the web with these changes; the same rules hold. Steps of
    their own in which nothing changes are left alone."""
    data, rows = QueryDict(mutable=True), {}
    steps = {change.step for change in changes}
    for part in comparison.parts:
        taken = [change for change in changes if change.step == part.step.code]
        if part.is_table and taken:
            rows[part.step.code] = _fill_table(data, part, taken)
        elif not part.is_table:
            _fill_fields(data, part, {change.key: change.value for change in taken})
    touched = {part.step.code for part in comparison.parts if part.step.fields} | steps
    filled = parts(asked, data, today=today, submitting=submitting, only=touched)
    return Filled(asked, filled, rows, steps)


def _fill_fields(data: QueryDict, part: Part, taken: Mapping[str, str]) -> None:
    for name in part.names:
        bound = part.form[name]
        if isinstance(bound.field, forms.MultipleChoiceField):
            stored = {str(one) for one in bound.value() or []}
            codes = [str(code) for code, _label in bound.field.choices]  # type: ignore[union-attr]
            said = {code: taken.get(f"{bound.html_name}:{code}", YES if code in stored else "") for code in codes}
            data.setlist(bound.html_name, [code for code in codes if said[code]])
        elif text := taken.get(bound.html_name, _stored(bound)):
            data[bound.html_name] = text


def _stored(bound: forms.BoundField) -> str:
    """What is stored as the web's own form would send it: the text of a file has its line breaks made equal."""
    value = bound.value()
    return value if isinstance(value, str) else text_of(value)


def _fill_table(data: QueryDict, part: Part, taken: Collection[Change]) -> dict[int, str]:
    """The rows as a form set takes them; which of them is which change."""
    prefix, by_row = part.form.prefix, {change.row: change for change in taken if change.row}
    numbers: dict[int, str] = {}
    stored = list(part.form.initial_forms)
    for number, row in enumerate(stored):
        change = by_row.get(str(row.instance.pk))
        values = change.value if change else {name: _stored(row[name]) for name in part.names}
        _put_row(data, f"{prefix}-{number}", values | {"id": str(row.instance.pk)})
        if change:
            numbers[number] = change.key
            if not any(change.value.values()):
                data[f"{prefix}-{number}-DELETE"] = "on"
                _put_row(data, f"{prefix}-{number}", {name: _stored(row[name]) for name in part.names})
    new = [change for change in taken if not change.row]
    for number, change in enumerate(new, start=len(stored)):
        _put_row(data, f"{prefix}-{number}", change.value)
        numbers[number] = change.key
    data[f"{prefix}-TOTAL_FORMS"], data[f"{prefix}-INITIAL_FORMS"] = str(len(stored) + len(new)), str(len(stored))
    return numbers


def _put_row(data: QueryDict, prefix: str, values: Mapping[str, str]) -> None:
    for name, text in values.items():
        data[f"{prefix}-{name}"] = text


def note_errors(comparison: Comparison, filled: Filled) -> None:
    """Put what the forms refuse beside the changes that it is about; what is about none of them stands above."""
    by_key: dict[str, list[Change]] = {}
    for change in comparison.changes:
        by_key.setdefault(change.field, []).append(change)
    seen = set()
    for part in filled.parts:
        if id(part.form) in seen:
            continue
        seen.add(id(part.form))
        for key, label, error in _errors(part, filled):
            changes = [change for change in by_key.get(key, []) if change.is_readable]
            for change in changes:
                change.errors.append(f"{label}: {error}" if change.is_row else error)
            if not changes:
                comparison.errors.append(f"{label}: {error}" if label else error)


def _errors(part: Part, filled: Filled) -> Iterator[tuple[str, str, str]]:
    """(key of the change, label of the field, what is wrong)."""
    if not part.is_table:
        for name, errors in part.form.errors.items():
            bound = part.form[name] if name in part.form.fields else None
            for error in errors:
                yield (bound.html_name if bound else "", str(bound.label) if bound else "", str(error))
        return
    for error in part.form.non_form_errors():
        yield "", str(part.step.title), str(error)
    for number, row in enumerate(part.form.forms):
        key = filled.rows[part.step.code].get(number, "")
        for name, errors in row.errors.items():
            label = str(row[name].label) if name in row.fields else ""
            yield from ((key, label, str(error)) for error in errors)
