"""Which figures on people may be published: none on a group so small that its people could be recognised."""

from collections.abc import Sequence
from dataclasses import dataclass

from requests_app.specifics.enums import Hidden

#: The smallest group whose number is published.
LEAST = 5


@dataclass(frozen=True, slots=True)
class Published:
    """A table as everybody may read it: each group's number or why it is hidden, and the total or nothing."""

    numbers: tuple[int | Hidden, ...]
    total: int | None


def publish(numbers: Sequence[int]) -> Published:
    """Hide groups under five, and as much beside them as keeps them from being computed from the total.

    What is hidden beside them are the groups that follow in the table, whatever their numbers: hiding the smallest
    would tell, to whoever knows the rule, that it is none of those shown. Where that does not suffice, the total goes.
    """
    small = [place for place, number in enumerate(numbers) if number < LEAST]
    if not small:
        return Published(tuple(numbers), sum(numbers))
    following = [place % len(numbers) for place in range(small[0], small[0] + len(numbers))]
    others = [place for place in following if place not in small]
    beside: list[int] = []
    while (known := _is_computable(numbers, small, beside)) and others:
        beside.append(others.pop(0))
    hidden = {**dict.fromkeys(beside, Hidden.PROTECTS), **dict.fromkeys(small, Hidden.SMALL)}
    shown = tuple(hidden.get(place, number) for place, number in enumerate(numbers))
    return Published(shown, None if known else sum(numbers))


def _is_computable(numbers: Sequence[int], small: Sequence[int], beside: Sequence[int]) -> bool:
    """Whether the total less what is shown leaves one number only that a small group can have."""
    together = sum(numbers[place] for place in (*small, *beside))
    lowest = 0 if beside else max(0, together - (LEAST - 1) * (len(small) - 1))
    highest = min(LEAST - 1, together - LEAST * len(beside))
    return lowest == highest
