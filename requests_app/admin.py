"""Requests and supporters in the admin. Status and visibility change on the site only, through its actions."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from simple_history.admin import SimpleHistoryAdmin

from ccm_portal.accounts.admin import IsuAdmin
from requests_app.models import AssistanceRequest, RankingWeight, SearchText, Supporter, SupportRecord
from requests_app.queries import known_support


@admin.register(AssistanceRequest)
class RequestAdmin(IsuAdmin):
    list_display = ["reference", "state", "title", "status", "submitted_on", "visibility", "is_example"]
    list_filter = ["status", "channel", "areas", "visibility", "is_example", "covered_year"]
    search_fields = ["reference", "title", "state__name"]
    list_select_related = ["state"]
    autocomplete_fields = ["meeting"]
    readonly_fields = [
        "reference",
        "state",
        "obligation",
        "channel",
        "inform_coordinators",
        "status",
        "visibility",
        "submitted_on",
        "confirmed_on",
        "evidence_level",
        "created_by",
        "created_at",
        "version",
        "source_id",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Drafts are the State's own."""
        return super().get_queryset(request).submitted()  # type: ignore[attr-defined]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Areas are saved by now: the copies that lists read follow, and the version tells other editors."""
        super().save_related(request, form, formsets, change)
        obj: AssistanceRequest = form.instance
        obj.version += 1
        obj.save()
        SearchText.objects.store(obj.build_search_rows())


@admin.register(Supporter)
class SupporterAdmin(IsuAdmin, SimpleHistoryAdmin):
    list_display = ["name", "code", "is_verified"]
    list_filter = ["areas", "is_verified"]
    search_fields = ["code", "state__name", "organisation__name"]
    list_select_related = ["state", "organisation"]
    autocomplete_fields = ["state", "organisation"]


@admin.register(SupportRecord)
class SupportRecordAdmin(IsuAdmin):
    list_display = ["supporter", "recipient", "year", "amount_usd", "sectors"]
    list_filter = ["year", "areas", "is_from_giver"]
    search_fields = ["supporter__code", "recipient__name"]
    list_select_related = ["supporter__state", "supporter__organisation", "recipient"]
    autocomplete_fields = ["supporter", "recipient"]


@admin.register(RankingWeight)
class RankingWeightAdmin(IsuAdmin, SimpleHistoryAdmin):
    """A line that is deleted returns to its default."""

    list_display = ["name", "points", "reason"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        known_support.forget()

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        known_support.forget()
