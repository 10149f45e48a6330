"""What every chart family works on (a block of phases) and what it gives back (lines)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from metrics.stats.arrays import Bools, Floats, finite_or_missing, row_deviation, row_mean
from metrics.stats.phases import Cut
from metrics.stats.prepare import Points

D2 = 1.128
"""Mean range of two normal values in standard deviations (Montgomery, appendix VI)."""

D4 = 3.267
"""Upper limit of a chart of ranges of two, in mean ranges (Montgomery, appendix VI)."""


@dataclass(frozen=True, eq=False)
class Block:
    """Phases to chart: arrays of shape (phases, points), NaN as missing and as padding.

    ``base`` marks the points that give centre and limits, None for all. ``given_series`` is a centre line known
    beforehand, (series, points), NaN where there is none, or None. ``categorical``: the points have no order in time.
    ``screen``: leave out moving ranges that are themselves out of control.
    """

    points: Points
    cut: Cut
    base: Bools | None
    given_series: Floats | None
    categorical: bool
    screen: bool

    @cached_property
    def value(self) -> Floats:
        """What is drawn."""
        return self.cut.gather(self.points.value)

    @cached_property
    def total(self) -> Floats:
        """Sums of numerators."""
        return self.cut.gather(self.points.total)

    @cached_property
    def n(self) -> Floats:
        """Sums of denominators."""
        return self.cut.gather(self.points.n)

    @cached_property
    def size(self) -> Floats:
        """Numbers of rows."""
        return self.cut.gather(self.points.size)

    @cached_property
    def mean(self) -> Floats:
        """Means of rows."""
        return self.cut.gather(self.points.mean)

    @cached_property
    def sd(self) -> Floats:
        """Standard deviations of rows."""
        return self.cut.gather(self.points.sd)

    @property
    def present(self) -> Bools:
        """Points, told from padding."""
        return self.cut.present

    @cached_property
    def given(self) -> Floats | None:
        """The centre line known beforehand, (phases, points)."""
        return None if self.given_series is None else self.cut.gather(self.given_series)

    @cached_property
    def has_given(self) -> Bools:
        """Phases whose centre line is given at every point, (phases, 1)."""
        if self.given is None:
            return np.zeros((len(self.present), 1), dtype=np.bool_)
        known = ~np.isnan(self.given) | ~self.present
        return np.logical_and.reduce(known, axis=1, keepdims=True)

    def centre(self, computed: Floats) -> Floats:
        """The centre line: the given one where it is complete, otherwise ``computed``.

        ``computed`` is (phases, 1), and so is the centre line where none is given.
        """
        return computed if self.given is None else np.where(self.has_given, self.given, computed)


@dataclass(frozen=True, eq=False)
class Lines:
    """What is drawn: values, centre line, 3-sigma and 2-sigma limits, each (phases, points).

    A family may give back (phases, 1) for a line with one height in each phase.
    """

    y: Floats
    cl: Floats
    lcl: Floats
    ucl: Floats
    lcl_95: Floats
    ucl_95: Floats


Family = Callable[[Block], Lines]


def around(y: Floats, cl: Floats, sigma: Floats, floor: float | None = None, ceiling: float | None = None) -> Lines:
    """Lines at 3 and 2 ``sigma`` around ``cl``, cut at ``floor`` and ``ceiling``; no limits without finite sigma."""
    sigma = finite_or_missing(sigma)
    wide, narrow = 3 * sigma, 2 * sigma
    lcl, ucl, lcl_95, ucl_95 = cl - wide, cl + wide, cl - narrow, cl + narrow
    if floor is not None:
        for low in (lcl, lcl_95):
            np.maximum(low, floor, out=low)
    if ceiling is not None:
        for high in (ucl, ucl_95):
            np.minimum(high, ceiling, out=high)
    return Lines(y, cl, lcl, ucl, lcl_95, ucl_95)


def average_moving_range(values: Floats, base: Bools | None, *, screen: bool) -> Floats:
    """Mean absolute difference of neighbouring base points, (phases, 1).

    Points that are not of the base are taken out first, so their neighbours are joined; a missing value stays in
    its place and takes both ranges that touch it away. With ``screen``, ranges of 3.267 times the mean and more are
    left out once and the mean is taken again (Nelson 1982): a constant series then has no mean at all.
    """
    ranges = moving_ranges(values, base)
    mean = row_mean(ranges)
    return screened(ranges, mean, D4) if screen else mean


def screened(ranges: Floats, mean: Floats, factor: float) -> Floats:
    """The mean (phases, 1) of the ranges below ``factor`` times their mean, NaN where none is left."""
    out = ranges >= factor * mean
    some = out.any(axis=1)
    again = mean.copy()
    again[some] = row_mean(ranges[some], ~out[some])
    return again


def moving_ranges(values: Floats, base: Bools | None) -> Floats:
    """Absolute differences of neighbouring base points, (phases, points - 1), NaN where there is none."""
    if base is None:
        steps = np.diff(values, axis=1)
        return np.abs(steps, out=steps)
    has_gap = (base[:, 1:] & ~base[:, :-1]).any()
    if has_gap:
        order = np.argsort(~base, axis=1, kind="stable")
        values = np.take_along_axis(values, order, axis=1)
        base = np.take_along_axis(base, order, axis=1)
    return np.where(base[:, 1:] & base[:, :-1], np.abs(np.diff(values, axis=1)), np.nan)


def sigma_of_z(z: Floats, block: Block) -> Floats:
    """Laney's sigma z, (phases, 1): how many times wider than expected the points vary (Laney 2002).

    The average moving range of z over 1.128 in time; the standard deviation (n - 1) of z across categories. Below
    1 it narrows the limits: it is not forced up.
    """
    if block.categorical:
        return row_deviation(z, block.base)
    return average_moving_range(z, block.base, screen=block.screen) / D2
