"""The register in the admin: find, filter, edit, with history and audit, and the import of reference files.

It stands here and not in the register's own folder because it audits, and the audit trail lies above the register.
"""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models as fields
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from simple_history.admin import SimpleHistoryAdmin

from ccm_portal import import_pages
from ccm_portal.accounts.admin import IsuAdmin, ReadOnlyAdmin
from ccm_portal.register import models
from ccm_portal.register.clocks import formal_meetings


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


@admin.register(models.State)
class StateAdmin(RegisterAdmin):
    list_display = ["name", "iso3", "region", "signed", "deposited", "in_force", "is_verified"]
    list_filter = ["region", "instrument", "un_status", "is_verified"]
    search_fields = ["name", "iso3", "aliases", "name_fr", "name_es"]
    inlines = [ObligationInline]
    change_list_template = "admin/register/state/change_list.html"

    def get_urls(self) -> list[URLPattern]:
        return [
            path("import/", self.admin_site.admin_view(self.import_view), name="register_import"),
            path(
                "import/<int:pk>/", self.admin_site.admin_view(self.import_record_view), name="register_import_record"
            ),
            *super().get_urls(),
        ]

    def import_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        return import_pages.import_page(request, self.admin_site)

    def import_record_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        return import_pages.import_record(request, self.admin_site, pk)


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


@admin.register(models.TransparencyReport)
class TransparencyReportAdmin(RegisterAdmin):
    list_display = ["state", "kind", "covered_year", "received_on", "precision"]
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


@admin.register(models.ImportWarning)
class ImportWarningAdmin(ReadOnlyAdmin):
    list_display = ["source", "field", "found", "expected", "reason", "raised_on"]
    list_filter = ["paper"]
    search_fields = ["source", "field", "found"]
