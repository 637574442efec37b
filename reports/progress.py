"""The cooperation and assistance section of the progress report: its data for a period, and the Word file."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum, Value
from django.template.loader import render_to_string
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from docx import Document

from coalitions.models import Coalition, PlanStep
from reports.statistics import Statistics, statistics
from requests_app.enums import AreaCode
from requests_app.models import AssistanceRequest, Relay
from requests_app.shares.enums import DeliveryChannel, ShareStatus
from requests_app.shares.models import CONFIRMED, Delivery, Share, ShareStep


@dataclass(frozen=True)
class ChannelFigures:
    """What was agreed and delivered through one channel in the period."""

    label: str
    agreed: int
    deliveries: int
    provided: dict[str, Decimal]


@dataclass(frozen=True)
class Section:
    """Everything that the section states, for a period; only public records, so that it can be read out."""

    starts: date
    ends: date
    statistics: Statistics
    requests: list[AssistanceRequest]
    relayed: int
    answered: int
    coalitions: list[Coalition]
    channels: list[ChannelFigures]
    steps_done: list[PlanStep]

    @property
    def agreed(self) -> int:
        """All agreed shares of the period: the channels add up to it, since each share has exactly one."""
        return sum(line.agreed for line in self.channels)

    @property
    def deliveries(self) -> int:
        return sum(line.deliveries for line in self.channels)

    @property
    def response_rate(self) -> int | None:
        """Relays with an answer of any kind, in per cent of those sent; silence is no answer."""
        return round(100 * self.answered / self.relayed) if self.relayed else None


def section(starts: date, ends: date) -> Section:
    """The section for a period; the reports in question cover the calendar year before its end. A fixed number of
    queries. Example records are left out: nothing made up enters a report."""
    real = AssistanceRequest.objects.public().counted().filter(is_example=False)
    requests = (
        real.single(ends).filter(submitted_on__range=(starts, ends)).select_related("state").prefetch_related("areas")
    )
    relays = Relay.objects.filter(request__in=real, sent_on__range=(starts, ends)).aggregate(
        sent=Count("pk", distinct=True),
        answered=Count("pk", distinct=True, filter=Q(answers__answered_on__lte=ends)),
    )
    return Section(
        starts,
        ends,
        statistics(ends.year - 1, ends, real),
        list(requests.order_by("state__name", "reference")),
        relays["sent"],
        relays["answered"],
        list(Coalition.objects.active_on(ends).filter(is_example=False).select_related("lead")),
        _channels(starts, ends),
        list(PlanStep.objects.filter(status="done", done_on__range=(starts, ends)).select_related("plan")),
    )


def _channels(starts: date, ends: date) -> list[ChannelFigures]:
    """Shares agreed and deliveries made in the period by channel, as both sides have confirmed and released: one
    query."""
    committed = ShareStep.objects.filter(CONFIRMED, step=ShareStatus.COMMITTED, on__range=(starts, ends))
    shares = Share.objects.visible_to(None).standing().filter(is_example=False, pk__in=committed.values("share"))
    made = Delivery.objects.visible_to(None).filter(is_example=False, delivered_on__range=(starts, ends))
    rows = _by_channel(shares, is_made=False).union(_by_channel(made, is_made=True), all=True)
    agreed: dict[str, int] = {}
    deliveries: dict[str, int] = {}
    provided: dict[str, dict[str, Decimal]] = {}
    for channel, currency, number, amount, is_made in rows:
        counts = deliveries if is_made else agreed
        counts[channel] = counts.get(channel, 0) + number
        if is_made and amount is not None:
            provided.setdefault(channel, {})[currency] = amount
    return [
        ChannelFigures(str(c.label), agreed.get(c, 0), deliveries.get(c, 0), dict(sorted(provided.get(c, {}).items())))
        for c in DeliveryChannel
        if c in agreed or c in deliveries
    ]


def _by_channel(rows: "QuerySet[Any]", *, is_made: bool) -> "QuerySet[Any, Any]":
    counted = rows.order_by().values("channel", "currency").annotate(number=Count("pk"), sum=Sum("amount"))
    return counted.annotate(is_made=Value(is_made)).values_list("channel", "currency", "number", "sum", "is_made")


def as_word(data: Section) -> bytes:
    """The section as a Word file."""
    document = Document()
    document.add_heading(_("International cooperation and assistance"), 0)
    period = {"from": date_format(data.starts, "j F Y"), "to": date_format(data.ends, "j F Y")}
    document.add_paragraph(_("Period: %(from)s to %(to)s. Data as recorded in the portal on the last day.") % period)
    figures = data.statistics
    document.add_heading(_("Requests in Article 7 reports"), 1)
    document.add_paragraph(
        _("In their reports for %(year)s, %(n)s of %(of)s States Parties with a report on record asked for assistance.")
        % {"year": figures.covered_year, "n": figures.requesting, "of": figures.submitted}
    )
    _table(
        document,
        [_("Area"), _("On record"), _("Published")],
        [
            [label, str(own), "" if published is None else str(published)]
            for _c, label, own, published in figures.lines()
        ],
    )
    if figures.published_source:
        document.add_paragraph(_("Published figures: %(source)s") % {"source": figures.published_source})
    document.add_heading(_("Requests of the period"), 1)
    _table(document, [_("State"), _("Request"), _("Areas"), _("Status")], [_request_cells(r) for r in data.requests])
    document.add_paragraph(
        _("Relayed in the period: %(relayed)s; answered: %(answered)s (%(rate)s).")
        % {
            "relayed": data.relayed,
            "answered": data.answered,
            "rate": "–" if data.response_rate is None else f"{data.response_rate} %",
        }
    )
    document.add_heading(_("Agreed and delivered"), 1)
    _table(
        document,
        [_("Channel"), _("Agreed shares"), _("Deliveries"), _("Provided")],
        [[c.label, str(c.agreed), str(c.deliveries), _amounts(c.provided)] for c in data.channels],
    )
    document.add_heading(_("Country Coalitions"), 1)
    _table(
        document,
        [_("Coalition"), _("Lead State"), _("Since")],
        [[c.name, c.lead.name, c.started_on.isoformat() if c.started_on else ""] for c in data.coalitions],
    )
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def as_pdf(data: Section) -> bytes:
    """The section as a PDF, drawn from the same template as the page. Needs the `pdf` extra: raises
    ModuleNotFoundError, or OSError where the system lacks its drawing libraries, with what to do."""
    try:
        from weasyprint import HTML  # only where the extra is installed
    except (ModuleNotFoundError, OSError):
        raise ModuleNotFoundError(
            "PDF needs the extra: pip install 'ccm-portal[pdf]' and the system library Pango; or write a .docx"
        ) from None
    html = render_to_string("reports/progress_print.html", {"data": data})
    return bytes(HTML(string=html, url_fetcher=_fetch_nothing).write_pdf(pdf_variant="pdf/ua-1"))


def _fetch_nothing(url: str, *args: object, **kwargs: object) -> dict[str, object]:
    """The file is drawn from our own template alone; nothing is fetched from anywhere."""
    raise ValueError(f"fetching {url} is not allowed")


def _request_cells(request: AssistanceRequest) -> list[str]:
    areas = ", ".join(str(AreaCode(area.pk).label) for area in request.areas.all())
    return [request.state.name, f"{request.reference} {request.title}", areas, request.get_status_display()]


def _amounts(provided: dict[str, Decimal]) -> str:
    return ", ".join(
        f"{currency} {number_format(amount, 2, force_grouping=True)}" for currency, amount in provided.items()
    )


def _table(document: Document, head: list[str], rows: list[list[str]]) -> None:  # type: ignore[valid-type]
    if not rows:
        document.add_paragraph(_("None on record."))  # type: ignore[attr-defined]
        return
    table = document.add_table(rows=1, cols=len(head), style="Light List Accent 1")  # type: ignore[attr-defined]
    for cell, text in zip(table.rows[0].cells, head, strict=True):
        cell.text = text
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
