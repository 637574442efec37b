"""The vocabularies of the parts of a need."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from requests_app.enums import AreaCode


class PartCode(TextChoices):
    """The parts that a need may have beside what every need has; each is the name by which a request reads it."""

    COSTS = "cost_years", _("Costs by year")
    RELEASE = "area_release", _("Area release")
    VICTIMS = "victims", _("Victim assistance")
    FIGURES = "victim_figures", _("Numbers of victims")
    LEGISLATION = "legislation", _("National legislation")
    CAPACITY = "capacity", _("Capacity")
    VISIT = "visit", _("Visit")


#: Parts that say more of one area, and go where it goes.
AREA_OF_PART = {
    PartCode.RELEASE: AreaCode.CLEARANCE,
    PartCode.VICTIMS: AreaCode.VICTIM_ASSISTANCE,
    PartCode.FIGURES: AreaCode.VICTIM_ASSISTANCE,
    PartCode.LEGISLATION: AreaCode.LEGISLATION,
}


class Mark(TextChoices):
    """What a Coordinator's list says of a request."""

    INCOMPLETE = "incomplete", _("Incomplete")


class Sex(TextChoices):
    FEMALE = "female", _("Women and girls")
    MALE = "male", _("Men and boys")
    UNKNOWN = "unknown", pgettext_lazy("sex, age or disability", "Not recorded")


class Age(TextChoices):
    CHILD = "child", _("Under 18")
    ADULT = "adult", _("18 and over")
    UNKNOWN = "unknown", pgettext_lazy("sex, age or disability", "Not recorded")


class Disability(TextChoices):
    WITH = "with", _("With a disability")
    WITHOUT = "without", _("Without a disability")
    UNKNOWN = "unknown", pgettext_lazy("sex, age or disability", "Not recorded")


class Hidden(TextChoices):
    """Why the number of a group is not published."""

    SMALL = "small", _("fewer than 5")
    PROTECTS = "protects", _("not shown")


class LawStatus(TextChoices):
    """Article 9: how far a State's measures have come."""

    NONE = "none", _("No measures yet")
    DRAFTING = "drafting", _("Being drafted")
    PARLIAMENT = "parliament", _("Before parliament")
    ADOPTED = "adopted", _("Adopted")
    SUFFICIENT = "sufficient", _("Existing law deemed sufficient")


class LegalHelp(TextChoices):
    """What help a State wants with its measures."""

    DRAFTING = "drafting", _("Drafting of a law")
    REVIEW = "review", _("Review of existing law, or of a draft")
    AWARENESS = "awareness", _("Awareness of parliament and officials")
    TRAINING = "training", _("Training of armed forces, police or courts")
    DOCTRINE = "doctrine", _("Doctrine and policies")


class VisitKind(TextChoices):
    TECHNICAL = "technical", _("Technical visit")
    VERIFICATION = "verification", _("Verification visit")
