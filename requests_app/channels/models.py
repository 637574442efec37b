"""Direct channels with what each side has said, and the messages in them."""

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ccm_portal.accounts.models import Access, User, access_of
from requests_app.channels.enums import ChannelState
from requests_app.models import AssistanceRequest, Supporter, of_supporter
from requests_app.shares.enums import Side

PENDING = Q(consented_on__isnull=True, declined_on__isnull=True, closed_on__isnull=True)
OPEN = Q(consented_on__isnull=False, closed_on__isnull=True)


def party_to(access: Access) -> Q:
    """The channels of which a visitor speaks for one side."""
    rule = of_supporter(access)
    return rule | Q(request__state=access.state) if access.state else rule


class ChannelQuerySet(models.QuerySet["DirectChannel"]):
    def visible_to(self, user: object) -> "ChannelQuerySet":
        """Its two sides, and those who handle the request; nothing of a request that one may not know of."""
        access: Access = access_of(user)  # type: ignore[arg-type]
        rows = self if access.sees_all_requests else self.filter(party_to(access))
        return rows.filter(request__in=AssistanceRequest.objects.visible_to(access).order_by().values("pk"))

    def waiting_on(self, access: Access) -> "ChannelQuerySet":
        """Those that wait for the word of the side that a visitor speaks for; nothing waits of a closed request."""
        rule = Q(asked_side=Side.STATE) & of_supporter(access)
        if access.state:
            rule |= Q(asked_side=Side.SUPPORTER, request__state=access.state)
        still_open = AssistanceRequest.objects.open().filter(pk=OuterRef("request"))  # a join would begin there
        return self.filter(PENDING & rule, Exists(still_open))

    def for_list(self) -> "ChannelQuerySet":
        return self.select_related("request__state", "supporter__state", "supporter__organisation")


def _by_name(act: str) -> models.CheckConstraint:
    """An act has a day and a person, or neither."""
    neither, both = ({f"{act}_{name}__isnull": missing for name in ("on", "by")} for missing in (True, False))
    return models.CheckConstraint(name=f"channel_{act}_by_name", condition=Q(**neither) | Q(**both))


class DirectChannel(models.Model):
    """A requesting State and a supporter speak to each other without anybody between them, once both have agreed. Who
    asks has agreed by it; the other side consents or declines."""

    request = models.ForeignKey(AssistanceRequest, models.PROTECT, related_name="direct_channels")
    supporter = models.ForeignKey(Supporter, models.PROTECT, related_name="direct_channels")
    asked_side = models.CharField(max_length=20, choices=Side)
    asked_on = models.DateField()
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    note = models.TextField(_("why a direct contact would help"), blank=True)
    consented_on = models.DateField(null=True, blank=True)
    consented_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    declined_on = models.DateField(null=True, blank=True)
    declined_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    closed_on = models.DateField(null=True, blank=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    is_example = models.BooleanField(default=False)

    objects = ChannelQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="channel_one_at_a_time",
                fields=["request", "supporter"],
                condition=Q(declined_on__isnull=True, closed_on__isnull=True),
            ),
            models.CheckConstraint(
                name="channel_consented_or_declined",
                condition=Q(consented_on__isnull=True) | Q(declined_on__isnull=True),
            ),
            models.CheckConstraint(
                name="channel_declined_is_over", condition=Q(declined_on__isnull=True) | Q(closed_on__isnull=True)
            ),
            models.CheckConstraint(
                name="channel_in_order",
                condition=(Q(consented_on__isnull=True) | Q(consented_on__gte=F("asked_on")))
                & (Q(declined_on__isnull=True) | Q(declined_on__gte=F("asked_on")))
                & (Q(closed_on__isnull=True) | Q(closed_on__gte=F("asked_on")))
                & (Q(closed_on__isnull=True) | Q(consented_on__isnull=True) | Q(closed_on__gte=F("consented_on"))),
            ),
            *(_by_name(act) for act in ("consented", "declined", "closed")),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.supporter_id}"

    def get_absolute_url(self) -> str:
        return f"{self.request.get_absolute_url()}channels/{self.pk}/"

    def state_on(self, on: date) -> ChannelState:
        """Where it stood on a day on or after it was asked for."""

        def is_past(day: date | None) -> bool:
            return day is not None and day <= on

        if is_past(self.declined_on):
            return ChannelState.DECLINED
        if is_past(self.closed_on):
            return ChannelState.CLOSED if self.consented_on else ChannelState.TAKEN_BACK
        return ChannelState.OPEN if is_past(self.consented_on) else ChannelState.ASKED

    @property
    def state(self) -> ChannelState:
        return self.state_on(date.max)

    @property
    def answering_side(self) -> Side:
        """The side whose word opens it."""
        return Side.SUPPORTER if self.asked_side == Side.STATE else Side.STATE

    def name_of(self, side: str | None) -> str:
        """The State, or the supporter."""
        return self.request.state.name if side == Side.STATE else self.supporter.name

    @property
    def asking_party(self) -> str:
        return self.name_of(self.asked_side)

    @property
    def answering_party(self) -> str:
        return self.name_of(self.answering_side)


class MessageQuerySet(models.QuerySet["ChannelMessage"]):
    def visible_to(self, user: object) -> "MessageQuerySet":
        """The two sides alone: who handles the request sees that the channel is open, not what is said in it."""
        access: Access = access_of(user)  # type: ignore[arg-type]
        own: Any = DirectChannel.objects.visible_to(user).filter(party_to(access)).order_by()
        return self.filter(channel__in=own.values("pk"))


class ChannelMessage(models.Model):
    """Something that one side says to the other. Nothing said is changed or taken back."""

    channel = models.ForeignKey(DirectChannel, models.PROTECT, related_name="messages")
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    speaks_for = models.CharField(max_length=120, help_text=_("The State or organisation at the time."))
    written_at = models.DateTimeField(default=timezone.now)
    text = models.TextField(_("message"))

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["written_at", "pk"]
        constraints = [models.CheckConstraint(name="channel_message_says_something", condition=~Q(text=""))]

    def __str__(self) -> str:
        return f"{self.channel_id} {self.written_at:%Y-%m-%d %H:%M}"
