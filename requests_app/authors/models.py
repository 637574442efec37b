"""Who was invited to write a request with its State, what is remarked on it, and the sign-off before it goes out. All
of it is the State's own: neither the ISU nor the Coordinators read it, so nothing of it stands in the admin."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ccm_portal.accounts.models import User, access_of
from requests_app.authors.enums import SignOffStatus
from requests_app.enums import AuthorLevel
from requests_app.models import AssistanceRequest


class AuthorQuerySet(models.QuerySet["Author"]):
    def current(self) -> "AuthorQuerySet":
        """Those whose invitation has not ended."""
        return self.filter(Q(until__isnull=True) | Q(until__gt=Now()))


class Author(models.Model):
    """A person of the State's ministries takes part in writing one request, from one moment to another."""

    request = models.ForeignKey(AssistanceRequest, models.PROTECT, related_name="authors")
    user = models.ForeignKey(User, models.PROTECT, related_name="authorships")
    level = models.CharField(_("level"), max_length=10, choices=AuthorLevel)
    may_sign_off = models.BooleanField(_("may be asked to sign off"), default=False)
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True, blank=True)
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    objects = AuthorQuerySet.as_manager()

    class Meta:
        ordering = ["since", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="author_once_at_a_time", fields=["request", "user"], condition=Q(until__isnull=True)
            ),
            models.CheckConstraint(
                name="author_in_order",
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                violation_error_message=_("An invitation ends after it begins."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.user_id}"


class RemarkQuerySet(models.QuerySet["Remark"]):
    def visible_to(self, user: object) -> "RemarkQuerySet":
        """Those of the State's own focal points, and of those whom it has invited to this request: nobody else's,
        whoever handles the request later."""
        access = access_of(user)  # type: ignore[arg-type]
        if access.state:
            return self.filter(request__state=access.state)
        invited = Author.objects.current().filter(user=access.author, request__state=access.author_state)
        return self.filter(request__in=invited.values("request")) if access.author else self.none()


class Remark(models.Model):
    """A remark of one who writes, for the others who write. It stays when the request goes out, and stays theirs."""

    request = models.ForeignKey(AssistanceRequest, models.PROTECT, related_name="remarks")
    author = models.ForeignKey(User, models.PROTECT, related_name="remarks")
    at = models.DateTimeField(default=timezone.now)
    text = models.TextField(_("remark"))

    objects = RemarkQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [models.CheckConstraint(name="remark_says_something", condition=~Q(text=""))]

    def __str__(self) -> str:
        return f"{self.request_id} {self.at:%Y-%m-%d %H:%M}"


class SignOffQuerySet(models.QuerySet["SignOff"]):
    def open(self) -> "SignOffQuerySet":
        """Those asked for and not called off: at most one for each request."""
        return self.filter(called_off_at__isnull=True)


class SignOff(models.Model):
    """The State has asked one post to sign off a draft before it is submitted. What is signed is one version of the
    text; any later save makes another version, which is not signed."""

    request = models.ForeignKey(AssistanceRequest, models.PROTECT, related_name="sign_offs")
    post = models.ForeignKey(User, models.PROTECT, related_name="sign_offs", verbose_name=_("who signs off"))
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_version = models.PositiveIntegerField(null=True, blank=True)
    called_off_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    called_off_at = models.DateTimeField(null=True, blank=True)

    objects = SignOffQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="sign_off_one_asked", fields=["request"], condition=Q(called_off_at__isnull=True)
            ),
            models.CheckConstraint(
                name="sign_off_has_its_version",
                condition=Q(signed_at__isnull=True, signed_version__isnull=True)
                | Q(signed_at__isnull=False, signed_version__isnull=False),
                violation_error_message=_("A sign-off names the version that was signed."),
            ),
            models.CheckConstraint(
                name="sign_off_called_off_by_somebody",
                condition=Q(called_off_at__isnull=True, called_off_by__isnull=True)
                | Q(called_off_at__isnull=False, called_off_by__isnull=False),
                violation_error_message=_("A sign-off is called off by somebody."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.post_id}"

    @property
    def status(self) -> SignOffStatus:
        """Given for the very text that the draft is now; what was submitted went out signed."""
        if self.signed_at is None:
            return SignOffStatus.WAITING
        stands = not self.request.is_draft or self.signed_version == self.request.version
        return SignOffStatus.GIVEN if stands else SignOffStatus.VOID
