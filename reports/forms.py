"""Forms of the reports: a covered year and a day, a period."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ccm_portal.register.enums import Region, ReportStatus
from ccm_portal.ui.widgets import DateInput, FastSelect


class StatisticsForm(forms.Form):
    covered_year = forms.IntegerField(label=_("Reports for the year"), min_value=2010, max_value=2100)
    as_of = forms.DateField(label=_("As of"), widget=DateInput)


class CoveredYearForm(forms.Form):
    """Reports for one covered year, by State."""

    field_order = ["covered_year", "q", "region", "status", "initial_status", "as_of"]
    covered_year = forms.IntegerField(label=_("Year covered"), required=False, min_value=2010, max_value=2100)
    q = forms.CharField(label=_("State"), required=False, max_length=80)
    region = forms.ChoiceField(
        label=_("Region"), required=False, choices=[("", _("All")), *Region.choices], widget=FastSelect
    )
    as_of = forms.DateField(label=_("As of"), required=False, widget=DateInput)


class TransparencyFilter(CoveredYearForm):
    status = forms.ChoiceField(
        label=_("Annual report"), required=False, choices=[("", _("All")), *ReportStatus.choices], widget=FastSelect
    )
    initial_status = forms.ChoiceField(
        label=_("Initial report"), required=False, choices=[("", _("All")), *ReportStatus.choices], widget=FastSelect
    )


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
