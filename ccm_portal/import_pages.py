"""The import in the admin: give a file, see what it would do, load exactly that; and what was loaded before."""

import re
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ccm_portal.accounts.models import AuditEvent, User
from ccm_portal.importing import ChangedSincePreview, digest, import_file
from ccm_portal.loading import LOADED
from ccm_portal.register.reference import BadReference, Tally
from ccm_portal.register.reference.sheets import MAX_BYTES
from ccm_portal.ui.waiting_file import WaitingFile

SHOWN_PER_GROUP = 100
SHOWN_IMPORTS = 20
PENDING = "pending_import"  # in the session


class ImportForm(forms.Form):
    """One file: CSV under a reference file's name, or a workbook."""

    file = forms.FileField(
        label=gettext_lazy("CSV file or Excel workbook"),
        help_text=gettext_lazy(
            "Named as in the reference folder (for example meetings.csv), or a workbook (.xlsx) whose sheets are so "
            "named."
        ),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if not re.fullmatch(r"\w[\w ().-]{0,70}", file.name):
            raise forms.ValidationError(_("Rename the file: letters, digits and hyphens, at most 70 of them."))
        if file.size > MAX_BYTES:
            raise forms.ValidationError(_("The file is larger than %(size)s MB.") % {"size": MAX_BYTES // 1024 // 1024})
        return file


def import_page(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Preview a file; then load exactly what was previewed. Nothing is written by half."""
    if request.method == "POST" and "load" in request.POST:
        return _load(request, site)
    form = ImportForm(request.POST or None, request.FILES or None)
    tally: Tally | None = None
    reasons: tuple[str, ...] = ()
    if request.method == "POST" and form.is_valid():
        waiting = WaitingFile(request, PENDING)
        try:
            tally = import_file(waiting.keep(form.cleaned_data["file"]), keep=False)
        except BadReference as error:
            reasons = error.reasons
            waiting.forget()
        else:
            waiting.agree(digest(tally))
    return _show(request, site, form, tally, reasons)


def import_record(request: HttpRequest, site: AdminSite, pk: int) -> HttpResponse:
    """What one import did: who, when, which file, what it added and changed, and its warnings."""
    event = get_object_or_404(AuditEvent.objects.select_related("actor"), pk=pk, action=LOADED)
    context = {
        **site.each_context(request),
        "title": _("Import of %(name)s") % {"name": event.subject},
        "event": event,
        "counts": [(name, event.details.get(name) or {}) for name in ("added", "changed", "left")],
        "groups": grouped(event.details.get("changes", [])),
        "warnings": event.details.get("warnings", []),
    }
    return TemplateResponse(request, "admin/register/import_record.html", context)


def _load(request: HttpRequest, site: AdminSite) -> HttpResponse:
    waiting = WaitingFile(request, PENDING)
    path = waiting.path
    if path is None:
        waiting.forget()
        messages.error(request, _("No file waits to be loaded: preview it first. A preview holds for an hour."))
        return redirect("admin:register_import")
    user = request.user if isinstance(request.user, User) else None
    try:
        import_file(path, keep=True, by=user, agreed=waiting.agreed)
    except ChangedSincePreview as changed:
        messages.warning(
            request,
            _("The register has changed since the preview. Nothing was loaded; this is what the file would do now."),
        )
        waiting.agree(digest(changed.tally))
        return _show(request, site, ImportForm(), changed.tally, ())
    except BadReference as error:
        waiting.forget()
        return _show(request, site, ImportForm(), None, error.reasons)
    waiting.forget()
    messages.success(request, _("Loaded."))
    return redirect(
        "admin:register_import_record", AuditEvent.objects.filter(action=LOADED, actor=user).latest("pk").pk
    )


def _show(
    request: HttpRequest, site: AdminSite, form: ImportForm, tally: Tally | None, reasons: tuple[str, ...]
) -> HttpResponse:
    context = {
        **site.each_context(request),
        "title": _("Import"),
        "form": form,
        "reasons": reasons,
        "tally": tally,
        "file_name": WaitingFile(request, PENDING).name,
        "groups": grouped([vars(change) for change in tally.changes]) if tally else [],
        "imports": AuditEvent.objects.filter(action=LOADED).select_related("actor")[:SHOWN_IMPORTS],
    }
    return TemplateResponse(request, "admin/register/import.html", context)


def grouped(changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Changes by kind and model, in the order of the load, each group cut to what a page can hold."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for change in changes:
        groups.setdefault((change["kind"], change["model"]), []).append(change)
    kinds = {"added": _("Added"), "changed": _("Changed"), "left": _("Corrected before, and left")}
    order = list(kinds)
    return [
        {
            "title": f"{kinds[kind]}: {model}",
            "kind": kind,
            "number": len(members),
            "shown": members[:SHOWN_PER_GROUP],
            "rest": max(0, len(members) - SHOWN_PER_GROUP),
        }
        for (kind, model), members in sorted(groups.items(), key=lambda item: order.index(item[0][0]))
    ]
