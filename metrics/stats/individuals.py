"""Charts of single values: run, I (XmR), MR, T, I prime.

Sources: statistics.md section 2, after qicharts2; Montgomery, Introduction to Statistical Quality Control, 6.4;
Nelson 1982 (screening); Nelson 1994 (T chart); Taylor (I prime chart).
"""

import numpy as np

from metrics.stats.arrays import Floats, row_mean, row_median, row_sum
from metrics.stats.errors import NonPositiveTimeError
from metrics.stats.lines import D2, D4, Block, Lines, around, average_moving_range, screened

T_POWER = 3.6
"""y ** (1 / 3.6) makes exponential times between events nearly normal (Nelson 1994)."""

I_PRIME_SCREEN = 3.2665
"""As D4, with the digits that the reference implementation of the I prime chart uses."""


def run(block: Block) -> Lines:
    """Run chart: the median of the base points, no limits."""
    cl = block.centre(row_median(block.value, block.base))
    none = np.full((len(block.value), 1), np.nan)
    return Lines(block.value, cl, none, none, none, none)


def individuals(block: Block) -> Lines:
    """I chart: mean of the base points; sigma = average moving range / 1.128."""
    cl = block.centre(row_mean(block.value, block.base))
    sigma = average_moving_range(_away(block.value, cl), block.base, screen=block.screen) / D2
    return around(block.value, cl, sigma)


def moving_range(block: Block) -> Lines:
    """MR chart: y is the step from the point before (none at the first point of a phase), ucl = 3.267 cl, lcl = 0.

    Excluded points keep their place in the ranges; only the ranges that end at one are left out of the mean.
    """
    y = np.full(block.value.shape, np.nan)
    y[:, 1:] = np.abs(np.diff(block.value, axis=1))
    cl = block.centre(row_mean(y, block.base))
    zero = np.zeros((len(y), 1))
    return Lines(y, cl, zero, D4 * cl, zero, D4 / 3 * 2 * cl)


def time_between(block: Block) -> Lines:
    """T chart: an I chart of y ** (1/3.6), drawn back on the scale of time.

    A given centre line is read on the transformed scale. A lower limit below zero, or none at all, is drawn at 0;
    a 2-sigma lower limit below zero is not drawn. Raises NonPositiveTimeError.
    """
    if (block.value <= 0).any():
        raise NonPositiveTimeError("Times between events must be above zero. Check for two events with the same time.")
    z = block.value ** (1 / T_POWER)
    cl = block.centre(row_mean(z, block.base))
    sigma = average_moving_range(_away(z, cl), block.base, screen=block.screen) / D2
    on_z = around(z, cl, sigma)
    lcl = on_z.lcl**T_POWER  # a root of a negative number: NaN
    return Lines(
        y=z**T_POWER,  # the same round trip as the lines, so that a constant series lies exactly on its centre
        cl=cl**T_POWER,
        lcl=np.where(np.isfinite(lcl), lcl, 0.0),
        ucl=on_z.ucl**T_POWER,
        lcl_95=on_z.lcl_95**T_POWER,
        ucl_95=on_z.ucl_95**T_POWER,
    )


def i_prime(block: Block) -> Lines:
    """I prime chart: single values whose base (n) varies.

    cl = sum(y n) / sum(n). Each step gives s = sqrt(pi/2) |dy| / sqrt(1/n_i + 1/n_before); sigma_i = mean(s) /
    sqrt(n_i). Without denominators n is the number of rows of the point. All steps of the phase give s, frozen or
    excluded ones too, as in the reference implementation; with screening, steps of 3.2665 times their mean and more
    are left out once.
    """
    n = block.size if block.points.rows_n is None else block.n
    y = block.value
    weighted = row_sum(y * n, block.base) / row_sum(np.where(np.isnan(y), np.nan, n), block.base)
    cl = block.centre(weighted)
    spread = np.sqrt(1 / n[:, 1:] + 1 / n[:, :-1])
    steps = np.sqrt(np.pi / 2) * np.abs(np.diff(y, axis=1)) / spread
    mean = row_mean(steps)
    if block.screen:
        mean = screened(steps, mean, I_PRIME_SCREEN)
    return around(y, cl, mean * np.sqrt(1 / n))


def _away(values: Floats, cl: Floats) -> Floats:
    """Values less their centre line, which matters for the steps between them only where it is not level."""
    return values if cl.shape[1] == 1 else values - cl
