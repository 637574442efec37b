"""A thin client on loopback: a new connection for each request, the whole body read, each slice bounded."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection

from bench.pages import Ask

Visit = Callable[[], float]


@dataclass(frozen=True)
class Size:
    """How much is asked: rounds, requests of a page's slice and of the slices around it, seconds of one slice, and
    the seconds after which no further round begins (three are always made)."""

    rounds: int = 7
    page: int = 12
    base: int = 10
    seconds: float = 1.5
    warm_up: int = 10
    budget: float = 36


class WrongAnswer(RuntimeError):
    """An answer whose status is not the expected one: what was timed would not be the page."""


def fetch(port: int, ask: Ask) -> float:
    """Ask once; returns the seconds from connecting to the end of the body."""
    started = time.perf_counter()
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(ask.method, ask.path, body=ask.body or None, headers=ask.headers)
        response = connection.getresponse()
        body = response.read()
    finally:
        connection.close()
    took = time.perf_counter() - started
    if response.status != ask.status:
        raise WrongAnswer(f"{ask.method} {ask.path}: {response.status} instead of {ask.status}\n{body[:300]!r}")
    return took


def slice_of(visit: Visit, count: int, seconds: float) -> float:
    """The median time of `count` visits, or of as many as fit in the time."""
    end = time.perf_counter() + seconds
    times = [visit()]
    while len(times) < count and time.perf_counter() < end:
        times.append(visit())
    return statistics.median(times)


def triple(base: Visit, page: Visit, size: Size) -> tuple[float, float]:
    """(seconds of the base, seconds of the page), from a slice of the base, one of the page, one of the base again."""
    before = slice_of(base, size.base, size.seconds)
    middle = slice_of(page, size.page, size.seconds)
    after = slice_of(base, size.base, size.seconds)
    return (before + after) / 2, middle
