"""The parts of a need that depend on its area. Each is seen by those who may know of its request."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ccm_portal.treaty.extensions import Land
from requests_app.domain.needs import Resources
from requests_app.models import AssistanceRequest, amount_field
from requests_app.specifics import enums

FIRST_YEAR, LAST_YEAR = 2010, 2100
AREAS = ("opening", "discovered", "cancelled", "reduced", "cleared", "closing")


class CostYear(models.Model):
    """What one year of a need costs, and who is to pay, in the currency of the request; the gap is computed."""

    request = models.ForeignKey(AssistanceRequest, models.PROTECT, related_name="cost_years")
    year = models.PositiveSmallIntegerField(
        _("year"), validators=[MinValueValidator(FIRST_YEAR), MaxValueValidator(LAST_YEAR)]
    )
    total = models.DecimalField(_("total cost"), max_digits=14, decimal_places=2, validators=[MinValueValidator(0)])
    national = amount_field(_("national share"))
    external = amount_field(_("secured from others"))

    class Meta:
        ordering = ["request", "year"]
        verbose_name = _("cost of a year")
        verbose_name_plural = _("costs by year")
        constraints = [
            models.UniqueConstraint(
                name="cost_year_once",
                fields=["request", "year"],
                violation_error_message=_("This year is in the table already."),
            ),
            models.CheckConstraint(
                name="cost_year_in_range",
                condition=Q(year__gte=FIRST_YEAR, year__lte=LAST_YEAR),
                violation_error_message=_("Give a year of the Convention, with four digits."),
            ),
            models.CheckConstraint(
                name="cost_year_not_negative",
                condition=Q(total__gte=0)
                & (Q(national__isnull=True) | Q(national__gte=0))
                & (Q(external__isnull=True) | Q(external__gte=0)),
                violation_error_message=_("An amount cannot be below zero."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.year}"

    @property
    def resources(self) -> Resources:
        return Resources(self.total, self.national or Decimal(0), self.external or Decimal(0))


class CapacityNeed(models.Model):
    """Capacity to be built: in which institution, which skills, and how the result is kept."""

    request = models.OneToOneField(AssistanceRequest, models.PROTECT, related_name="capacity")
    institution = models.CharField(_("institution"), max_length=160)
    skills = models.TextField(_("skills"))
    sustainability = models.TextField(_("how the result is kept"), blank=True)

    class Meta:
        ordering = ["request"]
        verbose_name = _("need for capacity")
        verbose_name_plural = _("needs for capacity")
        constraints = [
            models.CheckConstraint(
                name="capacity_has_institution_and_skills",
                condition=~Q(institution="") & ~Q(skills=""),
                violation_error_message=_("Name the institution and the skills."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.institution}"

    @property
    def is_incomplete(self) -> bool:
        return not self.sustainability.strip()


class VictimNeed(models.Model):
    """A need in victim assistance, with what Article 5.2 asks of the State: plan, focal point, involvement."""

    request = models.OneToOneField(AssistanceRequest, models.PROTECT, related_name="victims")
    focal_point = models.CharField(
        _("national focal point"), max_length=160, blank=True, help_text=_("The office, never a person.")
    )
    plan = models.CharField(_("plan for victim assistance"), max_length=200, blank=True)
    participation = models.TextField(_("how victims and their organisations take part"), blank=True)
    figures_on = models.DateField(_("figures as of"), null=True, blank=True)
    figures_source = models.CharField(_("source of the figures"), max_length=300, blank=True)

    class Meta:
        ordering = ["request"]
        verbose_name = _("need in victim assistance")
        verbose_name_plural = _("needs in victim assistance")

    def __str__(self) -> str:
        return f"{self.request_id} {self.focal_point}".strip()

    @property
    def is_incomplete(self) -> bool:
        return not (self.focal_point.strip() and self.participation.strip())


class VictimFigure(models.Model):
    """How many victims there are in one group. Nothing but numbers and fixed words: no name fits in here."""

    request = models.ForeignKey(AssistanceRequest, models.PROTECT, related_name="victim_figures")
    sex = models.CharField(_("sex"), max_length=10, choices=enums.Sex)
    age = models.CharField(_("age"), max_length=10, choices=enums.Age)
    disability = models.CharField(_("disability"), max_length=10, choices=enums.Disability)
    number = models.PositiveIntegerField(_("number"))

    class Meta:
        ordering = ["request", "pk"]
        verbose_name = _("number of victims")
        verbose_name_plural = _("numbers of victims")
        constraints = [
            models.UniqueConstraint(
                name="victim_figure_once_per_group",
                fields=["request", "sex", "age", "disability"],
                violation_error_message=_("This group is in the table already."),
            ),
            models.CheckConstraint(
                name="victim_figure_of_a_known_group",
                condition=Q(sex__in=enums.Sex.values, age__in=enums.Age.values, disability__in=enums.Disability.values),
                violation_error_message=_("Choose the group from the lists."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.sex} {self.age} {self.disability}"

    @property
    def group(self) -> tuple[enums.Sex, enums.Age, enums.Disability]:
        return enums.Sex(self.sex), enums.Age(self.age), enums.Disability(self.disability)


class LegislationNeed(models.Model):
    """Where the State's national measures stand, and which help it wants with them (Article 9)."""

    request = models.OneToOneField(AssistanceRequest, models.PROTECT, related_name="legislation")
    status = models.CharField(_("status of national measures"), max_length=12, choices=enums.LawStatus)
    law_title = models.CharField(_("title of the law"), max_length=300, blank=True)
    adopted_on = models.DateField(_("adopted on"), null=True, blank=True)
    wants_drafting = models.BooleanField(default=False)
    wants_review = models.BooleanField(default=False)
    wants_awareness = models.BooleanField(default=False)
    wants_training = models.BooleanField(default=False)
    wants_doctrine = models.BooleanField(default=False)

    class Meta:
        ordering = ["request"]
        verbose_name = _("need in national legislation")
        verbose_name_plural = _("needs in national legislation")
        constraints = [
            models.CheckConstraint(
                name="legislation_adopted_has_law",
                condition=~Q(status="adopted") | ~Q(law_title="") & Q(adopted_on__isnull=False),
                violation_error_message=_("Adopted measures need the title of the law and the day of its adoption."),
            ),
            models.CheckConstraint(
                name="legislation_status_known",
                condition=Q(status__in=enums.LawStatus.values),
                violation_error_message=_("Choose the status from the list."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.status}"

    @property
    def help_wanted(self) -> list[enums.LegalHelp]:
        return [kind for kind in enums.LegalHelp if getattr(self, f"wants_{kind.value}")]


class AreaRelease(models.Model):
    """What became of contaminated land in a period, in square metres, and of the remnants found on it."""

    request = models.OneToOneField(AssistanceRequest, models.PROTECT, related_name="area_release")
    opening = amount_field(_("at the beginning (m²)"))
    discovered = amount_field(_("discovered (m²)"))
    cancelled = amount_field(_("cancelled (m²)"))
    reduced = amount_field(_("reduced (m²)"))
    cleared = amount_field(_("cleared (m²)"))
    closing = amount_field(_("at the end (m²)"))
    remnants_destroyed = models.PositiveIntegerField(_("remnants destroyed (number)"), null=True, blank=True)
    starts = models.DateField(_("first day of the period"))
    ends = models.DateField(_("last day of the period"))
    source = models.CharField(_("source"), max_length=300)

    class Meta:
        ordering = ["request"]
        verbose_name = _("area release")
        verbose_name_plural = _("area releases")
        constraints = [
            models.CheckConstraint(
                name="release_period_in_order",
                condition=Q(ends__gte=F("starts")),
                violation_error_message=_("The period ends before it begins."),
            ),
            models.CheckConstraint(
                name="release_areas_not_negative",
                condition=Q(*(Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__gte": 0}) for name in AREAS)),
                violation_error_message=_("An area cannot be below zero."),
            ),
            models.CheckConstraint(
                name="release_has_source",
                condition=~Q(source=""),
                violation_error_message=_("Say where the figures come from."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.starts} – {self.ends}"

    @property
    def land(self) -> Land:
        return Land(*(getattr(self, name) for name in AREAS))


class Visit(models.Model):
    """The request is for people to come: to help on the spot, or to see and verify. It needs no cost."""

    request = models.OneToOneField(AssistanceRequest, models.PROTECT, related_name="visit")
    kind = models.CharField(_("kind of visit"), max_length=12, choices=enums.VisitKind)
    visitors = models.CharField(_("who is to come"), max_length=300)
    purpose = models.TextField(_("what for"))
    place = models.CharField(_("where"), max_length=200)
    starts = models.DateField(_("from"))
    ends = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        ordering = ["request"]
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        constraints = [
            models.CheckConstraint(
                name="visit_days_in_order",
                condition=Q(ends__isnull=True) | Q(ends__gte=F("starts")),
                violation_error_message=_("The visit ends before it begins."),
            ),
            models.CheckConstraint(
                name="visit_kind_known",
                condition=Q(kind__in=enums.VisitKind.values),
                violation_error_message=_("Choose the kind of visit."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.kind}"
