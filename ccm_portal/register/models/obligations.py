"""Obligations under Articles 3, 4 and 5, their extensions and fulfilment, and dates as others published them."""

from collections.abc import Iterable
from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from ccm_portal.register import enums
from ccm_portal.register.models.meetings import Meeting
from ccm_portal.register.models.sourced import Sourced, earliest_day
from ccm_portal.register.models.states import State
from ccm_portal.treaty import deadlines
from ccm_portal.treaty.meetings import is_late


class ObligationQuerySet(models.QuerySet["Obligation"]):
    def clocks(self) -> "ObligationQuerySet":
        """The time-bound ones (Articles 3 and 4)."""
        return self.filter(limb__in=[clock.value for clock in deadlines.Clock])

    def with_facts(self) -> "ObligationQuerySet":
        """With everything that their deadlines are computed from: three queries however many rows."""
        decisions = ExtensionDecision.objects.select_related("meeting")
        return self.select_related("state").prefetch_related(models.Prefetch("extensions", decisions), "completions")


class Obligation(Sourced):
    """An obligation that a State has, or may have, under Article 3, 4 or 5."""

    state = models.ForeignKey(State, models.PROTECT, related_name="obligations")
    article = models.PositiveSmallIntegerField(choices=enums.Article)
    limb = models.CharField(_("paragraph"), max_length=6, choices=enums.Limb)
    hostilities_ended = models.DateField(null=True, blank=True, help_text=_("Article 4.1(b) only."))
    found_on = models.DateField(
        _("found on"), null=True, blank=True, help_text=_("Where remnants or stocks were found after entry into force.")
    )
    standing = models.CharField(max_length=10, choices=enums.StandingChoices, default=enums.StandingChoices.DECLARED)
    follows = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="followed_by",
        help_text=_("The fulfilled obligation after which a later discovery opened this one."),
    )
    history = HistoricalRecords()

    objects = ObligationQuerySet.as_manager()

    class Meta:
        ordering = ["state", "article", "limb"]
        constraints = [
            models.UniqueConstraint(
                name="obligation_once_per_clock",
                fields=["state", "limb"],
                condition=Q(hostilities_ended__isnull=True, follows__isnull=True),
                violation_error_message=_("This State already has that obligation."),
            ),
            models.UniqueConstraint(
                name="obligation_once_per_hostilities",
                fields=["state", "limb", "hostilities_ended"],
                violation_error_message=_("This State already has an obligation from those hostilities."),
            ),
            models.CheckConstraint(
                name="obligation_limb_of_its_article",
                condition=Q(article=3, limb="3.2") | Q(article=4, limb__startswith="4.") | Q(article=5, limb="5.1"),
                violation_error_message=_("The paragraph belongs to another Article."),
            ),
            models.CheckConstraint(
                name="obligation_hostilities_only_new",
                condition=Q(limb="4.1(b)", hostilities_ended__isnull=False)
                | ~Q(limb="4.1(b)") & Q(hostilities_ended__isnull=True),
                violation_error_message=_("Only Article 4.1(b) runs from the end of active hostilities, and always."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state_id} {self.limb}"

    @property
    def is_clock(self) -> bool:
        return self.limb != enums.Limb.VICTIMS

    @property
    def slug(self) -> str:
        """Its name in addresses and calendars, unique in its State: a clock of Article 4.1(b) carries the end of its
        hostilities, one that a later discovery opened its number."""
        name = slugify(self.limb.replace(".", "-"))
        if self.hostilities_ended:
            name = f"{name}-{self.hostilities_ended.isoformat()}"
        return f"{name}-{self.pk}" if self.follows_id else name

    def facts(self) -> deadlines.Facts:
        """What the deadline rules compute from; needs `with_facts()` to stay at no query of its own."""
        return self.facts_from(self.extensions.all(), self.completions.all())

    def facts_from(
        self, extensions: "Iterable[ExtensionDecision]", completions: "Iterable[Completion]"
    ) -> deadlines.Facts:
        """The same from extensions and completions at hand: of today, or as they were known on a past day. Raises
        ValueError for a State that has not joined."""
        completions = list(completions)
        fulfilled = [c for c in completions if c.kind == enums.CompletionKind.COMPLETED]
        none_held = [c.day for c in completions if c.kind == enums.CompletionKind.NONE_HELD and c.day]
        in_force = self.state.in_force
        if in_force is None:
            raise ValueError(f"{self.state_id} has not joined the Convention and has no clock")
        return deadlines.Facts(
            clock=deadlines.Clock(self.limb),
            standing=deadlines.Standing(self.standing),
            in_force=in_force,
            hostilities_ended=self.hostilities_ended,
            extensions=tuple(extension.as_rule() for extension in extensions),
            completed_on=min((c.day for c in fulfilled if c.day), default=None),
            completed_from=min((earliest_day(c.day, c.precision) for c in fulfilled if c.day), default=None),
            is_completed=bool(fulfilled),
            no_obligation_since=min(none_held, default=None),
            withdrawn=self.state.withdrawn,
            found_on=self.found_on,
        )


class ExtensionDecision(Sourced):
    """An extension request under Article 3 or 4 and what the meeting made of it."""

    obligation = models.ForeignKey(Obligation, models.PROTECT, related_name="extensions")
    sequence = models.PositiveSmallIntegerField()
    meeting = models.ForeignKey(Meeting, models.PROTECT, null=True, blank=True, related_name="extension_decisions")
    outcome = models.CharField(max_length=10, choices=enums.OutcomeChoices)
    requested_on = models.DateField(null=True, blank=True, help_text=_("The last day that fits what the source says."))
    requested_precision = models.CharField(max_length=10, choices=enums.Precision, default=enums.Precision.DAY)
    decided_on = models.DateField(
        null=True, blank=True, help_text=_("Only where it is not the last day of the meeting.")
    )
    granted_until = models.DateField(null=True, blank=True)
    granted_months = models.PositiveSmallIntegerField(null=True, blank=True)
    precision = models.CharField(max_length=10, choices=enums.Precision, default=enums.Precision.DAY)
    document = models.CharField(max_length=40, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["obligation", "sequence"]
        constraints = [
            models.UniqueConstraint(name="extension_sequence_once", fields=["obligation", "sequence"]),
            models.CheckConstraint(
                name="extension_grant_has_length",
                condition=~Q(outcome="granted")
                | Q(granted_until__isnull=False)
                | Q(granted_months__isnull=False, granted_months__gte=1),
                violation_error_message=_("A granted extension needs its new date or its length in months."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.obligation} extension {self.sequence}"

    def get_absolute_url(self) -> str:
        """The page of the decision on it, once there is one; it shows activities, so it belongs to the highest app."""
        return f"/decisions/{self.code}/"

    @property
    def code(self) -> str:
        """Stable name of the decision on it: State, paragraph, number; and the obligation where a State has several of
        one paragraph."""
        obligation = self.obligation
        several = obligation.hostilities_ended or obligation.follows_id
        number = f"-{obligation.pk}" if several else ""
        limb = slugify(obligation.limb.replace(".", "-"))
        return f"{obligation.state_id}-{limb}{number}-extension-{self.sequence}".lower()

    @property
    def decision_day(self) -> date | None:
        """When it was considered: the last day of the meeting, unless another day is known."""
        return self.decided_on or (self.meeting.last_day if self.meeting else None)

    @property
    def is_late(self) -> bool | None:
        """Whether the request came less than nine months before its meeting; None where its day is not known, or not
        exactly enough to tell."""
        if self.requested_on is None or self.meeting is None:
            return None
        meeting = self.meeting.as_formal
        late = is_late(self.requested_on, meeting)
        return late if late == is_late(earliest_day(self.requested_on, self.requested_precision), meeting) else None

    def as_rule(self) -> deadlines.Extension:
        return deadlines.Extension(
            outcome=deadlines.Outcome(self.outcome),
            decided_on=self.decision_day,
            requested_on=self.requested_on,
            granted_until=self.granted_until,
            granted_months=self.granted_months,
            decided_by=self.meeting.code if self.meeting else "",
            month_precision=self.precision == enums.Precision.MONTH,
            source=self.source,
            number=self.sequence,
        )


class Completion(Sourced):
    """A State's word that an obligation is fulfilled, or that there was nothing to fulfil."""

    obligation = models.ForeignKey(Obligation, models.PROTECT, related_name="completions")
    kind = models.CharField(max_length=10, choices=enums.CompletionKind, default=enums.CompletionKind.COMPLETED)
    day = models.DateField(null=True, blank=True, help_text=_("The last day that fits what the source says."))
    precision = models.CharField(max_length=10, choices=enums.Precision, default=enums.Precision.DAY)
    history = HistoricalRecords()

    class Meta:
        ordering = ["obligation", "day"]
        constraints = [
            models.UniqueConstraint(name="completion_once_per_kind", fields=["obligation", "kind"]),
            models.CheckConstraint(
                name="completion_day_unless_unknown",
                condition=Q(day__isnull=True, precision="unknown") | Q(day__isnull=False) & ~Q(precision="unknown"),
                violation_error_message=_("Give the day, or say that it is not known."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.obligation} {self.get_kind_display()}"


class PublishedDate(Sourced):
    """A date of the Convention as somebody published it, kept beside the computed one, which holds.

    `note` says why the two differ, where they do.
    """

    state = models.ForeignKey(State, models.PROTECT, related_name="published_dates")
    kind = models.CharField(max_length=12, choices=enums.DateKind)
    number = models.PositiveSmallIntegerField(
        default=0, help_text=_("Which extension of Article 3 or 4, counting those granted; 0 for the first date.")
    )
    day = models.DateField(help_text=_("The last day that fits what the source says."))
    precision = models.CharField(max_length=10, choices=enums.Precision, default=enums.Precision.DAY)
    text = models.TextField(blank=True, help_text=_("As printed."))
    history = HistoricalRecords()

    class Meta:
        ordering = ["state", "kind", "number", "day"]
        constraints = [
            models.UniqueConstraint(
                name="published_once_by_a_source", fields=["state", "kind", "number", "day", "source"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.state_id} {self.kind} {self.day}"

    def agrees_with(self, computed: date | None) -> bool:
        """Whether the computed day fits what was published."""
        return computed is not None and earliest_day(self.day, self.precision) <= computed <= self.day
