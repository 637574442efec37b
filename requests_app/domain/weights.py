"""The one table of points that a ranking gives. The ISU may change a line, with its reason; the rest stays as here."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace


@dataclass(frozen=True, slots=True)
class Weights:
    """The most points that each reason can give.

    The first block was fitted on the tables of 2010-2012 alone, as the middle of the best twentieth of random tables
    (`backtest_matching` reports on later years). No published flow can tell the second block: it is judgement.
    """

    recent: float = 35.0  # support to this State, the later the more
    regular: float = 7.0  # in many years
    share: float = 8.0  # among the largest of its last year; only where money is asked for
    volume: float = 6.0  # how much it gives everywhere; only where money is asked for
    frequency: float = 4.0  # how often it gives everywhere
    breadth: float = 3.0  # to how many States
    active: float = 7.0  # how lately it gave anywhere
    co_donors: float = 9.0  # gives where the State's known supporters give
    similar_states: float = 4.0  # gives to States that have the same supporters
    region: float = 3.0  # gives to other States of the region
    same_region: float = 16.0  # is itself of the region

    presence: float = 30.0  # works in the State
    offer: float = 20.0  # an open offer fits area and kind, with capacity left
    area_stated: float = 10.0  # states competence or priority in the areas
    area_given: float = 7.0  # has supported the areas anywhere
    kind: float = 10.0  # gives the kind that is asked for
    region_stated: float = 5.0
    language: float = 3.0
    size: float = 4.0  # its usual contribution reaches the amount
    timing: float = 4.0  # its next call comes before the deadline

    deadline: float = 20.0  # of a request, for a supporter: the nearer the more
    evidence: float = 8.0
    readiness: float = 6.0


DEFAULTS = Weights()
NAMES = tuple(field.name for field in fields(Weights))


def weights_with(changed: Mapping[str, float]) -> Weights:
    """The table with the lines that were changed; names that are no line of it are left out."""
    return replace(DEFAULTS, **{name: points for name, points in changed.items() if name in NAMES})
