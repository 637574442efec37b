"""A country request with its needs, each a request of its own; and what was split from what, and joined into what."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ccm_portal.accounts.models import User
from ccm_portal.register.models import State
from requests_app.models import AssistanceRequest, amount_field


class CountryRequestQuerySet(models.QuerySet["CountryRequest"]):
    def visible_to(self, user: object) -> "CountryRequestQuerySet":
        """Those of which a visitor may know at least one need."""
        known = AssistanceRequest.objects.visible_to(user).values("pk")
        return self.filter(pk__in=Line.objects.filter(request__in=known).values("country_request"))


class CountryRequest(models.Model):
    """Several needs that a State puts forward together. Each is a request of its own, so that each can find its own
    supporter; what they share is a title."""

    reference = models.CharField(max_length=20, unique=True)
    state = models.ForeignKey(State, models.PROTECT, related_name="country_requests")
    title = models.CharField(_("title"), max_length=140)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    is_example = models.BooleanField(default=False)

    objects = CountryRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        return f"/country-requests/{self.reference}/"


class Line(models.Model):
    """One need of a country request."""

    country_request = models.ForeignKey(CountryRequest, models.PROTECT, related_name="lines")
    request = models.OneToOneField(AssistanceRequest, models.PROTECT, related_name="line")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.country_request_id} {self.request_id}"


class Split(models.Model):
    """A part of one request became a request of its own. What was moved is kept, so that the sums can be followed."""

    original = models.ForeignKey(AssistanceRequest, models.PROTECT, related_name="splits")
    part = models.OneToOneField(AssistanceRequest, models.PROTECT, related_name="split_from")
    on = models.DateField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3, blank=True)
    total_cost = amount_field(_("total cost"))
    national_share = amount_field(_("national share"))
    external_secured = amount_field(_("secured from others"))

    class Meta:
        ordering = ["on", "pk"]
        constraints = [
            models.CheckConstraint(
                name="split_makes_two",
                condition=~Q(original=F("part")),
                violation_error_message=_("A request is not a part of itself."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.original_id} {self.part_id}"


class Joining(models.Model):
    """One request was joined into another of the same State, and closed. Its relays and answers are read from there."""

    closed = models.OneToOneField(AssistanceRequest, models.PROTECT, related_name="joined_into")
    survivor = models.ForeignKey(AssistanceRequest, models.PROTECT, related_name="joined_from")
    on = models.DateField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["on", "pk"]
        constraints = [
            models.CheckConstraint(
                name="joining_of_two",
                condition=~Q(closed=F("survivor")),
                violation_error_message=_("A request cannot be joined into itself."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.closed_id} {self.survivor_id}"
