"""Filters of the list of requests, given rows that `visible_to` has already narrowed."""

from datetime import date
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import DateField, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ccm_portal.accounts.models import PUBLIC, access_of
from ccm_portal.register.known import known_register
from ccm_portal.statements import Keys, Slot, made_once
from ccm_portal.ui.widgets import DateInput, FastSelect
from requests_app.domain import lifecycle
from requests_app.enums import AreaCode, Kind, Status
from requests_app.models import AssistanceRequest, RequestQuerySet
from requests_app.queries import wanted

OPEN, CLOSED, VISIT = "open", "closed", "visit"


def state_choices() -> list[tuple[str, str]]:
    """Every State that has joined, whether it asked or not: a list of those that did would tell of hidden requests."""
    return known_register().joined


@made_once
def _lines(is_of_a_day: bool) -> RequestQuerySet:
    rows = AssistanceRequest.objects.filter(pk__among=Slot("keys", Keys())).for_list().with_marks()
    return rows.with_status_on(Slot("on", DateField())) if is_of_a_day else rows


class RequestFilter(filters.FilterSet):
    q = filters.CharFilter(label=_("Words"), method="search")
    state = filters.ChoiceFilter(label=_("State"), choices=state_choices, empty_label=_("All"), widget=FastSelect)
    area = filters.ChoiceFilter(
        label=_("Area"), method="of_area", choices=AreaCode.choices, empty_label=_("All"), widget=FastSelect
    )
    kind = filters.ChoiceFilter(
        label=_("Kind"),
        method="of_kind",
        choices=[*Kind.choices, (VISIT, _("Visit"))],
        empty_label=_("All"),
        widget=FastSelect,
    )
    as_of = filters.DateFilter(label=_("As of"), method="on_day", widget=DateInput)
    status = filters.ChoiceFilter(
        label=_("Status"),
        method="with_status",
        choices=[
            (OPEN, _("All open")),
            (CLOSED, _("All closed")),
            *(choice for choice in Status.choices if choice[0] != Status.DRAFT),  # drafts stand on the State's board
        ],
        empty_label=_("All"),
        widget=FastSelect,
    )

    class Meta:
        model = AssistanceRequest
        fields: list[str] = []

    def filter_queryset(self, queryset: RequestQuerySet) -> QuerySet:
        """Each need once: what was joined into another by the day asked for is left out."""
        on = self.form.cleaned_data.get("as_of") or timezone.localdate()
        return super().filter_queryset(queryset.single(on))

    def of_area(self, rows: RequestQuerySet, name: str, value: str) -> RequestQuerySet:
        return rows if self.form.cleaned_data.get("q") else rows.filter(areas=value)

    def search(self, rows: RequestQuerySet, name: str, value: str) -> RequestQuerySet:
        """With words their index finds the area too."""
        access = access_of(self.request.user) if self.request else PUBLIC
        return rows.search(wanted(value), access, self.form.cleaned_data.get("area", ""))

    def by_key(self, keys: list[int]) -> list[AssistanceRequest]:
        """The rows of a list that this filter has found, with what their lines show."""
        on = self.form.cleaned_data.get("as_of")
        return _lines(on is not None).ask(keys=keys, on=on)

    def of_kind(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(visit__isnull=False) if value == VISIT else rows.filter(**{f"is_{value}": True})

    def with_status(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        groups: dict[str, Any] = {OPEN: lifecycle.OPEN, CLOSED: lifecycle.CLOSED}
        chosen = groups.get(value, [value])
        if "status_on" in rows.query.annotations:  # `as_of` comes first
            return rows.filter(status_on__in=chosen)
        if self.form.cleaned_data.get("q"):  # SQLite is to go by the words, not through all requests of these statuses
            return rows.exclude(status__in=[status for status in Status if status not in chosen])
        return rows.filter(status__in=chosen)

    def on_day(self, rows: RequestQuerySet, name: str, value: date) -> RequestQuerySet:
        return rows.with_status_on(value)


class CoverageForm(forms.Form):
    """The day and the period of the coverage page."""

    as_of = forms.DateField(label=_("As of"), required=False, widget=DateInput)
    since = forms.DateField(label=_("Submitted since"), required=False, widget=DateInput)
