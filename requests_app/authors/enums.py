"""Where a sign-off stands."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class SignOffStatus(TextChoices):
    WAITING = "sign_off_waiting", _("waits for the signature")
    GIVEN = "sign_off_given", _("signed off")
    VOID = "sign_off_void", _("void: edited since")
