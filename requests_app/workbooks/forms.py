"""Forms to take the form out as a file, and to send it back."""

from datetime import date
from pathlib import PurePath
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from ccm_portal.register.models import State
from ccm_portal.register.reference import BadReference
from ccm_portal.ui.widgets import DateInput, FastSelect
from requests_app.domain.files import NotAcceptable, safe_name
from requests_app.forms import FILE_REFUSED
from requests_app.scanning import check_and_scan
from requests_app.workbooks import excel, word
from requests_app.workbooks.domain.grids import NotRead, Returned
from requests_app.workbooks.domain.grids import read as read_grids
from requests_app.workbooks.enums import FileKind, Language, Way
from requests_app.workbooks.wording import told_of

READERS = {FileKind.XLSX: excel.read, FileKind.DOCX: word.read}
FORMATS = [f".{kind}" for kind in FileKind]
NOTE_FORMATS = [".pdf", ".png", ".jpg", ".jpeg"]
WITH_MACROS = (".xlsm", ".xltm", ".xlsb", ".docm", ".dotm", ".xls", ".doc")


def kind_of_file(name: str) -> FileKind:
    return FileKind(PurePath(name).suffix.lower().removeprefix("."))


def read_file(name: str, content: bytes) -> Returned:
    """What a returned file says. Raises BadReference or NotRead."""
    return read_grids(READERS[kind_of_file(name)](name, content))


class TakeOutForm(forms.Form):
    """In which language and as which kind of file."""

    language = forms.ChoiceField(label=_("Language beside English"), choices=Language)
    kind = forms.ChoiceField(label=_("File"), choices=FileKind, widget=forms.RadioSelect, initial=FileKind.XLSX)


class TakeOutForStateForm(TakeOutForm):
    """As the ISU takes it out, to send it to a State."""

    field_order = ("state",)
    state = forms.ModelChoiceField(State.objects.none(), label=_("State"), widget=FastSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["state"].queryset = State.objects.joined()  # type: ignore[attr-defined]


class ReturnForm(forms.Form):
    """A filled form, and the note verbale that goes with it."""

    file = forms.FileField(
        label=_("The filled form"),
        help_text=_("The Excel or Word file that you took out here. You see each change before anything is saved."),
        widget=forms.FileInput(attrs={"accept": ",".join(FORMATS)}),
    )
    note = forms.FileField(
        label=_("Note verbale"),
        help_text=_(
            "If there is one: PDF, PNG or JPEG. It is kept beside the request; your State and those who handle it see "
            "it."
        ),
        required=False,
        widget=forms.FileInput(attrs={"accept": ",".join(NOTE_FORMATS)}),
    )
    returned: Returned

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        suffix = PurePath(file.name).suffix.lower()
        if suffix in WITH_MACROS:
            raise forms.ValidationError(_("Files that may carry macros are not taken: save it as .xlsx or .docx."))
        if suffix not in FORMATS:
            raise forms.ValidationError(_("The form comes back as .xlsx or .docx."))
        content = _checked(file)
        try:
            self.returned = read_file(file.name, content)
        except BadReference as error:
            raise forms.ValidationError(list(error.reasons)) from None
        except NotRead as error:
            raise forms.ValidationError(told_of(error)) from None
        return file

    def clean_note(self) -> Any:
        note = self.cleaned_data["note"]
        if note:
            if PurePath(note.name).suffix.lower() not in NOTE_FORMATS:
                raise forms.ValidationError(_("A note verbale comes as PDF, PNG or JPEG."))
            _checked(note)
        return note


class ReturnForStateForm(ReturnForm):
    """A form that a State has sent to the ISU."""

    way = forms.ChoiceField(label=_("How did it come?"), choices=[one for one in Way.choices if one[0] != Way.UPLOAD])
    sender = forms.CharField(
        label=_("Who sent it?"),
        help_text=_("The ministry or mission, never a person: for example, Permanent Mission in Geneva."),
        max_length=160,
    )
    received_on = forms.DateField(label=_("Received on"), widget=DateInput)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_received_on(self) -> date:
        day: date = self.cleaned_data["received_on"]
        if day > self.today:
            raise forms.ValidationError(_("This day is still to come."))
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("way") == Way.NOTE and not cleaned.get("note") and "note" not in self.errors:
            self.add_error("note", _("Add the note verbale that it came with."))
        return cleaned


def _checked(file: Any) -> bytes:
    """The content of a file that may be kept."""
    if file.size > settings.UPLOAD_MAX_BYTES:
        raise forms.ValidationError(FILE_REFUSED["size"])
    content: bytes = file.read()
    file.seek(0)
    try:
        check_and_scan(file.name, content)
    except NotAcceptable as error:
        raise forms.ValidationError(FILE_REFUSED[error.reason]) from None
    return content


class NeedsFileForm(forms.Form):
    """A spreadsheet of needs that were read in Article 7 reports."""

    file = forms.FileField(
        label=_("CSV file or Excel workbook"),
        help_text=_("With the columns of the template; one need a row."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if PurePath(file.name).suffix.lower() not in (".xlsx", ".csv"):
            raise forms.ValidationError(_("Needs come as .xlsx or .csv."))
        if PurePath(file.name).suffix.lower() == ".xlsx":
            _checked(file)
        file.name = safe_name(file.name)
        return file
