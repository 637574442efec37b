"""Roles that a person can hold."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class FeedScope(TextChoices):
    """Whose deadlines a personal calendar feed shows."""

    OWN = "own", _("My State's deadlines")
    ALL = "all", _("Deadlines of all States")


class Role(TextChoices):
    FOCAL_POINT = "focal_point", _("Focal point of a State")
    COORDINATOR = "coordinator", _("Coordinator")
    PRESIDENT = "president", pgettext_lazy("office", "President")
    ISU = "isu", _("Implementation Support Unit")
    PARTNER = "partner", _("Operator, UN body or organisation")
    OBSERVER = "observer", _("Observer")
    AUTHOR = "author", _("National author")
