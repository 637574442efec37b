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

    Only the `MAX_CANDIDATES` best helpers per need are looked at; a need that none of them covers stays uncovered.
    """
    wanted = frozenset(needs)
    pool = _pool(wanted, helpers)
    reachable = frozenset().union(*(helper.covers for helper in pool)) & wanted
    tried = best_smaller = 0
    for size in range(1, min(len(pool), MAX_MEMBERS) + 1):
        sets = list(combinations(pool, size))
        full = [chosen for chosen in sets if _cover(chosen) & wanted == reachable]
        if full:
            best = min(full, key=lambda chosen: (-sum(h.score for h in chosen), [h.code for h in chosen]))
            return Plan(best, wanted - reachable, tried, best_smaller)
        tried += len(sets)
        best_smaller = max(best_smaller, max((len(_cover(chosen) & wanted) for chosen in sets), default=0))
    return Plan((), wanted, tried, best_smaller)


def _cover(chosen: Iterable[Helper]) -> frozenset[str]:
    return frozenset().union(*(helper.covers for helper in chosen))


def _pool(wanted: frozenset[str], helpers: Sequence[Helper]) -> list[Helper]:
    """The best helpers that cover anything wanted, with at least three per need where there are as many."""
    useful = sorted((h for h in helpers if h.covers & wanted), key=lambda h: (-h.score, h.code))
    per_need = {helper for need in wanted for helper in [h for h in useful if need in h.covers][:3]}
    pool = sorted(per_need, key=lambda h: (-h.score, h.code))
    return (pool + [helper for helper in useful if helper not in per_need])[:MAX_CANDIDATES]
