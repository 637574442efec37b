"""The needs form with its evidence, and the small forms of a request's life."""

from collections.abc import Sequence
from datetime import date
from pathlib import PurePath
from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings
from django.core.validators import MinValueValidator
from django.utils.translation import gettext_lazy as _

from ccm_portal.register.clocks import Row
from ccm_portal.register.models import Obligation, State
from ccm_portal.ui.templatetags.portal import day
from ccm_portal.ui.widgets import DateInput, FastSelect
from requests_app.domain.files import NotAcceptable, check_file, safe_name
from requests_app.enums import RECORDED_CHANNELS, REPORT_FORMS, AnswerKind, AreaCode, Channel, Kind, Visibility
from requests_app.models import AssistanceRequest, EvidenceItem, Offer, StatedIn, Supporter, currency_code

EVIDENCE_ROWS = 2

FILE_REFUSED = {
    "type": _("Files of this type are not taken. Use PDF, PNG, JPEG, DOCX, XLSX, CSV or TXT."),
    "size": _("The file is too large."),
    "empty": _("The file is empty."),
    "content": _("The content of this file is not what its name says."),
}
VISIBILITY_HELP = _("You can widen this later. Nobody else can widen it for you.")


def whole(figure: Any) -> Any:
    """A figure as a person would type it: 4000000, not 4000000.00."""
    return int(figure) if figure is not None and figure == int(figure) else figure


class CurrencyField(forms.CharField):
    """Three letters, in any case."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=3, required=False, **kwargs)
        self.validators.append(lambda value: currency_code(value.upper()))

    def clean(self, value: Any) -> str:
        return str(super().clean(value)).upper()


class NeedsForm(forms.ModelForm):
    """What a State needs. Drafts may be incomplete; `submitting` asks for everything that a submission must have."""

    field_order = ("title", "areas")
    required_on_submission = ("title", "areas", "challenge", "requirement", "kinds")
    areas = forms.MultipleChoiceField(
        choices=AreaCode,
        label=_("Which obligations does this concern?"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Several are possible."),
    )
    kinds = forms.MultipleChoiceField(
        label=_("What kinds of assistance?"), choices=Kind, widget=forms.CheckboxSelectMultiple, required=False
    )
    currency = CurrencyField(label=_("Currency"), help_text=_("Three letters, for example USD."))
    channel = forms.ChoiceField(
        label=_("To whom does this request go?"),
        choices=[(c.value, c.label) for c in (Channel.COORDINATORS, Channel.ISU)],
        widget=forms.RadioSelect,
        initial=Channel.COORDINATORS,
    )
    visibility = forms.ChoiceField(
        label=_("Who may know of it?"), choices=Visibility, widget=forms.RadioSelect, help_text=VISIBILITY_HELP,
        initial=Visibility.COORDINATORS_ISU,
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = AssistanceRequest
        fields = [
            "title", "obligation", "challenge", "requirement", "kinds", "total_cost", "national_share",
            "external_secured", "currency", "desired_start", "desired_end", "consequence", "institution",
            "national_plan", "channel", "inform_coordinators", "visibility",
        ]  # fmt: skip
        labels = {
            "title": _("In one line, what do you need?"),
            "obligation": _("Which deadline is at stake?"),
            "challenge": _("What is the challenge?"),
            "requirement": _("What do you require?"),
            "total_cost": _("Total cost"),
            "national_share": _("National share"),
            "external_secured": _("Already secured from others"),
            "consequence": _("What happens if help comes late?"),
            "institution": _("Which institution leads?"),
            "national_plan": _("Which national plan does it belong to?"),
        }
        help_texts = {
            "title": _("For example: technical survey of 40 villages in two provinces"),
            "obligation": _("Pre-filled from the register, with today's deadline."),
            "challenge": _("What stands in the way, and why national means are not enough."),
            "requirement": _("What, how much, where, until when."),
            "national_plan": _("Name and year, or “in preparation”."),
            "inform_coordinators": _("Matters only for a request to the ISU: untick if the ISU alone should know."),
        }
        widgets = {
            "desired_start": DateInput,
            "desired_end": DateInput,
            "challenge": forms.Textarea(attrs={"rows": 4}),
            "requirement": forms.Textarea(attrs={"rows": 4}),
            "consequence": forms.Textarea(attrs={"rows": 2}),
        }

    def __init__(self, *args: Any, submitting: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.submitting = submitting
        obligation: forms.ModelChoiceField = self.fields["obligation"]  # type: ignore[assignment]
        obligation.queryset = Obligation.objects.filter(state=self.instance.state_id)
        obligation.empty_label = _("None, or not sure")
        for name in ("total_cost", "national_share", "external_secured"):
            self.fields[name].validators.append(MinValueValidator(0))
        for name in self.required_on_submission:
            self.fields[name].needed_to_submit = True  # type: ignore[attr-defined]
        if self.instance.pk and not self.is_bound:
            self.initial["areas"] = list(self.instance.areas.values_list("pk", flat=True))
        self.initial.setdefault("kinds", [kind.value for kind in self.instance.kinds])
        self.initial["version"] = self.instance.version

    def show_deadlines(self, clocks: Sequence[Row]) -> None:
        """For a form that is shown: name each obligation with its deadline, and take the only running one."""
        running = [row for row in clocks if row.is_running and row.obligation]
        dated = {row.obligation.pk: f"{day(row.deadline)}: {row.obligation.get_limb_display()}" for row in running}  # type: ignore[union-attr]
        field: forms.ModelChoiceField = self.fields["obligation"]  # type: ignore[assignment]
        field.label_from_instance = lambda o: dated.get(o.pk, o.get_limb_display())  # type: ignore[method-assign, assignment]
        if self.instance.pk is None and len(running) == 1:
            self.initial["obligation"] = running[0].obligation

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        amounts = [cleaned.get(name) for name in ("total_cost", "national_share", "external_secured")]
        if (
            any(amount is not None for amount in amounts)
            and not cleaned.get("currency")
            and "currency" not in self.errors
        ):
            self.add_error("currency", _("Say in which currency the amounts are."))
        financial = Kind.FINANCIAL in cleaned.get("kinds", [])
        if self.submitting and financial and not cleaned.get("currency") and "currency" not in self.errors:
            self.add_error("currency", _("Financial assistance needs its currency."))
        if cleaned.get("total_cost") is None and any(amount is not None for amount in amounts):
            self.add_error("total_cost", _("Give the total that these shares belong to."))
        start, end = cleaned.get("desired_start"), cleaned.get("desired_end")
        if start and end and end < start:
            self.add_error("desired_end", _("The end is before the start."))
        if self.submitting:
            self._require_for_submission(cleaned)
        return cleaned

    def _require_for_submission(self, cleaned: dict[str, Any]) -> None:
        for name in self.required_on_submission:
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, _("This is needed before the request can be submitted."))

    def save(self, commit: bool = True) -> AssistanceRequest:
        """The request with the form's values, not yet in the database: `actions.save_request` writes."""
        for kind in Kind:
            setattr(self.instance, f"is_{kind.value}", kind.value in self.cleaned_data["kinds"])
        return self.instance

    def _get_validation_exclusions(self) -> set[str]:
        """Status, date and number belong to the life cycle. Of the rest, the form's own rules say what the constraints
        say, beside the field, and the database has the last word: it need not be asked three times before a save."""
        return super()._get_validation_exclusions() | {
            *("status", "submitted_on", "reference"),
            *("currency", "total_cost", "desired_end"),
        }


class RecordedNeedForm(forms.ModelForm):
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
    form = forms.ChoiceField(label=_("Form"), choices=[("", "–"), *REPORT_FORMS], required=False)
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

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        for name in ("title", "requirement"):
            self.fields[name].required = True
        state: forms.ModelChoiceField = self.fields["state"]  # type: ignore[assignment]
        state.queryset = State.objects.joined()

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


class EvidenceForm(forms.ModelForm):
    """One item of evidence."""

    class Meta:
        model = EvidenceItem
        fields = ["claim", "figure", "unit", "source", "dated", "method", "file"]
        widgets = {"dated": DateInput, "file": forms.FileInput}
        help_texts = {"unit": _("m², people, munitions …"), "method": _("Survey, records, estimate …")}

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_dated(self) -> date | None:
        dated: date | None = self.cleaned_data.get("dated")
        if dated and dated > self.today:
            raise forms.ValidationError(_("Evidence cannot be dated in the future."))
        return dated

    def clean_file(self) -> Any:
        file = self.cleaned_data.get("file")
        if file and hasattr(file, "content_type"):
            if file.size > settings.UPLOAD_MAX_BYTES:
                raise forms.ValidationError(FILE_REFUSED["size"])
            try:
                check_file(file.name, file.read(), max_bytes=settings.UPLOAD_MAX_BYTES)
            except NotAcceptable as error:
                raise forms.ValidationError(FILE_REFUSED[error.reason]) from None
            file.seek(0)
            self.instance.file_name = safe_name(file.name)
            file.name = f"{uuid4().hex}{PurePath(file.name).suffix.lower()}"  # never guessable from the name
        return file


class BaseEvidenceFormSet(forms.BaseInlineFormSet):
    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        kwargs["form_kwargs"] = {**kwargs.get("form_kwargs", {}), "today": today}
        super().__init__(*args, **kwargs)

    def save_without_writing(self) -> tuple[list[EvidenceItem], list[EvidenceItem]]:
        """(items to save, items to remove)."""
        return self.save(commit=False), list(self.deleted_objects)


EvidenceFormSet = forms.inlineformset_factory(
    AssistanceRequest,
    EvidenceItem,
    form=EvidenceForm,
    formset=BaseEvidenceFormSet,
    extra=EVIDENCE_ROWS,
    max_num=40,
    validate_max=True,
)


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


class OfferForm(forms.ModelForm):
    """Help that a supporter offers."""

    class Meta:
        model = Offer
        fields = [
            "title", "description", "areas", "is_technical", "is_material", "is_financial", "valid_until", "is_public",
        ]  # fmt: skip
        widgets = {"areas": forms.CheckboxSelectMultiple, "valid_until": DateInput}

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if (last := cleaned.get("valid_until")) and last < self.today:
            self.add_error("valid_until", _("This day is past; nobody would see the offer."))
        if not any(cleaned.get(f"is_{kind.value}") for kind in Kind):
            self.add_error(None, _("Tick at least one kind: technical, material or financial."))
        return cleaned
