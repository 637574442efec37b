"""Article 7 reports, what they say, and the templates for them."""

from datetime import date

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from ccm_portal.register import enums
from ccm_portal.register.models.sourced import Sourced, earliest_day
from ccm_portal.register.models.states import State
from ccm_portal.treaty import completeness, reports


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
