"""The classical run-chart rules: shift, trend, number of runs.

Source: Perla, Provost & Murray 2011, BMJ Qual Saf 20:46-51; Provost & Murray, The Health Care Data Guide, 2011,
ch. 3; statistics.md section 4. "Astronomical" points are a matter of judgement and are not computed.
"""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np

from metrics.stats.arrays import Floats, numerators, row_median
from metrics.stats.errors import BadOptionError
from metrics.stats.runs import sides

SHIFT = 6
"""Points in a row on one side of the median that make a shift."""

TREND = 5
"""Points in a row, each above (or each below) the one before, that make a trend."""

# The fewest and the most runs to be expected of 10, 11, ... 60 useful points: the table that goes with Perla,
# Provost & Murray 2011. Other published tables differ by one run on either side.
_RUNS = (
    "3-9 3-10 3-11 4-11 4-12 5-12 5-13 5-13 6-14 6-15 6-16 7-16 7-17 7-17 8-18 8-18 9-19 10-19 10-20 10-20 11-21 "
    "11-22 11-23 12-23 12-24 12-24 13-25 13-25 14-26 14-26 15-27 15-27 16-28 16-28 17-29 17-30 17-31 18-31 18-32 "
    "19-32 19-33 20-33 20-34 21-34 21-35 22-35 22-36 23-36 23-37 24-38 24-38"
)
_RUNS_TABLE = {
    useful: (int(row.split("-")[0]), int(row.split("-")[1])) for useful, row in enumerate(_RUNS.split(), start=10)
}


@dataclass(frozen=True)
class RunChart:
    """A run chart after the classical rules.

    ``median``: of all values (NaN without any). ``useful``: values off the median. ``runs``: runs about the median.
    ``shift_points``, ``trend_points``: the numbers, from 1, of all points that belong to a shift or a trend.
    """

    median: float
    useful: int
    runs: int
    shift_points: list[int]
    trend_points: list[int]


def run_chart(y: Any) -> RunChart:
    """Shift, trend and runs of a series.

    A shift is 6 or more useful points in a row on one side of the median: points on the median are skipped, they
    neither count nor break. A trend is 5 or more points in a row all rising or all falling: a point equal to the one
    before is skipped likewise, and a turning point belongs to both its trends. Skipped points inside a pattern, or
    between its last point and the one that ends it, are listed with it. Missing values are skipped and never
    listed. Raises NotANumberError, InfiniteValueError, LengthsDifferError.
    """
    values = numerators(y)
    present = np.flatnonzero(~np.isnan(values))
    seen = values[present]
    median = row_median(values[None, :])[0, 0]
    side = sides(seen, median)
    useful = np.flatnonzero(side != 0)
    runs = [list(run) for _side, run in groupby(useful.tolist(), key=lambda place: side[place])]
    return RunChart(
        median=float(median),
        useful=int(useful.size),
        runs=len(runs),
        shift_points=_point_numbers(present, [_stretch(runs, place, seen.size) for place in _long(runs, SHIFT)]),
        trend_points=_point_numbers(present, _trends(seen)),
    )


def runs_table(useful: int) -> tuple[int, int]:
    """The fewest and the most runs to be expected of ``useful`` points off the median, for 10 to 60 points.

    Source: the table that goes with Perla, Provost & Murray 2011, as handed on; not checked against print. Raises
    BadOptionError outside 10 to 60.
    """
    if useful not in _RUNS_TABLE:
        raise BadOptionError(f"The table of runs reaches from 10 to 60 useful points; there are {useful}.")
    return _RUNS_TABLE[useful]


def _long(runs: list[list[int]], least: int) -> list[int]:
    return [place for place, run in enumerate(runs) if len(run) >= least]


def _stretch(runs: list[list[int]], place: int, size: int) -> range:
    """From the first point of a run up to the point before the next run begins."""
    end = runs[place + 1][0] if place + 1 < len(runs) else size
    return range(runs[place][0], end)


def _trends(seen: Floats) -> list[range]:
    """Stretches of 5 or more rising or falling points among present values, as ranges of places."""
    with np.errstate(over="ignore"):  # a step beyond all numbers still has its direction
        steps = np.diff(seen)
    moves = np.flatnonzero(steps != 0)
    runs = [list(run) for _way, run in groupby(moves.tolist(), key=lambda place: steps[place] > 0)]
    found = []
    for place in _long(runs, TREND - 1):
        # A trend starts at the turning point: just after the last move of the run before, if there is one.
        start = runs[place - 1][-1] + 1 if place else runs[place][0]
        end = runs[place + 1][0] + 1 if place + 1 < len(runs) else seen.size
        found.append(range(start, end))
    return found


def _point_numbers(present: np.ndarray[Any, Any], stretches: list[range]) -> list[int]:
    places = sorted({place for stretch in stretches for place in stretch})
    return [int(present[place]) + 1 for place in places]
