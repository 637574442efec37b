"""What is kept of the outreach, in the admin: to read. It changes on the site, through its actions."""

from django.contrib import admin

from ccm_portal.accounts.admin import ReadOnlyAdmin
from coalitions.outreach.models import FollowUp, OutreachEntry, PriorityOverride


@admin.register(FollowUp)
class FollowUpAdmin(ReadOnlyAdmin):
    list_display = ["obligation", "reason", "deadline", "opened_on", "due_on", "closed_on", "result", "is_example"]
    list_filter = ["reason", "result", "is_example"]
    search_fields = ["obligation__state__name"]
    list_select_related = ["obligation"]


@admin.register(OutreachEntry)
class OutreachEntryAdmin(ReadOnlyAdmin):
    list_display = ["state", "area", "status", "day", "by", "is_example"]
    list_filter = ["status", "area", "is_example"]
    search_fields = ["state__name"]
    list_select_related = ["state", "area", "by"]


@admin.register(PriorityOverride)
class PriorityOverrideAdmin(ReadOnlyAdmin):
    list_display = ["state", "area", "points", "reason", "set_on", "set_by", "lifted_on", "is_example"]
    list_filter = ["area", "is_example"]
    search_fields = ["state__name"]
    list_select_related = ["state", "area", "set_by"]
