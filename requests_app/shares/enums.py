"""The vocabularies of shares and deliveries."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

#: How the audit trail calls an amended pledge; a share's page reads it there.
AMENDED = "share: amended"


class ShareStatus(TextChoices):
    PLEDGED = "pledged", _("Pledged")
    COMMITTED = "committed", _("Committed")
    DELIVERED = "delivered", _("Delivered")
    WITHDRAWN = "withdrawn", pgettext_lazy("a share of a request", "Withdrawn")


class Side(TextChoices):
    """The two sides whose word makes a step certain."""

    SUPPORTER = "supporter", _("the supporter")
    STATE = "state", _("the requesting State")


class DeliveryChannel(TextChoices):
    """Article 6.2: through the United Nations, international, regional or national organisations, non-governmental
    organisations, or bilaterally; and the modalities that papers on cooperation name besides."""

    BILATERAL = "bilateral", _("Bilateral, State to State")
    UNITED_NATIONS = "united_nations", _("United Nations")
    MULTILATERAL = "multilateral", _("Other international organisation")
    REGIONAL = "regional", _("Regional organisation")
    NATIONAL = "national", _("National organisation or institution")
    NGO = "ngo", _("Non-governmental organisation")
    TRUST_FUND = "trust_fund", _("Trust fund")
    POOLED = "pooled", _("Pooled fund")
    IN_KIND = "in_kind", _("In kind, by the supporter itself")
    NOT_STATED = "not_stated", _("Not stated")  # of records older than the question


class Uncounted(TextChoices):
    """Why a share stands beside the need without counting towards it."""

    NO_COST = "no_cost", _("the request states no open cost to count against")
    NO_RATE = "no_rate", _("no exchange rate is stored for its currency and year")
    NO_PART = "no_part", _("no amount and no part of the need is stated")
    NOT_AGREED = "not_agreed", _("both sides have not confirmed yet which part of the need it covers")
