"""Why a split or a joining cannot be."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Reason(TextChoices):
    MORE_THAN_THERE_IS = "more_than_there_is", _("More would be moved than the request has.")
    OTHER_GAP = "other_gap", _("Between them the two needs would lack another sum than the one need does now.")
    OTHER_CURRENCY = (
        "other_currency",
        _(
            "The two requests are in different currencies. Bring them to one currency first: "
            "amounts are never converted."
        ),
    )
    YEARS_DIFFER = (
        "years_differ",
        _("The costs of the years that go along do not add up to the amounts that go along."),
    )
    YEAR_DOES_NOT_FIT = (
        "year_does_not_fit",
        _(
            "In one of the years more would go along than it has, or the two needs would lack another sum than the "
            "one does now. Say for each year what goes along."
        ),
    )
    NOTHING_LEFT = "nothing_left", _("The whole cost would be moved. Edit the request instead of splitting it.")
