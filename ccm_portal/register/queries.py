"""Answers that several pages ask of the register."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from ccm_portal.register import clocks
from ccm_portal.register.enums import MembershipChoices
from ccm_portal.register.models import State
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


def deadline_rows(on: date, *, article: int | None = None) -> list[clocks.Row]:
    """The current deadlines of all clocks on a day, soonest first; transparency reports only when asked for."""
    if article == 7:
        rows = clocks.report_rows(State.objects.joined().prefetch_related("reports"), on)
    else:
        rows = [row for row in clocks.known_rows(on).values() if article in {None, row.article}]
    return sorted(rows, key=lambda row: (row.deadline, row.state.name))


def running_deadlines(on: date, state: State | None = None) -> list[clocks.Row]:
    """The clocks that somebody, or one State, has to meet on a day, soonest first."""
    rows = [row for row in clocks.known_rows(on).values() if row.is_running and state in {None, row.state}]
    return sorted(rows, key=lambda row: (row.deadline, row.state.name))


def filtered_deadlines(rows: Sequence[clocks.Row], chosen: dict[str, Any]) -> list[clocks.Row]:
    """Narrowed by status, region and year. Without a status, those that somebody still has to meet."""
    status = chosen.get("status") or ("all" if chosen.get("article") == 7 else "")
    return [
        row
        for row in rows
        if (row.is_running if not status else status in {"all", row.status})
        and chosen.get("region") in {None, "", row.state.region}
        and chosen.get("year") in {None, row.deadline.year}
    ]
