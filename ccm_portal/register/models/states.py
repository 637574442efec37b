"""States and their acts towards the Convention."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from ccm_portal.register import enums
from ccm_portal.register.models.sourced import Sourced
from ccm_portal.register.search import fold
from ccm_portal.treaty.membership import Membership, TreatyActs, is_bound, membership


class StateQuerySet(models.QuerySet["State"]):
    def joined(self) -> "StateQuerySet":
        """Those that have deposited an instrument, whatever came after."""
        return self.filter(deposited__isnull=False)


class State(Sourced):
    """A State and its acts towards the Convention, under its UN short name."""

    iso3 = models.CharField(_("ISO code"), max_length=3, primary_key=True)
    iso2 = models.CharField(max_length=2, unique=True)
    name = models.CharField(_("name"), max_length=80, unique=True)
    name_fr = models.CharField(max_length=80, blank=True)
    name_es = models.CharField(max_length=80, blank=True)
    aliases = models.CharField(
        _("other names"), max_length=200, blank=True, help_text=_("Former and short names, for search.")
    )
    region = models.CharField(_("regional group"), max_length=20, choices=enums.Region, default=enums.Region.NONE)
    region_note = models.CharField(max_length=200, blank=True)
    un_status = models.CharField(max_length=20, choices=enums.UnStatus, default=enums.UnStatus.MEMBER)
    signed = models.DateField(_("signed"), null=True, blank=True)
    provisional_application = models.DateField(null=True, blank=True)
    instrument = models.CharField(max_length=20, choices=enums.Instrument, blank=True)
    deposited = models.DateField(_("instrument deposited"), null=True, blank=True)
    withdrawal_received = models.DateField(_("withdrawal received by the Depositary"), null=True, blank=True)
    conflict_ended = models.DateField(
        null=True, blank=True, help_text=_("Only where an armed conflict delays a withdrawal (Article 20.3).")
    )
    conflict_goes_on = models.BooleanField(
        default=False, help_text=_("The State gave notice while in an armed conflict that has not ended.")
    )
    history = HistoricalRecords()

    objects = StateQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="state_signed_before_deposit",
                condition=Q(signed__isnull=True) | Q(deposited__isnull=True) | Q(signed__lte=F("deposited")),
                violation_error_message=_("A State signs before it deposits its instrument."),
            ),
            models.CheckConstraint(
                name="state_withdraws_after_deposit",
                condition=Q(withdrawal_received__isnull=True)
                | Q(deposited__isnull=False, withdrawal_received__gt=F("deposited")),
                violation_error_message=_("A withdrawal follows a deposit."),
            ),
            models.CheckConstraint(
                name="state_instrument_with_deposit",
                condition=Q(deposited__isnull=True, instrument="") | Q(deposited__isnull=False) & ~Q(instrument=""),
                violation_error_message=_("A deposit names its instrument, and an instrument its date of deposit."),
            ),
            models.CheckConstraint(
                name="state_conflict_delays_a_withdrawal",
                condition=Q(conflict_goes_on=False) | Q(withdrawal_received__isnull=False, conflict_ended__isnull=True),
                violation_error_message=_("An armed conflict that goes on holds up a withdrawal that was notified."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"/states/{self.iso3.lower()}/"  # the page shows every app, so it belongs to the highest one

    @property
    def acts(self) -> TreatyActs:
        """What the treaty rules compute from."""
        return TreatyActs(
            self.signed, self.deposited, self.withdrawal_received, self.conflict_ended, self.conflict_goes_on
        )

    @property
    def in_force(self) -> date | None:
        """Entry into force for the State (Article 17)."""
        return self.acts.in_force

    @property
    def withdrawn(self) -> date | None:
        """The day a withdrawal takes effect (Article 20.3)."""
        return self.acts.withdrawn

    def withdrawn_as_known(self, on: date) -> date | None:
        """The same, as far as the Depositary had been notified by a day."""
        is_notified = self.withdrawal_received is not None and self.withdrawal_received <= on
        return self.withdrawn if is_notified else None

    @property
    def search_text(self) -> str:
        """All its names, folded for search."""
        return fold(" ".join([self.name, self.name_fr, self.name_es, self.aliases, self.iso3]))

    def membership_on(self, on: date) -> Membership:
        return membership(self.acts, on)

    def is_party_on(self, on: date) -> bool:
        return is_bound(self.acts, on)
