"""Who has a place in a workshop and who waits: those whom the host has accepted, then in the order of application."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from requests_app.offers.enums import Closed, Decision, Standing


@dataclass(frozen=True, slots=True)
class Applied:
    """One application as the rule reads it, for one place."""

    key: int
    at: datetime
    decision: str = ""
    is_withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where an application stands; `number` is its turn on the waiting list, 0 where it does not wait."""

    standing: Standing
    number: int = 0


def places(applications: Iterable[Applied], count: int) -> dict[int, Place]:
    """Key -> where each application stands, of a workshop with `count` places. Who was accepted keeps the place; of two
    who applied at the same moment the one with the lower key comes first."""
    found: dict[int, Place] = {}
    standing = []
    for applied in applications:
        if applied.is_withdrawn:
            found[applied.key] = Place(Standing.WITHDRAWN)
        elif applied.decision == Decision.DECLINED:
            found[applied.key] = Place(Standing.DECLINED)
        else:
            standing.append(applied)
    standing.sort(key=lambda applied: (applied.decision != Decision.ACCEPTED, applied.at, applied.key))
    for number, applied in enumerate(standing, start=1):
        if applied.decision == Decision.ACCEPTED:
            found[applied.key] = Place(Standing.ACCEPTED)
        else:
            found[applied.key] = Place(Standing.PLACE) if number <= count else Place(Standing.WAITING, number - count)
    return found


def moved_up(before: Mapping[int, Place], after: Mapping[int, Place]) -> list[int]:
    """The keys of those who waited and have a place now, the first first."""
    waited = sorted((place.number, key) for key, place in before.items() if place.standing == Standing.WAITING)
    return [key for _number, key in waited if after[key].standing == Standing.PLACE]


def moved_down(before: Mapping[int, Place], after: Mapping[int, Place]) -> list[int]:
    """The keys of those who had a place and wait now, since there are fewer places."""
    return [
        key
        for key, place in after.items()
        if place.standing == Standing.WAITING and key in before and before[key].standing == Standing.PLACE
    ]


def may_accept(found: Mapping[int, Place], key: int, count: int) -> bool:
    """Whether a workshop with `count` places has one for an application: it holds one, or it was declined and one is
    free."""
    taken = sum(place.standing in {Standing.PLACE, Standing.ACCEPTED} for place in found.values())
    standing = found[key].standing
    return standing in {Standing.PLACE, Standing.ACCEPTED} or (standing == Standing.DECLINED and taken < count)


def closed(last_day: date, withdrawn_on: date | None, today: date) -> Closed | None:
    """Why nobody can apply on a day, or None while it is open; the last day counts in full."""
    if withdrawn_on is not None:
        return Closed.WITHDRAWN
    return Closed.LATE if today > last_day else None
