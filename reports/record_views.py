"""Pages of the record that show several apps: decisions with the activities that carry them out, documents, action
plans."""

import re
from pathlib import PurePath
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from ccm_portal.register.enums import Language, Wording
from ccm_portal.register.forms import AsOfForm
from ccm_portal.register.models import ActionPlan, Document, DocumentVersion, Paper
from ccm_portal.register.picking import narrowed
from ccm_portal.ui.asof import as_of
from ccm_portal.ui.listing import show_list
from coalitions.models import Activity
from reports.decisions import COLUMNS as DECISION_COLUMNS
from reports.decisions import decision_entries, filtered
from reports.forms import DecisionFilter, DocumentFilter

DOCUMENT_COLUMNS = [
    "symbol", "title", "kind", "dated", "meeting", "iso3", "languages", "supersedes", "superseded_by", "verified",
    "source",
]  # fmt: skip
PLAN_COLUMNS = ["code", "name", "starts", "ends", "in_force", "actions", "in_register", "verified", "source"]


@login_not_required
def decision_list(request: HttpRequest) -> HttpResponse:
    """What meetings decided, by a day."""
    on = as_of(request)
    entries = decision_entries(on)
    form = DecisionFilter(request.GET, entries=entries)
    return show_list(
        request,
        "reports/decision_list.html",
        filtered(entries, form.cleaned_data if form.is_valid() else {}),
        name="decisions",
        columns=DECISION_COLUMNS,
        record=lambda entry: entry.as_record(),
        filterset=form,
        on=on,
    )


@login_not_required
def decision_detail(request: HttpRequest, code: str) -> HttpResponse:
    """One decision, what it changed, and the activities that carry it out."""
    entry = next((entry for entry in decision_entries(as_of(request)) if code in entry.codes), None)
    if entry is None:
        raise Http404
    activities = Activity.objects.filter(decisions=entry.row).select_related("plan") if entry.row else ()
    return render(request, "reports/decision_detail.html", {"entry": entry, "activities": activities})


@login_not_required
def document_list(request: HttpRequest) -> HttpResponse:
    """Documents by symbol; those that another has replaced only when asked for."""
    form = DocumentFilter(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    typed = (chosen.get("q") or "").replace("\0", "").strip()
    if typed and not request.GET.get("format"):
        exact = Document.objects.filter(symbol__iexact=typed.strip("/")).first()
        if exact:
            return redirect(exact)
    rows = Document.objects.select_related("meeting", "supersedes", "superseded_by").prefetch_related("versions")
    if not chosen.get("show"):
        rows = rows.filter(superseded_by__isnull=True)
    return show_list(
        request,
        "reports/document_list.html",
        narrowed(rows.filter(kind=chosen["kind"]) if chosen.get("kind") else rows, typed),
        name="documents",
        columns=DOCUMENT_COLUMNS,
        record=_document_record,
        filterset=form,
    )


def _document_record(document: Document) -> dict[str, Any]:
    return {
        "symbol": document.symbol,
        "title": document.title,
        "kind": document.kind,
        "dated": document.dated_on,
        "meeting": document.meeting.code if document.meeting else "",
        "iso3": document.state_id or "",
        "languages": sorted({version.language for version in document.versions.all()}),
        "supersedes": document.supersedes.symbol if document.supersedes else "",
        "superseded_by": document.successor.symbol if document.successor else "",
        "verified": document.is_verified,
        "source": document.source,
    }


@login_not_required
def document_detail(request: HttpRequest, symbol: str) -> HttpResponse:
    """One document: each language held opens, missing ones are named; older versions stay reachable."""
    documents = Document.objects.select_related("meeting", "state", "supersedes", "superseded_by")
    document = get_object_or_404(documents, symbol__iexact=symbol)
    versions = list(document.versions.all())
    by_language = [(language, [v for v in versions if v.language == language]) for language in Language]
    context = {
        "document": document,
        "held": [(language, found[0], found[1:]) for language, found in by_language if found],
        "missing": [language.label for language, found in by_language if not found],
        "decisions": [entry for entry in decision_entries(as_of(request)) if entry.symbol == document.symbol],
    }
    return render(request, "reports/document_detail.html", context)


@login_not_required
def document_file(request: HttpRequest, pk: int) -> FileResponse:
    """A file of a document, always as a download. Documents of the Convention are public."""
    version = get_object_or_404(DocumentVersion.objects.select_related("document").exclude(file=""), pk=pk)
    name = f"{version.document.symbol}-{version.language}-{version.number}".replace("/", "-")
    suffix = PurePath(version.file.name or "").suffix
    try:
        content = version.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(content, as_attachment=True, filename=f"{name}{suffix}")
    response["Content-Type"] = "application/octet-stream"
    return response


@login_not_required
def paper_detail(request: HttpRequest, code: str) -> HttpResponse:
    """A published paper line by line, with the corrected value and the reason beside each slip."""
    paper = get_object_or_404(Paper, code=code)
    slips = list(paper.warnings)
    lines = [
        (number, _without_marks(line), [slip for slip in slips if slip.line == number])
        for number, line in enumerate(paper.text.split("\n"), start=1)
        if line.strip()
    ]
    return render(request, "reports/paper_detail.html", {"paper": paper, "slips": slips, "lines": lines})


def _without_marks(line: str) -> str:
    """A line of a paper without the marks that its file format left; its words are untouched."""
    return re.sub(r"</?i>|\*\*|<(?=http)|(?<=\w)>", "", line).strip().replace("\t", " · ")


@login_not_required
def action_plan_list(request: HttpRequest) -> HttpResponse:
    """Action plans, and which of them is in force on a day."""
    on = as_of(request)
    plans = list(ActionPlan.objects.prefetch_related("actions"))
    in_force = [plan for plan in plans if plan.starts <= on <= plan.ends]
    return show_list(
        request,
        "reports/action_plan_list.html",
        plans,
        name="action-plans",
        columns=PLAN_COLUMNS,
        record=lambda plan: {
            "code": plan.code,
            "name": plan.name,
            "starts": plan.starts,
            "ends": plan.ends,
            "in_force": plan in in_force,
            "actions": plan.action_count,
            "in_register": len(plan.actions.all()),
            "verified": plan.is_verified,
            "source": plan.source,
        },
        filterset=AsOfForm(request.GET),
        on=on,
        in_force=in_force,
    )


@login_not_required
def action_plan_detail(request: HttpRequest, code: str) -> HttpResponse:
    """One plan with its actions, what they are measured by, and the activities that serve them."""
    on = as_of(request)
    plan = get_object_or_404(ActionPlan, code__iexact=code)
    actions = list(plan.actions.prefetch_related("indicators__values", "activities__plan"))
    context = {
        "plan": plan,
        "is_in_force": plan.starts <= on <= plan.ends,
        "on": on,
        "actions": actions,
        "missing": max((plan.action_count or 0) - len(actions), 0),
        "reconstructed": sum(action.wording == Wording.RECONSTRUCTED for action in actions),
        "has_indicators": any(action.indicators.all() for action in actions),
        "results": plan.expected_results.splitlines(),
        "decisions": plan.decisions.select_related("meeting"),
    }
    return render(request, "reports/action_plan_detail.html", context)
