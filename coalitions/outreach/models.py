"""Follow-ups of clocks, notes of the outreach to States, and priorities set by hand. Nobody but the Coordinators and
the ISU knows of them."""

from datetime import date

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ccm_portal.accounts.models import Access, User, access_of
from ccm_portal.register.models import Obligation, State
from coalitions.outreach import enums
from coalitions.outreach.domain.priority import MOST
from requests_app.models import Area


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    def visible_to(self, user: object) -> "FollowUpQuerySet":
        """The Coordinators of all themes and the ISU; not even the State that is to be contacted."""
        access: Access = access_of(user)  # type: ignore[arg-type]
        return self if access.follows_up else self.none()

    def known_on(self, on: date) -> "FollowUpQuerySet":
        return self.filter(opened_on__lte=on)

    def open(self, on: date) -> "FollowUpQuerySet":
        """Those that waited for a contact on a day."""
        return self.known_on(on).filter(Q(closed_on__isnull=True) | Q(closed_on__gt=on))


class FollowUp(models.Model):
    """A State to contact about one clock, from the day a rule asked for it until a result is recorded."""

    obligation = models.ForeignKey(Obligation, models.PROTECT, related_name="follow_ups")
    reason = models.CharField(max_length=20, choices=enums.Reason)
    deadline = models.DateField(help_text=_("As it stood when the follow-up was opened."))
    opened_on = models.DateField()
    due_on = models.DateField()
    closed_on = models.DateField(null=True, blank=True)
    result = models.CharField(_("result"), max_length=20, choices=enums.Result, blank=True)
    note = models.TextField(_("note"), blank=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="follow_ups")
    is_example = models.BooleanField(default=False)

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        constraints = [
            models.UniqueConstraint(
                name="follow_up_once_while_open",
                fields=["obligation", "reason", "deadline"],
                condition=Q(closed_on__isnull=True),
            ),
            models.CheckConstraint(
                name="follow_up_closed_with_result",
                condition=Q(closed_on__isnull=True, result="") | Q(closed_on__isnull=False) & ~Q(result=""),
            ),
            models.CheckConstraint(
                name="follow_up_days_in_order",
                condition=Q(due_on__gte=F("opened_on"))
                & (Q(closed_on__isnull=True) | Q(closed_on__gte=F("opened_on"))),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.obligation} {self.reason}"


class EntryQuerySet(models.QuerySet["OutreachEntry"]):
    def visible_to(self, user: object) -> "EntryQuerySet":
        """As follow-ups."""
        access: Access = access_of(user)  # type: ignore[arg-type]
        return self if access.follows_up else self.none()


class OutreachEntry(models.Model):
    """What a Coordinator or the ISU notes of the contact with a State about an area, on a day."""

    state = models.ForeignKey(State, models.PROTECT, related_name="outreach")
    area = models.ForeignKey(Area, models.PROTECT, related_name="outreach", verbose_name=_("area"))
    status = models.CharField(_("status"), max_length=20, choices=enums.OutreachStatus)
    note = models.TextField(_("note"), blank=True)
    day = models.DateField(_("day"))
    by = models.ForeignKey(User, models.PROTECT, related_name="outreach")
    is_example = models.BooleanField(default=False)

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "-pk"]
        verbose_name = _("outreach entry")
        verbose_name_plural = _("outreach entries")

    def __str__(self) -> str:
        return f"{self.state_id} {self.area_id} {self.status}"


class OverrideQuerySet(models.QuerySet["PriorityOverride"]):
    def visible_to(self, user: object) -> "OverrideQuerySet":
        """As follow-ups."""
        access: Access = access_of(user)  # type: ignore[arg-type]
        return self if access.follows_up else self.none()

    def standing(self, on: date) -> "OverrideQuerySet":
        """Those in force on a day: what was set and lifted on one day never was."""
        return self.filter(Q(lifted_on__isnull=True) | Q(lifted_on__gt=on), set_on__lte=on)


class PriorityOverride(models.Model):
    """A priority that a person has put in the place of the computed one, with the reason, until it is lifted."""

    state = models.ForeignKey(State, models.PROTECT, related_name="priorities")
    area = models.ForeignKey(Area, models.PROTECT, related_name="priorities")
    points = models.PositiveSmallIntegerField(_("priority"), validators=[MaxValueValidator(MOST)])
    reason = models.CharField(_("reason"), max_length=300)
    set_on = models.DateField()
    set_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    lifted_on = models.DateField(null=True, blank=True)
    lifted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    is_example = models.BooleanField(default=False)

    objects = OverrideQuerySet.as_manager()

    class Meta:
        ordering = ["-set_on", "-pk"]
        verbose_name = _("priority set by hand")
        verbose_name_plural = _("priorities set by hand")
        constraints = [
            models.UniqueConstraint(
                name="priority_override_once", fields=["state", "area"], condition=Q(lifted_on__isnull=True)
            ),
            models.CheckConstraint(
                name="priority_override_has_reason",
                condition=~Q(reason=""),
                violation_error_message=_("Say why the priority is changed."),
            ),
            models.CheckConstraint(
                name="priority_override_in_range",
                condition=Q(points__gte=0, points__lte=MOST),
                violation_error_message=_("A priority runs from 0 to 100."),
            ),
            models.CheckConstraint(
                name="priority_override_lifted_in_order",
                condition=Q(lifted_on__isnull=True) | Q(lifted_on__gte=F("set_on")),
            ),
            models.CheckConstraint(
                name="priority_override_lifted_by_name",
                condition=Q(lifted_on__isnull=True, lifted_by__isnull=True)
                | Q(lifted_on__isnull=False, lifted_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state_id} {self.area_id}: {self.points}"
