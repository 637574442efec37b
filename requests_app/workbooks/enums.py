"""The vocabularies of forms that travel as files."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class FileKind(TextChoices):
    XLSX = "xlsx", _("Excel workbook (.xlsx)")
    DOCX = "docx", _("Word document (.docx)")


class Language(TextChoices):
    """The languages of the Convention that may stand beside English, each in its own name; the value is Django's."""

    FRENCH = "fr", "Français"
    SPANISH = "es", "Español"
    ARABIC = "ar", "العربية"
    CHINESE = "zh-hans", "中文"
    RUSSIAN = "ru", "Русский"


class Way(TextChoices):
    """How a filled form reached the portal."""

    UPLOAD = "upload", _("Uploaded by the State itself")
    MAIL = "mail", _("By e-mail")
    NOTE = "note", _("With a note verbale")
    HAND = "hand", _("Handed over at a meeting")
    POST = "post", _("By post")


class Answer(TextChoices):
    """What a line of the form takes."""

    TEXT = "text"
    LONG = "long"
    DATE = "date"
    NUMBER = "number"
    CHOICE = "choice"
    YES = "yes"


class Trouble(TextChoices):
    """Why a returned file, or one of its lines, is not read."""

    NOT_OURS = "not_ours", _("This is not a form of this portal: the block that says so is missing.")
    FORMAT = "format", _("This form is of a version that the portal no longer reads. Please download it anew.")
    NO_COLUMN = "no_column", _("A column of this table is missing or stands in it twice.")
    NO_ANSWERS = "no_answers", _("No line of the form was found.")
    MERGED = "merged", _("Cells are merged here: unmerge them, so that each line stands by itself.")
    FIELD = "field", _("A computed field stands here; put its text in its place.")
    OUTSIDE = "outside", _("Text stands outside the columns of the form; the line was not read.")
    TWICE = "twice", _("The form holds this line twice; neither was read.")
    UNKNOWN = "unknown", _("The portal does not know this line; it was not read.")
    MISSING = "missing", _("This line is missing in the file; the portal's answer stays.")
    NO_DAY = "no_day", _("Write the day as year-month-day, for example 2027-12-31.")
    NO_CHOICE = "no_choice", _("This is not one of the answers that the form offers.")
    NO_YES = "no_yes", _("Answer with yes, or leave it empty.")
