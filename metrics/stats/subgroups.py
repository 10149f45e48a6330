"""Charts of measured subgroups: Xbar and S.

Sources: statistics.md section 2, after qicharts2; Montgomery 6.3. The constants are computed, not taken from tables.
"""

from math import exp, lgamma, nan, sqrt

import numpy as np

from metrics.stats.arrays import Floats, row_mean, row_sum
from metrics.stats.lines import Block, Lines, around


def c4(n: int) -> float:
    """The mean standard deviation of n normal values in true standard deviations; NaN below two values.

    c4 = sqrt(2 / (n-1)) * gamma(n/2) / gamma((n-1)/2).
    """
    return sqrt(2 / (n - 1)) * exp(lgamma(n / 2) - lgamma((n - 1) / 2)) if n > 1 else nan


def xbar(block: Block) -> Lines:
    """Xbar chart: cl = sum(n mean) / sum(n); limits cl +/- 3 S / (c4(n) sqrt n), S as in ``pooled_deviation``."""
    weighted = row_sum(block.size * block.mean, block.base) / row_sum(block.size, block.base)
    sigma = pooled_deviation(block) / (_constant(block.size) * np.sqrt(block.size))
    return around(block.mean, block.centre(weighted), sigma)


def deviation(block: Block) -> Lines:
    """S chart: the standard deviations of the subgroups around S; limits S (1 +/- 3 c5(n)/c4(n)), not below 0."""
    cl = block.centre(pooled_deviation(block))
    constant = _constant(block.size)
    c5 = np.sqrt(1 - constant**2)
    return around(block.sd, cl, cl * c5 / constant, floor=0.0)


def pooled_deviation(block: Block) -> Floats:
    """S, the deviation within subgroups, (phases, 1).

    The mean of the subgroups' deviations when all subgroups of the phase are equally large, otherwise
    sqrt(sum((n-1) s^2) / sum(n-1)). As in the reference implementation, a subgroup without any value makes the
    sizes unequal and counts as n - 1 = -1 in the last sum.
    """
    largest = np.where(block.present, block.size, -np.inf).max(axis=1, keepdims=True, initial=-np.inf)
    smallest = np.where(block.present, block.size, np.inf).min(axis=1, keepdims=True, initial=np.inf)
    freedom = block.size - 1
    all_freedom = row_sum(freedom, block.base)
    squares = row_sum(freedom * block.sd**2, block.base)
    pooled = np.sqrt(squares / np.where(all_freedom > 0, all_freedom, np.nan))
    return np.where(largest == smallest, row_mean(block.sd, block.base), pooled)


def _constant(size: Floats) -> Floats:
    """c4 of every cell; NaN in padding."""
    sizes, index = np.unique(size, return_inverse=True)
    values = np.array([nan if np.isnan(n) else c4(int(n)) for n in sizes], dtype=np.float64)
    return values[index].reshape(size.shape)
