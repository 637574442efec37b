"""Forms of a request's life; the needs form itself is in `writing/`."""

from collections.abc import Callable, Mapping
from copy import copy
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ccm_portal.register.enums import CITED_FORMS, Region
from ccm_portal.register.forms import AsOfForm
from ccm_portal.register.models import State
from ccm_portal.ui.forms import TextForm
from ccm_portal.ui.widgets import DateInput, FastSelect
from requests_app.actions import Refused
from requests_app.domain.currencies import CURRENCIES
from requests_app.enums import RECORDED_CHANNELS, AnswerKind, AreaCode, Channel, Part, Visibility
from requests_app.models import AssistanceRequest, StatedIn, Supporter, currency_code

FILE_REFUSED = {
    "type": _("Files of this type are not taken. Use PDF, PNG, JPEG, DOCX, XLSX, CSV or TXT."),
    "size": _("The file is too large."),
    "empty": _("The file is empty."),
    "content": _("The content of this file is not what its name says."),
    "infected": _("The virus scanner has refused this file."),
    "unscanned": _("The virus scanner does not answer, so no file is taken now. Please try again later."),
}
VISIBILITY_HELP = _("You can widen this later. Nobody else can widen it for you.")


def whole(figure: Any) -> Any:
    """A figure as a person would type it: 4000000, not 4000000.00."""
    return int(figure) if figure is not None and figure == int(figure) else figure


def refuse_more_than_total(form: forms.BaseForm, name: str, total: Any, part: Any) -> None:
    """A share that is larger than what it is a share of is a slip, mostly of a zero: it would make a need look met."""
    if total is not None and part is not None and part > total:
        form.add_error(name, _("This is more than the total cost."))


REGIONS = [choice for choice in Region.choices if choice[0] != Region.NONE]


def codes(choices: Any, label: Any, *, required: bool = False) -> forms.MultipleChoiceField:
    """Several of one vocabulary, as boxes to tick."""
    return forms.MultipleChoiceField(
        choices=choices, label=label, required=required, widget=forms.CheckboxSelectMultiple
    )


def attempt(form: forms.BaseForm, write: Callable[[], Any]) -> bool:
    """Run a write; what a rule forbids stands beside its field, or above the form, with everything typed kept."""
    try:
        write()
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return False
    return True


class AreaForm(AsOfForm):
    """The area of a list, and its day."""

    field_order = ["area", "as_of"]
    area = forms.ChoiceField(
        label=_("Area"), required=False, choices=[("", _("All")), *AreaCode.choices], widget=FastSelect
    )


class SaidByItsFields:
    """A form whose fields say, each beside itself, all that the constraints of its record say. The database has the
    last word when it is saved; it need not be asked for every row before."""

    instance: Any

    def _post_clean(self) -> None:
        self.instance.get_constraints = list
        super()._post_clean()


class KnownChoice(forms.ModelChoiceField):
    """One of the records that are known already, by key: nothing is asked of the database. `known` gives them, and is
    not called where nothing was chosen."""

    def __init__(self, known: Callable[[], Mapping[str, Any]], **kwargs: Any) -> None:
        self.known = known
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        found = self.known().get(str(value))
        if found is None:
            raise forms.ValidationError(self.error_messages["invalid_choice"], "invalid_choice", {"value": value})
        return found


class KnownRows(forms.BaseInlineFormSet):
    """Rows that are read once, however many there are: those prefetched with what they belong to, else by one query.
    No two rows have the same in the fields `once`; where they do, `said_twice` stands beside the first of these."""

    once: tuple[str, ...] = ()
    said_twice: Any = ""

    def validate_unique(self) -> None:
        seen = set()
        for form in self.forms:
            key = tuple(form.cleaned_data.get(name) for name in self.once) if form.is_valid() else ()
            if not key or None in key or form in self.deleted_forms:
                continue
            if key in seen:
                form.add_error(self.once[0], self.said_twice)
            seen.add(key)

    def get_queryset(self) -> Any:
        if not hasattr(self, "_queryset"):
            prefetched = getattr(self.instance, "_prefetched_objects_cache", {})
            rows = prefetched.get(self.fk.remote_field.get_accessor_name())
            # copies: a form writes on its row, and what was read stays as it was
            self._queryset = [*map(copy, rows)] if rows is not None else super().get_queryset()
        return self._queryset

    def _known(self) -> dict[str, Any]:
        return {str(row.pk): row for row in self.get_queryset()}

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        name = self._pk_field.name  # type: ignore[attr-defined]
        usual = form.fields[name]
        form.fields[name] = KnownChoice(
            self._known, queryset=usual.queryset, initial=usual.initial, required=False, widget=usual.widget
        )


class CurrencyField(forms.CharField):
    """The three letters of a currency, in any case."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)

    def clean(self, value: Any) -> str:
        code = str(super().clean(value)).upper()
        if code and code not in CURRENCIES:
            raise forms.ValidationError(currency_code.message)
        return code


class ReadingForm(TextForm):
    """What those read who may know of a request: its other texts, and the parts that stay locked."""

    locks = forms.MultipleChoiceField(
        label=_("Which parts stay locked?"),
        choices=Part,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("You, the Coordinators and the ISU read them; others are told that you do not share them."),
    )

    class Meta:
        model = AssistanceRequest
        fields = ["states_parties_text", "public_summary", "locks", "relayed_read_locked"]
        labels = {
            "states_parties_text": _("Version for States Parties"),
            "public_summary": _("Public summary"),
            "relayed_read_locked": _("Supporters to which it is relayed read the locked parts too"),
        }
        help_texts = {
            "states_parties_text": _(
                "If you write one, States Parties read it in the place of the challenge, the requirement and the "
                "consequence of delay. Left empty, they read the full text."
            ),
            "public_summary": _(
                "If you write one, the public reads it in the place of the full text. Left empty, it reads the version "
                "for States Parties, or the full text if there is none."
            ),
        }
        widgets = {
            "states_parties_text": forms.Textarea(attrs={"rows": 6}),
            "public_summary": forms.Textarea(attrs={"rows": 4}),
        }


class RecordedNeedForm(TextForm):
    """A need that a State has stated in its Article 7 report or at a meeting, as the ISU or a Coordinator enters it."""

    areas = forms.MultipleChoiceField(
        choices=AreaCode, label=_("Obligation areas"), widget=forms.CheckboxSelectMultiple
    )
    channel = forms.ChoiceField(
        label=_("Where was it said?"),
        choices=[(channel.value, channel.label) for channel in RECORDED_CHANNELS],
        widget=forms.RadioSelect,
        help_text=_("A need from an informal meeting stays with the Coordinators and the ISU."),
    )
    said_on = forms.DateField(
        label=_("On which day?"), widget=DateInput, help_text=_("The day of the report or of the statement.")
    )
    form = forms.ChoiceField(label=_("Form"), choices=[("", "–"), *CITED_FORMS], required=False)
    page = forms.CharField(label=_("Page"), max_length=20, required=False)
    agenda_item = forms.CharField(label=_("Agenda item"), max_length=120, required=False)
    quote = forms.CharField(
        label=_("In the State's own words"), widget=forms.Textarea(attrs={"rows": 4}), max_length=8000
    )
    url = forms.URLField(
        label=_("Address of the report or statement"), max_length=300, required=False, assume_scheme="https"
    )

    class Meta:
        model = AssistanceRequest
        fields = [
            "state",
            "channel",
            "said_on",
            "covered_year",
            "meeting",
            "title",
            "areas",
            "requirement",
            "challenge",
        ]
        labels = {
            "covered_year": _("Year that the report covers"),
            "title": _("In one line, what is needed?"),
            "requirement": _("What does the State require?"),
        }
        widgets = {
            "state": FastSelect,
            "meeting": FastSelect,
            "challenge": forms.Textarea(attrs={"rows": 3}),
            "requirement": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, today: date, states: Mapping[str, State] | None = None, **kwargs: Any) -> None:
        """With `states`, those that have joined by their codes: who checks many needs reads them once."""
        super().__init__(*args, **kwargs)
        self.today = today
        for name in ("title", "requirement"):
            self.fields[name].required = True
        state: forms.ModelChoiceField = self.fields["state"]  # type: ignore[assignment]
        state.queryset = State.objects.joined()
        if states is not None:
            self.fields["state"] = KnownChoice(lambda: states, queryset=state.queryset, label=state.label)

    def _get_validation_exclusions(self) -> set[str]:
        """The State was found among those that have joined."""
        return super()._get_validation_exclusions() | {"state"}

    def clean_said_on(self) -> date | None:
        said: date | None = self.cleaned_data.get("said_on")
        if said and said > self.today:
            raise forms.ValidationError(_("This day is still to come."))
        return said

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("channel") == Channel.ARTICLE_7:
            for name in ("covered_year", "form", "page"):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, _("Needed for a need read in an Article 7 report."))
            year, said = cleaned.get("covered_year"), cleaned.get("said_on")
            if year and said and year > said.year:
                self.add_error("covered_year", _("A report cannot cover a year after its own day."))
        elif cleaned.get("channel"):
            cleaned["covered_year"] = None
            if not cleaned.get("meeting"):
                self.add_error("meeting", _("Say at which meeting."))
        return cleaned

    def stated(self) -> StatedIn:
        """Where it was said, not yet in the database."""
        return StatedIn(**{name: self.cleaned_data[name] for name in ("form", "page", "agenda_item", "quote", "url")})


class StepForm(forms.Form):
    """A step of the life cycle with its note."""

    note = forms.CharField(label=_("Note"), widget=forms.Textarea(attrs={"rows": 3}), required=False, max_length=4000)


class RelayForm(forms.Form):
    """To whom a request is relayed, with a covering note."""

    supporters = forms.ModelMultipleChoiceField(
        Supporter.objects.all(),
        to_field_name="code",
        error_messages={
            "required": _("Choose at least one supporter."),
            "invalid_choice": _("%(value)s is not a supporter on the list."),
        },
    )
    note = forms.CharField(
        label=_("Covering note"), widget=forms.Textarea(attrs={"rows": 3}), required=False, max_length=4000
    )
    again = forms.BooleanField(label=_("Relay again to those already asked"), required=False)


class AnswerForm(forms.Form):
    """A supporter's answer."""

    kind = forms.ChoiceField(label=_("Your answer"), choices=AnswerKind, widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("Message"), widget=forms.Textarea(attrs={"rows": 4}), required=False, max_length=4000
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("kind") in {AnswerKind.NEED_INFORMATION, AnswerKind.REFER} and not cleaned.get("text"):
            self.add_error("text", _("Say what you need to know, or whom you suggest."))
        return cleaned


class VisibilityForm(forms.Form):
    visibility = forms.ChoiceField(
        label=_("Who may know of this request?"),
        choices=Visibility,
        widget=forms.RadioSelect,
        help_text=VISIBILITY_HELP,
    )
