"""Coalitions, work plans and case studies in the admin."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from simple_history.admin import SimpleHistoryAdmin

from ccm_portal.accounts.admin import IsuAdmin
from coalitions.models import Activity, CaseStudy, Coalition, Member, PlanStep, WorkPlan


class OpenInline(admin.TabularInline):
    """Rows that whoever may open the page may change."""

    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission


class MemberInline(OpenInline):
    model = Member
    autocomplete_fields = ["supporter"]


class ActivityInline(OpenInline):
    model = Activity
    fields = ["order", "code", "title", "decisions"]
    autocomplete_fields = ["decisions"]


class PlanStepInline(OpenInline):
    model = PlanStep
    fields = ["order", "quarter_start", "title", "status", "done_on"]


@admin.register(Coalition)
class CoalitionAdmin(IsuAdmin, SimpleHistoryAdmin):
    """The status follows from founding, confirmation and closing on the site."""

    list_display = ["name", "lead", "label", "status", "started_on", "ended_on", "is_example"]
    list_filter = ["status", "label", "is_example"]
    search_fields = ["name", "lead__name"]
    list_select_related = ["lead"]
    autocomplete_fields = ["lead", "obligations", "requests"]
    readonly_fields = ["status", "source_id"]
    inlines = [MemberInline]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """The lead is the affected State: chosen once, never given away."""
        return [*self.readonly_fields, "lead"] if obj else list(self.readonly_fields)


@admin.register(WorkPlan)
class WorkPlanAdmin(IsuAdmin, SimpleHistoryAdmin):
    list_display = ["name", "office", "starts", "ends"]
    search_fields = ["name"]
    inlines = [ActivityInline, PlanStepInline]


@admin.register(CaseStudy)
class CaseStudyAdmin(IsuAdmin, SimpleHistoryAdmin):
    list_display = ["name", "actors", "year", "is_verified", "is_example"]
    search_fields = ["name", "actors"]
    prepopulated_fields = {"code": ["name"]}
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
