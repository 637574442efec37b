"""Forms of the reports: a covered year and a day, a period."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ccm_portal.register.enums import DecisionKind, DocumentKind, Region, ReportStatus
from ccm_portal.register.forms import AsOfForm
from ccm_portal.ui.widgets import DateInput, FastSelect
from reports.decisions import Entry
from requests_app.forms import AreaForm
from requests_app.models import RequestQuerySet


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


class ProvidedForm(AreaForm):
    """Which requests are set against what was provided, and by what they are grouped."""

    field_order = ["by", "state", "area", "starts", "ends", "as_of", "examples"]
    by = forms.ChoiceField(
        label=_("One line for each"),
        required=False,
        choices=[("state", _("State")), ("area", _("Area")), ("year", _("Year of the request"))],
        widget=FastSelect,
    )
    state = forms.CharField(label=_("State"), required=False, max_length=80)
    starts = forms.DateField(label=_("Submitted from"), required=False, widget=DateInput)
    ends = forms.DateField(label=_("Submitted to"), required=False, widget=DateInput)
    examples = forms.BooleanField(label=_("With examples"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        starts, ends = cleaned.get("starts"), cleaned.get("ends")
        if starts and ends and ends < starts:
            self.add_error("ends", _("The last day is before the first."))
        return cleaned

    def narrow(self, requests: RequestQuerySet) -> RequestQuerySet:
        """Those of the State (name or code), area and period chosen."""
        chosen = self.cleaned_data
        if chosen["state"]:
            requests = requests.filter(
                Q(state__name__icontains=chosen["state"]) | Q(state__iso3__iexact=chosen["state"])
            )
        if chosen["area"]:
            requests = requests.filter(pk__in=requests.filter(areas=chosen["area"]).order_by().values("pk"))
        if chosen["starts"]:
            requests = requests.filter(submitted_on__gte=chosen["starts"])
        if chosen["ends"]:
            requests = requests.filter(submitted_on__lte=chosen["ends"])
        return requests


def usual_period(today: date) -> tuple[date, date]:
    """The last completed reporting period: 1 July to 30 June."""
    last = today.year if today > date(today.year, 6, 30) else today.year - 1
    return date(last - 1, 7, 1), date(last, 6, 30)


class DecisionFilter(AsOfForm):
    """Meetings and States are those that the decisions name."""

    field_order = ["q", "meeting", "kind", "state", "as_of"]
    q = forms.CharField(label=_("Words"), required=False, max_length=80)
    meeting = forms.ChoiceField(label=_("Meeting"), required=False, widget=FastSelect)
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("All")), *DecisionKind.choices], widget=FastSelect
    )
    state = forms.ChoiceField(label=_("State"), required=False, widget=FastSelect)

    def __init__(self, *args: Any, entries: Iterable[Entry], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        entries = list(entries)
        everything = [("", _("All"))]
        meetings = dict.fromkeys(entry.meeting.code for entry in entries if entry.meeting)
        states = sorted({(entry.state.iso3, entry.state.name) for entry in entries if entry.state}, key=lambda s: s[1])
        self.fields["meeting"].choices = [*everything, *((code, code) for code in meetings)]  # type: ignore[attr-defined]
        self.fields["state"].choices = [*everything, *states]  # type: ignore[attr-defined]


class DocumentFilter(forms.Form):
    """A symbol, in any case, or words of the title."""

    q = forms.CharField(label=_("Symbol or words"), required=False, max_length=80)
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("All")), *DocumentKind.choices], widget=FastSelect
    )
    show = forms.ChoiceField(
        label=_("Show"), required=False, choices=[("", _("The newest")), ("all", _("Superseded ones too"))]
    )
