"""Help tickets in the admin: to look at. They are written on the site, through its actions."""

from django.contrib import admin

from ccm_portal.accounts.admin import ReadOnlyAdmin
from requests_app.help_desk.models import HelpMessage, HelpTicket


class MessageInline(admin.TabularInline):
    model = HelpMessage
    extra = 0
    can_delete = False
    readonly_fields = ["author", "is_from_isu", "at", "text"]


@admin.register(HelpTicket)
class HelpTicketAdmin(ReadOnlyAdmin):
    list_display = ["pk", "state", "kind", "subject", "opened_at", "assigned_to", "closed_at", "is_example"]
    list_filter = ["kind", "state"]
    list_select_related = ["state", "assigned_to"]
    inlines = [MessageInline]
