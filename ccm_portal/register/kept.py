"""Rows that nearly every page reads and that change a few times a year, kept in each process for a short while."""

from collections.abc import Callable
from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """What `read` gives, read again once it is older than `seconds`, or after `forget`. Threads share it: what one
    forgets while another reads is given to that one alone, and not kept."""

    def __init__(self, read: Callable[[], T], *, seconds: float) -> None:
        self._read, self._seconds = read, seconds
        self._value: T | None = None
        self._read_at = 0.0
        self._forgotten = 0

    def __call__(self) -> T:
        value, forgotten = self._value, self._forgotten
        if value is None or monotonic() - self._read_at > self._seconds:
            value = self._read()
            if forgotten == self._forgotten:
                self._value, self._read_at = value, monotonic()
        return value

    def forget(self) -> None:
        """For the process that has just changed the rows itself."""
        self._forgotten += 1
        self._value = None
