"""Risk flags and extension requests in the admin: to read. They change on the site, through its actions."""

from django.contrib import admin

from ccm_portal.accounts.admin import ReadOnlyAdmin
from requests_app.extensions.models import ExtensionDraft, RiskFlag


@admin.register(RiskFlag)
class RiskFlagAdmin(ReadOnlyAdmin):
    list_display = ["obligation", "raised_on", "raised_by", "on_behalf", "public_on", "withdrawn_on", "is_example"]
    list_filter = ["on_behalf", "is_example"]
    search_fields = ["obligation__state__name"]
    list_select_related = ["obligation", "raised_by"]


@admin.register(ExtensionDraft)
class ExtensionDraftAdmin(ReadOnlyAdmin):
    list_display = ["reference", "obligation", "status", "months", "lodged_on", "due_on", "is_example"]
    list_filter = ["status", "is_example"]
    search_fields = ["reference", "obligation__state__name"]
    list_select_related = ["obligation"]
