"""Where a direct channel stands."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ChannelState(TextChoices):
    ASKED = "asked", _("Asked, waits for the other side")
    OPEN = "open", pgettext_lazy("a direct channel", "Open")
    DECLINED = "declined", pgettext_lazy("a direct channel", "Declined")
    CLOSED = "closed", pgettext_lazy("a direct channel", "Closed")
    TAKEN_BACK = "taken_back", _("Asked, and taken back")
