"""Who is invited, what is remarked, and who signs off."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ccm_portal.accounts.models import User
from ccm_portal.ui.widgets import DateInput
from requests_app.enums import AuthorLevel


class InviteForm(forms.Form):
    """A person of another ministry or the mine action centre, by the address of the account."""

    email = forms.EmailField(
        label=_("E-mail address"), help_text=_("Of somebody who has an account as a national author of your State.")
    )
    level = forms.ChoiceField(
        label=_("What may the person do?"), choices=AuthorLevel, widget=forms.RadioSelect, initial=AuthorLevel.EDIT
    )
    may_sign_off = forms.BooleanField(label=_("May be asked to sign off"), required=False)
    last_day = forms.DateField(
        label=_("Until"), required=False, widget=DateInput, help_text=_("Empty: until you end it.")
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        last = cleaned.get("last_day")
        cleaned["until"] = timezone.make_aware(datetime.combine(last, time.max)) if last else None
        if cleaned["until"] and cleaned["until"] <= timezone.now():
            self.add_error("last_day", _("This day is past."))
        return cleaned


class RemarkForm(forms.Form):
    text = forms.CharField(label=_("Remark"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))


class SignOffForm(forms.Form):
    """Which post signs off: one of those who may be asked today."""

    post = forms.ModelChoiceField(User.objects.none(), label=_("Who signs off?"), empty_label=None)

    def __init__(self, *args: Any, people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: forms.ModelChoiceField = self.fields["post"]  # type: ignore[assignment]
        field.queryset = User.objects.filter(pk__in=[person.pk for person in people])
