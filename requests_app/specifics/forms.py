"""The forms of the parts of a need: one for each part, and the tables of costs and of victims."""

from datetime import date
from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.utils.translation import gettext_lazy as _

from ccm_portal.accounts.models import User
from ccm_portal.ui.forms import TextForm
from ccm_portal.ui.widgets import DateInput
from requests_app.forms import KnownRows, SaidByItsFields, refuse_more_than_total, whole
from requests_app.models import AssistanceRequest
from requests_app.specifics.actions import remove_part, save_costs, save_figures, save_part
from requests_app.specifics.domain.offices import names_a_person
from requests_app.specifics.enums import Age, Disability, LawStatus, LegalHelp, PartCode, Sex, VisitKind
from requests_app.specifics.models import (
    AREAS,
    AreaRelease,
    CapacityNeed,
    CostYear,
    LegislationNeed,
    VictimFigure,
    VictimNeed,
    Visit,
)

SPARE_YEARS = 3
SPARE_GROUPS = 4
MOST_LINES = 30


def refuse_future(day: date | None, today: date) -> None:
    """What is on record happened: its day is not still to come."""
    if day and day > today:
        raise forms.ValidationError(_("This day is still to come."))


class PartForm(SaidByItsFields, TextForm):
    """One part of a need. Left empty it is no part of it; emptied, no longer one."""

    def __init__(self, *args: Any, asked: AssistanceRequest, part: PartCode, today: date, **kwargs: Any) -> None:
        # by key: a part that is not stored yet must not hang on its request in memory
        record = getattr(asked, part, None) or self._meta.model(request_id=asked.pk)
        super().__init__(*args, instance=record, empty_permitted=True, use_required_attribute=False, **kwargs)
        self.asked = asked
        self.today = today  # what is on record is not dated in the future

    @property
    def is_left_empty(self) -> bool:
        values = (
            field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name))
            for name, field in self.fields.items()
        )
        return self.is_bound and not any(values)

    def full_clean(self) -> None:
        """Nothing is required of what is left empty."""
        if self.is_left_empty:
            self._errors, self.cleaned_data = ErrorDict(), {}
        else:
            super().full_clean()

    def in_order(self, cleaned: dict[str, Any], message: Any) -> None:
        """The last day is not before the first; said beside the field."""
        first, last = cleaned.get("starts"), cleaned.get("ends")
        if first and last and last < first:
            self.add_error("ends", message)


class CapacityForm(PartForm):
    class Meta:
        model = CapacityNeed
        fields = ["institution", "skills", "sustainability"]
        labels = {
            "institution": _("Which institution is to be strengthened?"),
            "skills": _("Which skills are needed?"),
            "sustainability": _("How will the result be kept?"),
        }
        help_texts = {
            "skills": _("Which, for how many people, at which level."),
            "sustainability": _(
                "For example: posts in the State budget, trainers of your own, upkeep of equipment. You can add this "
                "later; until then Coordinators see that the need is incomplete."
            ),
        }
        widgets = {
            "skills": forms.Textarea(attrs={"rows": 3}),
            "sustainability": forms.Textarea(attrs={"rows": 3}),
        }


class VictimForm(PartForm):
    class Meta:
        model = VictimNeed
        fields = ["focal_point", "plan", "participation", "figures_on", "figures_source"]
        labels = {
            "focal_point": _("Which office is the national focal point?"),
            "plan": _("Which plan does it belong to?"),
            "participation": _("How do victims and their organisations take part?"),
            "figures_on": _("As of which day are the figures?"),
            "figures_source": _("Where do they come from?"),
        }
        help_texts = {
            "focal_point": _("The office, never a person: for example, Department of Social Inclusion."),
            "plan": _("Name and years, or “in preparation”."),
            "participation": _("Who was consulted, and how victims have a say in what is done (Article 5.2(f))."),
        }
        widgets = {"participation": forms.Textarea(attrs={"rows": 3}), "figures_on": DateInput}

    def clean_focal_point(self) -> str:
        office: str = self.cleaned_data["focal_point"]
        if names_a_person(office):
            raise forms.ValidationError(_("Name the office, not a person."))
        return office

    def clean_figures_on(self) -> date | None:
        day: date | None = self.cleaned_data["figures_on"]
        refuse_future(day, self.today)
        return day


class LegislationForm(PartForm):
    help_wanted = forms.MultipleChoiceField(
        label=_("What help do you want?"),
        choices=LegalHelp,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Several are possible."),
    )

    class Meta:
        model = LegislationNeed
        fields = ["status", "law_title", "adopted_on"]
        labels = {
            "status": _("Where do your national measures stand?"),
            "law_title": _("Title of the law"),
            "adopted_on": _("Adopted on"),
        }
        help_texts = {"law_title": _("Needed once the measures are adopted, with the day.")}
        widgets = {"status": forms.RadioSelect, "adopted_on": DateInput}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["status"].choices = LawStatus.choices  # type: ignore[attr-defined]
        self.initial["help_wanted"] = [kind.value for kind in self.instance.help_wanted]

    def clean_adopted_on(self) -> date | None:
        day: date | None = self.cleaned_data["adopted_on"]
        refuse_future(day, self.today)
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("status") == LawStatus.ADOPTED:
            if not cleaned.get("law_title"):
                self.add_error("law_title", _("Give the title of the law that was adopted."))
            if not cleaned.get("adopted_on") and "adopted_on" not in self.errors:
                self.add_error("adopted_on", _("Give the day on which it was adopted."))
        for kind in LegalHelp:
            setattr(self.instance, f"wants_{kind.value}", kind.value in cleaned.get("help_wanted", []))
        return cleaned


class ReleaseForm(PartForm):
    class Meta:
        model = AreaRelease
        fields = ["starts", "ends", *AREAS, "remnants_destroyed", "source"]
        labels = {
            "starts": _("First day of the period"),
            "ends": _("Last day of the period"),
            "opening": _("Contaminated area at the beginning (m²)"),
            "discovered": _("Discovered in the period (m²)"),
            "cancelled": _("Cancelled by non-technical survey (m²)"),
            "reduced": _("Reduced by technical survey (m²)"),
            "cleared": _("Cleared (m²)"),
            "closing": _("Contaminated area at the end (m²)"),
            "remnants_destroyed": _("Remnants destroyed (number)"),
            "source": _("Where do the figures come from?"),
        }
        widgets = {"starts": DateInput, "ends": DateInput}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.update({name: whole(getattr(self.instance, name)) for name in AREAS})

    def clean_ends(self) -> date | None:
        day: date | None = self.cleaned_data["ends"]
        refuse_future(day, self.today)
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.in_order(cleaned, _("The period ends before it begins."))
        return cleaned


class VisitForm(PartForm):
    class Meta:
        model = Visit
        fields = ["kind", "visitors", "purpose", "place", "starts", "ends"]
        labels = {
            "kind": _("What kind of visit?"),
            "visitors": _("Who is to come?"),
            "purpose": _("What for?"),
            "place": _("Where?"),
            "starts": _("From"),
            "ends": _("Until"),
        }
        help_texts = {"visitors": _("For example: two survey experts and a member of the ISU. No names are needed.")}
        widgets = {
            "kind": forms.RadioSelect,
            "purpose": forms.Textarea(attrs={"rows": 3}),
            "starts": DateInput,
            "ends": DateInput,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = VisitKind.choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.in_order(cleaned, _("The visit ends before it begins."))
        return cleaned


class CostYearForm(SaidByItsFields, TextForm):
    class Meta:
        model = CostYear
        fields = ["year", "total", "national", "external"]
        labels = {
            "year": _("Year"),
            "total": _("Total cost"),
            "national": _("National share"),
            "external": _("Secured from others"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.update({name: whole(self.initial.get(name)) for name in ("total", "national", "external")})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in ("national", "external"):
            refuse_more_than_total(self, name, cleaned.get("total"), cleaned.get(name))
        return cleaned


class VictimFigureForm(SaidByItsFields, TextForm):
    class Meta:
        model = VictimFigure
        fields = ["sex", "age", "disability", "number"]
        labels = {"sex": _("Sex"), "age": _("Age"), "disability": _("Disability"), "number": _("Number")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("sex", Sex), ("age", Age), ("disability", Disability)):
            self.fields[name].choices = [("", "–"), *choices.choices]  # type: ignore[attr-defined]


class Years(KnownRows):
    once = ("year",)
    said_twice = _("This year stands in another line already: put both into one.")


class Groups(KnownRows):
    once = ("sex", "age", "disability")
    said_twice = _("This group stands in another line already: put both into one.")


CostYearFormSet = forms.inlineformset_factory(
    AssistanceRequest,
    CostYear,
    form=CostYearForm,
    formset=Years,
    extra=SPARE_YEARS,
    max_num=MOST_LINES,
    validate_max=True,
)
VictimFigureFormSet = forms.inlineformset_factory(
    AssistanceRequest,
    VictimFigure,
    form=VictimFigureForm,
    formset=Groups,
    extra=SPARE_GROUPS,
    max_num=MOST_LINES,
    validate_max=True,
)

FORMS: dict[PartCode, type[PartForm]] = {
    PartCode.RELEASE: ReleaseForm,
    PartCode.VICTIMS: VictimForm,
    PartCode.LEGISLATION: LegislationForm,
    PartCode.CAPACITY: CapacityForm,
    PartCode.VISIT: VisitForm,
}
TABLES: dict[PartCode, Any] = {PartCode.COSTS: CostYearFormSet, PartCode.FIGURES: VictimFigureFormSet}


def form_of(part: PartCode, asked: AssistanceRequest, data: Any = None, *, today: date) -> Any:
    """The form or table of one part of a request, with what is stored of it."""
    if part in TABLES:
        return TABLES[part](data, instance=asked, prefix=part.value)
    return FORMS[part](data, asked=asked, part=part, today=today, prefix=part.value)


def save_form(part: PartCode, form: Any, *, by: User) -> None:
    """Write what a valid form or table of a part holds; what was emptied is taken out."""
    if part in TABLES:
        save = save_costs if part == PartCode.COSTS else save_figures
        save(form.instance, form.save(commit=False), removed=form.deleted_objects, by=by)
    elif not form.is_left_empty:
        record = form.save(commit=False)
        record.request = form.asked
        save_part(record, by=by)
    elif form.instance.pk:
        remove_part(form.instance, by=by)
