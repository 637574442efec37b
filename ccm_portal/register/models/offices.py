"""Organisations, and the offices of the Convention with who holds them."""

from datetime import date

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from ccm_portal.register import enums
from ccm_portal.register.models.sourced import Sourced
from ccm_portal.register.models.states import State
from ccm_portal.statements import Slot


class Organisation(Sourced):
    """An organisation that works on the Convention's obligations."""

    code = models.SlugField(max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=120, unique=True)
    kind = models.CharField(max_length=20, choices=enums.OrganisationKind)
    competences = models.TextField(blank=True)
    countries = models.TextField(
        _("countries of operation"), blank=True, help_text=_("As one source of one year lists them.")
    )
    works_in = models.ManyToManyField(State, blank=True, related_name="operators")
    is_approved = models.BooleanField(default=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Office(models.Model):
    """An office of the Convention: Presidency, Coordinator of a theme, ISU. Themes change, so they are rows."""

    code = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, choices=enums.OfficeKind)
    theme = models.CharField(max_length=20, blank=True, help_text=_("Code that permissions read."))
    placeholder = models.CharField(
        max_length=40,
        blank=True,
        validators=[RegexValidator(r"^[A-Za-z]+$")],
        help_text=_("Stands for the holders in texts, for example icaCoordinators in {{icaCoordinators|date}}."),
    )

    class Meta:
        ordering = ["kind", "name"]
        constraints = [
            models.UniqueConstraint(
                name="office_placeholder_once", fields=["placeholder"], condition=~Q(placeholder="")
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"/offices/{self.code}/"  # the page knows people, who lie above the register


class OfficeTermQuerySet(models.QuerySet["OfficeTerm"]):
    def in_office(self, on: date | Slot) -> "OfficeTermQuerySet":
        """Those whose term includes the day."""
        return self.filter(Q(ends__isnull=True) | Q(ends__gte=on), starts__lte=on)


class OfficeTerm(Sourced):
    """A State's (or body's) term in an office. People come and go; the office and its State stay."""

    office = models.ForeignKey(Office, models.PROTECT, related_name="terms")
    state = models.ForeignKey(State, models.PROTECT, null=True, blank=True, related_name="office_terms")
    label = models.CharField(_("term as published"), max_length=20, blank=True)
    starts = models.DateField()
    ends = models.DateField(null=True, blank=True)
    contact_email = models.EmailField(
        _("e-mail of the post"),
        blank=True,
        help_text=_("An address of the post as published, never a private person's. Shown to signed-in people only."),
    )
    history = HistoricalRecords()

    objects = OfficeTermQuerySet.as_manager()

    class Meta:
        ordering = ["-starts", "office"]
        constraints = [
            models.UniqueConstraint(name="office_term_once", fields=["office", "state", "starts"]),
            models.CheckConstraint(
                name="office_term_in_order",
                condition=Q(ends__isnull=True) | Q(ends__gte=F("starts")),
                violation_error_message=_("A term ends on or after its first day."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.office}: {self.state_id or ''} {self.label}"

    @property
    def holder(self) -> str:
        """The State that holds the office; the body itself where no State does, as the ISU."""
        return self.state.name if self.state else self.office.name
