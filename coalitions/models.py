"""Coalitions with members and a ledger of shares; work plans with activities and their quarters; case studies."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from ccm_portal.accounts.models import Access, access_of
from ccm_portal.register.enums import Precision
from ccm_portal.register.models import Action, ActionPlan, Decision, Meeting, Obligation, Office, Sourced, State
from coalitions import enums
from requests_app.models import AssistanceRequest, Supporter
from requests_app.shares.models import Share


class CoalitionQuerySet(models.QuerySet["Coalition"]):
    def visible_to(self, user: object) -> "CoalitionQuerySet":
        """A coalition's existence is public once the affected State has confirmed it; before that its parties know."""
        access: Access = access_of(user)  # type: ignore[arg-type]
        if access.sees_all_requests:
            return self
        rule = ~Q(status=enums.CoalitionStatus.PROPOSED)
        if access.state:
            rule |= Q(lead=access.state) | Q(members__supporter__state=access.state)
        if access.organisation:
            rule |= Q(members__supporter__organisation=access.organisation)
        return self.filter(pk__in=self.filter(rule).values("pk"))

    def with_members(self) -> "CoalitionQuerySet":
        """With the lead and the members by name: two queries however many rows."""
        members = Member.objects.select_related("supporter__state", "supporter__organisation")
        return self.select_related("lead").prefetch_related(models.Prefetch("members", members))

    def active_on(self, on: date) -> "CoalitionQuerySet":
        """Those called a Country Coalition and running on the day."""
        return self.filter(
            Q(started_on__lte=on),
            Q(ended_on__isnull=True) | Q(ended_on__gt=on),
            label=enums.Label.COALITION,
            status__in=[enums.CoalitionStatus.ACTIVE, enums.CoalitionStatus.CLOSED],
        )


class Coalition(Sourced):
    """A partnership that helps one affected State, under its lead, to fulfil its obligations."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    lead = models.ForeignKey(State, models.PROTECT, related_name="coalitions_led", verbose_name=_("lead State"))
    obligations = models.ManyToManyField(Obligation, blank=True, related_name="coalitions")
    requests = models.ManyToManyField(AssistanceRequest, blank=True, related_name="coalitions")
    label = models.CharField(max_length=20, choices=enums.Label, default=enums.Label.COALITION)
    status = models.CharField(max_length=20, choices=enums.CoalitionStatus, default=enums.CoalitionStatus.PROPOSED)
    started_on = models.DateField(_("started"), null=True, blank=True)
    started_precision = models.CharField(max_length=10, choices=Precision, default=Precision.DAY)
    ended_on = models.DateField(_("ended"), null=True, blank=True)
    ended_precision = models.CharField(max_length=10, choices=Precision, default=Precision.DAY)
    purpose = models.TextField(_("purpose"), blank=True)
    justification = models.TextField(
        _("why beside what already works"),
        blank=True,
        help_text=_("Asked for where an active coalition of the State works on the same Article."),
    )
    outcome = models.TextField(_("outcome"), blank=True)
    source_id = models.CharField(max_length=20, unique=True, null=True, blank=True)
    partners_as_published = models.TextField(blank=True)
    history = HistoricalRecords()

    objects = CoalitionQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("Country Coalition")
        verbose_name_plural = _("Country Coalitions")
        constraints = [
            models.CheckConstraint(
                name="coalition_days_in_order",
                condition=Q(started_on__isnull=True) | Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
                violation_error_message=_("A coalition ends on or after the day it started."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("coalitions:detail", args=[self.slug])

    @property
    def search_text(self) -> str:
        """What search looks at: all that anybody reads who may know of it."""
        return f"{self.name} {self.purpose} {self.outcome} {self.lead.search_text}"


class Member(models.Model):
    """A supporter's place in a coalition. The affected State leads through `Coalition.lead`, so it cannot be absent."""

    coalition = models.ForeignKey(Coalition, models.PROTECT, related_name="members")
    supporter = models.ForeignKey(Supporter, models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=20, choices=enums.MemberRole)
    starts = models.DateField(null=True, blank=True)
    ends = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["role", "pk"]
        constraints = [
            models.UniqueConstraint(name="coalition_member_once", fields=["coalition", "supporter", "role"]),
            models.CheckConstraint(
                name="coalition_member_is_not_lead",
                condition=~Q(role="lead"),
                violation_error_message=_("The affected State leads; a supporter can be co-lead."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.supporter} ({self.get_role_display()})"


class LedgerLine(models.Model):
    """A share of a request that was taken on in a coalition; what was taken on is the share's own."""

    share = models.OneToOneField(Share, models.PROTECT, related_name="ledger_line")
    coalition = models.ForeignKey(Coalition, models.PROTECT, related_name="ledger")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.coalition_id} {self.share_id}"


class WorkPlan(Sourced):
    """A Coordinators' (or ISU) plan up to a meeting, under the standard headings."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=160)
    office = models.ForeignKey(Office, models.PROTECT, null=True, blank=True, related_name="work_plans")
    action_plan = models.ForeignKey(ActionPlan, models.PROTECT, null=True, blank=True, related_name="work_plans")
    up_to = models.ForeignKey(Meeting, models.PROTECT, null=True, blank=True, related_name="work_plans")
    starts = models.DateField()
    ends = models.DateField()
    background = models.TextField(blank=True)
    budget = models.TextField(blank=True)
    outputs = models.JSONField(_("expected outputs"), default=list)
    implementers = models.JSONField(default=list)
    partners = models.JSONField(_("potential partners"), default=list)
    history = HistoricalRecords()

    class Meta:
        ordering = ["-starts"]
        constraints = [
            models.CheckConstraint(name="work_plan_days_in_order", condition=Q(ends__gte=F("starts"))),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("coalitions:work_plan", args=[self.slug])

    @property
    def search_text(self) -> str:
        """What search looks at: its own words and its activities; needs them prefetched to cost no query."""
        said = (self.name, self.background, self.budget, *self.outputs, *self.implementers, *self.partners)
        return " ".join([*said, *(activity.title for activity in self.activities.all())])


class Activity(Sourced):
    """An activity of a work plan, with the letter or number that the plan gives it."""

    plan = models.ForeignKey(WorkPlan, models.PROTECT, related_name="activities")
    code = models.CharField(max_length=10)
    title = models.TextField()
    actions = models.ManyToManyField(Action, blank=True, related_name="activities")
    decisions = models.ManyToManyField(
        Decision, blank=True, related_name="activities", verbose_name=_("decisions it carries out")
    )
    order = models.PositiveSmallIntegerField()
    history = HistoricalRecords()

    class Meta:
        ordering = ["plan", "order"]
        verbose_name_plural = _("activities")
        constraints = [models.UniqueConstraint(name="activity_code_once", fields=["plan", "code"])]

    def __str__(self) -> str:
        return f"{self.code}) {self.title}"

    def get_absolute_url(self) -> str:
        return f"{self.plan.get_absolute_url()}#activity-{self.code}"

    @property
    def search_text(self) -> str:
        """What search looks at."""
        return self.title


class PlanStep(Sourced):
    """A step of a plan in a quarter, perhaps for one of its activities."""

    plan = models.ForeignKey(WorkPlan, models.PROTECT, related_name="steps")
    activity = models.ForeignKey(Activity, models.PROTECT, null=True, blank=True, related_name="steps")
    quarter_start = models.DateField()
    title = models.TextField()
    status = models.CharField(max_length=20, choices=enums.ActivityStatus, default=enums.ActivityStatus.UNKNOWN)
    done_on = models.DateField(null=True, blank=True)
    order = models.PositiveSmallIntegerField()
    history = HistoricalRecords()

    class Meta:
        ordering = ["quarter_start", "order"]
        constraints = [
            models.UniqueConstraint(name="plan_step_once", fields=["plan", "quarter_start", "order"]),
            models.CheckConstraint(
                name="plan_step_done_has_day",
                condition=Q(done_on__isnull=True) | Q(status="done"),
                violation_error_message=_("Only a step that is done has a day on which it was done."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def quarter(self) -> int:
        return (self.quarter_start.month + 2) // 3


class CaseStudy(Sourced):
    """A partnership outside the Convention from which one can learn. It is no coalition of the Convention and counts in
    no figure."""

    code = models.SlugField(max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=160)
    actors = models.CharField(_("actors"), max_length=300, help_text=_("States and organisations, with semicolons."))
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    link = models.URLField(_("link"), max_length=300, blank=True)
    text = models.TextField(_("what can be learnt"))
    history = HistoricalRecords()

    class Meta:
        ordering = ["-year", "name"]
        verbose_name = _("case study")
        verbose_name_plural = _("case studies")
        constraints = [
            models.CheckConstraint(
                name="case_study_has_source",
                condition=~Q(source=""),
                violation_error_message=_("Say where this comes from."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def search_text(self) -> str:
        """What search looks at."""
        return f"{self.name} {self.actors} {self.year or ''} {self.text}"

    @property
    def actor_list(self) -> list[str]:
        return [actor.strip() for actor in self.actors.split(";") if actor.strip()]
