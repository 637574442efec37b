"""Everything about one State, from all apps, in a fixed number of queries."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import CharField, Count, DateField, F, IntegerField, Max, Min, Q, QuerySet, Sum
from django.http import Http404
from django.utils.translation import ngettext

from ccm_portal.accounts.models import Access, access_of
from ccm_portal.register import clocks, models
from ccm_portal.register.clocks import Row
from ccm_portal.register.enums import MembershipChoices
from ccm_portal.register.known import known_register
from ccm_portal.register.models import Obligation, OfficeTerm, Paper, State
from ccm_portal.statements import Slot, made_once
from coalitions.models import Coalition
from requests_app.country_requests.models import CountryRequest
from requests_app.country_requests.queries import groups_of, with_groups
from requests_app.extensions.models import RiskFlag
from requests_app.extensions.queries import flags_of_state, with_flags
from requests_app.models import AssistanceRequest, RequestQuerySet, SupportRecord
from requests_app.queries import AtStake, resources_by_obligation, with_words
from requests_app.readings import readings

MOST_REQUESTS = 10  # of a State, on its page


@dataclass(frozen=True)
class ClockStory:
    """One clock: where it stands, and the State's word that it may not complete in time."""

    obligation: Obligation
    current: Row
    flag: RiskFlag | None = None
    resources: Sequence[AtStake] = ()


@dataclass(frozen=True)
class Support:
    """Support between the State and one other, summed over the years on record."""

    name: str
    first: int
    last: int
    count: int
    usd: Decimal | None
    unknown_amounts: int

    @property
    def years(self) -> str:
        """The first and the last year on record."""
        return str(self.first) if self.first == self.last else f"{self.first}–{self.last}"

    @property
    def without_amount(self) -> str:
        """How many entries state no amount, in words."""
        number = self.unknown_amounts
        return ngettext("%(n)s without amount", "%(n)s without amount", number) % {"n": number} if number else ""


@dataclass(frozen=True)
class Profile:
    """One State as the visitor may see it, as of a day."""

    state: State
    on: date
    status: MembershipChoices
    clocks: list[ClockStory]
    victim_assistance: list[tuple[Obligation, Sequence[AtStake]]]
    reports: list[Row]
    requests: list[AssistanceRequest]
    country_requests: list[CountryRequest]
    received: list[Support]
    given: list[Support]
    coalitions: list[Coalition]
    terms: list[OfficeTerm]


def profile(iso3: str, user: object, on: date) -> Profile:
    """The State's page. Raises Http404 for a code that no State has."""
    found = _state().ask(state=iso3)  # its own facts are read afresh: a correction shows at once
    if not found:
        raise Http404
    (state,), access = found, access_of(user)  # type: ignore[arg-type]
    register = known_register()
    obligations = [obligation for obligation in register.obligations if obligation.state_id == iso3]
    received, given = _support(state, on)
    requests = with_words(_requests_of(access).ask(state=iso3, on=on))
    resources = resources_by_obligation(readings(access, _at_stake_of(access).ask(state=iso3, on=on)))
    return Profile(
        state=state,
        on=on,
        status=MembershipChoices(state.membership_on(on)),
        clocks=_stories(obligations, flags_of_state(access, iso3, on), resources, on),
        victim_assistance=[(o, resources.get(o.pk, ())) for o in obligations if not o.is_clock],
        reports=clocks.report_rows([clocks.with_reports(state)], on, complete=register.complete_days),
        requests=requests,
        country_requests=groups_of(requests),
        received=received,
        given=given,
        coalitions=_coalitions_of(access).ask(state=iso3),
        terms=_terms_of().ask(state=iso3, on=on),
    )


STATE, ON = Slot("state", CharField()), Slot("on", DateField())


@made_once
def _state() -> "QuerySet[State]":
    return State.objects.filter(pk=STATE)


def _known_requests(access: Access) -> RequestQuerySet:
    known = AssistanceRequest.objects.visible_to(access).filter(state=STATE).single(ON)
    return known.filter(Q(submitted_on__lte=ON) | Q(submitted_on__isnull=True))


@made_once
def _requests_of(access: Access) -> RequestQuerySet:
    """The newest ones."""
    newest = _known_requests(access).order_by(F("submitted_on").desc(nulls_first=True), "-pk")
    return with_groups(newest)[:MOST_REQUESTS]


@made_once
def _at_stake_of(access: Access) -> RequestQuerySet:
    return _known_requests(access).at_stake()


@made_once
def _coalitions_of(access: Access) -> "QuerySet[Coalition]":
    of_state = Q(lead=STATE) | Q(members__supporter__state=STATE)
    return Coalition.objects.visible_to(access).select_related("lead").filter(of_state).distinct()


@made_once
def _terms_of() -> "QuerySet[OfficeTerm]":
    return OfficeTerm.objects.filter(state=STATE, starts__lte=ON).select_related("office")


@made_once
def _support_of() -> "QuerySet[SupportRecord, Any]":
    """Summed by counterpart."""
    of_state = SupportRecord.objects.filter(Q(recipient=STATE) | Q(supporter__state=STATE))
    counterparts = of_state.filter(year__lte=Slot("year", IntegerField())).order_by()
    return counterparts.values_list(
        "recipient", "recipient__name", "supporter__state__name", "supporter__organisation__name"
    ).annotate(Min("year"), Max("year"), Count("pk"), Sum("amount_usd"), unknown=Count("pk", filter=Q(amount_usd=None)))


def papers_with_slips() -> list[tuple[Paper, int]]:
    """The papers as published, each with the number of its slips: two queries."""
    sources = models.ImportWarning.objects.values_list("source", flat=True)
    count = Counter(source.partition(".txt line ")[0] for source in sources)
    return [(paper, count[paper.code]) for paper in Paper.objects.defer("text")]


def _support(state: State, on: date) -> tuple[list[Support], list[Support]]:
    """(received, given) by counterpart, largest first: one query."""
    received, given = [], []
    rows = _support_of().ask(state=state.pk, year=on.year)
    for recipient, recipient_name, donor_state, donor_organisation, *figures in rows:
        if recipient == state.pk:
            received.append(Support(donor_state or donor_organisation, *figures))
        else:
            given.append(Support(recipient_name, *figures))
    for table in (received, given):
        table.sort(key=lambda support: (-(support.usd or 0), support.name))
    return received, given


def _stories(
    obligations: list[Obligation], flags: dict[int, RiskFlag], resources: Mapping[int, Sequence[AtStake]], on: date
) -> list[ClockStory]:
    """Each clock known by the day, as somebody sees it who knows of these flags and of these requests."""
    rows = with_flags(clocks.current_rows(obligations, on, clocks.formal_meetings()), flags)
    return [
        ClockStory(row.obligation, row, flags.get(row.obligation.pk), resources.get(row.obligation.pk, ()))
        for row in rows
        if row.obligation
    ]
