"""Roles that a person can hold, and the kinds and ways of mail."""

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


class MailKind(TextChoices):
    """What a mail is about; each person chooses for each kind how it reaches them (`accounts.models.MailChoice`)."""

    OBLIGATIONS = "obligations", _("Reminders of our own treaty obligations")
    REQUESTS = "requests", _("Requests that concern us: our own, those relayed to us, those we handle")
    DISCUSSIONS = "discussions", _("Messages in discussions")
    COALITIONS = "coalitions", _("Country Coalitions")
    OFFERS = "offers", _("Our offers, and workshops to which we have applied")
    HELP = "help", _("Questions to the ISU and its answers")
    HANDLING = "handling", _("What has waited for too long, and States to contact")
    NEW_REQUESTS = "new_requests", _("New requests in the areas that I choose")


class MailTiming(TextChoices):
    AT_ONCE = "at_once", _("At once")
    DAILY = "daily", _("Once a day")
    WEEKLY = "weekly", _("Once a week")
    NEVER = "never", _("Not at all")


class MailStatus(TextChoices):
    """Where a mail in the outbox stands."""

    WAITING = "waiting", _("Waits to be sent")
    HELD = "held", _("Waits for the digest")
    SENT = "sent", _("Sent")
    IN_DIGEST = "in_digest", _("In a digest")
    FAILED = "failed", _("Could not be delivered")
    UNWANTED = "unwanted", _("Switched off by the reader")
    DROPPED = "dropped", _("Left out: no longer for the reader")


class Job(TextChoices):
    """What a timer runs."""

    SEND_MAIL = "send_mail", "send_mail"
    FOLLOW_UP = "follow_up", "follow_up"
