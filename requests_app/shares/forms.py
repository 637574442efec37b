"""Forms of shares, deliveries and outcomes."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ccm_portal.register.models import Organisation
from ccm_portal.ui.forms import TextForm
from ccm_portal.ui.templatetags.portal import money
from ccm_portal.ui.widgets import DateInput, FastSelect
from requests_app.forms import CurrencyField
from requests_app.models import Offer, Supporter
from requests_app.shares.enums import DeliveryChannel
from requests_app.shares.models import Delivery, Outcome, Share

CHANNELS = [(channel.value, channel.label) for channel in DeliveryChannel if channel != DeliveryChannel.NOT_STATED]
POOLED_ROWS = 3


def supporters_by_name() -> list[Supporter]:
    supporters = Supporter.objects.select_related("state", "organisation")
    return sorted(supporters, key=lambda supporter: supporter.name)


def offers_of(user: object, today: date, supporters: Iterable[Supporter] | None = None) -> list[Offer]:
    """The open offers, of these supporters, out of which a share may be taken: one query. One applies to a workshop."""
    rows = Offer.objects.visible_to(user).open(today).filter(workshop__isnull=True).with_use()
    if supporters is not None:
        rows = rows.filter(supporter__in=[supporter.pk for supporter in supporters])
    return list(rows.select_related("supporter__state", "supporter__organisation"))


def _told(offer: Offer) -> str:
    """An offer as one of a choice, with what is left of it."""
    name = f"{offer.supporter.name}: {offer.title}"
    if offer.left is None:
        return name
    return _("%(offer)s (%(left)s left)") % {"offer": name, "left": f"{money(offer.left, offer.currency)} {offer.unit}"}


class ShareForm(TextForm):
    """What one supporter takes on. With `supporters` the person chooses for whom it is recorded."""

    currency = CurrencyField(label=_("Currency"))

    class Meta:
        model = Share
        fields = [
            "supporter", "offer", "kind", "description", "amount", "currency", "quantity", "unit", "percent",
            "from_year", "to_year", "due_on", "condition", "is_public",
        ]  # fmt: skip
        widgets = {
            "description": forms.Textarea(attrs={"rows": 3}),
            "condition": forms.Textarea(attrs={"rows": 2}),
            "due_on": DateInput,
        }
        labels = {
            "description": _("What do you take on?"),
            "unit": _("Of what, for example vehicles"),
            "percent": _("Part of the whole need, in per cent"),
        }

    def __init__(
        self, *args: Any, offers: Iterable[Offer] = (), supporters: list[Supporter] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.offers = {str(offer.pk): offer for offer in offers}
        del self.fields["offer"]
        if self.offers:
            self.fields["offer"] = forms.ChoiceField(
                label=_("Out of which offer?"),
                choices=[("", _("No offer")), *((key, _told(offer)) for key, offer in self.offers.items())],
                widget=FastSelect,
                required=False,
                help_text=_("It is then taken of what the offer has left."),
            )
            self.order_fields(["supporter", "request", "offer"])
        self.by_code = {supporter.code: supporter for supporter in supporters or []}
        del self.fields["supporter"]
        if supporters is not None:
            self.fields["supporter"] = forms.ChoiceField(
                label=_("Supporter"),
                choices=[("", "–"), *((s.code, s.name) for s in supporters)],
                widget=FastSelect,
                initial=supporters[0].code if len(supporters) == 1 else "",
            )
            self.order_fields(["supporter", "request", "offer"])

    def clean_offer(self) -> Offer | None:
        return self.offers.get(self.cleaned_data["offer"])

    def clean_supporter(self) -> Supporter:
        return self.by_code[self.cleaned_data["supporter"]]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        amount, currency, quantity = cleaned.get("amount"), cleaned.get("currency"), cleaned.get("quantity")
        if amount is not None and not currency and "currency" not in self.errors:
            self.add_error("currency", _("Say in which currency the amount is."))
        if cleaned.get("kind") == "financial" and amount is None and "amount" not in self.errors:
            self.add_error("amount", _("A financial commitment needs its amount."))
        if amount is None and "amount" not in self.errors:
            cleaned["currency"] = ""
        if quantity is not None and not cleaned.get("unit"):
            if (offer := cleaned.get("offer")) and offer.unit:
                cleaned["unit"] = offer.unit
            else:
                self.add_error("unit", _("Say of what, for example vehicles."))
        if cleaned.get("unit") and quantity is None and "quantity" not in self.errors:
            self.add_error("quantity", _("Say how many."))
        if amount is not None and cleaned.get("percent") is not None:
            self.add_error("percent", _("Money counts by its amount; leave the part in per cent empty."))
        first, last = cleaned.get("from_year"), cleaned.get("to_year")
        if first and last and last < first:
            self.add_error("to_year", _("The last year is before the first."))
        due = cleaned.get("due_on")
        if due and first and due.year < first:
            self.add_error("due_on", _("It cannot be due before its first year."))
        return cleaned


class AmendForm(ShareForm):
    """A pledge said anew; for whom it is and out of which offer stays."""

    seen_step = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class CommitForm(TextForm):
    """By which channel a share will be delivered, and by when."""

    channel = forms.ChoiceField(
        label=_("Channel"),
        choices=[("", "–"), *CHANNELS],
        help_text=_("One share goes through one channel; record a second share for a second one."),
    )

    class Meta:
        model = Share
        fields = ["channel", "due_on"]
        widgets = {"due_on": DateInput}
        help_texts = {"due_on": _("Without a day, it is due on the last day of its last year.")}

    def clean_due_on(self) -> date | None:
        due: date | None = self.cleaned_data["due_on"]
        if due and due < timezone.localdate():
            raise forms.ValidationError(_("A commitment cannot be due before it is made."))
        return due


class NoteForm(forms.Form):
    note = forms.CharField(label=_("Why"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))


class ConfirmForm(forms.Form):
    """What the person was shown: what was recorded later is not confirmed unread."""

    seen_step = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    seen_delivery = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class DeliveryForm(TextForm):
    """What was really provided, through whom, what it cost and what came of it."""

    currency = CurrencyField(label=_("Currency"))
    channel = forms.ChoiceField(label=_("Channel"), choices=[("", "–"), *CHANNELS])
    implementer = forms.ModelChoiceField(
        Organisation.objects.all(), label=_("Implementing organisation"), required=False, empty_label="–"
    )
    completes = forms.BooleanField(label=_("With this the whole share is delivered"), required=False)

    class Meta:
        model = Delivery
        fields = [
            "delivered_on", "kind", "description", "amount", "currency", "quantity", "unit", "channel", "implementer",
            "implementer_name", "unit_cost", "unit_cost_per", "cost_note", "people", "area_m2", "items", "result",
            "lesson",
        ]  # fmt: skip
        widgets = {
            "delivered_on": DateInput,
            **{name: forms.Textarea(attrs={"rows": 2}) for name in ("description", "cost_note", "result", "lesson")},
        }
        help_texts = {
            "unit_cost": _("In the currency of the amount."),
            "unit_cost_per": _("For example square metre, person trained."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_code = {s.code: s for s in supporters_by_name() if s.pk != self.instance.share.supporter_id}
        choices = [("", "–"), *((supporter.code, supporter.name) for supporter in self.by_code.values())]
        for number in range(POOLED_ROWS):
            self.fields[f"pooled_{number}"] = forms.ChoiceField(
                label=_("Other supporter"), choices=choices, required=False, widget=FastSelect
            )
            self.fields[f"pooled_amount_{number}"] = forms.DecimalField(
                label=_("Its part of the amount"),
                required=False,
                min_value=Decimal("0.01"),
                max_digits=14,
                decimal_places=2,
            )

    def pooled_rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"pooled_{n}"], self[f"pooled_amount_{n}"]) for n in range(POOLED_ROWS)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("amount") is not None and not cleaned.get("currency") and "currency" not in self.errors:
            self.add_error("currency", _("Say in which currency the amount is."))
        if cleaned.get("kind") == "financial" and cleaned.get("amount") is None and "amount" not in self.errors:
            self.add_error("amount", _("A financial delivery needs its amount."))
        if cleaned.get("amount") is None and "amount" not in self.errors:
            cleaned["currency"] = ""
        if cleaned.get("quantity") is not None and not cleaned.get("unit"):
            self.add_error("unit", _("Say of what, for example vehicles."))
        if cleaned.get("unit") and cleaned.get("quantity") is None and "quantity" not in self.errors:
            self.add_error("quantity", _("Say how many."))
        if cleaned.get("implementer") and cleaned.get("implementer_name"):
            self.add_error("implementer_name", _("Choose the implementing body from the list or name it, not both."))
        for number in range(POOLED_ROWS):
            name, amount = cleaned.get(f"pooled_{number}"), cleaned.get(f"pooled_amount_{number}")
            if name and amount is None and f"pooled_amount_{number}" not in self.errors:
                self.add_error(f"pooled_amount_{number}", _("Say which part of the amount is its own."))
            if amount is not None and not name:
                self.add_error(f"pooled_{number}", _("Say whose part this is."))
        return cleaned

    def pooled(self) -> list[tuple[Supporter, Decimal]]:
        """The other supporters with their parts."""
        rows = [(self.cleaned_data[f"pooled_{n}"], self.cleaned_data[f"pooled_amount_{n}"]) for n in range(POOLED_ROWS)]
        return [(self.by_code[code], amount) for code, amount in rows if code]


class OutcomeForm(TextForm):
    """Partners, figures, evidence and lesson of a request."""

    is_public = forms.BooleanField(
        label=_("The requesting State consents: whoever may read the request may read this"), required=False
    )

    class Meta:
        model = Outcome
        fields = ["partner", "result", "people", "area_m2", "evidence", "lesson"]
        widgets = {name: forms.Textarea(attrs={"rows": 3}) for name in ("result", "evidence", "lesson")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["is_public"].initial = self.instance.consented_on is not None
