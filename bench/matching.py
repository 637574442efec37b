"""How long the ranking takes, and how it grows with the number of pairs: `python -m bench.matching`. No database.

Targets: 60 supporters for one request under 20 ms; 1,000 open requests against 300 supporters under 3 s, linear in
pairs; memory under 300 MB.
"""

import resource
import statistics
import time
from collections.abc import Callable
from datetime import date
from random import Random

from requests_app.domain.market import Market, OpenNeed
from requests_app.domain.matching import Candidate, Flow, Need, OfferView, Ranking
from requests_app.enums import AreaCode, Kind

ON = date(2026, 11, 21)
STATES = [f"S{number:02d}" for number in range(50)]
REGION = {state: f"R{number % 5}" for number, state in enumerate(STATES)}
ROUNDS = 5
SHOWN = 5


def some(random: Random, values: list[str], most: int) -> frozenset[str]:
    """One to `most` of the values."""
    return frozenset(random.sample(values, random.randint(1, most)))


def candidates(random: Random, count: int) -> list[Candidate]:
    """Supporters of whom half have filled a profile and a third offer something."""
    return [_candidate(random, number) for number in range(count)]


def _candidate(random: Random, number: int) -> Candidate:
    given_to = random.choices(STATES, k=random.randint(0, 20))
    return Candidate(
        code=f"C{number:03d}",
        flows=tuple(
            Flow(state, REGION[state], random.randint(2015, 2025), random.random() * 1e6, some(random, AREAS, 2))
            for state in given_to
        ),
        works_in=some(random, STATES, 3),
        competences=some(random, AREAS, 3),
        region=f"R{number % 5}",
        kinds=some(random, KINDS, 2) if number % 2 else frozenset(),
        languages=frozenset({"en"}) if number % 4 else frozenset(),
        largest=1e5 if number % 2 else None,
        currency="USD",
        offers=(OfferView("x", some(random, AREAS, 2), some(random, KINDS, 1)),) if number % 3 == 0 else (),
    )


def needs(random: Random, count: int) -> list[Need]:
    """Open requests of fifty States, of up to three areas and two kinds each."""
    found = []
    for state in random.choices(STATES, k=count):
        due = date(2027, random.randint(1, 12), 1)
        areas, kinds = some(random, AREAS, 3), some(random, KINDS, 2)
        found.append(Need(state, REGION[state], areas, kinds, due, frozenset({"en"}), random.random() * 2e5, "USD"))
    return found


AREAS, KINDS = list(AreaCode.values), list(Kind.values)


def seconds(work: Callable[[], object]) -> float:
    """The median of a few rounds, in processor time: the machine may be shared."""
    return statistics.median(_once(work) for _round in range(ROUNDS))


def _once(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def all_pairs(many: list[Need], everybody: list[Candidate]) -> None:
    """The first few supporters of every need, with reasons, from nothing."""
    ranking = Ranking(everybody, on=ON)
    for need in many:
        ranking.suggest(need, limit=SHOWN)


def market(many: list[Need], everybody: list[Candidate]) -> None:
    """What is unmet, idle, and what one more offer would unlock, from nothing."""
    found = Market([OpenNeed(str(number), need) for number, need in enumerate(many)], everybody)
    for ask in (found.unmet, found.unlocked, lambda: found.idle_offers(())):
        ask()


def main() -> None:
    """Print the figures."""
    random = Random(3)
    sixty, everybody, many = candidates(random, 60), candidates(random, 300), needs(random, 2000)
    print(f"one request x 60 supporters: {1000 * seconds(lambda: Ranking(sixty, on=ON).suggest(many[0])):.1f} ms")
    for count in (500, 1000, 2000):
        spent = seconds(lambda count=count: all_pairs(many[:count], everybody))  # type: ignore[misc]
        print(
            f"{count} requests x 300 supporters: {spent:.2f} s, {1e6 * spent / (count * 300):.1f} microseconds a pair"
        )
        spent = seconds(lambda count=count: market(many[:count], everybody))  # type: ignore[misc]
        print(f"{count} requests x 300 supporters, market view: {spent:.2f} s")
    print(f"memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
