"""A supporter's profile."""

from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from ccm_portal.ui.widgets import DateInput
from requests_app.enums import AreaCode, Form, Language
from requests_app.forms import REGIONS, CurrencyField, codes
from requests_app.models import Offer
from requests_app.supporters.models import FIRST_YEAR, LAST_YEAR, Profile


class ProfileForm(forms.ModelForm):
    """What a supporter states of itself. Everything is optional."""

    areas = codes(AreaCode.choices, _("In which areas do you help?"))
    forms = codes(Form.choices, _("In which forms?"))
    regions = codes(REGIONS, _("In which regions?"))
    languages = codes(Language.choices, _("In which languages?"))
    currency = CurrencyField(label=_("Currency"), help_text=_("Three letters, for example USD."))

    class Meta:
        model = Profile
        fields = [
            "areas", "forms", "regions", "languages", "size_from", "size_to", "currency", "years", "first_year",
            "last_year", "budget_cycle", "next_call", "channels", "conditions",
        ]  # fmt: skip
        labels = {
            "size_from": _("A usual contribution runs from"),
            "size_to": _("and up to"),
            "years": _("For how many years does it usually run?"),
            "first_year": _("From which year do you give?"),
            "last_year": _("Until which year?"),
            "next_call": _("When is your next call for proposals?"),
            "channels": _("Through whom do you give?"),
            "conditions": _("On which conditions?"),
        }
        help_texts = {
            "years": "",
            "last_year": _("If your programme ends: a request that runs longer is then shown as not fitting."),
            "budget_cycle": _("For example: decided in October for the next year."),
            "channels": _("For example: United Nations, non-governmental organisations, bilaterally."),
            "conditions": _("For example: a national plan, co-funding, no purchase of vehicles."),
        }
        widgets = {"next_call": DateInput, "conditions": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        for name in ("size_from", "size_to"):
            self.fields[name].validators.append(MinValueValidator(0))
        self.fields["years"].validators += [MinValueValidator(1), MaxValueValidator(50)]
        for name in ("first_year", "last_year"):
            self.fields[name].validators += [MinValueValidator(FIRST_YEAR), MaxValueValidator(LAST_YEAR)]

    def clean_next_call(self) -> date | None:
        call: date | None = self.cleaned_data.get("next_call")
        if call and call < self.today and "next_call" in self.changed_data:
            raise forms.ValidationError(_("This day is past."))
        return call

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self._in_order(cleaned, "first_year", "last_year", _("This year is before the first one."))
        self._in_order(cleaned, "size_from", "size_to", _("This amount is below the lower one."))
        sizes = [cleaned.get("size_from"), cleaned.get("size_to")]
        if any(size is not None for size in sizes) and not cleaned.get("currency") and "currency" not in self.errors:
            self.add_error("currency", _("Say in which currency the amounts are."))
        return cleaned

    def _in_order(self, cleaned: dict[str, Any], low: str, high: str, message: Any) -> None:
        first, last = cleaned.get(low), cleaned.get(high)
        if first is not None and last is not None and last < first:
            self.add_error(high, message)

    def _get_validation_exclusions(self) -> set[str]:
        """What the form's own rules say beside the field need not be said again above it."""
        return super()._get_validation_exclusions() | {"first_year", "last_year", "size_from", "size_to", "currency"}


class AttachForm(forms.Form):
    """An offer to put with a request."""

    offer = forms.ModelChoiceField(Offer.objects.none())

    def __init__(self, *args: Any, offers: "QuerySet[Offer]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["offer"].queryset = offers  # type: ignore[attr-defined]
