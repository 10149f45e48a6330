"""Western Electric and Nelson rules: patterns in a window of points.

Sources: Western Electric, Statistical Quality Control Handbook, 1956; Nelson 1984, J Quality Technology 16:237;
statistics.md section 7.
"""

from typing import Any

import numpy as np

from metrics.stats.arrays import Bools, Floats, floats, numerators
from metrics.stats.errors import BadOptionError, LengthsDifferError


def shewhart(y: Any, center: Any, sigma: Any) -> dict[str, list[int]]:
    """The point numbers, from 1, at which each rule's pattern is complete (the last point of its window).

    ``center``, ``sigma``: numbers, or one per point. Keys: we1 (= nelson1) one point beyond 3 sigma; we2 (= nelson5)
    2 of 3 beyond 2 sigma on one side, the last one among them; we3 (= nelson6) 4 of 5 beyond 1 sigma
    likewise; we4 8 in a row on one side; nelson2 9 in a row on one side; nelson3 6 points steadily up or
    down; nelson4 14 points alternating; nelson7 15 in a row within 1 sigma, its edge included; nelson8 8 in a
    row beyond 1 sigma with both sides present. "Beyond" is strict. A point on the centre, an equal neighbour,
    or a missing value breaks a pattern. Every point compares with its own
    centre ± so many of its own sigmas. Raises NotANumberError,
    InfiniteValueError, LengthsDifferError, BadOptionError.
    """
    values = numerators(y)
    centre, width = _like(center, values, "center"), _like(sigma, values, "sigma")
    if (width < 0).any():
        raise BadOptionError("“sigma” cannot be below zero.")
    with np.errstate(over="ignore"):  # a line or a step beyond all numbers still has its side
        beyond = {sigmas: (values > centre + sigmas * width, values < centre - sigmas * width) for sigmas in range(4)}
        steps = np.sign(np.diff(values))
    up_down = np.concatenate(([False], steps > 0)), np.concatenate(([False], steps < 0))
    turns = np.concatenate((np.zeros(min(2, values.size), dtype=np.bool_), steps[1:] * steps[:-1] < 0))
    known = ~(np.isnan(values) | np.isnan(centre) | np.isnan(width))
    above, below = beyond[1]

    beyond_3 = np.logical_or(*beyond[3])
    two_of_three = _most(beyond[2], known, 2, 3)
    four_of_five = _most(beyond[1], known, 4, 5)
    return {
        "we1": _numbers(beyond_3),
        "we2": _numbers(two_of_three),
        "we3": _numbers(four_of_five),
        "we4": _numbers(_all_last(beyond[0][0], 8) | _all_last(beyond[0][1], 8)),
        "nelson1": _numbers(beyond_3),
        "nelson2": _numbers(_all_last(beyond[0][0], 9) | _all_last(beyond[0][1], 9)),
        "nelson3": _numbers(_all_last(up_down[0], 5) | _all_last(up_down[1], 5)),
        "nelson4": _numbers(_all_last(turns, 12)),
        "nelson5": _numbers(two_of_three),
        "nelson6": _numbers(four_of_five),
        "nelson7": _numbers(_all_last(known & ~above & ~below, 15)),
        "nelson8": _numbers(_all_last(above | below, 8) & (_last(above, 8) > 0) & (_last(below, 8) > 0)),
    }


def _like(value: Any, values: Floats, name: str) -> Floats:
    line = floats(value, name)
    if line.ndim > 1 or line.size not in {1, values.size}:
        raise LengthsDifferError(f"“{name}” must be one number, or one for each of the {values.size} values.")
    return np.broadcast_to(line, values.shape)


def _last(flags: Bools, window: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """How many of the last ``window`` flags are set, at each point; 0 before the first whole window."""
    total = np.concatenate(([0], np.cumsum(flags, dtype=np.int64)))
    counts = np.zeros(flags.size, dtype=np.int64)
    counts[window - 1 :] = total[window:] - total[:-window] if flags.size >= window else 0
    return counts


def _all_last(flags: Bools, window: int) -> Bools:
    whole: Bools = _last(flags, window) == window
    return whole


def _most(beyond: tuple[Bools, Bools], known: Bools, least: int, window: int) -> Bools:
    """At least ``least`` of the last ``window`` points beyond on one side, this one among them; none unknown."""
    enough = [side & (_last(side, window) >= least) for side in beyond]
    return np.logical_and(_all_last(known, window), np.logical_or(*enough))


def _numbers(flags: Bools) -> list[int]:
    return [int(place) + 1 for place in np.flatnonzero(flags)]
