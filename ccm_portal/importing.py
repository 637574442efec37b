"""Imports one file that a person gives, CSV or workbook: what it holds, what it would change, and the load itself."""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.db import transaction

from ccm_portal.accounts.models import User
from ccm_portal.loading import load_all
from ccm_portal.register.reference import BadReference, Tally
from ccm_portal.register.reference.sheets import is_workbook, read_sheet, sheet_names


class ChangedSincePreview(Exception):
    """What the load would do now is not what was previewed. Nothing was written."""

    def __init__(self, tally: Tally) -> None:
        super().__init__()
        self.tally = tally


def known_files() -> dict[str, Path]:
    """The reference files by the name that an import must bear: `meetings` -> treaty/meetings.csv."""
    return {path.stem: path for path in sorted(settings.REFERENCE_DIR.glob("*/*.csv"))}


def digest(tally: Tally) -> str:
    """One line that stands for all that a load would change and warn of: two loads with the same line do the same."""
    what = [[asdict(change) for change in tally.changes], tally.warnings]
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()


def import_file(path: Path, *, keep: bool, by: User | None = None, agreed: str = "") -> Tally:
    """Load one file over the portal's own reference files; nothing but what it holds is changed.

    With `agreed`, the `digest` of a preview, it is loaded only if it would still do exactly that; ChangedSincePreview
    is raised otherwise, and BadReference where any row cannot be used: either way with nothing written.
    """
    if path.is_dir() or not path.exists():
        raise BadReference(f"{path} is not a file" if path.exists() else f"{path} does not exist")
    taken, unread = _tables_in(path)
    tally = Tally(is_import=True)
    labels = []
    for name in taken:
        with tally.noting_errors():
            labels.append(_checked_label(path, name))
    tally.raise_errors()
    tally.given = frozenset(labels)
    tally.warnings += [
        f"{path.name}: sheet {name!r} is not named as a reference file and was not read" for name in unread
    ]
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    with _overlaid(path, taken) as folder, transaction.atomic():
        load_all(
            folder, keep=keep, by=by, tally=tally, subject=path.name, files=[{"name": path.name, "sha256": sha256}]
        )
        if agreed and digest(tally) != agreed:
            raise ChangedSincePreview(tally)
    return tally


def _tables_in(path: Path) -> tuple[list[str], list[str]]:
    """Which reference files a file stands for: every sheet that is named as one, or the whole file by its own name.
    Second, the other sheets."""
    known = known_files()
    if path.stem in known and not is_workbook(path):
        return [path.stem], []
    if is_workbook(path):
        sheets = sheet_names(path)
        taken = [name.strip().lower() for name in sheets if name.strip().lower() in known]
        if not taken and path.stem in known:
            return [path.stem], sheets[1:]
        if taken:
            return taken, [name for name in sheets if name.strip().lower() not in taken]
    names = ", ".join(known)
    raise BadReference(f"{path.name} is not one of, nor a workbook with a sheet named as one of: {names}")


def _checked_label(path: Path, name: str) -> str:
    """What messages call a table; refused where its columns are not those of the portal's own file, since a column
    that is misspelt would silently empty a field."""
    with _overlaid(path, [name]) as folder:
        sheet = read_sheet(next(folder.glob(f"*/{name}.csv")))
    expected = read_sheet(known_files()[name]).columns
    place = f"{sheet.label} line {sheet.header_line}"
    reasons = [f"{place}: column {column!r} is missing" for column in expected if column not in sheet.columns]
    reasons += [f"{place}: column {column!r} is not known" for column in sheet.columns if column not in expected]
    if reasons:
        raise BadReference(*reasons)
    return sheet.label


@contextmanager
def _overlaid(path: Path, names: list[str]) -> Iterator[Path]:
    """A folder of links to the portal's own reference files, where some lead to the given file instead."""
    with TemporaryDirectory() as name:
        folder = Path(name) / "reference"
        for own in settings.REFERENCE_DIR.glob("*/*"):
            link = folder / own.parent.name / own.name
            link.parent.mkdir(parents=True, exist_ok=True)
            is_given = own.suffix == ".csv" and own.stem in names
            os.symlink((path if is_given else own).resolve(), link)
        yield folder
