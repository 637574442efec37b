"""Meetings of the States Parties, and what they aim at."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from ccm_portal.register import enums
from ccm_portal.register.models.sourced import Sourced
from ccm_portal.register.models.states import State
from ccm_portal.treaty.meetings import FormalMeeting, Schedule


class Meeting(Sourced):
    """A meeting under the Convention."""

    code = models.CharField(max_length=12, unique=True)
    kind = models.CharField(max_length=20, choices=enums.MeetingKind)
    first_day = models.DateField()
    last_day = models.DateField()
    place = models.CharField(max_length=80, blank=True)
    president = models.ForeignKey(State, models.PROTECT, null=True, blank=True, related_name="presidencies")
    decisions_recorded = models.BooleanField(
        default=True, help_text=_("Whether the register holds everything that this meeting decided.")
    )
    history = HistoricalRecords()

    class Meta:
        ordering = ["-first_day"]
        constraints = [
            models.CheckConstraint(
                name="meeting_days_in_order",
                condition=Q(last_day__gte=F("first_day")),
                violation_error_message=_("A meeting ends on or after its first day."),
            )
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_formal(self) -> bool:
        """Whether it decides on extension requests."""
        return self.kind in enums.FORMAL

    @property
    def as_formal(self) -> FormalMeeting:
        """What the deadline rules compute from; needs its `schedules` prefetched to stay at no query of its own."""
        earlier = tuple(Schedule(s.first_day, s.last_day, s.moved_on) for s in self.schedules.all())
        return FormalMeeting(self.code, self.first_day, self.last_day, self.decisions_recorded, earlier)


class MeetingSchedule(Sourced):
    """Days that a meeting was set for before it was moved: dates that a State acted upon stay on record."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="schedules")
    first_day = models.DateField()
    last_day = models.DateField()
    moved_on = models.DateField(help_text=_("The day on which it was moved to other days."))
    history = HistoricalRecords()

    class Meta:
        ordering = ["meeting", "moved_on"]
        constraints = [
            models.UniqueConstraint(name="schedule_moved_once_a_day", fields=["meeting", "moved_on"]),
            models.CheckConstraint(
                name="schedule_days_in_order",
                condition=Q(last_day__gte=F("first_day")),
                violation_error_message=_("A meeting ends on or after its first day."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.meeting} {self.first_day}"


class Target(Sourced):
    """A number that the States Parties aim at by a day; the verdict reads the count of that day, not today's."""

    code = models.SlugField(max_length=30, unique=True)
    measure = models.CharField(max_length=20, choices=enums.Measure)
    value = models.PositiveSmallIntegerField()
    by = models.DateField()
    history = HistoricalRecords()

    class Meta:
        ordering = ["by"]

    def __str__(self) -> str:
        return self.code
