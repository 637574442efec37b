"""People and posts in the admin, the audit trail to read, and what every admin page of the portal shares."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import quote
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ccm_portal.accounts.actions import record_event, try_again
from ccm_portal.accounts.models import Appointment, AuditEvent, CalendarFeed, JobRun, MailChoice, OutboxMail, User

admin.site.unregister(Group)  # roles are appointments


class IsuAdmin(admin.ModelAdmin):
    """Open to staff who hold an ISU appointment; every addition, change and removal is audited."""

    def _is_open(self, request: HttpRequest) -> bool:
        user = request.user
        return isinstance(user, User) and user.is_staff and user.access.is_isu

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._is_open(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_open(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._is_open(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_open(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only what keeps its history may go: nothing is lost."""
        return self._is_open(request) and hasattr(self.model, "history")

    def log_addition(self, request: HttpRequest, obj: models.Model, message: Any) -> Any:
        record_event("admin: added", by=request.user, subject=_named(obj))  # type: ignore[arg-type]
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: models.Model, message: Any) -> Any:
        record_event("admin: changed", by=request.user, subject=_named(obj), what=message)  # type: ignore[arg-type]
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        for obj in queryset:
            record_event("admin: removed", by=request.user, subject=_named(obj), key=str(obj.pk))  # type: ignore[arg-type]
        return super().log_deletions(request, queryset)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, Any, list[str]]:
        """A record that others rest on is not removed: the page then lists them, with their addresses."""
        to_delete, counts, missing_rights, _protected = super().get_deleted_objects(objs, request)
        resting = [line for obj in objs for line in self._resting_on(obj, request)]
        return to_delete, counts, set() if resting else missing_rights, resting

    def _resting_on(self, obj: models.Model, request: HttpRequest) -> list[str]:
        """What points at a record, be it by a key or in a list; what the person may not see is only counted."""
        lines, unseen = [], 0
        for relation in obj._meta.related_objects:
            model = relation.related_model
            resting = model._base_manager.filter(**{relation.field.name: obj})
            own_admin = self.admin_site._registry.get(model)
            seen = resting & own_admin.get_queryset(request) if own_admin else resting
            lines += [self._linked(other) for other in seen.distinct().order_by("pk")]
            unseen += resting.distinct().count() - seen.distinct().count()
        if unseen:
            lines.append(
                ngettext("%(number)s record that is not shown", "%(number)s records that are not shown", unseen)
                % {"number": unseen}
            )
        return lines

    def _linked(self, obj: models.Model) -> str:
        """A record with the address where it is edited: its own, or that of the record which it belongs to."""
        page: models.Model | None = obj
        if type(obj) not in self.admin_site._registry:
            parents = (f.name for f in obj._meta.fields if f.related_model in self.admin_site._registry)
            page = next((getattr(obj, name) for name in parents if getattr(obj, name)), None)
        text = capfirst(_named(obj))
        if page is None:
            return text
        name = f"{self.admin_site.name}:{page._meta.app_label}_{page._meta.model_name}_change"
        return format_html('<a href="{}">{}</a>', reverse(name, args=[quote(page.pk)]), text)


def _named(obj: models.Model) -> str:
    return f"{obj._meta.verbose_name} {obj}"


class ReadOnlyAdmin(IsuAdmin):
    """To look at, not to change."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class AppointmentInline(admin.TabularInline):
    """The posts of a person; open to whoever may open the person."""

    model = Appointment
    extra = 0
    autocomplete_fields = ["state", "organisation", "office"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    has_view_permission = has_change_permission = has_delete_permission = has_add_permission


@admin.register(User)
class PersonAdmin(IsuAdmin, UserAdmin):
    """ISU staff open accounts and give posts; only a superuser decides who may enter the admin."""

    add_form = AdminUserCreationForm
    ordering = ["email"]
    list_display = ["email", "name", "is_staff", "is_active", "last_login"]
    list_filter = ["is_staff", "is_active", "appointments__role"]
    search_fields = ["email", "name"]
    inlines = [AppointmentInline]
    fieldsets = [
        (None, {"fields": ["email", "name", "language", "password"]}),
        (_("Rights"), {"fields": ["is_active", "is_staff", "is_superuser"]}),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (None, {"classes": ["wide"], "fields": ["email", "name", "usable_password", "password1", "password2"]})
    ]
    filter_horizontal = []

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        fixed = ["last_login", "date_joined"]
        return fixed if request.user.is_superuser else [*fixed, "is_staff", "is_superuser"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_open(request) and self._is_within_reach(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A person who leaves is made inactive; what was done under the account stays attributed."""
        return False

    def _is_within_reach(self, request: HttpRequest, obj: Any) -> bool:
        """Nobody changes a superuser but another superuser."""
        return obj is None or not obj.is_superuser or request.user.is_superuser


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    list_display = ["at", "actor", "action", "subject"]
    list_filter = ["action", "at"]
    search_fields = ["subject", "actor__email"]
    list_select_related = ["actor"]


@admin.register(CalendarFeed)
class CalendarFeedAdmin(ReadOnlyAdmin):
    list_display = ["user", "scope", "created_at", "last_read_at", "revoked_at"]
    list_filter = ["scope", "revoked_at"]
    search_fields = ["user__email"]
    list_select_related = ["user"]


@admin.register(OutboxMail)
class OutboxMailAdmin(ReadOnlyAdmin):
    """What was written, what went out, and what could not be delivered; that can be tried again."""

    list_display = ["created_at", "to", "subject", "kind", "status", "sent_at", "attempts", "error"]
    list_filter = ["status", "kind", "timing"]
    search_fields = ["to", "subject"]
    actions = ["try_again"]

    @admin.action(description=_("Try to send again"))
    def try_again(self, request: HttpRequest, queryset: QuerySet[OutboxMail]) -> None:
        number = try_again(queryset, by=request.user)  # type: ignore[arg-type]
        self.message_user(
            request, ngettext("%(n)s mail waits again.", "%(n)s mails wait again.", number) % {"n": number}
        )


@admin.register(MailChoice)
class MailChoiceAdmin(ReadOnlyAdmin):
    list_display = ["user", "kind", "timing"]
    list_filter = ["kind", "timing"]
    search_fields = ["user__email"]
    list_select_related = ["user"]


@admin.register(JobRun)
class JobRunAdmin(ReadOnlyAdmin):
    list_display = ["day", "job", "ended_at", "runs", "changed"]
    list_filter = ["job"]
