"""Clocks of requests in the admin: holidays to keep, the rest to read. Time limits are set on the site."""

from django.contrib import admin
from simple_history.admin import SimpleHistoryAdmin

from ccm_portal.accounts.admin import IsuAdmin, ReadOnlyAdmin
from requests_app.waiting.models import Alarm, Holiday, NeedMet, Opening, Silence, TimeLimit, ValidityCheck


@admin.register(TimeLimit)
class TimeLimitAdmin(ReadOnlyAdmin, SimpleHistoryAdmin):
    list_display = ["step", "days", "reason"]


@admin.register(Holiday)
class HolidayAdmin(IsuAdmin, SimpleHistoryAdmin):
    list_display = ["day", "name", "is_verified", "is_example"]
    list_filter = ["is_verified"]
    search_fields = ["name"]


@admin.register(Silence)
class SilenceAdmin(ReadOnlyAdmin):
    list_display = ["request", "purpose", "started_on", "ends_on", "result"]
    list_filter = ["purpose", "result"]
    search_fields = ["request__reference"]
    list_select_related = ["request"]


@admin.register(ValidityCheck)
class ValidityCheckAdmin(ReadOnlyAdmin):
    list_display = ["request", "asked_on", "due_on", "answered_at", "answered_by"]
    search_fields = ["request__reference"]
    list_select_related = ["request", "answered_by"]


@admin.register(Alarm)
class AlarmAdmin(ReadOnlyAdmin):
    list_display = ["request", "reason", "raised_on", "cleared_on"]
    list_filter = ["reason"]
    search_fields = ["request__reference"]
    list_select_related = ["request"]


@admin.register(NeedMet)
class NeedMetAdmin(ReadOnlyAdmin):
    list_display = ["request", "supporter", "months", "asked_on", "answer", "answered_on"]
    list_filter = ["months", "answer"]
    search_fields = ["request__reference"]
    list_select_related = ["request", "supporter__state", "supporter__organisation"]


@admin.register(Opening)
class OpeningAdmin(ReadOnlyAdmin):
    list_display = ["request", "reader", "on"]
    search_fields = ["request__reference"]
    list_select_related = ["request"]
