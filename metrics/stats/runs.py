"""Anhøj's runs analysis: is the variation around the centre line random?

A process without a shift crosses its centre line often and never stays long on one side. Over the n points that do
not lie on the line ("useful" points) the analysis signals when the longest run is longer than round(log2 n) + 3, or
when there are fewer crossings than the 5 % quantile of a binomial distribution with n - 1 trials at 1/2.

Sources: Anhøj & Olesen 2014, PLoS ONE 9:e113825; Anhøj 2015, PLoS ONE 10:e0121349; Schilling 2012 (longest run);
Chen 2010 (crossings).
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt

from metrics.stats.arrays import Bools, Floats, Ints, floats
from metrics.stats.errors import BadOptionError, LengthsDifferError

Sides = npt.NDArray[np.int8]
FEW_ROWS = 8
"""So few rows are walked one by one, which is faster than point by point; more are walked together."""


@dataclass(frozen=True)
class RunsAnalysis:
    """Runs analysis of one series; the four in the middle are None when no point is useful."""

    n_obs: int
    n_useful: int
    longest_run: int | None
    longest_run_max: int | None
    n_crossings: int | None
    n_crossings_min: int | None
    runs_signal: bool


@dataclass(frozen=True, eq=False)
class RowRuns:
    """Runs analysis of many rows, each array of shape (rows,); -1 stands for "no value"."""

    n_obs: Ints
    n_useful: Ints
    longest_run: Ints
    longest_run_max: Ints
    n_crossings: Ints
    n_crossings_min: Ints
    runs_signal: Bools

    def analysis(self, row: int) -> RunsAnalysis:
        """The analysis of one row."""
        useful = int(self.n_useful[row])
        some = useful > 0
        return RunsAnalysis(
            n_obs=int(self.n_obs[row]),
            n_useful=useful,
            longest_run=int(self.longest_run[row]) if some else None,
            longest_run_max=int(self.longest_run_max[row]) if some else None,
            n_crossings=int(self.n_crossings[row]) if some else None,
            n_crossings_min=int(self.n_crossings_min[row]) if some else None,
            runs_signal=bool(self.runs_signal[row]),
        )


def longest_run_max(n_useful: int) -> int:
    """The longest run to be expected of ``n_useful`` points: round(log2 n) + 3.

    Found with whole numbers: n lies nearest to 2^k exactly when 2^(2k-1) <= n^2 < 2^(2k+1). Raises BadOptionError below
    one point.
    """
    if n_useful < 1:
        raise BadOptionError("The longest run needs at least one point off the centre line.")
    return (n_useful * n_useful).bit_length() // 2 + 3


@lru_cache(maxsize=4096)
def crossings_min(n_useful: int) -> int:
    """The fewest crossings to be expected of ``n_useful`` points.

    The smallest k with P(X <= k) >= 0.05 for X binomial with n - 1 trials at 1/2, found exactly with whole numbers:
    20 * (C(m, 0) + ... + C(m, k)) >= 2^m. Raises BadOptionError below one point.
    """
    if n_useful < 1:
        raise BadOptionError("Crossings need at least one point off the centre line.")
    trials = n_useful - 1
    whole = 1 << trials
    k, ways = 0, 1
    below = ways
    while 20 * below < whole:
        ways = ways * (trials - k) // (k + 1)
        k += 1
        below += ways
    return k


def runs_analysis(y: Any, centre: Any) -> RunsAnalysis:
    """Runs analysis of one series around its centre line.

    ``y``: values in order, missing allowed. ``centre``: a number, or one per value. Missing values and values on the
    line neither make, break nor lengthen a run. Raises NotANumberError, InfiniteValueError, LengthsDifferError.
    """
    values, line = floats(y, "values"), floats(centre, "centre line")
    if values.ndim != 1 or line.ndim > 1 or line.size not in {1, values.size}:
        raise LengthsDifferError("The centre line must be one number, or one for each value.")
    side = sides(values[None, :], line)
    return analyse_rows(side, np.array([values.size])).analysis(0)


def sides(values: Floats, centre: Floats) -> Sides:
    """1 above the centre, -1 below, 0 on it or where there is no value or no centre."""
    return (values > centre).view(np.int8) - (values < centre).view(np.int8)


def analyse_rows(side: Sides, n_obs: Ints) -> RowRuns:
    """Runs analysis of many rows at once.

    ``side`` (rows, points): 1 above the centre, -1 below, 0 for points that are of no use or do not count. These are
    dropped first, so runs reach across them. ``n_obs`` (rows,): points that count.
    """
    if len(side) <= FEW_ROWS:
        counted = [_walk(row) for row in side.tolist()]
        n_useful, longest, crossings = np.array(counted, dtype=np.int64).reshape(-1, 3).T
    else:
        n_useful, longest, crossings = _walk_together(side)
    limits = np.full((int(n_useful.max(initial=0)) + 1, 2), -1, dtype=np.int64)
    for n in np.flatnonzero(np.bincount(n_useful)):
        if n > 0:
            limits[n] = longest_run_max(int(n)), crossings_min(int(n))
    longest_max, crossings_needed = limits[n_useful].T
    some = n_useful > 0
    return RowRuns(
        n_obs=n_obs,
        n_useful=n_useful,
        longest_run=np.where(some, longest, -1),
        longest_run_max=longest_max,
        n_crossings=np.where(some, crossings, -1),
        n_crossings_min=crossings_needed,
        runs_signal=some & ((longest > longest_max) | (crossings < crossings_needed)),
    )


def _walk(side: list[int]) -> tuple[int, int, int]:
    """Useful points, longest run and crossings of one row."""
    runs = [len(list(run)) for _side, run in groupby(here for here in side if here)]
    return sum(runs), max(runs, default=0), len(runs) - 1


def _walk_together(side: Sides) -> tuple[Ints, Ints, Ints]:
    """As ``_walk`` for many rows at once, point by point."""
    n_useful, longest, crossings, length = (np.zeros(len(side), dtype=np.int64) for _ in range(4))
    last = np.zeros(len(side), dtype=np.int8)
    for here in np.ascontiguousarray(side.T):
        useful = here != 0
        crosses = here * last < 0
        crossings += crosses
        length *= ~crosses
        length += useful
        n_useful += useful
        np.maximum(longest, length, out=longest)
        np.copyto(last, here, where=useful)
    return n_useful, longest, crossings
