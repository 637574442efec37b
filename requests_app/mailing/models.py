"""The obligation areas in which a person wants to hear of new requests."""

from django.db import models

from ccm_portal.accounts.models import User
from requests_app.models import Area


class AreaSubscription(models.Model):
    """A person hears of new requests in an area, as far as they are released to the person."""

    user = models.ForeignKey(User, models.CASCADE, related_name="area_subscriptions")
    area = models.ForeignKey(Area, models.PROTECT, related_name="subscriptions")

    class Meta:
        ordering = ["user", "area"]
        constraints = [models.UniqueConstraint(name="area_subscribed_once", fields=["user", "area"])]

    def __str__(self) -> str:
        return f"{self.user_id} {self.area_id}"
