"""Everything about one State, from all apps, in a fixed number of queries."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, F, Max, Min, Q, Sum
from django.shortcuts import get_object_or_404

from ccm_portal.register import clocks, models
from ccm_portal.register.clocks import Row
from ccm_portal.register.enums import MembershipChoices
from ccm_portal.register.known import known_register
from ccm_portal.register.models import Obligation, OfficeTerm, Paper, State
from coalitions.models import Coalition
from requests_app.extensions.models import RiskFlag
from requests_app.extensions.queries import flags_on, with_flags
from requests_app.models import AssistanceRequest, SupportRecord
from requests_app.queries import with_words


@dataclass(frozen=True)
class ClockStory:
    """One clock: where it stands, and the State's word that it may not complete in time."""

    obligation: Obligation
    current: Row
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
    state = get_object_or_404(State, pk=iso3)  # its own facts are read afresh: a correction shows at once
    obligations = [obligation for obligation in known_register().obligations if obligation.state_id == iso3]
    received, given = _support(state, on)
    requests = AssistanceRequest.objects.visible_to(user).filter(state=state)
    visible_coalitions = Coalition.objects.visible_to(user).select_related("lead")
    coalitions = visible_coalitions.filter(Q(lead=state) | Q(members__supporter__state=state)).distinct()
    return Profile(
        state=state,
        on=on,
        status=MembershipChoices(state.membership_on(on)),
        clocks=_stories(obligations, flags_on(user, on, obligation__state=state), on),
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


def papers_with_slips() -> list[tuple[Paper, int]]:
    """The papers as published, each with the number of its slips: two queries."""
    sources = models.ImportWarning.objects.values_list("source", flat=True)
    count = Counter(source.partition(".txt line ")[0] for source in sources)
    return [(paper, count[paper.code]) for paper in Paper.objects.defer("text")]


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


def _stories(obligations: list[Obligation], flags: dict[int, RiskFlag], on: date) -> list[ClockStory]:
    """Each clock known by the day, as somebody sees it who knows of these flags."""
    rows = with_flags(clocks.current_rows(obligations, on, clocks.formal_meetings()), flags)
    return [ClockStory(row.obligation, row, flags.get(row.obligation.pk)) for row in rows if row.obligation]
