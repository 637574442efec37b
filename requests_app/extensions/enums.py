"""The vocabularies of extension requests, and the treaty's items in short."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from ccm_portal.treaty.extensions import EXCEPTIONAL, FUNDING, PREVIOUS


class DraftStatus(TextChoices):
    DRAFT = "draft", _("Draft")
    LODGED = "lodged", _("Lodged")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Unit(TextChoices):
    """Article 3.4(d) to (f) counts both, each for itself."""

    MUNITIONS = "munitions", _("cluster munitions")
    SUBMUNITIONS = "submunitions", _("explosive submunitions")


#: What the treaty asks for under each letter, paraphrased; article -> letter -> (name, prompt).
PROMPTS = {
    3: {
        "a": (_("Duration"), _("How long the proposed extension is, and why it is not longer than strictly needed.")),
        "b": (
            _("Explanation"),
            _(
                "Explain the extension in detail: the financial and technical means available to you or required by "
                "you, and, where applicable, the exceptional circumstances that justify it."
            ),
        ),
        "c": (_("Plan"), _("How and when the destruction of the stockpiles will be completed.")),
        "d": (
            _("Held"),
            _("Quantity and type of cluster munitions and submunitions held at entry into force, and found after it."),
        ),
        "e": (_("Destroyed"), _("Quantity and type destroyed since entry into force.")),
        "f": (
            _("Remaining"),
            _("Quantity and type still to be destroyed, and the rate per year that you expect to reach."),
        ),
        EXCEPTIONAL: (
            _("Exceptional circumstances"),
            _("Article 3.3 allows a further extension in exceptional circumstances only: say what they are."),
        ),
    },
    4: {
        "a": (_("Duration"), _("How long the proposed extension is, and why it is not longer than strictly needed.")),
        "b": (
            _("Reasons"),
            _(
                "Explain the reasons in detail, with the financial and technical means available to you and required "
                "by you to clear all cluster munition remnants during the extension."
            ),
        ),
        "c": (
            _("Preparation and status"),
            _(
                "How future work is prepared, and what was done under national programmes in the initial ten years "
                "and in any extension."
            ),
        ),
        "d": (
            _("Area at the start"),
            _("Total area with remnants at entry into force, and areas discovered after it."),
        ),
        "e": (_("Area cleared"), _("Total area cleared since entry into force.")),
        "f": (_("Area remaining"), _("Total area that remains to be cleared during the extension.")),
        "g": (
            _("Circumstances"),
            _("What has impeded completion in the time so far, and what may impede it during the extension."),
        ),
        "h": (
            _("Implications"),
            _("The humanitarian, social, economic and environmental implications of the extension."),
        ),
        "i": (_("Other information"), _("Any other information relevant to the request. May be left empty.")),
        PREVIOUS: (
            _("The previous extension"),
            _("Article 4.8: what was undertaken during the extension granted before."),
        ),
    },
}
OTHER_NAMES = {FUNDING: _("Funding table: required, national, expected, gap")}
