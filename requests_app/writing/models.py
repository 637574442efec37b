"""What belongs to a request only while it is written: how far it is, text that is not part of it yet, kept files."""

from pathlib import PurePath
from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ccm_portal.accounts.models import User
from requests_app.models import AssistanceRequest


def hidden_name(name: str) -> str:
    """The name under which a file is stored: never guessable from its own."""
    return f"{uuid4().hex}{PurePath(name).suffix.lower()}"


class Writing(models.Model):
    """How far the writing of one request has come, and under which reference it was begun: that address stays good."""

    request = models.OneToOneField(AssistanceRequest, models.PROTECT, related_name="writing")
    draft_reference = models.CharField(max_length=20, unique=True)
    last_step = models.CharField(max_length=30, blank=True)
    saved_steps = models.JSONField(default=list, blank=True)

    def __str__(self) -> str:
        return f"{self.draft_reference} {self.last_step}".strip()


class Unsaved(models.Model):
    """What a person typed in a step and the request does not hold: it is not well-formed yet, somebody else saved
    first, or it was sent after the session had ended. Only its writer ever sees it."""

    owner = models.ForeignKey(User, models.PROTECT, related_name="unsaved_texts")
    reference = models.CharField(max_length=20)  # a request that was never saved has no row to point at
    step = models.CharField(max_length=30)
    data = models.JSONField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("unsaved text")
        constraints = [models.UniqueConstraint(name="unsaved_once", fields=["owner", "reference", "step"])]

    def __str__(self) -> str:
        return f"{self.reference} {self.step}"


class Upload(models.Model):
    """A file on its way: sent in parts, or kept while the rest of its form has a mistake. `key` names it in forms."""

    key = models.CharField(max_length=43, unique=True)
    owner = models.ForeignKey(User, models.PROTECT, related_name="uploads")
    reference = models.CharField(max_length=20)
    name = models.CharField(_("name"), max_length=120)
    tag = models.CharField(max_length=300, blank=True)  # the same file chosen again goes on where it was cut
    size = models.PositiveBigIntegerField(_("size"))
    received = models.PositiveBigIntegerField(default=0)
    file = models.FileField(_("file"), upload_to="evidence/")
    is_checked = models.BooleanField(default=False)  # whole, of the type that its name says, and scanned
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="upload_within_its_size",
                condition=Q(size__gt=0, received__lte=F("size")) & (Q(is_checked=False) | Q(received=F("size"))),
                violation_error_message=_("A file holds no more than was announced, and is checked once it is whole."),
            )
        ]

    def __str__(self) -> str:
        return self.name
