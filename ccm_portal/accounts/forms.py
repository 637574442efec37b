"""The letter to an office holder, and a person's own calendar feeds."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ccm_portal.accounts.enums import FeedScope
from ccm_portal.accounts.models import CalendarFeed, User

MOST_FEEDS = 5


class LetterForm(forms.Form):
    """Anybody writes to an office without seeing the address. A machine that fills every field gives itself away."""

    name = forms.CharField(label=_("Your name, and for whom you write"), max_length=120)
    email = forms.EmailField(
        label=_("Your e-mail"), help_text=_("The answer goes there. It is passed on with the letter."), max_length=254
    )
    text = forms.CharField(
        label=_("Letter"),
        max_length=5000,
        min_length=20,
        widget=forms.Textarea(attrs={"rows": 10}),
        error_messages={"min_length": _("Write at least a sentence, so that it can be answered.")},
    )
    website = forms.CharField(
        label=_("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"tabindex": -1, "autocomplete": "off"}),
    )

    def clean_name(self) -> str:
        """One line: it stands in the first sentence of the mail."""
        return " ".join(self.cleaned_data["name"].split())

    @property
    def is_by_a_machine(self) -> bool:
        """Whether the field that people do not see was filled."""
        return bool(self.data.get("website"))

    def visible(self) -> list[Any]:
        return [field for field in self if field.name != "website"]


class FeedForm(forms.ModelForm):
    """A new calendar feed; who acts for no State is not offered one of its own State."""

    class Meta:
        model = CalendarFeed
        fields = ["scope", "with_reports"]
        widgets = {"scope": forms.RadioSelect}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        offered = [choice for choice in FeedScope.choices if choice[0] == FeedScope.ALL or user.access.state]
        scope: forms.ChoiceField = self.fields["scope"]  # type: ignore[assignment]
        scope.choices = offered
        scope.initial = offered[0][0]

    def clean(self) -> dict[str, Any]:
        if self.user.calendar_feeds.active().count() >= MOST_FEEDS:
            raise forms.ValidationError(_("Five feeds are the most. Revoke one that you no longer use."))
        return self.cleaned_data
