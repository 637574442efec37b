"""Requests and what belongs to them; supporters, their recorded support and their offers."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache, cached_property
from typing import Any, Self

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Cast, Now
from django.db.models.lookups import Contains
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from ccm_portal.accounts.models import PUBLIC, Access, User, access_of
from ccm_portal.register.enums import CITED_FORMS, Precision
from ccm_portal.register.models import Meeting, Obligation, Organisation, State
from ccm_portal.register.search import Wanted, Whole, words
from ccm_portal.statements import Slot, give, made_once
from requests_app import enums
from requests_app.domain import lifecycle
from requests_app.domain.needs import Need, Resources, evidence_level, missing_for_donors
from requests_app.domain.reading import REACHED, Release, own_text, parts_read
from requests_app.domain.weights import NAMES as WEIGHT_NAMES

currency_code = RegexValidator(r"^[A-Z]{3}$", _("Use a three-letter currency code, for example USD, EUR or CHF."))


def amount_field(label: Any) -> Any:
    """An amount of money, never below zero; its currency stands in a field of its own."""
    return models.DecimalField(
        label, max_digits=14, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )


def codes_field(label: Any) -> Any:
    """Several codes of one vocabulary, in its order."""
    return models.JSONField(label, default=list, blank=True)


def says(field: str, code: str) -> Contains:
    """Rows whose `codes_field` holds a code; the same on both databases."""
    return Contains(Cast(field, models.TextField()), f'"{code}"')


class Area(models.Model):
    """An obligation area. Rows, so that the list can change; the wording comes from `AreaCode`."""

    code = models.CharField(max_length=30, primary_key=True, choices=enums.AreaCode)
    article = models.PositiveSmallIntegerField()
    order = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["order"]

    def __str__(self) -> str:
        return self.get_code_display()


class Supporter(models.Model):
    """A State or an organisation able to help. Never labelled "obliged": capacity is self-assessed (Article 6.2)."""

    code = models.SlugField(max_length=20, unique=True)
    state = models.OneToOneField(State, models.PROTECT, null=True, blank=True, related_name="supporter")
    organisation = models.OneToOneField(Organisation, models.PROTECT, null=True, blank=True, related_name="supporter")
    priorities = models.TextField(_("stated priorities"), blank=True)
    focus = models.TextField(_("geographic focus"), blank=True)
    channels = models.TextField(_("usual channels"), blank=True)
    areas = models.ManyToManyField(Area, blank=True, related_name="supporters")
    source = models.TextField(blank=True)
    note = models.TextField(blank=True)
    is_verified = models.BooleanField(default=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="supporter_state_or_organisation",
                condition=Q(state__isnull=True, organisation__isnull=False)
                | Q(state__isnull=False, organisation__isnull=True),
                violation_error_message=_("A supporter is either a State or an organisation."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        party = self.state or self.organisation
        return party.name if party else self.code

    @property
    def search_text(self) -> str:
        """Its names; a State's former ones too."""
        return self.state.search_text if self.state else f"{self.name} {self.code}"


class SupportRecord(models.Model):
    """Support given by one supporter to one State in one year, as published. It is mine action money: no source
    separates the share for cluster munition remnants."""

    supporter = models.ForeignKey(Supporter, models.PROTECT, related_name="support_given")
    recipient = models.ForeignKey(State, models.PROTECT, related_name="support_received")
    year = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField(default=1, help_text=_("Tells several entries of one year apart."))
    amount_usd = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    is_in_kind = models.BooleanField(default=False)
    sectors = models.CharField(_("sectors as published"), max_length=200, blank=True)
    areas = models.ManyToManyField(Area, blank=True, related_name="support_records")
    is_from_giver = models.BooleanField(
        _("told by the giver alone"),
        default=False,
        help_text=_("From the supporter's own list. Few of these are on record, so they do not count as activity."),
    )
    source = models.TextField(blank=True)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["-year", "supporter"]
        constraints = [
            models.UniqueConstraint(name="support_record_once", fields=["supporter", "recipient", "year", "number"])
        ]
        indexes = [models.Index(fields=["recipient", "-year"], name="support_by_recipient")]

    def __str__(self) -> str:
        return f"{self.supporter_id} {self.recipient_id} {self.year}"


class RankingWeight(models.Model):
    """A line of the table of points (`domain/weights.py`) that the ISU has changed, with its reason."""

    name = models.CharField(_("line"), max_length=20, primary_key=True, choices=[(name, name) for name in WEIGHT_NAMES])
    points = models.DecimalField(_("points"), max_digits=4, decimal_places=1, help_text=_("From 0 to 100."))
    reason = models.CharField(_("reason"), max_length=300, help_text=_("Everybody who sees suggestions can read it."))
    history = HistoricalRecords()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="ranking_weight_in_range",
                condition=Q(points__gte=0, points__lte=100),
                violation_error_message=_("Points run from 0 to 100."),
            ),
            models.CheckConstraint(
                name="ranking_weight_has_reason",
                condition=~Q(reason=""),
                violation_error_message=_("Say why the points are changed."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


#: Whose words search looks through; the owner reads what the handlers read.
SEARCHED = (
    enums.Audience.HANDLERS, enums.Audience.RELAYED, enums.Audience.STATES_PARTIES, enums.Audience.PUBLIC,
)  # fmt: skip


def area_word(code: str) -> Whole:
    """The word by which search finds the requests of an area. Nobody types it, whatever the language."""
    return Whole(f"0{code.replace('_', '')}")


LIST_FIELDS = (
    "reference", "title", "state__name", "status", "visibility", "submitted_on", "submitted_precision", "confirmed_on",
    "channel", "total_cost", "national_share", "external_secured", "currency", "evidence_level", "is_technical",
    "is_material", "is_financial", "is_example", "source_id",
    "locks", "relayed_read_locked", "inform_coordinators", "obligation",
)  # fmt: skip

AT_STAKE_FIELDS = (
    "state_id", "obligation_id", "status", "visibility", "channel", "inform_coordinators", "locks",
    "relayed_read_locked", "total_cost", "national_share", "external_secured", "currency", "is_example",
)  # fmt: skip

#: The parts of a need that depend on its area (`requests_app.specifics`), as a request reads them: records with their
#: texts, and tables.
PARTS = {
    "area_release": (),
    "victims": ("focal_point", "plan", "participation"),
    "legislation": ("law_title",),
    "capacity": ("institution", "skills", "sustainability"),
    "visit": ("visitors", "purpose", "place"),
}
TABLES = ("cost_years", "victim_figures")
#: What most requests have none of, so that their page need not ask for it.
OFTEN_NONE = ("splits", "joined_from", "relays", "shares")


class RequestQuerySet(models.QuerySet["AssistanceRequest"]):
    def visible_to(self, user: object) -> "RequestQuerySet":
        """The requests that a visitor may know of, or an access that nobody need hold at the moment. Everything that
        shows, counts or exports starts here."""
        return self.filter(_visible(access_of(user)))  # type: ignore[arg-type]

    def submitted(self) -> "RequestQuerySet":
        """All but drafts: by the day, which a constraint ties to the status, so that the newest are found by it."""
        return self.filter(submitted_on__isnull=False)

    def open(self) -> "RequestQuerySet":
        return self.filter(status__in=lifecycle.OPEN)

    def counted(self) -> "RequestQuerySet":
        """Those that count in statistics: submitted, and confirmed where somebody else extracted them."""
        return self.submitted().filter(confirmed_on__isnull=False)

    def written_by(self, access: Access) -> "RequestQuerySet":
        """Those that a national author was invited to write with the State, and still is."""
        lasts = Q(authors__until__isnull=True) | Q(authors__until__gt=Now())
        return self.filter(lasts, authors__user=access.author, state=access.author_state)

    def single(self, on: date | Slot) -> "RequestQuerySet":
        """Without those that were joined into another by a day: each need is listed and summed once. A joining
        withdraws, so that no other rows need be looked for among the joined ones."""
        joined = AssistanceRequest.objects.filter(joined_into__on__lte=on).order_by().values("pk")
        return self.filter(~Q(status=enums.Status.WITHDRAWN) | ~Q(pk__in=joined))

    def search(self, wanted: Wanted, access: Access, area: str = "") -> "RequestQuerySet":
        """Of each group some word must begin with one of its spellings, in what this visitor reads of the request;
        `queries.wanted` reads what somebody typed. With an area only those of it, which the same index finds."""
        if not wanted:
            return self.filter(areas=area) if area else self
        found = [*wanted, [area_word(area)]] if area else wanted
        return self.filter(pk__in=SearchText.objects.read_by(access).filter(words__finds=found).values("request"))

    def with_status_on(self, on: date | Slot) -> "RequestQuerySet":
        """Those submitted by a day, with the status that they had on it as `status_on`."""
        last = RequestEvent.objects.filter(request=OuterRef("pk"), on__lte=on).order_by("-on", "-pk")
        return self.filter(submitted_on__lte=on).annotate(status_on=Subquery(last.values("to_status")[:1]))

    def public(self) -> "RequestQuerySet":
        """Those that anybody may know of."""
        return self.filter(_visible(PUBLIC))

    def for_list(self) -> "RequestQuerySet":
        """What a list row shows, without the long texts."""
        return self.select_related("state").only(*LIST_FIELDS)

    def at_stake(self) -> "RequestQuerySet":
        """The open ones that state what they cost for an obligation, with what their sums and locks are read from."""
        stated = self.filter(status__in=lifecycle.OPEN, obligation__isnull=False, total_cost__isnull=False)
        return stated.order_by().only(*AT_STAKE_FIELDS)

    def for_detail(self) -> "RequestQuerySet":
        """With all that stands beside one request; `queries.with_details` adds what belongs to it in rows."""
        one = ("state", "meeting", "stated_in", "outcome_record", "line__country_request", "split_from", "joined_into")
        itself = AssistanceRequest.objects.filter(pk=OuterRef("pk"))
        kept = {f"has_{name}": Exists(itself.filter(**{f"{name}__isnull": False})) for name in (*TABLES, *OFTEN_NONE)}
        return self.annotate(**kept).select_related(*one, *PARTS)

    def with_marks(self) -> "RequestQuerySet":
        """For lists: whether a request is for a visit, and whether one of its parts is incomplete. Not by joins:
        counting the rows must not pay for them."""
        return self.annotate(**_marks())


@cache
def _marks() -> dict[str, Any]:
    itself = AssistanceRequest.objects.filter(pk=OuterRef("pk"))
    is_bare = Q(victims__focal_point="") | Q(victims__participation="")
    is_incomplete = Exists(itself.filter(capacity__sustainability="")) | Exists(itself.filter(is_bare))
    return {"is_visit": Exists(itself.filter(visit__isnull=False)), "is_incomplete": is_incomplete}


#: Which visibilities reach the supporters asked; a public request reaches them with everybody.
WITH_MATCH_PARTIES = (enums.Visibility.MATCH_PARTIES, enums.Visibility.STATES_PARTIES)


def _visible(access: Access, prefix: str = "") -> Q:
    """The rule of visibility, for requests or, with a prefix, for what belongs to them."""

    def q(**conditions: Any) -> Q:
        return Q(**{prefix + name: value for name, value in conditions.items()})

    if access.is_isu:
        rule = ~q(status=enums.Status.DRAFT)
    else:
        levels = [enums.Visibility.PUBLIC, *([enums.Visibility.STATES_PARTIES] if access.is_state_party else [])]
        readable = q(visibility__in=levels, confirmed_on__isnull=False)
        if access.is_coordinator:  # first what lets most rows in: every request is asked when they are counted
            readable = q(inform_coordinators=True) | ~q(channel=enums.Channel.ISU) | readable
        if access.state or access.organisation:
            relayed = Relay.objects.addressed_to(access).values("request")
            # who was asked keeps knowing of the request when the State lets more readers in
            readable |= q(visibility__in=WITH_MATCH_PARTIES, pk__in=relayed)
        rule = ~q(status=enums.Status.DRAFT) & readable
    if access.author:
        rule |= q(pk__in=AssistanceRequest.objects.written_by(access).values("pk"))
    return rule | q(state=access.state) if access.state else rule


class AssistanceRequest(models.Model):
    """What a State asks for under Article 6, for one or several obligation areas."""

    reference = models.CharField(max_length=20, unique=True)
    state = models.ForeignKey(State, models.PROTECT, related_name="requests")
    obligation = models.ForeignKey(Obligation, models.PROTECT, null=True, blank=True, related_name="requests")
    title = models.CharField(_("title"), max_length=140, blank=True)
    areas = models.ManyToManyField(Area, related_name="requests", verbose_name=_("obligation areas"), blank=True)
    challenge = models.TextField(_("challenge"), blank=True)
    requirement = models.TextField(_("requirement"), blank=True)
    is_technical = models.BooleanField(default=False)
    is_material = models.BooleanField(default=False)
    is_financial = models.BooleanField(default=False)
    currency = models.CharField(_("currency"), max_length=3, blank=True, validators=[currency_code])
    total_cost = amount_field(_("total cost"))
    national_share = amount_field(_("national share"))
    external_secured = amount_field(_("secured from others"))
    desired_start = models.DateField(_("desired start"), null=True, blank=True)
    desired_end = models.DateField(_("desired end"), null=True, blank=True)
    consequence = models.TextField(_("consequence of delay"), blank=True)
    institution = models.CharField(_("lead institution"), max_length=160, blank=True)
    national_plan = models.CharField(_("national plan"), max_length=200, blank=True)
    languages = codes_field(_("working languages"))
    partners = models.CharField(_("desired partners"), max_length=300, blank=True)
    visibility = models.CharField(
        _("visibility"), max_length=20, choices=enums.Visibility, default=enums.Visibility.COORDINATORS_ISU
    )
    channel = models.CharField(_("channel"), max_length=20, choices=enums.Channel, default=enums.Channel.COORDINATORS)
    inform_coordinators = models.BooleanField(_("the Coordinators may be informed"), default=True)
    covered_year = models.PositiveSmallIntegerField(null=True, blank=True, help_text=_("Of the Article 7 report."))
    meeting = models.ForeignKey(Meeting, models.PROTECT, null=True, blank=True, related_name="requests")
    status = models.CharField(_("status"), max_length=20, choices=enums.Status, default=enums.Status.DRAFT)
    submitted_on = models.DateField(_("submitted"), null=True, blank=True)
    submitted_precision = models.CharField(max_length=10, choices=Precision, default=Precision.DAY)
    confirmed_on = models.DateField(
        null=True, blank=True, help_text=_("When the State, or its published report, confirmed the request.")
    )
    outcome = models.TextField(_("outcome"), blank=True)
    evidence_level = models.CharField(
        max_length=10,
        choices=enums.EvidenceLevel,
        default=enums.EvidenceLevel.ASSERTED,
        editable=False,
        help_text="Copy of what `needs.evidence_level` says of the items, kept by the actions for lists and filters.",
    )
    source_id = models.CharField(max_length=20, unique=True, null=True, blank=True, help_text=_("In the source file."))
    source = models.TextField(blank=True)
    note = models.TextField(blank=True)
    is_verified = models.BooleanField(default=True)
    is_example = models.BooleanField(default=False)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="requests_written")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1)
    states_parties_text = models.TextField(_("version for States Parties"), blank=True)
    public_summary = models.TextField(_("public summary"), blank=True)
    locks = models.JSONField(default=list, blank=True, help_text="Codes of `Part` that the State has locked.")
    relayed_read_locked = models.BooleanField(_("supporters it is relayed to read what is locked"), default=False)

    objects = RequestQuerySet.as_manager()
    author_writes = False  # told by the needs form to itself: an invited author writes, not a focal point
    is_being_entered = False  # told by `enter_for_state` to what it writes of a request in its own transaction

    class Meta:
        ordering = ["-submitted_on", "-pk"]
        verbose_name = _("request for assistance")
        verbose_name_plural = _("requests for assistance")
        indexes = [
            models.Index(fields=["-submitted_on", "-id"], name="request_by_date"),
            models.Index(fields=["state", "-submitted_on"], name="request_by_state"),
            models.Index(fields=["status", "-submitted_on"], name="request_by_status"),
            # all that visibility asks, so that counting reads no wide rows
            models.Index(
                fields=[
                    "status",
                    "visibility",
                    "confirmed_on",
                    "channel",
                    "inform_coordinators",
                    "state",
                    "submitted_on",
                    "id",
                ],
                name="request_access",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="request_amount_has_currency",
                condition=~Q(currency="")
                | Q(total_cost__isnull=True, national_share__isnull=True, external_secured__isnull=True),
                violation_error_message=_("Say in which currency the amounts are."),
            ),
            models.CheckConstraint(
                name="request_amounts_not_negative",
                condition=(Q(total_cost__isnull=True) | Q(total_cost__gte=0))
                & (Q(national_share__isnull=True) | Q(national_share__gte=0))
                & (Q(external_secured__isnull=True) | Q(external_secured__gte=0)),
                violation_error_message=_("An amount cannot be below zero."),
            ),
            models.CheckConstraint(
                name="request_ends_after_start",
                condition=Q(desired_start__isnull=True)
                | Q(desired_end__isnull=True)
                | Q(desired_end__gte=F("desired_start")),
                violation_error_message=_("The desired end is before the desired start."),
            ),
            models.CheckConstraint(
                name="request_dated_once_submitted",
                condition=Q(status="draft", submitted_on__isnull=True)
                | ~Q(status="draft") & Q(submitted_on__isnull=False),
                violation_error_message=_("A request has a date of submission once it is submitted, and not before."),
            ),
            models.CheckConstraint(
                name="request_met_needs_outcome",
                condition=~Q(status="closed_met") | ~Q(outcome=""),
                violation_error_message=_("Say what came of the request before closing it as met."),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        return f"/requests/{self.reference}/"  # lists ask for it row by row, and `reverse` is slow

    @property
    def kinds(self) -> list[enums.Kind]:
        """The kinds of assistance asked for, in the treaty's order."""
        return [kind for kind in enums.Kind if getattr(self, f"is_{kind.value}")]

    @cached_property
    def resources(self) -> Resources | None:
        """Total, shares and gap, where a total is given."""
        if self.total_cost is None:
            return None
        return Resources(self.total_cost, self.national_share or Decimal(0), self.external_secured or Decimal(0))

    @property
    def missing_for_donors(self) -> tuple[enums.Missing, ...]:
        """What the State may still add before donors see it; needs `for_detail()`."""
        need = Need(
            has_areas=bool(self.areas.all()),
            has_kinds=bool(self.kinds),
            is_financial=self.is_financial,
            challenge=self.challenge,
            requirement=self.requirement,
            plan=self.national_plan,
            institution=self.institution,
            has_evidence=bool(self.evidence.all()),
            total_cost=self.total_cost,
            national_share=self.national_share,
            has_period=self.desired_end is not None,
            is_visit=hasattr(self, "visit"),
            lacks_sustainability=hasattr(self, "capacity") and not self.capacity.sustainability,
            lacks_focal_point=hasattr(self, "victims") and not self.victims.focal_point,
            lacks_participation=hasattr(self, "victims") and not self.victims.participation,
        )
        return missing_for_donors(need)

    @property
    def is_draft(self) -> bool:
        return self.status == enums.Status.DRAFT

    @property
    def is_open(self) -> bool:
        return self.status in lifecycle.OPEN

    @property
    def release(self) -> Release:
        """What the requesting State has decided about who reads what."""
        return replace(self.locked_release, for_states_parties=self.states_parties_text, for_public=self.public_summary)

    @property
    def locked_release(self) -> Release:
        """The same without the texts, which lists do not fetch: for the parts that no text stands for."""
        return Release(
            visibility=enums.Visibility(self.visibility),
            locked=frozenset(map(enums.Part, self.locks)),
            relayed_read_locked=self.relayed_read_locked,
        )

    def build_search_texts(self, areas: Iterable[str] | None = None) -> dict[enums.Audience, str]:
        """What each audience that the visibility reaches may search in: what it reads. `areas` are the codes of those
        that are not stored yet."""
        codes, release = [area.pk for area in self.areas.all()] if areas is None else list(areas), self.release
        reached = REACHED[release.visibility]
        reads = {audience: (parts_read(release, audience), own_text(release, audience)) for audience in reached}
        evidence = " ".join(f"{item.claim} {item.source}" for item in self.evidence.all())
        found = {read: self._searched_words(*read, codes, evidence) for read in set(reads.values())}
        return {audience: found[read] for audience, read in reads.items()}

    def build_search_rows(self, areas: Iterable[str] | None = None) -> list["SearchText"]:
        """The words that find this request: one row where all who may know of it read the same, else one for each
        audience. What the owner reads the handlers read too."""
        texts = self.build_search_texts(areas)
        found = {audience: texts[audience] for audience in SEARCHED if audience in texts}
        if len(set(found.values())) == 1:
            return [SearchText(request=self, words=found[enums.Audience.HANDLERS])]
        return [SearchText(request=self, audience=audience, words=text) for audience, text in found.items()]

    def _searched_words(self, parts: Collection[enums.Part], text: str, areas: Iterable[str], evidence: str) -> str:
        names = " ".join(str(enums.AreaCode(code).label) for code in areas)
        searched = {
            enums.Part.CHALLENGE: self.challenge,
            enums.Part.REQUIREMENT: self.requirement,
            enums.Part.INSTITUTION: self.institution,
            enums.Part.EVIDENCE: evidence,
        }
        read = [value for part, value in searched.items() if part in parts]
        if enums.Part.REQUIREMENT in parts:
            read += [getattr(getattr(self, name), one) for name in PARTS if hasattr(self, name) for one in PARTS[name]]
        said = words(" ".join([self.state.search_text, self.reference, self.title, *read, text, names]))
        return " ".join([*said, *sorted(area_word(code) for code in areas)])

    def compute_evidence_level(self) -> str:
        """What the stored items say, read afresh, and from now on by the search texts too: a prefetched list would be
        the one before the change."""
        read_rows(self, "evidence")
        return evidence_level([item.is_complete for item in self.evidence.all()])


@made_once
def _rows_of(name: str) -> "models.QuerySet[Any]":
    relation: Any = AssistanceRequest._meta.get_field(name)
    rows = relation.related_model._default_manager
    return rows.filter(**{relation.remote_field.name: Slot("request", models.BigIntegerField())})


def read_rows(request: AssistanceRequest, *names: str) -> None:
    """Read what belongs to a request in rows, its areas, its evidence or its tables, as prefetching would: one query
    each."""
    for name in names:
        rows = _rows_of(name).ask(request=request.pk)
        if AssistanceRequest._meta.get_field(name).one_to_many:
            for row in rows:
                row.request = request
        give(request, name, rows)


@made_once
def _open_sign_offs() -> "models.QuerySet[Any]":
    signs: Any = AssistanceRequest._meta.get_field("sign_offs").related_model
    return signs.objects.open().filter(request=Slot("request", models.BigIntegerField())).select_related("post")


def sign_off_of(request: AssistanceRequest) -> Any:
    """The sign-off that the State has asked for before the request goes out, for those who write it (`authors`)."""
    found = next(iter(_open_sign_offs().ask(request=request.pk)), None)
    if found is not None:
        found.request = request
    return found


class SearchTextQuerySet(models.QuerySet["SearchText"]):
    def store(self, found: Iterable["SearchText"], *, is_new: bool = False) -> None:
        """Put these in the place of what their requests had; what is the same is left alone. `is_new` where they can
        have had nothing, since drafts are not searched."""
        texts = {(text.request_id, text.audience): text for text in found}
        if is_new:
            self.bulk_create(texts.values())  # type: ignore[arg-type]
            return
        rows = self.filter(request__in={request for request, _audience in texts})
        stored = {(request, audience): (pk, words) for pk, request, audience, words in rows.values_list(
            "pk", "request", "audience", "words")}  # fmt: skip
        if gone := [pk for key, (pk, _words) in stored.items() if key not in texts]:
            self.filter(pk__in=gone).delete()
        new = [text for key, text in texts.items() if key not in stored or stored[key][1] != text.words]
        if new:
            keys = ["request", "audience"]
            self.bulk_create(new, update_conflicts=True, unique_fields=keys, update_fields=["words"])  # type: ignore[arg-type]

    def read_by(self, access: Access) -> "SearchTextQuerySet":
        """What a visitor may search in, of requests that it may know of: the rule of `readings.read_by`, for rows.
        Without a join, since nearly all texts are one for all audiences."""
        if access.is_isu:
            return self.filter(audience__in=["", enums.Audience.HANDLERS])
        base = enums.Audience.STATES_PARTIES if access.is_state_party else enums.Audience.PUBLIC
        rule = Q(audience__in=["", base])
        if access.is_coordinator:
            itself = AssistanceRequest.objects.filter(pk=OuterRef("request"))
            kept = Exists(itself.filter(channel=enums.Channel.ISU, inform_coordinators=False))
            rule |= Q(~kept, audience=enums.Audience.HANDLERS)
        if access.state or access.organisation:
            relayed = Relay.objects.addressed_to(access).values("request")
            rule |= Q(audience=enums.Audience.RELAYED, request__in=relayed)
        if access.state:
            own = AssistanceRequest.objects.filter(state=access.state)
            rule |= Q(audience=enums.Audience.HANDLERS, request__in=own)
        if access.author:
            written = AssistanceRequest.objects.written_by(access).values("pk")
            rule |= Q(audience=enums.Audience.HANDLERS, request__in=written)
        return self.filter(rule)


class SearchText(models.Model):
    """The words of a request as an audience reads it, apart from its wide row: a copy that the actions keep. Drafts
    have none."""

    request = models.ForeignKey(AssistanceRequest, models.PROTECT, related_name="search_texts")
    audience = models.CharField(
        max_length=20, choices=enums.Audience, blank=True, help_text="Empty: all who may know of the request."
    )
    words = models.TextField()

    objects = SearchTextQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(name="search_text_once", fields=["request", "audience"])]

    def __str__(self) -> str:
        return f"{self.request_id} {self.audience}"


class StatedIn(models.Model):
    """Where a State has said what somebody else recorded: form and page of its report, or item of a meeting."""

    request = models.OneToOneField(AssistanceRequest, models.PROTECT, related_name="stated_in")
    form = models.CharField(_("form"), max_length=1, choices=CITED_FORMS, blank=True)
    page = models.CharField(_("page"), max_length=20, blank=True)
    agenda_item = models.CharField(_("agenda item"), max_length=120, blank=True)
    quote = models.TextField(_("in the State's own words"))
    url = models.URLField(_("address of the report or statement"), max_length=300, blank=True)

    def __str__(self) -> str:
        return f"{self.request_id} {self.form or self.agenda_item} {self.page}".strip()


class EvidenceItem(models.Model):
    """One piece of evidence: a claim with its figure, unit, source, date and method, and perhaps a file."""

    request = models.ForeignKey(AssistanceRequest, models.PROTECT, related_name="evidence")
    claim = models.CharField(_("what it shows"), max_length=300)
    figure = models.DecimalField(_("figure"), max_digits=18, decimal_places=2, null=True, blank=True)
    unit = models.CharField(_("unit"), max_length=30, blank=True)
    source = models.CharField(_("source"), max_length=300)
    dated = models.DateField(_("date of the source"))
    method = models.CharField(_("method"), max_length=120, blank=True)
    file = models.FileField(_("file"), upload_to="evidence/", blank=True)
    file_name = models.CharField(max_length=120, blank=True, editable=False)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.claim

    @property
    def is_complete(self) -> bool:
        """Whether it has everything that makes a quantified claim evidence (figure, unit, source, date, method)."""
        return self.figure is not None and all([self.unit, self.source, self.dated, self.method])


class RequestEvent(models.Model):
    """One step in the life of a request."""

    request = models.ForeignKey(AssistanceRequest, models.PROTECT, related_name="events")
    on = models.DateField()
    at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(User, models.PROTECT, null=True, blank=True)
    action = models.CharField(max_length=20, choices=enums.Action)
    from_status = models.CharField(max_length=20, choices=enums.Status)
    to_status = models.CharField(max_length=20, choices=enums.Status)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["on", "pk"]

    def __str__(self) -> str:
        return f"{self.request_id} {self.action} {self.on}"


def of_supporter(access: Access, prefix: str = "") -> Q:
    """What belongs to the supporter that a visitor speaks for; nothing for everybody else."""
    if access.state:
        return Q(**{f"{prefix}supporter__state": access.state})
    if access.organisation:
        return Q(**{f"{prefix}supporter__organisation": access.organisation})
    return Q(pk__in=[])


class RelayQuerySet(models.QuerySet["Relay"]):
    def addressed_to(self, access: Access) -> "RelayQuerySet":
        """Those that a visitor answers for."""
        return self.filter(of_supporter(access))

    def known_to(self, access: Access) -> "RelayQuerySet":
        """Those that a visitor answers for, of requests that it may know of."""
        return self.addressed_to(access).filter(_visible(access, "request__"))

    def visible_to(self, user: object) -> "RelayQuerySet":
        """Own relays; those of own requests; all that the ISU and the Coordinators handle."""
        access: Access = access_of(user)  # type: ignore[arg-type]
        if access.is_isu:
            return self
        rule = Q(pk__in=self.addressed_to(access).values("pk"))
        if access.is_coordinator:
            rule |= _visible(access, "request__")
        if access.state:
            rule |= Q(request__state=access.state)
        return self.filter(rule)

    def unanswered(self) -> "RelayQuerySet":
        return self.filter(answered_on__isnull=True)

    def for_list(self) -> "RelayQuerySet":
        """What a board shows of a relay and its request, without the long texts."""
        supporters = ("supporter__state__name", "supporter__organisation__name", "supporter__code")
        return self.select_related("request__state", "supporter__state", "supporter__organisation").only(
            "sent_on", "reminded_on", "request__reference", "request__title", "request__state__name", *supporters
        )


class Relay(models.Model):
    """A request put before one supporter, with a covering note."""

    request = models.ForeignKey(AssistanceRequest, models.PROTECT, related_name="relays")
    supporter = models.ForeignKey(Supporter, models.PROTECT, related_name="relays")
    sent_on = models.DateField()
    sent_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True)
    note = models.TextField(blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    answered_on = models.DateField(
        null=True, blank=True, help_text=_("Day of the first answer, written with it, so that boards find the silent.")
    )
    reminded_on = models.DateField(null=True, blank=True, help_text=_("Day of the one reminder, if it was needed."))

    objects = RelayQuerySet.as_manager()

    class Meta:
        ordering = ["-sent_on", "-pk"]
        indexes = [
            models.Index(fields=["supporter", "request"], name="relay_by_supporter"),
            models.Index(fields=["sent_on"], name="relay_silent", condition=Q(answered_on__isnull=True)),
        ]
        constraints = [
            models.CheckConstraint(
                name="relay_reminded_after_sent",
                condition=Q(reminded_on__isnull=True) | Q(reminded_on__gt=F("sent_on")),
                violation_error_message=_("A reminder comes after the relay that it reminds of."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.request_id} to {self.supporter_id}"


class Answer(models.Model):
    """What a supporter answered to a relay. Silence is no answer; "unable" is one."""

    relay = models.ForeignKey(Relay, models.PROTECT, related_name="answers")
    kind = models.CharField(_("answer"), max_length=20, choices=enums.AnswerKind)
    text = models.TextField(_("message"), blank=True)
    answered_on = models.DateField()
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True)

    class Meta:
        ordering = ["-answered_on", "-pk"]

    def __str__(self) -> str:
        return self.get_kind_display()


APPROVED = Q(supporter__organisation__isnull=True) | Q(supporter__organisation__is_approved=True)


class OfferQuerySet(models.QuerySet["Offer"]):
    def visible_to(self, user: object) -> Self:
        """Public offers, a supporter's own, and those to which one applied; the ISU and the Coordinators see all."""
        access: Access = access_of(user)  # type: ignore[arg-type]
        if access.sees_all_requests:
            return self
        rule = Q(is_public=True) & APPROVED
        for field in ("state", "organisation"):
            if party := getattr(access, field):
                applied = Offer.objects.filter(**{f"workshop__applications__{field}": party}).order_by()
                rule |= Q(**{f"supporter__{field}": party}) | Q(pk__in=applied.values("pk"))
        return self.filter(rule)

    def of_approved(self) -> Self:
        """An organisation's offer counts once its account is approved (R23)."""
        return self.filter(APPROVED)

    def open(self, on: date) -> Self:
        """Published by a day, and neither past nor withdrawn on it; perhaps used up."""
        lasts = Q(valid_until__isnull=True) | Q(valid_until__gte=on)
        return self.filter(lasts, Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gt=on), offered_on__lte=on)

    def may_be_attached(self, user: object, on: date) -> Self:
        """Those that a person who handles requests may put with one: public ones, since its State reads them there."""
        return self.visible_to(user).of_approved().open(on).filter(is_public=True)

    def with_use(self) -> Self:
        """With what is taken of each: by shares that stand, promised or delivered, and by applications that stand."""
        itself = Offer.objects.filter(pk=OuterRef("pk")).order_by().values("pk")
        shares = ~Q(shares__status="withdrawn")
        applied = Q(workshop__applications__withdrawn_on__isnull=True) & ~Q(workshop__applications__decision="declined")
        taken = {
            "taken_amount": Sum("shares__amount", filter=shares),
            "taken_quantity": Sum("shares__quantity", filter=shares),
            "taken_places": Count("workshop__applications", filter=applied),
        }
        return self.annotate(**{name: Subquery(itself.annotate(n=sum_).values("n")) for name, sum_ in taken.items()})

    def for_list(self) -> Self:
        """With what a row shows: two queries."""
        named = self.select_related("supporter__state", "supporter__organisation", "workshop")
        return named.prefetch_related("areas").with_use()


class Offer(models.Model):
    """Help that a supporter offers: expertise, training and equipment count like money."""

    supporter = models.ForeignKey(Supporter, models.PROTECT, related_name="offers")
    title = models.CharField(_("title"), max_length=140)
    description = models.TextField(_("description"))
    areas = models.ManyToManyField(Area, related_name="offers", verbose_name=_("obligation areas"))
    forms = codes_field(_("forms of assistance"))
    languages = codes_field(_("languages"))
    regions = codes_field(_("regions"))
    eligibility = models.TextField(_("who may have it"), max_length=2000, blank=True)
    amount = amount_field(_("amount in all"))
    currency = models.CharField(_("currency"), max_length=3, blank=True, validators=[currency_code])
    quantity = models.PositiveIntegerField(_("how many in all"), null=True, blank=True)
    unit = models.CharField(_("of what"), max_length=40, blank=True)
    available_from = models.DateField(_("available from"), null=True, blank=True)
    available_until = models.DateField(_("available until"), null=True, blank=True)
    is_public = models.BooleanField(_("public"), default=True)
    offered_on = models.DateField()
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    withdrawn_on = models.DateField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_because = models.TextField(_("why it was withdrawn"), blank=True)
    is_example = models.BooleanField(default=False)
    history = HistoricalRecords()

    objects = OfferQuerySet.as_manager()

    class Meta:
        ordering = ["-offered_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="offer_one_capacity",
                condition=Q(amount__isnull=True) | Q(quantity__isnull=True),
                violation_error_message=_("State an amount of money or a number, not both."),
            ),
            models.CheckConstraint(
                name="offer_capacity_positive",
                condition=(Q(amount__isnull=True) | Q(amount__gt=0)) & (Q(quantity__isnull=True) | Q(quantity__gt=0)),
                violation_error_message=_("What is offered is more than nothing."),
            ),
            models.CheckConstraint(
                name="offer_amount_has_currency",
                condition=Q(amount__isnull=True, currency="") | Q(amount__isnull=False) & ~Q(currency=""),
                violation_error_message=_("Say in which currency the amount is."),
            ),
            models.CheckConstraint(
                name="offer_quantity_has_unit",
                condition=Q(quantity__isnull=True, unit="") | Q(quantity__isnull=False) & ~Q(unit=""),
                violation_error_message=_("Say of what, for example days."),
            ),
            models.CheckConstraint(
                name="offer_available_in_order",
                condition=Q(available_from__isnull=True)
                | Q(available_until__isnull=True)
                | Q(available_until__gte=F("available_from")),
                violation_error_message=_("The last day is before the first."),
            ),
            models.CheckConstraint(
                name="offer_withdrawn_with_reason",
                condition=Q(withdrawn_on__isnull=True, withdrawn_by__isnull=True, withdrawn_because="")
                | Q(withdrawn_on__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_because=""),
                violation_error_message=_("An offer is withdrawn on a day, by somebody, for a reason."),
            ),
            models.CheckConstraint(
                name="offer_withdrawn_after_offered",
                condition=Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gte=F("offered_on")),
                violation_error_message=_("An offer is withdrawn after it was made."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"/offers/{self.pk}/"

    @property
    def kinds(self) -> list[enums.Kind]:
        """The kinds of Article 6.2 that its forms of help are."""
        return enums.kinds_of(self.forms)

    @property
    def taken(self) -> Decimal:
        """What shares and applications that stand have taken, in its currency or unit; needs `with_use()`. Money is
        taken of an amount and a number of a number: the actions refuse anything else."""
        if self.amount is not None:
            return Decimal(self.taken_amount or 0)  # type: ignore[attr-defined]
        return Decimal(self.taken_quantity or 0) + self.taken_places  # type: ignore[attr-defined]

    @property
    def left(self) -> Decimal | None:
        """What is not taken yet, None where the offer states no bound; needs `with_use()`."""
        bound = self.quantity if self.amount is None else self.amount
        return None if bound is None else max(bound - self.taken, Decimal(0))

    def status_on(self, on: date) -> enums.OfferStatus:
        """Where it stands on a day; needs `with_use()`."""
        if self.withdrawn_on is not None and self.withdrawn_on <= on:
            return enums.OfferStatus.WITHDRAWN
        if self.valid_until is not None and self.valid_until < on:
            return enums.OfferStatus.PAST
        return enums.OfferStatus.USED_UP if self.left == 0 else enums.OfferStatus.OPEN
