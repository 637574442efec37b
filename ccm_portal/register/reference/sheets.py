"""Reads the cells of a CSV file or an Excel workbook; whatever a person may send gets a clear answer.

What a file is, its content decides and not its name. Nothing in a workbook is run or followed: formulas, macros, merged
cells and links to other files are refused, since what they show is not what stands in the cells.
"""

import csv
import io
import re
import warnings
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

from django.utils.translation import gettext as _

MAX_BYTES = 10 * 1024 * 1024
MAX_UNPACKED_BYTES = 50 * 1024 * 1024
MAX_ROWS = 20_000
MAX_COLUMNS = 100
MAX_REASONS = 200

ZIP_MAGIC, OLE_MAGIC = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
#: What openpyxl and the XML parser raise at a damaged or hostile workbook.
UNREADABLE = (
    *(BadZipFile, ParseError, KeyError, ValueError, TypeError, AttributeError, IndexError),
    *(EOFError, OSError, OverflowError, NotImplementedError, RuntimeError),
)


class BadReference(Exception):
    """Reference data that cannot be loaded. Its text is the first reason, in one line with file, line and column;
    `reasons` are all that were found."""

    def __init__(self, reason: str, *more: str) -> None:
        super().__init__(reason)
        self.reasons = (reason, *more)


@dataclass(frozen=True)
class Sheet:
    """A table as it stands in a file: named columns, and rows of text with the line that each stands on."""

    label: str
    columns: list[str]
    rows: list[tuple[int, dict[str, str]]]
    header_line: int = 1


def is_workbook(path: Path) -> bool:
    """Whether the content is a ZIP or an old Office file, whatever the name says."""
    with path.open("rb") as file:
        return file.read(4) in (ZIP_MAGIC, OLE_MAGIC)


def sheet_names(path: Path) -> list[str]:
    """The sheets of a workbook, in order."""
    _check_size(path)
    content = path.read_bytes()
    check_archive(path.name, content)
    return [str(name) for name in _open(path.name, content).sheetnames]


def read_sheet(path: Path) -> Sheet:
    """The one table of a CSV file; of a workbook the sheet named as `path` is, or else the first.

    A path that is a link is named in every message by the file that it points to.
    """
    try:
        real = path.resolve(strict=True)
        _check_size(real)
        if is_workbook(real):
            return _read_workbook(real, path.stem)
        return _read_csv(real)
    except FileNotFoundError:
        raise BadReference(f"{path} does not exist") from None
    except OSError as error:
        raise BadReference(f"{path} cannot be read: {error.strerror}") from None


def _check_size(path: Path) -> None:
    if path.is_file() and path.stat().st_size > MAX_BYTES:
        raise BadReference(f"{path.name} is larger than {MAX_BYTES // 1024 // 1024} MB")


# --- CSV -------------------------------------------------------------------------------------------------------------


def _read_csv(path: Path) -> Sheet:
    text = _decode(path)
    separator, skipped = _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    lines: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            if reader.line_num > skipped and any(cell.strip() for cell in cells):
                lines.append((reader.line_num, cells))
                _check_rows(path.name, len(lines))
    except csv.Error as error:
        raise BadReference(f"{path.name} line {reader.line_num}: not a CSV file: {error}") from None
    return _table(path.name, lines, is_padded=False)


def _decode(path: Path) -> str:
    raw = path.read_bytes()
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):  # what Excel calls Unicode text
        encoding = "utf-16"
    else:
        encoding = "utf-8-sig"
        if b"\0" in raw:
            raise BadReference(f"{path.name} is neither a CSV file nor a workbook")
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise BadReference(
            f"{path.name} line {line}: not UTF-8 text; in Excel, save it as “CSV UTF-8” or as a workbook (.xlsx)"
        ) from None


def _separator(text: str) -> tuple[str, int]:
    """What stands between the cells, and how many lines come before the columns. Excel writes semicolons where the
    comma is the decimal sign, and may say so in a first line "sep=;"."""
    first = text.split("\n", 1)[0].strip().strip('"')
    if match := re.fullmatch(r"sep=(.)", first, re.IGNORECASE):
        return match[1], 1
    return max(",;\t", key=first.count), 0


# --- workbooks -------------------------------------------------------------------------------------------------------


#: The part that makes a ZIP an Office document of ours.
WORKBOOK, DOCUMENT = "xl/workbook.xml", "word/document.xml"
#: Parts that fetch what they show from another file or a database.
FETCHING = ("xl/externallinks/", "xl/connections.xml", "xl/querytables/")
EXTERNAL = re.compile(rb'<Relationship\b(?=[^>]*TargetMode="External")(?![^>]*/hyperlink")[^>]*>')


def check_archive(name: str, content: bytes, *, part: str = WORKBOOK, most: int = 0) -> None:
    """That the content is a plain workbook (or a DOCUMENT) of at most `most` bytes, before anything is unpacked. Raises
    BadReference."""
    most = most or MAX_UNPACKED_BYTES
    if content.startswith(OLE_MAGIC):
        raise BadReference(
            _("%(name)s is an old or a locked Excel file: save it as .xlsx without a password") % {"name": name}
            if part == WORKBOOK
            else _("%(name)s is an old or a locked Word file: save it as .docx without a password") % {"name": name}
        )
    try:
        if not content.startswith(ZIP_MAGIC):
            raise BadZipFile
        with ZipFile(io.BytesIO(content)) as archive:
            infos = archive.infolist()
            unpacked = sum(info.file_size for info in infos)
            links = [info for info in infos if info.filename.endswith(".rels") and unpacked <= most]
            is_linked = any(EXTERNAL.search(archive.read(info)) for info in links)
    except UNREADABLE:
        raise BadReference(
            _("%(name)s is a damaged file: neither a workbook nor a CSV file") % {"name": name}
            if part == WORKBOOK
            else _("%(name)s is a damaged file") % {"name": name}
        ) from None
    names = {info.filename for info in infos}
    if any("vbaproject" in one.lower() for one in names):
        raise BadReference(
            _("%(name)s carries macros: save it as a workbook without macros (.xlsx)") % {"name": name}
            if part == WORKBOOK
            else _("%(name)s carries macros: save it as a document without macros (.docx)") % {"name": name}
        )
    if part not in names:
        raise BadReference(
            _("%(name)s is a ZIP file but no Excel workbook (.xlsx)") % {"name": name}
            if part == WORKBOOK
            else _("%(name)s is a ZIP file but no Word document (.docx)") % {"name": name}
        )
    if unpacked > most:
        limit = {"name": name, "most": most // 1024 // 1024}
        raise BadReference(_("%(name)s unpacks to more than %(most)s MB") % limit)
    if is_linked or any(one.lower().startswith(FETCHING) for one in names):
        raise BadReference(_("%(name)s takes values from other files: paste them in instead") % {"name": name})


def _open(name: str, content: bytes) -> Any:
    from openpyxl import load_workbook  # half a second, which every start of a process would pay

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of features that openpyxl does not keep
            return load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    except UNREADABLE as error:
        raise _damaged(name, error) from None


def _damaged(name: str, error: Exception) -> BadReference:
    told = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
    return BadReference(_("%(name)s is a workbook that cannot be read: %(told)s") % {"name": name, "told": told})


def _read_workbook(path: Path, name: str) -> Sheet:
    content = path.read_bytes()
    check_archive(path.name, content)
    book = _open(path.name, content)
    try:
        title = next((n for n in book.sheetnames if n.strip().lower() == name.lower()), book.sheetnames[0])
        label = f"{path.name} sheet {title!r}"
        sheet = book[title]
        if not hasattr(sheet, "_worksheet_path"):
            raise BadReference(f"{label} is a chart, not a table")
        _refuse_merged(label, sheet)
        return _table(label, _lines(label, sheet), is_padded=True)
    except UNREADABLE as error:
        raise _damaged(path.name, error) from None
    finally:
        book.close()


def read_all_sheets(name: str, content: bytes, *, most: int) -> list[tuple[str, list[tuple[int, list[str]]]]]:
    """The cells of every sheet of a workbook, hidden ones too, as (title, lines with their numbers). Raises
    BadReference with all that cannot be used, or where it unpacks to more than `most` bytes."""
    check_archive(name, content, most=most)
    book = _open(name, content)
    found: list[tuple[str, list[tuple[int, list[str]]]]] = []
    reasons: list[str] = []
    try:
        for title in book.sheetnames:
            label = _("sheet “%(title)s”") % {"title": title}
            sheet = book[title]
            if not hasattr(sheet, "_worksheet_path"):
                continue  # a chart says nothing
            try:
                _refuse_merged(label, sheet)
                found.append((title, _lines(label, sheet)))
            except BadReference as error:
                reasons += error.reasons
    except UNREADABLE as error:
        raise _damaged(name, error) from None
    finally:
        book.close()
    if reasons:
        raise BadReference(*reasons[:MAX_REASONS])
    return found


def _refuse_merged(label: str, sheet: Any) -> None:
    """openpyxl gives the merged ranges only when it holds the whole workbook in memory; they stand behind the cells."""
    with sheet._get_source() as source:
        merged = re.findall(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z0-9:]+)"', source.read())
    if merged:
        cells = ", ".join(ref.decode() for ref in merged[:5])
        raise BadReference(
            _("%(place)s: cells %(cells)s are merged: unmerge them, so that each row stands by itself")
            % {"place": label, "cells": cells}
        )


def _lines(label: str, sheet: Any) -> list[tuple[int, list[str]]]:
    sheet.reset_dimensions()  # what the file says of its own size may be wrong
    lines, reasons = [], []
    for number, row in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS + 1), start=1):
        cells = []
        for index, cell in enumerate(row, start=1):
            text, reason = _as_text(cell)
            cells.append(text)
            if reason:
                place = {"place": label, "line": number, "column": _letters(index), "reason": reason}
                reasons.append(_("%(place)s line %(line)s column %(column)s: %(reason)s") % place)
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            lines.append((number, cells))
            _check_rows(label, len(lines))
    if reasons:
        raise BadReference(*reasons[:MAX_REASONS])
    return lines


def _as_text(cell: Any) -> tuple[str, str]:
    """A cell as a CSV file would hold it, or the reason why it cannot be used."""
    value, kind = cell.value, getattr(cell, "data_type", "n")
    reason = ""
    if kind == "f":
        reason = _("a formula; paste its value instead")
    elif kind == "e":
        reason = _("the error %(error)s") % {"error": value}
    elif isinstance(value, datetime):
        if value.time() != time.min:
            reason = _("%(value)s has a time of day; only a date is expected") % {"value": value}
        value = value.date().isoformat()
    elif isinstance(value, time | timedelta):
        reason = _("%(value)s is a time of day") % {"value": value}
    elif isinstance(value, bool):
        value = "yes" if value else "no"
    elif isinstance(value, date):
        value = value.isoformat()
    elif isinstance(value, float):
        value = str(int(value)) if value.is_integer() else repr(value)
    return "" if value is None or reason else str(value).strip(), reason


# --- both ------------------------------------------------------------------------------------------------------------


def _check_rows(label: str, number: int) -> None:
    if number > MAX_ROWS + 1:
        raise BadReference(_("%(place)s has more than %(most)s rows") % {"place": label, "most": MAX_ROWS})


def _letters(column: int) -> str:
    """A column's name in a workbook, from 1 on: 28 is AB."""
    from openpyxl.utils import get_column_letter  # as `load_workbook`: only where something is wrong

    return get_column_letter(column)


def _table(label: str, lines: list[tuple[int, list[str]]], *, is_padded: bool) -> Sheet:
    """The columns by their names, wherever they stand; empty columns and rows at the end are passed over."""
    if not lines:
        raise BadReference(f"{label} is empty: not even its columns are named")
    header_line, header = lines[0]
    columns = [cell.strip() for cell in header]
    width = max((i for i, cell in enumerate(columns, start=1) if cell), default=0)
    reasons = [
        f"{label} line {header_line} column {_letters(i)}: the column has no name"
        for i, name in enumerate(columns[:width], start=1)
        if not name
    ]
    reasons += [
        f"{label} line {header_line} column {_letters(i)}: column {name!r} stands in the file twice"
        for i, name in enumerate(columns[:width], start=1)
        if name and name in columns[: i - 1]
    ]
    if width > MAX_COLUMNS:
        reasons.append(f"{label} line {header_line}: more than {MAX_COLUMNS} columns")
    rows = []
    for number, cells in lines[1:]:
        surplus = [i for i, cell in enumerate(cells[width:], start=width + 1) if cell.strip()]
        if surplus or (len(cells) != len(header) and not is_padded):
            where = f" column {_letters(surplus[0])}" if surplus and is_padded else ""
            reasons.append(f"{label} line {number}{where}: the line has more or fewer cells than there are columns")
        filled = [*cells[:width], *[""] * (width - len(cells))]
        rows.append((number, dict(zip(columns[:width], filled, strict=True))))
    if reasons:
        raise BadReference(*reasons[:MAX_REASONS])
    if not rows:
        raise BadReference(f"{label} has columns but no rows")
    return Sheet(label, columns[:width], rows, header_line)
