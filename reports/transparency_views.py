"""Pages on Article 7 reports. What was filed and when is public; advice and reminders are for those they help."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ccm_portal.accounts.models import access_of
from ccm_portal.register.clocks import first_annual_rule
from ccm_portal.register.enums import Article, FormLetter, Language
from ccm_portal.register.forms import AsOfForm
from ccm_portal.register.models import ReportedFigure, TemplateFile, TransparencyReport
from ccm_portal.treaty.dates import annual_report_due
from ccm_portal.ui.asof import as_of
from ccm_portal.ui.listing import export, show_list
from reports import permissions, transparency
from reports.forms import CoveredYearForm, TransparencyFilter
from reports.models import PublishedRate

COLUMNS = [
    "iso3", "state", "region", "initial_due", "initial_status", "initial_signed", "initial_received", "covered_year",
    "annual_due", "annual_status", "annual_signed", "annual_received", "source", "example",
]  # fmt: skip
REMINDER_COLUMNS = ["iso3", "state", "report", "covered_year", "due", "status"]
FIGURE_COLUMNS = [
    "iso3", "state", "report", "form", "page", "what", "detail", "value", "unit", "quote", "source", "example",
]  # fmt: skip


@login_not_required
def report_list(request: HttpRequest) -> HttpResponse:
    """Each State bound on the day with its initial report and the annual report of one covered year."""
    on, form = as_of(request), TransparencyFilter(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    year = chosen.get("covered_year") or on.year - 1
    lines = transparency.filtered(transparency.due_reports(on, year), chosen)
    is_page = "format" not in request.GET
    return show_list(
        request,
        "reports/transparency_list.html",
        lines,
        name=f"transparency-reports-{year}",
        columns=COLUMNS,
        record=lambda line: _line_record(line, year),
        filterset=form,
        on=on,
        year=year,
        due_on=annual_report_due(year),
        rule=first_annual_rule(),
        rates=transparency.rates(on) if is_page else [],
        published=PublishedRate.objects.all(),
        follows=permissions.follows_reports(access_of(request.user)),
    )


def _line_record(line: transparency.Line, year: int) -> dict[str, Any]:
    initial, annual = line.initial, line.annual
    reports = [due.report for due in (initial, annual) if due and due.report]
    return {
        "iso3": line.state.pk,
        "state": line.state.name,
        "region": line.state.get_region_display(),
        "covered_year": year,
        **_due_record("initial", initial),
        **_due_record("annual", annual),
        "source": "; ".join(report.source for report in reports),
        "example": any(report.is_example for report in reports),
    }


def _due_record(name: str, due: transparency.Due | None) -> dict[str, Any]:
    report = due.report if due else None
    return {
        f"{name}_due": due.row.deadline if due else None,
        f"{name}_status": due.row.status if due else "none due",
        f"{name}_signed": report.signed_on if report else None,
        f"{name}_received": report.received_on if report else None,
    }


@login_not_required
def report_detail(request: HttpRequest, iso3: str, covered: str) -> HttpResponse:
    """One report by form; where it is not on record, how and where to file it."""
    on, access = as_of(request), access_of(request.user)
    advised = permissions.sees_findings(access, iso3.upper())
    page = transparency.report_page(iso3, covered, on, with_findings=advised)
    context = {
        "page": page,
        "state": page.state,
        "report": page.report,
        "advised": advised,
        "on": on,
        "can_ask": access.is_isu or (access.state is not None and access.state.pk == page.state.pk),
        "here": f"/transparency-reports/{page.state.pk.lower()}/{covered}/",
    }
    return render(request, "reports/transparency_detail.html", context)


def reminder_list(request: HttpRequest) -> HttpResponse:
    """Which reports are missing, for those who write the reminder."""
    if not permissions.follows_reports(access_of(request.user)):
        raise PermissionDenied(_("Reminders are written by the ISU and the Coordinators."))
    on, form = as_of(request), CoveredYearForm(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    year = chosen.get("covered_year") or on.year - 1
    return show_list(
        request,
        "reports/reminder_list.html",
        transparency.to_remind(on, year, chosen),
        name=f"reminders-{year}",
        columns=REMINDER_COLUMNS,
        record=transparency.due_record,
        filterset=form,
        on=on,
        year=year,
        due_on=annual_report_due(year),
        letters=FormLetter.choices,
    )


@login_not_required
def figure_list(request: HttpRequest, article: int) -> HttpResponse:
    """Every figure reported under one Article, with the place where it stands."""
    if article not in Article.values:
        raise Http404
    on = as_of(request)
    figures = ReportedFigure.objects.filter(
        article=article, report__in=TransparencyReport.objects.known_by(on)
    ).select_related("report__state")
    return show_list(
        request,
        "reports/figure_list.html",
        figures.order_by("report__state__name", "-report__covered_year", "form", "page", "pk"),
        name=f"reported-figures-article-{article}",
        columns=FIGURE_COLUMNS,
        record=_figure_record,
        filterset=AsOfForm(request.GET),
        article=Article(article),
        articles=Article.choices,
    )


@login_not_required
def state_summary(request: HttpRequest, iso3: str) -> HttpResponse:
    """What the reports of one State say by Article, to read or to print: each figure with report, form and page."""
    on = as_of(request)
    found = transparency.summary(iso3, on)
    if file_format := request.GET.get("format"):
        figures = [figure for part in found.articles for figure in part.figures]
        return export(file_format, f"reported-figures-{iso3.lower()}", FIGURE_COLUMNS, map(_figure_record, figures))
    context = {"found": found, "state": found.state, "on": on, "filter_form": AsOfForm(request.GET)}
    return render(request, "reports/transparency_summary.html", context)


def _figure_record(figure: ReportedFigure) -> dict[str, Any]:
    return {
        "iso3": figure.report.state_id,
        "state": figure.report.state.name,
        "report": figure.report.covered_year or "initial",
        "form": figure.form,
        "page": figure.page,
        "what": figure.what,
        "detail": figure.detail,
        "value": figure.value,
        "unit": figure.unit,
        "quote": figure.quote,
        "source": figure.source or figure.report.source,
        "example": figure.is_example or figure.report.is_example,
    }


@login_not_required
def template_page(request: HttpRequest) -> HttpResponse:
    """The reporting template: the same version in the language asked for, or the word that it is missing."""
    files = list(TemplateFile.objects.all())
    versions = sorted({file.version for file in files}, reverse=True)
    version = request.GET.get("version", "")
    version = version if version in versions else (versions[0] if versions else "")
    language = request.GET.get("language", get_language() or "en")
    language = language if language in Language.values else Language.ENGLISH.value
    same = [file for file in files if file.version == version]
    context = {
        "versions": versions,
        "version": version,
        "language": Language(language),
        "switch": [(code, name, any(file.language == code for file in same)) for code, name in Language.choices],
        "files": [file for file in same if file.language == language],
        "letters": FormLetter.choices,
    }
    return render(request, "reports/report_template.html", context)
