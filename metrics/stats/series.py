"""Small helpers for one team's series: rates, and the checks of a value that is being typed."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from metrics.stats import batch
from metrics.stats.arrays import (
    QUIETLY,
    Floats,
    denominators,
    finite_or_missing,
    floats,
    numerators,
    row_mean,
    row_median,
)
from metrics.stats.errors import UnknownKindError

FEWEST_EARLIER_POINTS = 12
"""Own limits are used from 12 earlier points on.

Limits from fewer points are trial limits, themselves so uncertain that ordinary months would fall outside, and people
learn to click warnings away (statistics.md section 5: limits are locked at 12 points or more).
"""

FEWEST_FOR_MEDIAN = 8
"""The modified z-score is used from 8 earlier points on: with fewer the median absolute deviation jumps about."""

FARTHEST_MODIFIED_Z = 3.5
"""Iglewicz & Hoaglin (1993), How to Detect and Handle Outliers: label values whose modified z is above 3.5."""

NORMAL_MAD = 0.6745
"""The 75th percentile of the normal distribution: what makes the MAD comparable with a standard deviation."""

NORMAL_MEAN_DEVIATION = 1.253314
"""√(π / 2): the same for the mean absolute deviation from the median."""

TENFOLD = 10.0
"""A value 10 times the last one, or a tenth of it, is most often a slipped digit or a wrong unit."""

JUMP = 3.0
"""A denominator 3 times its usual size, or a third of it, most often counts another group of people."""

USUAL_DENOMINATORS = 6
"""The usual denominator is the median of the last 6 above zero: half a year, robust to one wrong month."""

PROPORTION_KINDS = frozenset({"proportion"})
RATE_KINDS = frozenset({"rate", "ratio"})
SINGLE_VALUE_KINDS = frozenset({"count", "mean", "median", "score", "days_between"})
DIVIDED_KINDS = PROPORTION_KINDS | RATE_KINDS | {"mean"}
"""Their value is numerator ÷ denominator; the second number of a median or score only says how many cases it is of."""


class FindingCode(StrEnum):
    """Why a value is unlikely."""

    OUTSIDE_OWN_LIMITS = "outside_own_limits"
    MODIFIED_Z = "modified_z"
    TENFOLD_CHANGE = "tenfold_change"
    DENOMINATOR_JUMP = "denominator_jump"


@dataclass(frozen=True)
class Finding:
    """One unlikely value, as numbers.

    ``value`` is what was typed: the rate or value, or the denominator for a denominator jump. ``reference`` is what
    it was compared with: the team's centre line, its last value, or its usual denominator. ``lower`` and ``upper``
    bound what would have been expected; None where there is no such bound.
    """

    code: FindingCode
    value: float
    reference: float
    lower: float | None
    upper: float | None


def rates(numerator: Any, denominator: Any = None, multiplier: float = 1) -> Floats:
    """numerator / denominator * multiplier; NaN where either is missing or the denominator is 0, never 0.

    Without denominators the numerators alone, multiplied. Any shape, both alike. Raises NotANumberError,
    InfiniteValueError, LengthsDifferError, NegativeDenominatorError.
    """
    above = floats(numerator, "numerators")
    if denominator is None:
        return above * multiplier
    below = denominators(denominator, above)
    with np.errstate(over="ignore"):
        return above / np.where(below > 0, below, np.nan) * multiplier


def check_limits(
    history_num: Any, history_den: Any, new_num: float | None, new_den: float | None, stat: str
) -> list[Finding]:
    """What is unlikely about a newly typed month of one team; an empty list when nothing is.

    ``history_num``, ``history_den``: the team's earlier months in order, missing allowed; denominators None for
    measures without. ``new_num``, ``new_den``: what was typed. ``stat``: proportion; rate or ratio; count, mean,
    median, score or days_between.

    1. OUTSIDE_OWN_LIMITS: strictly outside the 3-sigma limits that the earlier months give (12 or more with a
       value). Proportions have P limits at the new denominator and rates U limits, widened by Laney's sigma z where
       the team's months vary more than their denominators explain - otherwise large denominators would ask for a
       note every month. Single values have I-chart limits. Limits without width (all earlier months equal) are not
       used.
    2. TENFOLD_CHANGE: 10 times the last value or more, or a tenth of it or less; not when either is 0.
    3. DENOMINATOR_JUMP: more than 3 times the median of the last up to 6 denominators above zero, or less than a
       third of it.

    A value that is missing or too large for a number, or a denominator of 0, has no findings of its own. Raises
    UnknownKindError, NotANumberError, InfiniteValueError, LengthsDifferError, NegativeDenominatorError.
    """
    if stat not in PROPORTION_KINDS | RATE_KINDS | SINGLE_VALUE_KINDS:
        raise UnknownKindError(f"There is no statistic “{stat}”.")
    num = numerators(history_num, "numerators")
    has_den = history_den is not None
    den = denominators(history_den, num) if has_den else np.full(num.shape, np.nan)
    new_above, new_below = _number(new_num), _number(new_den)
    with_den = stat in DIVIDED_KINDS and (has_den or stat not in SINGLE_VALUE_KINDS)
    earlier = finite_or_missing(rates(num, den if with_den else None))
    value = float(finite_or_missing(rates(new_above, new_below if with_den else None)))
    found = [
        _outside(num, den, earlier, value, new_below, stat),
        _tenfold(earlier, value),
        _jump(den, new_below),
    ]
    return [finding for finding in found if finding is not None]


def modified_z(earlier: Any, value: float | None) -> float:
    """How far ``value`` lies from the median of ``earlier``: 0.6745 · (x − median) / MAD.

    MAD is the median absolute deviation from the median. Where more than half of the earlier values are the same it is
    0, and the mean absolute deviation stands in: (x − median) / (1.253314 · MeanAD). Where all are the same, nothing
    is known about how they vary: NaN, as for a missing value, none before it, or a spread too large for a number.
    ``earlier``: values in order, missing allowed. Source: Iglewicz & Hoaglin (1993). Raises NotANumberError,
    InfiniteValueError, LengthsDifferError.
    """
    center, spread = _center_and_spread(numerators(earlier, "values"))
    if not 0 < spread < np.inf:
        return float("nan")
    return (_number(value) - center) / spread


def check_modified_z(
    history_num: Any, history_den: Any, new_num: float | None, new_den: float | None, stat: str
) -> list[Finding]:
    """Whether a newly typed month is an outlier by the modified z-score, from 8 earlier values on.

    Arguments and errors as for ``check_limits``; at most one finding, whose bounds lie at a modified z of ±3.5.
    """
    if stat not in PROPORTION_KINDS | RATE_KINDS | SINGLE_VALUE_KINDS:
        raise UnknownKindError(f"There is no statistic “{stat}”.")
    num = numerators(history_num, "numerators")
    has_den = history_den is not None
    den = denominators(history_den, num) if has_den else np.full(num.shape, np.nan)
    with_den = stat in DIVIDED_KINDS and (has_den or stat not in SINGLE_VALUE_KINDS)
    earlier = finite_or_missing(rates(num, den if with_den else None))
    value = float(finite_or_missing(rates(_number(new_num), _number(new_den) if with_den else None)))
    if np.isnan(value) or np.count_nonzero(~np.isnan(earlier)) < FEWEST_FOR_MEDIAN:
        return []
    center, spread = _center_and_spread(earlier)
    if not 0 < spread < np.inf or abs(value - center) <= FARTHEST_MODIFIED_Z * spread:
        return []
    reach = FARTHEST_MODIFIED_Z * spread
    return [Finding(FindingCode.MODIFIED_Z, value, center, center - reach, center + reach)]


@QUIETLY
def _center_and_spread(earlier: Floats) -> tuple[float, float]:
    """Median, and the deviation that counts as one in the modified z; NaN where there are no values."""
    present = earlier[~np.isnan(earlier)]
    if not present.size:
        return float("nan"), float("nan")
    center = _median(present)
    away = np.abs(present - center)
    mad = _median(away)
    return center, mad / NORMAL_MAD if mad > 0 else NORMAL_MEAN_DEVIATION * float(row_mean(away[None, :])[0, 0])


def _median(values: Floats) -> float:
    return float(row_median(values[None, :])[0, 0])


def _outside(num: Floats, den: Floats, earlier: Floats, value: float, new_below: float, stat: str) -> Finding | None:
    present = ~np.isnan(earlier)
    if np.isnan(value) or np.count_nonzero(present) < FEWEST_EARLIER_POINTS:
        return None
    if stat in SINGLE_VALUE_KINDS:
        lines = batch.charts("i", earlier[None, :]).lines
        cl, lower, upper = (float(line[0, 0]) for line in (lines.cl, lines.lcl, lines.ucl))
    else:
        kind = "p" if stat in PROPORTION_KINDS else "u"
        # The new month rides along after the frozen baseline, so that the limits are those of its denominator.
        above, below = np.append(num[present], np.nan), np.append(den[present], new_below)
        above[-1] = value * new_below
        plain, prime = (
            batch.charts(name, above[None, :], below[None, :], freeze=int(np.count_nonzero(present))).lines
            for name in (kind, f"{kind}p")
        )
        cl = float(plain.cl[0, -1])
        lower = float(np.fmin(plain.lcl[0, -1], prime.lcl[0, -1]))
        upper = float(np.fmax(plain.ucl[0, -1], prime.ucl[0, -1]))
    if not lower < upper or lower <= value <= upper:
        return None
    return Finding(FindingCode.OUTSIDE_OWN_LIMITS, value, cl, lower, upper)


def _tenfold(earlier: Floats, value: float) -> Finding | None:
    present = earlier[~np.isnan(earlier)]
    if not present.size or np.isnan(value):
        return None
    last = float(present[-1])
    if last <= 0 or value <= 0 or last / TENFOLD < value < last * TENFOLD:
        return None
    return Finding(FindingCode.TENFOLD_CHANGE, value, last, last / TENFOLD, last * TENFOLD)


def _jump(den: Floats, new_below: float) -> Finding | None:
    usual = den[den > 0][-USUAL_DENOMINATORS:]
    if not usual.size or not new_below > 0:
        return None
    reference = _median(usual)
    if reference / JUMP <= new_below <= reference * JUMP:
        return None
    return Finding(FindingCode.DENOMINATOR_JUMP, new_below, reference, reference / JUMP, reference * JUMP)


def _number(value: float | None) -> float:
    return float("nan") if value is None else float(floats(value, "value"))
