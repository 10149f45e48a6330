"""What every chart family works on (a block of phases) and what it gives back (lines)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from metrics.stats.arrays import Bools, Floats, row_deviation, row_mean

D2 = 1.128
"""Mean range of two normal values in standard deviations (Montgomery, appendix VI)."""

D4 = 3.267
"""Upper limit of a chart of ranges of two, in mean ranges (Montgomery, appendix VI)."""


@dataclass(frozen=True, eq=False)
class Block:
    """Phases to chart: arrays of shape (phases, points), NaN as missing and as padding.

    ``value``, ``total``, ``n``, ``size``, ``mean``, ``sd`` as in prepare.Points. ``present`` tells points from
    padding, ``base`` marks the points that give centre and limits. ``given`` is a centre line known beforehand, NaN
    where there is none. ``categorical``: the points have no order in time. ``screen``: leave out moving ranges that
    are themselves out of control.
    """

    value: Floats
    total: Floats
    n: Floats
    size: Floats
    mean: Floats
    sd: Floats
    present: Bools
    base: Bools
    given: Floats
    categorical: bool
    screen: bool

    @cached_property
    def has_given(self) -> Bools:
        """Phases whose centre line is given at every point, (phases, 1)."""
        known = ~np.isnan(self.given) | ~self.present
        return np.logical_and.reduce(known, axis=1, keepdims=True)

    def centre(self, computed: Floats) -> Floats:
        """The centre line: the given one where it is complete, otherwise ``computed`` (phases, 1)."""
        return np.where(self.has_given, self.given, np.broadcast_to(computed, self.value.shape))


@dataclass(frozen=True, eq=False)
class Lines:
    """What is drawn, each of the shape of the block: values, centre line, 3-sigma and 2-sigma limits."""

    y: Floats
    cl: Floats
    lcl: Floats
    ucl: Floats
    lcl_95: Floats
    ucl_95: Floats


Family = Callable[[Block], Lines]


def around(y: Floats, cl: Floats, sigma: Floats, floor: float | None = None, ceiling: float | None = None) -> Lines:
    """Lines at 3 and 2 ``sigma`` around ``cl``; finite limits are cut at ``floor`` and ``ceiling``."""
    limits = [cl - 3 * sigma, cl + 3 * sigma, cl - 2 * sigma, cl + 2 * sigma]
    if floor is not None:
        limits[0::2] = [np.where(np.isfinite(low) & (low < floor), floor, low) for low in limits[0::2]]
    if ceiling is not None:
        limits[1::2] = [np.where(np.isfinite(high) & (high > ceiling), ceiling, high) for high in limits[1::2]]
    lcl, ucl, lcl_95, ucl_95 = limits
    return Lines(y, cl, lcl, ucl, lcl_95, ucl_95)


def average_moving_range(values: Floats, base: Bools, *, screen: bool) -> Floats:
    """Mean absolute difference of neighbouring base points, (phases, 1).

    Points that are not of the base are taken out first, so their neighbours are joined; a missing value stays in
    its place and takes both ranges that touch it away. With ``screen``, ranges of 3.267 times the mean and more are
    left out once and the mean is taken again (Nelson 1982): a constant series then has no mean at all.
    """
    ranges = moving_ranges(values, base)
    everywhere = np.ones(ranges.shape, dtype=np.bool_)
    mean = row_mean(ranges, everywhere)
    return row_mean(ranges, ranges < D4 * mean) if screen else mean


def moving_ranges(values: Floats, base: Bools) -> Floats:
    """Absolute differences of neighbouring base points, (phases, points - 1), NaN where there is none."""
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
