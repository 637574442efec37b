"""The vocabularies of coalitions and work plans."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class CoalitionStatus(TextChoices):
    PLANNED = "planned", _("Planned")
    PROPOSED = "proposed", _("Proposed, awaiting the affected State")
    ACTIVE = "active", _("Active")
    CLOSED = "closed", _("Closed")


class Label(TextChoices):
    """Whether a source calls the partnership a Country Coalition."""

    COALITION = "coalition", _("Country Coalition")
    PARTNERSHIP = "partnership", _("Partnership; no source calls it a Country Coalition")


class MemberRole(TextChoices):
    LEAD = "lead", _("Lead (affected State)")
    CO_LEAD = "co_lead", _("Co-lead")
    DONOR = "donor", _("Donor")
    OPERATOR = "operator", _("Operator")
    ADVISER = "adviser", _("Technical adviser")
    PEER = "peer", _("South–South peer")
    OBSERVER = "observer", _("Observer")


class CommitmentStatus(TextChoices):
    PLEDGED = "pledged", _("Pledged")
    COMMITTED = "committed", _("Committed")
    DELIVERED = "delivered", _("Delivered")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class ActivityStatus(TextChoices):
    PLANNED = "planned", _("Planned")
    UNDER_WAY = "under_way", _("Under way")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")
    UNKNOWN = "unknown", _("Not on record")
