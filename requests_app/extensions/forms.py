"""The risk flag's reason, and the guided request for more time with its tables."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ccm_portal.treaty.extensions import EXCEPTIONAL, ITEMS, MOST_MONTHS, PREVIOUS
from requests_app.extensions.enums import PROMPTS, Unit
from requests_app.extensions.models import FIGURES, ExtensionDraft, FundingLine, StockLine
from requests_app.forms import CurrencyField, whole

MOST_LINES = 15
SPARE_LINES = 2


class RiskForm(forms.Form):
    reason = forms.CharField(
        label=_("Why may the obligation not be completed in time?"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=4000,
        help_text=_("In a few sentences. You can withdraw this at any time."),
    )


class DraftForm(forms.ModelForm):
    """The treaty's items, each with its prompt. Everything may be left open until the request is lodged."""

    currency = CurrencyField(label=_("Currency of the table"), help_text=_("Three letters, for example USD."))
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = ExtensionDraft
        fields = ["months", "currency", *FIGURES, *(f"item_{code}" for code in [*ITEMS[4], EXCEPTIONAL, PREVIOUS])]

    def __init__(self, *args: Any, is_further: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.article = self.instance.obligation.article
        self.most = MOST_MONTHS[self.article]
        self.initial["version"] = self.instance.version
        self.initial.update({name: whole(getattr(self.instance, name)) for name in FIGURES})
        prompts = {code: prompt for code, prompt in PROMPTS[self.article].items() if is_further or len(code) == 1}
        for name in [name for name in self.fields if name.startswith("item_")]:
            code = name.removeprefix("item_")
            if code in prompts:
                label, help_text = prompts[code]
                self.fields[name] = forms.CharField(
                    label=f"({code}) {label}" if len(code) == 1 else label,
                    help_text=help_text,
                    required=False,
                    max_length=20_000,
                    widget=forms.Textarea(attrs={"rows": 3 if code in "ai" else 5}),
                )
            else:
                del self.fields[name]
        if self.article == 3:
            for name in FIGURES:
                del self.fields[name]
        months: Any = self.fields["months"]
        months.label = _("Months asked for")
        months.min_value = 1

    def before_figures(self) -> list[forms.BoundField]:
        return [self[f"item_{code}"] for code in "bc"]

    def after_figures(self) -> list[forms.BoundField]:
        codes = ["d", "e", "f", "g", "h", "i", EXCEPTIONAL, PREVIOUS]
        return [self[f"item_{code}"] for code in codes if f"item_{code}" in self.fields]

    def figures(self) -> list[forms.BoundField]:
        return [self[name] for name in FIGURES if name in self.fields]

    def clean_months(self) -> int | None:
        months: int | None = self.cleaned_data["months"]
        if months is not None and not 1 <= months <= self.most:
            raise forms.ValidationError(
                _("Article %(article)s allows 1 to %(most)s months at a time."),
                params={"article": self.article, "most": self.most},
            )
        return months

    def has_currency_for(self, lines: list[FundingLine]) -> bool:
        """Amounts have a currency; says so beside the field where it is missing."""
        if lines and not self.cleaned_data.get("currency"):
            self.add_error("currency", _("Say in which currency the amounts are."))
        return self.is_valid()


class LineFormSet(forms.BaseFormSet):
    """Lines of a table; those without a figure are left out."""

    def lines(self) -> list[Any]:
        return [form.line() for form in self if form.is_given]


class FundingForm(forms.Form):
    """One year of the funding table."""

    year = forms.IntegerField(label=_("Year"), min_value=2010, max_value=2100, required=False)
    required = forms.DecimalField(label=_("Required"), min_value=0, max_digits=14, decimal_places=2, required=False)
    national = forms.DecimalField(label=_("National"), min_value=0, max_digits=14, decimal_places=2, required=False)
    expected = forms.DecimalField(
        label=_("Expected from others"), min_value=0, max_digits=14, decimal_places=2, required=False
    )

    @property
    def is_given(self) -> bool:
        return self.cleaned_data.get("required") is not None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        amounts = [cleaned.get(name) for name in ("required", "national", "expected")]
        any_given = any(amount is not None for amount in amounts)
        if any_given and cleaned.get("required") is None and "required" not in self.errors:
            self.add_error("required", _("Give what the year requires in all."))
        if any_given and not cleaned.get("year") and "year" not in self.errors:
            self.add_error("year", _("Which year?"))
        return cleaned

    def line(self) -> FundingLine:
        return FundingLine(**{name: self.cleaned_data[name] for name in self.fields})


class BaseFundingFormSet(LineFormSet):
    def clean(self) -> None:
        years = [form.cleaned_data.get("year") for form in self if form.is_valid() and form.is_given]
        if len(set(years)) < len(years):
            raise forms.ValidationError(_("The funding table names a year twice."))


class StockForm(forms.Form):
    """One type of munition or submunition."""

    kind = forms.CharField(label=_("Type"), max_length=60, required=False)
    unit = forms.ChoiceField(label=_("Counted in"), choices=Unit, required=False)
    held = forms.IntegerField(label=_("Held, and found later"), min_value=0, required=False)
    destroyed = forms.IntegerField(label=_("Destroyed"), min_value=0, required=False)
    remaining = forms.IntegerField(label=_("Remaining"), min_value=0, required=False)
    retained = forms.IntegerField(label=_("Retained (3.6)"), min_value=0, required=False)
    transferred = forms.IntegerField(label=_("Transferred (3.7)"), min_value=0, required=False)

    COUNTS = ("held", "destroyed", "remaining", "retained", "transferred")

    @property
    def is_given(self) -> bool:
        return bool(self.cleaned_data.get("kind"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if any(cleaned.get(name) is not None for name in self.COUNTS) and not cleaned.get("kind"):
            self.add_error("kind", _("Which type?"))
        return cleaned

    def line(self) -> StockLine:
        counts = {name: self.cleaned_data[name] or 0 for name in self.COUNTS}
        return StockLine(kind=self.cleaned_data["kind"], unit=self.cleaned_data["unit"] or Unit.MUNITIONS, **counts)


class BaseStockFormSet(LineFormSet):
    def clean(self) -> None:
        kinds = [
            (form.cleaned_data["kind"], form.cleaned_data["unit"]) for form in self if form.is_valid() and form.is_given
        ]
        if len(set(kinds)) < len(kinds):
            raise forms.ValidationError(_("The table of stocks names a type twice."))


FundingFormSet = forms.formset_factory(
    FundingForm, formset=BaseFundingFormSet, extra=SPARE_LINES, max_num=MOST_LINES, validate_max=True
)
StockFormSet = forms.formset_factory(
    StockForm, formset=BaseStockFormSet, extra=SPARE_LINES, max_num=MOST_LINES, validate_max=True
)
