"""Forms of coalitions and their commitments."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ccm_portal.register.forms import AsOfForm
from ccm_portal.ui.widgets import FastSelect
from coalitions.enums import CoalitionStatus, Label, MemberRole
from coalitions.models import Coalition, Commitment
from requests_app.models import Supporter

MEMBER_ROWS = 6  # as many as a proposal has at most (`domain.planning.MAX_MEMBERS`)


class CoalitionForm(forms.ModelForm):
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
        supporters = [("", "–"), *((s.code, s.name) for s in _supporters())]
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
        by_code = {supporter.code: supporter for supporter in _supporters()}
        chosen = [(self.cleaned_data[f"supporter_{n}"], self.cleaned_data[f"role_{n}"]) for n in range(MEMBER_ROWS)]
        return [(by_code[code], role) for code, role in chosen if code]


def _supporters() -> list[Supporter]:
    supporters = Supporter.objects.select_related("state", "organisation")
    return sorted(supporters, key=lambda supporter: supporter.name)


class CommitmentForm(forms.ModelForm):
    """What one member commits to."""

    class Meta:
        model = Commitment
        fields = [
            "supporter", "request", "kind", "description", "amount", "currency", "from_year", "to_year", "condition",
        ]  # fmt: skip
        widgets = {"description": forms.Textarea(attrs={"rows": 3}), "condition": forms.Textarea(attrs={"rows": 2})}
        labels = {"description": _("What do you commit to?"), "request": _("For which request?")}
        help_texts = {"amount": _("Leave empty for expertise or equipment.")}

    def __init__(
        self, *args: Any, coalition: Coalition, requests: Any, only: list[int] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.instance.coalition = coalition
        members = Supporter.objects.filter(memberships__coalition=coalition).select_related("state", "organisation")
        supporter: forms.ModelChoiceField = self.fields["supporter"]  # type: ignore[assignment]
        supporter.queryset = members.filter(pk__in=only).distinct() if only else members.distinct()
        request: forms.ModelChoiceField = self.fields["request"]  # type: ignore[assignment]
        request.queryset = requests.filter(coalitions=coalition)
        request.initial = request.queryset.first()
        request.label_from_instance = lambda r: f"{r.reference} {r.title}"  # type: ignore[method-assign, assignment]
        if only:
            supporter.initial = only[0]

    def clean_currency(self) -> str:
        return str(self.cleaned_data.get("currency") or "").upper()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("amount") is not None and not cleaned.get("currency") and "currency" not in self.errors:
            self.add_error("currency", _("Say in which currency the amount is."))
        if cleaned.get("kind") == "financial" and cleaned.get("amount") is None and "amount" not in self.errors:
            self.add_error("amount", _("A financial commitment needs its amount."))
        first, last = cleaned.get("from_year"), cleaned.get("to_year")
        if first and last and last < first:
            self.add_error("to_year", _("The last year is before the first."))
        return cleaned


class CoalitionFilter(AsOfForm):
    field_order = ["request", "status", "label", "as_of"]
    request = forms.CharField(label=_("Request"), required=False, max_length=20)
    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[("", _("All")), *CoalitionStatus.choices], widget=FastSelect
    )
    label = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("All")), *Label.choices], widget=FastSelect
    )
