"""Answers that several pages ask of the register."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from ccm_portal.register import clocks
from ccm_portal.register.enums import MembershipChoices
from ccm_portal.register.models import Obligation, State
from ccm_portal.register.search import fold
from ccm_portal.treaty.membership import BOUND, DEPOSITED_COUNT, Membership


def membership_counts(states: Iterable[State], on: date) -> dict[str, int]:
    """Each count with its own definition: bound by the Convention on the day, have joined (deposited and not
    withdrawn), have signed and not yet joined."""
    standing = Counter(state.membership_on(on) for state in states)
    return {
        "bound": sum(standing[m] for m in BOUND),
        "joined": sum(standing[m] for m in DEPOSITED_COUNT),
        "signatories": standing[Membership.SIGNATORY],
        "former": standing[Membership.FORMER],
    }


def filtered_states(states: Iterable[State], chosen: dict[str, Any], on: date) -> list[tuple[State, MembershipChoices]]:
    """States with their status on a day, narrowed by name, status and region."""
    words = fold(chosen.get("q") or "").split()
    return [
        (state, status)
        for state in sorted(states, key=lambda state: fold(state.name))
        for status in [MembershipChoices(state.membership_on(on))]
        if all(word in state.search_text for word in words)
        and chosen.get("status") in {None, "", status}
        and chosen.get("region") in {None, "", state.region}
    ]


def deadline_rows(on: date, *, article: int | None = None, state: str = "") -> list[clocks.Row]:
    """The current deadlines of all clocks on a day, soonest first; transparency reports only when asked for."""
    if article == 7:
        states = State.objects.joined().prefetch_related("reports")
        rows = clocks.report_rows(states.filter(pk=state) if state else states, on)
    else:
        obligations = Obligation.objects.clocks().with_facts()
        if state:
            obligations = obligations.filter(state=state)
        if article:
            obligations = obligations.filter(article=article)
        rows = clocks.current_rows(obligations, on, clocks.formal_meetings())
    return sorted(rows, key=lambda row: (row.deadline, row.state.name))


def running_deadlines(on: date, **obligations: Any) -> list[clocks.Row]:
    """The clocks that somebody has to meet on a day, soonest first; `obligations` narrows them, for example state=."""
    unfulfilled = Obligation.objects.clocks().unfulfilled(on).filter(**obligations).with_facts(fulfilled=False)
    rows = [row for row in clocks.current_rows(unfulfilled, on, clocks.formal_meetings()) if row.is_running]
    return sorted(rows, key=lambda row: (row.deadline, row.state.name))


def filtered_deadlines(rows: Sequence[clocks.Row], chosen: dict[str, Any]) -> list[clocks.Row]:
    """Narrowed by name, status, region and years. Without a status, those that somebody still has to meet: the
    register of time-bound obligations. What has no date to show falls in no year."""
    status = chosen.get("status") or ("all" if chosen.get("article") == 7 else "")
    words = fold(chosen.get("q") or "").split()
    first, last = chosen.get("year") or (date.min.year, date.max.year)
    return [
        row
        for row in rows
        if (row.is_running if not status else status in {"all", row.status})
        and chosen.get("region") in {None, "", row.state.region}
        and (not chosen.get("year") or (row.is_deadline and first <= row.deadline.year <= last))
        and (not words or all(word in row.state.search_text for word in words))
    ]
