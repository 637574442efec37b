"""Who hears of new requests, in the admin: to read."""

from django.contrib import admin

from ccm_portal.accounts.admin import ReadOnlyAdmin
from requests_app.mailing.models import AreaSubscription


@admin.register(AreaSubscription)
class AreaSubscriptionAdmin(ReadOnlyAdmin):
    list_display = ["user", "area"]
    list_filter = ["area"]
    search_fields = ["user__email"]
    list_select_related = ["user", "area"]
