"""Obligations under Articles 3, 4 and 5 with their extension requests and completions."""

import re
from calendar import month_name, monthrange
from datetime import date
from pathlib import Path

from ccm_portal.register import enums
from ccm_portal.register import models as register
from ccm_portal.register.reference.rows import (
    PartialDate,
    Row,
    by_key,
    choose,
    is_verified,
    optional_rows,
    partial_date,
    read_rows,
)
from ccm_portal.register.reference.shelf import Shelf, Tally
from ccm_portal.treaty import deadlines
from ccm_portal.treaty.dates import add_months
from ccm_portal.treaty.extensions import MOST_MONTHS

Lodgings = dict[tuple[str, str, int], PartialDate]


def load_clocks(
    path: Path,
    limb: str,
    states: dict[str, register.State],
    meetings: dict[str, register.Meeting],
    lodged: Lodgings,
    tally: Tally,
) -> None:
    """Obligations under Article 3 or 4 with their extension requests and completions."""
    obligations = Shelf(tally, register.Obligation, "state", "limb", "hostilities_ended")
    extensions = Shelf(tally, register.ExtensionDecision, "obligation", "sequence")
    completions = Shelf(tally, register.Completion, "obligation", "kind")
    for row in by_key(read_rows(path), "iso3").values():
        with tally.noting_errors():
            state, status = row.state(states), row.text("status")
            note = "; ".join(
                part for part in (status, row.cells.get("note") or "", row.cells.get("completion_note") or "") if part
            )
            original = _check_original_deadline(row, state, limb)
            row.text("ext1_meeting")  # the column must be there, even if it is empty
            obligation = obligations.put(
                row,
                state=state,
                article=int(limb[0]),
                limb=limb,
                hostilities_ended=None,
                standing=_standing(status),
                source=row.text("source"),
                note=note,
                is_verified=is_verified(row.text("source")),
            )
            _load_extensions(row, obligation, original, meetings, lodged, extensions)
            _load_completion(row, obligation, completions)


def _standing(status: str) -> str:
    if status.startswith(("unclear", "disputed")):
        return enums.StandingChoices.UNCLEAR
    if status.startswith("initial Article 7 report"):
        return enums.StandingChoices.NONE
    return enums.StandingChoices.DECLARED


def _check_original_deadline(row: Row, state: register.State, limb: str) -> date:
    if state.in_force is None:
        raise row.fail(f"{state.iso3} has not joined the Convention and cannot have this obligation")
    computed = deadlines.original_deadline(deadlines.Clock(limb), state.in_force)
    for column, expected in (("entry_into_force_date", state.in_force), ("original_deadline", computed)):
        stated = row.day(column)
        if stated and stated != expected:
            raise row.fail(f"{column} {stated} contradicts the date of deposit: the Convention gives {expected}")
    return computed


def read_lodgings(path: Path) -> Lodgings:
    """When extension requests were lodged, by (State, paragraph, number), as far as sources say."""
    return {
        (row.text("iso3"), row.text("limb"), int(row.text("sequence"))): partial_date(row, "requested_on")
        for row in optional_rows(path)
    }


def _load_extensions(
    row: Row,
    obligation: register.Obligation,
    original: date,
    meetings: dict[str, register.Meeting],
    lodged: Lodgings,
    shelf: Shelf,
) -> None:
    current = original
    for sequence in range(1, 5):
        if not row.cells.get(f"ext{sequence}_meeting"):
            continue
        named, until = row.text(f"ext{sequence}_meeting"), row.text(f"ext{sequence}_until")
        granted, precision = _granted_until(row, f"ext{sequence}_until", current)
        if granted and granted <= current:
            raise row.fail(f"extension {sequence} to {until} does not lengthen the deadline of {current}")
        if granted and granted > add_months(current, MOST_MONTHS[obligation.article]):
            shelf.tally.warnings.append(
                f"{row.file} line {row.line}: extension {sequence} to {until} is longer than Article "
                f"{obligation.article} allows at once (from {current})"
            )
        current = granted or current
        requested = lodged.get((obligation.state_id, obligation.limb, sequence), PartialDate(None, enums.Precision.DAY))
        with shelf.tally.noting_errors():
            shelf.put(
                row,
                obligation=obligation,
                sequence=sequence,
                meeting=_meeting_named(row, named, meetings),
                outcome=enums.OutcomeChoices.GRANTED if granted else enums.OutcomeChoices.NOT_SEEN,
                requested_on=requested.day,
                requested_precision=requested.precision,
                granted_until=granted,
                precision=precision,
                document=row.text(f"ext{sequence}_document"),
                source=row.text("source"),
                note=f"{named}: {row.text(f'ext{sequence}_note')}",
                is_verified=granted is not None and "inferred" not in named,
            )
    last = row.cells.get("last_deadline") or row.cells.get("last_deadline_seen") or ""
    if last and not current.isoformat().startswith(last):
        raise row.fail(f"last deadline {last} contradicts the extensions of the same line, which give {current}")


def _granted_until(row: Row, column: str, current: date) -> tuple[date | None, str]:
    """A grant known to the month keeps the day of the deadline it replaces: extensions run in whole months."""
    until = partial_date(row, column)
    if until.day and until.precision == enums.Precision.MONTH:
        months = (until.day.year - current.year) * 12 + until.day.month - current.month
        return add_months(current, months), enums.Precision.MONTH
    return until.day, enums.Precision.DAY


def _meeting_named(row: Row, named: str, meetings: dict[str, register.Meeting]) -> register.Meeting:
    """The meeting of a cell such as "9MSP (2019)" or "2RC part 2 (Sept 2021)"; without a part, the first."""
    code = named.split()[0]
    if code not in meetings:
        code = f"{code}-{'2' if 'part 2' in named else '1'}"
    if code not in meetings:
        raise row.unknown(f"meeting {named!r} is not in meetings.csv", named.split()[0])
    return meetings[code]


def _load_completion(row: Row, obligation: register.Obligation, shelf: Shelf) -> None:
    status, exactness = row.text("status"), row.cells.get("completion_precision") or ""
    clarified = re.search(r"no stocks \(clarified (\w+) (\d{4})\)", status)
    if not status.startswith("completed") and not clarified:
        return
    when = partial_date(row, "completion")
    if clarified:
        if clarified[1] not in month_name:
            raise row.fail(f"status {status!r} names no month")
        month, year = list(month_name).index(clarified[1]) - 1, int(clarified[2])
        when = PartialDate(date(year, month + 1, monthrange(year, month + 1)[1]), enums.Precision.MONTH)
    shelf.put(
        row,
        obligation=obligation,
        kind=enums.CompletionKind.NONE_HELD if clarified else enums.CompletionKind.COMPLETED,
        day=when.day,
        precision=when.precision,
        source=row.text("source"),
        note="; ".join(part for part in (exactness, row.cells.get("completion_note") or "") if part),
        is_verified=is_verified(exactness, row.text("source")),
    )


def load_victim_assistance(path: Path, states: dict[str, register.State], tally: Tally) -> None:
    """States reported to have Article 5 obligations; lists differ over time, and a State on no list is unclear."""
    shelf = Shelf(tally, register.Obligation, "state", "limb", "hostilities_ended")
    for row in by_key(read_rows(path), "iso3").values():
        with tally.noting_errors():
            listed = row.text("on_current_isu_list") == "yes"
            shelf.put(
                row,
                state=row.state(states),
                article=5,
                limb=enums.Limb.VICTIMS,
                hostilities_ended=None,
                standing=enums.StandingChoices.DECLARED if listed else enums.StandingChoices.UNCLEAR,
                source=row.text("source"),
                note="; ".join(part for part in (row.text("basis"), row.text("note")) if part),
                is_verified=is_verified(row.text("source")),
            )


PROVISIONS = {
    "Article 17 (entry into force)": enums.DateKind.IN_FORCE,
    "Article 3": enums.DateKind.STOCKPILES,
    "Article 4": enums.DateKind.CLEARANCE,
    "Article 7.1": enums.DateKind.INITIAL_REPORT,
    "Article 20(3) (withdrawal)": enums.DateKind.WITHDRAWAL,
}


def load_published_dates(path: Path, states: dict[str, register.State], tally: Tally) -> None:
    """Dates as others published them, right or wrong: each stays beside the computed one."""
    shelf = Shelf(tally, register.PublishedDate, "state", "kind", "number", "day", "source")
    for row in optional_rows(path):
        with tally.noting_errors():
            published = partial_date(row, "published_deadline")
            shelf.put(
                row,
                state=row.state(states),
                kind=choose(row, "article", PROVISIONS),
                number=int(row.text("kind").partition("extension-")[2] or 0),
                day=published.day,
                precision=published.precision,
                text=row.text("published_text"),
                source=row.text("source_url"),
                note=row.text("note").removeprefix("ANOMALY: "),
            )
