"""Forms of the help desk."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ccm_portal.accounts.models import User
from ccm_portal.register.models import State
from ccm_portal.ui.widgets import FastSelect
from requests_app.help_desk.models import HelpTicket

MESSAGE = {"widget": forms.Textarea(attrs={"rows": 6}), "max_length": 8000}


class TicketForm(forms.ModelForm):
    """A question to the ISU; the ISU itself says which State it is for."""

    text = forms.CharField(label=_("Your question"), **MESSAGE)  # type: ignore[arg-type]

    class Meta:
        model = HelpTicket
        fields = ["state", "kind", "subject"]
        widgets = {"state": FastSelect}

    def __init__(self, *args: Any, for_isu: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if for_isu:
            self.fields["state"].label = _("State")
            self.fields["state"].queryset = State.objects.exclude(signed=None, deposited=None)  # type: ignore[attr-defined]
        else:
            del self.fields["state"]


class MessageForm(forms.Form):
    text = forms.CharField(label=_("Message"), **MESSAGE)  # type: ignore[arg-type]


class AssignForm(forms.Form):
    to = forms.ModelChoiceField(
        User.objects.none(), label=_("Adviser"), required=False, empty_label=_("Nobody yet"), widget=FastSelect
    )

    def __init__(self, *args: Any, advisers: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = User.objects.filter(pk__in=[person.pk for person in advisers])  # type: ignore[attr-defined]
