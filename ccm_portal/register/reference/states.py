"""States and their treaty acts, meetings, and the reports whose date was seen."""

import re
from pathlib import Path
from typing import Any

from ccm_portal.register import enums
from ccm_portal.register import models as register
from ccm_portal.register.reference.rows import Row, by_key, choose, is_verified, optional_rows, partial_date, read_rows
from ccm_portal.register.reference.shelf import Shelf, Tally
from ccm_portal.treaty.dates import entry_into_force, initial_report_due, withdrawal_effective

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


def load_states(treaty: Path, portal: Path, tally: Tally) -> dict[str, register.State]:
    """UN members and observers as a base, then signatories, then States Parties with the Depositary's dates."""
    shelf = Shelf(tally, register.State, "iso3")
    acts = by_key(read_rows(treaty / "states_parties.csv"), "iso3")
    base = by_key(read_rows(treaty / "un_members.csv"), "iso3")
    signatures = by_key(read_rows(treaty / "signatories.csv"), "iso3")
    named = by_key(optional_rows(portal / "aliases.csv"), "iso3")
    for row in [*acts.values(), *signatures.values(), *named.values()]:
        with tally.noting_errors():
            if row.text("iso3") not in base:
                raise row.fail(f"unknown ISO code {row.text('iso3')!r}: it is not in un_members.csv")
    for iso3, row in base.items():
        with tally.noting_errors():
            stored = shelf.rows.get((iso3,))
            if iso3 not in acts and iso3 not in signatures and stored and (stored.deposited or stored.signed):  # type: ignore[attr-defined]
                continue  # a file with some States says nothing of the others
            layers = [(row, _member(row))]
            if iso3 in named:
                layers.append((named[iso3], {"aliases": named[iso3].text("aliases")}))
            if iso3 in signatures:
                layers.append((signatures[iso3], _signature(signatures[iso3])))
            if iso3 in acts:
                layers.append((acts[iso3], _treaty_acts(acts[iso3], tally)))
            shelf.put_layers(*layers)
    return {key[0]: state for key, state in shelf.rows.items()}


def _member(row: Row) -> dict[str, Any]:
    return {
        "iso3": row.text("iso3"),
        "iso2": row.text("iso2"),
        "name": row.text("name_un_short_en"),
        "name_fr": row.text("name_un_short_fr"),
        "name_es": row.text("name_un_short_es"),
        "aliases": "",
        "region": choose(row, "un_region", REGIONS),
        "region_note": row.text("note"),
        "un_status": choose(row, "un_status", UN_STATUS),
        "source": row.text("source"),
        "is_verified": is_verified(row.text("source")),
    }


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
        with tally.noting_errors():
            code = row.text("id")
            layers = [(row, _meeting(row, states))]
            if code in incomplete:
                layers.append((incomplete[code], {"decisions_recorded": False}))
            shelf.put_layers(*layers)
    for code, row in incomplete.items():
        with tally.noting_errors():
            if (code,) not in shelf.rows:
                raise row.unknown(f"meeting {code!r} is not in meetings.csv", code)
    return {key[0]: meeting for key, meeting in shelf.rows.items()}


def _meeting(row: Row, states: dict[str, register.State]) -> dict[str, Any]:
    return {
        "code": row.text("id"),
        "kind": choose(row, "type", MEETING_KINDS),
        "first_day": row.day("start_date"),
        "last_day": row.day("end_date"),
        "place": row.text("place"),
        "president": row.state(states, "president_state") if row.text("president_state") else None,
        "decisions_recorded": True,
        "source": row.text("source"),
        "note": row.text("note"),
        "is_verified": is_verified(row.text("source")) and "not verified" not in row.text("note"),
    }


def load_initial_reports(path: Path, states: dict[str, register.State], tally: Tally) -> None:
    """Initial transparency reports whose date was seen. A blank means "not found", never "not submitted"."""
    shelf = Shelf(tally, register.TransparencyReport, "state", "kind", "covered_year")
    for row in by_key(read_rows(path), "iso3").values():
        with tally.noting_errors():
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


def load_report_contents(portal: Path, states: dict[str, register.State], tally: Tally) -> None:
    """Annual reports whose own date was seen, what they put into each form, and where the template is found."""
    reports = Shelf(tally, register.TransparencyReport, "state", "kind", "covered_year")
    for row in optional_rows(portal / "annual_reports.csv"):
        with tally.noting_errors():
            reports.put(
                row,
                state=row.state(states),
                kind=enums.ReportKind.ANNUAL,
                covered_year=row.number("covered_year"),
                signed_on=row.day("signed"),
                received_on=row.day("received"),
                address=row.text("address"),
                source=row.text("source"),
                note=row.text("note"),
            )
    forms = Shelf(tally, register.ReportForm, "report", "form")
    for row in optional_rows(portal / "report_forms.csv"):
        with tally.noting_errors():
            key = (row.text("iso3"), enums.ReportKind.ANNUAL, row.number("covered_year"))
            if key not in reports.rows:
                raise row.fail("annual_reports.csv has no such report")
            forms.put(
                row,
                report=reports.rows[key],
                form=choose(row, "form", {choice.value: choice for choice in enums.FormLetter}),
                filed=choose(row, "filed", {choice.value: choice for choice in enums.FiledChoices}),
                unchanged_since=row.day("unchanged_since"),
                page=row.number("page"),
                note=row.text("note"),
            )
    templates = Shelf(tally, register.TemplateFile, "version", "form", "is_filled_example", "language")
    for row in optional_rows(portal / "report_templates.csv"):
        with tally.noting_errors():
            templates.put(
                row,
                version=row.text("version"),
                form=row.text("form"),
                is_filled_example=False,
                language=choose(row, "language", {choice.value: choice for choice in enums.Language}),
                symbol=row.text("symbol"),
                address=row.text("address"),
                source=row.text("source"),
                note=row.text("note"),
                is_verified=row.text("verified") != "no",
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
