"""One example of an Article 7 report with its help ticket, so that each page on reports shows something. Made up, and
marked so on every page."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils import timezone

from ccm_portal.accounts.models import User
from ccm_portal.register.enums import Article, FigureKind, FiledChoices, ReportKind
from ccm_portal.register.models import ReportedFigure, ReportForm, State, TransparencyReport
from requests_app.help_desk import actions
from requests_app.help_desk.models import HelpTicket, Subject

EXAMPLE = "Example for the demonstration, made up."
NOT_APPLICABLE, FILLED = FiledChoices.NOT_APPLICABLE, FiledChoices.FILLED
FORMS = (
    ("A", FILLED, 2), ("B", NOT_APPLICABLE, 3), ("C", NOT_APPLICABLE, 3), ("D", NOT_APPLICABLE, 3),
    ("E", NOT_APPLICABLE, 4), ("F", FILLED, 5), ("G", FILLED, 8), ("H", FiledChoices.UNCHANGED, 10),
    ("I", FiledChoices.EMPTY, 12), ("J", FILLED, 13),
)  # fmt: skip
FIGURES = (
    ("F", 6, Article.CLEARANCE, FigureKind.AREA_RELEASED, "1000000", "m²"),
    ("F", 7, Article.CLEARANCE, FigureKind.REMNANTS_DESTROYED, "1000", ""),
    ("H", 10, Article.VICTIMS, FigureKind.PEOPLE_ASSISTED, "100", ""),
)


def add_example_report(people: dict[str, User], on: date) -> None:
    """The example report of Lao PDR and its question to the ISU, once."""
    year = on.year - 1 if on >= date(on.year, 5, 1) else on.year - 2
    if TransparencyReport.objects.filter(state="LAO", covered_year=year).exists():
        return
    signed = date(year + 1, 4, 20)
    report = TransparencyReport.objects.create(
        state=State.objects.get(pk="LAO"),
        kind=ReportKind.ANNUAL,
        covered_year=year,
        signed_on=signed,
        received_on=signed + timedelta(days=2),
        source=EXAMPLE,
        is_verified=False,
        is_example=True,
    )
    for letter, filed, page in FORMS:
        ReportForm.objects.create(report=report, form=letter, filed=filed, page=page)
    for letter, page, article, what, value, unit in FIGURES:
        ReportedFigure.objects.create(
            report=report, form=letter, page=page, article=article, what=what, value=Decimal(value), unit=unit,
            source=EXAMPLE, is_example=True,
        )  # fmt: skip
    _add_ticket(people, report, on)


def _add_ticket(people: dict[str, User], report: TransparencyReport, on: date) -> None:
    asked = timezone.make_aware(datetime.combine(on - timedelta(days=9), time(9, 15)))
    ticket = actions.open_ticket(
        HelpTicket(
            state=report.state,
            kind=Subject.REPORT,
            subject="What does “unchanged” need in Form H? (example)",
            page=f"{report.get_absolute_url()}#form-H",
            is_example=True,
        ),
        text="Nothing has changed in our services since the last report. Is “unchanged” enough? (example)",
        by=people["lao"],
        now=asked,
    )
    actions.assign(ticket, to=people["isu"], by=people["isu"])
    actions.reply(
        ticket,
        text="Yes, if you add the day on which the last report was submitted. (example)",
        by=people["isu"],
        now=asked + timedelta(days=1, hours=3),
    )
