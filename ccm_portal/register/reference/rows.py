"""Rows of a reference file, read so that every value that cannot be used is named with file, line and column."""

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ccm_portal.register import enums
from ccm_portal.register import models as register
from ccm_portal.register.reference.sheets import BadReference, read_sheet


class MissingColumn(BadReference):
    """A file that lacks a column: said once, not again for each of its lines."""


class UnknownRecord(BadReference):
    """A row names a record that the register does not hold."""

    def __init__(self, reason: str, code: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True)
class Row:
    """One line of a reference file; every reader names file, line and column when a value cannot be used."""

    file: str
    line: int
    cells: dict[str, str]

    def fail(self, reason: str) -> BadReference:
        return BadReference(f"{self.file} line {self.line}: {reason}")

    def unknown(self, reason: str, code: str) -> UnknownRecord:
        return UnknownRecord(f"{self.file} line {self.line}: {reason}", code)

    def text(self, column: str) -> str:
        if column not in self.cells:
            raise MissingColumn(f"{self.file} line {self.line}: column {column!r} is missing")
        return self.cells[column].strip()

    def items(self, column: str) -> list[str]:
        """The items of a list with semicolons; an empty item is passed over (R85)."""
        return [item.strip() for item in self.text(column).split(";") if item.strip()]

    def day(self, column: str) -> date | None:
        """A full ISO date, or nothing."""
        value = self.text(column)
        if not value:
            return None
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise self.fail(f"{column} {value!r} is not a date (YYYY-MM-DD)") from None

    def number(self, column: str) -> int | None:
        value = self.text(column)
        if not value:
            return None
        if not (value.isascii() and value.isdigit()):
            raise self.fail(f"{column} {value!r} is not a whole number")
        return int(value)

    def state(self, states: dict[str, register.State], column: str = "iso3") -> register.State:
        code = self.text(column)
        if code not in states:
            raise self.unknown(f"unknown ISO code {code!r} in {column}", code)
        return states[code]


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of a reference file: CSV, or a workbook's sheet."""
    sheet = read_sheet(path)
    for number, cells in sheet.rows:
        yield Row(sheet.label, number, cells)


def optional_rows(path: Path) -> Iterator[Row]:
    """As `read_rows`, for files that only the portal's own copy has."""
    if path.exists():
        yield from read_rows(path)


def by_key(rows: Iterable[Row], column: str) -> dict[str, Row]:
    """Rows by a column that must not repeat."""
    found: dict[str, Row] = {}
    repeated = []
    for row in rows:
        first = found.setdefault(row.text(column), row)
        if first is not row:
            repeated.append(row.fail(f"{column} {row.text(column)!r} stands on line {first.line} already"))
    if repeated:
        raise BadReference(*(str(reason) for reason in repeated))
    return found


@dataclass(frozen=True)
class PartialDate:
    """A date as exactly as its source gives it: the last day that fits, and how exact that is."""

    day: date | None
    precision: str


def partial_date(row: Row, column: str) -> PartialDate:
    """Reads YYYY, YYYY-MM or YYYY-MM-DD, and two years "2017/2018" as the later one."""
    value = row.text(column)
    if not value:
        return PartialDate(None, enums.Precision.UNKNOWN)
    if re.fullmatch(r"[12]\d{3}(/[12]\d{3})?", value):
        return PartialDate(date(int(value[-4:]), 12, 31), enums.Precision.YEAR)
    if re.fullmatch(r"[12]\d{3}-(0[1-9]|1[0-2])", value):
        year, month = int(value[:4]), int(value[5:])
        return PartialDate(date(year, month, monthrange(year, month)[1]), enums.Precision.MONTH)
    return PartialDate(row.day(column), enums.Precision.DAY)


def choose(row: Row, column: str, table: dict[str, Any]) -> Any:
    """The code for a cell's wording, from a fixed table."""
    value = row.text(column)
    if value not in table:
        raise row.fail(f"{column} {value!r} is not one of {', '.join(k for k in table if k)}")
    return table[value]


def is_verified(*texts: str) -> bool:
    """Whether none of the cells says that it was not checked."""
    return not any(mark in text.lower() for text in texts for mark in ("unverified", "general knowledge", "conflict"))
