"""Do the points vary as much as their denominators explain? Asked before plain p, u and c limits are trusted.

A p chart takes its limits from the binomial distribution and a u or c chart from the Poisson distribution alone. Where
people are alike only within a site, a season or a case mix, points vary more than that (overdispersion), and plain
limits call ordinary months special; Laney's prime charts carry the excess (Laney 2002, Quality Engineering 14:531).

In time the excess is measured between neighbours, so that a true change of level, which moves one pair of points only,
is not taken for overdispersion: with z the distance of a point from the centre in its own plain sigmas,

    q = sum over neighbouring pairs of (z_i+1 - z_i)^2 / 2, divided by the number of pairs

is 1 on average when plain limits hold (von Neumann 1941, Annals of Mathematical Statistics 12:367). Its square root is
how many times wider than expected the points vary, as Laney's sigma z is, which takes absolute steps. The variance of q
is that of a sum over pairs that share points; q is then compared with a chi-square distribution of the same mean and
variance, by Wilson and Hilferty's cube root (1931, PNAS 17:684).
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from metrics.stats.arrays import Bools, Floats, Ints, row_sum

NORMAL = NormalDist()
LEVEL = 0.05
"""How often points without any excess are called overdispersed."""

FEWEST_PAIRS = 7
"""Fewer pairs of neighbours tell nothing about dispersion."""


@dataclass(frozen=True, eq=False)
class SuccessiveDispersion:
    """Dispersion of many series in time, each array (series,); NaN where it can not be told.

    ``pairs``: neighbouring points that were compared. ``width``: the square root of q. ``score``: q on a standard
    normal scale; far above 0 is overdispersion, far below underdispersion.
    """

    pairs: Ints
    width: Floats
    score: Floats

    @property
    def over(self) -> Bools:
        """Series that vary more than their denominators explain."""
        return self.score > NORMAL.inv_cdf(1 - LEVEL)

    @property
    def under(self) -> Bools:
        """Series that vary less than chance alone would let them."""
        return self.score < NORMAL.inv_cdf(LEVEL)


def successive_dispersion(z: Floats, excess: Floats) -> SuccessiveDispersion:
    """Dispersion of series in time.

    ``z`` (series, points): distances from the centre in plain sigmas, NaN where missing. ``excess``: the excess
    kurtosis of each point under the plain model, 1 / (n cl) for Poisson and (1 - 6 cl (1 - cl)) / (n cl (1 - cl)) for
    binomial counts.
    """
    with np.errstate(all="ignore"):
        step = np.diff(z, axis=1)
        paired = ~np.isnan(step)
        pairs = np.count_nonzero(paired, axis=1)
        everywhere = np.ones(step.shape, dtype=np.bool_)
        ratio = row_sum(step * step, everywhere)[:, 0] / (2 * pairs)
        shared = np.zeros(z.shape)
        shared[:, :-1] += paired
        shared[:, 1:] += paired
        squares = np.where(shared > 0, shared * shared * (2 + excess), 0.0).sum(axis=1)
        variance = (squares / 4 + pairs) / (pairs * pairs)
        spread = variance / 9  # 2 / (9 degrees of freedom), of which there are 2 / variance
        score = (np.cbrt(ratio) - (1 - spread)) / np.sqrt(spread)
        told = (pairs >= FEWEST_PAIRS) & np.isfinite(score)
        return SuccessiveDispersion(pairs, np.where(told, np.sqrt(ratio), np.nan), np.where(told, score, np.nan))
