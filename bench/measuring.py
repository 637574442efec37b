"""The rounds: every page against its base, shuffled, and the growth from the small database to the large one."""

import statistics
import time
from dataclasses import dataclass
from random import Random

from bench.client import Size, Visit, fetch, triple
from bench.pages import FLOOR, PAGES, Page, Site


@dataclass(frozen=True)
class Measured:
    """One page: the median multiple of its base with its quarter points, and the median seconds of both."""

    times: float
    low: float
    high: float
    seconds: float
    base_seconds: float
    rounds: int


LEAST_ROUNDS = 3


def measure(port: int, site: Site, size: Size) -> dict[str, Measured]:
    """Every page as a multiple of the page that it is measured against."""
    visits = {page.key: visitor(port, site, page) for page in PAGES}
    return _rounds({page.key: (visits[page.against], visits[page.key]) for page in PAGES if page.key != FLOOR}, size)


def measure_growth(large: int, small: int, site: Site, size: Size) -> dict[str, Measured]:
    """Every page that lists requests as a multiple of itself at a tenth of them."""
    growing = [page for page in PAGES if page.grows]
    return _rounds({p.key: (visitor(small, site, p), visitor(large, site, p)) for p in growing}, size)


def visitor(port: int, site: Site, page: Page) -> Visit:
    """Asks for a page once and tells how long it took."""
    return lambda: fetch(port, site.ask(page))


def drafts_needed(size: Size) -> int:
    """How many drafts the rounds submit."""
    return sum(page.uses_up_draft for page in PAGES) * (size.rounds * size.page + size.warm_up)


def _rounds(pairs: dict[str, tuple[Visit, Visit]], size: Size) -> dict[str, Measured]:
    for visit in {visit for pair in pairs.values() for visit in pair}:
        for _ in range(size.warm_up):
            visit()
    found: dict[str, list[tuple[float, float]]] = {key: [] for key in pairs}
    end = time.monotonic() + size.budget
    for number in range(size.rounds):
        if number >= LEAST_ROUNDS and time.monotonic() > end:
            break
        keys = list(pairs)
        Random(number).shuffle(keys)
        for key in keys:
            found[key].append(triple(*pairs[key], size))
    return {key: _summary(results) for key, results in found.items()}


def _summary(results: list[tuple[float, float]]) -> Measured:
    ratios = [page / base for base, page in results]
    low, middle, high = statistics.quantiles(ratios, n=4, method="inclusive") if len(ratios) > 1 else ratios * 3
    base_seconds, seconds = (statistics.median(column) for column in zip(*results, strict=True))
    return Measured(middle, low, high, seconds, base_seconds, len(results))
