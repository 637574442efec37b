"""The figures of the progress report, from the portal's own records, beside those that were published."""

from dataclasses import dataclass
from datetime import date

from ccm_portal.register.enums import ReportKind
from ccm_portal.register.models import TransparencyReport
from ccm_portal.register.search import fold
from reports.models import PublishedFigure
from requests_app.enums import AreaCode, Channel
from requests_app.models import RequestQuerySet

COLUMNS = ["covered_year", "as_of", "requesting", "submitted", "areas", "mentions", "states", "published"]


@dataclass(frozen=True)
class Statistics:
    """States Parties that asked for assistance in their Article 7 reports for a year, of those that had reported."""

    covered_year: int
    as_of: date
    requesting: int
    submitted: int
    areas: dict[str, int]
    mentions: int
    states: list[str]
    without_area: int
    published: dict[str, int]
    published_on: date | None
    published_source: str

    def record(self) -> dict[str, object]:
        return {column: getattr(self, column) for column in COLUMNS}

    def totals(self) -> list[tuple[str, int, int | None]]:
        """(code, our figure, published figure) of the numbers that stand above the areas."""
        own = {"requesting": self.requesting, "submitted": self.submitted, "mentions": self.mentions}
        return [(code, number, self.published.get(code)) for code, number in own.items()]

    def lines(self) -> list[tuple[str, str, int, int | None]]:
        """(code, label, our figure, published figure) for a table."""
        return [
            (area.value, str(area.label), self.areas.get(area.value, 0), self.published.get(area.value))
            for area in AreaCode
            if area.value in self.areas or area.value in self.published
        ]


def statistics(covered_year: int, as_of: date, requests: RequestQuerySet) -> Statistics:
    """Figures for the reports on a calendar year, as they stood on a day, from the requests given: three queries.

    A State counts once among those requesting and once per area; a request that nobody has confirmed does not count;
    a report received after the day does not count.
    """
    asked = (
        requests.counted()
        .filter(is_example=False)
        .filter(channel=Channel.ARTICLE_7, covered_year=covered_year, submitted_on__lte=as_of)
    )
    pairs = asked.order_by().values_list("state__name", "areas").distinct()
    states = sorted({name for name, _area in pairs}, key=fold)
    by_area = {
        area.value: len({name for name, code in pairs if code == area.value})
        for area in AreaCode
        if any(code == area.value for _name, code in pairs)
    }
    reports = TransparencyReport.objects.known_by(as_of).filter(
        kind=ReportKind.ANNUAL, covered_year=covered_year, is_example=False
    )
    figures = list(PublishedFigure.objects.filter(covered_year=covered_year, as_of__lte=as_of))
    latest = figures[0].as_of if figures else None
    shown = [figure for figure in figures if figure.as_of == latest]
    return Statistics(
        covered_year=covered_year,
        as_of=as_of,
        requesting=len(states),
        submitted=reports.count(),
        areas=by_area,
        mentions=sum(by_area.values()),
        states=states,
        without_area=len(states) - len({name for name, code in pairs if code}),
        published={figure.measure: figure.value for figure in shown},
        published_on=latest,
        published_source=shown[0].source if shown else "",
    )
