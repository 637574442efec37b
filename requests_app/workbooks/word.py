"""The form as a Word document, and its tables when it comes back.

A table has its marks (`domain/grids.py`) as hidden text: in the first column the key and the stamp of each line. The
document is read from its XML; nothing of it is run or followed.
"""

import io
import re
from collections.abc import Iterator, Sequence
from typing import Any
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZipFile

from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext as _
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Cm, Pt

from ccm_portal.register.reference.sheets import DOCUMENT, UNREADABLE, BadReference, check_archive
from requests_app.workbooks.domain import grids
from requests_app.workbooks.domain.grids import Grid, NotRead, Place
from requests_app.workbooks.enums import Answer, Language, Trouble
from requests_app.workbooks.layout import (
    ANSWER,
    DO_NOT_CHANGE,
    FACTS,
    NO_FACTS,
    NOTES,
    TITLE,
    UNREAD,
    Paper,
    Question,
    Section,
    Table,
    Words,
)

STRIP, LABEL, WIDE = 0.4, 5.1, 7.0  # cm: the hidden marks, a label, an answer
WIDTH = 17.6
LONG_HIGH, ROW_HIGH = 2.6, 0.9
SPARE_ROWS = 6
INK, SOFT, LINE, ACCENT, INPUT = "1B2733", "52616F", "9FB0C0", "0B5394", "FFF8DC"
NOTHING_CHOSEN = "…"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


# --- writing ----------------------------------------------------------------------------------------------------------


def write(paper: Paper) -> bytes:
    """The form as a document: a table for each step, with lists to choose from where there are choices."""
    document = Document()
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(1.7)
    page.top_margin = page.bottom_margin = Cm(1.8)
    document.styles["Normal"].font.name, document.styles["Normal"].font.size = "Arial", Pt(9.5)
    document.styles["Normal"].paragraph_format.space_after = Pt(0)
    properties, title = document.core_properties, paper.both(TITLE)
    properties.title, properties.subject = title.english, paper.identity["reference"]
    properties.author, properties.comments = "Convention on Cluster Munitions", ""
    page.header.paragraphs[0].add_run(title.english).font.size = Pt(7.5)
    page.footer.paragraphs[0]._p.append(
        _element(f"<w:r>{_size(15)}{_text(paper.identity['reference'])}<w:tab/><w:tab/></w:r>")
    )
    page.footer.paragraphs[0]._p.append(
        _element(f'<w:fldSimple w:instr="PAGE"><w:r>{_size(15)}<w:t>1</w:t></w:r></w:fldSimple>')
    )
    last = document.element.body.sectPr
    for xml in _Writer(paper).blocks():
        last.addprevious(_element(xml))
        if xml.startswith("<w:tbl"):  # tables that touch would become one
            last.addprevious(_element(_paragraph(_run("", 8))))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _element(xml: str) -> Any:
    return parse_xml(re.sub(r"^<w:\w+", lambda tag: f"{tag[0]} {nsdecls('w')}", xml))


def _size(half_points: int, *, bold: bool = False, colour: str = INK, hidden: bool = False, rtl: bool = False) -> str:
    """The properties of a run."""
    return (
        '<w:rPr><w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:cs="Arial"/>'
        f"{'<w:b/><w:bCs/>' if bold else ''}{'<w:vanish/>' if hidden else ''}"
        f'<w:color w:val="{colour}"/><w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'
        f"{'<w:rtl/>' if rtl else ''}</w:rPr>"
    )


def _text(text: str) -> str:
    lines = text.split("\n")
    shown = (
        "<w:tab/>".join(f'<w:t xml:space="preserve">{escape(one)}</w:t>' for one in line.split("\t")) for line in lines
    )
    return "<w:br/>".join(shown)


def _run(text: str, half_points: int = 19, **more: Any) -> str:
    return f"<w:r>{_size(half_points, **more)}{_text(text)}</w:r>"


def _paragraph(content: str, *, rtl: bool = False, before: int = 0, keep: bool = False) -> str:
    return (
        f"<w:p><w:pPr>{'<w:keepNext/>' if keep else ''}{'<w:bidi/>' if rtl else ''}"
        f'<w:spacing w:before="{before}" w:after="20"/></w:pPr>{content}</w:p>'
    )


def _locked(content: str) -> str:
    """What people cannot change by accident."""
    return f'<w:sdt><w:sdtPr><w:lock w:val="sdtContentLocked"/></w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>'


def _mark(text: str) -> str:
    """Hidden text for the portal."""
    return f'<w:p><w:pPr><w:rPr><w:vanish/><w:sz w:val="4"/></w:rPr></w:pPr>{_locked(_run(text, 4, hidden=True))}</w:p>'


def _cell(content: str, wide: float, *, fill: str = "") -> str:
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>' if fill else ""
    if wide == STRIP:
        edges = "".join(f'<w:{edge} w:val="nil"/>' for edge in ("top", "left", "bottom"))
        shade = f"<w:tcBorders>{edges}</w:tcBorders>"
    return f'<w:tc><w:tcPr><w:tcW w:w="{_twips(wide)}" w:type="dxa"/>{shade}</w:tcPr>{content}</w:tc>'


def _line(cells: Sequence[str], *, is_header: bool = False, is_thin: bool = False, high: float = 0) -> str:
    height = '<w:trHeight w:val="20" w:hRule="exact"/>' if is_thin else ""
    if high:
        height = f'<w:trHeight w:val="{_twips(high)}" w:hRule="atLeast"/>'
    return (
        f"<w:tr><w:trPr><w:cantSplit/>{height}{'<w:tblHeader/>' if is_header else ''}</w:trPr>{''.join(cells)}</w:tr>"
    )


def _twips(centimetres: float) -> int:
    return round(centimetres * 567)


class _Writer:
    def __init__(self, paper: Paper) -> None:
        self.paper, self.both, self.rtl = paper, paper.both, paper.is_right_to_left

    def blocks(self) -> Iterator[str]:
        """Paragraphs and tables in their order."""
        half = WIDTH / 2
        yield self._table([self._pair(self.both(TITLE), half, 30, bold=True, colour=ACCENT)], [half, half], lined=False)
        facts = [
            [*self._pair(words, LABEL, 17, colour=SOFT), _cell(_paragraph(_run(value, bold=True)), WIDE)]
            for words, value in self.paper.heading
        ]
        yield self._table(facts, [LABEL, LABEL, WIDE], lined=False)
        notes = [
            self._pair(self.both(note), half, 17, colour="855000" if note is UNREAD else SOFT)
            for note in (*NOTES, UNREAD)
        ]
        yield self._table(notes, [half, half], lined=False)
        yield self._heading(self.both(FACTS))
        register = self.paper.facts or [(self.both(NO_FACTS), "")]
        yield self._table(
            [[*self._pair(words, LABEL), _cell(_paragraph(_run(day, bold=True)), WIDE)] for words, day in register],
            [LABEL, LABEL, WIDE],
        )
        for section in self.paper.sections:
            yield self._heading(section.title)
            if section.intro.english:
                yield self._table([self._pair(section.intro, half, 17, colour=SOFT)], [half, half], lined=False)
            yield self._rows(section.table) if section.table else self._answers(section)
        yield _paragraph("", before=200)
        yield self._identity()

    def _table(self, lines: Sequence[Sequence[str] | str], widths: Sequence[float], *, lined: bool = True) -> str:
        edges = ("top", "bottom", "insideH", *(("left", "right", "insideV") if lined else ()))
        kind = "single" if lined else "nil"
        borders = "".join(f'<w:{edge} w:val="{kind}" w:sz="4" w:space="0" w:color="{LINE}"/>' for edge in edges)
        grid = "".join(f'<w:gridCol w:w="{_twips(wide)}"/>' for wide in widths)
        rows = "".join(line if isinstance(line, str) else _line(line) for line in lines)
        return (
            f"<w:tbl><w:tblPr>{'<w:bidiVisual/>' if self.rtl else ''}"
            f'<w:tblW w:w="{_twips(sum(widths))}" w:type="dxa"/><w:tblBorders>{borders}</w:tblBorders>'
            '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:top w:w="40" w:type="dxa"/><w:bottom w:w="40" w:type="dxa"/>'
            "</w:tblCellMar></w:tblPr>"
            f"<w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"
        )

    def _heading(self, words: Words) -> str:
        runs = [
            _run(text, 24, bold=True, colour=ACCENT, rtl=other and self.rtl) for text, other in self._in_order(words)
        ]
        return _paragraph(_run("  ·  ", 24, colour=SOFT).join(runs), rtl=self.rtl, before=280, keep=True)

    def _in_order(self, words: Words) -> list[tuple[str, bool]]:
        pair = [(words.english, False), (words.other, True)]
        return pair[::-1] if self.rtl else pair

    def _pair(
        self,
        words: Words,
        wide: float,
        half_points: int = 19,
        *,
        help_text: Words | None = None,
        indent: str = "",
        **more: Any,
    ) -> list[str]:
        """Two cells: the same words in both languages, with help below."""
        helps = self._in_order(help_text) if help_text else [("", False)] * 2
        cells = []
        for (text, other), (below, _other) in zip(self._in_order(words), helps, strict=True):
            rtl = other and self.rtl
            content = _paragraph(_run(indent + text, half_points, rtl=rtl, **more), rtl=rtl)
            if below:
                content += _paragraph(_run(below, 15, colour=SOFT, rtl=rtl), rtl=rtl)
            cells.append(_cell(content, wide))
        return cells

    def _answers(self, section: Section) -> str:
        """A line for each question, its key and stamp hidden in the first column."""
        marks = [f"{grids.KEY} {grids.STAMP}", "@1", "@2", grids.ANSWER]
        widths = [STRIP, LABEL, LABEL, WIDE]
        language = Words("English", str(Language(self.paper.language).label))
        top = [
            _cell(_mark(""), STRIP),
            *self._pair(language, LABEL, 15, colour=SOFT),
            _cell(_paragraph(_run(self.both(ANSWER).both, 15, colour=SOFT)), WIDE),
        ]
        lines = [
            _line(top, is_header=True),
            _line([_cell(_mark(mark), wide) for mark, wide in zip(marks, widths, strict=True)], is_thin=True),
        ]
        for group in section.groups:
            if group.label:
                lines.append(
                    _line(
                        [
                            _cell(_mark(""), STRIP),
                            *self._pair(group.label, LABEL, bold=True, help_text=group.help),
                            _cell(_paragraph(""), WIDE),
                        ]
                    )
                )
            for asked in group.lines:
                mark = _cell(_mark(f"{asked.key} {grids.stamp(asked.key, asked.stored)}"), STRIP)
                labels = self._pair(
                    asked.label, LABEL, bold=not group.label, help_text=asked.help, indent="   " if group.label else ""
                )
                answer = _cell(self._answer(asked, asked.stored), WIDE, fill=INPUT)
                lines.append(_line([mark, *labels, answer], high=LONG_HIGH if asked.kind == Answer.LONG else 0))
        return self._table(lines, widths)

    def _answer(self, asked: Question, stored: str) -> str:
        if not asked.options:
            return _paragraph(_run(stored))
        chosen = asked.options[stored].both if stored in asked.options and stored else stored or NOTHING_CHOSEN
        items = "".join(
            f"<w:listItem w:displayText={quoteattr(words.both)} w:value={quoteattr(code or 'no')}/>"
            for code, words in asked.options.items()
        )
        return _paragraph(
            f"<w:sdt><w:sdtPr><w:tag w:val={quoteattr(asked.key)}/><w:dropDownList>{items}</w:dropDownList></w:sdtPr>"
            f"<w:sdtContent>{_run(chosen)}</w:sdtContent></w:sdt>"
        )

    def _rows(self, table: Table) -> str:
        """A table with its stored rows and some empty ones."""
        wide = (WIDTH - STRIP) / len(table.columns)
        widths = [STRIP, *[wide] * len(table.columns)]
        names = [_cell("".join(self._column(asked)), wide) for asked in table.columns]
        marks = [f"{grids.ROWS}{table.key} {grids.STAMP}", *(f"@{asked.key}" for asked in table.columns)]
        lines = [
            _line([_cell(_mark(""), STRIP), *names], is_header=True),
            _line([_cell(_mark(mark), one) for mark, one in zip(marks, widths, strict=True)], is_thin=True),
        ]
        spare = max(0, min(SPARE_ROWS, table.most - len(table.rows)))
        for key, cells in [*table.rows.items(), *[("", dict[str, str]())] * spare]:
            mark = f"{key} {grids.row_stamp(key, cells)}" if key else ""
            answers = [
                _cell(self._answer(asked, cells.get(asked.key, "")), wide, fill=INPUT) for asked in table.columns
            ]
            lines.append(_line([_cell(_mark(mark), STRIP), *answers], high=ROW_HIGH))
        return self._table(lines, widths)

    def _column(self, asked: Question) -> Iterator[str]:
        for text, other in self._in_order(asked.label):
            yield _paragraph(_run(text, 17, bold=True, rtl=other and self.rtl), rtl=other and self.rtl)
        if asked.help.english:
            yield _paragraph(_run(asked.help.both, 14, colour=SOFT))

    def _identity(self) -> str:
        lines = [
            self._pair(self.both(DO_NOT_CHANGE), WIDTH / 2, 14, colour=SOFT),
            _line([_cell(_mark(mark), WIDTH / 2) for mark in (grids.PORTAL, grids.VALUE)], is_thin=True),
        ]
        for pair in self.paper.identity.items():
            lines.append([_cell(_paragraph(_locked(_run(text, 14, colour=SOFT))), WIDTH / 2) for text in pair])
        return self._table(lines, [WIDTH / 2, WIDTH / 2], lined=False)


# --- reading ----------------------------------------------------------------------------------------------------------


def read(name: str, content: bytes) -> list[Grid]:
    """The tables of a returned document. Raises BadReference for what is no plain document, and NotRead where a table
    of the form has merged cells or computed fields."""
    check_archive(name, content, part=DOCUMENT, most=grids.MOST_UNPACKED)
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            root = fromstring(archive.read(DOCUMENT))
    except (*UNREADABLE, ParseError):
        raise BadReference(_("%(name)s is a document that cannot be read") % {"name": name}) from None
    names = _headings(root)
    tables = enumerate(root.iter(f"{W}tbl"), start=1)
    return [_grid(names.get(table) or _("table %(number)s") % {"number": number}, table) for number, table in tables]


def _headings(root: Element) -> dict[Element, str]:
    """What stands above each table, by which a person finds it."""
    found, heading = {}, ""
    body = root.find(f"{W}body")
    for block in body if body is not None else ():
        if block.tag == f"{W}tbl":
            found[block] = heading
        else:
            heading = _said(block).strip() or heading
    return found


def _grid(label: str, table: Element) -> Grid:
    lines, is_ours = [], False
    for number, row in enumerate(table.iter(f"{W}tr"), start=1):
        cells = [_said(cell) for cell in row.iter(f"{W}tc")]
        cells = [*_first(cells[0]), *cells[1:]] if cells else cells
        is_ours = is_ours or any(cell.startswith((grids.KEY, grids.ROWS)) for cell in cells)
        if is_ours:
            _refuse_what_is_not_plain(row, Place(label, number))
        lines.append((number, cells))
    return Grid(label, lines)


def _first(cell: str) -> list[str]:
    """Key and stamp stand in one narrow column."""
    key, _space, stamp = cell.partition(" ")
    return [key, stamp]


def _refuse_what_is_not_plain(row: Element, place: Place) -> None:
    spans = [int(one.get(f"{W}val", "1")) for one in row.iter(f"{W}gridSpan")]
    if row.find(f".//{W}vMerge") is not None or any(span > 1 for span in spans):
        raise NotRead(Trouble.MERGED, place)
    if row.find(f".//{W}fldSimple") is not None or row.find(f".//{W}instrText") is not None:
        raise NotRead(Trouble.FIELD, place)


def _said(cell: Element) -> str:
    """The text of a cell as people see it: what was struck out is gone, what was inserted counts."""
    paragraphs = ["".join(_pieces(paragraph)) for paragraph in cell.iter(f"{W}p")]
    text = "\n".join(paragraphs).strip()
    return "" if text == NOTHING_CHOSEN else text


def _pieces(paragraph: Element) -> Iterator[str]:
    for run in paragraph.iter(f"{W}r"):
        for piece in run:
            if piece.tag == f"{W}t":
                yield piece.text or ""
            elif piece.tag in (f"{W}br", f"{W}cr"):
                yield "\n"
            elif piece.tag == f"{W}tab":
                yield "\t"
