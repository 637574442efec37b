"""The title of a country request, what a split moves, and into which request another is joined."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ccm_portal.ui.templatetags.portal import money
from ccm_portal.ui.widgets import Figure
from requests_app.country_requests.domain.amounts import (
    COLUMNS,
    Amounts,
    Impossible,
    in_proportion,
    taken_from,
    years_taken_from,
)
from requests_app.country_requests.enums import Reason
from requests_app.country_requests.queries import joinable_into
from requests_app.enums import AreaCode
from requests_app.models import AssistanceRequest, EvidenceItem

LABELS = {"total": _("Total cost"), "national": _("National share"), "external": _("Already secured from others")}


def _amount(column: str, help_text: str = "") -> forms.DecimalField:
    return forms.DecimalField(
        label=LABELS[column],
        help_text=help_text,
        required=False,
        min_value=0,
        max_digits=14,
        decimal_places=2,
        widget=Figure,
    )


class TitleForm(forms.Form):
    title = forms.CharField(
        label=_("What do these needs have in common?"),
        max_length=140,
        help_text=_("The title of the country request. Whoever may know of one of its needs reads it."),
    )


class SplitForm(forms.Form):
    """What becomes a need of its own, and what the request keeps."""

    title = forms.CharField(label=_("Title of the new need"), max_length=140)
    areas = forms.MultipleChoiceField(
        label=_("Which obligations does the new need concern?"), choices=AreaCode, widget=forms.CheckboxSelectMultiple
    )
    requirement = forms.CharField(
        label=_("What does the new need require?"), widget=forms.Textarea(attrs={"rows": 4}), max_length=8000
    )
    evidence = forms.MultipleChoiceField(
        required=False,
        label=_("Which evidence does the new need rest on too?"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("It stays with this request as well."),
    )
    staying = forms.MultipleChoiceField(
        label=_("Which obligations does this request still concern?"),
        choices=AreaCode,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Untick what goes to the new need as a whole, so that it is not asked for twice."),
    )
    remaining = forms.CharField(
        label=_("What does this request still require?"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=8000,
        help_text=_("Take out what moves to the new need, quantities too, so that nothing is asked for twice."),
    )
    total_cost = _amount("total")
    national_share = _amount("national")
    external_secured = _amount("external")
    by_year = forms.ChoiceField(
        label=_("What goes along of the costs by year?"),
        choices=[
            ("proportion", _("Of each year as large a part as of the whole, to the cent")),
            ("chosen", _("What I say for each year below")),
        ],
        initial="proportion",
        widget=forms.RadioSelect,
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    amounts = ("total_cost", "national_share", "external_secured")

    def __init__(self, *args: Any, original: AssistanceRequest, **kwargs: Any) -> None:
        areas = [area.pk for area in original.areas.all()]
        kwargs["initial"] = {
            "remaining": original.requirement, "version": original.version, "areas": areas, "staying": areas,
        }  # fmt: skip
        super().__init__(*args, **kwargs)
        for name in ("areas", "staying"):
            choices: forms.MultipleChoiceField = self.fields[name]  # type: ignore[assignment]
            choices.choices = [(code, label) for code, label in AreaCode.choices if code in areas]
            choices.required = bool(areas)
        for name in self.amounts:
            if getattr(original, name) is None:
                del self.fields[name]
        self.original = original
        self._add_evidence(original)
        self._add_years(original)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not {"areas", "staying"} & self.errors.keys():
            left_out = set(self.initial["areas"]) - {*cleaned["areas"], *cleaned["staying"]}
            if left_out:
                self.add_error("staying", _("Each obligation stays here or goes with the new need."))
        if not self.errors:
            self._check_amounts()
        return cleaned

    def _check_amounts(self) -> None:
        """What cannot be moved is told beside the amount that is wrong; the split itself refuses it too."""
        typed, original = self.cleaned_data.get, self.original
        whole = Amounts(original.total_cost, original.national_share, original.external_secured)
        part = Amounts(typed("total_cost"), typed("national_share"), typed("external_secured"))
        years = {row.year: Amounts(row.total, row.national, row.external) for row in self.years}
        try:
            taken_from(whole, part)
            chosen = self.moved_years()
            years_taken_from(years, in_proportion(years, whole, part) if chosen is None else chosen, whole, part)
        except Impossible as impossible:
            name = dict(zip(COLUMNS, self.amounts, strict=True))[impossible.column]
            if impossible.reason == Reason.YEARS_DIFFER:
                name = "by_year"
            elif impossible.year is not None:
                name = "by_year" if chosen is None else f"year_{impossible.year}_{impossible.column}"
            self.add_error(name if name in self.fields else None, str(impossible))

    def _add_evidence(self, original: AssistanceRequest) -> None:
        self.items = {str(item.pk): item for item in original.evidence.all()}
        field: forms.MultipleChoiceField = self.fields["evidence"]  # type: ignore[assignment]
        field.choices = [(key, str(item)) for key, item in self.items.items()]
        if not self.items:
            del self.fields["evidence"]

    def clean_evidence(self) -> list[EvidenceItem]:
        return [self.items[key] for key in self.cleaned_data["evidence"]]

    def _add_years(self, original: AssistanceRequest) -> None:
        """A field for each amount of each year: how much of it goes with the part."""
        self.years = list(original.cost_years.all())
        if not self.years:
            del self.fields["by_year"]
        for row in self.years:
            for name in COLUMNS:
                if (most := getattr(row, name)) is not None:
                    of = _("of %(amount)s") % {"amount": money(most, original.currency)}
                    self.fields[f"year_{row.year}_{name}"] = _amount(name, of)

    def year_rows(self) -> list[tuple[int, list[forms.BoundField]]]:
        """The fields of each year, for the page."""
        names = [(row.year, [f"year_{row.year}_{name}" for name in COLUMNS]) for row in self.years]
        return [(year, [self[name] for name in fields if name in self.fields]) for year, fields in names]

    def moved_years(self) -> dict[int, Amounts] | None:
        """What the person says of each year, or nothing where it is divided in proportion."""
        if self.cleaned_data.get("by_year") != "chosen":
            return None
        typed = self.cleaned_data.get
        return {
            year: Amounts(typed(f"year_{year}_total"), typed(f"year_{year}_national"), typed(f"year_{year}_external"))
            for year in (row.year for row in self.years)
        }

    def moved(self) -> dict[str, Any]:
        """The amounts that go with the part."""
        return {name: self.cleaned_data[name] for name in self.amounts if name in self.fields}


class JoinForm(forms.Form):
    """Into which open request of the same State another goes."""

    survivor = forms.ModelChoiceField(
        AssistanceRequest.objects.none(), to_field_name="reference", label=_("Which request carries on?")
    )
    requirement = forms.CharField(
        label=_("What does it require from now on?"),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=16000,
        required=False,
        help_text=_("Left empty, it requires what both have said, the one after the other."),
    )

    def __init__(self, *args: Any, closing: AssistanceRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: forms.ModelChoiceField = self.fields["survivor"]  # type: ignore[assignment]
        field.queryset = joinable_into(closing)
        field.label_from_instance = lambda one: f"{one.reference}: {one.title}"  # type: ignore[method-assign, assignment]
