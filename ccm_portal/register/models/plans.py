"""Action plans with their actions and indicators."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from ccm_portal.register import enums
from ccm_portal.register.models.sourced import Sourced


class ActionPlanQuerySet(models.QuerySet["ActionPlan"]):
    def in_force(self, on: date) -> "ActionPlanQuerySet":
        """The plan that applies on a day; between two plans there may be none."""
        return self.filter(starts__lte=on, ends__gte=on)


class ActionPlan(Sourced):
    """A plan of the States Parties with its own dates, kept as data so that its successor needs no new code."""

    code = models.SlugField(max_length=10, unique=True)
    name = models.CharField(max_length=80)
    starts = models.DateField()
    ends = models.DateField()
    action_count = models.PositiveSmallIntegerField(
        _("number of actions"), null=True, blank=True, help_text=_("As published; the register may hold fewer.")
    )
    aim = models.TextField(_("aim"), blank=True, help_text=_("What it sets out to do, in our words unless quoted."))
    expected_results = models.TextField(
        _("expected results"), blank=True, help_text=_("One per line, as far as a source gives them.")
    )
    history = HistoricalRecords()

    objects = ActionPlanQuerySet.as_manager()

    class Meta:
        ordering = ["starts"]
        constraints = [
            models.CheckConstraint(
                name="action_plan_days_in_order",
                condition=Q(ends__gte=F("starts")),
                violation_error_message=_("A plan ends on or after its first day."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def search_text(self) -> str:
        """What search looks at."""
        return f"{self.name} {self.code} {self.aim} {self.expected_results}"

    def get_absolute_url(self) -> str:
        return f"/action-plans/{self.code.lower()}/"  # the page shows the activities of work plans


class Action(Sourced):
    """One action of a plan."""

    plan = models.ForeignKey(ActionPlan, models.PROTECT, related_name="actions")
    number = models.CharField(max_length=6)
    chapter = models.CharField(_("chapter"), max_length=120, blank=True)
    title = models.CharField(max_length=200)
    wording = models.CharField(max_length=15, choices=enums.Wording, default=enums.Wording.RECONSTRUCTED)
    order = models.PositiveSmallIntegerField()
    history = HistoricalRecords()

    class Meta:
        ordering = ["plan", "order"]
        constraints = [models.UniqueConstraint(name="action_number_once", fields=["plan", "number"])]

    def __str__(self) -> str:
        return f"{self.plan.code} {self.number}"


class Indicator(Sourced):
    """What an action is measured by. Its values are figures somebody gave, each with its source."""

    action = models.ForeignKey(Action, models.PROTECT, related_name="indicators")
    code = models.SlugField(max_length=60, unique=True)
    text = models.CharField(_("what is measured"), max_length=200)
    wording = models.CharField(max_length=15, choices=enums.Wording, default=enums.Wording.RECONSTRUCTED)
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    order = models.PositiveSmallIntegerField(default=0)
    history = HistoricalRecords()

    class Meta:
        ordering = ["action", "order", "code"]

    def __str__(self) -> str:
        return self.code

    @property
    def change(self) -> "tuple[IndicatorValue, IndicatorValue] | None":
        """(baseline, latest value), or nothing: without a baseline nobody can speak of an increase."""
        values = list(self.values.all())
        baseline = next((value for value in values if value.is_baseline), None)
        latest = values[-1] if values else None
        if baseline is None or latest is None or latest.year <= baseline.year:
            return None
        return baseline, latest

    @property
    def direction(self) -> str:
        """Where the figure went since its baseline, in words."""
        if not any(value.is_baseline for value in self.values.all()):
            return now("no baseline")
        if self.change is None:
            return now("nothing since the baseline")
        baseline, latest = self.change
        if latest.value == baseline.value:
            return now("no change")
        return now("increase") if latest.value > baseline.value else now("decrease")


class IndicatorValue(Sourced):
    """A figure for one year."""

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="values")
    year = models.PositiveSmallIntegerField(_("year"))
    value = models.DecimalField(_("value"), max_digits=16, decimal_places=2)
    is_baseline = models.BooleanField(_("baseline"), default=False)
    history = HistoricalRecords()

    class Meta:
        ordering = ["indicator", "year"]
        constraints = [
            models.UniqueConstraint(name="indicator_value_once", fields=["indicator", "year"]),
            models.UniqueConstraint(
                name="indicator_one_baseline",
                fields=["indicator"],
                condition=Q(is_baseline=True),
                violation_error_message=_("The indicator has a baseline already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.year}: {self.value}"
