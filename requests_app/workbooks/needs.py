"""A year's needs, read in Article 7 reports and written in a spreadsheet: what it holds, and what is there already.

Each row goes through the form by which one need is recorded by hand; a file with a row that this form refuses is
refused whole.
"""

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter
from django.http import QueryDict
from django.utils.translation import gettext as _

from ccm_portal.accounts.models import User
from ccm_portal.register.enums import CITED_FORMS
from ccm_portal.register.models import State
from ccm_portal.register.reference import BadReference
from ccm_portal.register.reference.sheets import MAX_REASONS, Sheet, read_sheet
from requests_app.enums import AreaCode, Channel
from requests_app.forms import RecordedNeedForm
from requests_app.models import AssistanceRequest, StatedIn

COLUMNS = {
    "state": 10, "covered_year": 13, "said_on": 12, "form": 7, "page": 8, "title": 32, "areas": 28, "requirement": 40,
    "challenge": 40, "quote": 60, "url": 36,
}  # fmt: skip
MOST_ROWS = 1000
#: What makes two extracted needs one: where they stand, and the State's own words.
Key = tuple[str, int, str, str, str]


@dataclass(frozen=True)
class Extracted:
    """A row that can be recorded."""

    line: int
    form: RecordedNeedForm
    data: QueryDict

    @property
    def key(self) -> Key:
        said = self.form.cleaned_data
        return said["state"].pk, said["covered_year"], said["form"], said["page"], _words(said["quote"])

    def __str__(self) -> str:
        said = self.form.cleaned_data
        where = {"state": said["state"], "year": said["covered_year"], "form": said["form"], "page": said["page"]}
        return _("%(state)s, report for %(year)s, Form %(form)s, page %(page)s") % where


@dataclass(frozen=True)
class Plan:
    """What an import would do."""

    added: list[Extracted]
    left: list[Extracted]

    @property
    def digest(self) -> str:
        """One line that stands for all that would be added: two imports with the same line do the same."""
        what = [[*one.key, one.data.urlencode()] for one in self.added]
        return hashlib.sha256(json.dumps(what).encode()).hexdigest()


def plan_of(path: Path, *, by: User, today: date) -> Plan:
    """What the rows of a file would add. Raises BadReference with every row that cannot be recorded."""
    sheet = read_sheet(path)
    _check_columns(sheet)
    states = {state.pk: state for state in State.objects.joined()}
    codes = {word.casefold(): state.pk for state in states.values() for word in (state.pk, state.name)}
    found: list[Extracted] = []
    reasons: list[str] = []
    lines: dict[Key, int] = {}
    for line, cells in sheet.rows:
        data = _as_posted(cells, codes)
        form = RecordedNeedForm(data, instance=AssistanceRequest(created_by=by), today=today, states=states)
        if not form.is_valid():
            reasons += [f"{sheet.label} line {line} {reason}" for reason in _refusals(form)]
            continue
        one = Extracted(line, form, data)
        first = lines.setdefault(one.key, line)
        if first != line:
            told = {"place": f"{sheet.label} line {line}", "line": first}
            reasons.append(_("%(place)s: the same words stand on line %(line)s already") % told)
        found.append(one)
    if reasons:
        raise BadReference(*reasons[:MAX_REASONS])
    there = _recorded()
    return Plan([one for one in found if one.key not in there], [one for one in found if one.key in there])


def _check_columns(sheet: Sheet) -> None:
    place = f"{sheet.label} line {sheet.header_line}"
    reasons = [f"{place}: column {name!r} is missing" for name in COLUMNS if name not in sheet.columns]
    reasons += [f"{place}: column {name!r} is not known" for name in sheet.columns if name not in COLUMNS]
    if len(sheet.rows) > MOST_ROWS:
        reasons.append(_("%(place)s has more than %(most)s rows") % {"place": sheet.label, "most": MOST_ROWS})
    if reasons:
        raise BadReference(*reasons)


def _as_posted(cells: Mapping[str, str], codes: Mapping[str, str]) -> QueryDict:
    """A row as the form by hand would send it."""
    data = QueryDict(mutable=True)
    data.update({name: text for name, text in cells.items() if name != "areas"})
    data["channel"] = Channel.ARTICLE_7
    data["form"] = cells["form"].upper()
    data["state"] = codes.get(cells["state"].casefold(), cells["state"])
    areas = {area.label.casefold(): area.value for area in AreaCode} | {area.value: area.value for area in AreaCode}
    named = [item.strip() for item in cells["areas"].split(";") if item.strip()]
    data.setlist("areas", [areas.get(item.casefold(), item) for item in named])
    return data


def _refusals(form: RecordedNeedForm) -> list[str]:
    return [f"column {name}: {error}" for name, errors in form.errors.items() for error in errors]


def _recorded() -> set[Key]:
    """The needs from Article 7 reports that are on record."""
    where = ("request__state", "request__covered_year", "form", "page", "quote")
    rows = StatedIn.objects.filter(request__channel=Channel.ARTICLE_7).values_list(*where)
    return {(state, year, form, page, _words(quote)) for state, year, form, page, quote in rows}


def _words(quote: str) -> str:
    return " ".join(quote.split())


def write_template() -> bytes:
    """An empty workbook with the columns that an import reads, and a sheet that says what goes where."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        head = book.add_format({"bold": True, "bottom": 2, "font_name": "Arial", "font_size": 10})
        cell = book.add_format({"text_wrap": True, "valign": "top", "font_name": "Arial", "font_size": 10})
        as_text = book.add_format({"num_format": "@", "valign": "top", "font_name": "Arial", "font_size": 10})
        day = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top", "font_name": "Arial", "font_size": 10})
        sheet, notes = book.add_worksheet("needs"), book.add_worksheet("how")
        states = list(State.objects.joined().order_by("pk").values_list("pk", "name"))
        for at, (name, wide) in enumerate(COLUMNS.items()):
            sheet.write_string(0, at, name, head)
            sheet.set_column(at, at, wide, {"said_on": day, "page": as_text}.get(name, cell))
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.data_validation(1, 0, MOST_ROWS, 0, {"validate": "list", "source": f"=how!$D$2:$D${len(states) + 1}"})
        letters = [letter for letter, _label in CITED_FORMS]
        sheet.data_validation(1, 3, MOST_ROWS, 3, {"validate": "list", "source": letters})
        notes.set_column(0, 0, 16)
        notes.set_column(1, 1, 80)
        notes.set_column(3, 4, 24)
        for at, pair in enumerate([(_("Column"), _("What goes in")), *_explained()]):
            notes.write_row(at, 0, pair, head if at == 0 else cell)
        for at, pair in enumerate([(_("Code"), _("State")), *states]):
            notes.write_row(at, 3, pair, head if at == 0 else cell)
    return out.getvalue()


def _explained() -> list[tuple[str, Any]]:
    return [
        ("state", _("The State's code (see right) or its name in the register.")),
        ("covered_year", _("Year that the report covers.")),
        ("said_on", _("Day of the report, year-month-day.")),
        ("form", _("Letter of the form.")),
        ("page", _("Page of the report.")),
        ("title", _("In one line, what is needed.")),
        ("areas", _("One or several, with semicolons: %(areas)s.") % {"areas": "; ".join(AreaCode.values)}),
        ("requirement", _("What the State requires.")),
        ("challenge", _("What stands in the way; may be empty.")),
        ("quote", _("The State's own words, as they stand in the report.")),
        ("url", _("Address of the report; may be empty.")),
    ]
