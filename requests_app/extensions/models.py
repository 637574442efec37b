"""Risk flags of clocks, and requests for more time from the first draft to the lodged text."""

from datetime import date
from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ccm_portal.accounts.models import Access, User, access_of
from ccm_portal.register.models import ExtensionDecision, Meeting, Obligation
from ccm_portal.treaty import extensions as rules
from ccm_portal.treaty.dates import add_months
from requests_app.domain.needs import Resources
from requests_app.extensions import enums
from requests_app.models import amount_field, currency_code

LETTERS = rules.ITEMS[4]
FIGURES = ("initial", "discovered", "cancelled", "reduced", "cleared", "remaining")


class RiskFlagQuerySet(models.QuerySet["RiskFlag"]):
    def visible_to(self, user: object) -> "RiskFlagQuerySet":
        """The State that raised it, the ISU and the Coordinators on cooperation; everybody once it is made public."""
        access: Access = access_of(user)  # type: ignore[arg-type]
        if access.sees_all_requests:
            return self
        rule = Q(public_on__isnull=False)
        return self.filter(rule | Q(obligation__state=access.state) if access.state else rule)

    def raised_on(self, on: date) -> "RiskFlagQuerySet":
        """Those that stood on a day."""
        return self.filter(Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gt=on), raised_on__lte=on)


class RiskFlag(models.Model):
    """A State's word, from a day on, that it may not be able to complete an obligation in time."""

    obligation = models.ForeignKey(Obligation, models.PROTECT, related_name="risk_flags")
    raised_on = models.DateField()
    raised_by = models.ForeignKey(User, models.PROTECT, related_name="risk_flags")
    on_behalf = models.BooleanField(default=False, help_text=_("Recorded by the ISU on the State's behalf."))
    reason = models.TextField(_("reason"))
    public_on = models.DateField(null=True, blank=True)
    withdrawn_on = models.DateField(null=True, blank=True)
    is_example = models.BooleanField(default=False)

    objects = RiskFlagQuerySet.as_manager()

    class Meta:
        ordering = ["-raised_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="risk_flag_once_while_raised", fields=["obligation"], condition=Q(withdrawn_on__isnull=True)
            ),
            models.CheckConstraint(name="risk_flag_has_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="risk_flag_days_in_order",
                condition=(Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gte=F("raised_on")))
                & (Q(public_on__isnull=True) | Q(public_on__gte=F("raised_on"))),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.obligation} {self.raised_on}"


class DraftQuerySet(models.QuerySet["ExtensionDraft"]):
    def visible_to(self, user: object) -> "DraftQuerySet":
        """A draft is its State's and the ISU's; a lodged request is public."""
        access: Access = access_of(user)  # type: ignore[arg-type]
        if access.is_isu:
            return self
        rule = Q(status=enums.DraftStatus.LODGED)
        return self.filter(rule | Q(obligation__state=access.state) if access.state else rule)

    def for_detail(self) -> "DraftQuerySet":
        """With everything that its page and its clock show: a fixed number of queries."""
        clock = models.Prefetch("obligation", Obligation.objects.with_facts())
        return self.select_related("meeting", "decision").prefetch_related(clock, "funding", "stocks")


class ExtensionDraft(models.Model):
    """A request for more time under Article 3 or 4, written with the treaty's items, then lodged."""

    reference = models.CharField(max_length=20, unique=True)
    obligation = models.ForeignKey(Obligation, models.PROTECT, related_name="extension_drafts")
    status = models.CharField(max_length=10, choices=enums.DraftStatus, default=enums.DraftStatus.DRAFT)
    months = models.PositiveSmallIntegerField(_("months asked for"), null=True, blank=True)
    item_a = models.TextField(blank=True)
    item_b = models.TextField(blank=True)
    item_c = models.TextField(blank=True)
    item_d = models.TextField(blank=True)
    item_e = models.TextField(blank=True)
    item_f = models.TextField(blank=True)
    item_g = models.TextField(blank=True)
    item_h = models.TextField(blank=True)
    item_i = models.TextField(blank=True)
    item_exceptional = models.TextField(blank=True)
    item_previous = models.TextField(blank=True)
    initial = amount_field(_("area at entry into force (m²)"))
    discovered = amount_field(_("discovered after it (m²)"))
    cancelled = amount_field(_("cancelled (m²)"))
    reduced = amount_field(_("reduced (m²)"))
    cleared = amount_field(_("cleared (m²)"))
    remaining = amount_field(_("remaining (m²)"))
    currency = models.CharField(_("currency"), max_length=3, blank=True, validators=[currency_code])
    lodged_on = models.DateField(null=True, blank=True)
    meeting = models.ForeignKey(
        Meeting, models.PROTECT, null=True, blank=True, related_name="+", help_text=_("That it was lodged for.")
    )
    due_on = models.DateField(
        null=True, blank=True, help_text=_("The last day to lodge as it stood on the day of lodging.")
    )
    decision = models.OneToOneField(
        ExtensionDecision,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="draft",
        help_text=_("The entry of the register that lodging opened; what the meeting decides is recorded there."),
    )
    created_by = models.ForeignKey(User, models.PROTECT, related_name="extension_drafts")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1)
    is_example = models.BooleanField(default=False)

    objects = DraftQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("extension request")
        verbose_name_plural = _("extension requests")
        constraints = [
            models.UniqueConstraint(
                name="extension_draft_once_per_clock", fields=["obligation"], condition=Q(status="draft")
            ),
            models.CheckConstraint(
                name="extension_draft_months_in_range",
                condition=Q(months__isnull=True) | Q(months__gte=1, months__lte=max(rules.MOST_MONTHS.values())),
            ),
            models.CheckConstraint(
                name="extension_draft_lodged_has_day_and_entry",
                condition=Q(status="lodged", lodged_on__isnull=False, decision__isnull=False, months__isnull=False)
                | ~Q(status="lodged") & Q(lodged_on__isnull=True, decision__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        return reverse("extensions:detail", args=[self.reference])

    @property
    def is_draft(self) -> bool:
        return self.status == enums.DraftStatus.DRAFT

    @property
    def is_late(self) -> bool:
        """Whether it was lodged after the last day that stood then: marked, never refused."""
        return self.lodged_on is not None and rules.is_late(self.due_on, self.lodged_on)

    @property
    def land(self) -> rules.Land:
        return rules.Land(*(getattr(self, name) for name in FIGURES))

    @property
    def areas(self) -> list[tuple[str, Decimal | None]]:
        """The figures of Article 4.6(d) to (f) under their names; none under Article 3."""
        given = [(str(self._meta.get_field(name).verbose_name), getattr(self, name)) for name in FIGURES]  # type: ignore[union-attr]
        return given if any(figure is not None for _label, figure in given) else []

    def new_deadline(self, deadline: date) -> date | None:
        """Articles 3.3 and 4.5: the months count from the deadline that they extend."""
        return add_months(deadline, self.months) if self.months else None

    def texts(self) -> dict[str, str]:
        """What stands under each item of the treaty."""
        codes = [*LETTERS, rules.EXCEPTIONAL, rules.PREVIOUS]
        return {code: getattr(self, f"item_{code}") for code in codes}


class FundingLine(models.Model):
    """What one year of an extension costs, and who is to pay; the gap is computed."""

    draft = models.ForeignKey(ExtensionDraft, models.CASCADE, related_name="funding")
    year = models.PositiveSmallIntegerField(_("year"), validators=[MinValueValidator(2010)])
    required = amount_field(_("required"))
    national = amount_field(_("national"))
    expected = amount_field(_("expected from others"))

    class Meta:
        ordering = ["year"]
        constraints = [
            models.UniqueConstraint(name="funding_line_once_per_year", fields=["draft", "year"]),
            models.CheckConstraint(name="funding_line_has_required", condition=Q(required__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.draft_id} {self.year}"

    @property
    def resources(self) -> Resources:
        return Resources(self.required, self.national or Decimal(0), self.expected or Decimal(0))


class StockLine(models.Model):
    """Article 3.4(d) to (f): what became of one type of munition or submunition."""

    draft = models.ForeignKey(ExtensionDraft, models.CASCADE, related_name="stocks")
    kind = models.CharField(_("type"), max_length=60)
    unit = models.CharField(_("counted in"), max_length=15, choices=enums.Unit, default=enums.Unit.MUNITIONS)
    held = models.PositiveBigIntegerField(_("held, and found later"), default=0)
    destroyed = models.PositiveBigIntegerField(_("destroyed"), default=0)
    remaining = models.PositiveBigIntegerField(_("remaining"), default=0)
    retained = models.PositiveBigIntegerField(_("retained (3.6)"), default=0)
    transferred = models.PositiveBigIntegerField(_("transferred (3.7)"), default=0)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(name="stock_line_once", fields=["draft", "kind", "unit"])]

    def __str__(self) -> str:
        return self.kind

    @property
    def as_rule(self) -> rules.Stock:
        return rules.Stock(self.kind, self.held, self.destroyed, self.remaining, self.retained, self.transferred)
