"""The treaty register: facts with their source. Every deadline, status and count is computed from them."""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator, URLValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from ccm_portal.register import enums
from ccm_portal.register.placeholders import BadPlaceholder, check_placeholders
from ccm_portal.register.search import fold
from ccm_portal.treaty import completeness, deadlines, reports
from ccm_portal.treaty.meetings import FormalMeeting, Schedule, is_late
from ccm_portal.treaty.membership import Membership, TreatyActs, is_bound, membership


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

    @property
    def search_text(self) -> str:
        """All its names, folded for search."""
        return fold(" ".join([self.name, self.name_fr, self.name_es, self.aliases, self.iso3]))

    def membership_on(self, on: date) -> Membership:
        return membership(self.acts, on)

    def is_party_on(self, on: date) -> bool:
        return is_bound(self.acts, on)


class Meeting(Sourced):
    """A meeting under the Convention."""

    code = models.CharField(max_length=12, unique=True)
    kind = models.CharField(max_length=20, choices=enums.MeetingKind)
    first_day = models.DateField()
    last_day = models.DateField()
    place = models.CharField(max_length=80, blank=True)
    president = models.ForeignKey(State, models.PROTECT, null=True, blank=True, related_name="presidencies")
    decisions_recorded = models.BooleanField(
        default=True, help_text=_("Whether the register holds everything that this meeting decided.")
    )
    history = HistoricalRecords()

    class Meta:
        ordering = ["-first_day"]
        constraints = [
            models.CheckConstraint(
                name="meeting_days_in_order",
                condition=Q(last_day__gte=F("first_day")),
                violation_error_message=_("A meeting ends on or after its first day."),
            )
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_formal(self) -> bool:
        """Whether it decides on extension requests."""
        return self.kind in enums.FORMAL

    @property
    def as_formal(self) -> FormalMeeting:
        """What the deadline rules compute from; needs its `schedules` prefetched to stay at no query of its own."""
        earlier = tuple(Schedule(s.first_day, s.last_day, s.moved_on) for s in self.schedules.all())
        return FormalMeeting(self.code, self.first_day, self.last_day, self.decisions_recorded, earlier)


class MeetingSchedule(Sourced):
    """Days that a meeting was set for before it was moved: dates that a State acted upon stay on record."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="schedules")
    first_day = models.DateField()
    last_day = models.DateField()
    moved_on = models.DateField(help_text=_("The day on which it was moved to other days."))
    history = HistoricalRecords()

    class Meta:
        ordering = ["meeting", "moved_on"]
        constraints = [
            models.UniqueConstraint(name="schedule_moved_once_a_day", fields=["meeting", "moved_on"]),
            models.CheckConstraint(
                name="schedule_days_in_order",
                condition=Q(last_day__gte=F("first_day")),
                violation_error_message=_("A meeting ends on or after its first day."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.meeting} {self.first_day}"


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
            decided_on=self.decided_on or (self.meeting.last_day if self.meeting else None),
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


class Target(Sourced):
    """A number that the States Parties aim at by a day; the verdict reads the count of that day, not today's."""

    code = models.SlugField(max_length=30, unique=True)
    measure = models.CharField(max_length=20, choices=enums.Measure)
    value = models.PositiveSmallIntegerField()
    by = models.DateField()
    history = HistoricalRecords()

    class Meta:
        ordering = ["by"]

    def __str__(self) -> str:
        return self.code


class TransparencyReportQuerySet(models.QuerySet["TransparencyReport"]):
    def known_by(self, on: date) -> "TransparencyReportQuerySet":
        """Those that the register may count as filed on a day: the rule of `reports.Filing.known_from`."""
        return self.filter(Q(received_on__lte=on) | Q(received_on__isnull=True, signed_on__lte=on))


class TransparencyReport(Sourced):
    """An Article 7 report as filed with the United Nations. The portal is not a place of filing."""

    state = models.ForeignKey(State, models.PROTECT, related_name="reports")
    kind = models.CharField(max_length=10, choices=enums.ReportKind)
    covered_year = models.PositiveSmallIntegerField(null=True, blank=True, help_text=_("Annual reports only."))
    signed_on = models.DateField(
        _("date on its cover"), null=True, blank=True, help_text=_("The date of submission that the State wrote.")
    )
    received_on = models.DateField(
        _("received by the United Nations"),
        null=True,
        blank=True,
        help_text=_("The last day that fits what the source says; empty where only the date on its cover is known."),
    )
    precision = models.CharField(max_length=10, choices=enums.Precision, default=enums.Precision.DAY)
    is_cover_only = models.BooleanField(
        _("cover page only"), default=False, help_text=_("The cover page replaces all forms: nothing has changed.")
    )
    address = models.URLField(_("address of the published report"), max_length=300, blank=True)
    history = HistoricalRecords()

    objects = TransparencyReportQuerySet.as_manager()

    class Meta:
        ordering = ["state", "-covered_year"]
        constraints = [
            models.UniqueConstraint(
                name="report_initial_once", fields=["state"], condition=Q(covered_year__isnull=True)
            ),
            models.UniqueConstraint(name="report_annual_once", fields=["state", "covered_year"]),
            models.CheckConstraint(
                name="report_year_if_annual",
                condition=Q(kind="annual", covered_year__isnull=False) | Q(kind="initial", covered_year__isnull=True),
                violation_error_message=_("An annual report names the year it covers; an initial report does not."),
            ),
            models.CheckConstraint(
                name="report_has_a_date",
                condition=Q(received_on__isnull=False) | Q(signed_on__isnull=False),
                violation_error_message=_("Give the date on its cover, or the day the United Nations received it."),
            ),
            models.CheckConstraint(
                name="report_signed_before_received",
                condition=Q(received_on__isnull=True) | Q(signed_on__isnull=True) | Q(signed_on__lte=F("received_on")),
                violation_error_message=_("A report is received on or after the date on its cover."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state_id} {self.covered_year or self.kind}"

    def get_absolute_url(self) -> str:
        """Its page, which shows findings to some, so it belongs to an app above the people."""
        return f"/transparency-reports/{self.state_id.lower()}/{self.covered_year or 'initial'}/"

    @property
    def filing(self) -> reports.Filing:
        """What the rules on timeliness read."""
        earliest = earliest_day(self.received_on, self.precision) if self.received_on else None
        return reports.Filing(self.signed_on, self.received_on, earliest)


class ReportForm(models.Model):
    """What a State put into one form of its report: a fact of the filing, without any judgement."""

    report = models.ForeignKey(TransparencyReport, models.PROTECT, related_name="forms")
    form = models.CharField(max_length=3, choices=enums.FormLetter)
    filed = models.CharField(_("as filed"), max_length=15, choices=enums.FiledChoices)
    unchanged_since = models.DateField(
        null=True, blank=True, help_text=_("The earlier submission that “unchanged” cites.")
    )
    page = models.PositiveSmallIntegerField(_("page"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["report", "form"]
        constraints = [
            models.UniqueConstraint(name="report_form_once", fields=["report", "form"]),
            models.CheckConstraint(
                name="report_form_cites_when_unchanged",
                condition=Q(unchanged_since__isnull=True) | Q(filed="unchanged"),
                violation_error_message=_("Only an unchanged form cites an earlier submission."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.form}"

    @property
    def as_rule(self) -> completeness.Form:
        return completeness.Form(completeness.Filed(self.filed), self.unchanged_since)


class ReportedFigure(Sourced):
    """A figure that a State reported, with the place where it stands."""

    report = models.ForeignKey(TransparencyReport, models.PROTECT, related_name="figures")
    form = models.CharField(max_length=3, choices=enums.FormLetter)
    page = models.PositiveSmallIntegerField(_("page"), null=True, blank=True)
    article = models.PositiveSmallIntegerField(choices=enums.Article)
    what = models.CharField(max_length=30, choices=enums.FigureKind)
    detail = models.CharField(max_length=120, blank=True, help_text=_("Type, place or group that the figure is about."))
    value = models.DecimalField(max_digits=16, decimal_places=2, validators=[MinValueValidator(0)])
    unit = models.CharField(max_length=20, blank=True, help_text=_("For example m²; empty for a number of things."))
    quote = models.TextField(_("in the words of the report"), blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["report", "form", "page", "pk"]
        constraints = [
            models.UniqueConstraint(name="reported_figure_once", fields=["report", "form", "what", "detail"]),
            models.CheckConstraint(
                name="reported_figure_not_negative",
                condition=Q(value__gte=0),
                violation_error_message=_("A figure is never below zero."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.what} {self.value}"


class ReportingYearQuerySet(models.QuerySet["ReportingYear"]):
    def complete_days(self) -> dict[int | None, date]:
        """Covered year (None for initial reports) -> the latest day by which every report received is in the
        register."""
        return dict(self.order_by("complete_on").values_list("covered_year", "complete_on"))


class ReportingYear(Sourced):
    """The ISU's word that the register holds every report for a covered year that came in by a day. Only then is a
    report that is missing called overdue."""

    covered_year = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text=_("Empty for the initial reports.")
    )
    complete_on = models.DateField(_("complete as of"))
    history = HistoricalRecords()

    objects = ReportingYearQuerySet.as_manager()

    class Meta:
        ordering = ["-covered_year", "-complete_on"]
        constraints = [
            models.UniqueConstraint(name="reporting_year_once", fields=["covered_year", "complete_on"]),
            models.CheckConstraint(
                name="reporting_year_names_its_source",
                condition=~Q(source=""),
                violation_error_message=_("Say on whose list this rests."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.covered_year or 'initial'} {self.complete_on}"


class TemplateFile(Sourced):
    """A version of the reporting template, or an example of a form, in one language."""

    form = models.CharField(max_length=3, choices=enums.FormLetter, blank=True, help_text=_("Empty for the whole."))
    is_filled_example = models.BooleanField(default=False, help_text=_("A form filled in well, not a blank one."))
    version = models.CharField(max_length=20)
    language = models.CharField(max_length=2, choices=enums.Language)
    symbol = models.CharField(max_length=40, blank=True)
    address = models.URLField(max_length=300, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["-version", "form", "language"]
        constraints = [
            models.UniqueConstraint(
                name="template_file_once", fields=["version", "form", "is_filled_example", "language"]
            ),
            models.CheckConstraint(
                name="template_file_can_be_found",
                condition=~Q(symbol="", address=""),
                violation_error_message=_("Give its symbol or its address."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.form} {self.language}"


class Document(Sourced):
    """A document of the Convention by its symbol; what it says stays with the United Nations or the ISU."""

    symbol = models.CharField(
        _("symbol"),
        max_length=40,
        validators=[RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9./_-]*$", _("A symbol such as CCM/MSP/2019/12."))],
    )
    title = models.CharField(_("title"), max_length=300)
    kind = models.CharField(_("kind"), max_length=20, choices=enums.DocumentKind)
    dated_on = models.DateField(_("dated"), null=True, blank=True, help_text=_("The last day that fits the source."))
    precision = models.CharField(max_length=10, choices=enums.Precision, default=enums.Precision.DAY)
    meeting = models.ForeignKey(Meeting, models.PROTECT, null=True, blank=True, related_name="documents")
    state = models.ForeignKey(State, models.PROTECT, null=True, blank=True, related_name="documents")
    supersedes = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="superseded_by",
        verbose_name=_("takes the place of"),
    )
    history = HistoricalRecords()

    class Meta:
        ordering = ["symbol"]
        constraints = [
            models.UniqueConstraint(
                Lower("symbol"), name="document_symbol_once", violation_error_message=_("That symbol is taken.")
            ),
            models.CheckConstraint(
                name="document_not_its_own_successor",
                condition=Q(supersedes__isnull=True) | ~Q(supersedes=F("pk")),
                violation_error_message=_("A document does not take its own place."),
            ),
        ]

    def __str__(self) -> str:
        return self.symbol

    def get_absolute_url(self) -> str:
        return f"/documents/{self.symbol}/"  # the page shows every app, so it belongs to the highest one

    @property
    def successor(self) -> "Document | None":
        """The document that took its place; needs `select_related("superseded_by")` to cost no query."""
        return getattr(self, "superseded_by", None)


def document_path(version: "DocumentVersion", name: str) -> str:
    """Where a file is kept: by symbol and language, under its own name."""
    return f"documents/{version.document.symbol.replace('/', '-')}/{version.language}/{name}"


class DocumentVersion(Sourced):
    """A document in one of the six languages: a file that the portal holds, or where it is published."""

    document = models.ForeignKey(Document, models.PROTECT, related_name="versions")
    language = models.CharField(_("language"), max_length=2, choices=enums.Language)
    number = models.PositiveSmallIntegerField(_("version"), default=1)
    url = models.CharField(
        _("address"), max_length=400, blank=True, validators=[URLValidator(schemes=["https", "http"])]
    )
    file = models.FileField(_("file"), upload_to=document_path, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["document", "language", "-number"]
        constraints = [
            models.UniqueConstraint(name="document_version_once", fields=["document", "language", "number"]),
            models.CheckConstraint(
                name="document_version_is_somewhere",
                condition=~Q(url="") | ~Q(file=""),
                violation_error_message=_("Give an address or a file."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document} {self.language} {self.number}"


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
    def in_office(self, on: date) -> "OfficeTermQuerySet":
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


class Decision(Sourced):
    """What a meeting decided, by paragraph. Decisions on extension requests stand in the register of extensions and
    are shown from there; a row here adds their text."""

    code = models.SlugField(max_length=60, unique=True)
    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="decisions")
    paragraph = models.CharField(_("paragraph"), max_length=40, blank=True)
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("text"))
    wording = models.CharField(max_length=15, choices=enums.Wording, default=enums.Wording.SUBSTANCE)
    kind = models.CharField(_("kind"), max_length=20, choices=enums.DecisionKind)
    document = models.ForeignKey(
        Document,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="decisions",
        help_text=_("Where it is printed: the final report, or the document adopted."),
    )
    extension = models.OneToOneField(
        ExtensionDecision, models.PROTECT, null=True, blank=True, related_name="decision_text"
    )
    office = models.ForeignKey(Office, models.PROTECT, null=True, blank=True, related_name="decisions")
    action_plan = models.ForeignKey(ActionPlan, models.PROTECT, null=True, blank=True, related_name="decisions")
    effect = models.CharField(_("what it changed"), max_length=300, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["-meeting__first_day", "code"]
        constraints = [
            models.CheckConstraint(
                name="decision_extension_has_its_kind",
                condition=Q(extension__isnull=True) | Q(kind="extension"),
                violation_error_message=_("A decision on an extension request is of that kind."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.meeting_id and self.meeting.code}: {self.title}"

    def get_absolute_url(self) -> str:
        return f"/decisions/{self.code}/"  # the page shows the activities of work plans


class PageText(Sourced):
    """A short public page that the ISU edits. Holders of offices are placeholders, so that they never go stale."""

    slug = models.SlugField(max_length=40, unique=True)
    title = models.CharField(_("title"), max_length=120)
    body = models.TextField(
        _("text"),
        help_text=_(
            "Blank lines part paragraphs; “## ” starts a heading, “- ” an item of a list. "
            "{{icaCoordinators|date}} becomes the States in office."
        ),
    )
    dated_on = models.DateField(
        _("dated"), null=True, blank=True, help_text=_("A text with a date keeps the holders of that day.")
    )
    last_reviewed = models.DateField(_("last reviewed"))
    order = models.PositiveSmallIntegerField(default=0)
    history = HistoricalRecords()

    class Meta:
        ordering = ["order", "title"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("register:page", args=[self.slug])

    def clean(self) -> None:
        super().clean()
        try:
            check_placeholders(self.body, Office.objects.exclude(placeholder="").values_list("placeholder", flat=True))
        except BadPlaceholder as error:
            raise ValidationError({"body": str(error)}) from None


class ImportWarning(models.Model):  # noqa: A001  the name of the requirement; nothing here imports the builtin
    """What an imported paper says that the register, the paper itself or arithmetic contradicts (R125). The paper is
    kept as it is; this stands beside it."""

    source = models.CharField(_("where"), max_length=80)
    paper = models.CharField(max_length=200)
    field = models.CharField(_("what"), max_length=80)
    found = models.CharField(_("as published"), max_length=200)
    expected = models.CharField(_("corrected"), max_length=200)
    reason = models.TextField()
    raised_on = models.DateField(default=timezone.localdate)

    class Meta:
        ordering = ["source", "field"]
        constraints = [models.UniqueConstraint(name="import_warning_once", fields=["source", "field"])]

    def __str__(self) -> str:
        return f"{self.source}: {self.field}"
