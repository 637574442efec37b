"""What every fact of the register carries: its source, and how far it is certain."""

from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from ccm_portal.register import enums


def earliest_day(last: date, precision: str) -> date:
    """The first day that fits a date of a given precision, whose stored day is the last that fits."""
    if precision == enums.Precision.MONTH:
        return last.replace(day=1)
    if precision == enums.Precision.YEAR:
        return date(last.year, 1, 1)
    return date.min if precision == enums.Precision.NOT_LATER else last


class Sourced(models.Model):
    """A record that says where it comes from, and whether that source was seen."""

    source = models.TextField(_("source"), blank=True)
    is_verified = models.BooleanField(_("verified"), default=True, help_text=_("Untick what no source confirms."))
    note = models.TextField(_("note"), blank=True)
    is_example = models.BooleanField(_("example"), default=False, help_text=_("Made up for the demonstration."))

    class Meta:
        abstract = True
