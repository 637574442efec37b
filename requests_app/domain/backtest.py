"""How well the ranking would have foretold who gave: it learns from the years before, and is measured on later tables.

A table is one recipient in one year of which every donor is published; only there does a missing donor mean that it
did not give. Three plain methods are measured in the same run, so that the figures say what the ranking adds.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from requests_app.domain.matching import Candidate, Flow, Need, Ranking
from requests_app.domain.weights import DEFAULTS, Weights

NEWCOMERS = 5


@dataclass(frozen=True, slots=True)
class Given:
    """One supporter's recorded flow; `is_complete` says that its recipient's table of the year lists every donor."""

    supporter: str
    flow: Flow
    is_complete: bool
    region: str = ""  # of the supporter


@dataclass(frozen=True, slots=True)
class Table:
    """The donors of one recipient in one year."""

    recipient: str
    region: str
    year: int
    donors: frozenset[str]


@dataclass(frozen=True, slots=True)
class Measures:
    """Of one method, on one table or averaged over tables; None where no table has newcomers."""

    hit_at_5: float
    hit_at_10: float
    newcomers_at_5: float | None
    mrr: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """One method on one table; `missed` are the donors that were not among the first ten."""

    table: Table
    method: str
    measures: Measures
    missed: tuple[str, ...]


Ranker = Callable[[Table], Sequence[str]]


def backtest(given: Sequence[Given], *, train_until: int | None = None, weights: Weights = DEFAULTS) -> list[Outcome]:
    """Every method on every complete table, in order of table: tables after `train_until`, foretold from the years up
    to it; or, without it, every table that has years before it, foretold from those years.

    Raises ValueError where there is no table to measure on.
    """
    first = min((item.flow.year for item in given), default=0)
    tables = [table for table in _tables(given) if table.year > (first if train_until is None else train_until)]
    if not tables:
        raise ValueError(
            "no complete table to measure on" if train_until is None else f"no complete table after {train_until}"
        )
    outcomes = []
    known: dict[int, tuple[dict[str, Ranker], Mapping[str, set[str]]]] = {}
    for table in tables:
        until = table.year - 1 if train_until is None else train_until
        if until not in known:
            known[until] = _learn([item for item in given if item.flow.year <= until], until, weights)
        rankers, earlier = known[until]
        for method, ranker in rankers.items():
            order = list(ranker(table))
            measures = measure(order, table.donors, earlier.get(table.recipient, set()))
            outcomes.append(Outcome(table, method, measures, tuple(sorted(table.donors - set(order[:10])))))
    return outcomes


def averages(outcomes: Iterable[Outcome]) -> dict[str, Measures]:
    """Each method's measures, averaged over its tables; newcomers over the tables that have any."""
    by_method: dict[str, list[Measures]] = defaultdict(list)
    for outcome in outcomes:
        by_method[outcome.method].append(outcome.measures)
    return {
        method: Measures(
            _mean([m.hit_at_5 for m in found]),
            _mean([m.hit_at_10 for m in found]),
            _mean(new) if (new := [m.newcomers_at_5 for m in found if m.newcomers_at_5 is not None]) else None,
            _mean([m.mrr for m in found]),
        )
        for method, found in by_method.items()
    }


def measure(order: Sequence[str], donors: frozenset[str], earlier: set[str]) -> Measures:
    """One ranking against the donors of a table; `earlier` supported the State before."""
    newcomers = donors - earlier
    unknown = [code for code in order if code not in earlier]
    first = next((place for place, code in enumerate(order, start=1) if code in donors), 0)
    return Measures(
        hit_at_5=_hits(order, donors, 5),
        hit_at_10=_hits(order, donors, 10),
        newcomers_at_5=_hits(unknown, newcomers, NEWCOMERS) if newcomers else None,
        mrr=1 / first if first else 0.0,
    )


def _hits(order: Sequence[str], donors: frozenset[str], k: int) -> float:
    """True donors among the first k, of as many as could be there."""
    return sum(code in donors for code in order[:k]) / min(k, len(donors))


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 4)


def _tables(given: Sequence[Given]) -> list[Table]:
    donors: dict[tuple[str, str, int], set[str]] = defaultdict(set)
    for item in given:
        if item.is_complete:
            donors[item.flow.recipient, item.flow.region, item.flow.year].add(item.supporter)
    return sorted((Table(*key, frozenset(who)) for key, who in donors.items()), key=lambda t: (t.year, t.recipient))


def _learn(train: Sequence[Given], until: int, weights: Weights) -> tuple[dict[str, Ranker], Mapping[str, set[str]]]:
    """The methods as they stood when a year had ended, and who had supported whom."""
    earlier: dict[str, set[str]] = defaultdict(set)
    for item in train:
        earlier[item.flow.recipient].add(item.supporter)
    frequent, large = _most_frequent(train), _largest(train)
    rankers: dict[str, Ranker] = {
        "model": _model(train, until, weights),
        "persistence_filled": lambda table: _persistent(train, table.recipient, frequent),
        "frequency": lambda table: frequent,
        "amount": lambda table: large,
    }
    return rankers, earlier


def _model(train: Sequence[Given], until: int, weights: Weights) -> Ranker:
    flows: dict[str, list[Flow]] = defaultdict(list)
    for item in train:
        flows[item.supporter].append(item.flow)
    regions = {item.supporter: item.region for item in train}
    everyone = [Candidate(code, tuple(theirs), region=regions[code]) for code, theirs in flows.items()]
    ranking = Ranking(everyone, on=date(until + 1, 1, 1), weights=weights)

    def rank(table: Table) -> list[str]:
        order = ranking.order(Need(table.recipient, table.region))
        return [ranking.candidates[place].code for _after, _score, place in order]

    return rank


def _most_frequent(train: Sequence[Given]) -> list[str]:
    """By number of recorded flows; of equals, who gave more stands first."""
    counts, usd = Counter(item.supporter for item in train), _amounts(train)
    return sorted(counts, key=lambda code: (-counts[code], -usd[code], code))


def _largest(train: Sequence[Given]) -> list[str]:
    usd = _amounts(train)
    return sorted(usd, key=lambda code: (-usd[code], code))


def _persistent(train: Sequence[Given], recipient: str, fill: Sequence[str]) -> list[str]:
    """The donors of the State's last year on record by amount, then the most frequent ones."""
    theirs = [item for item in train if item.flow.recipient == recipient]
    last = max((item.flow.year for item in theirs), default=0)
    donors = _largest([item for item in theirs if item.flow.year == last])
    return [*donors, *(code for code in fill if code not in donors)]


def _amounts(train: Sequence[Given]) -> dict[str, float]:
    usd: dict[str, float] = defaultdict(float)
    for item in train:
        usd[item.supporter] += item.flow.usd or 0.0
    return usd
