"""The form as an Excel workbook, and its cells when it comes back."""

import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from unicodedata import east_asian_width

import xlsxwriter

from ccm_portal.register.reference.sheets import read_all_sheets
from requests_app.workbooks.domain import grids
from requests_app.workbooks.domain.grids import Grid
from requests_app.workbooks.enums import Answer, Language
from requests_app.workbooks.layout import (
    ANSWER,
    FACTS,
    NO_FACTS,
    NOTES,
    SPARE_ROWS,
    TITLE,
    UNREAD,
    Group,
    Paper,
    Question,
    Section,
    Table,
    Words,
)
from requests_app.workbooks.values import as_number

INK, SOFT, LINE, ACCENT, INPUT = "#1B2733", "#52616F", "#9FB0C0", "#0B5394", "#FFF8DC"
FONT_SIZE = 10
FONT = {"font_name": "Arial", "font_size": FONT_SIZE, "font_color": INK, "valign": "top", "text_wrap": True}
LABELS_WIDE, ANSWER_WIDE, COLUMN_WIDE, LONG_WIDE = 34, 44, 17, 40
LINE_HIGH, LONG_HIGH, MOST_HIGH, ROOM = 13.5, 96, 400, 3  # points
FIRST_DAY = date(1901, 1, 1)  # a spreadsheet's own days begin with 1900, and are a day off until March


def write(paper: Paper) -> bytes:
    """The form as a workbook: people write in the shaded cells, all others are protected."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": paper.both(TITLE).english, "subject": paper.identity["reference"]})
        _Writer(book, paper).write()
    return out.getvalue()


def read(name: str, content: bytes) -> list[Grid]:
    """The cells of a returned workbook. Raises BadReference for what is no plain workbook."""
    return [Grid(title, lines) for title, lines in read_all_sheets(name, content, most=grids.MOST_UNPACKED)]


class _Writer:
    def __init__(self, book: Any, paper: Paper) -> None:
        self.book, self.paper, self.both = book, paper, paper.both
        self.sheet: Any = None
        self.row = 0
        self.lists: dict[tuple[str, ...], str] = {}
        self.formats: dict[str, Any] = {}
        self.list_sheet: Any = None

    def write(self) -> None:
        self._start_sheet("Form")
        self.list_sheet = self.book.add_worksheet("lists")
        self._write_head()
        self._write_columns()
        for section in self.paper.sections:
            if not section.table:
                self._write_section(section)
        for section in self.paper.sections:
            if section.table:
                self._write_table(section, section.table)
        self._write_identity()
        self.list_sheet.protect()
        self.list_sheet.very_hidden()

    # --- formats ---------------------------------------------------------------------------------------------------

    def _format(self, name: str, *, other: bool = False, **more: Any) -> Any:
        key = f"{name} {other} {sorted(more.items())}"
        if key not in self.formats:
            reads = {"reading_order": 2, "align": "right"} if other and self.paper.is_right_to_left else {}
            self.formats[key] = self.book.add_format({**FONT, **STYLES[name], **reads, **more})
        return self.formats[key]

    # --- sheets ----------------------------------------------------------------------------------------------------

    def _start_sheet(self, title: str, *, landscape: bool = False) -> None:
        self.sheet, self.row = self.book.add_worksheet(title), 0
        if self.paper.is_right_to_left:
            self.sheet.right_to_left()
        if landscape:
            self.sheet.set_landscape()
        self.sheet.set_paper(9)  # A4
        self.sheet.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.7)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.hide_gridlines(2)
        self.sheet.set_header(f"&L&8{self.both(TITLE).english}")
        self.sheet.set_footer(f"&L&8{self.paper.identity['reference']}&R&8&P / &N")
        self.sheet.set_column(0, 1, None, None, {"hidden": True})
        allowed = ("format_rows", "format_columns", "select_locked_cells", "select_unlocked_cells")
        self.sheet.protect("", dict.fromkeys(allowed, True))

    def _pair(self, words: Words, name: str) -> None:
        """Both languages side by side, in the next line."""
        first, second = self._in_order(words)
        for column, text, other in ((2, *first), (3, *second)):
            self.sheet.write_string(self.row, column, text, self._format(name, other=other))
        size = STYLES[name].get("font_size", FONT_SIZE)
        self.sheet.set_row(self.row, _height([(words.english, LABELS_WIDE, size), (words.other, LABELS_WIDE, size)]))
        self.row += 1

    def _in_order(self, words: Words) -> list[tuple[str, bool]]:
        """The language that is read first stands first: on a sheet from right to left that is the other one."""
        pair = [(words.english, False), (words.other, True)]
        return pair[::-1] if self.paper.is_right_to_left else pair

    # --- the form --------------------------------------------------------------------------------------------------

    def _write_head(self) -> None:
        self.sheet.set_column(2, 3, LABELS_WIDE)
        self.sheet.set_column(4, 4, ANSWER_WIDE)
        self._pair(self.both(TITLE), "title")
        for words, value in self.paper.heading:
            self.sheet.write_string(self.row, 4, value, self._format("fact"))
            self._pair(words, "help")
        self.row += 1
        for note in (*NOTES, UNREAD):
            self._pair(self.both(note), "warning" if note is UNREAD else "note")
        self.row += 1
        self._heading(self.both(FACTS))
        for words, day in self.paper.facts or [(self.both(NO_FACTS), "")]:
            self.sheet.write_string(self.row, 4, day, self._format("fact"))
            self._pair(words, "label")
        self.row += 1

    def _write_columns(self) -> None:
        """What stands in which column: once for people, and once for the portal."""
        language = str(Language(self.paper.language).label)
        self.sheet.write_string(self.row, 4, self.both(ANSWER).both, self._format("column"))
        self._pair(Words("English", language), "column")
        self.sheet.repeat_rows(self.row - 1)
        self._marks([grids.KEY, grids.STAMP, "@1", "@2", grids.ANSWER])

    def _marks(self, marks: Sequence[str]) -> None:
        for column, mark in enumerate(marks):
            self.sheet.write_string(self.row, column, mark, self._format("help"))
        self.sheet.set_row(self.row, None, None, {"hidden": True})
        self.row += 1

    def _heading(self, words: Words) -> None:
        self.sheet.write_blank(self.row, 4, None, self._format("section"))
        self._pair(words, "section")

    def _write_section(self, section: Section) -> None:
        self._heading(section.title)
        if section.intro.english:
            self._pair(section.intro, "note")
        for group in section.groups:
            self._write_group(group)

    def _write_group(self, group: Group) -> None:
        if group.label:
            self._labels(group.label, group.help)
            self.sheet.set_row(self.row, _height(_labels_high(group.label, group.help)))
            self.row += 1
        for line in group.lines:
            self.sheet.write_string(self.row, 0, line.key)
            self.sheet.write_string(self.row, 1, grids.stamp(line.key, line.stored))
            self._labels(line.label, line.help, indent=1 if group.label else 0)
            self._answer(self.row, 4, line, line.stored)
            answer = line.options[line.stored].both if line.stored in line.options else line.stored
            high = _height([*_labels_high(line.label, line.help), (answer, ANSWER_WIDE, FONT_SIZE)])
            self.sheet.set_row(self.row, max(high, LONG_HIGH) if line.kind == Answer.LONG else high)
            self.row += 1

    def _labels(self, label: Words, help_text: Words, *, indent: int = 0) -> None:
        helps = self._in_order(help_text)
        for column, (text, other), (more, _other) in zip((2, 3), self._in_order(label), helps, strict=True):
            cell = self._format("label", other=other, indent=indent)
            if more:
                bold, soft = self._format("label"), self._format("help")
                self.sheet.write_rich_string(self.row, column, bold, text, soft, f"\n{more}", cell)
            else:
                self.sheet.write_string(self.row, column, text, cell)

    def _answer(self, row: int, column: int, asked: Question, stored: str) -> None:
        """A cell to write in, with what is stored, and with a list to choose from where there are choices."""
        cell = self._format("day" if asked.kind == Answer.DATE else "input")
        number = as_number(stored) if asked.kind == Answer.NUMBER else None
        if not stored:
            self.sheet.write_blank(row, column, None, cell)
        elif asked.options:
            words = asked.options.get(stored)
            self.sheet.write_string(row, column, words.both if words else stored, cell)
        elif number is not None:
            self.sheet.write_number(row, column, number, cell)
        elif asked.kind == Answer.DATE and (day := date.fromisoformat(stored)) >= FIRST_DAY:
            self.sheet.write_datetime(row, column, day, cell)
        else:
            self.sheet.write_string(row, column, stored, cell)
        if asked.options:
            source = self._list(asked.options)
            self.sheet.data_validation(row, column, row, column, {"validate": "list", "source": source})

    def _list(self, options: Mapping[str, Words]) -> str:
        """Where a list of choices stands; equal ones stand once."""
        said = tuple(words.both for words in options.values())
        if said not in self.lists:
            column = len(self.lists)
            self.list_sheet.write_column(0, column, said)
            letter = xlsxwriter.utility.xl_col_to_name(column, True)
            self.lists[said] = f"=lists!{letter}$1:{letter}${len(said)}"
        return self.lists[said]

    # --- tables ----------------------------------------------------------------------------------------------------

    def _write_table(self, section: Section, table: Table) -> None:
        self._start_sheet(section.title.english[:31], landscape=True)
        for words, name in ((section.title, "title"), (section.intro, "note")):
            for text, other in self._in_order(words):
                self.sheet.write_string(self.row, 2, text, self._format(name, other=other, text_wrap=False))
                self.sheet.set_row(self.row, _height([("", 1, STYLES[name]["font_size"])]))
                self.row += 1
        self.row += 1
        heads = []
        for column, asked in enumerate(table.columns, start=2):
            is_long = asked.kind in (Answer.LONG, Answer.TEXT) and asked.key in LONG_COLUMNS
            self.sheet.set_column(column, column, LONG_WIDE if is_long else COLUMN_WIDE)
            help_text = f"\n{asked.help.both}" if asked.help.english else ""
            text = f"{asked.label.english}\n{asked.label.other}{help_text}"
            self.sheet.write_string(self.row, column, text, self._format("column"))
            heads.append((text, float(LONG_WIDE if is_long else COLUMN_WIDE), FONT_SIZE))
        self.sheet.set_row(self.row, _height(heads))
        self.sheet.repeat_rows(self.row)
        self.row += 1
        self._marks([f"{grids.ROWS}{table.key}", grids.STAMP, *(f"@{asked.key}" for asked in table.columns)])
        self.sheet.freeze_panes(self.row, 0)
        spare = max(0, min(SPARE_ROWS, table.most - len(table.rows)))
        for key, cells in [*table.rows.items(), *[("", dict[str, str]())] * spare]:
            if key:
                self.sheet.write_string(self.row, 0, key)
                self.sheet.write_string(self.row, 1, grids.row_stamp(key, cells))
            for column, asked in enumerate(table.columns, start=2):
                self._answer(self.row, column, asked, cells.get(asked.key, ""))
            self.row += 1

    def _write_identity(self) -> None:
        self._start_sheet("portal")
        self._marks([grids.PORTAL, grids.VALUE])
        for name, value in self.paper.identity.items():
            self.sheet.write_string(self.row, 0, name)
            self.sheet.write_string(self.row, 1, value)
            self.row += 1
        self.sheet.very_hidden()


LONG_COLUMNS = ("claim", "source", "method")
INPUT_STYLE = {"bg_color": INPUT, "border": 1, "border_color": LINE, "locked": False, "align": "left"}
STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 14, "font_color": ACCENT},
    "section": {"bold": True, "font_size": 11, "font_color": "#FFFFFF", "bg_color": ACCENT, "valign": "vcenter"},
    "column": {"bold": True, "bottom": 2, "bottom_color": INK, "valign": "bottom"},
    "label": {"bold": True, "bottom": 4, "bottom_color": LINE},
    "help": {"font_size": 8.5, "font_color": SOFT},
    "note": {"font_size": 9, "font_color": SOFT},
    "warning": {"font_size": 9, "italic": True, "font_color": "#855000"},
    "fact": {"bold": True, "align": "left"},
    "input": INPUT_STYLE,
    "day": {**INPUT_STYLE, "num_format": "yyyy-mm-dd"},
}


def _labels_high(label: Words, help_text: Words) -> list[tuple[str, float, float]]:
    pairs = ((label.english, help_text.english), (label.other, help_text.other))
    return [(f"{text}\n{more}" if more else text, LABELS_WIDE, FONT_SIZE) for text, more in pairs]


def _height(cells: Sequence[tuple[str, float, float]]) -> float:
    """Points that the highest of some cells takes, each (text, width of its column, size of its letters): not every
    program finds the height of wrapped text by itself."""
    return min(
        MOST_HIGH,
        max(_lines(text, wide * FONT_SIZE / size) * LINE_HIGH * size / FONT_SIZE for text, wide, size in cells) + ROOM,
    )


def _lines(text: str, wide: float) -> int:
    """Lines of wrapped text; a letter of a wide script takes the place of two, and words are not cut."""
    widths = [sum(2 if east_asian_width(letter) in "WF" else 1 for letter in line) for line in text.split("\n")]
    return sum(1 + int(width // (wide * 1.1)) for width in widths)
