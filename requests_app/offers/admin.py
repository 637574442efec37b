"""Offers and expertise in the admin, with their history; workshops and applications to read."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from simple_history.admin import SimpleHistoryAdmin

from ccm_portal.accounts.admin import IsuAdmin, ReadOnlyAdmin
from requests_app.models import Offer
from requests_app.offers.models import Application, Expertise, Workshop


class SiteWritten(IsuAdmin, SimpleHistoryAdmin):
    """What supporters write on the site; the ISU corrects its wording. It is withdrawn there, and never deleted."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Offer)
class OfferAdmin(SiteWritten):
    list_display = ["title", "supporter", "offered_on", "valid_until", "withdrawn_on", "is_public", "is_example"]
    list_filter = ["areas", "is_public", "is_example"]
    search_fields = ["title"]
    list_select_related = ["supporter__state", "supporter__organisation"]
    readonly_fields = ["supporter", "offered_on", "withdrawn_on", "withdrawn_by", "withdrawn_because"]


@admin.register(Workshop)
class WorkshopAdmin(ReadOnlyAdmin, SimpleHistoryAdmin):
    list_display = ["offer", "host", "place", "starts", "ends", "last_day"]
    search_fields = ["offer__title", "host"]
    list_select_related = ["offer"]


@admin.register(Application)
class ApplicationAdmin(ReadOnlyAdmin):
    list_display = ["workshop", "state", "organisation", "institution", "applied_at", "decision", "withdrawn_on"]
    list_select_related = ["workshop", "state", "organisation"]


@admin.register(Expertise)
class ExpertiseAdmin(SiteWritten):
    list_display = ["skill", "supporter", "area", "holder", "years", "is_south_south", "withdrawn_on", "is_example"]
    list_filter = ["area", "is_south_south", "is_example"]
    search_fields = ["skill", "holder", "supporter__code"]
    list_select_related = ["supporter__state", "supporter__organisation", "area"]
    readonly_fields = ["supporter", "stated_on", "stated_by", "withdrawn_on"]
