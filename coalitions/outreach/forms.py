"""The result of a contact, a note of the outreach, a priority set by hand, and the filters of the lists."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ccm_portal.ui.forms import TextForm
from ccm_portal.ui.widgets import DateInput, FastSelect
from coalitions.outreach.enums import RESULTS_OF_PEOPLE, OutreachStatus
from coalitions.outreach.models import OutreachEntry, PriorityOverride
from requests_app.forms import AreaForm


class ResultForm(forms.Form):
    result = forms.ChoiceField(
        label=_("What did the contact bring?"),
        choices=[(result.value, result.label) for result in RESULTS_OF_PEOPLE],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label=_("Note"), widget=forms.Textarea(attrs={"rows": 3}), required=False, max_length=4000)
    again_on = forms.DateField(
        label=_("Contact again on"), required=False, widget=DateInput, help_text=_("Leave empty if nothing is agreed.")
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_again_on(self) -> date | None:
        again_on: date | None = self.cleaned_data["again_on"]
        if again_on and again_on <= self.today:
            raise forms.ValidationError(_("The next contact lies in the future."))
        return again_on


class EntryForm(TextForm):
    class Meta:
        model = OutreachEntry
        fields = ["state", "area", "status", "day", "note"]
        widgets = {"state": FastSelect, "day": DateInput, "note": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.initial.setdefault("day", today)

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if day > self.today:
            raise forms.ValidationError(_("What is noted has happened: the day cannot lie in the future."))
        return day


class OutreachFilter(AreaForm):
    field_order = ["status", "area", "as_of"]
    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[("", _("All")), *OutreachStatus.choices], widget=FastSelect
    )


class PriorityForm(forms.ModelForm):
    """A priority in the place of the computed one; `seen` is what stood when the page was opened."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = PriorityOverride
        fields = ["points", "reason"]
        help_texts = {
            "points": _("From 0 to 100; a hundred comes first."),
            "reason": _("Everybody who sees the list can read it."),
        }
        error_messages = {"reason": {"required": _("Say why the priority is changed.")}}
