"""Reads the cells of a CSV file or an Excel workbook; whatever a person may send gets a clear answer.

What a file is, its content decides and not its name. Nothing in a workbook is run: formulas, macros and merged cells
are refused, since what they show is not what stands in the cells.
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

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

MAX_BYTES = 10 * 1024 * 1024
MAX_UNPACKED_BYTES = 50 * 1024 * 1024
MAX_ROWS = 20_000
MAX_COLUMNS = 100
MAX_REASONS = 200

ZIP_MAGIC, OLE_MAGIC = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
#: What openpyxl and the XML parser raise at a damaged or hostile workbook.
UNREADABLE = (
    *(BadZipFile, InvalidFileException, ParseError, KeyError, ValueError, TypeError, AttributeError, IndexError),
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
    _check_archive(path)
    return [str(name) for name in _open(path).sheetnames]


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


def _check_archive(path: Path) -> None:
    """That the file is a plain workbook, before anything is unpacked."""
    with path.open("rb") as file:
        if file.read(4) == OLE_MAGIC:
            raise BadReference(f"{path.name} is an old or a locked Excel file: save it as .xlsx without a password")
    try:
        with ZipFile(path) as archive:
            infos = archive.infolist()
    except UNREADABLE:
        raise BadReference(f"{path.name} is a damaged file: neither a workbook nor a CSV file") from None
    names = {info.filename for info in infos}
    if any("vbaproject" in name.lower() for name in names):
        raise BadReference(f"{path.name} carries macros: save it as a workbook without macros (.xlsx)")
    if "xl/workbook.xml" not in names:
        raise BadReference(f"{path.name} is a ZIP file but no Excel workbook (.xlsx)")
    if sum(info.file_size for info in infos) > MAX_UNPACKED_BYTES:
        raise BadReference(f"{path.name} unpacks to more than {MAX_UNPACKED_BYTES // 1024 // 1024} MB")


def _open(path: Path) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of features that openpyxl does not keep
            return load_workbook(io.BytesIO(path.read_bytes()), read_only=True, data_only=False, keep_links=False)
    except UNREADABLE as error:
        raise _damaged(path, error) from None


def _damaged(path: Path, error: Exception) -> BadReference:
    told = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
    return BadReference(f"{path.name} is a workbook that cannot be read: {told}")


def _read_workbook(path: Path, name: str) -> Sheet:
    _check_archive(path)
    book = _open(path)
    try:
        title = next((n for n in book.sheetnames if n.strip().lower() == name.lower()), book.sheetnames[0])
        label = f"{path.name} sheet {title!r}"
        sheet = book[title]
        if not hasattr(sheet, "_worksheet_path"):
            raise BadReference(f"{label} is a chart, not a table")
        _refuse_merged(label, sheet)
        return _table(label, _lines(label, sheet), is_padded=True)
    except UNREADABLE as error:
        raise _damaged(path, error) from None
    finally:
        book.close()


def _refuse_merged(label: str, sheet: Any) -> None:
    """openpyxl gives the merged ranges only when it holds the whole workbook in memory; they stand behind the cells."""
    with sheet._get_source() as source:
        merged = re.findall(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z0-9:]+)"', source.read())
    if merged:
        cells = ", ".join(ref.decode() for ref in merged[:5])
        raise BadReference(f"{label}: cells {cells} are merged: unmerge them, so that each row stands by itself")


def _lines(label: str, sheet: Any) -> list[tuple[int, list[str]]]:
    sheet.reset_dimensions()  # what the file says of its own size may be wrong
    lines, reasons = [], []
    for number, row in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS + 1), start=1):
        cells = []
        for index, cell in enumerate(row, start=1):
            text, reason = _as_text(cell)
            cells.append(text)
            if reason:
                reasons.append(f"{label} line {number} column {get_column_letter(index)}: {reason}")
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
        reason = "a formula; paste its value instead"
    elif kind == "e":
        reason = f"the error {value}"
    elif isinstance(value, datetime):
        if value.time() != time.min:
            reason = f"{value} has a time of day; only a date is expected"
        value = value.date().isoformat()
    elif isinstance(value, time | timedelta):
        reason = f"{value} is a time of day"
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
        raise BadReference(f"{label} has more than {MAX_ROWS} rows")


def _table(label: str, lines: list[tuple[int, list[str]]], *, is_padded: bool) -> Sheet:
    """The columns by their names, wherever they stand; empty columns and rows at the end are passed over."""
    if not lines:
        raise BadReference(f"{label} is empty: not even its columns are named")
    header_line, header = lines[0]
    columns = [cell.strip() for cell in header]
    width = max((i for i, cell in enumerate(columns, start=1) if cell), default=0)
    reasons = [
        f"{label} line {header_line} column {get_column_letter(i)}: the column has no name"
        for i, name in enumerate(columns[:width], start=1)
        if not name
    ]
    reasons += [
        f"{label} line {header_line} column {get_column_letter(i)}: column {name!r} stands in the file twice"
        for i, name in enumerate(columns[:width], start=1)
        if name and name in columns[: i - 1]
    ]
    if width > MAX_COLUMNS:
        reasons.append(f"{label} line {header_line}: more than {MAX_COLUMNS} columns")
    rows = []
    for number, cells in lines[1:]:
        surplus = [i for i, cell in enumerate(cells[width:], start=width + 1) if cell.strip()]
        if surplus or (len(cells) != len(header) and not is_padded):
            where = f" column {get_column_letter(surplus[0])}" if surplus and is_padded else ""
            reasons.append(f"{label} line {number}{where}: the line has more or fewer cells than there are columns")
        filled = [*cells[:width], *[""] * (width - len(cells))]
        rows.append((number, dict(zip(columns[:width], filled, strict=True))))
    if reasons:
        raise BadReference(*reasons[:MAX_REASONS])
    if not rows:
        raise BadReference(f"{label} has columns but no rows")
    return Sheet(label, columns[:width], rows, header_line)
