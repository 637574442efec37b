"""Forms of offers, workshops, applications and expertise."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.forms.models import fields_for_model, model_to_dict
from django.utils.translation import gettext_lazy as _

from ccm_portal.ui.widgets import DateInput
from requests_app.enums import AreaCode, Form, Language
from requests_app.forms import REGIONS, CurrencyField, codes
from requests_app.models import Offer
from requests_app.offers.enums import Decision
from requests_app.offers.models import Application, Expertise, Workshop

LONGEST = 8000
PLACES = "places"
REASON: dict[str, Any] = {"max_length": 2000, "widget": forms.Textarea(attrs={"rows": 3})}


class OfferForm(forms.ModelForm):
    """Help that a supporter offers."""

    areas = codes(AreaCode.choices, _("In which areas?"), required=True)
    forms = codes(Form.choices, _("In which forms?"), required=True)
    languages = codes(Language.choices, _("In which languages?"))
    regions = codes(REGIONS, _("For which regions?"))
    currency = CurrencyField(label=_("Currency"), help_text=_("Three letters, for example USD."))

    class Meta:
        model = Offer
        fields = [
            "title", "description", "areas", "forms", "amount", "currency", "quantity", "unit", "languages", "regions",
            "eligibility", "available_from", "available_until", "valid_until", "is_public",
        ]  # fmt: skip
        labels = {
            "title": _("In one line, what do you offer?"),
            "description": _("What is it, in detail?"),
            "quantity": _("A number in all"),
            "amount": _("An amount in all"),
            "unit": _("Of what"),
            "eligibility": _("Who may have it, and on which conditions?"),
            "valid_until": _("Last day on which one may ask for it"),
            "is_public": _("Anybody may read this offer"),
        }
        help_texts = {
            "unit": _("For example days, places, vehicles."),
            "is_public": _("If not, only you, the Coordinators and the ISU read it, and it is not suggested."),
        }
        widgets = {
            "description": forms.Textarea(attrs={"rows": 5}),
            "eligibility": forms.Textarea(attrs={"rows": 3}),
            **dict.fromkeys(("available_from", "available_until", "valid_until"), DateInput),
        }

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["description"].validators.append(MaxLengthValidator(LONGEST))
        if self.instance.pk:
            self.initial["areas"] = [area.pk for area in self.instance.areas.all()]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self._refuse_past("valid_until", _("This day is past; nobody would see the offer."))
        self._in_order("available_from", "available_until", _("The last day is before the first."))
        self._check_capacity(cleaned)
        return cleaned

    def _check_capacity(self, cleaned: dict[str, Any]) -> None:
        """Either a sum of money or a number of something, or neither."""
        amount, quantity = cleaned.get("amount"), cleaned.get("quantity")
        for name, value in (("amount", amount), ("quantity", quantity)):
            if value == 0:
                self.add_error(name, _("What is offered is more than nothing."))
        if amount and quantity:
            self.add_error("quantity", _("State an amount of money or a number, not both."))
        if amount is not None and not cleaned.get("currency") and "currency" not in self.errors:
            self.add_error("currency", _("Say in which currency the amount is."))
        if quantity is not None and not cleaned.get("unit"):
            self.add_error("unit", _("Say of what, for example days."))
        if amount is None and "amount" not in self.errors:
            cleaned["currency"] = ""
        if quantity is None and "quantity" not in self.errors:
            cleaned["unit"] = ""

    def _refuse_past(self, name: str, message: Any) -> None:
        day = self.cleaned_data.get(name)
        if day and day < self.today and name in self.changed_data:
            self.add_error(name, message)

    def _in_order(self, first: str, last: str, message: Any) -> None:
        days = self.cleaned_data.get(first), self.cleaned_data.get(last)
        if days[0] and days[1] and days[1] < days[0]:
            self.add_error(last, message)


DETAILS = ("host", "place", "starts", "ends", "last_day")
#: As the page shows them, so that the list of mistakes runs down the page.
WORKSHOP_ORDER = [
    "title", "description", "host", "place", "starts", "ends", "quantity", "last_day", "eligibility", "areas",
    "languages", "regions", "is_public",
]  # fmt: skip


class WorkshopForm(OfferForm):
    """An offer of a training or workshop, to which States and organisations apply: offer and details as one form."""

    quantity = forms.IntegerField(label=_("Places"), min_value=1, max_value=10_000)
    forms = currency = None  # type: ignore[assignment]

    class Meta(OfferForm.Meta):
        fields = ["title", "description", "quantity", "areas", "languages", "regions", "eligibility", "is_public"]
        labels = {
            **OfferForm.Meta.labels,
            "title": _("What is the workshop called?"),
            "description": _("What is it about?"),
            "eligibility": _("Who may apply, and by what do you choose?"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.workshop = getattr(self.instance, "workshop", None) or Workshop()
        self.fields.update(
            fields_for_model(
                Workshop,
                fields=DETAILS,
                widgets=dict.fromkeys(("starts", "ends", "last_day"), DateInput),
                help_texts={"host": _("The body that holds it: an institution, not a person.")},  # type: ignore[dict-item]
            )
        )
        self.initial = {**model_to_dict(self.workshop, DETAILS), **self.initial}
        self.order_fields(WORKSHOP_ORDER)
        if self.workshop.pk:
            self.fields["quantity"].help_text = _("With fewer places, who applied last waits again and is told.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self._in_order("starts", "ends", _("The last day is before the first."))
        self._in_order("last_day", "starts", _("The workshop begins before the last day to apply."))
        self._refuse_past("last_day", _("This day is past; nobody could apply."))
        for name in DETAILS:
            setattr(self.workshop, name, cleaned.get(name))
        try:
            self.workshop.clean_fields(exclude={"offer", *self.errors})
        except ValidationError as wrong:
            self.add_error(None, wrong)
        offer = self.instance
        offer.unit, offer.forms, offer.valid_until = PLACES, [Form.TRAINING.value], cleaned.get("last_day")
        offer.available_from, offer.available_until = cleaned.get("starts"), cleaned.get("ends")
        return cleaned

    def _check_capacity(self, cleaned: dict[str, Any]) -> None:
        """Places are counted as such: the field says all."""


class WithdrawForm(forms.Form):
    because = forms.CharField(label=_("Why?"), **REASON)


class ApplicationForm(forms.ModelForm):
    """For which institution a place is asked, and why."""

    class Meta:
        model = Application
        fields = ["institution", "language", "reason"]
        labels = {
            "institution": _("For which institution?"),
            "language": _("In which language could it take part?"),
            "reason": _("Why should it take part?"),
        }
        help_texts = {
            "institution": _("Name no person. One application is for one place."),
            "reason": _("The host and the ISU read this, nobody else."),
        }
        widgets = {"reason": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The languages of the workshop, where it states any."""
        super().__init__(*args, **kwargs)
        held_in, field = self.instance.workshop.offer.languages, self.fields["language"]
        field.choices = [choice for choice in field.choices if not held_in or choice[0] in ("", *held_in)]  # type: ignore[attr-defined]


class DecisionForm(forms.Form):
    """The host's word on an application."""

    decision = forms.ChoiceField(
        label=_("Your decision"),
        choices=[(Decision.ACCEPTED.value, _("Accept")), (Decision.DECLINED.value, _("Decline"))],
        widget=forms.RadioSelect,
    )
    because = forms.CharField(
        label=_("Reason"), required=False, help_text=_("Needed to decline. The applicant reads it."), **REASON
    )


class ExpertiseForm(forms.ModelForm):
    """A line of the roster."""

    languages = codes(Language.choices, _("In which languages?"), required=True)

    class Meta:
        model = Expertise
        fields = ["area", "skill", "holder", "years", "languages", "is_south_south"]
        help_texts = {
            "skill": _("In a few words, for example: demolition of artillery submunitions."),
            "holder": _("For example: ammunition depot, head of the laboratory. Never a person's name."),
        }
