"""What is said, and who is asked to join."""

from django import forms
from django.utils.translation import gettext_lazy as _

from requests_app.models import AssistanceRequest, Supporter


class PostForm(forms.Form):
    text = forms.CharField(label=_("Message"), max_length=8000, widget=forms.Textarea(attrs={"rows": 4}))


class InviteForm(forms.Form):
    supporter = forms.ModelChoiceField(Supporter.objects.none(), label=_("Supporter"))

    def __init__(self, *args: object, request: AssistanceRequest, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field: forms.ModelChoiceField = self.fields["supporter"]  # type: ignore[assignment]
        asked = Supporter.objects.filter(relays__request=request).distinct()
        taking_part = request.discussion_parties.current().values("supporter")
        field.queryset = asked.exclude(pk__in=taking_part).select_related("state", "organisation")
