"""Shares, deliveries, outcomes and exchange rates in the admin. Statuses change on the site only, by both sides."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from simple_history.admin import SimpleHistoryAdmin

from ccm_portal.accounts.admin import IsuAdmin
from requests_app.shares.models import Delivery, ExchangeRate, Outcome, Share, known_rates


class SiteWritten(IsuAdmin, SimpleHistoryAdmin):
    """What the two sides write on the site; the ISU corrects its wording."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Share)
class ShareAdmin(SiteWritten):
    list_display = ["supporter", "request", "kind", "amount", "currency", "from_year", "to_year", "status"]
    list_filter = ["status", "kind", "channel", "is_example"]
    search_fields = ["request__reference", "supporter__code"]
    list_select_related = ["supporter__state", "supporter__organisation", "request"]
    readonly_fields = ["request", "supporter", "status", "recorded_on", "recorded_by", "is_public"]


@admin.register(Delivery)
class DeliveryAdmin(SiteWritten):
    list_display = ["share", "delivered_on", "kind", "amount", "currency", "channel", "implementer"]
    list_filter = ["channel", "kind", "is_example"]
    search_fields = ["share__request__reference", "share__supporter__code", "implementer__name"]
    list_select_related = ["share__supporter__state", "share__supporter__organisation", "implementer"]
    readonly_fields = [
        "share", "recorded_on", "recorded_by", "supporter_on", "supporter_by", "state_on", "state_by",
    ]  # fmt: skip
    autocomplete_fields = ["implementer"]


@admin.register(Outcome)
class OutcomeAdmin(SiteWritten):
    list_display = ["request", "partner", "consented_on", "recorded_on"]
    search_fields = ["request__reference", "partner"]
    list_select_related = ["request"]
    readonly_fields = ["request", "consented_on", "recorded_on", "recorded_by"]


@admin.register(ExchangeRate)
class ExchangeRateAdmin(IsuAdmin, SimpleHistoryAdmin):
    list_display = ["currency", "year", "usd_per_unit", "source", "is_example"]
    list_filter = ["currency", "is_example"]
    search_fields = ["currency", "source"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        known_rates.forget()

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        known_rates.forget()

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        super().delete_queryset(request, queryset)
        known_rates.forget()
