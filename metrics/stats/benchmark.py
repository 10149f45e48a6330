"""Comparison across teams: pooled rate, percentiles, achievable benchmark of care, funnel limits.

The pooled rate is sum(numerators) / sum(denominators): large teams weigh more. The mean and the percentiles are of
the teams' own rates: every team weighs the same. They are different answers to different questions.

Percentiles are Hyndman & Fan's type 7 (linear interpolation; numpy's and Excel's PERCENTILE.INC).

The achievable benchmark of care orders teams by their adjusted performance (x + 1) / (d + 2), best first, takes the
fewest whose denominators together reach 10 % of all, and pools these (Kiefe et al. 1998, Int J Qual Health Care
10:443; Weissman et al. 1999, J Eval Clin Pract 5:269). Teams of equal adjusted performance keep the order in which
they were given.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from metrics.stats.arrays import Bools, Floats, Ints, Numbers, denominators, numerators
from metrics.stats.engine import Settings, check_kind, compute
from metrics.stats.errors import BadOptionError, LengthsDifferError, UnknownKindError
from metrics.stats.phases import plan
from metrics.stats.prepare import points_of

DIRECTIONS = {"up": 1, "down": -1, "none": 0}
"""Is a higher rate better ("up"), a lower one ("down"), or neither ("none")?"""

QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
SHARE = 10
"""The best teams are taken until they hold one SHARE-th of all denominators."""


@dataclass(frozen=True)
class Monthly:
    """The benchmark of one measure in one month; None where there is no value.

    ``reporting``: teams with a numerator and a denominator above 0. ``pooled`` and ``abc`` are over all of them,
    ``mean``, ``median`` and the percentiles over those whose denominator reaches the measure's minimum.
    """

    reporting: int
    pooled: float | None
    mean: float | None
    median: float | None
    p10: float | None
    p25: float | None
    p75: float | None
    p90: float | None
    abc: float | None


@dataclass(frozen=True, eq=False)
class MonthlyGroups:
    """Benchmarks of many groups (measure and month), one element per group; NaN where there is no value."""

    reporting: Ints
    pooled: Floats
    mean: Floats
    median: Floats
    p10: Floats
    p25: Floats
    p75: Floats
    p90: Floats
    abc: Floats

    def group(self, number: int) -> Monthly:
        """The benchmark of one group."""
        return Monthly(
            reporting=int(self.reporting[number]),
            pooled=_maybe(self.pooled[number]),
            mean=_maybe(self.mean[number]),
            median=_maybe(self.median[number]),
            p10=_maybe(self.p10[number]),
            p25=_maybe(self.p25[number]),
            p75=_maybe(self.p75[number]),
            p90=_maybe(self.p90[number]),
            abc=_maybe(self.abc[number]),
        )


@dataclass(frozen=True)
class Summary:
    """Teams compared once; None where there is no value. ``abc_members``: labels of the benchmark's teams."""

    n_org: int
    pooled: float | None
    mean_of_rates: float | None
    median: float | None
    p10: float | None
    p25: float | None
    p50: float | None
    p75: float | None
    p90: float | None
    abc: float | None
    abc_members: list[Any]


@dataclass(frozen=True, eq=False)
class Funnel:
    """Limits per team, in the order given, around the pooled rate ``cl``; NaN for teams without a denominator."""

    cl: float
    lcl: Floats
    ucl: Floats
    lcl_95: Floats
    ucl_95: Floats
    sigma_signal: Bools


def summary(y: Numbers, n: Numbers, *, higher_is_better: bool | None, labels: Sequence[Any] | None = None) -> Summary:
    """Teams compared once: ``y`` numerators, ``n`` denominators, ``labels`` names for ``abc_members`` (1, 2, ...).

    Teams with a denominator of 0, or with a missing number, are left out. ``higher_is_better`` None: no benchmark of
    care. Raises LengthsDifferError, NotANumberError, InfiniteValueError, NegativeDenominatorError.
    """
    values = numerators(y, "numerators")
    below = denominators(n, values)
    names = list(range(1, values.size + 1)) if labels is None else list(labels)
    if len(names) != values.size:
        raise LengthsDifferError(f"There are {values.size} values but {len(names)} labels. Each team needs its own.")
    sign = 0 if higher_is_better is None else 1 if higher_is_better else -1
    one = np.zeros(values.size, dtype=np.int64)
    found, best = _compare(one, values, below, np.array([sign]), np.array([0.0]))
    month = found.group(0)
    return Summary(
        n_org=month.reporting,
        pooled=month.pooled,
        mean_of_rates=month.mean,
        median=month.median,
        p10=month.p10,
        p25=month.p25,
        p50=month.median,
        p75=month.p75,
        p90=month.p90,
        abc=month.abc,
        abc_members=[names[place] for place in best],
    )


def monthly(numerator: Numbers, denominator: Numbers, *, direction: str, min_denominator: float | None) -> Monthly:
    """The benchmark of one measure in one month, one number per team.

    ``direction``: up, down or none (then ``abc`` is None). ``min_denominator``: teams below it count in ``pooled``
    and ``abc`` but not in mean and percentiles; None for no minimum. Raises as ``monthly_groups``.
    """
    values = numerators(numerator, "numerators")
    group = np.zeros(values.size, dtype=np.int64)
    return monthly_groups(
        group, values, denominator, direction=direction, min_denominator=min_denominator, n_groups=1
    ).group(0)


def monthly_groups(
    group: Any,
    numerator: Numbers,
    denominator: Numbers,
    *,
    direction: str | Sequence[str],
    min_denominator: float | Sequence[float | None] | None,
    n_groups: int | None = None,
) -> MonthlyGroups:
    """The benchmarks of many groups at once, equal to ``monthly`` on each.

    ``group``: for every team's value the number of its group, from 0. ``direction`` and ``min_denominator``:
    for all groups, or one per group. ``n_groups``: how many groups there are when the last ones may be empty.
    Raises LengthsDifferError, BadOptionError (group numbers), UnknownKindError (direction), NotANumberError,
    InfiniteValueError, NegativeDenominatorError.
    """
    values = numerators(numerator, "numerators")
    below = denominators(denominator, values)
    groups = np.asarray(group)
    if groups.shape != values.shape:
        raise LengthsDifferError(f"There are {values.size} values but {groups.size} group numbers.")
    if groups.size and not (np.issubdtype(groups.dtype, np.integer) and groups.min() >= 0):
        raise BadOptionError("Group numbers must be whole numbers from 0.")
    groups = groups.astype(np.int64)
    count = int(groups.max(initial=-1)) + 1 if n_groups is None else n_groups
    if groups.size and int(groups.max()) >= count:
        raise BadOptionError(f"There are {count} groups, but a value names group {int(groups.max())}.")
    directions = [direction] * count if isinstance(direction, str) else list(direction)
    least = list(min_denominator) if isinstance(min_denominator, Sequence | np.ndarray) else [min_denominator] * count
    if len(directions) != count or len(least) != count:
        raise LengthsDifferError(f"There are {count} groups: each needs its direction and its minimum.")
    minimum = np.array([0.0 if value is None else value for value in least], dtype=np.float64)
    return _compare(groups, values, below, _signs(directions), minimum)[0]


def funnel(kind: str, y: Numbers, n: Numbers) -> Funnel:
    """Funnel limits of one period, one number per team: 3 and 2 sigma around the pooled rate.

    ``kind``: p, u, or pp, up, whose sigma is widened (or narrowed) by the standard deviation of the teams' z scores
    (Laney 2002; see attributes). Teams with a denominator of 0 or a missing number have no limits, give no signal
    and do not count in the centre. Raises UnknownKindError and what ``summary`` raises.
    """
    if kind not in {"p", "pp", "u", "up"}:
        raise UnknownKindError(f"There is no funnel plot “{kind}”. Use one of: p, pp, u, up.")
    check_kind(kind, has_denominator=True)
    values = numerators(y, "numerators")
    below = denominators(n, values)
    live = (below > 0) & ~np.isnan(values)
    shape = (1, values.size)
    points = points_of(
        np.where(live, values, np.nan)[None, :, None], np.where(live, below, np.nan)[None, :, None], "mean"
    )
    computed = compute(points, plan(shape, None, None, None), None, Settings(kind, categorical=True))
    lines = computed.lines
    return Funnel(
        cl=float(lines.cl[0, 0]) if values.size else float("nan"),
        lcl=lines.lcl[0],
        ucl=lines.ucl[0],
        lcl_95=lines.lcl_95[0],
        ucl_95=lines.ucl_95[0],
        sigma_signal=computed.sigma_signal[0],
    )


def _compare(group: Ints, y: Floats, n: Floats, signs: Ints, minimum: Floats) -> tuple[MonthlyGroups, list[int]]:
    """Benchmarks per group, and the places in ``y`` of the teams behind the benchmarks of care, best first."""
    live = np.flatnonzero((n > 0) & ~np.isnan(y))
    count = signs.size
    group, y, n = group[live], y[live], n[live]
    with np.errstate(all="ignore"):
        rate = y / n
        pooled = _total(group, y, count) / _total(group, n, count)
        enough = n >= minimum[group]
        members, rates = group[enough], rate[enough]
        sizes = np.bincount(members, minlength=count)
        mean = _total(members, rates, count) / sizes
        low = _percentiles(members, rates, sizes)
        best = _best(group, y, n, signs)
        abc = _total(group[best], y[best], count) / _total(group[best], n[best], count)
    p10, p25, median, p75, p90 = low
    found = MonthlyGroups(np.bincount(group, minlength=count), pooled, mean, median, p10, p25, p75, p90, abc)
    return found, live[best].tolist()


def _best(group: Ints, y: Floats, n: Floats, signs: Ints) -> Ints:
    """Places of the best teams of every group that hold 10 % of its denominators, groups in turn, best first."""
    sign = signs[group]
    adjusted = (y + 1) / (n + 2)
    order = np.lexsort((-sign * adjusted, group))
    order = order[sign[order] != 0]
    ordered, weight = group[order], n[order].astype(np.longdouble)
    total = np.bincount(group, weights=n, minlength=signs.size)
    running = np.concatenate(([np.longdouble(0)], np.cumsum(weight)))
    first = np.searchsorted(ordered, ordered)
    before = running[:-1] - running[first]
    best: Ints = order[SHARE * before < total[ordered]]
    return best


def _percentiles(group: Ints, rate: Floats, sizes: Ints) -> list[Floats]:
    """Type 7 percentiles of every group, NaN for an empty group, by numpy's own interpolation."""
    ordered = np.append(rate[np.lexsort((rate, group))], np.nan)
    first = np.cumsum(sizes) - sizes
    last = np.maximum(sizes - 1, 0)
    found = []
    for quantile in QUANTILES:
        place = last * quantile
        whole = np.floor(place).astype(np.int64)
        share = place - whole
        low = ordered[np.minimum(first + whole, rate.size)]
        high = ordered[np.minimum(first + np.minimum(whole + 1, last), rate.size)]
        step = high - low
        between = np.where(share >= 0.5, high - step * (1 - share), low + step * share)
        found.append(np.where(sizes > 0, between, np.nan))
    return found


def _signs(directions: Sequence[str]) -> Ints:
    unknown = sorted({str(direction) for direction in directions} - set(DIRECTIONS))
    if unknown:
        raise UnknownKindError(f"There is no direction “{unknown[0]}”. Use one of: {', '.join(DIRECTIONS)}.")
    return np.array([DIRECTIONS[direction] for direction in directions], dtype=np.int64)


def _total(group: Ints, values: Floats, count: int) -> Floats:
    return np.bincount(group, weights=values, minlength=count).astype(np.float64)


def _maybe(value: Any) -> float | None:
    return None if np.isnan(value) else float(value)
