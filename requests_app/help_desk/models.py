"""A ticket and its thread. It may be about any page of the portal, so it keeps that page's address and no key."""

from datetime import datetime
from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Min, Q, Value
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ccm_portal.accounts.models import User, access_of
from ccm_portal.register.models import State


class Subject(models.TextChoices):
    """What the help is about."""

    REPORT = "report", _("Article 7 report")
    EXTENSION = "extension", _("Extension request")
    REQUEST = "request", _("Request for assistance")
    OTHER = "other", _("Something else")


#: The pages from which help is asked, by the beginning of their address.
PAGES = {
    "/transparency-reports/": Subject.REPORT,
    "/extension-requests/": Subject.EXTENSION,
    "/requests/": Subject.REQUEST,
}


class HelpTicketQuerySet(models.QuerySet["HelpTicket"]):
    def visible_to(self, user: object) -> "HelpTicketQuerySet":
        """A ticket is between its State and the ISU: nobody else knows of it, Coordinators neither."""
        access = access_of(user)  # type: ignore[arg-type]
        if access.is_isu:
            return self
        return self.filter(state=access.state) if access.state else self.none()

    def said(self) -> "models.QuerySet[HelpTicket, tuple[Any, ...]]":
        """What search looks at, a line for each message: the columns of `PostQuerySet.said`."""
        kind = Value("help", output_field=models.CharField())
        key = Cast("pk", models.CharField(max_length=20))
        lines = self.order_by().annotate(said_in=kind, key=key)
        return lines.values_list("said_in", "key", "subject", "messages__text", "messages__at", "is_example")

    def for_list(self) -> "HelpTicketQuerySet":
        """With what a list shows: who advises, and when the ISU first answered."""
        return self.select_related("state", "assigned_to").annotate(
            first_answer_at=Min("messages__at", filter=Q(messages__is_from_isu=True))
        )


class HelpTicket(models.Model):
    """One State's question to the ISU."""

    state = models.ForeignKey(State, models.PROTECT, related_name="help_tickets")
    kind = models.CharField(_("about"), max_length=12, choices=Subject)
    subject = models.CharField(_("subject"), max_length=160)
    page = models.CharField(
        max_length=160, blank=True, validators=[RegexValidator(r"^/[A-Za-z0-9/_#.-]*$")]
    )  # where in the portal the help was asked
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="tickets_opened")
    opened_at = models.DateTimeField(default=timezone.now)
    assigned_to = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="tickets_assigned")
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="tickets_closed")
    closed_at = models.DateTimeField(null=True, blank=True)
    is_example = models.BooleanField(default=False)

    objects = HelpTicketQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="help_ticket_closed_by_somebody",
                condition=Q(closed_by__isnull=True, closed_at__isnull=True)
                | Q(closed_by__isnull=False, closed_at__isnull=False, closed_at__gte=F("opened_at")),
                violation_error_message=_("A ticket is closed by somebody, after it was opened."),
            )
        ]

    def __str__(self) -> str:
        return f"{_('Help')} {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("help_desk:detail", args=[self.pk])

    @property
    def search_text(self) -> str:
        """What search looks at; needs the messages prefetched to cost no query."""
        return " ".join([self.subject, *(message.text for message in self.messages.all())])

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class HelpMessage(models.Model):
    """One message of a ticket's thread."""

    ticket = models.ForeignKey(HelpTicket, models.PROTECT, related_name="messages")
    author = models.ForeignKey(User, models.PROTECT, related_name="help_messages")
    is_from_isu = models.BooleanField()
    at = models.DateTimeField(default=timezone.now)
    text = models.TextField()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.at:%Y-%m-%d %H:%M}"


def first_answer(messages: "list[HelpMessage]") -> datetime | None:
    """When the ISU first answered: what counts is its first message."""
    return min((message.at for message in messages if message.is_from_isu), default=None)
