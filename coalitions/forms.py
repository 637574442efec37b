"""Forms of coalitions and their commitments."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from ccm_portal.register.forms import AsOfForm
from ccm_portal.ui.forms import TextForm
from ccm_portal.ui.widgets import FastSelect
from coalitions.enums import CoalitionStatus, Label, MemberRole
from coalitions.models import Coalition
from requests_app.models import AssistanceRequest, Supporter
from requests_app.shares.forms import ShareForm, supporters_by_name

MEMBER_ROWS = 6  # as many as a proposal has at most (`domain.planning.MAX_MEMBERS`)


class CoalitionForm(TextForm):
    """A coalition around one request; its lead is the requesting State."""

    class Meta:
        model = Coalition
        fields = ["name", "purpose", "justification"]

    def __init__(
        self, *args: Any, members: Sequence[str] = (), beside: Sequence[Coalition] = (), **kwargs: Any
    ) -> None:
        """`members` are proposed as "CODE:role"; `beside` are active coalitions on the same Article."""
        super().__init__(*args, **kwargs)
        if beside:
            self.fields["justification"].required = True
        else:
            del self.fields["justification"]
        for number, member in enumerate(members[:MEMBER_ROWS]):
            code, _colon, role = member.partition(":")
            self.initial.update({f"supporter_{number}": code, f"role_{number}": role})
        self.fields["purpose"].required = True
        self.fields["purpose"].widget = forms.Textarea(attrs={"rows": 4})
        supporters = [("", "–"), *((s.code, s.name) for s in supporters_by_name())]
        roles = [("", "–"), *((role.value, role.label) for role in MemberRole if role != MemberRole.LEAD)]
        for number in range(MEMBER_ROWS):
            self.fields[f"supporter_{number}"] = forms.ChoiceField(
                label=_("Member"), choices=supporters, required=False, widget=FastSelect
            )
            self.fields[f"role_{number}"] = forms.ChoiceField(
                label=_("Role"), choices=roles, required=False, widget=FastSelect
            )

    def member_rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"supporter_{n}"], self[f"role_{n}"]) for n in range(MEMBER_ROWS)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        chosen = [(cleaned.get(f"supporter_{n}"), cleaned.get(f"role_{n}")) for n in range(MEMBER_ROWS)]
        chosen = [(code, role) for code, role in chosen if code]
        for number in range(MEMBER_ROWS):
            if cleaned.get(f"supporter_{number}") and not cleaned.get(f"role_{number}"):
                self.add_error(f"role_{number}", _("Say in which role."))
        if not chosen and not self.errors:
            self.add_error("supporter_0", _("A coalition needs at least one member beside the lead State."))
        if len(set(chosen)) < len(chosen):
            self.add_error(None, _("The same member has the same role twice."))
        return cleaned

    def members(self) -> list[tuple[Supporter, str]]:
        """The chosen members with their roles, ready to be saved."""
        by_code = {supporter.code: supporter for supporter in supporters_by_name()}
        chosen = [(self.cleaned_data[f"supporter_{n}"], self.cleaned_data[f"role_{n}"]) for n in range(MEMBER_ROWS)]
        return [(by_code[code], role) for code, role in chosen if code]


class CommitmentForm(ShareForm):
    """What one member takes on of a request of the coalition."""

    request = forms.ModelChoiceField(AssistanceRequest.objects.none(), label=_("For which request?"))
    field_order = ["supporter", "request"]

    def __init__(self, *args: Any, requests: QuerySet[AssistanceRequest], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        request: forms.ModelChoiceField = self.fields["request"]  # type: ignore[assignment]
        request.queryset = requests
        request.initial = requests.first()
        request.label_from_instance = lambda r: f"{r.reference} {r.title}"  # type: ignore[method-assign, assignment]

    def clean_request(self) -> AssistanceRequest:
        self.instance.request = self.cleaned_data["request"]
        return self.instance.request


class CoalitionFilter(AsOfForm):
    field_order = ["q", "request", "status", "label", "as_of"]
    q = forms.CharField(label=_("Words"), required=False, max_length=80)
    request = forms.CharField(label=_("Request"), required=False, max_length=20)
    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[("", _("All")), *CoalitionStatus.choices], widget=FastSelect
    )
    label = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("All")), *Label.choices], widget=FastSelect
    )
