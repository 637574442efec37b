"""A supporter's profile, the requests it follows, and those in which it has shown interest."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from ccm_portal.accounts.models import User, access_of
from requests_app.enums import Kind, kinds_of
from requests_app.models import (
    AssistanceRequest,
    Offer,
    Supporter,
    amount_field,
    codes_field,
    currency_code,
    of_supporter,
)

FIRST_YEAR, LAST_YEAR = 2008, 2099  # from the adoption of the Convention on


class Profile(models.Model):
    """What a supporter states of itself. Each line is dated and attributed (`stated`); nothing of it is a promise."""

    supporter = models.OneToOneField(Supporter, models.PROTECT, related_name="profile")
    areas = codes_field(_("obligation areas"))
    forms = codes_field(_("forms of assistance"))
    regions = codes_field(_("regions"))
    languages = codes_field(_("languages"))
    size_from = amount_field(_("usual contribution from"))
    size_to = amount_field(_("usual contribution up to"))
    currency = models.CharField(_("currency"), max_length=3, blank=True, validators=[currency_code])
    years = models.PositiveSmallIntegerField(
        _("usual length in years"), null=True, blank=True, help_text=_("For how long a contribution usually runs.")
    )
    first_year = models.PositiveSmallIntegerField(_("gives from"), null=True, blank=True)
    last_year = models.PositiveSmallIntegerField(_("gives until"), null=True, blank=True)
    budget_cycle = models.CharField(_("budget cycle"), max_length=200, blank=True)
    next_call = models.DateField(_("next call for proposals"), null=True, blank=True)
    channels = models.CharField(_("channels"), max_length=300, blank=True)
    conditions = models.TextField(_("conditions"), max_length=2000, blank=True)
    stated = models.JSONField(default=dict, editable=False, help_text="Line -> day and author, written with the line.")
    is_example = models.BooleanField(default=False)
    history = HistoricalRecords()

    class Meta:
        ordering = ["supporter__code"]
        constraints = [
            models.CheckConstraint(
                name="profile_years_in_order",
                condition=Q(first_year__isnull=True) | Q(last_year__isnull=True) | Q(first_year__lte=F("last_year")),
                violation_error_message=_("The last year is before the first."),
            ),
            models.CheckConstraint(
                name="profile_years_in_range",
                condition=(Q(first_year__isnull=True) | Q(first_year__gte=FIRST_YEAR, first_year__lte=LAST_YEAR))
                & (Q(last_year__isnull=True) | Q(last_year__gte=FIRST_YEAR, last_year__lte=LAST_YEAR)),
                violation_error_message=_("Give years in four digits, from 2008 on."),
            ),
            models.CheckConstraint(
                name="profile_sizes_in_order",
                condition=Q(size_from__isnull=True) | Q(size_to__isnull=True) | Q(size_from__lte=F("size_to")),
                violation_error_message=_("The upper amount is below the lower one."),
            ),
            models.CheckConstraint(
                name="profile_sizes_not_negative",
                condition=(Q(size_from__isnull=True) | Q(size_from__gte=0))
                & (Q(size_to__isnull=True) | Q(size_to__gte=0)),
                violation_error_message=_("An amount cannot be below zero."),
            ),
            models.CheckConstraint(
                name="profile_size_has_currency",
                condition=~Q(currency="") | Q(size_from__isnull=True, size_to__isnull=True),
                violation_error_message=_("Say in which currency the amounts are."),
            ),
            models.CheckConstraint(
                name="profile_length_positive",
                condition=Q(years__isnull=True) | Q(years__gte=1),
                violation_error_message=_("A contribution runs for a year at least."),
            ),
        ]

    def __str__(self) -> str:
        return self.supporter.name

    @property
    def treaty_kinds(self) -> list[Kind]:
        """The kinds of Article 6.2 that its forms of assistance are."""
        return kinds_of(self.forms)


#: The lines of a profile in the order of the form; the amounts and their currency are one.
LINES = (
    "areas", "forms", "regions", "languages", "size_to", "years", "first_year", "last_year", "budget_cycle",
    "next_call", "channels", "conditions",
)  # fmt: skip


class FollowingQuerySet(models.QuerySet["Following"]):
    def of(self, user: object) -> "FollowingQuerySet":
        """Those of the supporter that a visitor speaks for."""
        return self.filter(of_supporter(access_of(user)))  # type: ignore[arg-type]


class Following(models.Model):
    """A supporter keeps a request in view. Nobody else sees that it does."""

    supporter = models.ForeignKey(Supporter, models.PROTECT, related_name="followings")
    request = models.ForeignKey(AssistanceRequest, models.PROTECT, related_name="followings")
    since = models.DateField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")

    objects = FollowingQuerySet.as_manager()

    class Meta:
        ordering = ["-since", "-pk"]
        constraints = [models.UniqueConstraint(name="following_once", fields=["supporter", "request"])]

    def __str__(self) -> str:
        return f"{self.supporter_id} {self.request_id}"


class InterestQuerySet(models.QuerySet["Interest"]):
    def standing(self) -> "InterestQuerySet":
        return self.filter(withdrawn_on__isnull=True)

    def visible_to(self, user: object) -> "InterestQuerySet":
        """A supporter's own; those in own requests; all that the ISU and the Coordinators handle."""
        access = access_of(user)  # type: ignore[arg-type]
        rule = Q(pk__in=self.filter(of_supporter(access)).values("pk"))
        if access.state:
            rule |= Q(request__state=access.state)
        if access.sees_all_requests:
            rule |= Q(request__isnull=False)
        return self.filter(rule, request__in=AssistanceRequest.objects.visible_to(user).values("pk"))


class Interest(models.Model):
    """A supporter has let it be known that a request interests it. It commits to nothing."""

    supporter = models.ForeignKey(Supporter, models.PROTECT, related_name="interests")
    request = models.ForeignKey(AssistanceRequest, models.PROTECT, related_name="interests")
    shown_on = models.DateField()
    shown_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    withdrawn_on = models.DateField(null=True, blank=True)

    objects = InterestQuerySet.as_manager()

    class Meta:
        ordering = ["-shown_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="interest_once_at_a_time", fields=["supporter", "request"], condition=Q(withdrawn_on__isnull=True)
            ),
            models.CheckConstraint(
                name="interest_in_order", condition=Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gte=F("shown_on"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.supporter_id} {self.request_id}"


class AttachedOffer(models.Model):
    """An offer that a Coordinator or the ISU has put with a request, for the requesting State to look at."""

    request = models.ForeignKey(AssistanceRequest, models.PROTECT, related_name="attached_offers")
    offer = models.ForeignKey(Offer, models.PROTECT, related_name="attached_to")
    attached_on = models.DateField()
    attached_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-attached_on", "-pk"]
        constraints = [models.UniqueConstraint(name="offer_attached_once", fields=["request", "offer"])]

    def __str__(self) -> str:
        return f"{self.request_id} {self.offer_id}"
