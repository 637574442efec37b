"""The register in the admin: find, filter, edit, with history and audit, and the import of reference files.

It stands here and not in the register's own folder because it audits, and the audit trail lies above the register.
"""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import models as fields
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy
from simple_history.admin import SimpleHistoryAdmin

from ccm_portal import import_pages
from ccm_portal.accounts.admin import IsuAdmin, ReadOnlyAdmin
from ccm_portal.register import models
from ccm_portal.register.enums import OutcomeChoices
from ccm_portal.treaty.deadlines import Extension, deadline_history
from ccm_portal.ui.templatetags.portal import day
from requests_app.domain.files import NotAcceptable, safe_name
from requests_app.forms import FILE_REFUSED
from requests_app.scanning import check_and_scan


class FactForm(forms.ModelForm):
    """A fact, and why it is changed: the reason stays in its history."""

    change_reason = forms.CharField(
        label=gettext_lazy("Reason for the change"),
        max_length=100,
        help_text=gettext_lazy("Stays in the history of the record, which anybody can read."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding and "change_reason" in self.fields:
            self.fields["change_reason"].required = False


class RegisterAdmin(IsuAdmin, SimpleHistoryAdmin):
    """Facts with their source: short text fields, history of every change with its reason."""

    form = FactForm
    formfield_overrides = {
        fields.TextField: {"widget": forms.Textarea(attrs={"rows": 2, "cols": 90})},
        fields.URLField: {"assume_scheme": "https"},
    }
    history_list_display = ["source", "history_change_reason"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj._change_reason = form.cleaned_data["change_reason"]
        super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for row in formset.forms:
            row.instance._change_reason = form.cleaned_data["change_reason"]
        super().save_formset(request, form, formset, change)


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


class GrantsInOrder(forms.BaseInlineFormSet):
    """The extensions of one obligation: each ends after the deadline that it replaces (Articles 3.3 and 4.5)."""

    def clean(self) -> None:
        super().clean()
        obligation = self.instance
        if any(self.errors) or not obligation.is_clock or obligation.state.in_force is None:
            return
        original = obligation.facts_from([], []).original
        earlier: list[Extension] = []
        lines = [form for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        for form in sorted(lines, key=lambda form: form.cleaned_data["sequence"]):
            replaced, until = deadline_history(original, earlier)[-1].day, form.cleaned_data["granted_until"]
            if form.cleaned_data["outcome"] == OutcomeChoices.GRANTED and until and until <= replaced:
                message = gettext_lazy("An extension ends after the deadline that it replaces, which is %(day)s.")
                form.add_error("granted_until", message % {"day": day(replaced)})
            earlier.append(form.instance.as_rule())


@admin.register(models.Obligation)
class ObligationAdmin(RegisterAdmin):
    class ExtensionInline(admin.StackedInline):
        model = models.ExtensionDecision
        formset = GrantsInOrder
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


class ScheduleInline(admin.TabularInline):
    """Where a meeting is moved, the days that it was set for before stay on record."""

    model = models.MeetingSchedule
    fields = ("first_day", "last_day", "moved_on", "source")
    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    has_add_permission = has_change_permission = has_view_permission

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(models.Meeting)
class MeetingAdmin(RegisterAdmin):
    inlines = [ScheduleInline]

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


@admin.register(models.PublishedDate)
class PublishedDateAdmin(RegisterAdmin):
    list_display = ["state", "kind", "number", "day", "source", "note"]
    list_filter = ["kind"]
    search_fields = ["state__name", "source"]
    autocomplete_fields = ["state"]


@admin.register(models.Target)
class TargetAdmin(RegisterAdmin):
    list_display = ["code", "measure", "value", "by", "source"]


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


class DocumentVersionForm(forms.ModelForm):
    """A file is taken only if it is what its name says."""

    class Meta:
        model = models.DocumentVersion
        fields = ["language", "number", "url", "file", "source", "is_verified", "note", "is_example"]

    def clean_file(self) -> Any:
        file = self.cleaned_data.get("file")
        if isinstance(file, UploadedFile):
            try:
                check_and_scan(file.name or "", file.read())
            except NotAcceptable as refused:
                raise forms.ValidationError(FILE_REFUSED[refused.reason]) from None
            file.seek(0)
            file.name = safe_name(file.name or "")
        return file


class DocumentVersionInline(admin.StackedInline):
    model = models.DocumentVersion
    form = DocumentVersionForm
    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission


@admin.register(models.Document)
class DocumentAdmin(RegisterAdmin):
    list_display = ["symbol", "title", "kind", "dated_on", "meeting", "is_verified"]
    list_filter = ["kind", "meeting", "is_verified"]
    search_fields = ["symbol", "title"]
    autocomplete_fields = ["meeting", "state", "supersedes"]
    list_select_related = ["meeting"]
    inlines = [DocumentVersionInline]


@admin.register(models.Decision)
class DecisionAdmin(RegisterAdmin):
    list_display = ["title", "meeting", "paragraph", "kind", "is_verified"]
    list_filter = ["kind", "meeting", "is_verified"]
    search_fields = ["title", "text", "code"]
    autocomplete_fields = ["meeting", "document", "office", "action_plan"]
    raw_id_fields = ["extension"]
    list_select_related = ["meeting"]


@admin.register(models.PageText)
class PageTextAdmin(RegisterAdmin):
    """The list starts with what was looked at longest ago."""

    formfield_overrides = {fields.TextField: {"widget": forms.Textarea(attrs={"rows": 20, "cols": 90})}}
    list_display = ["title", "slug", "dated_on", "last_reviewed"]
    search_fields = ["title", "body"]
    ordering = ["last_reviewed"]


@admin.register(models.Office)
class OfficeAdmin(IsuAdmin):
    list_display = ["name", "kind", "theme", "placeholder"]
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
    list_select_related = ["plan"]


class IndicatorValueInline(admin.TabularInline):
    model = models.IndicatorValue
    fields = ["year", "value", "is_baseline", "source", "note", "is_example"]
    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission


@admin.register(models.Indicator)
class IndicatorAdmin(RegisterAdmin):
    list_display = ["action", "text", "unit", "wording"]
    list_filter = ["action__plan", "wording"]
    search_fields = ["text", "code"]
    autocomplete_fields = ["action"]
    list_select_related = ["action__plan"]
    inlines = [IndicatorValueInline]


@admin.register(models.Paper)
class PaperAdmin(ReadOnlyAdmin):
    list_display = ["code", "title"]


@admin.register(models.ImportWarning)
class ImportWarningAdmin(ReadOnlyAdmin):
    list_display = ["source", "field", "found", "expected", "reason", "raised_on"]
    list_filter = ["paper"]
    search_fields = ["source", "field", "found"]
