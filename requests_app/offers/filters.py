"""Filters of the lists of offers and of expertise, given rows that `visible_to` has already narrowed."""

from datetime import date
from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from ccm_portal.register.picking import narrowed
from ccm_portal.ui.widgets import FastSelect
from requests_app.enums import AreaCode, Form, Language
from requests_app.models import Offer, OfferQuerySet, says
from requests_app.offers.models import Expertise
from requests_app.offers.queries import with_something_left, words_of_expertise, words_of_offer

FREE, CLOSED, ALL = "free", "closed", "all"
WORKSHOP = "workshop"


def _choice(label: Any, choices: Any, **options: Any) -> filters.ChoiceFilter:
    return filters.ChoiceFilter(
        label=label, choices=choices, **{"empty_label": _("All"), "widget": FastSelect, **options}
    )


class OfferFilter(filters.FilterSet):
    """Open offers unless others are asked for."""

    q = filters.CharFilter(label=_("Words"), method="search")
    area = _choice(_("Area"), AreaCode.choices, field_name="areas")
    form = _choice(_("Form"), [*Form.choices, (WORKSHOP, _("Workshops"))], method="in_form")
    language = _choice(_("Language"), Language.choices, method="in_language")
    status = _choice(
        _("Status"),
        [(FREE, _("Open, with something left")), (CLOSED, _("Past or withdrawn")), (ALL, _("All"))],
        method="with_status",
        empty_label=_("Open"),
    )

    class Meta:
        model = Offer
        fields: list[str] = []

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on = on

    def filter_queryset(self, queryset: OfferQuerySet) -> QuerySet:
        rows = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("status") else rows.open(self.on)

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return narrowed(rows, value, words_of_offer)

    def in_form(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(workshop__isnull=False) if value == WORKSHOP else rows.filter(says("forms", value))

    def in_language(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(says("languages", value))

    def with_status(self, rows: OfferQuerySet, name: str, value: str) -> QuerySet:
        if value == FREE:
            return with_something_left(rows.open(self.on))
        return rows.filter(Q(withdrawn_on__lte=self.on) | Q(valid_until__lt=self.on)) if value == CLOSED else rows


class ExpertiseFilter(filters.FilterSet):
    """Whoever fits every box; words find areas and languages too."""

    q = filters.CharFilter(label=_("Words"), method="search")
    area = _choice(_("Area"), AreaCode.choices)
    language = _choice(_("Language"), Language.choices, method="in_language")
    south_south = _choice(_("South-South"), [("yes", _("Only"))], method="between_affected")

    class Meta:
        model = Expertise
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return narrowed(rows, value, words_of_expertise)

    def in_language(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(says("languages", value))

    def between_affected(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(is_south_south=True)
