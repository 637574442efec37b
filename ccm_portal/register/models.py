"""The treaty register: facts with their source. Every deadline, status and count is computed from them."""

from datetime import date

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from ccm_portal.register import enums
from ccm_portal.register.search import fold
from ccm_portal.treaty import completeness, deadlines, reports
from ccm_portal.treaty.meetings import FormalMeeting
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
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"/states/{self.iso3.lower()}/"  # the page shows every app, so it belongs to the highest one

    @property
    def acts(self) -> TreatyActs:
        """What the treaty rules compute from."""
        return TreatyActs(self.signed, self.deposited, self.withdrawal_received, self.conflict_ended)

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
        """Whether it decides on extension requests: a Review Conference does so like a Meeting of States Parties."""
        return self.kind in {enums.MeetingKind.MSP, enums.MeetingKind.REVIEW_CONFERENCE}

    @property
    def as_formal(self) -> FormalMeeting:
        return FormalMeeting(self.code, self.first_day, self.last_day, self.decisions_recorded)


class ObligationQuerySet(models.QuerySet["Obligation"]):
    def clocks(self) -> "ObligationQuerySet":
        """The time-bound ones (Articles 3 and 4)."""
        return self.filter(limb__in=[clock.value for clock in deadlines.Clock])

    def unfulfilled(self, on: date) -> "ObligationQuerySet":
        """Declared, and without a completion by the day: those that can be running on it."""
        done = Completion.objects.filter(Q(day__isnull=True) | Q(day__lte=on), obligation=OuterRef("pk"))
        return self.filter(~Exists(done), standing=enums.StandingChoices.DECLARED)

    def with_facts(self, *, fulfilled: bool = True) -> "ObligationQuerySet":
        """With everything that their deadlines are computed from: three queries however many rows, and two where
        the rows are known to be unfulfilled."""
        decisions = ExtensionDecision.objects.select_related("meeting")
        completions = Completion.objects.all() if fulfilled else Completion.objects.none()
        return self.select_related("state").prefetch_related(
            models.Prefetch("extensions", decisions), models.Prefetch("completions", completions)
        )


class Obligation(Sourced):
    """An obligation that a State has, or may have, under Article 3, 4 or 5."""

    state = models.ForeignKey(State, models.PROTECT, related_name="obligations")
    article = models.PositiveSmallIntegerField(choices=enums.Article)
    limb = models.CharField(_("paragraph"), max_length=6, choices=enums.Limb)
    hostilities_ended = models.DateField(null=True, blank=True, help_text=_("Article 4.1(b) only."))
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

    def facts(self) -> deadlines.Facts:
        """What the deadline rules compute from; needs `with_facts()` to stay at no query of its own."""
        completions = list(self.completions.all())
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
            extensions=tuple(extension.as_rule() for extension in self.extensions.all()),
            completed_on=min((c.day for c in fulfilled if c.day), default=None),
            completed_from=min((earliest_day(c.day, c.precision) for c in fulfilled if c.day), default=None),
            is_completed=bool(fulfilled),
            no_obligation_since=min(none_held, default=None),
            withdrawn=self.state.withdrawn,
        )


class ExtensionDecision(Sourced):
    """An extension request under Article 3 or 4 and what the meeting made of it."""

    obligation = models.ForeignKey(Obligation, models.CASCADE, related_name="extensions")
    sequence = models.PositiveSmallIntegerField()
    meeting = models.ForeignKey(Meeting, models.PROTECT, null=True, blank=True, related_name="extension_decisions")
    outcome = models.CharField(max_length=10, choices=enums.OutcomeChoices)
    requested_on = models.DateField(null=True, blank=True)
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

    obligation = models.ForeignKey(Obligation, models.CASCADE, related_name="completions")
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

    report = models.ForeignKey(TransparencyReport, models.CASCADE, related_name="forms")
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

    report = models.ForeignKey(TransparencyReport, models.CASCADE, related_name="figures")
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
    language = models.CharField(max_length=2, choices=enums.SixLanguages)
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

    class Meta:
        ordering = ["kind", "name"]

    def __str__(self) -> str:
        return self.name


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


class ActionPlan(Sourced):
    """A five-year plan of the States Parties, kept as data so that its successor needs no new code."""

    code = models.SlugField(max_length=10, unique=True)
    name = models.CharField(max_length=80)
    starts = models.DateField()
    ends = models.DateField()
    history = HistoricalRecords()

    class Meta:
        ordering = ["starts"]

    def __str__(self) -> str:
        return self.name


class Action(Sourced):
    """One action of a plan."""

    plan = models.ForeignKey(ActionPlan, models.CASCADE, related_name="actions")
    number = models.CharField(max_length=6)
    title = models.CharField(max_length=200)
    wording = models.CharField(max_length=15, choices=enums.Wording, default=enums.Wording.RECONSTRUCTED)
    order = models.PositiveSmallIntegerField()
    history = HistoricalRecords()

    class Meta:
        ordering = ["plan", "order"]
        constraints = [models.UniqueConstraint(name="action_number_once", fields=["plan", "number"])]

    def __str__(self) -> str:
        return f"{self.plan.code} {self.number}"
