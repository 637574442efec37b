"""Filters of the list of supporters."""

import django_filters as filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from ccm_portal.register.picking import narrowed
from ccm_portal.ui.widgets import FastSelect
from requests_app.enums import AreaCode
from requests_app.models import Supporter

STATES, ORGANISATIONS = "states", "organisations"


class SupporterFilter(filters.FilterSet):
    q = filters.CharFilter(label=_("Name"), method="named")
    who = filters.ChoiceFilter(
        label=_("Who"),
        method="of_type",
        choices=[(STATES, _("States")), (ORGANISATIONS, _("Organisations"))],
        empty_label=_("All"),
        widget=FastSelect,
    )
    area = filters.ChoiceFilter(
        label=_("Area"), field_name="areas", choices=AreaCode.choices, empty_label=_("All"), widget=FastSelect
    )

    class Meta:
        model = Supporter
        fields: list[str] = []

    def named(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return narrowed(rows, value)

    def of_type(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(state__isnull=value != STATES)
