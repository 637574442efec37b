"""The import of a year's needs: give a file, see what it would do, record exactly that, all or nothing."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from ccm_portal.accounts.models import User
from ccm_portal.register.reference import BadReference
from ccm_portal.ui.listing import XLSX
from ccm_portal.ui.waiting_file import WaitingFile
from requests_app.permissions import can_record
from requests_app.workbooks.actions import record_needs
from requests_app.workbooks.forms import NeedsFileForm
from requests_app.workbooks.needs import Extracted, Plan, plan_of, write_template

PENDING = "pending_needs"  # in the session
SHOWN = ("title", "requirement", "quote")


def needs_import(request: HttpRequest) -> HttpResponse:
    """Preview a file; then record exactly what was previewed."""
    user = _recorder(request)
    if request.method == "POST" and "load" in request.POST:
        return _load(request, user)
    form = NeedsFileForm(request.POST or None, request.FILES or None)
    plan: Plan | None = None
    reasons: tuple[str, ...] = ()
    if request.method == "POST" and form.is_valid():
        waiting = WaitingFile(request, PENDING)
        try:
            plan = plan_of(waiting.keep(form.cleaned_data["file"]), by=user, today=timezone.localdate())
        except BadReference as error:
            reasons = error.reasons
            waiting.forget()
        else:
            waiting.agree(plan.digest)
    return _show(request, form, plan, reasons)


def needs_template(request: HttpRequest) -> HttpResponse:
    """The empty workbook."""
    _recorder(request)
    response = HttpResponse(write_template(), content_type=XLSX)
    response["Content-Disposition"] = 'attachment; filename="needs.xlsx"'
    return response


def _recorder(request: HttpRequest) -> User:
    user: User = request.user  # type: ignore[assignment]
    if not can_record(user):
        raise PermissionDenied(_("Only the ISU and the Coordinators record what a State has said."))
    return user


def _load(request: HttpRequest, user: User) -> HttpResponse:
    waiting, today = WaitingFile(request, PENDING), timezone.localdate()
    path = waiting.path
    if path is None:
        waiting.forget()
        messages.error(request, _("No file waits to be loaded: preview it first. A preview holds for an hour."))
        return redirect("workbooks:needs")
    try:
        plan = plan_of(path, by=user, today=today)
    except BadReference as error:
        waiting.forget()
        return _show(request, NeedsFileForm(), None, error.reasons)
    if plan.digest != waiting.agreed:
        messages.warning(
            request,
            _("Something has changed since the preview. Nothing was recorded; this is what the file would do now."),
        )
        waiting.agree(plan.digest)
        return _show(request, NeedsFileForm(), plan, ())
    needs = [(one.form.save(commit=False), one.form.stated(), one.form.cleaned_data) for one in plan.added]
    number = record_needs(needs, by=user, today=today, name=waiting.name)
    waiting.forget()
    messages.success(request, _("%(n)s needs recorded. Each counts once its State has confirmed it.") % {"n": number})
    return redirect("workbooks:needs")


def _show(request: HttpRequest, form: NeedsFileForm, plan: Plan | None, reasons: tuple[str, ...]) -> HttpResponse:
    context = {
        "form": form,
        "plan": plan,
        "reasons": reasons,
        "file_name": WaitingFile(request, PENDING).name,
        "groups": _groups(plan) if plan else [],
    }
    return render(request, "workbooks/needs_import.html", context, status=422 if reasons or form.errors else 200)


def _groups(plan: Plan) -> list[dict[str, Any]]:
    """As the import of reference data shows its changes."""
    kinds = (("added", _("Added"), plan.added), ("left", _("Already there, and left"), plan.left))
    return [
        {"title": title, "kind": kind, "number": len(rows), "shown": [_line(row, kind) for row in rows], "rest": 0}
        for kind, title, rows in kinds
        if rows
    ]


def _line(row: Extracted, kind: str) -> dict[str, Any]:
    said = row.form.cleaned_data
    fields = [(row.form[name].label, "", said[name]) for name in SHOWN] if kind == "added" else []
    return {"record": str(row), "source": _("line %(line)s") % {"line": row.line}, "fields": fields}
