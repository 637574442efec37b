"""How long something takes, told so that a busy machine does not fail a test."""

import time
from collections.abc import Callable


def seconds(work: Callable[[], object], times: int = 3) -> float:
    """The fewest seconds of processor time that one of several runs took: what is loaded once is not counted."""
    taken = []
    for _ in range(times):
        started = time.process_time()
        work()
        taken.append(time.process_time() - started)
    return min(taken)
