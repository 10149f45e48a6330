"""A measurement beside its lower bound, and how time and memory are taken."""

from __future__ import annotations

import resource
import statistics
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Measured:
    """Median seconds of ours and of the lower bound, and memory: what the process has needed so far, or this alone."""

    what: str
    ours: float
    bound: str
    lower: float
    megabytes: float

    @property
    def ratio(self) -> float:
        return self.ours / self.lower

    def __str__(self) -> str:
        return (
            f"{self.what:<56} {amount(self.what, self.ours):>12}   {self.bound:<32} "
            f"{amount(self.what, self.lower):>12}   ratio {self.ratio:6.2f}   {self.megabytes:6.0f} MB"
        )


def amount(what: str, value: float) -> str:
    """A time in words; of a line about memory, megabytes, which it holds in thousands."""
    if what.startswith("memory"):
        return f"{value * 1000:,.0f} MB"
    return f"{value:,.1f} s" if value >= 1 else f"{value * 1000:,.1f} ms"


def seconds(work: Callable[[], object], repeats: int) -> float:
    """The median time of ``work``, after one that warms it up."""
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def megabytes() -> float:
    """The most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def megabytes_of(work: Callable[[], object]) -> float:
    """The most memory that ``work`` alone holds at once."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1] / 2**20
    finally:
        tracemalloc.stop()
