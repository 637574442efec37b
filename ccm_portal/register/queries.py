"""Answers that several pages ask of the register."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import Max

from ccm_portal.register import clocks
from ccm_portal.register.enums import MembershipChoices
from ccm_portal.register.models import (
    Completion,
    ExtensionDecision,
    Meeting,
    Obligation,
    State,
    TransparencyReport,
)
from ccm_portal.register.picking import pick
from ccm_portal.register.search import fold
from ccm_portal.treaty.membership import BOUND, DEPOSITED_COUNT, Membership
from ccm_portal.treaty.reports import Timeliness


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
    return [
        (state, status)
        for state in sorted(pick(states, chosen.get("q") or ""), key=lambda state: fold(state.name))
        for status in [MembershipChoices(state.membership_on(on))]
        if chosen.get("status") in {None, "", status} and chosen.get("region") in {None, "", state.region}
    ]


def deadline_rows(on: date, *, article: int | None = None) -> list[clocks.Row]:
    """The current deadlines of all clocks on a day, soonest first; transparency reports only when asked for."""
    if article == 7:
        return _soonest_first(clocks.report_rows(State.objects.joined().prefetch_related("reports"), on))
    return _soonest_first(row for row in clocks.known_rows(on).values() if article in {None, row.article})


def running_deadlines(on: date, state: State | None = None) -> list[clocks.Row]:
    """The clocks that somebody, or one State, has to meet on a day, soonest first."""
    rows = clocks.known_rows(on).values()
    return _soonest_first(row for row in rows if row.is_running and state in {None, row.state})


def _soonest_first(rows: Iterable[clocks.Row]) -> list[clocks.Row]:
    return sorted(rows, key=lambda row: (row.deadline, row.state.name))


def feed_rows(on: date, chosen: dict[str, Any]) -> list[clocks.Row]:
    """What a calendar shows: the clocks that a filter leaves, and the reports still to come where it asks for them.

    The clocks are read from the database, as their stamps are: what is kept would go out under the newer stamp.
    """
    article, state = chosen.get("article"), chosen.get("state")
    rows: list[clocks.Row] = []
    if article != 7:
        obligations = Obligation.objects.clocks().filter(**({"state": state} if state else {}))
        current = clocks.current_rows(obligations.with_facts(), on, clocks.formal_meetings())
        wanted = _soonest_first(row for row in current if article in {None, row.article})
        rows = filtered_deadlines(wanted, chosen)
    if article == 7 or chosen.get("reports"):
        states = State.objects.joined().filter(**({"pk": state} if state else {})).prefetch_related("reports")
        reports = _soonest_first(clocks.report_rows(states, on))
        due = filtered_deadlines(reports, {**chosen, "article": 7, "status": ""})
        rows += [row for row in due if row.status == Timeliness.NOT_DUE]
    return [row for row in rows if row.is_deadline]


@dataclass(frozen=True, slots=True)
class Changes:
    """When facts were last recorded, from the history that the register keeps of every record, also of removed ones."""

    states: dict[str, datetime]
    obligations: dict[int, datetime]
    meetings: datetime

    def of_state(self, iso3: str) -> datetime:
        return self.states.get(iso3, NEVER)

    def of_obligation(self, pk: int, iso3: str) -> datetime:
        """A change of any meeting counts, since it may move the last day to ask."""
        return max(self.obligations.get(pk, NEVER), self.of_state(iso3), self.meetings)

    @property
    def latest(self) -> datetime:
        return max([*self.states.values(), *self.obligations.values(), self.meetings])


NEVER = datetime(2010, 8, 1, tzinfo=UTC)


def recorded_changes() -> Changes:
    """Three queries, however long the history."""
    states = _latest(State, "iso3").union(_latest(TransparencyReport, "state_id"))
    obligations = _latest(Obligation, "id").union(
        _latest(ExtensionDecision, "obligation_id"), _latest(Completion, "obligation_id")
    )
    meetings = Meeting.history.aggregate(at=Max("history_date"))["at"]
    return Changes(_newest(states), _newest(obligations), meetings or NEVER)


def _latest(model: Any, key: str) -> Any:
    return model.history.order_by().values_list(key).annotate(at=Max("history_date"))


def _newest(pairs: Iterable[tuple[Any, datetime]]) -> dict[Any, datetime]:
    found: dict[Any, datetime] = {}
    for key, at in pairs:
        found[key] = max(at, found.get(key, at))
    return found


def filtered_deadlines(rows: Sequence[clocks.Row], chosen: dict[str, Any]) -> list[clocks.Row]:
    """Narrowed by name, status, region and years. Without a status, those that somebody still has to meet: the
    register of time-bound obligations. What has no date to show falls in no year."""
    status = chosen.get("status") or ("all" if chosen.get("article") == 7 else "")
    first, last = chosen.get("year") or (date.min.year, date.max.year)
    return [
        row
        for row in pick(rows, chosen.get("q") or "", lambda row: row.state.search_text)
        if (row.is_running if not status else status in {"all", row.status})
        and chosen.get("region") in {None, "", row.state.region}
        and (not chosen.get("year") or (row.is_deadline and first <= row.deadline.year <= last))
    ]
