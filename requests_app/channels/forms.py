"""Asking for a direct channel, and what is said in it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ccm_portal.ui.widgets import FastSelect
from requests_app.models import Supporter


class AskForm(forms.Form):
    """With `supporters` the State chooses whom to ask; a supporter asks for itself."""

    supporter = forms.ChoiceField(label=_("Whom do you want to speak with?"), widget=FastSelect)
    note = forms.CharField(
        label=_("Why a direct contact would help"),
        help_text=_("A sentence that the other side reads before it decides."),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, supporters: list[Supporter] | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if supporters is None:
            del self.fields["supporter"]
            return
        self.by_code = {supporter.code: supporter for supporter in supporters}
        choices = [("", "–"), *((code, supporter.name) for code, supporter in self.by_code.items())]
        self.fields["supporter"].choices = choices  # type: ignore[attr-defined]

    def clean_supporter(self) -> Supporter:
        return self.by_code[self.cleaned_data["supporter"]]


class MessageForm(forms.Form):
    text = forms.CharField(label=_("Message"), max_length=8000, widget=forms.Textarea(attrs={"rows": 4}))
