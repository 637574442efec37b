"""The needs form, whole and in parts, with its evidence."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import MinValueValidator
from django.utils.translation import gettext_lazy as _

from ccm_portal.register.clocks import Row
from ccm_portal.register.models import Obligation
from ccm_portal.ui.forms import TextForm
from ccm_portal.ui.templatetags.portal import day
from ccm_portal.ui.widgets import DateInput
from requests_app.domain.files import NotAcceptable, safe_name
from requests_app.enums import AreaCode, Channel, Kind, Language, Visibility
from requests_app.forms import (
    FILE_REFUSED,
    VISIBILITY_HELP,
    CurrencyField,
    KnownRows,
    SaidByItsFields,
    codes,
    refuse_more_than_total,
)
from requests_app.models import AssistanceRequest, EvidenceItem
from requests_app.scanning import check_and_scan
from requests_app.writing.models import Upload, hidden_name

EVIDENCE_ROWS = 2
AMOUNTS = ("total_cost", "national_share", "external_secured")
AUDIENCE = {"channel", "inform_coordinators", "visibility"}  # for the focal point alone


class NeedsForm(SaidByItsFields, TextForm):
    """What a State needs. Drafts may be incomplete; `submitting` asks for everything that a submission must have, and
    `only` keeps some of the fields: the form of one step."""

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
    languages = codes(Language.choices, _("In which languages can you work with those who help?"))
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
            "national_plan", "partners", "languages", "channel", "inform_coordinators", "visibility",
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
            "partners": _("With whom would you like to work?"),
        }
        help_texts = {
            "title": _("For example: technical survey of 40 villages in two provinces"),
            "obligation": _("Pre-filled from the register, with today's deadline."),
            "challenge": _("What stands in the way, and why national means are not enough."),
            "requirement": _("What, how much, where, until when."),
            "national_plan": _("Name and year, or “in preparation”."),
            "partners": _(
                "States or organisations that you have in mind, if any. Only the Coordinators and the ISU read it, and "
                "nobody is asked by it."
            ),
            "inform_coordinators": _("Matters only for a request to the ISU: untick if the ISU alone should know."),
        }
        widgets = {
            "desired_start": DateInput,
            "desired_end": DateInput,
            "challenge": forms.Textarea(attrs={"rows": 4}),
            "requirement": forms.Textarea(attrs={"rows": 4}),
            "consequence": forms.Textarea(attrs={"rows": 2}),
        }

    def __init__(self, *args: Any, submitting: bool = False, only: Collection[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.submitting = submitting
        self.fields = {name: self.fields[name] for name in only or self.fields}
        for name, field in self.fields.items():
            field.needed_to_submit = name in self.required_on_submission  # type: ignore[attr-defined]
            field.widget.attrs.pop("maxlength", None)  # a browser would cut off what is pasted; we say it instead
            if name in AMOUNTS:
                field.validators.append(MinValueValidator(0))
        if self.instance.author_writes:
            for name in self.fields.keys() & AUDIENCE:
                self.fields[name].disabled = True
                self.fields[name].help_text = _("The focal point of your State decides this.")
        if "obligation" in self.fields:
            obligation: forms.ModelChoiceField = self.fields["obligation"]  # type: ignore[assignment]
            obligation.queryset = Obligation.objects.filter(state=self.instance.state_id)
            obligation.empty_label = _("None, or not sure")
            obligation.label_from_instance = lambda own: own.get_limb_display()  # type: ignore[method-assign, assignment]
        if "areas" in self.fields and self.instance.pk and not self.is_bound:
            self.initial["areas"] = [area.pk for area in self.instance.areas.all()]
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
        if "total_cost" in self.fields:
            self._check_amounts(cleaned)
        start, end = cleaned.get("desired_start"), cleaned.get("desired_end")
        if start and end and end < start:
            self.add_error("desired_end", _("The end is before the start."))
        if self.submitting:
            self._require_for_submission(cleaned)
        return cleaned

    def _check_amounts(self, cleaned: dict[str, Any]) -> None:
        has_amounts = any(cleaned.get(name) is not None for name in AMOUNTS)
        if has_amounts and not cleaned.get("currency") and "currency" not in self.errors:
            self.add_error("currency", _("Say in which currency the amounts are."))
        if has_amounts and cleaned.get("total_cost") is None and "total_cost" not in self.errors:
            self.add_error("total_cost", _("Give the total that these shares belong to."))
        for name in ("national_share", "external_secured"):
            refuse_more_than_total(self, name, cleaned.get("total_cost"), cleaned.get(name))

    def _require_for_submission(self, cleaned: dict[str, Any]) -> None:
        financial = Kind.FINANCIAL in cleaned.get("kinds", [])
        if financial and not cleaned.get("currency") and "currency" not in self.errors:
            self.add_error("currency", _("Financial assistance needs its currency."))
        for name in self.required_on_submission:
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, _("This is needed before the request can be submitted."))

    def save(self, commit: bool = True) -> AssistanceRequest:
        """The request with the form's values, not yet in the database: `actions.save_request` writes."""
        if "kinds" in self.fields:
            for kind in Kind:
                setattr(self.instance, f"is_{kind.value}", kind.value in self.cleaned_data["kinds"])
        return self.instance

    def changes(self) -> dict[str, Any]:
        """What `actions.save_request` needs beside the request itself."""
        return {"areas": self.cleaned_data["areas"]} if "areas" in self.fields else {}

    def _get_validation_exclusions(self) -> set[str]:
        """Status, date and number belong to the life cycle. The obligation was found among the State's own."""
        return super()._get_validation_exclusions() | {"status", "submitted_on", "reference", "obligation"}


class EvidenceForm(SaidByItsFields, TextForm):
    """One item of evidence."""

    upload = forms.CharField(required=False, max_length=43, widget=forms.HiddenInput)
    kept: Upload | None = None  # a file that is here already, named by `upload`

    class Meta:
        model = EvidenceItem
        fields = ["claim", "figure", "unit", "source", "dated", "method", "file"]
        widgets = {"dated": DateInput, "file": forms.FileInput}
        help_texts = {"unit": _("m², people, munitions …"), "method": _("Survey, records, estimate …")}

    def __init__(self, *args: Any, today: date, reference: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today, self.reference = today, reference  # of the request, which need not be saved yet

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
                check_and_scan(file.name, file.read())
            except NotAcceptable as error:
                raise forms.ValidationError(FILE_REFUSED[error.reason]) from None
            file.seek(0)
            self.instance.file_name = safe_name(file.name)
            file.name = hidden_name(file.name)
        return file

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        key = cleaned.get("upload")
        if key and not self.files.get(self.add_prefix("file")):
            of_this = {"key": key, "reference": self.reference, "is_checked": True}
            self.kept = Upload.objects.filter(**of_this).first()
            if self.kept is None:
                self.add_error("file", _("The file has not arrived whole. Please choose it again."))
        return cleaned

    def _post_clean(self) -> None:
        super()._post_clean()
        if self.kept is not None:
            self.instance.file, self.instance.file_name = self.kept.file.name, self.kept.name

    def show_kept(self, kept: Upload) -> None:
        """The file is kept although the rest has a mistake: the form names it, so that nobody chooses it again."""
        data: Any = self.data
        self.kept, self.data = kept, data.copy()
        self.data[self.add_prefix("upload")] = kept.key  # type: ignore[index]

    @property
    def new_file(self) -> Any:
        """A file that came with this form and has nothing wrong with it."""
        file = self.files.get(self.add_prefix("file"))
        return file if file and "file" not in self.errors else None


class BaseEvidenceFormSet(KnownRows):
    def __init__(self, *args: Any, today: date, instance: AssistanceRequest, **kwargs: Any) -> None:
        of_each = {**kwargs.pop("form_kwargs", {}), "today": today, "reference": instance.reference}
        super().__init__(*args, instance=instance, form_kwargs=of_each, **kwargs)

    def changes(self) -> dict[str, Any]:
        """What `actions.save_request` needs: the items to save and to remove."""
        items = self.save(commit=False)
        return {"evidence": items, "removed_evidence": list(self.deleted_objects)}

    def kept_files(self) -> list[Upload]:
        """Kept files that are evidence once this is saved."""
        return [form.kept for form in self.forms if form.kept]  # type: ignore[attr-defined]


EvidenceFormSet = forms.inlineformset_factory(
    AssistanceRequest,
    EvidenceItem,
    form=EvidenceForm,
    formset=BaseEvidenceFormSet,
    extra=EVIDENCE_ROWS,
    max_num=40,
    validate_max=True,
)


class HelpForm(forms.Form):
    """A question to the ISU on a text that is being written."""

    question = forms.CharField(
        label=_("What would you like help with?"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=4000,
        initial=_("Please help us to say clearly what we need."),
    )
    with_text = forms.BooleanField(
        label=_("Send the present challenge and requirement along: the ISU does not see a draft."),
        required=False,
        initial=True,
    )

    def text(self, asked: AssistanceRequest) -> str:
        """The message, with the draft's own words where the State agrees."""
        said = [self.cleaned_data["question"]]
        if self.cleaned_data["with_text"]:
            said += [f"{_('What is the challenge?')}\n{asked.challenge}"] if asked.challenge else []
            said += [f"{_('What do you require?')}\n{asked.requirement}"] if asked.requirement else []
        return "\n\n".join(said)
