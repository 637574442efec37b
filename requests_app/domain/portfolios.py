"""Who has given to whom, read once for a day: what recorded flows say of each supporter and each State. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import exp, log1p, sqrt

HERE_HALF_LIFE = 3.0  # years after which support to the same State counts half
HALF_LIFE = 4.0  # the same for support elsewhere
ACTIVE_HALF_LIFE = 1.5
REGULAR_YEARS = 4
USUAL_USD = 100_000.0  # amounts count by their size in steps of this, not in dollars
WIDE = 4.0  # other States supported after which breadth counts two thirds
CAUTION_YEARS = 4  # the State's last years on record that are looked at for a single donor


@dataclass(frozen=True, slots=True)
class Flow:
    """One supporter's support to one State in one year, in US dollars where the amount is known."""

    recipient: str
    region: str
    year: int
    usd: float | None = None
    areas: frozenset[str] = frozenset()
    is_from_giver: bool = False  # told by the supporter's own list alone, not by the State's


@dataclass(frozen=True, slots=True)
class Signs:
    """What the flows say of one supporter for one State, each from 0 to 1."""

    recent: float
    regular: float
    share: float
    volume: float
    frequency: float
    breadth: float
    active: float
    co_donors: float
    similar_states: float
    region: float


@dataclass(frozen=True, slots=True)
class _State:
    """What is the same for every supporter of one State."""

    newest: int  # its newest year on record: ages run from it, since records that end early make nobody lapsed
    donors: tuple[str, ...]
    beside: Mapping[str, float]  # of each other State: the donors' shares of their other States that it makes, summed
    share: Mapping[str, float]
    similar: Mapping[str, float]
    similar_most: float
    region_most: float


def decay(years: float, half_life: float) -> float:
    """1 today, a half after each half-life."""
    return float(0.5 ** (max(years, 0) / half_life))


class Portfolios:
    """The recorded flows of all supporters before a year."""

    def __init__(self, flows: Mapping[str, Sequence[Flow]], *, before: int) -> None:
        self.flows = {code: [f for f in theirs if f.year < before] for code, theirs in flows.items()}
        self.newest = max((f.year for theirs in self.flows.values() for f in theirs), default=before - 1)
        self._states: dict[tuple[str, str], _State] = {}
        self._signs: dict[tuple[str, str, str], Signs | None] = {}

    def signs(self, code: str, state: str, region: str) -> Signs | None:
        """One supporter for one State of a region; None where nothing is on record for it."""
        key = code, state, region
        if key not in self._signs:
            self._signs[key] = self._read_signs(*key)
        return self._signs[key]

    def _read_signs(self, code: str, state: str, region: str) -> Signs | None:
        last = self._last_year.get(code)
        if last is None:
            return None
        known = self._state(state, region)
        here = self.years(code, state)
        given, told = self._given[code], self._told_by_states[code]
        elsewhere = len(told) - (state in told)
        similar = sum(known.similar.get(other, 0.0) * min(weight, 1.0) for other, weight in given.items())
        return Signs(
            recent=decay(known.newest - here[-1], HERE_HALF_LIFE) if here else 0.0,
            regular=min(sum(decay(known.newest - year, HERE_HALF_LIFE) for year in here) / _REGULAR, 1.0),
            share=known.share.get(code, 0.0),
            volume=self._volume[code] / self._volume_most,
            frequency=self._frequency[code] / self._frequency_most,
            breadth=1 - exp(-elsewhere / WIDE),
            active=decay(self.newest - last, ACTIVE_HALF_LIFE),
            co_donors=self._co_donors(code, state, known),
            similar_states=similar / known.similar_most,
            region=self._in_region(code, state, region) / known.region_most,
        )

    def years(self, code: str, state: str) -> list[int]:
        """The years in which it supported a State."""
        return self._years[code].get(state, [])

    def last_year(self, code: str) -> int | None:
        """The last year in which it supported anybody."""
        return self._last_year.get(code)

    def recipients(self, code: str) -> frozenset[str]:
        """The States that it supported."""
        return self._recipients[code]

    def history(self, code: str, state: str) -> dict[str, object]:
        """First and last year of its support to a State, the number of years, and the dollars in all."""
        years = self.years(code, state)
        usd = sum(flow.usd or 0.0 for flow in self.flows[code] if flow.recipient == state)
        return {"first": years[0], "last": years[-1], "count": len(years), "usd": usd}

    def given_in(self, code: str, areas: frozenset[str]) -> list[str]:
        """The States that it supported in any of the areas."""
        return sorted(self._given_in(code, areas))

    def width_in(self, code: str, areas: frozenset[str]) -> int:
        """To how many States it gave in any of the areas."""
        return len(self._given_in(code, areas))

    def _given_in(self, code: str, areas: frozenset[str]) -> set[str]:
        by_area = self._by_area[code]
        return set().union(*(by_area[area] for area in areas if area in by_area))

    def areas_given(self, code: str, areas: frozenset[str]) -> list[str]:
        """Those of the areas that it has supported anywhere."""
        return sorted(areas & self._by_area[code].keys())

    def given_in_region(self, code: str, state: str, region: str) -> list[str]:
        """The other States of a region that it supported."""
        return sorted(other for other in self._recipients[code] if other != state and self._region_of[other] == region)

    def similar_states(self, code: str, state: str, region: str) -> list[str]:
        """The States that it supports and that have the same supporters as this one, most alike first."""
        similar = self._state(state, region).similar
        found = [other for other in self._recipients[code] if similar.get(other, 0.0) > 0]
        return sorted(found, key=lambda other: (-similar[other], other))

    def shared_donors(self, code: str, state: str, region: str) -> list[str]:
        """The State's known supporters beside which it gives elsewhere, most often first."""
        mine = self._recipients[code] - {state}
        common = {d: len(mine & self._recipients[d]) for d in self._state(state, region).donors if d != code}
        return sorted((d for d, n in common.items() if n), key=lambda d: (-common[d], d))

    def alone_in(self, code: str, state: str) -> tuple[int, int]:
        """(years in which it was the State's only supporter on record, years looked at)."""
        tables = self._tables.get(state, {})
        years = sorted(tables)[-CAUTION_YEARS:]
        return sum(tables[year] == {code} for year in years), len(years)

    def _state(self, state: str, region: str) -> _State:
        if (state, region) not in self._states:
            self._states[state, region] = self._read_state(state, region)
        return self._states[state, region]

    def _read_state(self, state: str, region: str) -> _State:
        tables = self._tables.get(state, {})
        newest = max(tables, default=self.newest)
        given: dict[str, float] = defaultdict(float)
        for code in tables.get(newest, ()):
            given[code] = sum(f.usd or 0.0 for f in self.flows[code] if f.recipient == state and f.year == newest)
        order = sorted(given, key=lambda code: (-given[code], code))
        donors = tuple(sorted({code for donors in tables.values() for code in donors}))
        beside: dict[str, float] = defaultdict(float)
        for code in donors:
            others = self._others(code, state)
            for other in others:
                beside[other] += 1 / len(others)
        similar = {other: self._alike(state, other) for other in self._vectors if other != state}
        towards = (
            sum(similar.get(other, 0.0) * min(weight, 1.0) for other, weight in given_to.items())
            for given_to in self._given.values()
        )
        return _State(
            newest=newest,
            donors=donors,
            beside=beside,
            share={code: 1 - place / len(order) for place, code in enumerate(order)},
            similar=similar,
            similar_most=max(towards, default=0.0) or 1.0,
            region_most=max((self._in_region(code, state, region) for code in self.flows), default=0.0) or 1.0,
        )

    def _alike(self, state: str, other: str) -> float:
        """How alike two States' circles of supporters are: the cosine of what each supporter gave to either."""
        one, two = self._vectors.get(state, {}), self._vectors[other]
        together = sum(weight * two[code] for code, weight in one.items() if code in two)
        return together / sqrt(_squares(one) * _squares(two)) if together else 0.0

    def _co_donors(self, code: str, state: str, known: _State) -> float:
        """Of the other States that a known supporter of this one supports, the share that this supporter does too, on
        average over the known supporters but itself."""
        mine = self._others(code, state)
        shares, count = sum(known.beside.get(other, 0.0) for other in mine), len(known.donors)
        if state in self._recipients[code]:
            shares, count = shares - bool(mine), count - 1  # it shares all of its own
        return round(shares / count, 9) if count else 0.0  # what the additions leave over is no reason

    def _others(self, code: str, state: str) -> list[str]:
        return sorted(self._recipients[code] - {state})

    def _in_region(self, code: str, state: str, region: str) -> float:
        given = self._given[code]
        return sum(weight for other, weight in given.items() if other != state and self._region_of[other] == region)

    @cached_property
    def _tables(self) -> dict[str, dict[int, set[str]]]:
        tables: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
        for code, flow in self._all():
            tables[flow.recipient][flow.year].add(code)
        return tables

    @cached_property
    def _region_of(self) -> dict[str, str]:
        return {flow.recipient: flow.region for _code, flow in self._all()}

    @cached_property
    def _recipients(self) -> dict[str, frozenset[str]]:
        return {code: frozenset(flow.recipient for flow in theirs) for code, theirs in self.flows.items()}

    @cached_property
    def _years(self) -> dict[str, dict[str, list[int]]]:
        """For each supporter and State, the years of its support."""
        years: dict[str, dict[str, list[int]]] = {code: defaultdict(list) for code in self.flows}
        for code, recipient, year in sorted({(code, flow.recipient, flow.year) for code, flow in self._all()}):
            years[code][recipient].append(year)
        return years

    @cached_property
    def _last_year(self) -> dict[str, int]:
        return {code: max(flow.year for flow in theirs) for code, theirs in self.flows.items() if theirs}

    @cached_property
    def _by_area(self) -> dict[str, dict[str, set[str]]]:
        """For each supporter and area, the States that it supported in it."""
        states: dict[str, dict[str, set[str]]] = {code: defaultdict(set) for code in self.flows}
        for code, flow in self._all():
            for area in flow.areas:
                states[code][area].add(flow.recipient)
        return states

    @cached_property
    def _told_by_states(self) -> dict[str, dict[str, float]]:
        """As `_given`, by the lists of the States alone. What a supporter gives everywhere is counted on these: the own
        lists of a few are on record and those of others are not, which would make those few look the most active."""
        years = {code: {(f.recipient, f.year) for f in theirs} for code, theirs in self._listed_by_states.items()}
        told: dict[str, dict[str, float]] = {code: defaultdict(float) for code in years}
        for code, pairs in years.items():
            for state, year in sorted(pairs):
                told[code][state] += decay(self.newest - year, HALF_LIFE)
        return told

    @cached_property
    def _listed_by_states(self) -> dict[str, list[Flow]]:
        return {code: [flow for flow in theirs if not flow.is_from_giver] for code, theirs in self.flows.items()}

    @cached_property
    def _given(self) -> dict[str, dict[str, float]]:
        """For each supporter, how much it gave to each State: years, the recent ones counting more."""
        return {
            code: {
                state: sum(decay(self.newest - year, HALF_LIFE) for year in years) for state, years in states.items()
            }
            for code, states in self._years.items()
        }

    @cached_property
    def _vectors(self) -> dict[str, dict[str, float]]:
        vectors: dict[str, dict[str, float]] = defaultdict(dict)
        for code in sorted(self._given):
            for state, weight in self._given[code].items():
                vectors[state][code] = min(weight, 1.0)
        return vectors

    @cached_property
    def _frequency(self) -> dict[str, float]:
        return {code: sum(told.values()) for code, told in self._told_by_states.items()}

    @cached_property
    def _frequency_most(self) -> float:
        return max(self._frequency.values(), default=0.0) or 1.0

    @cached_property
    def _volume(self) -> dict[str, float]:
        """Flows by their size, the recent ones counting more; one great gift does not make a great supporter."""
        return {
            code: sum(
                decay(self.newest - flow.year, HALF_LIFE) * log1p((flow.usd or 0.0) / USUAL_USD)
                for flow in sorted(theirs, key=lambda flow: (flow.recipient, flow.year, flow.usd or 0.0))
            )
            for code, theirs in self._listed_by_states.items()
        }

    @cached_property
    def _volume_most(self) -> float:
        return max(self._volume.values(), default=0.0) or 1.0

    def _all(self) -> Iterable[tuple[str, Flow]]:
        return ((code, flow) for code, theirs in self.flows.items() for flow in theirs)


_REGULAR = sum(decay(age, HERE_HALF_LIFE) for age in range(REGULAR_YEARS))


def _squares(vector: Mapping[str, float]) -> float:
    return sum(weight * weight for weight in vector.values())
