"""What a person asks for of their own account."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from ccm_portal.accounts.enums import FeedScope
from ccm_portal.accounts.models import CalendarFeed, User

MOST_FEEDS = 5


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
