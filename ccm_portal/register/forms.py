"""Filters of the register's lists."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ccm_portal.register.enums import MembershipChoices, Region, ReportStatus, StatusChoices
from ccm_portal.ui.widgets import DateInput, FastSelect


class AsOfForm(forms.Form):
    """The day that a list is about; today when left open."""

    as_of = forms.DateField(label=_("As of"), required=False, widget=DateInput)


class StateFilter(AsOfForm):
    field_order = ["q", "status", "region", "as_of"]
    q = forms.CharField(label=_("Name"), required=False, max_length=80)
    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[("", _("All")), *MembershipChoices.choices], widget=FastSelect
    )
    region = forms.ChoiceField(
        label=_("Region"), required=False, choices=[("", _("All")), *Region.choices], widget=FastSelect
    )


class DeadlineFilter(AsOfForm):
    field_order = ["article", "status", "region", "year", "as_of"]
    article = forms.TypedChoiceField(
        label=_("Article"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[
            ("", _("3 and 4")),
            ("3", _("3 (stockpiles)")),
            ("4", _("4 (clearance)")),
            ("7", _("7 (transparency reports)")),
        ],
        widget=FastSelect,
    )
    status = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=[
            ("", _("Running")),
            ("all", _("All")),
            *StatusChoices.choices,
            *(choice for choice in ReportStatus.choices if choice[0] not in StatusChoices.values),
        ],
        widget=FastSelect,
    )
    region = forms.ChoiceField(
        label=_("Region"), required=False, choices=[("", _("All")), *Region.choices], widget=FastSelect
    )
    year = forms.IntegerField(label=_("Year"), required=False, min_value=2010, max_value=2100)
