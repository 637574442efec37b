"""What an offer of a workshop adds, the applications to it, and the expertise that supporters state."""

from datetime import date
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from ccm_portal.accounts.models import Access, User, access_of
from ccm_portal.register.models import Organisation, State
from requests_app.enums import Language
from requests_app.models import APPROVED, Area, Offer, Supporter, codes_field, of_supporter
from requests_app.offers.domain.waiting_list import Applied, Place, closed, places
from requests_app.offers.enums import Closed, Decision

MOST_YEARS = 60
#: Forms of address and mail addresses give a person away; the rest is trust.
not_a_person = RegexValidator(
    r"(?i)@|\b(mr|mrs|mme)\b\.?\s+[^\W\d_]|\b(ms|dr|prof)\.\s",
    _("Name the institution or the post, not a person."),
    inverse_match=True,
)


class Workshop(models.Model):
    """What an offer of a training or workshop adds. Its places are the offer's `quantity`, its criteria the offer's
    `eligibility`."""

    offer = models.OneToOneField(Offer, models.PROTECT, related_name="workshop")
    host = models.CharField(_("host body"), max_length=200, validators=[not_a_person])
    place = models.CharField(_("place"), max_length=200)
    starts = models.DateField(_("first day"))
    ends = models.DateField(_("last day"))
    last_day = models.DateField(_("last day to apply"))
    history = HistoricalRecords()

    class Meta:
        ordering = ["-starts", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="workshop_days_in_order",
                condition=Q(ends__gte=F("starts")),
                violation_error_message=_("The last day is before the first."),
            ),
            models.CheckConstraint(
                name="workshop_applied_to_before_it_starts",
                condition=Q(last_day__lte=F("starts")),
                violation_error_message=_("The last day to apply is after the workshop begins."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.host} {self.starts}"

    def closed_on(self, on: date) -> Closed | None:
        """Why nobody can apply on a day."""
        return closed(self.last_day, self.offer.withdrawn_on, on)

    def places_of(self, applications: "list[Application]") -> dict[int, Place]:
        """Where each of all its applications stands."""
        return places([application.as_applied() for application in applications], self.offer.quantity or 0)


class ApplicationQuerySet(models.QuerySet["Application"]):
    def visible_to(self, user: object) -> Self:
        """The host's, one's own, and all for the ISU: nobody else knows who has applied, Coordinators neither."""
        access: Access = access_of(user)  # type: ignore[arg-type]
        if access.is_isu:
            return self
        rule = Q(pk__in=[])
        if access.state:
            rule |= Q(state=access.state) | Q(workshop__offer__supporter__state=access.state)
        if access.organisation:
            rule |= Q(organisation=access.organisation) | Q(
                workshop__offer__supporter__organisation=access.organisation
            )
        return self.filter(rule)

    def standing(self) -> Self:
        """Neither withdrawn nor declined."""
        return self.filter(withdrawn_on__isnull=True).exclude(decision=Decision.DECLINED)


class Application(models.Model):
    """One place in a workshop, asked for by a State or an organisation for one of its institutions. No participant is
    named."""

    workshop = models.ForeignKey(Workshop, models.PROTECT, related_name="applications")
    state = models.ForeignKey(State, models.PROTECT, null=True, blank=True, related_name="applications")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="applications")
    institution = models.CharField(_("institution"), max_length=160, validators=[not_a_person])
    reason = models.TextField(_("reason"), max_length=2000)
    language = models.CharField(_("language"), max_length=2, choices=Language)
    applied_at = models.DateTimeField(default=timezone.now)
    applied_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    decision = models.CharField(_("decision"), max_length=10, choices=Decision, blank=True)
    decided_on = models.DateField(null=True, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_because = models.TextField(_("reason of the decision"), max_length=2000, blank=True)
    withdrawn_on = models.DateField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    is_example = models.BooleanField(default=False)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["applied_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="application_of_state_or_organisation",
                condition=Q(state__isnull=True, organisation__isnull=False)
                | Q(state__isnull=False, organisation__isnull=True),
                violation_error_message=_("A State or an organisation applies."),
            ),
            *(
                models.UniqueConstraint(
                    "workshop",
                    party,
                    Lower("institution"),
                    name=f"application_once_by_{party}",
                    condition=Q(withdrawn_on__isnull=True),
                )
                for party in ("state", "organisation")
            ),
            models.CheckConstraint(
                name="application_decided_on_a_day",
                condition=Q(decision="", decided_on__isnull=True, decided_by__isnull=True)
                | ~Q(decision="") & Q(decided_on__isnull=False, decided_by__isnull=False),
                violation_error_message=_("A decision has its day and who took it."),
            ),
            models.CheckConstraint(
                name="application_declined_with_reason",
                condition=~Q(decision="declined") | ~Q(decided_because=""),
                violation_error_message=_("Say why the application is declined."),
            ),
            models.CheckConstraint(
                name="application_withdrawn_by_somebody",
                condition=Q(withdrawn_on__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_on__isnull=False, withdrawn_by__isnull=False),
                violation_error_message=_("An application is withdrawn on a day, by somebody."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.workshop_id}: {self.institution}"

    def get_absolute_url(self) -> str:
        return f"/offers/{self.workshop.offer_id}/applications/{self.pk}/"

    @property
    def party(self) -> State | Organisation:
        return self.state or self.organisation  # type: ignore[return-value]

    def as_applied(self) -> Applied:
        return Applied(self.pk, self.applied_at, self.decision, self.withdrawn_on is not None)


class ExpertiseQuerySet(models.QuerySet["Expertise"]):
    def visible_to(self, user: object) -> Self:
        """What stands, once the organisation's account is approved (R23); and a supporter's own."""
        access: Access = access_of(user)  # type: ignore[arg-type]
        rows = self.filter(withdrawn_on__isnull=True)
        return rows if access.sees_all_requests else rows.filter(APPROVED | of_supporter(access))

    def for_list(self) -> Self:
        """With what a row shows."""
        return self.select_related("supporter__state", "supporter__organisation", "area")


class Expertise(models.Model):
    """A line of the roster: what an institution or a post can do. Never a private person."""

    supporter = models.ForeignKey(Supporter, models.PROTECT, related_name="expertise")
    area = models.ForeignKey(Area, models.PROTECT, related_name="expertise", verbose_name=_("area"))
    skill = models.CharField(_("method or skill"), max_length=80)
    holder = models.CharField(_("institution or post"), max_length=160, validators=[not_a_person])
    languages = codes_field(_("languages"))
    years = models.PositiveSmallIntegerField(
        _("years of experience"), validators=[MinValueValidator(1), MaxValueValidator(MOST_YEARS)]
    )
    is_south_south = models.BooleanField(_("South-South: gained in a similarly affected country"), default=False)
    stated_on = models.DateField()
    stated_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    withdrawn_on = models.DateField(null=True, blank=True)
    is_example = models.BooleanField(default=False)
    history = HistoricalRecords()

    objects = ExpertiseQuerySet.as_manager()

    class Meta:
        ordering = ["area", "skill", "pk"]
        verbose_name = _("expertise")
        verbose_name_plural = _("expertise")
        constraints = [
            models.CheckConstraint(
                name="expertise_years_in_range",
                condition=Q(years__gte=1, years__lte=MOST_YEARS),
                violation_error_message=_("Experience is from 1 to 60 years."),
            ),
            models.CheckConstraint(
                name="expertise_withdrawn_after_stated",
                condition=Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gte=F("stated_on")),
                violation_error_message=_("It is withdrawn after it was stated."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.supporter_id}: {self.skill}"
