"""Reads the register's reference files (CSV) into the database: may be run any number of times.

Contradictory or unreadable rows raise `BadReference`; the caller's transaction then leaves nothing half-saved.
"""

import csv
import re
from calendar import month_name, monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import slugify

from ccm_portal.register import enums
from ccm_portal.register import models as register
from ccm_portal.treaty import deadlines
from ccm_portal.treaty.dates import add_months, entry_into_force, initial_report_due, withdrawal_effective


class BadReference(Exception):
    """A reference file that cannot be loaded, with file, line and reason in one line."""


@dataclass
class Tally:
    """What a load did."""

    added: dict[str, int] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """The tally in words, one line each for added, changed, left and every warning."""
        lines = []
        for name, counts in (("added", self.added), ("changed", self.changed), ("left", self.left)):
            detail = ", ".join(f"{number} {model}" for model, number in sorted(counts.items()))
            lines.append(f"{name}: {sum(counts.values())}" + (f" ({detail})" if detail else ""))
        return lines + [f"warning: {warning}" for warning in self.warnings]

    def count(self, kind: dict[str, int], model: type[models.Model]) -> None:
        name = str(model._meta.verbose_name)
        kind[name] = kind.get(name, 0) + 1


@dataclass(frozen=True)
class Row:
    """One line of a reference file; every reader names file, line and column when a value cannot be used."""

    file: str
    line: int
    cells: dict[str, str]

    def fail(self, reason: str) -> BadReference:
        return BadReference(f"{self.file} line {self.line}: {reason}")

    def text(self, column: str) -> str:
        if column not in self.cells:
            raise self.fail(f"column {column!r} is missing")
        return (self.cells[column] or "").strip()

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
            raise self.fail(f"unknown ISO code {code!r} in {column}")
        return states[code]


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of a CSV file in UTF-8."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if not reader.fieldnames:
                raise BadReference(f"{path.name} is empty: not even its columns are named")
            for cells in reader:
                row = Row(path.name, reader.line_num, cells)
                if None in cells or None in cells.values():
                    raise row.fail("the line has more or fewer cells than there are columns")
                yield row
    except FileNotFoundError:
        raise BadReference(f"{path} does not exist") from None
    except OSError as error:
        raise BadReference(f"{path} cannot be read: {error.strerror}") from None
    except csv.Error as error:
        raise BadReference(f"{path.name} is not a CSV file: {error}") from None
    except UnicodeDecodeError:
        raise BadReference(f"{path} is not UTF-8 text") from None


def optional_rows(path: Path) -> Iterator[Row]:
    """As `read_rows`, for files that only the portal's own copy has."""
    if path.exists():
        yield from read_rows(path)


def by_key(rows: Iterable[Row], column: str) -> dict[str, Row]:
    """Rows by a column that must not repeat."""
    found: dict[str, Row] = {}
    for row in rows:
        if row.text(column) in found:
            raise row.fail(f"{column} {row.text(column)!r} stands on line {found[row.text(column)].line} already")
        found[row.text(column)] = row
    return found


class Shelf:
    """The rows of one model by their natural key, read once; `put` adds, changes or leaves a row.

    What a person has edited is left as it is, with a warning: a refresh never undoes a correction.
    """

    def __init__(self, tally: Tally, model: type[models.Model], *key: str) -> None:
        self.tally, self.model, self.key = tally, model, key
        attnames = [model._meta.get_field(name).attname for name in key]  # type: ignore[union-attr]
        self.rows = {tuple(getattr(obj, a) for a in attnames): obj for obj in model._default_manager.all()}
        history = getattr(model, "history", None)
        by_people = history.filter(history_user__isnull=False) if history else ()
        self.edited = set(by_people.values_list(model._meta.pk.attname, flat=True)) if by_people else set()

    def put(self, row: Row, **values: Any) -> Any:
        """Save what differs from the stored record; a value that breaks a rule is named with its line."""
        key = tuple(getattr(v, "pk", v) if isinstance(v, models.Model) else v for v in (values[k] for k in self.key))
        obj = self.rows.get(key)
        if obj is None:
            obj = self.rows[key] = self.model(**values)
            self.tally.count(self.tally.added, self.model)
        elif all(getattr(obj, name) == value for name, value in values.items()):
            self.tally.count(self.tally.left, self.model)
            return obj
        elif obj.pk in self.edited:
            self.tally.count(self.tally.left, self.model)
            differing = ", ".join(name for name, value in values.items() if getattr(obj, name) != value)
            self.tally.warnings.append(
                f"{row.file} line {row.line}: {obj} was edited by hand and is left ({differing})"
            )
            return obj
        else:
            for name, value in values.items():
                setattr(obj, name, value)
            self.tally.count(self.tally.changed, self.model)
        try:
            obj.full_clean(validate_unique=False)
        except ValidationError as error:
            raise row.fail("; ".join(error.messages)) from None
        obj.save()
        return obj


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


#: Articles 3.3 and 4.5: an extension is for up to four and up to five years.
MAX_EXTENSION_MONTHS = {3: 48, 4: 60}

REGIONS = {
    "Africa": enums.Region.AFRICA,
    "Asia-Pacific": enums.Region.ASIA_PACIFIC,
    "Eastern Europe": enums.Region.EASTERN_EUROPE,
    "GRULAC": enums.Region.GRULAC,
    "WEOG": enums.Region.WEOG,
    "": enums.Region.NONE,
}
UN_STATUS = {
    "member State": enums.UnStatus.MEMBER,
    "observer State": enums.UnStatus.OBSERVER,
    "non-member (party to UN treaties)": enums.UnStatus.NON_MEMBER,
}
MEETING_KINDS = {
    "Meeting of States Parties": enums.MeetingKind.MSP,
    "Review Conference": enums.MeetingKind.REVIEW_CONFERENCE,
    "Intersessional": enums.MeetingKind.INTERSESSIONAL,
    "Preparatory meeting": enums.MeetingKind.PREPARATORY,
}
OFFICE_KINDS = {
    "president": enums.OfficeKind.PRESIDENT,
    "coordinator": enums.OfficeKind.COORDINATOR,
    "friend of the President": enums.OfficeKind.FRIEND,
    "member": enums.OfficeKind.MEMBER,
}
THEMES = {
    "International cooperation and assistance": enums.Theme.COOPERATION,
    "Clearance and risk reduction education": enums.Theme.CLEARANCE,
}
ORGANISATION_KINDS = {
    "international NGO": enums.OrganisationKind.NGO,
    "international NGO network": enums.OrganisationKind.NGO,
    "international organization": enums.OrganisationKind.INTERNATIONAL,
    "treaty secretariat": enums.OrganisationKind.INTERNATIONAL,
    "UN": enums.OrganisationKind.UN,
    "regional organization": enums.OrganisationKind.REGIONAL,
    "international fund": enums.OrganisationKind.FUND,
    "private foundation": enums.OrganisationKind.FOUNDATION,
    "national authority": enums.OrganisationKind.NATIONAL_AUTHORITY,
    "national operator": enums.OrganisationKind.NATIONAL_OPERATOR,
    "military": enums.OrganisationKind.TRAINING,
    "training centre": enums.OrganisationKind.TRAINING,
    "research project": enums.OrganisationKind.RESEARCH,
}


def choose(row: Row, column: str, table: dict[str, Any]) -> Any:
    """The code for a cell's wording, from a fixed table."""
    value = row.text(column)
    if value not in table:
        raise row.fail(f"{column} {value!r} is not one of {', '.join(k for k in table if k)}")
    return table[value]


def is_verified(*texts: str) -> bool:
    """Whether none of the cells says that it was not checked."""
    return not any(mark in text.lower() for text in texts for mark in ("unverified", "general knowledge", "conflict"))


def load_register(treaty: Path, assistance: Path, portal: Path, tally: Tally) -> None:
    """Everything that the register holds, from its three folders. Run inside a transaction."""
    states = load_states(treaty, portal, tally)
    meetings = load_meetings(treaty, portal, states, tally)
    load_clocks(treaty / "article3.csv", enums.Limb.STOCKPILES, states, meetings, tally)
    load_clocks(treaty / "article4.csv", enums.Limb.CLEARANCE_EXISTING, states, meetings, tally)
    load_victim_assistance(treaty / "article5.csv", states, tally)
    load_initial_reports(treaty / "article7.csv", states, tally)
    load_offices(assistance / "coordinators.csv", states, meetings, tally)
    load_organisations(assistance, states, tally)
    load_action_plans(portal, tally)


def load_states(treaty: Path, portal: Path, tally: Tally) -> dict[str, register.State]:
    """UN members and observers as a base, then signatories, then States Parties with the Depositary's dates."""
    shelf = Shelf(tally, register.State, "iso3")
    acts = by_key(read_rows(treaty / "states_parties.csv"), "iso3")
    base = by_key(read_rows(treaty / "un_members.csv"), "iso3")
    signatures = by_key(read_rows(treaty / "signatories.csv"), "iso3")
    named = by_key(optional_rows(portal / "aliases.csv"), "iso3")
    aliases = {iso3: row.text("aliases") for iso3, row in named.items()}
    for row in [*acts.values(), *signatures.values(), *named.values()]:
        if row.text("iso3") not in base:
            raise row.fail(f"unknown ISO code {row.text('iso3')!r}: it is not in un_members.csv")
    for iso3, row in base.items():
        values = {
            "iso3": iso3,
            "iso2": row.text("iso2"),
            "name": row.text("name_un_short_en"),
            "name_fr": row.text("name_un_short_fr"),
            "name_es": row.text("name_un_short_es"),
            "aliases": aliases.get(iso3, ""),
            "region": choose(row, "un_region", REGIONS),
            "region_note": row.text("note"),
            "un_status": choose(row, "un_status", UN_STATUS),
            "source": row.text("source"),
            "is_verified": is_verified(row.text("source")),
        }
        if iso3 in signatures:
            values |= _signature(signatures[iso3])
        if iso3 in acts:
            values |= _treaty_acts(acts[iso3], tally)
        shelf.put(acts.get(iso3, signatures.get(iso3, row)), **values)
    return {key[0]: state for key, state in shelf.rows.items()}


def _signature(row: Row) -> dict[str, Any]:
    return {
        "name": row.text("name_un_short"),
        "signed": row.day("signature_date"),
        "source": row.text("source"),
        "is_verified": True,
    }


def _treaty_acts(row: Row, tally: Tally) -> dict[str, Any]:
    """The Depositary's dates; a row whose own dates contradict Articles 17 or 20 is refused."""
    deposited, withdrawal = row.day("deposit_date"), row.day("withdrawal_notified_date")
    if deposited is None:
        raise row.fail("a State Party without a date of deposit")
    stated = row.day("entry_into_force_date")
    if stated and stated != entry_into_force(deposited):
        raise row.fail(
            f"entry into force {stated} contradicts the deposit of {deposited}: Article 17 gives "
            f"{entry_into_force(deposited)}"
        )
    effective = row.day("withdrawal_effective_date")
    if effective and (withdrawal is None or effective < withdrawal_effective(withdrawal)):
        raise row.fail(f"withdrawal effective {effective} contradicts the notice of {withdrawal or 'no date'}")
    is_delayed = effective is not None and withdrawal is not None and effective > withdrawal_effective(withdrawal)
    if is_delayed:
        tally.warnings.append(
            f"{row.file} line {row.line}: withdrawal effective {effective}, later than six months after the notice; "
            "taken as the end of an armed conflict (Article 20.3)"
        )
    if (row.text("status") == "withdrawn") != (withdrawal is not None):
        raise row.fail(f"status {row.text('status')!r} contradicts the withdrawal date {withdrawal or 'missing'}")
    return {
        "name": row.text("name_un_short"),
        "name_fr": row.text("name_fr"),
        "name_es": row.text("name_es"),
        "region_note": row.text("un_region_note"),
        "signed": row.day("signature_date"),
        "provisional_application": row.day("provisional_application_date"),
        "instrument": choose(row, "action", {choice.value: choice for choice in enums.Instrument}),
        "deposited": deposited,
        "withdrawal_received": withdrawal,
        "conflict_ended": effective if is_delayed else None,
        "source": row.text("source"),
        "is_verified": True,
    }


def load_meetings(
    treaty: Path, portal: Path, states: dict[str, register.State], tally: Tally
) -> dict[str, register.Meeting]:
    """Meetings, with what is known of their decisions."""
    shelf = Shelf(tally, register.Meeting, "code")
    incomplete = by_key(optional_rows(portal / "meeting_decisions.csv"), "meeting")
    for row in by_key(read_rows(treaty / "meetings.csv"), "id").values():
        shelf.put(
            row,
            code=row.text("id"),
            kind=choose(row, "type", MEETING_KINDS),
            first_day=row.day("start_date"),
            last_day=row.day("end_date"),
            place=row.text("place"),
            president=row.state(states, "president_state") if row.text("president_state") else None,
            decisions_recorded=row.text("id") not in incomplete,
            source=row.text("source"),
            note=row.text("note"),
            is_verified=is_verified(row.text("source")) and "not verified" not in row.text("note"),
        )
    for code, row in incomplete.items():
        if (code,) not in shelf.rows:
            raise row.fail(f"meeting {code!r} is not in meetings.csv")
    return {key[0]: meeting for key, meeting in shelf.rows.items()}


def load_clocks(
    path: Path,
    limb: str,
    states: dict[str, register.State],
    meetings: dict[str, register.Meeting],
    tally: Tally,
) -> None:
    """Obligations under Article 3 or 4 with their extension requests and completions."""
    obligations = Shelf(tally, register.Obligation, "state", "limb", "hostilities_ended")
    extensions = Shelf(tally, register.ExtensionDecision, "obligation", "sequence")
    completions = Shelf(tally, register.Completion, "obligation", "kind")
    for row in by_key(read_rows(path), "iso3").values():
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
        _load_extensions(row, obligation, original, meetings, extensions)
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


def _load_extensions(
    row: Row, obligation: register.Obligation, original: date, meetings: dict[str, register.Meeting], shelf: Shelf
) -> None:
    current = original
    for sequence in range(1, 5):
        if not row.cells.get(f"ext{sequence}_meeting"):
            continue
        named, until = row.text(f"ext{sequence}_meeting"), row.text(f"ext{sequence}_until")
        granted, precision = _granted_until(row, f"ext{sequence}_until", current)
        if granted and granted <= current:
            raise row.fail(f"extension {sequence} to {until} does not lengthen the deadline of {current}")
        if granted and granted > add_months(current, MAX_EXTENSION_MONTHS[obligation.article]):
            shelf.tally.warnings.append(
                f"{row.file} line {row.line}: extension {sequence} to {until} is longer than Article "
                f"{obligation.article} allows at once (from {current})"
            )
        current = granted or current
        shelf.put(
            row,
            obligation=obligation,
            sequence=sequence,
            meeting=_meeting_named(row, named, meetings),
            outcome=enums.OutcomeChoices.GRANTED if granted else enums.OutcomeChoices.NOT_SEEN,
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
        raise row.fail(f"meeting {named!r} is not in meetings.csv")
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


def load_initial_reports(path: Path, states: dict[str, register.State], tally: Tally) -> None:
    """Initial transparency reports whose date was seen. A blank means "not found", never "not submitted"."""
    shelf = Shelf(tally, register.TransparencyReport, "state", "kind", "covered_year")
    for row in by_key(read_rows(path), "iso3").values():
        received = partial_date(row, "initial_report_submitted")
        state = row.state(states)
        _compare_report_due(row, state, tally)
        if received.day:
            shelf.put(
                row,
                state=state,
                kind=enums.ReportKind.INITIAL,
                covered_year=None,
                received_on=received.day,
                precision=received.precision,
                source=row.text("submitted_source"),
            )


def _compare_report_due(row: Row, state: register.State, tally: Tally) -> None:
    """Article 7.1: a computed due date must agree; a published one that differs is named; the computed one holds."""
    if state.in_force is None:
        raise row.fail(f"{state.iso3} has not joined the Convention and owes no report")
    due = initial_report_due(state.in_force)
    for column, expected in (("entry_into_force_date", state.in_force), ("initial_report_due_computed", due)):
        stated = row.day(column)
        if stated and stated != expected:
            raise row.fail(f"{column} {stated} contradicts the date of deposit: the Convention gives {expected}")
    for published in re.findall(
        r"\d{4}-\d{2}-\d{2}", re.sub(r"\[[^]]*\]", "", row.text("initial_report_due_published"))
    ):
        if published != due.isoformat():
            tally.warnings.append(
                f"{row.file} line {row.line}: {state.name}'s initial report was published as due {published}; "
                f"180 days from its entry into force give {due}"
            )


def load_offices(
    path: Path, states: dict[str, register.State], meetings: dict[str, register.Meeting], tally: Tally
) -> None:
    """Offices and their holders. Sources give years; a term runs from the end of one formal meeting to the next."""
    offices = Shelf(tally, register.Office, "code")
    terms = Shelf(tally, register.OfficeTerm, "office", "state", "starts")
    closings = _closings(meetings)
    for row in read_rows(path):
        theme, role = row.text("theme"), choose(row, "role", OFFICE_KINDS)
        name = {
            enums.OfficeKind.PRESIDENT: "President",
            enums.OfficeKind.COORDINATOR: f"Coordinator on {theme[0].lower()}{theme[1:]}",
            enums.OfficeKind.FRIEND: f"Friend of the President on {theme[0].lower()}{theme[1:]}",
            enums.OfficeKind.MEMBER: "Member of the Coordination Committee (theme not stated)",
        }[role]
        office = offices.put(row, code=slugify(name)[:60], name=name, kind=role, theme=THEMES.get(theme, ""))
        first, last = _term_years(row)
        if first not in closings or last not in closings:
            raise row.fail(f"no formal meeting on record for the term {row.text('term')}")
        terms.put(
            row,
            office=office,
            state=row.state(states, "state_iso3"),
            label=row.text("term"),
            starts=date.fromordinal(closings[first].toordinal() + 1),
            ends=closings[last],
            source=row.text("source"),
            note=row.text("note"),
            is_verified=row.text("confidence") == "high",
        )


def _closings(meetings: dict[str, register.Meeting]) -> dict[int, date]:
    """Year -> last day of its formal meeting; both years of a meeting held in two parts give its very last day."""
    whole: dict[str, date] = {}
    formal = [meeting for meeting in meetings.values() if meeting.is_formal]
    for meeting in formal:
        name = meeting.code.split("-")[0]
        whole[name] = max(whole.get(name, date.min), meeting.last_day)
    return {meeting.last_day.year: whole[meeting.code.split("-")[0]] for meeting in formal}


def _term_years(row: Row) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{4})-(\d{4})", row.text("term"))
    if not match or match[1] >= match[2]:
        raise row.fail(f"term {row.text('term')!r} is not two years in order (YYYY-YYYY)")
    return int(match[1]), int(match[2])


def load_organisations(assistance: Path, states: dict[str, register.State], tally: Tally) -> None:
    """Operators, and those donors that are not States."""
    shelf = Shelf(tally, register.Organisation, "code")
    names = {name: state for state in states.values() for name in [state.name, *state.aliases.split("; ")] if name}
    for row in by_key(read_rows(assistance / "operators.csv"), "code").values():
        organisation = shelf.put(
            row,
            code=row.text("code"),
            name=row.text("name"),
            kind=choose(row, "type", ORGANISATION_KINDS),
            competences=row.text("thematic_competences"),
            countries=row.text("countries_of_operation"),
            source=row.text("source"),
            note=row.text("note"),
            is_verified=row.text("confidence") == "high",
        )
        works_in = {names[n] for n in _country_names(row.text("countries_of_operation")) if n in names}
        if {s.pk for s in works_in} != set(organisation.works_in.values_list("pk", flat=True)):
            organisation.works_in.set(works_in)
    for row in read_rows(assistance / "donors.csv"):
        if row.text("donor_type") != "State" and (row.text("donor_code"),) not in shelf.rows:
            shelf.put(
                row,
                code=row.text("donor_code"),
                name=row.text("donor"),
                kind=choose(row, "donor_type", ORGANISATION_KINDS),
                source=row.text("priorities_source"),
                note=row.text("note"),
                is_verified=row.text("priorities_confidence") == "high",
            )


def _country_names(cell: str) -> list[str]:
    """The names in a list such as "20 countries in 2022; among them Lao PDR; Peru (stockpile, to 2023)"."""
    without_brackets = re.sub(r"\([^)]*\)", "", cell)
    return [re.sub(r"^among them ", "", part.strip()) for part in without_brackets.split(";")]


def load_action_plans(portal: Path, tally: Tally) -> None:
    """Action plans and the actions on cooperation and assistance; wording that is not the adopted one says so."""
    plans = Shelf(tally, register.ActionPlan, "code")
    actions = Shelf(tally, register.Action, "plan", "number")
    for row in optional_rows(portal / "action_plans.csv"):
        plans.put(
            row,
            code=row.text("code"),
            name=row.text("name"),
            starts=row.day("starts"),
            ends=row.day("ends"),
            source=row.text("source"),
            is_verified=row.text("verified") == "yes",
        )
    for order, row in enumerate(optional_rows(portal / "actions.csv")):
        if (row.text("plan"),) not in plans.rows:
            raise row.fail(f"unknown action plan {row.text('plan')!r}")
        actions.put(
            row,
            plan=plans.rows[row.text("plan"),],
            number=row.text("number"),
            title=row.text("title"),
            wording=row.text("wording"),
            order=order,
            source=row.text("source"),
            is_verified=row.text("wording") == enums.Wording.ADOPTED,
        )
