"""Time limits and holidays; silence procedures, yearly questions, alarms, questions after closing; who opened what."""

from datetime import date

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from ccm_portal.accounts.models import Access, User, access_of
from ccm_portal.register.kept import Kept
from requests_app.domain.lifecycle import CLOSED
from requests_app.enums import Visibility
from requests_app.models import AssistanceRequest, RequestQuerySet, Supporter, of_supporter
from requests_app.waiting import enums
from requests_app.waiting.domain.limits import limits_with


class TimeLimit(models.Model):
    """Other days than the table's own for one step, as the ISU decided, and why."""

    step = models.CharField(_("step"), max_length=20, choices=enums.Limit, unique=True)
    days = models.PositiveSmallIntegerField(_("days"), validators=[MinValueValidator(1), MaxValueValidator(1000)])
    reason = models.CharField(_("reason"), max_length=300)
    history = HistoricalRecords()

    class Meta:
        ordering = ["step"]
        verbose_name = _("time limit")
        verbose_name_plural = _("time limits")
        constraints = [
            models.CheckConstraint(
                name="time_limit_has_days_and_reason",
                condition=Q(days__gte=1) & ~Q(reason=""),
                violation_error_message=_("A time limit has at least one day, and a reason."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.step}: {self.days}"


#: The time limits in force. They change a few times a year, and nearly every board reads them.
known_limits = Kept(lambda: limits_with(dict(TimeLimit.objects.values_list("step", "days"))), seconds=60)


class Holiday(models.Model):
    """An official holiday of the United Nations at Geneva. It counts once somebody has verified it."""

    day = models.DateField(_("day"), unique=True)
    name = models.CharField(_("name"), max_length=80)
    source = models.TextField(_("source"), blank=True)
    is_verified = models.BooleanField(_("verified"), default=False)
    is_example = models.BooleanField(default=False)
    history = HistoricalRecords()

    class Meta:
        ordering = ["day"]
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        constraints = [
            models.CheckConstraint(
                name="holiday_verified_by_a_source",
                condition=Q(is_verified=False) | ~Q(source=""),
                violation_error_message=_("Name the source that verifies this holiday."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.name}"


class SilenceQuerySet(models.QuerySet["Silence"]):
    def running(self) -> "SilenceQuerySet":
        return self.filter(result=enums.SilenceResult.RUNNING)

    def visible_to(self, user: object) -> "SilenceQuerySet":
        """The requesting State and those who handle the request, as far as they may know of it."""
        return self.filter(request__in=_of_owner_or_handlers(user).values("pk"))


def _of_owner_or_handlers(user: object) -> RequestQuerySet:
    """The requests that a person asks or handles."""
    access: Access = access_of(user)  # type: ignore[arg-type]
    visible = AssistanceRequest.objects.visible_to(user)
    if access.sees_all_requests:
        return visible
    return visible.filter(state=access.state) if access.state else visible.none()


class Silence(models.Model):
    """A silence procedure: what happens to a request's text on a day unless somebody who is asked stops it."""

    request = models.ForeignKey(AssistanceRequest, models.PROTECT, related_name="silences")
    purpose = models.CharField(max_length=10, choices=enums.Purpose)
    supporters = models.ManyToManyField(Supporter, blank=True, related_name="silences")
    visibility = models.CharField(max_length=20, choices=Visibility, blank=True)
    started_on = models.DateField()
    started_by = models.ForeignKey(User, models.PROTECT, related_name="silences_started")
    ends_on = models.DateField(help_text=_("The last day on which it can be stopped."))
    note = models.TextField(blank=True)
    result = models.CharField(max_length=15, choices=enums.SilenceResult, default=enums.SilenceResult.RUNNING)
    ended_on = models.DateField(null=True, blank=True)
    stopped_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="silences_stopped")
    reason = models.TextField(blank=True)
    is_example = models.BooleanField(default=False)

    objects = SilenceQuerySet.as_manager()

    class Meta:
        ordering = ["-started_on", "-pk"]
        verbose_name = _("silence procedure")
        verbose_name_plural = _("silence procedures")
        constraints = [
            models.UniqueConstraint(
                name="silence_one_at_a_time",
                fields=["request"],
                condition=Q(result="running"),
                violation_error_message=_("A silence procedure is running for this request already."),
            ),
            models.CheckConstraint(
                name="silence_ended_with_result",
                condition=Q(result="running", ended_on__isnull=True)
                | ~Q(result="running") & Q(ended_on__isnull=False, ended_on__gte=F("started_on")),
            ),
            models.CheckConstraint(
                name="silence_stopped_by_somebody_with_reason",
                condition=Q(result="stopped", stopped_by__isnull=False) & ~Q(reason="")
                | ~Q(result="stopped") & Q(stopped_by__isnull=True),
                violation_error_message=_("Say why the silence procedure is stopped."),
            ),
            models.CheckConstraint(
                name="silence_release_names_its_readers",
                condition=Q(purpose="publish") & ~Q(visibility="") | Q(purpose="circulate", visibility=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.purpose} {self.started_on}"

    @property
    def is_running(self) -> bool:
        return self.result == enums.SilenceResult.RUNNING


class CheckQuerySet(models.QuerySet["ValidityCheck"]):
    def unanswered(self) -> "CheckQuerySet":
        return self.filter(answered_at__isnull=True)

    def stale(self, on: date) -> "CheckQuerySet":
        """Those without an answer in time: their requests may be stale."""
        return self.unanswered().filter(due_on__lt=on)


class ValidityCheck(models.Model):
    """The yearly question whether a request is still valid, and its answer. Without one the request may be stale."""

    request = models.ForeignKey(AssistanceRequest, models.PROTECT, related_name="validity_checks")
    asked_on = models.DateField()
    due_on = models.DateField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="validity_answers")

    objects = CheckQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_on", "-pk"]
        verbose_name = _("yearly question")
        verbose_name_plural = _("yearly questions")
        indexes = [models.Index(fields=["due_on"], name="check_unanswered", condition=Q(answered_at__isnull=True))]
        constraints = [
            models.UniqueConstraint(name="validity_asked_once_a_day", fields=["request", "asked_on"]),
            models.CheckConstraint(name="validity_days_in_order", condition=Q(due_on__gte=F("asked_on"))),
            models.CheckConstraint(
                name="validity_answered_by_somebody",
                condition=Q(answered_at__isnull=True, answered_by__isnull=True)
                | Q(answered_at__isnull=False, answered_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.asked_on}"


class Alarm(models.Model):
    """That a request is unanswered or unmatched for too long; told once to those who handle it."""

    request = models.ForeignKey(AssistanceRequest, models.PROTECT, related_name="alarms")
    reason = models.CharField(max_length=10, choices=enums.AlarmReason)
    raised_on = models.DateField()
    cleared_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["raised_on", "pk"]
        indexes = [models.Index(fields=["reason"], name="alarm_standing", condition=Q(cleared_on__isnull=True))]
        constraints = [
            models.UniqueConstraint(
                name="alarm_once_while_it_stands", fields=["request", "reason"], condition=Q(cleared_on__isnull=True)
            ),
            models.CheckConstraint(
                name="alarm_days_in_order", condition=Q(cleared_on__isnull=True) | Q(cleared_on__gte=F("raised_on"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.reason}"


class NeedMetQuerySet(models.QuerySet["NeedMet"]):
    def visible_to(self, user: object) -> "NeedMetQuerySet":
        """The requesting State and those who handle the request see every answer, a supporter its own."""
        access: Access = access_of(user)  # type: ignore[arg-type]
        rule = Q(request__in=_of_owner_or_handlers(user).values("pk"))
        if access.state or access.organisation:
            own = self.filter(of_supporter(access), request__in=AssistanceRequest.objects.visible_to(user).values("pk"))
            rule |= Q(pk__in=own.values("pk"))
        return self.filter(rule)

    def put_to(self, access: Access) -> "NeedMetQuerySet":
        """Those that were put to the State or the organisation that a visitor speaks for."""
        rule = of_supporter(access)
        return self.filter(rule | Q(supporter=None, request__state=access.state) if access.state else rule)

    def waiting_on(self, access: Access) -> "NeedMetQuerySet":
        """The last question to the side that a visitor speaks for, where it has no answer and the request is still
        closed: who is asked after a year need not go back to what was asked after three months."""
        later = NeedMet.objects.filter(request=OuterRef("request"), months__gt=OuterRef("months"))
        of_same_side = Exists(later.filter(supporter=OuterRef("supporter")))
        of_state = Exists(later.filter(supporter=None))
        is_last = Q(Q(supporter=None) & ~Q(of_state)) | Q(Q(supporter__isnull=False) & ~Q(of_same_side))
        closed = AssistanceRequest.objects.filter(pk=OuterRef("request"), status__in=CLOSED)  # a join would begin there
        return self.put_to(access).filter(is_last, Exists(closed), answer="")


class NeedMet(models.Model):
    """Two questions to one side, some months after a request was closed: was the need met, and what else to say."""

    request = models.ForeignKey(AssistanceRequest, models.PROTECT, related_name="need_met")
    supporter = models.ForeignKey(
        Supporter,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="need_met",
        help_text=_("None: the State itself."),
    )
    months = models.PositiveSmallIntegerField(help_text=_("After the closing."))
    asked_on = models.DateField()
    answer = models.CharField(_("was the need met?"), max_length=10, choices=enums.NeedAnswer, blank=True)
    text = models.CharField(_("in a line"), max_length=300, blank=True)
    answered_on = models.DateField(null=True, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = NeedMetQuerySet.as_manager()

    class Meta:
        ordering = ["months", "supporter"]
        verbose_name = _("question after closing")
        verbose_name_plural = _("questions after closing")
        constraints = [
            models.UniqueConstraint(
                name="need_met_asked_once_of_supporter",
                fields=["request", "months", "supporter"],
                condition=Q(supporter__isnull=False),
            ),
            models.UniqueConstraint(
                name="need_met_asked_once_of_state",
                fields=["request", "months"],
                condition=Q(supporter__isnull=True),
            ),
            models.CheckConstraint(
                name="need_met_answered_by_somebody",
                condition=Q(answer="", answered_on__isnull=True, answered_by__isnull=True)
                | ~Q(answer="") & Q(answered_on__isnull=False, answered_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.months} {self.supporter_id or ''}".strip()


class Opening(models.Model):
    """That somebody of a State, an organisation or an office opened a request on a day: no person, and kept only of
    those to whom it was relayed and those who handle it."""

    request = models.ForeignKey(AssistanceRequest, models.PROTECT, related_name="openings")
    reader = models.CharField(max_length=120, help_text=_("The State, organisation or office at the time."))
    on = models.DateField()

    class Meta:
        ordering = ["-on", "reader"]
        constraints = [models.UniqueConstraint(name="opening_once_a_day", fields=["request", "reader", "on"])]

    def __str__(self) -> str:
        return f"{self.request_id} {self.reader} {self.on}"
