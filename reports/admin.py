"""Published figures and good practices in the admin."""

from django.contrib import admin

from ccm_portal.accounts.admin import IsuAdmin
from reports.models import Practice, PublishedFigure, PublishedRate


@admin.register(PublishedFigure)
class PublishedFigureAdmin(IsuAdmin):
    list_display = ["as_of", "covered_year", "measure", "value", "source"]
    list_filter = ["covered_year", "measure"]
    search_fields = ["measure", "wording"]


@admin.register(PublishedRate)
class PublishedRateAdmin(IsuAdmin):
    list_display = ["as_of", "measure", "value", "source"]
    search_fields = ["measure", "value"]


@admin.register(Practice)
class PracticeAdmin(IsuAdmin):
    list_display = ["title", "year", "publisher", "theme", "is_verified"]
    list_filter = ["theme", "year"]
    search_fields = ["title", "lesson"]
