"""Requested, relayed, answered, delivered: by State and area, and who has had no response at all."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from requests_app.domain.lifecycle import OPEN
from requests_app.enums import Status

#: Reached only after somebody responded.
RESPONDED = frozenset(
    {Status.ANSWERED, Status.AGREED, Status.DELIVERING, Status.DELIVERED, Status.MET, Status.PARTLY_MET}
)
DELIVERED = frozenset({Status.DELIVERED, Status.MET, Status.PARTLY_MET})


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it stood on a day. Without an area it stands under the area ""."""

    state: str
    areas: frozenset[str]
    status: Status
    submitted_on: date
    was_relayed: bool
    was_answered: bool

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def has_response(self) -> bool:
        """An answer of any kind, or a step that only follows one."""
        return self.was_answered or self.status in RESPONDED


@dataclass(slots=True)
class Cell:
    """The requests of one State in one area."""

    requested: int = 0
    relayed: int = 0
    answered: int = 0
    delivered: int = 0
    waits: bool = False
    """Whether something is open here and nothing that is open has had a response."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A State with open requests none of which has had a response."""

    state: str
    requests: int
    relayed: int
    areas: frozenset[str]
    since: date


def cells(asked: Iterable[Asked]) -> dict[tuple[str, str], Cell]:
    """By (State, area). A request for several areas counts in each of them."""
    grid: dict[tuple[str, str], Cell] = {}
    open_in: dict[tuple[str, str], bool] = {}
    for one in asked:
        for area in one.areas or {""}:
            cell = grid.setdefault((one.state, area), Cell())
            cell.requested += 1
            cell.relayed += one.was_relayed
            cell.answered += one.has_response
            cell.delivered += one.status in DELIVERED
            if one.is_open:
                open_in[one.state, area] = open_in.get((one.state, area), False) or one.has_response
    for key, has_response in open_in.items():
        grid[key].waits = not has_response
    return grid


def gaps(asked: Iterable[Asked]) -> list[Gap]:
    """States that wait for a first response to what they have asked and not closed, the longest wait first."""
    by_state: dict[str, list[Asked]] = {}
    for one in asked:
        if one.is_open:
            by_state.setdefault(one.state, []).append(one)
    found = [
        Gap(
            state=state,
            requests=len(rows),
            relayed=sum(one.was_relayed for one in rows),
            areas=frozenset().union(*(one.areas for one in rows)),
            since=min(one.submitted_on for one in rows),
        )
        for state, rows in by_state.items()
        if not any(one.has_response for one in rows)
    ]
    return sorted(found, key=lambda gap: (gap.since, gap.state))
