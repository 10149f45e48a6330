"""Charts of counted things: P, P prime, U, U prime, C, G.

Sources: statistics.md section 2, after qicharts2; Montgomery 7; Laney 2002, Quality Engineering 14:531 (primes);
Benneyan 2001 and Provost & Murray 2011 (G chart).
"""

from dataclasses import replace

import numpy as np

from metrics.stats.arrays import Floats, row_mean, row_median, row_sum
from metrics.stats.lines import Block, Lines, around, sigma_of_z

G_MEDIAN = 0.693
"""A geometric distribution has its median at about ln 2 of its mean (Provost & Murray 2011, p. 228)."""


def proportion(block: Block) -> Lines:
    """P chart: cl = sum(y) / sum(n); sigma_i = sqrt(cl (1 - cl) / n_i); limits within 0 and 1."""
    cl = _pooled(block)
    return around(block.value, cl, _root(cl * (1 - cl) / block.n), floor=0.0, ceiling=1.0)


def proportion_prime(block: Block) -> Lines:
    """P prime chart: as P, sigma times Laney's sigma z."""
    cl = _pooled(block)
    sigma = _root(cl * (1 - cl) / block.n)
    sigma = sigma * sigma_of_z((block.value - cl) / sigma, block)
    return around(block.value, cl, sigma, floor=0.0, ceiling=1.0)


def rate(block: Block) -> Lines:
    """U chart: cl = sum(y) / sum(n); sigma_i = sqrt(cl / n_i); limits not below 0."""
    cl = _pooled(block)
    return around(block.value, cl, _root(cl / block.n), floor=0.0)


def rate_prime(block: Block) -> Lines:
    """U prime chart: as U, sigma times Laney's sigma z."""
    cl = _pooled(block)
    sigma = _root(cl / block.n)
    sigma = sigma * sigma_of_z((block.value - cl) / sigma, block)
    return around(block.value, cl, sigma, floor=0.0)


def count(block: Block) -> Lines:
    """C chart: the sum of a point's rows; cl = mean; sigma = sqrt(cl); limits not below 0."""
    cl = block.centre(row_mean(block.total, block.base))
    return around(block.total, cl, np.sqrt(cl), floor=0.0)


def opportunities_between(block: Block) -> Lines:
    """G chart: limits m +/- 3 sqrt(m (m + 1)) around the mean m, not below 0; the line drawn is the median.

    A given centre line takes the place of m, and 0.693 of it is drawn.
    """
    mean = block.centre(row_mean(block.value, block.base))
    lines = around(block.value, mean, np.sqrt(mean * (mean + 1)), floor=0.0)
    drawn = np.where(block.has_given, G_MEDIAN * mean, row_median(block.value, block.base))
    return replace(lines, cl=drawn)


def _pooled(block: Block) -> Floats:
    return block.centre(row_sum(block.total, block.base) / row_sum(block.n, block.base))


def _root(variance: Floats) -> Floats:
    """The square root, in the place of ``variance``: a table less to fill."""
    return np.sqrt(variance, out=variance)
