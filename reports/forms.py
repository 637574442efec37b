"""Forms of the reports: a covered year and a day, a period."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ccm_portal.ui.widgets import DateInput


class StatisticsForm(forms.Form):
    covered_year = forms.IntegerField(label=_("Reports for the year"), min_value=2010, max_value=2100)
    as_of = forms.DateField(label=_("As of"), widget=DateInput)


class PeriodForm(forms.Form):
    starts = forms.DateField(label=_("From"), widget=DateInput)
    ends = forms.DateField(label=_("To"), widget=DateInput)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        starts, ends = cleaned.get("starts"), cleaned.get("ends")
        if starts and ends and ends < starts:
            self.add_error("ends", _("The last day is before the first."))
        return cleaned


def usual_period(today: date) -> tuple[date, date]:
    """The last completed reporting period: 1 July to 30 June."""
    last = today.year if today > date(today.year, 6, 30) else today.year - 1
    return date(last - 1, 7, 1), date(last, 6, 30)
