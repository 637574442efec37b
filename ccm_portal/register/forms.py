"""Filters of the register's lists."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ccm_portal.register.enums import Act, MembershipChoices, Region, ReportStatus, StatusChoices
from ccm_portal.register.models import State
from ccm_portal.ui.widgets import DateInput, FastSelect


class AsOfForm(forms.Form):
    """The day that a list is about; today when left open."""

    as_of = forms.DateField(label=_("As of"), required=False, widget=DateInput)


class WordsForm(forms.Form):
    """Words that a list is narrowed by."""

    q = forms.CharField(label=_("Words"), required=False, max_length=200)

    @property
    def typed(self) -> str:
        return self.cleaned_data["q"] if self.is_valid() else ""


class KnownOnForm(forms.Form):
    """A past day, to see what the register then held."""

    known_on = forms.DateField(label=_("What was known on"), required=False, widget=DateInput)


class StateFilter(AsOfForm):
    field_order = ["q", "status", "region", "as_of"]
    q = forms.CharField(label=_("Name"), required=False, max_length=80)
    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[("", _("All")), *MembershipChoices.choices], widget=FastSelect
    )
    region = forms.ChoiceField(
        label=_("Region"), required=False, choices=[("", _("All")), *Region.choices], widget=FastSelect
    )


class DeclarationFilter(AsOfForm):
    field_order = ["q", "act", "as_of"]
    q = forms.CharField(label=_("State"), required=False, max_length=80)
    act = forms.ChoiceField(label=_("Act"), required=False, choices=[("", _("All")), *Act.choices], widget=FastSelect)


FIRST_YEAR, LAST_YEAR = 2010, 2100


class YearsField(forms.CharField):
    """A year or a range of years, for example 2020, 2018-2019 or 2018-; cleaned to (first, last), or None."""

    default_error_messages = {
        "invalid": _("Write a year or a range of years between 2010 and 2100, for example 2020 or 2018-2019.")
    }

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        found = re.fullmatch(r"(\d{4})?(?:\s*([-\u2010-\u2015])\s*(\d{4})?)?", text, re.ASCII)
        if found is None or not any(found.group(1, 3)):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        first, dash, last = found.groups()
        years = int(first or FIRST_YEAR), int(last or (LAST_YEAR if dash else first))
        if not FIRST_YEAR <= years[0] <= years[1] <= LAST_YEAR:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return years


class DeadlineFilter(AsOfForm):
    field_order = ["q", "article", "status", "region", "year", "as_of"]
    q = forms.CharField(label=_("State"), required=False, max_length=80)
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
    year = YearsField(
        label=_("Year or years"), required=False, max_length=12, widget=forms.TextInput({"placeholder": "2018-2019"})
    )


class FeedFilter(DeadlineFilter):
    """What a calendar address may ask for. One State goes by its code, so that no other State slips in by its name."""

    state = forms.CharField(required=False, max_length=3)
    reports = forms.BooleanField(required=False)  # with the due dates of transparency reports

    def clean_state(self) -> str:
        code = self.cleaned_data["state"].upper()
        if code and not State.objects.filter(pk=code).exists():
            raise forms.ValidationError(_("No State has the code “%(code)s”.") % {"code": code})
        return code
