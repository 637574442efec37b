"""People and what they may act for, the append-only audit trail, and the outbox."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from ccm_portal.accounts import enums
from ccm_portal.accounts.posts import ISU, Post, focal_points_of
from ccm_portal.register.enums import Theme
from ccm_portal.register.models import Office, OfficeTerm, Organisation, State
from ccm_portal.statements import Keys, Slot, made_once


@dataclass(frozen=True, slots=True)
class Access:
    """What a visitor may act for on a day. Every visibility rule reads this and nothing else.

    `state` is the State whose focal point the visitor is; a Coordinator or President reads as a State Party, but does
    not act for its capital. `author` is the key of a national author of `author_state`: it gives no right of the
    State, only what that one person is invited to.
    """

    is_isu: bool = False
    is_president: bool = False
    state: State | None = None
    is_state_party: bool = False
    organisation: Organisation | None = None
    themes: frozenset[str] = frozenset()
    is_observer: bool = False
    author: int | None = None
    author_state: State | None = None

    @property
    def is_coordinator(self) -> bool:
        """Coordinator on cooperation and assistance, in office."""
        return Theme.COOPERATION in self.themes

    @property
    def sees_all_requests(self) -> bool:
        """The ISU and the Coordinators on cooperation and assistance handle every submitted request."""
        return self.is_isu or self.is_coordinator

    @property
    def follows_up(self) -> bool:
        """The ISU and the Coordinators in office, of any theme, contact States about their clocks."""
        return self.is_isu or bool(self.themes)


PUBLIC = Access()
#: Roles in which a person reads what is for States Parties; an observer sent by a State does not.
STATE_ROLES = frozenset({enums.Role.FOCAL_POINT, enums.Role.COORDINATOR, enums.Role.PRESIDENT})


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A person who signs in with an e-mail address."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def holding(self, on: date, *posts: Post) -> "list[User]":
        """The active people who hold one of the posts on a day, each once, with their `mail_timings`: one query."""
        which: dict[tuple[str, str], list[str | int]] = {}
        for post in posts:
            which.setdefault((post.role, post.of), []).extend([] if post.which is None else [post.which])
        kinds = sorted(which)
        held = _holders(*kinds).ask(on=on, **{f"of{number}": which[kind] for number, kind in enumerate(kinds)})
        people: dict[int, User] = {}
        for row in held:
            person = people.setdefault(row.user_id, row.user)
            timings = person.__dict__.setdefault("mail_timings", {})
            if row.chosen_kind:
                timings[row.chosen_kind] = row.chosen_timing
        return list(people.values())

    def focal_points(self, iso3: str | None, on: date) -> "list[User]":
        """Those of a State."""
        return self.holding(on, focal_points_of(iso3))

    def focal_points_by_state(self, on: date) -> "dict[str, list[User]]":
        """Those of every State: two queries, however many States."""
        posts = Appointment.objects.current(on).filter(role=enums.Role.FOCAL_POINT, user__is_active=True)
        found: dict[str, list[User]] = {}
        for post in posts.select_related("user").order_by("user__email"):
            people = found.setdefault(str(post.state_id), [])
            if post.user not in people:
                people.append(post.user)
        return found

    def partners_by_organisation(self, on: date) -> "dict[str, list[User]]":
        """The people of every organisation, by its number: two queries."""
        posts = Appointment.objects.current(on).filter(role=enums.Role.PARTNER, user__is_active=True)
        found: dict[str, list[User]] = {}
        for post in posts.select_related("user").order_by("user__email"):
            found.setdefault(str(post.organisation_id), []).append(post.user)
        return found

    def national_authors(self, iso3: str | None, on: date) -> "list[User]":
        """Those of a State who may be invited to write with it."""
        return self.holding(on, Post(enums.Role.AUTHOR, "state__pk", iso3))

    def isu(self, on: date) -> "list[User]":
        """The staff of the Implementation Support Unit."""
        return self.holding(on, ISU)


ON = Slot("on", models.DateField())


@made_once
def _holders(*posts: tuple[str, str]) -> "QuerySet[Appointment]":
    holds = Q(pk=None)
    for number, (role, of) in enumerate(posts):
        holds |= Q(role=role, **({f"{of}__among": Slot(f"of{number}", Keys())} if of else {}))
    rows = Appointment.objects.current(ON).filter(holds, user__is_active=True)
    rows = rows.annotate(chosen_kind=F("user__mail_choices__kind"), chosen_timing=F("user__mail_choices__timing"))
    return rows.select_related(None).select_related("user").order_by("user__email")


@made_once
def _appointments() -> "QuerySet[Appointment]":
    return Appointment.objects.current(ON).filter(user=Slot("user", models.BigIntegerField()))


class User(AbstractBaseUser, PermissionsMixin):
    """A person, or a post that several people share, who signs in by e-mail."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name or post"), max_length=120)
    is_staff = models.BooleanField(_("may enter the admin"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    language = models.CharField(_("language of mails"), max_length=10, blank=True)
    date_joined = models.DateTimeField(default=timezone.now)
    mail_timings: dict[str, str]  # by kind, where it was read with the person (`holding`)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()

    class Meta:
        ordering = ["email"]

    def __str__(self) -> str:
        return self.name or self.email

    @cached_property
    def access(self) -> Access:
        """What the person may act for today: one query."""
        today = timezone.localdate()
        held = _appointments().ask(user=self.pk, on=today)
        state = next((a.state for a in held if a.role == enums.Role.FOCAL_POINT), None)
        author_state = next((a.state for a in held if a.role == enums.Role.AUTHOR), None)
        return Access(
            is_isu=self.is_superuser or any(a.role == enums.Role.ISU for a in held),
            is_president=any(a.role == enums.Role.PRESIDENT for a in held),
            state=state,
            is_state_party=any(a.state.is_party_on(today) for a in held if a.state and a.role in STATE_ROLES),
            organisation=next((a.organisation for a in held if a.organisation), None),
            themes=frozenset(a.office.theme for a in held if a.office and a.office.theme),
            is_observer=any(a.role == enums.Role.OBSERVER for a in held),
            author=self.pk if author_state else None,
            author_state=author_state,
        )


def access_of(user: User | AnonymousUser | Access) -> Access:
    """The access of a signed-in person, or the public's; an access is its own."""
    if isinstance(user, Access):
        return user
    return user.access if isinstance(user, User) else PUBLIC


def party_of(user: User | AnonymousUser) -> str:
    """For whom a person speaks, in 120 characters: office before State, State before organisation."""
    access = access_of(user)
    if access.is_isu:
        return "ISU"
    if access.is_coordinator:
        return str(_("Coordinator on international cooperation and assistance"))
    party = access.state or access.organisation
    return (party.name if party else getattr(user, "name", ""))[:120]


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def current(self, on: date | Slot) -> "AppointmentQuerySet":
        """Those in force on a day. Rights of an office hold only while the State's term in the register runs."""
        term = OfficeTerm.objects.in_office(on).filter(office=OuterRef("office"), state=OuterRef("state"))
        return (
            self.filter(Q(ends__isnull=True) | Q(ends__gte=on), starts__lte=on)
            .filter(Q(office__isnull=True) | Exists(term))
            .select_related("state", "organisation", "office")
        )


class Appointment(models.Model):
    """A role that a person holds for a State, an organisation or an office, from a day on."""

    user = models.ForeignKey(User, models.CASCADE, related_name="appointments")
    role = models.CharField(max_length=20, choices=enums.Role)
    state = models.ForeignKey(State, models.PROTECT, null=True, blank=True, related_name="appointments")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="appointments")
    office = models.ForeignKey(Office, models.PROTECT, null=True, blank=True, related_name="appointments")
    starts = models.DateField(default=timezone.localdate)
    ends = models.DateField(null=True, blank=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="appointment_names_its_post",
                condition=(
                    Q(role__in=["focal_point", "author"], state__isnull=False, office__isnull=True)
                    | Q(role__in=["coordinator", "president"], state__isnull=False, office__isnull=False)
                    | Q(role="partner", organisation__isnull=False)
                    | Q(role__in=["isu", "observer"], office__isnull=True)
                ),
                violation_error_message=_(
                    "A focal point or national author needs a State, a Coordinator or President a State and an office, "
                    "a partner an organisation."
                ),
            ),
            models.CheckConstraint(
                name="appointment_in_order", condition=Q(ends__isnull=True) | Q(ends__gte=F("starts"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"


class AppendOnly(RuntimeError):
    """An attempt to change or remove an entry of the audit trail."""


class AuditQuerySet(models.QuerySet["AuditEvent"]):
    """The trail in bulk: to read, and to add to."""

    def update(self, **kwargs: Any) -> int:
        raise AppendOnly("audit entries are never changed")

    def bulk_update(self, *args: Any, **kwargs: Any) -> int:
        raise AppendOnly("audit entries are never changed")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise AppendOnly("audit entries are never removed")


class AuditEvent(models.Model):
    """One thing that somebody did. Entries are added and never changed."""

    at = models.DateTimeField(default=timezone.now, db_index=True)
    actor = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="audit_events")
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=80, blank=True, db_index=True)
    details = models.JSONField(default=dict)

    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.subject}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise AppendOnly("audit entries are never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnly("audit entries are never removed")


class CalendarFeedQuerySet(models.QuerySet["CalendarFeed"]):
    def active(self) -> "CalendarFeedQuerySet":
        """Those that can be read: not revoked, and of a person who may still sign in."""
        return self.filter(revoked_at__isnull=True, user__is_active=True)


class CalendarFeed(models.Model):
    """A person's own calendar feed behind a secret address. The secret is shown once and kept as its hash only; it is
    long and random, so a plain hash cannot be turned back."""

    user = models.ForeignKey(User, models.CASCADE, related_name="calendar_feeds")
    scope = models.CharField(_("what it shows"), max_length=5, choices=enums.FeedScope)
    with_reports = models.BooleanField(_("with the due dates of transparency reports (Article 7)"), default=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    last_read_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"calendar feed {self.pk} of {self.user_id}"


#: Who does not choose gets mail at once; new requests in chosen areas come once a week.
USUAL_TIMING = dict.fromkeys(enums.MailKind, enums.MailTiming.AT_ONCE) | {
    enums.MailKind.NEW_REQUESTS: enums.MailTiming.WEEKLY
}


class MailChoice(models.Model):
    """How one kind of mail reaches a person who does not want it the usual way."""

    user = models.ForeignKey(User, models.CASCADE, related_name="mail_choices")
    kind = models.CharField(max_length=20, choices=enums.MailKind)
    timing = models.CharField(max_length=10, choices=enums.MailTiming)

    class Meta:
        ordering = ["user", "kind"]
        constraints = [
            models.UniqueConstraint(name="mail_choice_once_per_kind", fields=["user", "kind"]),
            models.CheckConstraint(
                name="mail_choice_not_of_obligations",
                condition=~Q(kind="obligations"),
                violation_error_message=_("Reminders of a State's own treaty obligations cannot be switched off."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind}: {self.timing}"


class OutboxMail(models.Model):
    """A mail written with the change that it reports, sent later by `manage.py send_mail`, alone or in a digest."""

    to = models.EmailField()
    reader = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="mails")
    kind = models.CharField(max_length=20, choices=enums.MailKind, blank=True, help_text=_("None for letters."))
    subject = models.CharField(max_length=200)
    body = models.TextField()
    path = models.CharField(max_length=300, blank=True, help_text=_("Of the page that the mail is about."))
    thing = models.CharField(
        max_length=80, blank=True, db_index=True, help_text=_("The beginning of the path, which names one record.")
    )
    reply_to = models.EmailField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    timing = models.CharField(max_length=10, choices=enums.MailTiming, default=enums.MailTiming.AT_ONCE)
    status = models.CharField(max_length=10, choices=enums.MailStatus, default=enums.MailStatus.WAITING)
    digest = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="lines")
    next_try_at = models.DateTimeField(null=True, blank=True, help_text=_("None: not tried yet."))
    sent_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["created_at", "pk"]
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        indexes = [
            models.Index(fields=["created_at"], name="outbox_due", condition=Q(status="waiting")),
            models.Index(fields=["timing", "created_at"], name="outbox_held", condition=Q(status="held")),
            models.Index(fields=["created_at"], name="outbox_failed", condition=Q(status="failed")),
        ]
        constraints = [
            models.CheckConstraint(
                name="mail_sent_has_its_time",
                condition=Q(status="sent", sent_at__isnull=False) | ~Q(status="sent") & Q(sent_at__isnull=True),
            ),
            models.CheckConstraint(
                name="mail_in_digest_names_it",
                condition=Q(status="in_digest", digest__isnull=False) | ~Q(status="in_digest") & Q(digest__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.to}: {self.subject}"


class JobRun(models.Model):
    """That a job of the timer came to its end on a day, and when it last did: a job that stays away is missed."""

    job = models.CharField(max_length=20, choices=enums.Job)
    day = models.DateField()
    ended_at = models.DateTimeField()
    runs = models.PositiveIntegerField(default=1)
    changed = models.PositiveIntegerField(default=0, help_text=_("What the runs of the day did, in all."))

    class Meta:
        ordering = ["-day", "job"]
        constraints = [models.UniqueConstraint(name="job_run_once_a_day", fields=["job", "day"])]

    def __str__(self) -> str:
        return f"{self.job} {self.day}"
