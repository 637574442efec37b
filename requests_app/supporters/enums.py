"""The vocabularies of a supporter's profile."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class StatedBy(TextChoices):
    """Whose word a line of a profile is."""

    SUPPORTER = "supporter", _("stated by the supporter")
    ISU = "isu", _("entered by the ISU")
