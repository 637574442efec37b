"""The vocabularies of a supporter's profile."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from requests_app.enums import Kind


class Form(TextChoices):
    """The forms in which a supporter helps; each is a kind of Article 6.2 (`KIND_OF_FORM`)."""

    MONEY = "money", _("Money")
    EXPERTISE = "expertise", _("Expertise")
    TRAINING = "training", _("Training")
    EQUIPMENT = "equipment", _("Equipment")
    LAW = "law", _("Drafting of laws")
    PEER_VISIT = "peer_visit", _("Visits between peers")


KIND_OF_FORM = {
    Form.MONEY: Kind.FINANCIAL,
    Form.EXPERTISE: Kind.TECHNICAL,
    Form.TRAINING: Kind.TECHNICAL,
    Form.EQUIPMENT: Kind.MATERIAL,
    Form.LAW: Kind.TECHNICAL,
    Form.PEER_VISIT: Kind.TECHNICAL,
}


class Language(TextChoices):
    """Working languages that matter for help on the spot: the six of the United Nations, and Portuguese."""

    ARABIC = "ar", _("Arabic")
    CHINESE = "zh", _("Chinese")
    ENGLISH = "en", _("English")
    FRENCH = "fr", _("French")
    PORTUGUESE = "pt", _("Portuguese")
    RUSSIAN = "ru", _("Russian")
    SPANISH = "es", _("Spanish")


class StatedBy(TextChoices):
    """Whose word a line of a profile is."""

    SUPPORTER = "supporter", _("stated by the supporter")
    ISU = "isu", _("entered by the ISU")
