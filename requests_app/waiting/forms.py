"""Silence procedures, the questions after closing, the table of time limits, the filter of what waits."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ccm_portal.ui.widgets import FastSelect
from requests_app.enums import Visibility
from requests_app.models import AssistanceRequest, Supporter
from requests_app.permissions import may_receive
from requests_app.waiting.enums import AlarmReason, Limit, NeedAnswer, Party, Purpose


class SilenceForm(forms.Form):
    """What is to happen unless somebody who is asked stops it."""

    supporters = forms.ModelMultipleChoiceField(
        Supporter.objects.none(), label=_("Circulate to"), widget=forms.CheckboxSelectMultiple
    )
    visibility = forms.ChoiceField(label=_("Release to"), choices=(), widget=forms.RadioSelect)
    note = forms.CharField(label=_("Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(
        self,
        *args: Any,
        request: AssistanceRequest,
        purpose: Purpose,
        wider: list[Visibility],
        today: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.request, self.today = request, today
        if purpose == Purpose.CIRCULATE:
            del self.fields["visibility"]
            others = Supporter.objects.exclude(state=request.state).select_related("state", "organisation")
            self.fields["supporters"].queryset = others  # type: ignore[attr-defined]
        else:
            del self.fields["supporters"]
            self.fields["visibility"].choices = [(level.value, level.label) for level in wider]  # type: ignore[attr-defined]

    def clean_supporters(self) -> Any:
        chosen = self.cleaned_data["supporters"]
        for supporter in chosen:
            if not may_receive(self.request, supporter, on=self.today):
                raise forms.ValidationError(
                    _("The State has not released this request to %(name)s.") % {"name": supporter.name}
                )
        return chosen


class StopForm(forms.Form):
    reason = forms.CharField(label=_("Why it should stop"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))


class NeedMetForm(forms.Form):
    answer = forms.ChoiceField(label=_("Was the need met?"), choices=NeedAnswer.choices, widget=forms.RadioSelect)
    text = forms.CharField(label=_("In a line: what helped, or what is missing?"), required=False, max_length=300)


class LimitForm(forms.Form):
    step = forms.ChoiceField(label=_("Step"), choices=Limit.choices, widget=FastSelect)
    days = forms.IntegerField(label=_("Days"), min_value=1, max_value=1000)
    reason = forms.CharField(label=_("Reason"), max_length=300)


class WaitingFilter(forms.Form):
    party = forms.ChoiceField(
        label=_("Waits on"), required=False, choices=[("", _("All")), *Party.choices], widget=FastSelect
    )
    show = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[
            ("", _("Of the last two years")),
            ("all", _("All, however old")),
            ("overdue", _("Overdue only")),
            ("stale", _("Perhaps stale")),
            *((reason.value, reason.label) for reason in AlarmReason),
        ],
        widget=FastSelect,
    )
