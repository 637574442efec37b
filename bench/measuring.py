"""The rounds: every page against its base, shuffled, and the growth from the small database to the large one."""

import statistics
from dataclasses import dataclass
from random import Random

from bench.client import Size, Visit, fetch, triple
from bench.pages import BY_KEY, FLOOR, PAGES, Page, Site


@dataclass(frozen=True)
class Measured:
    """One page: the median multiple of its base and its quarter points, and the median time."""

    times: float
    low: float
    high: float
    seconds: float


def measure(port: int, site: Site, size: Size) -> dict[str, Measured]:
    """Every page as a multiple of the page that it is measured against."""
    visits = {page.key: visitor(port, site, page) for page in PAGES}
    pairs = {page.key: (visits[page.against], visits[page.key]) for page in PAGES if page.key != FLOOR}
    return _rounds(pairs, size)


def measure_growth(large: int, small: int, site: Site, size: Size) -> dict[str, Measured]:
    """Every page that lists requests as a multiple of itself at a tenth of them."""
    growing = [page for page in PAGES if page.grows]
    return _rounds({p.key: (visitor(small, site, p), visitor(large, site, p)) for p in growing}, size)


def visitor(port: int, site: Site, page: Page) -> Visit:
    """Asks for a page once and tells how long it took."""
    return lambda: fetch(port, site.ask(page))


def _rounds(pairs: dict[str, tuple[Visit, Visit]], size: Size) -> dict[str, Measured]:
    for visit in {id(visit): visit for pair in pairs.values() for visit in pair}.values():
        for _ in range(size.warm_up):
            visit()
    found: dict[str, list[tuple[float, float]]] = {key: [] for key in pairs}
    for number in range(size.rounds):
        keys = list(pairs)
        Random(number).shuffle(keys)
        for key in keys:
            found[key].append(triple(*pairs[key], size))
    return {key: _summary(results) for key, results in found.items()}


def _summary(results: list[tuple[float, float]]) -> Measured:
    ratios = [ratio for ratio, _ in results]
    low, middle, high = statistics.quantiles(ratios, n=4, method="inclusive") if len(ratios) > 1 else ratios * 3
    return Measured(middle, low, high, statistics.median(seconds for _, seconds in results))


def drafts_needed(size: Size, counted: int) -> int:
    """How many drafts the form save uses up, with those of the count."""
    forms = sum(page.is_form for page in PAGES)
    return forms * (size.rounds * size.page + size.warm_up) + counted


def base_title(page: Page) -> str:
    """The name of the page that a page is measured against."""
    return BY_KEY[page.against].title
