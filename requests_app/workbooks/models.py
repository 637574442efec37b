"""Forms that came back as files, with the note verbale that came with them."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ccm_portal.accounts.models import User, access_of
from ccm_portal.register.models import State
from requests_app.enums import Channel
from requests_app.models import AssistanceRequest
from requests_app.workbooks.enums import FileKind, Language, Way


class ReturnedFormQuerySet(models.QuerySet["ReturnedForm"]):
    def visible_to(self, user: object) -> "ReturnedFormQuerySet":
        """What was taken over, for the requesting State and those who handle the request."""
        access = access_of(user)  # type: ignore[arg-type]
        rule = Q(pk__in=[])
        if access.is_isu or access.is_coordinator:
            rule = Q(request__in=AssistanceRequest.objects.submitted())
        if not access.is_isu:
            rule &= ~Q(request__channel=Channel.ISU, request__inform_coordinators=False)
        if access.state:
            rule |= Q(request__state=access.state)
        return self.filter(rule, accepted_at__isnull=False)

    def waiting_for(self, user: User) -> "ReturnedFormQuerySet":
        """What a person has sent and not taken over yet: seen by nobody else."""
        return self.filter(received_by=user, accepted_at__isnull=True)


class ReturnedForm(models.Model):
    """A filled form that came back. It changes nothing until the person who sent it has seen what it would change."""

    key = models.CharField(max_length=43, unique=True)
    state = models.ForeignKey(State, models.PROTECT, related_name="returned_forms")
    reference = models.CharField(_("reference in the form"), max_length=20)
    request = models.ForeignKey(AssistanceRequest, models.PROTECT, null=True, blank=True, related_name="returned_forms")
    kind = models.CharField(_("kind of file"), max_length=4, choices=FileKind)
    language = models.CharField(_("language"), max_length=10, choices=Language)
    file = models.FileField(_("form"), upload_to="forms/")
    file_name = models.CharField(max_length=120)
    note = models.FileField(_("note verbale"), upload_to="forms/", blank=True)
    note_name = models.CharField(max_length=120, blank=True)
    way = models.CharField(_("how it came"), max_length=10, choices=Way, default=Way.UPLOAD)
    sender = models.CharField(_("who sent it"), max_length=160, blank=True)
    received_on = models.DateField(_("received on"))
    received_by = models.ForeignKey(User, models.PROTECT, related_name="received_forms")
    received_at = models.DateTimeField(default=timezone.now)
    accepted_at = models.DateTimeField(null=True, blank=True)

    objects = ReturnedFormQuerySet.as_manager()

    class Meta:
        ordering = ["-received_on", "-pk"]
        verbose_name = _("returned form")
        verbose_name_plural = _("returned forms")
        constraints = [
            models.CheckConstraint(
                name="returned_form_accepted_for_a_request",
                condition=Q(accepted_at__isnull=True, request__isnull=True)
                | Q(accepted_at__isnull=False, request__isnull=False),
                violation_error_message=_("A form that was taken over belongs to its request."),
            ),
            models.CheckConstraint(
                name="returned_form_names_its_sender",
                condition=Q(way="upload", sender="") | ~Q(way="upload") & ~Q(sender=""),
                violation_error_message=_("Say who sent a form that the State has not uploaded itself."),
            ),
            models.CheckConstraint(
                name="returned_form_note_has_its_name",
                condition=Q(note="", note_name="") | ~Q(note="") & ~Q(note_name=""),
                violation_error_message=_("A note verbale is kept under its name."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.received_on}"
