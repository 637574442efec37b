"""The vocabularies of workshops."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Decision(TextChoices):
    """What the host of a workshop decides about an application."""

    ACCEPTED = "accepted", pgettext_lazy("an application", "Accepted")
    DECLINED = "declined", pgettext_lazy("an application", "Declined")


class Standing(TextChoices):
    """Where an application stands; computed from what was applied, decided and withdrawn, never stored."""

    ACCEPTED = "accepted", pgettext_lazy("an application", "Accepted")
    PLACE = "has_place", _("Has a place")
    WAITING = "waiting", _("On the waiting list")
    DECLINED = "declined", pgettext_lazy("an application", "Declined")
    WITHDRAWN = "withdrawn", pgettext_lazy("an application", "Withdrawn")


class Closed(TextChoices):
    """Why nobody can apply to a workshop any more."""

    WITHDRAWN = "withdrawn", _("This workshop was withdrawn: nobody can apply to it any more.")
    LATE = "late", _("The last day to apply is past.")
