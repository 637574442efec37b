"""Roles that a person can hold."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Role(TextChoices):
    FOCAL_POINT = "focal_point", _("Focal point of a State")
    COORDINATOR = "coordinator", _("Coordinator")
    PRESIDENT = "president", pgettext_lazy("office", "President")
    ISU = "isu", _("Implementation Support Unit")
    PARTNER = "partner", _("Operator, UN body or organisation")
    OBSERVER = "observer", _("Observer")
