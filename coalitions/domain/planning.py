"""Which few supporters would together cover a State's open needs. Pure; a proposal with its proof, not a decision."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

MAX_CANDIDATES = 18  # of the best-ranked; every subset of these can be looked at
MAX_MEMBERS = 6


@dataclass(frozen=True, slots=True)
class Helper:
    """A possible member: what it could cover, and its score in the ranking."""

    code: str
    covers: frozenset[str]
    score: float


@dataclass(frozen=True, slots=True)
class Plan:
    """The smallest set that covers most, and the numbers that prove it."""

    members: tuple[Helper, ...]
    uncovered: frozenset[str]
    smaller_sets_tried: int
    best_smaller_cover: int


def plan_coalition(needs: Iterable[str], helpers: Sequence[Helper]) -> Plan:
    """The fewest helpers that cover as many needs as all helpers together do; among equals the highest total score,
    then the codes in order. Every smaller set is tried, so no smaller set covers more.

    Only `MAX_CANDIDATES` helpers are looked at, and sets of up to `MAX_MEMBERS`; where those do not cover everything,
    the set that covers most, and what stays uncovered.
    """
    wanted = frozenset(needs)
    pool = _pool(wanted, helpers)
    reachable = frozenset().union(*(helper.covers for helper in pool)) & wanted
    tried = best_smaller = 0
    fullest: tuple[Helper, ...] = ()
    for size in range(1, min(len(pool), MAX_MEMBERS) + 1):
        sets = list(combinations(pool, size))
        full = [chosen for chosen in sets if _cover(chosen) & wanted == reachable]
        if full:
            best = min(full, key=lambda chosen: (-sum(h.score for h in chosen), [h.code for h in chosen]))
            return Plan(best, wanted - reachable, tried, best_smaller)
        tried += len(sets)
        covering = min(sets, key=lambda c: (-len(_cover(c) & wanted), -sum(h.score for h in c), [h.code for h in c]))
        best_smaller, fullest = max(best_smaller, len(_cover(covering) & wanted)), covering
    return Plan(fullest, wanted - _cover(fullest), tried, best_smaller)


def _cover(chosen: Iterable[Helper]) -> frozenset[str]:
    return frozenset().union(*(helper.covers for helper in chosen))


def _pool(wanted: frozenset[str], helpers: Sequence[Helper]) -> list[Helper]:
    """The best helper for each need, so that nothing falls out; then the best of each kind of cover, widest first,
    since only those can make a set smaller; then the next best."""
    useful = sorted((h for h in helpers if h.covers & wanted), key=lambda h: (-h.score, h.code))
    of_need = [next((h for h in useful if need in h.covers), None) for need in sorted(wanted)]
    first: dict[frozenset[str], Helper] = {}
    for helper in useful:
        first.setdefault(helper.covers & wanted, helper)
    widest = sorted(first.values(), key=lambda h: (-len(h.covers & wanted), -h.score, h.code))
    return list(dict.fromkeys([*(h for h in of_need if h), *widest, *useful]))[:MAX_CANDIDATES]
