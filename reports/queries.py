"""Everything about one State, from all apps, in a fixed number of queries."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from django.db.models import Count, F, Max, Min, Q, Sum
from django.shortcuts import get_object_or_404

from ccm_portal.register import clocks
from ccm_portal.register.clocks import Row
from ccm_portal.register.enums import MembershipChoices
from ccm_portal.register.models import Obligation, OfficeTerm, State
from ccm_portal.treaty.deadlines import CLEARANCE_YEARS, STOCKPILE_YEARS
from coalitions.models import Coalition
from requests_app.extensions.models import RiskFlag
from requests_app.extensions.queries import flag_of, with_flag_on, with_flags
from requests_app.models import AssistanceRequest, SupportRecord
from requests_app.queries import with_words


@dataclass(frozen=True)
class ClockStory:
    """One clock with every deadline it has had, and the extension requests behind them."""

    obligation: Obligation
    current: Row
    history: list[Row]
    years: int
    flag: RiskFlag | None = None


@dataclass(frozen=True)
class Support:
    """Support between the State and one other, summed over the years on record."""

    name: str
    first: int
    last: int
    count: int
    usd: Decimal | None
    unknown_amounts: int


@dataclass(frozen=True)
class Profile:
    """One State as the visitor may see it, as of a day."""

    state: State
    on: date
    status: MembershipChoices
    clocks: list[ClockStory]
    victim_assistance: list[Obligation]
    reports: list[Row]
    requests: list[AssistanceRequest]
    received: list[Support]
    given: list[Support]
    coalitions: list[Coalition]
    terms: list[OfficeTerm]


def profile(iso3: str, user: object, on: date) -> Profile:
    """The State's page. Raises Http404 for a code that no State has."""
    obligations = list(with_flag_on(Obligation.objects.filter(state=iso3).with_facts(), user, on))
    state = obligations[0].state if obligations else get_object_or_404(State, pk=iso3)
    received, given = _support(state, on)
    requests = AssistanceRequest.objects.visible_to(user).filter(state=state)
    visible_coalitions = Coalition.objects.visible_to(user).select_related("lead")
    coalitions = visible_coalitions.filter(Q(lead=state) | Q(members__supporter__state=state)).distinct()
    return Profile(
        state=state,
        on=on,
        status=MembershipChoices(state.membership_on(on)),
        clocks=_stories(obligations, on),
        victim_assistance=[o for o in obligations if not o.is_clock],
        reports=clocks.report_rows([state], on),
        requests=with_words(
            list(
                requests.filter(Q(submitted_on__lte=on) | Q(submitted_on__isnull=True))
                .order_by(F("submitted_on").desc(nulls_first=True), "-pk")
                .for_list()[:20]
            )
        ),
        received=received,
        given=given,
        coalitions=list(coalitions),
        terms=list(OfficeTerm.objects.filter(state=state, starts__lte=on).select_related("office")),
    )


def _support(state: State, on: date) -> tuple[list[Support], list[Support]]:
    """(received, given) by counterpart, largest first: one query."""
    rows = (
        SupportRecord.objects.filter(Q(recipient=state) | Q(supporter__state=state), year__lte=on.year)
        .order_by()
        .values_list("recipient", "recipient__name", "supporter__state__name", "supporter__organisation__name")
        .annotate(
            Min("year"), Max("year"), Count("pk"), Sum("amount_usd"), unknown=Count("pk", filter=Q(amount_usd=None))
        )
    )
    received, given = [], []
    for recipient, recipient_name, donor_state, donor_organisation, *figures in rows:
        if recipient == state.pk:
            received.append(Support(donor_state or donor_organisation, *figures))
        else:
            given.append(Support(recipient_name, *figures))
    for table in (received, given):
        table.sort(key=lambda support: (-(support.usd or 0), support.name))
    return received, given


def _stories(obligations: list[Obligation], on: date) -> list[ClockStory]:
    """Each clock with its deadlines in turn; the one that applies on the day is the last of those decided by it."""
    timed = [obligation for obligation in obligations if obligation.is_clock]
    flags = {obligation.pk: flag for obligation in timed if (flag := flag_of(obligation))}
    rows = clocks.history_rows(timed, on, clocks.formal_meetings())
    histories = [list(history) for _pk, history in groupby(rows, key=lambda row: row.obligation and row.obligation.pk)]
    return [
        ClockStory(
            history[-1].obligation,
            with_flags(history[-1:], flags)[0],
            history,
            STOCKPILE_YEARS if history[-1].article == 3 else CLEARANCE_YEARS,
            flags.get(history[-1].obligation.pk),
        )
        for history in histories
        if history[-1].obligation is not None
    ]
