"""Binomial, Poisson and chi-square probabilities, exact to rounding, with numpy alone."""

from collections.abc import Iterator, Sequence
from math import exp, lgamma, log
from statistics import NormalDist

import numpy as np

from metrics.stats.arrays import Floats, Ints

FARTHEST = 9.0
"""Beyond so many standard deviations (and 30 events) from the mean lies less than 1e-12 of either distribution."""

CELLS = 1_000_000
"""So many probabilities are held at once."""

WIDEST = 250_000.0
"""Standard deviations, in events, above which a discrete distribution is as good as normal: its limits then differ by
less than a millionth."""


def discrete_limits(n: Floats, centre: float, levels: Sequence[float], *, binomial: bool) -> Floats:
    """Where a count of mean ``n * centre`` is at or below with the probabilities ``levels``, between whole numbers.

    ``n`` (teams,): trials of a binomial count of chance ``centre``, or exposures of a Poisson count. The answer is
    (levels, teams), NaN where n is NaN. With r the smallest count such that P(R <= r) > level, the limit is r - a,
    where a = (P(R <= r) - level) / P(R = r): the interpolation of Spiegelhalter 2005, Statistics in Medicine 24:1185,
    appendix A.1.1.
    """
    mean = n * centre
    spread = np.sqrt(mean * (1 - centre) if binomial else mean)
    limits = np.stack([mean + NormalDist().inv_cdf(level) * spread for level in levels])
    for teams, first, width in _windows(mean, spread):
        counts = first[:, None] + np.arange(width)
        chances = _chances(counts, n[teams, None], centre, binomial=binomial)
        below = np.cumsum(chances, axis=1)
        row = np.arange(teams.size)
        for number, level in enumerate(levels):
            place = np.argmax(below > level, axis=1)
            limits[number, teams] = counts[row, place] - (below[row, place] - level) / chances[row, place]
    return limits


def _windows(mean: Floats, spread: Floats) -> Iterator[tuple[Ints, Floats, int]]:
    """Teams of like spread together: their places, the lowest count of each that matters, and how many counts do."""
    order = np.argsort(spread)
    order = order[spread[order] <= WIDEST]  # drops NaN as well
    start = 0
    while start < order.size:
        end = start + 1
        while end < order.size and (end + 1 - start) * _width(spread[order[end]]) <= CELLS:
            end += 1
        teams = order[start:end]
        width = _width(spread[teams[-1]])
        yield teams, np.maximum(np.floor(mean[teams]) - width // 2, 0.0), width
        start = end


def _width(spread: float) -> int:
    return 2 * int(FARTHEST * spread + 30) + 1


def _chances(counts: Floats, n: Floats, centre: float, *, binomial: bool) -> Floats:
    """P(R = count) for rows of neighbouring counts that hold all but nothing of the distribution."""
    following = counts[:, 1:]
    with np.errstate(divide="ignore", invalid="ignore"):
        if binomial:
            left = np.maximum(n - following + 1, 0.0)
            ratio = np.log(left / following) + (log(centre) - log(1 - centre))
        else:
            ratio = np.log(n * centre / following)
    logs = np.concatenate((np.zeros((len(counts), 1)), np.cumsum(ratio, axis=1)), axis=1)
    weights = np.exp(logs - logs.max(axis=1, keepdims=True))
    chances: Floats = weights / weights.sum(axis=1, keepdims=True)
    return chances


def chi_square_tail(statistic: float, degrees: int) -> float:
    """P(X >= statistic) for a chi-square X: the regularised upper incomplete gamma function.

    Source: Abramowitz & Stegun 6.5.29 (series) and 6.5.31 (continued fraction).
    """
    a, x = degrees / 2, statistic / 2
    if x <= 0:
        return 1.0
    front = exp(a * log(x) - x - lgamma(a))
    if x < a + 1:
        term = total = 1 / a
        while term > total * 1e-17:
            a += 1
            term *= x / a
            total += term
        return 1 - front * total
    # Lentz's evaluation of the continued fraction.
    b = x + 1 - a
    d = 1 / b
    c, fraction, step, change = 1e300, d, 0, 0.0
    while abs(change - 1) > 1e-15:
        step += 1
        b += 2
        weight = step * (a - step)
        d, c = 1 / (weight * d + b), b + weight / c
        change = c * d
        fraction *= change
    return front * fraction
