"""How well the ranking would have foretold who gave: trained on flows up to a year, tested on the tables after it."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from requests_app.domain.matching import Candidate, Flow, Need, suggest

TOP = 5


@dataclass(frozen=True, slots=True)
class Given:
    """One supporter's recorded flow; `is_complete` says that its recipient's table of the year lists every donor."""

    supporter: str
    flow: Flow
    is_complete: bool


@dataclass(frozen=True, slots=True)
class Result:
    """Hit rates of one method. A table is one recipient in one year; its donors are the truth."""

    method: str
    tables: int
    donors: int
    found_at_size: float  # of the donors, the share among the first n, n being the number of donors of the table
    found_at_5: float  # of the first five, the share that gave (of tables with at least one donor)
    value_found_at_size: float  # the share of the money that those found at size gave
    newcomers_found_at_10: float  # of donors without earlier support on record, the share among the first ten


Ranker = Callable[[str, str, frozenset[str]], Sequence[str]]


def backtest(given: Sequence[Given], *, train_until: int) -> list[Result]:
    """Compare the ranking with two baselines: the donors of the State's last table, and the most frequent donors.

    Raises ValueError where no complete table lies after the training years.
    """
    train = [item for item in given if item.flow.year <= train_until]
    tables: dict[tuple[str, str, int], dict[str, float]] = defaultdict(dict)
    for item in given:
        if item.flow.year > train_until and item.is_complete:
            table = tables[item.flow.recipient, item.flow.region, item.flow.year]
            table[item.supporter] = table.get(item.supporter, 0.0) + (item.flow.usd or 0.0)
    if not tables:
        raise ValueError(f"no complete table after {train_until} to test on")
    rankers: dict[str, Ranker] = {
        "ranking": _ranking(train, train_until),
        "last table": _last_table(train),
        "most frequent": _most_frequent(train),
    }
    before: dict[str, set[str]] = defaultdict(set)
    for item in train:
        before[item.flow.recipient].add(item.supporter)
    return [_score(name, ranker, tables, before) for name, ranker in rankers.items()]


def _ranking(train: Sequence[Given], train_until: int) -> Ranker:
    flows: dict[str, list[Flow]] = defaultdict(list)
    for item in train:
        flows[item.supporter].append(item.flow)
    everyone = [Candidate(code, tuple(theirs)) for code, theirs in flows.items()]
    day = date(train_until + 1, 1, 1)

    def rank(recipient: str, region: str, areas: frozenset[str]) -> list[str]:
        return [s.code for s in suggest(Need(recipient, region, areas), everyone, on=day)]

    return rank


def _last_table(train: Sequence[Given]) -> Ranker:
    def rank(recipient: str, region: str, areas: frozenset[str]) -> list[str]:
        theirs = [item for item in train if item.flow.recipient == recipient]
        last = max((item.flow.year for item in theirs), default=0)
        donors = [item for item in theirs if item.flow.year == last]
        return list(dict.fromkeys(i.supporter for i in sorted(donors, key=lambda i: (-(i.flow.usd or 0), i.supporter))))

    return rank


def _most_frequent(train: Sequence[Given]) -> Ranker:
    counts = Counter(item.supporter for item in train)
    order = sorted(counts, key=lambda code: (-counts[code], code))
    return lambda recipient, region, areas: order


def _score(
    name: str,
    ranker: Ranker,
    tables: Mapping[tuple[str, str, int], Mapping[str, float]],
    before: Mapping[str, set[str]],
) -> Result:
    donors = found = top = newcomers = newcomers_found = 0
    value = value_found = 0.0
    for (recipient, region, _year), table in tables.items():
        order = list(ranker(recipient, region, frozenset()))
        hits = [code for code in order[: len(table)] if code in table]
        donors, found = donors + len(table), found + len(hits)
        value, value_found = value + sum(table.values()), value_found + sum(table[code] for code in hits)
        top += sum(code in table for code in order[:TOP])
        new = set(table) - before.get(recipient, set())
        newcomers, newcomers_found = newcomers + len(new), newcomers_found + len(new & set(order[:10]))
    return Result(
        name,
        len(tables),
        donors,
        _share(found, donors),
        _share(top, TOP * len(tables)),
        _share(value_found, value),
        _share(newcomers_found, newcomers),
    )


def _share(part: float, whole: float) -> float:
    return round(part / whole, 3) if whole else 0.0
