"""The vocabularies of follow-ups and outreach."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Reason(TextChoices):
    """Why a State is to be contacted, the most pressing first."""

    DEADLINE_PASSED = "deadline_passed", _("The deadline has passed")
    LAST_DAY_PASSED = "last_day_passed", _("The last day to ask for more time has passed")
    LAST_DAY_NEAR = "last_day_near", _("The last day to ask for more time is near")
    DEADLINE_NEAR = "deadline_near", _("The deadline is within two years")
    AGAIN = "again", _("Agreed to contact again")


class Result(TextChoices):
    """What a contact brought."""

    CONTACTED = "contacted", _("Contacted, no answer yet")
    ON_TIME = "on_time", _("Answered: plans to complete in time")
    EXTENSION = "extension", _("Answered: will ask for more time")
    ASSISTANCE = "assistance", _("Answered: will ask for assistance")
    NO_ANSWER = "no_answer", _("No answer")
    DECLINED = "declined", _("Declined")
    RESOLVED = "resolved", _("No contact needed any more")


#: What people record; the last one is the portal's own.
RESULTS_OF_PEOPLE = [result for result in Result if result is not Result.RESOLVED]


class OutreachStatus(TextChoices):
    """Where the contact with a State about an area stands."""

    REQUESTED = "requested", _("Has asked")
    PRESSING = "pressing", _("Pressing, has not asked")
    CONTACTED = "contacted", _("Contacted")
    DECLINED = "declined", _("Declined")


class PriorityReason(TextChoices):
    """What gives a State points on the priority list."""

    DEADLINE = "deadline", _("The deadline is near or has passed")
    ASKED = "asked", _("Has asked for assistance")
    SILENT = "silent", _("Pressing, and has not asked")
    CONTACT = "contact", _("Long since the last contact, or none on record")
