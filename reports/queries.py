"""Everything about one State, from all apps, in a fixed number of queries."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.shortcuts import get_object_or_404

from ccm_portal.register import clocks
from ccm_portal.register.enums import MembershipChoices
from ccm_portal.register.models import Obligation, OfficeTerm, State
from ccm_portal.treaty.deadlines import CLEARANCE_YEARS, STOCKPILE_YEARS
from coalitions.models import Coalition
from requests_app.models import AssistanceRequest, SupportRecord


@dataclass(frozen=True)
class ClockStory:
    """One clock with every deadline it has had, and the extension requests behind them."""

    obligation: Obligation
    current: clocks.Row
    history: list[clocks.Row]
    years: int


@dataclass(frozen=True)
class Profile:
    """One State as the visitor may see it, as of a day."""

    state: State
    on: date
    status: MembershipChoices
    clocks: list[ClockStory]
    victim_assistance: list[Obligation]
    reports: list[clocks.Row]
    requests: list[AssistanceRequest]
    received: list[SupportRecord]
    given: list[SupportRecord]
    coalitions: list[Coalition]
    terms: list[OfficeTerm]


def profile(iso3: str, user: object, on: date) -> Profile:
    """The State's page. Raises Http404 for a code that no State has."""
    obligations = list(Obligation.objects.filter(state=iso3).with_facts())
    state = obligations[0].state if obligations else get_object_or_404(State, pk=iso3)
    support = SupportRecord.objects.filter(Q(recipient=state) | Q(supporter__state=state), year__lte=on.year)
    support_rows = list(support.select_related("supporter__state", "supporter__organisation", "recipient"))
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
        requests=list(requests.filter(Q(submitted_on__lte=on) | Q(submitted_on__isnull=True))[:20]),
        received=[record for record in support_rows if record.recipient_id == state.pk],
        given=[record for record in support_rows if record.recipient_id != state.pk],
        coalitions=list(coalitions),
        terms=list(OfficeTerm.objects.filter(state=state, starts__lte=on).select_related("office")),
    )


def _stories(obligations: list[Obligation], on: date) -> list[ClockStory]:
    meetings = clocks.formal_meetings()
    timed = [obligation for obligation in obligations if obligation.is_clock]
    history = clocks.history_rows(timed, on, meetings)
    return [
        ClockStory(
            row.obligation,
            row,
            [past for past in history if past.obligation is row.obligation],
            STOCKPILE_YEARS if row.article == 3 else CLEARANCE_YEARS,
        )
        for row in clocks.current_rows(timed, on, meetings)
        if row.obligation is not None
    ]
