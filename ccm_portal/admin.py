"""The register in the admin: find, filter, edit, with history and audit, and the import of reference files.

It stands here and not in the register's own folder because it audits, and the audit trail lies above the register.
"""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models as fields
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from simple_history.admin import SimpleHistoryAdmin

from ccm_portal.accounts.admin import IsuAdmin
from ccm_portal.loading import load_all
from ccm_portal.register import models
from ccm_portal.register.clocks import formal_meetings
from ccm_portal.register.reference import BadReference, Tally


class RegisterAdmin(IsuAdmin, SimpleHistoryAdmin):
    """Facts with their source: short text fields, history of every change."""

    formfield_overrides = {fields.TextField: {"widget": forms.Textarea(attrs={"rows": 2, "cols": 90})}}
    history_list_display = ["source"]


class ObligationInline(admin.TabularInline):
    model = models.Obligation
    fields = ("limb", "standing", "source")
    readonly_fields = ("limb", "standing", "source")
    extra = 0
    can_delete = False
    show_change_link = True

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ImportForm(forms.Form):
    """One reference file under its own name."""

    file = forms.FileField(label=gettext_lazy("CSV file"), help_text=gettext_lazy("Named as in the reference folder."))

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        known = {found.name for found in settings.REFERENCE_DIR.glob("*/*.csv")}
        if file.name not in known:
            names = ", ".join(sorted(known))
            raise forms.ValidationError(_("“%(name)s” is not one of: %(names)s") % {"name": file.name, "names": names})
        return file


@admin.register(models.State)
class StateAdmin(RegisterAdmin):
    list_display = ["name", "iso3", "region", "signed", "deposited", "in_force", "is_verified"]
    list_filter = ["region", "instrument", "un_status", "is_verified"]
    search_fields = ["name", "iso3", "aliases", "name_fr", "name_es"]
    inlines = [ObligationInline]
    change_list_template = "admin/register/state/change_list.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.import_view)
        return [path("import/", view, name="register_import"), *super().get_urls()]

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Preview what a reference file would add, change and leave; then load it. Nothing is written by half."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        form = ImportForm(request.POST or None, request.FILES or None)
        tally = None
        if request.method == "POST" and form.is_valid():
            keep = "load" in request.POST
            try:
                tally = import_file(form.cleaned_data["file"], keep=keep, by=request.user)
            except BadReference as error:
                form.add_error("file", str(error))
            else:
                if keep:
                    messages.success(request, _("Loaded."))
        context = {**self.admin_site.each_context(request), "form": form, "tally": tally, "title": _("Import")}
        return TemplateResponse(request, "admin/register/import.html", context)


def import_file(file: Any, *, keep: bool, by: Any) -> Tally:
    """Load the reference folder with one file replaced by an uploaded one."""
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "reference"
        shutil.copytree(settings.REFERENCE_DIR, copy)
        target = next(copy.glob(f"*/{file.name}"))
        target.write_bytes(file.read())
        return load_all(copy, keep=keep, by=by)


@admin.register(models.Obligation)
class ObligationAdmin(RegisterAdmin):
    class ExtensionInline(admin.StackedInline):
        model = models.ExtensionDecision
        extra = 0
        autocomplete_fields = ["meeting"]

        def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
            return True

        has_add_permission = has_change_permission = has_delete_permission = has_view_permission

    class CompletionInline(admin.StackedInline):
        model = models.Completion
        extra = 0

        def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
            return True

        has_add_permission = has_change_permission = has_delete_permission = has_view_permission

    list_display = ["state", "limb", "standing", "is_verified"]
    list_filter = ["article", "standing", "is_verified", "state__region"]
    search_fields = ["state__name", "state__iso3"]
    autocomplete_fields = ["state"]
    inlines = [ExtensionInline, CompletionInline]
    list_select_related = ["state"]


@admin.register(models.Meeting)
class MeetingAdmin(RegisterAdmin):
    def save_model(self, request: HttpRequest, obj: models.Meeting, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        formal_meetings.forget()

    list_display = ["code", "kind", "first_day", "last_day", "place", "president", "decisions_recorded"]
    list_filter = ["kind", "decisions_recorded", "is_verified"]
    search_fields = ["code", "place"]
    autocomplete_fields = ["president"]


class OpenInline(admin.TabularInline):
    """Rows that whoever may change the record may change with it."""

    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission


class ReportFormInline(OpenInline):
    model = models.ReportForm
    formfield_overrides = RegisterAdmin.formfield_overrides


class ReportedFigureInline(OpenInline):
    model = models.ReportedFigure
    formfield_overrides = RegisterAdmin.formfield_overrides


@admin.register(models.ReportingYear)
class ReportingYearAdmin(RegisterAdmin):
    list_display = ["covered_year", "complete_on", "source"]


@admin.register(models.TemplateFile)
class TemplateFileAdmin(RegisterAdmin):
    list_display = ["version", "form", "language", "symbol", "address", "is_verified"]
    list_filter = ["version", "language", "form"]
    search_fields = ["version", "symbol"]


@admin.register(models.TransparencyReport)
class TransparencyReportAdmin(RegisterAdmin):
    inlines = [ReportFormInline, ReportedFigureInline]
    list_display = ["state", "kind", "covered_year", "signed_on", "received_on", "precision", "is_example"]
    list_filter = ["kind", "covered_year", "state__region"]
    search_fields = ["state__name"]
    autocomplete_fields = ["state"]


@admin.register(models.Organisation)
class OrganisationAdmin(RegisterAdmin):
    list_display = ["name", "code", "kind", "is_approved", "is_verified"]
    list_filter = ["kind", "is_approved", "is_verified"]
    search_fields = ["name", "code"]
    autocomplete_fields = ["works_in"]


@admin.register(models.Office)
class OfficeAdmin(IsuAdmin):
    list_display = ["name", "kind", "theme"]
    list_filter = ["kind"]
    search_fields = ["name", "code"]


@admin.register(models.OfficeTerm)
class OfficeTermAdmin(RegisterAdmin):
    list_display = ["office", "state", "starts", "ends", "label", "is_verified", "is_example"]
    list_filter = ["office", "is_verified"]
    search_fields = ["state__name", "office__name"]
    autocomplete_fields = ["office", "state"]
    list_select_related = ["office", "state"]


@admin.register(models.ActionPlan)
class ActionPlanAdmin(RegisterAdmin):
    list_display = ["name", "code", "starts", "ends", "is_verified"]
    search_fields = ["name", "code"]


@admin.register(models.Action)
class ActionAdmin(RegisterAdmin):
    list_display = ["plan", "number", "title", "wording"]
    list_filter = ["plan", "wording"]
    search_fields = ["number", "title"]
