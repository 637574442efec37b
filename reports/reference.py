"""Reads published figures and good practices from the reference files."""

import re
from pathlib import Path

from ccm_portal.register.enums import Precision, ReportKind
from ccm_portal.register.models import TransparencyReport
from ccm_portal.register.reference import Row, Shelf, Tally, optional_rows, read_rows
from reports.models import Practice, PublishedFigure, PublishedRate
from requests_app.enums import AreaCode, Channel
from requests_app.models import AssistanceRequest

#: What a line of request_aggregates.csv counts, by a word that only it has.
MEASURES = {
    "that had submitted": "submitted",
    "asking for international": "requesting",
    "storage and stockpile": AreaCode.STOCKPILES.value,
    "on clearance": AreaCode.CLEARANCE.value,
    "risk reduction education": AreaCode.RISK_EDUCATION.value,
    "victim assistance": AreaCode.VICTIM_ASSISTANCE.value,
    "national legislation": AreaCode.LEGISLATION.value,
    "counted by area": "mentions",
}
COVERED_YEAR = 2017  # the file's one as-of date, 27 June 2018, is on the reports for 2017


def load_reports(assistance: Path, tally: Tally) -> None:
    """Published figures, the reports that they prove, and good practices. Run last, inside the transaction."""
    figures = Shelf(tally, PublishedFigure, "as_of", "covered_year", "measure")
    for row in read_rows(assistance / "request_aggregates.csv"):
        with tally.noting_errors():
            wording = row.text("measure")
            measure = next((code for words, code in MEASURES.items() if words in wording), None)
            if measure is None:
                raise row.fail(f"measure {wording!r} is not one that the portal knows")
            figures.put(
                row,
                as_of=row.day("as_of"),
                covered_year=COVERED_YEAR,
                measure=measure,
                value=row.number("count"),
                wording=wording[:200],
                source=row.text("source"),
            )
    _load_reports_behind_requests(tally, next(read_rows(assistance / "request_aggregates.csv")))
    practices = Shelf(tally, Practice, "code")
    for row in read_rows(assistance / "good_practices.csv"):
        with tally.noting_errors():
            practices.put(
                row,
                code=row.text("id"),
                title=row.text("title")[:300],
                year=row.number("year") if re.fullmatch(r"\d{4}", row.text("year")) else None,
                publisher=row.text("publisher")[:200],
                theme=row.text("theme")[:120],
                lesson=row.text("lesson_in_brief"),
                address=row.text("url")[:400],
                source=row.text("lesson_basis"),
                is_verified=row.text("confidence") == "high",
            )


def load_rates(treaty: Path, tally: Tally) -> None:
    """What others have published of the filing of transparency reports."""
    shelf = Shelf(tally, PublishedRate, "number")
    for number, row in enumerate(optional_rows(treaty / "article7_rates.csv"), start=1):
        with tally.noting_errors():
            if row.text("value"):
                shelf.put(
                    row,
                    number=number,
                    as_of=row.text("as_of"),
                    measure=row.text("measure"),
                    value=row.text("value"),
                    source=row.text("source"),
                )


def _load_reports_behind_requests(tally: Tally, row: Row) -> None:
    """A State that is listed as asking in its report for a year had, by the date of the list, filed that report."""
    shelf = Shelf(tally, TransparencyReport, "state", "kind", "covered_year")
    asked = AssistanceRequest.objects.filter(channel=Channel.ARTICLE_7, source_id__isnull=False, covered_year__gt=0)
    for request in asked.select_related("state").order_by("reference"):
        if (request.state_id, ReportKind.ANNUAL, request.covered_year) in shelf.rows:
            continue
        shelf.put(
            row,
            state=request.state,
            kind=ReportKind.ANNUAL,
            covered_year=request.covered_year,
            received_on=request.submitted_on,
            precision=Precision.NOT_LATER,
            source=request.source,
        )
