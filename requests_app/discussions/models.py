"""Who takes part in the discussion of a request, and what is said there."""

from typing import Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ccm_portal.accounts.models import Access, User, access_of
from requests_app.enums import Channel
from requests_app.models import AssistanceRequest, Supporter, of_supporter


class ParticipationQuerySet(models.QuerySet["Participation"]):
    def of(self, access: Access) -> "ParticipationQuerySet":
        """Those of the supporter that a visitor speaks for."""
        return self.filter(of_supporter(access))

    def current(self) -> "ParticipationQuerySet":
        return self.filter(until__isnull=True)


class Participation(models.Model):
    """A supporter takes part from one moment to another. The requesting State and those who handle the request always
    do, and need no row."""

    request = models.ForeignKey(AssistanceRequest, models.PROTECT, related_name="discussion_parties")
    supporter = models.ForeignKey(Supporter, models.PROTECT, related_name="discussions")
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True, blank=True)
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    objects = ParticipationQuerySet.as_manager()

    class Meta:
        ordering = ["since"]
        constraints = [
            models.UniqueConstraint(
                name="participation_once_at_a_time", fields=["request", "supporter"], condition=Q(until__isnull=True)
            ),
            models.CheckConstraint(
                name="participation_in_order", condition=Q(until__isnull=True) | Q(until__gte=F("since"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.supporter_id}"


class PostQuerySet(models.QuerySet["Post"]):
    def visible_to(self, user: object) -> "PostQuerySet":
        """Everything, for the requesting State and those who handle the request; for a supporter, what was written
        while it took part. What one may not know of the request, one does not read here either."""
        access: Access = access_of(user)  # type: ignore[arg-type]
        took_part = Participation.objects.of(access).filter(
            Q(until__isnull=True) | Q(until__gt=OuterRef("written_at")),
            request=OuterRef("request"),
            since__lte=OuterRef("written_at"),
        )
        rule = Q(Exists(took_part))
        if access.is_isu:
            rule |= Q(request__isnull=False)
        elif access.is_coordinator:  # not what the State keeps to the ISU, public or not: `is_handled_by`, for rows
            rule |= ~Q(request__channel=Channel.ISU, request__inform_coordinators=False)
        if access.state:
            rule |= Q(request__state=access.state)
        return self.filter(rule, request__in=AssistanceRequest.objects.visible_to(user).values("pk"))

    def said(self) -> "models.QuerySet[Post, tuple[Any, ...]]":
        """What search looks at: where it was said, the address's key, a heading, the text, when, whether made up."""
        lines = self.order_by().annotate(said_in=Value("discussion", output_field=models.CharField()))
        return lines.values_list(
            "said_in", "request__reference", "speaks_for", "text", "written_at", "request__is_example"
        )


class Post(models.Model):
    """Something said in the discussion. Nothing said is changed or taken back without a trace."""

    request = models.ForeignKey(AssistanceRequest, models.PROTECT, related_name="posts")
    author = models.ForeignKey(User, models.PROTECT, related_name="posts")
    speaks_for = models.CharField(max_length=120, help_text=_("The State, organisation or office at the time."))
    written_at = models.DateTimeField(default=timezone.now)
    text = models.TextField(_("message"))

    objects = PostQuerySet.as_manager()

    class Meta:
        ordering = ["written_at", "pk"]
        constraints = [models.CheckConstraint(name="post_says_something", condition=~Q(text=""))]

    def __str__(self) -> str:
        return f"{self.request_id} {self.written_at:%Y-%m-%d %H:%M}"


class Reading(models.Model):
    """How far a person has read: the audit trail gets one entry whenever there was something new."""

    request = models.ForeignKey(AssistanceRequest, models.PROTECT, related_name="+")
    reader = models.ForeignKey(User, models.PROTECT, related_name="+")
    last = models.ForeignKey(Post, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(name="reading_once_per_person", fields=["request", "reader"])]

    def __str__(self) -> str:
        return f"{self.request_id} {self.reader_id}"
