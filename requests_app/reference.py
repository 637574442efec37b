"""Reads supporters, their recorded support and the real requests for assistance from the reference files."""

from collections import Counter
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.db.models import prefetch_related_objects

from ccm_portal.register.enums import Precision
from ccm_portal.register.models import Meeting, Obligation, Organisation, State
from ccm_portal.register.reference import Row, Shelf, Tally, by_key, choose, optional_rows, read_rows
from requests_app.enums import Action as Step
from requests_app.enums import AreaCode, Channel, Status, Visibility
from requests_app.models import PARTS, Area, AssistanceRequest, RequestEvent, SearchText, Supporter, SupportRecord

#: The coverage of a flow that the recipient's table does not tell.
FROM_GIVER = "donor page"
AREAS_AS_PUBLISHED = {
    "Art 3 stockpile destruction": AreaCode.STOCKPILES,
    "Art 4 clearance": AreaCode.CLEARANCE,
    "Art 4 risk education": AreaCode.RISK_EDUCATION,
    "Art 5 victim assistance": AreaCode.VICTIM_ASSISTANCE,
    "Art 7 transparency": AreaCode.TRANSPARENCY,
    "Art 9 legislation": AreaCode.LEGISLATION,
}
CHANNELS = {
    "Article 7 report": Channel.ARTICLE_7,
    "statement at meeting": Channel.FORMAL_MEETING,
    "extension request": Channel.EXTENSION_REQUEST,
    "direct contact": Channel.DIRECT_CONTACT,
    "unspecified": Channel.UNSPECIFIED,
}
COMPETENCE_WORDS = {
    AreaCode.CLEARANCE: ("clearance", "survey", "deminers", "demining"),
    AreaCode.RISK_EDUCATION: ("risk education",),
    AreaCode.VICTIM_ASSISTANCE: ("victim", "rehabilitation"),
    AreaCode.STOCKPILES: ("stockpile",),
    AreaCode.LEGISLATION: ("model law", "legislation", "law"),
}
#: Operators that help States in the field or with training; authorities and observers of the field do not.
HELPING_KINDS = {"ngo", "un", "international", "regional", "fund", "foundation", "training"}
NOT_HELPERS = {"ISU-CCM", "CMC"}


def load_assistance(folder: Path, portal: Path, tally: Tally) -> None:
    """Supporters, support records and requests. Run inside a transaction, after the register."""
    states = State.objects.in_bulk()
    areas = Area.objects.in_bulk()
    supporters = load_supporters(folder, states, areas, tally)
    load_support(folder / "support_to_2017.csv", states, areas, supporters, tally)
    load_requests(folder / "requests.csv", portal / "request_outcomes.csv", states, areas, tally)


def load_supporters(
    folder: Path, states: dict[str, State], areas: dict[str, Area], tally: Tally
) -> dict[str, Supporter]:
    """Donors with their stated priorities, then the organisations that work in the field, whose competences count."""
    shelf = Shelf(tally, Supporter, "code")
    organisations = {organisation.code: organisation for organisation in Organisation.objects.all()}
    donors = by_key(read_rows(folder / "donors.csv"), "donor_code")
    operators = by_key(read_rows(folder / "operators.csv"), "code")
    for row in donors.values():
        with tally.noting_errors():
            code, is_state = row.text("donor_code"), row.text("donor_type") == "State"
            supporter = shelf.put(
                row,
                code=code,
                state=row.state(states, "donor_code") if is_state else None,
                organisation=None if is_state else _organisation(row, organisations, code),
                priorities=row.text("stated_thematic_priorities"),
                focus=row.text("geographic_focus"),
                channels=row.text("usual_channels"),
                source=row.text("priorities_source"),
                note=row.text("note"),
                is_verified=row.text("priorities_confidence") == "high",
            )
            if code not in operators:
                named = _areas_named(row.text("stated_thematic_priorities"))
                shelf.link(row, supporter, "areas", [areas[name] for name in named])
    for row in operators.values():
        with tally.noting_errors():
            organisation = _organisation(row, organisations, row.text("code"))
            if organisation.kind not in HELPING_KINDS or organisation.code in NOT_HELPERS:
                continue
            supporter = shelf.rows.get((organisation.code,))
            if organisation.code not in donors:
                supporter = shelf.put(
                    row,
                    code=organisation.code,
                    state=None,
                    organisation=organisation,
                    source=organisation.source,
                    note=organisation.note,
                    is_verified=organisation.is_verified,
                )
            if supporter:
                shelf.link(row, supporter, "areas", [areas[name] for name in _areas_named(organisation.competences)])
    return {key[0]: supporter for key, supporter in shelf.rows.items()}


def _areas_named(text: str) -> set[str]:
    lower = text.lower()
    return {area.value for area, words in COMPETENCE_WORDS.items() if any(word in lower for word in words)}


def _organisation(row: Row, organisations: dict[str, Organisation], code: str) -> Organisation:
    if code not in organisations:
        raise row.unknown(f"unknown organisation {code!r}", code)
    return organisations[code]


def load_support(
    path: Path, states: dict[str, State], areas: dict[str, Area], supporters: dict[str, Supporter], tally: Tally
) -> None:
    """Published flows of support, one per supporter, recipient and year (a second one of a year gets number 2)."""
    shelf = Shelf(tally, SupportRecord, "supporter", "recipient", "year", "number")
    known = _areas_by_record()
    through: list[Any] = []
    seen: Counter[tuple[str, str, int]] = Counter()
    for row in read_rows(path):
        with tally.noting_errors():
            code, recipient, year = row.text("donor_code"), row.state(states, "recipient_iso3"), row.number("year")
            if code not in supporters:
                raise row.unknown(f"unknown donor {code!r}", code)
            if year is None:
                raise row.fail("support without a year")
            if row.text("amount_national") and not row.text("currency"):
                raise row.fail("an amount without currency")
            seen[code, recipient.pk, year] += 1
            record = shelf.put(
                row,
                supporter=supporters[code],
                recipient=recipient,
                year=year,
                number=seen[code, recipient.pk, year],
                amount_usd=_amount(row, "amount_usd"),
                amount=_amount(row, "amount_national"),
                currency=row.text("currency"),
                is_in_kind=row.text("form") == "in kind",
                sectors=row.text("sectors_as_published")[:200],
                is_from_giver=row.text("table_coverage") == FROM_GIVER,
                source=row.text("source_url"),
                note=row.text("note"),
            )
            codes = _published_areas(row, "obligation_areas")
            if record.pk in shelf.fresh:
                through.extend(SupportRecord.areas.through(supportrecord_id=record.pk, area_id=area) for area in codes)
            elif codes != known.get(record.pk, set()):
                shelf.link(row, record, "areas", [areas[area] for area in codes])
    SupportRecord.areas.through.objects.bulk_create(through)


def _areas_by_record() -> dict[int, set[str]]:
    known: dict[int, set[str]] = {}
    for record, area in SupportRecord.areas.through.objects.values_list("supportrecord_id", "area_id"):
        known.setdefault(record, set()).add(area)
    return known


def _published_areas(row: Row, column: str) -> set[str]:
    parts = row.items(column)
    for part in parts:
        if part not in AREAS_AS_PUBLISHED:
            raise row.fail(f"unknown obligation area {part!r}")
    return {AREAS_AS_PUBLISHED[part].value for part in parts}


def _amount(row: Row, column: str) -> Decimal | None:
    value = row.text(column)
    if not value:
        return None
    try:
        return Decimal(value).quantize(Decimal("0.01"))
    except InvalidOperation:
        raise row.fail(f"{column} {value!r} is not an amount") from None


def load_requests(path: Path, outcomes: Path, states: dict[str, State], areas: dict[str, Area], tally: Tally) -> None:
    """Requests for assistance as published. Statements, gaps found by others and requests for time alone are not
    requests for assistance and are left out."""
    closings = by_key(optional_rows(outcomes), "request")
    shelf = Shelf(tally, AssistanceRequest, "source_id")
    prefetch_related_objects([*shelf.rows.values()], *PARTS)  # what search reads of each
    obligations = {(o.state_id, o.article): o for o in Obligation.objects.filter(limb__in=["3.2", "4.1(a)", "5.1"])}
    meetings = {meeting.code: meeting for meeting in Meeting.objects.all()}
    numbers: Counter[tuple[str, int]] = Counter()
    for row in by_key(read_rows(path), "id").values():
        with tally.noting_errors():
            if "assistance" not in row.text("request_kind").split(";"):
                continue
            state, year = row.state(states, "state_iso3"), row.number("year")
            if year is None:
                raise row.fail("a request without a year")
            numbers[state.iso3, year] += 1
            codes = _published_areas(row, "obligation_area")
            obligation = obligations.get((state.iso3, areas[min(codes)].article)) if len(codes) == 1 else None
            closing = closings.get(row.text("id"))
            _put_request(
                row, shelf, state, year, numbers[state.iso3, year], codes, obligation, areas, meetings, closing
            )


def _put_request(
    row: Row,
    shelf: Shelf,
    state: State,
    year: int,
    number: int,
    codes: set[str],
    obligation: Obligation | None,
    areas: dict[str, Area],
    meetings: dict[str, Meeting],
    closing: Row | None,
) -> None:
    channel = choose(row, "channel", CHANNELS)
    exact = row.day("date")
    submitted = exact or date(year, 12, 31)
    forms = row.text("form").split(";")
    amount = _amount(row, "amount")
    if amount is not None and not row.text("currency"):
        raise row.fail("an amount without currency")
    covered = year - 1 if channel == Channel.ARTICLE_7 else None
    stored = shelf.rows.get((row.text("id"),))
    is_new = stored is None
    if stored is not None and stored.version > 1:  # type: ignore[attr-defined]
        shelf.tally.count(shelf.tally.left, AssistanceRequest)
        shelf.tally.warnings.append(f"{row.file} line {row.line}: {stored} was changed in the portal and is left")
        return
    request = shelf.put(
        row,
        source_id=row.text("id"),
        reference=f"{state.iso3}-{year}-{number:03d}",
        state=state,
        obligation=obligation,
        title=_title(row, codes),
        requirement=row.text("description"),
        is_technical="technical" in forms,
        is_material="material" in forms,
        is_financial="financial" in forms,
        total_cost=amount,
        currency=row.text("currency"),
        visibility=Visibility.PUBLIC,
        channel=channel,
        covered_year=covered,
        meeting=next((m for code, m in meetings.items() if code in row.text("document_or_meeting").split(", ")), None),
        **({"status": closing.text("status") if closing else Status.SUBMITTED} if is_new else {}),
        submitted_on=submitted,
        submitted_precision=_precision(row, exact),
        confirmed_on=submitted,
        outcome=row.text("outcome"),
        source="; ".join(part for part in (row.text("source"), row.text("second_source")) if part),
        note="; ".join(part for part in (row.text("document_or_meeting"), row.text("note")) if part),
        is_verified=row.text("confidence") == "high",
    )
    shelf.link(row, request, "areas", [areas[code] for code in codes])
    SearchText.objects.store(request.build_search_rows(sorted(codes)))
    if is_new:
        _record_published_steps(request, submitted, closing)


def _record_published_steps(request: AssistanceRequest, submitted: date, closing: Row | None) -> None:
    """The steps that sources tell of: the request itself, and its end where one is known."""
    RequestEvent.objects.create(
        request=request, on=submitted, action=Step.SUBMIT, from_status=Status.DRAFT, to_status=Status.SUBMITTED
    )
    if closing:
        RequestEvent.objects.create(
            request=request,
            on=closing.day("on"),
            action=Step.CLOSE_MET,
            from_status=Status.SUBMITTED,
            to_status=closing.text("status"),
            note=f"{closing.text('source')} ({closing.text('precision')})",
        )


def _precision(row: Row, exact: date | None) -> str:
    """The date of a list of reports is the day by which they had come in."""
    if exact is None:
        return Precision.YEAR
    return Precision.NOT_LATER if "cut-off" in row.text("note") else Precision.DAY


def _title(row: Row, codes: set[str]) -> str:
    """What is asked for, how and when, as far as the source says."""
    named = ", ".join(str(AreaCode(code).label) for code in sorted(codes)) if codes else "Cooperation and assistance"
    channel = "" if row.text("channel") == "unspecified" else f", {row.text('channel')}"
    return f"{named}{channel}, {row.text('year')}"
