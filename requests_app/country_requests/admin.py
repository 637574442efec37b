"""Country requests in the admin: to read, and only those with a need that the ISU may know of."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from ccm_portal.accounts.admin import ReadOnlyAdmin
from requests_app.country_requests.models import CountryRequest, Joining


@admin.register(CountryRequest)
class CountryRequestAdmin(ReadOnlyAdmin):
    list_display = ["reference", "state", "title", "created_at", "is_example"]
    list_filter = ["is_example"]
    search_fields = ["reference", "title", "state__name"]
    list_select_related = ["state"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """As on the site: drafts are the State's own."""
        return super().get_queryset(request).visible_to(request.user)  # type: ignore[attr-defined]


@admin.register(Joining)
class JoiningAdmin(ReadOnlyAdmin):
    list_display = ["closed", "survivor", "on", "by"]
    search_fields = ["closed__reference", "survivor__reference"]
    list_select_related = ["closed", "survivor", "by"]
