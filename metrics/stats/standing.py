"""Where one team stands among the others, how far it is from its goal, and how long it took.

A team's own rate is uncertain when its denominator is small, and so is its percentile. The interval of the rate is
Wilson's score interval for proportions (Wilson 1927, J Am Stat Assoc 22:209) and Byar's approximation for rates
(Breslow & Day 1987, Statistical Methods in Cancer Research II, p. 69), both at 95 %. The percentile's interval puts
these two bounds among the other teams' rates as they are: it tells how sure the team's own rate is, not the others'.
"""

from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

from metrics.stats.arrays import Floats, Numbers, denominators, floats, numerators
from metrics.stats.errors import BadOptionError, UnknownKindError

Z = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True)
class Standing:
    """Own percentile among other teams, from 0 (worst) to 100 (best).

    ``percentile``: the share of the other teams that do worse, those that do as well counting half. ``low``, ``high``:
    the same at the worse and the better end of the own rate's 95 % interval. ``others``: other teams with a value.
    """

    percentile: float
    low: float
    high: float
    others: int


def interval(kind: str, y: Any, n: Any) -> tuple[Floats, Floats]:
    """The 95 % interval of rates, low and high, of the shape of ``y``; NaN where a number is missing or n is 0.

    ``kind``: p (Wilson) or u (Byar). A proportion above 1 has no interval. Raises UnknownKindError, NotANumberError,
    InfiniteValueError, LengthsDifferError, NegativeDenominatorError.
    """
    if kind not in {"p", "u"}:
        raise UnknownKindError(f"There is no interval for “{kind}”. Use one of: p, u.")
    above = floats(y, "numerators")
    below = denominators(n, above)
    with np.errstate(all="ignore"):
        possible = (below > 0) & (above >= 0) & ((above <= below) | (kind == "u"))
        above, below = np.where(possible, above, np.nan), np.where(possible, below, np.nan)
        if kind == "p":
            rate = above / below
            middle = rate + Z * Z / (2 * below)
            spread = Z * np.sqrt(rate * (1 - rate) / below + Z * Z / (4 * below * below))
            whole = 1 + Z * Z / below
            low, high = (middle - spread) / whole, (middle + spread) / whole
            return np.where(above == 0, 0.0, np.maximum(low, 0)), np.where(above == below, 1.0, np.minimum(high, 1))
        more = above + 1
        low = above * (1 - 1 / (9 * above) - Z / (3 * np.sqrt(above))) ** 3
        high = more * (1 - 1 / (9 * more) + Z / (3 * np.sqrt(more))) ** 3
        return np.where(above == 0, 0.0, np.maximum(low, 0)) / below, high / below


def standing(kind: str, y: Numbers, n: Numbers, own: int, *, higher_is_better: bool) -> Standing | None:
    """Where team number ``own`` (from 0) stands among the others; None where it or all others have no value.

    ``kind``: p or u. ``y``, ``n``: one number per team. Raises BadOptionError (own) and what ``interval`` raises.
    """
    above = numerators(y, "numerators")
    below = denominators(n, above)
    if not 0 <= own < above.size:
        raise BadOptionError(f"There are {above.size} teams; team number {own} is not among them.")
    low, high = interval(kind, above, below)
    rate = np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0)
    others = np.delete(rate, own)
    others = others[~np.isnan(others)]
    if not others.size or np.isnan(rate[own]) or np.isnan(low[own]):
        return None
    bounds = (low[own], high[own]) if higher_is_better else (high[own], low[own])
    at, worse_end, better_end = (_percentile(others, value, higher_is_better) for value in (rate[own], *bounds))
    return Standing(at, worse_end, better_end, int(others.size))


def headroom(baseline: float | None, goal: float | None, *, higher_is_better: bool) -> float | None:
    """How far there is to go: goal less baseline, in the direction of better; at or below 0 where the goal is met.

    None where either is missing. Raises NotANumberError, InfiniteValueError.
    """
    ends = floats([goal, baseline], "goal and baseline")
    if np.isnan(ends).any():
        return None
    return float(ends[0] - ends[1]) if higher_is_better else float(ends[1] - ends[0])


def months_to_threshold(values: Numbers, threshold: float, *, higher_is_better: bool, stays: int = 1) -> int | None:
    """The number, from 1, of the first month at or beyond ``threshold``; None while there is none.

    ``values``: one per month from the first, missing allowed. ``stays``: so many months with a value in a row must be
    there; the first of them counts. A missing month neither makes nor breaks the row. Raises BadOptionError,
    NotANumberError, InfiniteValueError, LengthsDifferError.
    """
    if stays < 1:
        raise BadOptionError("At least one month must reach the threshold.")
    found = numerators(values)
    bound = float(floats(threshold, "threshold"))
    months = np.flatnonzero(~np.isnan(found))
    reached = found[months] >= bound if higher_is_better else found[months] <= bound
    row = 0
    for place, here in enumerate(reached.tolist()):
        row = row + 1 if here else 0
        if row == stays:
            return int(months[place - stays + 1]) + 1
    return None


def _percentile(others: Floats, value: float, higher_is_better: bool) -> float:
    worse = np.count_nonzero(others < value if higher_is_better else others > value)
    return float(100 * (worse + np.count_nonzero(others == value) / 2) / others.size)
