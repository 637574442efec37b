"""The figures beside their targets, as lines to read and as a record to keep."""

import statistics
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from bench.measuring import Measured
from bench.pages import BY_KEY, FLOOR, GROWTH, PAGES, Page

HEAD = (
    f"{'page':<30}{'multiple':>14}{'quarters':>15}{'target':>8}{'':>6}{'ms':>8}"
    f"{'SQL':>5}{'target':>8}{'':>6}{'kB':>7}{'gzip':>7}"
)


@dataclass(frozen=True)
class Results:
    """What one database gave."""

    database: str
    requests: int
    pages: dict[str, Measured]
    growth: dict[str, Measured]
    counts: dict[str, dict[str, int]]  # page -> sql, bytes, gzip
    sizes: dict[str, int]  # rows per page -> statements of the list

    def over(self) -> list[str]:
        """Every figure that is over its target."""
        found = [f"{p.title}: time" for p in PAGES if p.times and self.pages[p.key].times > p.times]
        found += [f"{p.title}: SQL" for p in PAGES if p.sql and self.counts[p.key]["sql"] > p.sql]
        found += [f"{BY_KEY[key].title}: growth" for key, growth in self.growth.items() if growth.times > GROWTH]
        return [*found, "list: SQL grows with rows"] if len(set(self.sizes.values())) > 1 else found

    def record(self) -> dict[str, Any]:
        """All of it, for `--json`."""
        return {**asdict(self), "over": self.over()}


def mark(value: float, target: float | None) -> str:
    """`ok` or `over`; nothing where there is no target."""
    return "" if target is None else "ok" if value <= target else "over"


def lines(results: Results) -> Iterator[str]:
    """The report of one database."""
    rounds = min(found.rounds for found in results.pages.values())
    yield f"\n{results.database}, {results.requests:,} requests, gunicorn with 2 workers of 4 threads, {rounds} rounds"
    yield HEAD
    yield from (_line(page, results) for page in PAGES)
    low, high = min(results.sizes.values()), max(results.sizes.values())
    sizes = ", ".join(f"{count} at {rows} rows" for rows, count in results.sizes.items())
    yield f"SQL of the list: {sizes}: {'ok' if low == high else 'over'}"
    yield f"Growth from {results.requests // 10:,} requests to {results.requests:,}, target {GROWTH}x:"
    for key, growth in results.growth.items():
        quarters = f"{growth.low:.2f}–{growth.high:.2f}"
        yield f"  {BY_KEY[key].title:<28}{growth.times:>13.2f}x{quarters:>15}{'':>8}{mark(growth.times, GROWTH):>6}"


def _line(page: Page, results: Results) -> str:
    return f"{page.title:<30}{_times(page, results)}{_counts(page, results.counts[page.key])}"


def _times(page: Page, results: Results) -> str:
    if page.key == FLOOR:
        floors = [results.pages[p.key].base_seconds for p in PAGES if p.key != FLOOR and p.against == FLOOR]
        return f"{'':>43}{statistics.median(floors) * 1000:>8.1f}"
    found = results.pages[page.key]
    multiple, quarters = f"{found.times:.2f}x {page.against}", f"{found.low:.2f}–{found.high:.2f}"
    target = f"{page.times or '':>8}{mark(found.times, page.times):>6}"
    return f"{multiple:>14}{quarters:>15}{target}{found.seconds * 1000:>8.1f}"


def _counts(page: Page, counts: dict[str, int]) -> str:
    sql = f"{counts['sql']:>5}{page.sql or '':>8}{mark(counts['sql'], page.sql):>6}"
    return sql + f"{counts['bytes'] / 1000:>7.1f}{counts['gzip'] / 1000:>7.1f}"
