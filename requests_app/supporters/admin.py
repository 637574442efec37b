"""Profiles in the admin, with their history; shown interest to read. What a supporter follows is its own."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from simple_history.admin import SimpleHistoryAdmin

from ccm_portal.accounts.admin import IsuAdmin, ReadOnlyAdmin
from requests_app.supporters.actions import save_profile
from requests_app.supporters.models import AttachedOffer, Following, Interest, Profile


@admin.register(Profile)
class ProfileAdmin(IsuAdmin, SimpleHistoryAdmin):
    list_display = ["supporter", "next_call", "first_year", "last_year", "is_example"]
    search_fields = ["supporter__code", "supporter__state__name", "supporter__organisation__name"]
    list_select_related = ["supporter__state", "supporter__organisation"]
    autocomplete_fields = ["supporter"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """As on the site: each changed line gets its day and author."""
        save_profile(obj, changed=set(form.changed_data), by=request.user, today=timezone.localdate())  # type: ignore[arg-type]


@admin.register(Following)
class FollowingAdmin(ReadOnlyAdmin):
    """Only that requests are followed, and since when: by whom stays the supporter's own."""

    list_display = ["request", "since"]
    exclude = ["supporter", "by"]
    list_select_related = ["request"]


@admin.register(Interest)
class InterestAdmin(ReadOnlyAdmin):
    list_display = ["request", "supporter", "shown_on", "withdrawn_on"]
    search_fields = ["request__reference", "supporter__code"]
    list_select_related = ["request", "supporter__state", "supporter__organisation"]


@admin.register(AttachedOffer)
class AttachedOfferAdmin(ReadOnlyAdmin):
    list_display = ["request", "offer", "attached_on", "attached_by"]
    search_fields = ["request__reference", "offer__title"]
    list_select_related = ["request", "offer", "attached_by"]
