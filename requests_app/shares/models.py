"""Shares of requests with their dated steps, deliveries with their parts, outcomes, and exchange rates by year."""

from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from ccm_portal.accounts.models import Access, User, access_of
from ccm_portal.register.kept import Kept
from ccm_portal.register.models import Organisation
from requests_app.domain.lifecycle import OPEN
from requests_app.enums import Kind
from requests_app.models import AssistanceRequest, Offer, Supporter, amount_field, currency_code, of_supporter
from requests_app.shares import enums
from requests_app.shares.domain import steps

CONFIRMED = Q(supporter_on__isnull=False, state_on__isnull=False)


def _has_currency(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=name,
        condition=Q(amount__isnull=True) | ~Q(currency=""),
        violation_error_message=_("Say in which currency the amount is."),
    )


def _has_unit(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=name,
        condition=Q(quantity__isnull=True, unit="") | Q(quantity__isnull=False) & ~Q(unit=""),
        violation_error_message=_("A quantity has a unit, for example 4 vehicles."),
    )


def _sides(prefix: str) -> list[models.CheckConstraint]:
    return [
        models.CheckConstraint(
            name=f"{prefix}_{side}_confirms_by_name",
            condition=Q(**{f"{side}_on__isnull": True, f"{side}_by__isnull": True})
            | Q(**{f"{side}_on__isnull": False, f"{side}_by__isnull": False}),
            violation_error_message=_("Who confirms does so on a day, by name."),
        )
        for side in enums.Side.values
    ]


class ExchangeRate(models.Model):
    """What one unit of a currency was worth in US dollars in a year, as a source says."""

    currency = models.CharField(_("currency"), max_length=3, validators=[currency_code])
    year = models.PositiveSmallIntegerField(_("year"))
    usd_per_unit = models.DecimalField(_("US dollars for one unit"), max_digits=18, decimal_places=8)
    source = models.TextField(_("source"))
    is_example = models.BooleanField(default=False)
    history = HistoricalRecords()

    class Meta:
        ordering = ["currency", "-year"]
        constraints = [
            models.UniqueConstraint(name="exchange_rate_once", fields=["currency", "year", "is_example"]),
            models.CheckConstraint(
                name="exchange_rate_positive",
                condition=Q(usd_per_unit__gt=0),
                violation_error_message=_("A rate is above zero."),
            ),
            models.CheckConstraint(
                name="exchange_rate_has_source",
                condition=~Q(source=""),
                violation_error_message=_("Say where the rate comes from."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.year}"


class BothSides(models.Model):
    """What counts as certain once the supporter and the requesting State have each said so."""

    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    supporter_on = models.DateField(_("confirmed by the supporter"), null=True, blank=True)
    supporter_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    state_on = models.DateField(_("confirmed by the requesting State"), null=True, blank=True)
    state_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        abstract = True

    @property
    def is_confirmed(self) -> bool:
        return self.supporter_on is not None and self.state_on is not None

    def is_confirmed_on(self, on: date) -> bool:
        """Whether both sides had said so by a day."""
        return all(word is not None and word <= on for word in (self.supporter_on, self.state_on))

    @property
    def waits_on(self) -> list[enums.Side]:
        return [side for side in enums.Side if getattr(self, f"{side.value}_on") is None]

    def take_word(self, side: enums.Side, *, by: User, today: date) -> None:
        """One side's confirmation."""
        setattr(self, f"{side.value}_on", today)
        setattr(self, f"{side.value}_by", by)


class ShareQuerySet(models.QuerySet["Share"]):
    def visible_to(self, user: object) -> Self:
        """A supporter's own, those of own requests, all of the requests that one handles; and what both sides have
        confirmed and released, to whoever may know of the request. Nothing of a request that one may not know of."""
        access: Access = access_of(user)  # type: ignore[arg-type]
        visible = AssistanceRequest.objects.visible_to(access).order_by()
        if access.sees_all_requests:
            return self.filter(request__in=visible.values("pk"))
        agreed = ShareStep.objects.filter(CONFIRMED, share=OuterRef("pk"), step=OuterRef("status"))
        rule = Q(is_public=True) & Q(Exists(agreed)) | of_supporter(access)
        if access.state:
            rule |= Q(request__state=access.state)
        return self.filter(rule, request__in=visible.values("pk"))

    def live(self) -> Self:
        """Those in which something is still to come."""
        return self.filter(status__in=steps.LIVE)

    def standing(self) -> Self:
        """Those that count: all that were not withdrawn."""
        return self.exclude(status=enums.ShareStatus.WITHDRAWN)

    def overdue(self, today: date) -> Self:
        """Those still to come after the day on which they were due; nothing is due of a closed request."""
        return (
            self.live()
            .filter(Exists(AssistanceRequest.objects.filter(pk=OuterRef("request"), status__in=OPEN)))
            .filter(Q(due_on__lt=today) | Q(due_on__isnull=True, to_year__lt=today.year))
        )

    def waiting_on(self, access: Access) -> Self:
        """Those of which a step or a delivery waits for the word of the side that a person speaks for."""
        rule = Q(pk__in=[])
        for side, mine in ((enums.Side.SUPPORTER, of_supporter(access)), (enums.Side.STATE, _of_state(access))):
            silent = {f"{side.value}_on__isnull": True, "share": OuterRef("pk")}
            waits = Q(Exists(ShareStep.objects.filter(**silent))) | Q(Exists(Delivery.objects.filter(**silent)))
            rule |= mine & waits
        known = AssistanceRequest.objects.visible_to(access).filter(pk=OuterRef("request"))
        return self.standing().filter(rule, Exists(known))

    def with_silence(self, access: Access) -> Self:
        """With the day `since` which something waits for the word of the side that a person speaks for."""
        mine = Case(When(of_supporter(access), then=_silent_since("supporter")), default=_silent_since("state"))
        return self.annotate(since=mine)

    def for_list(self) -> Self:
        """With the names that a row shows, and the steps: two queries."""
        named = self.select_related("supporter__state", "supporter__organisation", "request__state")
        return named.prefetch_related("steps")


def _silent_since(side: str) -> Coalesce:
    silent = {f"{side}_on__isnull": True, "share": OuterRef("pk")}
    steps = ShareStep.objects.filter(**silent).order_by("on").values("on")
    deliveries = Delivery.objects.filter(**silent).order_by("recorded_on").values("recorded_on")
    return Coalesce(Subquery(steps[:1]), Subquery(deliveries[:1]))


def _of_state(access: Access) -> Q:
    return Q(request__state=access.state) if access.state else Q(pk__in=[])


class Share(models.Model):
    """What one supporter takes on of one request: money, expertise or equipment, over which years."""

    request = models.ForeignKey(AssistanceRequest, models.PROTECT, related_name="shares")
    supporter = models.ForeignKey(Supporter, models.PROTECT, related_name="shares", verbose_name=_("supporter"))
    offer = models.ForeignKey(
        Offer, models.PROTECT, null=True, blank=True, related_name="shares", verbose_name=_("out of the offer")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    description = models.TextField(_("what"))
    amount = amount_field(_("amount"))
    currency = models.CharField(_("currency"), max_length=3, blank=True, validators=[currency_code])
    quantity = models.DecimalField(
        _("quantity"), max_digits=14, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    percent = models.DecimalField(
        _("part of the need, in per cent"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.01")), MaxValueValidator(100)],
    )
    from_year = models.PositiveSmallIntegerField(
        _("from year"), validators=[MinValueValidator(2010), MaxValueValidator(2100)]
    )
    to_year = models.PositiveSmallIntegerField(
        _("to year"), validators=[MinValueValidator(2010), MaxValueValidator(2100)]
    )
    due_on = models.DateField(_("due"), null=True, blank=True)
    condition = models.TextField(_("conditions"), blank=True)
    channel = models.CharField(_("channel"), max_length=20, choices=enums.DeliveryChannel, blank=True)
    status = models.CharField(max_length=20, choices=enums.ShareStatus, default=enums.ShareStatus.PLEDGED)
    is_public = models.BooleanField(
        _("whoever may read the request may also read this, once both sides have confirmed it"), default=False
    )
    recorded_on = models.DateField()
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    is_example = models.BooleanField(default=False)
    history = HistoricalRecords()

    objects = ShareQuerySet.as_manager()

    class Meta:
        ordering = ["from_year", "pk"]
        indexes = [models.Index(fields=["supporter", "request"], name="share_by_supporter")]
        constraints = [
            _has_currency("share_amount_has_currency"),
            _has_unit("share_quantity_has_unit"),
            models.CheckConstraint(
                name="share_years_in_order",
                condition=Q(to_year__gte=F("from_year")),
                violation_error_message=_("The last year is before the first."),
            ),
            models.CheckConstraint(
                name="share_amount_not_negative",
                condition=Q(amount__isnull=True) | Q(amount__gte=0),
                violation_error_message=_("An amount cannot be below zero."),
            ),
            models.CheckConstraint(
                name="share_quantity_not_negative",
                condition=Q(quantity__isnull=True) | Q(quantity__gte=0),
                violation_error_message=_("A quantity cannot be below zero."),
            ),
            models.CheckConstraint(
                name="share_part_up_to_the_whole",
                condition=Q(percent__isnull=True) | Q(percent__gt=0, percent__lte=100),
                violation_error_message=_("A part of the need is more than 0 and at most 100 per cent."),
            ),
            models.CheckConstraint(
                name="share_counts_once",
                condition=Q(percent__isnull=True) | Q(amount__isnull=True),
                violation_error_message=_(
                    "Money counts by its amount: state a part in per cent for help in kind only."
                ),
            ),
            models.CheckConstraint(
                name="share_agreed_has_channel",
                condition=~Q(status__in=["committed", "delivered"]) | ~Q(channel=""),
                violation_error_message=_("Say through which channel it will be delivered."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.supporter}: {self.get_kind_display()}"

    def get_absolute_url(self) -> str:
        return f"{self.request.get_absolute_url()}shares/{self.pk}/"

    @property
    def due_day(self) -> date:
        return steps.last_day(self.due_on, self.to_year)

    def is_overdue(self, today: date) -> bool:
        return self.request.is_open and steps.is_overdue(
            enums.ShareStatus(self.status), self.due_on, self.to_year, today
        )

    @property
    def is_live(self) -> bool:
        return self.status in steps.LIVE

    @cached_property
    def last_step(self) -> "ShareStep | None":
        """The step that gave it its status; needs `for_list()`."""
        return next((step for step in self.steps.all() if step.step == self.status), None)

    @cached_property
    def agreed(self) -> enums.ShareStatus | None:
        """The furthest step that both sides have confirmed; needs `for_list()`."""
        confirmed = {step.step for step in self.steps.all() if step.is_confirmed}
        order = (enums.ShareStatus.DELIVERED, enums.ShareStatus.COMMITTED, enums.ShareStatus.PLEDGED)
        return next((status for status in order if status in confirmed), None)


class ShareStep(BothSides):
    """One dated step of a share, with the word of each side."""

    share = models.ForeignKey(Share, models.PROTECT, related_name="steps")
    step = models.CharField(max_length=20, choices=enums.ShareStatus)
    on = models.DateField()
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(name="share_step_once", fields=["share", "step"]),
            *_sides("share_step"),
        ]

    def __str__(self) -> str:
        return f"{self.share_id} {self.step} {self.on}"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def visible_to(self, user: object) -> Self:
        """Those of the shares that one may read; to others than the parties and the handlers once confirmed."""
        access: Access = access_of(user)  # type: ignore[arg-type]
        of_shares = self.filter(share__in=Share.objects.visible_to(user).order_by().values("pk"))
        if access.sees_all_requests:
            return of_shares
        party = of_supporter(access, "share__")
        if access.state:
            party |= Q(share__request__state=access.state)
        return of_shares.filter(party | CONFIRMED)

    def for_list(self) -> Self:
        """With the names that a row shows: two queries."""
        related = ("share__supporter__state", "share__supporter__organisation", "share__request__state", "implementer")
        parts = DeliveryPart.objects.select_related("supporter__state", "supporter__organisation")
        return self.select_related(*related).prefetch_related(models.Prefetch("parts", parts))


class Delivery(BothSides):
    """What was really provided: on which day, through whom, and what came of it."""

    share = models.ForeignKey(Share, models.PROTECT, related_name="deliveries")
    delivered_on = models.DateField(_("day of delivery"))
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    description = models.TextField(_("what was provided"))
    amount = amount_field(_("amount"))
    currency = models.CharField(_("currency"), max_length=3, blank=True, validators=[currency_code])
    quantity = models.DecimalField(
        _("quantity"), max_digits=14, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    channel = models.CharField(_("channel"), max_length=20, choices=enums.DeliveryChannel)
    implementer = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="deliveries",
        verbose_name=_("implementing organisation"),
    )  # fmt: skip
    implementer_name = models.CharField(_("implementing body that is not in the list"), max_length=160, blank=True)
    unit_cost = amount_field(_("cost of one unit"))
    unit_cost_per = models.CharField(_("unit"), max_length=60, blank=True)
    cost_note = models.TextField(_("note on cost efficiency"), blank=True)
    people = models.PositiveIntegerField(_("people reached"), null=True, blank=True)
    area_m2 = models.DecimalField(
        _("square metres"), max_digits=14, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    items = models.PositiveIntegerField(_("items"), null=True, blank=True)
    result = models.TextField(_("result"), blank=True)
    lesson = models.TextField(_("lesson learned"), blank=True)
    recorded_on = models.DateField()
    is_example = models.BooleanField(default=False)
    history = HistoricalRecords()

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["delivered_on", "pk"]
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            _has_currency("delivery_amount_has_currency"),
            _has_unit("delivery_quantity_has_unit"),
            models.CheckConstraint(
                name="delivery_not_negative",
                condition=(Q(amount__isnull=True) | Q(amount__gte=0))
                & (Q(quantity__isnull=True) | Q(quantity__gte=0))
                & (Q(unit_cost__isnull=True) | Q(unit_cost__gte=0))
                & (Q(area_m2__isnull=True) | Q(area_m2__gte=0)),
                violation_error_message=_("An amount or a quantity cannot be below zero."),
            ),
            models.CheckConstraint(
                name="delivery_one_implementer",
                condition=Q(implementer__isnull=True) | Q(implementer_name=""),
                violation_error_message=_("Choose the implementing body from the list or name it, not both."),
            ),
            models.CheckConstraint(
                name="delivery_not_before_it_happened",
                condition=Q(delivered_on__lte=F("recorded_on")),
                violation_error_message=_("What has been delivered lies in the past: the day is in the future."),
            ),
            *_sides("delivery"),
        ]

    def __str__(self) -> str:
        return f"{self.share_id} {self.delivered_on}"

    @property
    def implemented_by(self) -> str:
        return self.implementer.name if self.implementer else self.implementer_name

    @property
    def own_amount(self) -> Decimal | None:
        """What the supporter itself put in, of a delivery pooled with others; needs `for_list()`."""
        if self.amount is None:
            return None
        return self.amount - sum((part.amount for part in self.parts.all()), Decimal(0))

    @property
    def by_supporter(self) -> list[tuple[Supporter, Decimal | None]]:
        """Who put in how much, as entered; they add up to the amount. Needs `for_list()`."""
        return [(self.share.supporter, self.own_amount), *((p.supporter, p.amount) for p in self.parts.all())]


class DeliveryPart(models.Model):
    """What another supporter put into a pooled delivery; the rest is the part of the supporter whose share it is."""

    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="parts")
    supporter = models.ForeignKey(Supporter, models.PROTECT, related_name="delivery_parts")
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(name="delivery_part_once", fields=["delivery", "supporter"]),
            models.CheckConstraint(
                name="delivery_part_positive",
                condition=Q(amount__gt=0),
                violation_error_message=_("A part of a pooled delivery is above zero."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id} {self.supporter_id}"


class Outcome(models.Model):
    """What came of a request, beside the sentence with which it was closed: partners, figures, evidence, lesson."""

    request = models.OneToOneField(AssistanceRequest, models.PROTECT, related_name="outcome_record")
    partner = models.CharField(_("partners"), max_length=300)
    result = models.TextField(_("result"))
    evidence = models.TextField(_("evidence"), help_text=_("Where the result can be checked: report, date, address."))
    lesson = models.TextField(_("lesson learned"), blank=True)
    people = models.PositiveIntegerField(_("people reached"), null=True, blank=True)
    area_m2 = models.DecimalField(
        _("square metres"), max_digits=14, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    consented_on = models.DateField(
        _("published with consent since"), null=True, blank=True, help_text=_("Of the requesting State.")
    )
    recorded_on = models.DateField()
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    is_example = models.BooleanField(default=False)
    history = HistoricalRecords()

    class Meta:
        ordering = ["-recorded_on", "-pk"]

    def __str__(self) -> str:
        return f"{self.request_id}"


def stored_rates(*, examples: bool) -> dict[tuple[str, int], Decimal]:
    """US dollars for one unit by (currency, year); example rates only where the records themselves are examples, and
    never in the place of a real one."""
    rates = known_rates()
    return {(rate.currency, rate.year): rate.usd_per_unit for rate in rates if examples or not rate.is_example}


#: The stored exchange rates, the examples first. They change a few times a year.
known_rates = Kept(lambda: list(ExchangeRate.objects.order_by("-is_example")), seconds=60)
