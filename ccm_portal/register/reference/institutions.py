"""Offices and their holders, organisations, action plans."""

import re
from datetime import date
from pathlib import Path

from django.utils.text import slugify

from ccm_portal.register import enums
from ccm_portal.register import models as register
from ccm_portal.register.reference.rows import Row, by_key, choose, optional_rows, read_rows
from ccm_portal.register.reference.shelf import Shelf, Tally

OFFICE_KINDS = {
    "president": enums.OfficeKind.PRESIDENT,
    "coordinator": enums.OfficeKind.COORDINATOR,
    "friend of the President": enums.OfficeKind.FRIEND,
    "member": enums.OfficeKind.MEMBER,
}
THEMES = {
    "International cooperation and assistance": enums.Theme.COOPERATION,
    "Clearance and risk reduction education": enums.Theme.CLEARANCE,
    "Transparency measures": enums.Theme.TRANSPARENCY,
}
#: What stands for the holders in stored texts, by theme.
PLACEHOLDERS = {
    "Presidency": "president",
    "International cooperation and assistance": "icaCoordinators",
    "Clearance and risk reduction education": "clearanceCoordinators",
    "Stockpile destruction and retention": "stockpileCoordinators",
    "Victim assistance": "victimAssistanceCoordinators",
    "Universalization": "universalizationCoordinators",
    "General status and operation": "generalStatusCoordinators",
    "Transparency measures": "transparencyCoordinators",
    "National implementation measures": "nationalMeasuresCoordinators",
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


def load_offices(
    path: Path, states: dict[str, register.State], meetings: dict[str, register.Meeting], tally: Tally
) -> None:
    """Offices and their holders. Sources give years; a term runs from the end of one formal meeting to the next."""
    offices = Shelf(tally, register.Office, "code")
    terms = Shelf(tally, register.OfficeTerm, "office", "state", "starts")
    closings = _closings(meetings)
    for row in read_rows(path):
        with tally.noting_errors():
            theme, role = row.text("theme"), choose(row, "role", OFFICE_KINDS)
            name = {
                enums.OfficeKind.PRESIDENT: "President",
                enums.OfficeKind.COORDINATOR: f"Coordinator on {theme[0].lower()}{theme[1:]}",
                enums.OfficeKind.FRIEND: f"Friend of the President on {theme[0].lower()}{theme[1:]}",
                enums.OfficeKind.MEMBER: "Member of the Coordination Committee (theme not stated)",
            }[role]
            is_standing = role in {enums.OfficeKind.PRESIDENT, enums.OfficeKind.COORDINATOR}
            office = offices.put(
                row,
                code=slugify(name)[:60],
                name=name,
                kind=role,
                theme=THEMES.get(theme, ""),
                placeholder=PLACEHOLDERS.get(theme, "") if is_standing else "",
            )
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


def load_bodies(portal: Path, tally: Tally) -> None:
    """Offices that no State holds: the Implementation Support Unit."""
    offices = Shelf(tally, register.Office, "code")
    terms = Shelf(tally, register.OfficeTerm, "office", "state", "starts")
    for row in optional_rows(portal / "bodies.csv"):
        with tally.noting_errors():
            office = offices.put(
                row,
                code=row.text("code"),
                name=row.text("name"),
                kind=row.text("kind"),
                placeholder=row.text("placeholder"),
            )
            terms.put(
                row,
                office=office,
                state=None,
                starts=row.day("starts"),
                label=row.text("label"),
                contact_email=row.text("contact_email"),
                source=row.text("source"),
                note=row.text("note"),
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
        with tally.noting_errors():
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
            shelf.link(row, organisation, "works_in", works_in)
    for row in read_rows(assistance / "donors.csv"):
        with tally.noting_errors():
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
    """Action plans and their actions; wording that is not the adopted one says so."""
    plans = Shelf(tally, register.ActionPlan, "code")
    actions = Shelf(tally, register.Action, "plan", "number")
    for row in optional_rows(portal / "action_plans.csv"):
        with tally.noting_errors():
            plans.put(
                row,
                code=row.text("code"),
                name=row.text("name"),
                starts=row.day("starts"),
                ends=row.day("ends"),
                action_count=row.number("action_count"),
                aim=row.text("aim"),
                expected_results=row.text("expected_results"),
                source=row.text("source"),
                is_verified=row.text("verified") == "yes",
            )
    for order, row in enumerate(optional_rows(portal / "actions.csv")):
        with tally.noting_errors():
            if (row.text("plan"),) not in plans.rows:
                raise row.unknown(f"unknown action plan {row.text('plan')!r}", row.text("plan"))
            actions.put(
                row,
                plan=plans.rows[row.text("plan"),],
                number=row.text("number"),
                chapter=row.text("chapter"),
                title=row.text("title"),
                wording=row.text("wording"),
                order=order,
                source=row.text("source"),
                is_verified=row.text("wording") == enums.Wording.ADOPTED,
            )


def load_targets(path: Path, tally: Tally) -> None:
    """Numbers that the States Parties aim at by a day."""
    shelf = Shelf(tally, register.Target, "code")
    for row in optional_rows(path):
        with tally.noting_errors():
            shelf.put(
                row,
                code=row.text("code"),
                measure=choose(row, "measure", {choice.value: choice for choice in enums.Measure}),
                value=row.number("value"),
                by=row.day("by"),
                source=row.text("source"),
            )
