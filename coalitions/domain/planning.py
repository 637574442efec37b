"""Which few supporters would together cover a State's open needs. Pure; a proposal with its proof, not a decision.

A mixed-integer model that HiGHS solves to its proved optimum: cover as much as can be covered, with as few members as
that takes, and among those sets the best ranked. What could not be proved in the time given is said to be so.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

MAX_MEMBERS = 6  # of a coalition that can still meet
WORTH = 0.01  # of a need: what one member more must add, or he is not asked
SECONDS = 5.0  # for one set
TOLERANCE = 1e-6
ALTERNATIVES = 3
WITHIN = 0.10  # of the best cover, for an alternative


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that is needed. `size` is its open amount in US dollars, where money is needed and the amount known."""

    code: str
    weight: float = 1.0
    size: float | None = None


@dataclass(frozen=True, slots=True)
class Helper:
    """A possible member: the needs it could help with, its score in the ranking, and the most it would give in US
    dollars over all of them; None where nothing limits it or nothing is known."""

    code: str
    covers: frozenset[str]
    score: float
    capacity: float | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A member of the proposal with its part of each need, as a share of the whole need."""

    helper: Helper
    parts: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Plan:
    """A set of members, the part of each, and what can be said of the set."""

    members: tuple[Place, ...] = ()
    covered: float = 0.0  # weight of what is covered, of `wanted`
    wanted: float = 0.0
    uncovered: Mapping[str, float] = field(default_factory=dict)  # share of each need that nobody covers
    best_smaller: float = 0.0  # weight: no set of one member less covers more than this
    is_proved: bool = True

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(place.helper.code for place in self.members)


def plan_coalition(
    needs: Iterable[Need],
    helpers: Iterable[Helper],
    *,
    kept: Iterable[str] = (),
    most: int = MAX_MEMBERS,
) -> Plan:
    """The fewest helpers that cover as much as up to `most` of them can; among equals the highest total score.

    `kept` are the codes of helpers that are members in any case. Which helper comes first in the list has no influence.
    """
    model = _Model(needs, helpers, most=most, kept=frozenset(kept))
    return model.solve() if model.is_worth_solving else model.nothing()


def alternatives(needs: Sequence[Need], helpers: Sequence[Helper], plan: Plan) -> Iterator[Plan]:
    """The next best sets, no larger, that cover at least nine tenths of what the plan covers."""
    if not plan.members:
        return
    model = _Model(needs, helpers, most=len(plan.members))
    refused = [plan.codes]
    for _number in range(ALTERNATIVES):
        model.refuse(refused[-1])
        other = model.solve()
        if not other.members or other.covered < (1 - WITHIN) * plan.covered - TOLERANCE:
            return
        yield other
        refused.append(other.codes)


def without(needs: Sequence[Need], helpers: Sequence[Helper], plan: Plan, code: str) -> Plan:
    """The proposal if one of its members drops out and the others stay."""
    others = [helper for helper in helpers if helper.code != code]
    return plan_coalition(needs, others, kept=plan.codes - {code})


def resting_on_one(needs: Iterable[Need], helpers: Iterable[Helper]) -> dict[str, str]:
    """Needs that a single supporter could help with, and its code: nobody would step in for it."""
    able: dict[str, list[str]] = {need.code: [] for need in needs}
    for helper in helpers:
        for need in helper.covers & able.keys():
            able[need].append(helper.code)
    return {need: codes[0] for need, codes in able.items() if len(codes) == 1}


class _Model:
    """The model of one State's needs, kept while it is solved under one condition after the other."""

    def __init__(
        self, needs: Iterable[Need], helpers: Iterable[Helper], *, most: int, kept: frozenset[str] = frozenset()
    ) -> None:
        self.needs = sorted(needs, key=lambda need: need.code)
        codes = {need.code for need in self.needs}
        useful = (helper for helper in helpers if helper.covers & codes or helper.code in kept)
        self.helpers = sorted(useful, key=lambda helper: (-helper.score, helper.code))
        self.most, self.kept = max(most, len(kept)), kept
        self.is_worth_solving = bool(self.needs and self.helpers)
        if self.is_worth_solving:
            self._build()

    def nothing(self) -> Plan:
        """The plan where there is nothing to cover or nobody to cover it."""
        return Plan(wanted=sum(n.weight for n in self.needs), uncovered={need.code: 1.0 for need in self.needs})

    def _build(self) -> None:
        import highspy  # a fifth of a second, and numpy: only where a coalition is proposed

        solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        self.solver = solver
        solver.silent()
        self.optimal = highspy.HighsModelStatus.kOptimal
        self.joins = [solver.addBinary() for _helper in self.helpers]
        self.number = self._sum((1.0, join) for join in self.joins)
        self.met = [solver.addVariable(0, 1) for _need in self.needs]
        self.cover = self._sum((need.weight, met) for need, met in zip(self.needs, self.met, strict=True))
        #: What a helper of limited means gives to a need whose size is known; all else is met by whoever is there.
        self.given = {
            (j, i): solver.addVariable(0, 1)
            for j, helper in enumerate(self.helpers)
            for i, need in enumerate(self.needs)
            if helper.capacity is not None and need.size and need.code in helper.covers
        }
        for (j, _i), share in self.given.items():
            solver.addConstr(share <= self.joins[j])
        for i, need in enumerate(self.needs):
            able = [(j, self.given.get((j, i))) for j, helper in enumerate(self.helpers) if need.code in helper.covers]
            of_need = [(1.0, self.joins[j] if share is None else share) for j, share in able]
            solver.addConstr(self.met[i] <= self._sum([*of_need, (0.0, self.joins[0])]))
        for number, helper in enumerate(self.helpers):
            sized = [(self.needs[i].size or 0.0, share) for (j, i), share in self.given.items() if j == number]
            if helper.capacity is not None and sized:
                solver.addConstr(self._sum(sized) <= helper.capacity * self.joins[number])
            if helper.code in self.kept:
                solver.addConstr(self.joins[number] >= 1)

    def refuse(self, codes: frozenset[str]) -> None:
        """Rule out one set, and every set that holds it."""
        chosen = [(1.0, join) for join, helper in zip(self.joins, self.helpers, strict=True) if helper.code in codes]
        self.solver.addConstr(self._sum(chosen) <= len(chosen) - 1)

    def solve(self) -> Plan:
        """As much as can be, by as few as can be, who rank as high as can be: each weighs less than the one before."""
        scores = [max(helper.score, 0.0) for helper in self.helpers]
        top = 1 + sum(sorted(scores)[-self.most :])
        rank = self._sum((score / top * WORTH / 2, join) for score, join in zip(scores, self.joins, strict=True))
        limit = self.solver.addConstr(self.number <= self.most)
        self._maximize(self.cover - WORTH * self.number + rank)
        plan = self._read()
        self.solver.removeConstr(limit)
        size = len(plan.members)
        return replace(plan, best_smaller=self._best_of(size - 1)) if size > max(1, len(self.kept)) else plan

    def _best_of(self, size: int) -> float:
        """What no set of this size can exceed: the proof that a larger one is needed."""
        limit = self.solver.addConstr(self.number <= size)
        self._maximize(self.cover)
        bound = float(self.solver.getInfo().mip_dual_bound)
        self.solver.removeConstr(limit)
        return round(bound, 4)

    def _maximize(self, goal: Any) -> None:
        self.solver.setOptionValue("time_limit", self.solver.getRunTime() + SECONDS)  # its clock runs on
        self.solver.maximize(goal)

    def _read(self) -> Plan:
        """The solution, with the needs that nobody's means limit given to the best ranked who can."""
        values = self.solver.getSolution().col_value
        parts: dict[int, dict[str, float]] = {j: {} for j, join in enumerate(self.joins) if values[join.index] > 0.5}
        left = {need.code: 1.0 for need in self.needs}

        def give(j: int, code: str, share: float) -> None:
            if share > TOLERANCE:
                parts[j][code] = round(share, 4)
                left[code] -= share

        for (j, i), share in self.given.items():
            if j in parts:
                give(j, self.needs[i].code, min(values[share.index], left[self.needs[i].code]))
        for j in parts:
            for i, need in enumerate(self.needs):
                if need.code in self.helpers[j].covers and (j, i) not in self.given:
                    give(j, need.code, left[need.code])
        weights = {need.code: need.weight for need in self.needs}
        uncovered = {code: round(share, 4) for code, share in left.items() if share > TOLERANCE}
        return Plan(
            tuple(Place(self.helpers[j], found) for j, found in parts.items()),
            round(sum(weights.values()) - sum(weights[code] * share for code, share in left.items()), 4),
            sum(weights.values()),
            uncovered,
            is_proved=self.solver.getModelStatus() == self.optimal,
        )

    def _sum(self, terms: Iterable[tuple[float, Any]]) -> Any:
        return self.solver.qsum(weight * variable for weight, variable in terms)
