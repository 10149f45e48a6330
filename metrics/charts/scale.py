"""Axes: round numbers, months that fit, and marks that do not lie on each other."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

from collab.common import formatting
from metrics.charts.figure import Tick

STEPS = (1, 2, 2.5, 5, 10)
MOST_MONTH_LABELS = 7
MOST_QUARTER_LABELS = 4
MONTH_STEPS = (1, 2, 3, 6, 12, 24, 36, 60)


def nice_step(span: float, wanted: int = 4) -> float:
    """The smallest step of 1, 2, 2.5 or 5 times a power of ten that cuts ``span`` into at most ``wanted`` parts."""
    rough = span / wanted
    power = 10.0 ** math.floor(math.log10(rough))
    return next(step * power for step in STEPS if step * power >= rough * (1 - 1e-9))


def value_axis(low: float, high: float, *, from_zero: bool, ceiling: float | None) -> tuple[float, float, list[float]]:
    """The ends of the axis and its ticks for values from ``low`` to ``high``.

    From zero unless told otherwise; never above ``ceiling`` (100 for percent). A series without spread gets an axis
    one step high.
    """
    bottom = 0.0 if from_zero else low
    if high <= bottom:
        high = bottom + (abs(bottom) or 1.0)
    step = nice_step(high - bottom)
    first = math.floor(bottom / step + 1e-9)
    last = math.ceil(high / step - 1e-9)
    # The highest value must not touch the frame, where the signals' words stand.
    if high > (last - 0.15) * step and not (ceiling is not None and last * step >= ceiling):
        last += 1
    ticks = [round(number * step, 10) for number in range(first, last + 1)]
    return ticks[0], ticks[-1], ticks


def month_ticks(months: Sequence[dt.date], *, step: int = 1) -> tuple[Tick, ...]:
    """Labels for some of the periods of ``step`` months, evenly spaced, the last one always among them."""
    count, most = len(months), MOST_MONTH_LABELS if step == 1 else MOST_QUARTER_LABELS
    every = next((every for every in MONTH_STEPS if count / every <= most), MONTH_STEPS[-1])
    chosen = range((count - 1) % every, count, every)
    return tuple(Tick(place, formatting.period_short(months[place], step=step)) for place in chosen)


def lanes(places: Sequence[float], gap: float) -> list[int]:
    """For marks at ``places`` along the axis, in order: the row in which each stands, so that none lies on another.

    Two marks of one row are at least ``gap`` apart. The first row is 0; each mark takes the first row with room.
    """
    ends: list[float] = []
    found = []
    for place in places:
        row = next((number for number, end in enumerate(ends) if place - end >= gap - 1e-9), len(ends))
        if row == len(ends):
            ends.append(place)
        ends[row] = place
        found.append(row)
    return found
