"""How far a step of the needs form has come."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Progress(TextChoices):
    """Where one step stands, in the list of steps."""

    DONE = "done", _("Done")
    EMPTY = "empty", _("Left empty")
    NOT_SAVED = "not_saved", _("Not saved")
    NEEDED = "needed", _("Needed")
    ADVISED = "advised", _("Donors ask")
    OPEN = "to_do", _("To do")
