"""Direct channels in the admin: to read. What is said in them stays between the two sides."""

from django.contrib import admin

from ccm_portal.accounts.admin import ReadOnlyAdmin
from requests_app.channels.models import DirectChannel


@admin.register(DirectChannel)
class DirectChannelAdmin(ReadOnlyAdmin):
    exclude = ["note"]  # for the other side
    list_display = ["request", "supporter", "asked_on", "consented_on", "declined_on", "closed_on", "is_example"]
    list_filter = ["asked_side", "is_example"]
    search_fields = ["request__reference", "supporter__code"]
    list_select_related = ["request", "supporter__state", "supporter__organisation"]
