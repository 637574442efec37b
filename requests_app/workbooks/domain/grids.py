"""Finds the answers in the cells of a returned form, whatever was moved.

A workbook and a document are both tables of cells to us. A line whose cells begin with "@" names the columns of the
lines below it, wherever they stand:

- `@portal`, `@value`: what the form is (format, State, reference, version, language)
- `@key`, `@stamp`, `@answer`: one answer a line; other columns are for people
- `@rows:NAME`, `@stamp`, `@COLUMN` …: the rows of a table, each with its key or none if it is new
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from requests_app.workbooks.enums import Trouble

FORMAT = "1"  # of the files that we write; a change of meaning needs a new one
MOST_UNPACKED = 10 * 1024 * 1024  # bytes; a filled form has some 100 kB
MARK, ROWS = "@", "@rows:"
PORTAL, VALUE, KEY, STAMP, ANSWER = "@portal", "@value", "@key", "@stamp", "@answer"
IDENTITY = ("format", "state", "reference", "version", "language")


@dataclass(frozen=True)
class Grid:
    """A table as it stands in a file: what to call it, and its lines by number."""

    label: str
    lines: Sequence[tuple[int, Sequence[str]]]


@dataclass(frozen=True)
class Place:
    """Where a line stands."""

    label: str
    line: int


@dataclass(frozen=True)
class Said:
    """One answer, with the stamp of what the portal held when the form was taken out."""

    text: str
    stamp: str
    place: Place


@dataclass(frozen=True)
class SaidRow:
    """One row of a table. Without a key it is new."""

    table: str
    key: str
    stamp: str
    cells: Mapping[str, str]
    place: Place

    @property
    def is_empty(self) -> bool:
        return not any(self.cells.values())


class NotRead(Exception):
    """A file that cannot be read as a form at all."""

    def __init__(self, trouble: Trouble, place: Place | None = None) -> None:
        super().__init__(trouble)
        self.trouble, self.place = trouble, place


@dataclass
class Returned:
    """What a file says."""

    identity: dict[str, str] = field(default_factory=dict)
    answers: dict[str, Said] = field(default_factory=dict)
    rows: list[SaidRow] = field(default_factory=list)
    tables: set[str] = field(default_factory=set)
    troubles: list[tuple[Place, Trouble]] = field(default_factory=list)


def stamp(key: str, text: str) -> str:
    """Short for what the portal held: tells whether an answer was changed in the file, or in the portal since."""
    return hashlib.sha256(f"{key}\x1f{text}".encode()).hexdigest()[:10]


def row_stamp(key: str, cells: Mapping[str, str]) -> str:
    """The same for a row."""
    return stamp(key, "\x1e".join(f"{name}={cells[name]}" for name in sorted(cells)))


def read(grids: Sequence[Grid]) -> Returned:
    """What the tables of a file say. Raises NotRead where they are no form of ours, or a column is lost."""
    found = Returned()
    seen: set[str] = set()
    for grid, header, line, cells in _lines(found, grids):
        place = Place(grid.label, line)
        if PORTAL in header:
            _take_identity(found, header, cells)
        elif _is_outside(header, cells):
            found.troubles.append((place, Trouble.OUTSIDE))
        elif KEY in header:
            _take_answer(found, seen, _cells(header, cells), place)
        else:
            _take_row(found, header, cells, place)
    if not found.identity:
        raise NotRead(Trouble.NOT_OURS)
    if found.identity.get("format") != FORMAT:
        raise NotRead(Trouble.FORMAT)
    if not found.answers and not found.troubles:
        raise NotRead(Trouble.NO_ANSWERS)
    return found


def _lines(found: Returned, grids: Sequence[Grid]) -> Iterator[tuple[Grid, dict[str, int], int, Sequence[str]]]:
    """Each line under the columns that hold for it."""
    for grid in grids:
        header: dict[str, int] = {}
        for number, cells in grid.lines:
            if _is_header(cells):
                header = _header(cells, Place(grid.label, number))
                found.tables.update(mark.removeprefix(ROWS) for mark in header if mark.startswith(ROWS))
            elif header and any(cells):
                yield grid, header, number, cells


def _is_header(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    return all(cell.startswith(MARK) for cell in filled) and any(
        cell.startswith((KEY, PORTAL, ROWS)) for cell in filled
    )


def _header(cells: Sequence[str], place: Place) -> dict[str, int]:
    names = [cell.strip() for cell in cells]
    marked = [name for name in names if name.startswith(MARK)]
    wanted = {VALUE} if PORTAL in marked else {STAMP, ANSWER} if KEY in marked else {STAMP}
    if len(set(marked)) != len(marked) or not wanted <= set(marked):
        raise NotRead(Trouble.NO_COLUMN, place)
    return {name: names.index(name) for name in marked}


def _cells(header: Mapping[str, int], cells: Sequence[str]) -> dict[str, str]:
    return {name: cells[at].strip() if at < len(cells) else "" for name, at in header.items()}


def _is_outside(header: Mapping[str, int], cells: Sequence[str]) -> bool:
    return any(cell.strip() for at, cell in enumerate(cells) if at not in header.values())


def _take_identity(found: Returned, header: Mapping[str, int], cells: Sequence[str]) -> None:
    said = _cells(header, cells)
    if said[PORTAL] in IDENTITY:
        found.identity[said[PORTAL]] = said[VALUE]


def _take_answer(found: Returned, seen: set[str], said: Mapping[str, str], place: Place) -> None:
    key = said[KEY]
    if not key:  # a heading, or a note that somebody wrote between the lines
        if said[ANSWER]:
            found.troubles.append((place, Trouble.UNKNOWN))
        return
    if key in seen:
        found.answers.pop(key, None)
        found.troubles.append((place, Trouble.TWICE))
        return
    seen.add(key)
    found.answers[key] = Said(said[ANSWER], said[STAMP], place)


def _take_row(found: Returned, header: Mapping[str, int], cells: Sequence[str], place: Place) -> None:
    said = _cells(header, cells)
    mark = next(name for name in header if name.startswith(ROWS))
    table = mark.removeprefix(ROWS)
    key = said[mark] if said[mark].isdecimal() else ""
    values = {name.removeprefix(MARK): text for name, text in said.items() if name not in (mark, STAMP)}
    taken = {row.key for row in found.rows if row.table == table and row.key}
    row = SaidRow(table, "" if key in taken else key, said[STAMP], values, place)  # a copied row is a new one
    if row.key or not row.is_empty:
        found.rows.append(row)
