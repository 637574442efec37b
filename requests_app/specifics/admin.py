"""The parts of submitted requests in the admin: to read. They change on the site, through their actions."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from ccm_portal.accounts.admin import ReadOnlyAdmin
from requests_app.enums import Status
from requests_app.specifics.models import (
    AreaRelease,
    CapacityNeed,
    CostYear,
    LegislationNeed,
    VictimFigure,
    VictimNeed,
    Visit,
)


class PartAdmin(ReadOnlyAdmin):
    """Drafts are the State's own, with their parts."""

    search_fields = ["request__reference", "request__state__name"]
    list_select_related = ["request"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).exclude(request__status=Status.DRAFT)


@admin.register(CostYear)
class CostYearAdmin(PartAdmin):
    list_display = ["request", "year", "total", "national", "external"]
    list_filter = ["year"]


@admin.register(CapacityNeed)
class CapacityAdmin(PartAdmin):
    list_display = ["request", "institution", "is_complete"]

    @admin.display(boolean=True)
    def is_complete(self, need: CapacityNeed) -> bool:
        return not need.is_incomplete


@admin.register(VictimNeed)
class VictimAdmin(PartAdmin):
    list_display = ["request", "focal_point", "plan", "figures_on"]


@admin.register(VictimFigure)
class VictimFigureAdmin(PartAdmin):
    list_display = ["request", "sex", "age", "disability", "number"]


@admin.register(LegislationNeed)
class LegislationAdmin(PartAdmin):
    list_display = ["request", "status", "law_title", "adopted_on"]
    list_filter = ["status"]


@admin.register(AreaRelease)
class ReleaseAdmin(PartAdmin):
    list_display = ["request", "starts", "ends", "opening", "cancelled", "reduced", "cleared", "closing"]


@admin.register(Visit)
class VisitAdmin(PartAdmin):
    list_display = ["request", "kind", "visitors", "place", "starts", "ends"]
    list_filter = ["kind"]
