"""Documents by symbol, decisions of meetings, indicators of action plans, and the short pages that the ISU edits."""

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from ccm_portal.register import enums
from ccm_portal.register import models as register
from ccm_portal.register.reference.rows import Row, optional_rows, partial_date
from ccm_portal.register.reference.shelf import Shelf, Tally


def load_documents(
    portal: Path, states: dict[str, register.State], meetings: dict[str, register.Meeting], tally: Tally
) -> dict[str, register.Document]:
    """Documents, each after the one whose place it takes, and where their language versions are."""
    documents = Shelf(tally, register.Document, "symbol")
    for row in optional_rows(portal / "documents.csv"):
        with tally.noting_errors():
            dated = partial_date(row, "dated")
            documents.put(
                row,
                symbol=row.text("symbol"),
                title=row.text("title"),
                kind=row.text("kind"),
                dated_on=dated.day,
                precision=dated.precision,
                meeting=_found(row, "meeting", meetings),
                state=row.state(states, "state_iso3") if row.text("state_iso3") else None,
                supersedes=_found(row, "supersedes", {key[0]: found for key, found in documents.rows.items()}),
                source=row.text("source"),
                note=row.text("note"),
                is_verified=row.text("verified") == "yes",
            )
    by_symbol: dict[str, Any] = {key[0]: document for key, document in documents.rows.items()}
    versions = Shelf(tally, register.DocumentVersion, "document", "language", "number")
    for row in optional_rows(portal / "document_versions.csv"):
        with tally.noting_errors():
            versions.put(
                row,
                document=_found(row, "symbol", by_symbol, needed=True),
                language=row.text("language"),
                number=row.number("version"),
                url=row.text("url"),
                source=row.text("source"),
            )
    return by_symbol


def load_decisions(
    portal: Path, meetings: dict[str, register.Meeting], documents: dict[str, register.Document], tally: Tally
) -> None:
    """What meetings decided, other than on extension requests: those stand in the register of extensions."""
    offices = {office.code: office for office in register.Office.objects.all()}
    plans = {plan.code: plan for plan in register.ActionPlan.objects.all()}
    decisions = Shelf(tally, register.Decision, "code")
    for row in optional_rows(portal / "decisions.csv"):
        with tally.noting_errors():
            decisions.put(
                row,
                code=row.text("code"),
                meeting=_found(row, "meeting", meetings, needed=True),
                paragraph=row.text("paragraph"),
                title=row.text("title"),
                text=row.text("text"),
                wording=row.text("wording"),
                kind=row.text("kind"),
                document=_found(row, "document", documents),
                office=_found(row, "office", offices),
                action_plan=_found(row, "action_plan", plans),
                effect=row.text("effect"),
                source=row.text("source"),
                note=row.text("note"),
                is_verified=row.text("verified") == "yes",
            )


def load_indicators(portal: Path, tally: Tally) -> None:
    """What actions are measured by, and the figures that somebody published."""
    actions = {
        f"{action.plan.code} {action.number}": action
        for action in register.Action.objects.select_related("plan").order_by("order")
    }
    indicators = Shelf(tally, register.Indicator, "code")
    for order, row in enumerate(optional_rows(portal / "indicators.csv")):
        with tally.noting_errors():
            name = f"{row.text('plan')} {row.text('number')}"
            if name not in actions:
                raise row.unknown(f"unknown action {name!r}", name)
            indicators.put(
                row,
                action=actions[name],
                code=row.text("code"),
                text=row.text("text"),
                wording=row.text("wording"),
                unit=row.text("unit"),
                order=order,
                source=row.text("source"),
                is_verified=row.text("wording") == enums.Wording.ADOPTED,
            )
    by_code = {key[0]: indicator for key, indicator in indicators.rows.items()}
    values = Shelf(tally, register.IndicatorValue, "indicator", "year")
    for row in optional_rows(portal / "indicator_values.csv"):
        with tally.noting_errors():
            values.put(
                row,
                indicator=_found(row, "indicator", by_code, needed=True),
                year=row.number("year"),
                value=_decimal(row, "value"),
                is_baseline=row.text("baseline") == "yes",
                source=row.text("source"),
                note=row.text("note"),
            )


def load_pages(portal: Path, tally: Tally) -> None:
    """Short pages; a placeholder that no office has is refused with its line."""
    pages = Shelf(tally, register.PageText, "slug")
    for row in optional_rows(portal / "pages.csv"):
        with tally.noting_errors():
            reviewed = row.day("last_reviewed")
            if reviewed is None:
                raise row.fail("last_reviewed is missing")
            pages.put(
                row,
                slug=row.text("slug"),
                title=row.text("title"),
                body=row.text("body").replace("\r\n", "\n"),
                dated_on=row.day("dated_on"),
                last_reviewed=reviewed,
                order=row.number("order") or 0,
                source=row.text("source"),
                note=row.text("note"),
            )


def _found(row: Row, column: str, table: dict[str, Any], *, needed: bool = False) -> Any:
    """The record that a cell names; an empty cell names none."""
    code = row.text(column)
    if code in table:
        return table[code]
    if code or needed:
        raise row.unknown(f"unknown {column} {code!r}", code)
    return None


def _decimal(row: Row, column: str) -> Decimal:
    try:
        return Decimal(row.text(column))
    except InvalidOperation:
        raise row.fail(f"{column} {row.text(column)!r} is not a number") from None
