"""The choices of mail."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from ccm_portal.accounts.enums import MailKind, MailTiming
from ccm_portal.accounts.models import User
from ccm_portal.accounts.queries import timings_of
from requests_app.models import Area

#: News of requests are gathered each night, so that none of them comes at once.
NEWS_TIMINGS = [(way.value, way.label) for way in MailTiming if way != MailTiming.AT_ONCE]


class MailForm(forms.Form):
    """How each kind of mail reaches the person; only the kinds that can reach them are asked for."""

    language = forms.ChoiceField(label=_("Language of mails"), choices=(), required=False)
    areas = forms.ModelMultipleChoiceField(
        Area.objects.all(),
        label=_("Tell me of new requests for"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("You hear only of what its State has released to you."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        chosen = timings_of(user)
        areas = [subscription.area_id for subscription in user.area_subscriptions.all()]
        super().__init__(*args, initial={"language": user.language, "areas": areas}, **kwargs)
        if len(settings.LANGUAGES) > 1:
            self.fields["language"].choices = settings.LANGUAGES  # type: ignore[attr-defined]
        else:
            del self.fields["language"]
        self.kinds = [kind for kind in MailKind if kind != MailKind.OBLIGATIONS and _reaches(kind, user)]
        for kind in self.kinds:
            choices = NEWS_TIMINGS if kind == MailKind.NEW_REQUESTS else MailTiming.choices
            self.fields[kind.value] = forms.ChoiceField(label=kind.label, choices=choices, initial=chosen[kind].value)

    @property
    def timing_fields(self) -> list[forms.BoundField]:
        return [self[kind.value] for kind in self.kinds]

    @property
    def choices(self) -> dict[MailKind, MailTiming]:
        return {kind: MailTiming(self.cleaned_data[kind.value]) for kind in self.kinds}


def _reaches(kind: MailKind, user: User) -> bool:
    access = user.access
    if kind == MailKind.HANDLING:
        return access.follows_up
    if kind == MailKind.HELP:
        return access.is_isu or access.state is not None
    return True
