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
    """Hide groups under five, and one group beside them, so that the total less what is shown tells none of them.

    The group beside them is the next in the table, whatever its number: the smallest would tell, to whoever knows this
    rule, that it is no larger than those shown. The total goes as well where the hidden groups are so few people that
    not every number under five would be possible for each small group.
    """
    small = [place for place, number in enumerate(numbers) if number < LEAST]
    if not small:
        return Published(tuple(numbers), sum(numbers))
    following = [(small[0] + step) % len(numbers) for step in range(len(numbers))]
    beside = [place for place in following if place not in small][:1]
    hidden = {**dict.fromkeys(small, Hidden.SMALL), **dict.fromkeys(beside, Hidden.PROTECTS)}
    could_be_all = LEAST + (LEAST - 1) * len(small)
    is_safe = bool(beside) and sum(numbers[place] for place in hidden) > could_be_all
    return Published(
        tuple(hidden.get(place, number) for place, number in enumerate(numbers)), sum(numbers) if is_safe else None
    )
