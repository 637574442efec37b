"""Who takes part in discussions, in the admin: to read. What is said stays among those who take part."""

from django.contrib import admin

from ccm_portal.accounts.admin import ReadOnlyAdmin
from requests_app.discussions.models import Participation


@admin.register(Participation)
class ParticipationAdmin(ReadOnlyAdmin):
    list_display = ["request", "supporter", "since", "until", "added_by"]
    search_fields = ["request__reference", "supporter__code"]
    list_select_related = ["request", "supporter__state", "supporter__organisation", "added_by"]
