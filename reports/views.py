"""Pages that read all the other apps: one State, statistics, progress report, library."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from ccm_portal.accounts.models import access_of
from ccm_portal.register import models as register
from ccm_portal.register.forms import WordsForm
from ccm_portal.register.models import ActionPlan, Paper
from ccm_portal.register.picking import narrowed, pick
from ccm_portal.ui.asof import as_of
from ccm_portal.ui.listing import export, show_list
from reports import progress, provided
from reports.finding import LATEST, search
from reports.forms import PeriodForm, ProvidedForm, StatisticsForm, usual_period
from reports.models import Practice, PublishedFigure
from reports.queries import papers_with_slips, profile
from reports.statistics import COLUMNS, statistics
from requests_app.extensions.permissions import acts_for, can_publish
from requests_app.models import AssistanceRequest
from requests_app.shares.models import Delivery

LONGEST = 200  # letters of a search
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@login_not_required
def state_detail(request: HttpRequest, iso3: str) -> HttpResponse:
    """Everything about one State."""
    found = profile(iso3.upper(), request.user, as_of(request))
    access = access_of(request.user)
    context = {
        "profile": found,
        "state": found.state,
        "today": found.on,
        "acts_for": acts_for(access, found.state.pk) and "as_of" not in request.GET,
        "can_publish": can_publish(access, found.state.pk),
    }
    return render(request, "reports/state_detail.html", context)


@login_not_required
def search_page(request: HttpRequest) -> HttpResponse:
    """A few hits of each kind that the visitor may know of."""
    typed = request.GET.get("q", "").replace("\0", "").strip()
    too_long = len(typed) > LONGEST
    kinds = [] if too_long else search(typed, request.user, as_of(request))
    context = {"typed": typed, "too_long": too_long, "longest": LONGEST, "kinds": kinds, "latest": LATEST}
    return render(request, "reports/search.html", context)


@login_not_required
def report_index(request: HttpRequest) -> HttpResponse:
    """What reports there are."""
    return render(request, "reports/report_index.html", {"is_isu": access_of(request.user).is_isu})


@login_not_required
def statistics_page(request: HttpRequest) -> HttpResponse:
    """Who asked for what in the reports for a year, as of a day, beside what was published."""
    latest = PublishedFigure.objects.first()
    initial = {"covered_year": latest.covered_year, "as_of": latest.as_of} if latest else {}
    form = StatisticsForm(request.GET if request.GET.get("covered_year") else initial or None)
    visible = AssistanceRequest.objects.visible_to(request.user)
    figures = None
    if form.is_valid():
        figures = statistics(form.cleaned_data["covered_year"], form.cleaned_data["as_of"], visible)
    if figures and (file_format := request.GET.get("format")):
        return export(file_format, "statistics", COLUMNS, [figures.record()])
    return render(request, "reports/statistics.html", {"filter_form": form, "figures": figures})


@login_not_required
def progress_page(request: HttpRequest) -> HttpResponse:
    """The cooperation and assistance section for a period, on screen or as a Word file."""
    starts, ends = usual_period(timezone.localdate())
    form = PeriodForm(request.GET if request.GET.get("starts") else {"starts": starts, "ends": ends})
    data = progress.section(form.cleaned_data["starts"], form.cleaned_data["ends"]) if form.is_valid() else None
    if data and request.GET.get("format") == "docx":
        response = HttpResponse(progress.as_word(data), content_type=WORD)
        response["Content-Disposition"] = f'attachment; filename="progress-{data.ends}.docx"'
        return response
    return render(request, "reports/progress.html", {"filter_form": form, "data": data})


@login_not_required
def provided_page(request: HttpRequest) -> HttpResponse:
    """Requested against provided, of what the visitor may know of, by a day."""
    form = ProvidedForm(request.GET)
    on = as_of(request)
    found = None
    if form.is_valid():
        found = provided.reconciliation(
            form.narrow(AssistanceRequest.objects.visible_to(request.user)),
            Delivery.objects.visible_to(request.user),
            access=access_of(request.user),
            on=on,
            by=form.cleaned_data["by"] or "state",
            with_examples=form.cleaned_data["examples"],
        )
    if found and (file_format := request.GET.get("format")):
        records = [line.record() for line in found.lines]
        return export(file_format, "requested-provided", provided.COLUMNS, records)
    context = {"filter_form": form, "found": found, "on": on, "by": form["by"].value() or "state"}
    return render(request, "reports/provided.html", context)


def data_quality(request: HttpRequest) -> HttpResponse:
    """For the ISU: what imported papers say that the register contradicts, with the corrected value and the reason."""
    if not access_of(request.user).is_isu:
        raise Http404
    return show_list(
        request,
        "reports/data_quality.html",
        register.ImportWarning.objects.all(),
        name="data-quality",
        columns=["paper", "source", "field", "found", "expected", "reason", "raised_on"],
        record=lambda w: {
            "paper": w.paper,
            "source": w.source,
            "field": w.field,
            "found": w.found,
            "expected": w.expected,
            "reason": w.reason,
            "raised_on": w.raised_on,
        },
    )


@login_not_required
def library(request: HttpRequest) -> HttpResponse:
    """Good practices, the action plans and the papers."""
    form = WordsForm(request.GET)
    papers = papers_with_slips()
    if form.typed:
        fitting = {paper.pk for paper in pick(Paper.objects.all(), form.typed)}
        papers = [(paper, count) for paper, count in papers if paper.pk in fitting]
    return show_list(
        request,
        "reports/library.html",
        narrowed(Practice.objects.all(), form.typed),
        name="library",
        columns=["title", "year", "publisher", "theme", "lesson", "address"],
        record=lambda p: {
            "title": p.title,
            "year": p.year,
            "publisher": p.publisher,
            "theme": p.theme,
            "lesson": p.lesson,
            "address": p.address,
        },
        filterset=form,
        plans=pick(ActionPlan.objects.all(), form.typed),
        papers=papers,
    )
