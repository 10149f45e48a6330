"""Which chart when: by the statistic of the measure, its points, their denominators, rarity and dispersion.

    few points, no variation, or rare events     run chart (no limits that could not be trusted)
    proportion                                   p chart, P prime where it is overdispersed
    rate                                         u chart, U prime where it is overdispersed
    count                                        c chart, I chart where it is overdispersed
    mean of so many cases                        I chart, I prime where the number of cases varies
    median, score                                I chart
    days between events                          t chart, g chart where some are 0

Reasons are codes with the numbers they rest on; the words are made where the chart is shown. Months of different
phases are judged phase by phase: give one phase at a time.

Sources: Provost & Murray 2011, The Health Care Data Guide, ch. 5 to 7; Anhøj & Mohammed, SPC for healthcare; Benneyan
2001, Health Care Management Science 4:305 (rare events); Laney 2002 (prime charts); Montgomery 7.3.2 (denominators
that vary by more than a quarter). The numbers of points are conventions: statistics.md section 5.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from metrics.stats.arrays import Bools, Floats, denominators, floats, row_sum
from metrics.stats.dispersion import SuccessiveDispersion, successive_dispersion
from metrics.stats.errors import LengthsDifferError, MissingDenominatorError, UnknownKindError

LIMITS_FROM = 12
"""Below 12 points a run chart: control limits of so few points are guesses."""

FIRM_FROM = 20
"""Limits from 12 to 19 points are trial limits, to be said so: 20 and more make them firm."""

SOME_LIMITS_FROM = 6
"""Fewer points than this give no limits at all, also where a phase or a frozen baseline has only just begun (Wheeler:
"five or six" are the least that are of use); from here to 19 they are trial limits."""

MOST_ZEROS = 0.25
"""Events are rare where more than a quarter of the points have none; the normal approximation behind p, u and c limits
then fails, and past a half the median is 0 as well."""

MOST_UNEVEN = 0.25
"""Denominators vary where one lies more than a quarter of their mean away from it."""

PERCENTILES_FROM = 10
"""Percentiles are shown of 10 teams and more: of fewer, the outer ones are little else than the first and the last
team."""

STATISTICS = ("proportion", "rate", "count", "mean", "median", "days_between", "score")
DIVIDED = frozenset({"proportion", "rate", "mean"})
COUNTED = frozenset({"proportion", "rate", "count"})


class ReasonCode(StrEnum):
    """Why this chart. In brackets: what ``value`` and ``bound`` of the reason are."""

    NO_VALUES = "no_values"
    """There is nothing to draw."""
    FEW_POINTS = "few_points"
    """(points with a value, points needed for limits)"""
    NOT_COUNTS = "not_counts"
    """Values below zero, or above their denominator in a proportion: no count is made so. (such points, 0)"""
    NO_VARIATION = "no_variation"
    """All points are equal. (their value, none)"""
    RARE_EVENTS = "rare_events"
    """(share of points without an event, largest share)"""
    PROPORTION = "proportion"
    RATE = "rate"
    COUNT = "count"
    MEAN = "mean"
    SINGLE_VALUES = "single_values"
    """Medians and scores: nothing is known of how the values within a month vary."""
    TIME_BETWEEN = "time_between"
    ZERO_TIMES = "zero_times"
    """Two events on one day: a t chart has no place for 0. (such points, 0)"""
    UNEVEN_DENOMINATORS = "uneven_denominators"
    """(largest distance from the mean as a share of it, largest share)"""
    OVERDISPERSED = "overdispersed"
    """(how many times wider than their denominators explain the points vary, 1)"""
    UNDERDISPERSED = "underdispersed"
    """The same, below 1: look how the numbers are made; the limits are left wide."""
    TRIAL_LIMITS = "trial_limits"
    """(points with a value, points from which limits are firm)"""


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason, as numbers."""

    code: ReasonCode
    value: float | None = None
    bound: float | None = None


@dataclass(frozen=True, slots=True)
class Advice:
    """The chart to draw.

    ``kind``: a kind of spc.chart. ``with_denominator``: give it the denominators; without them the first numbers are
    the values. ``reasons``: the deciding one first. ``points``: points with a value that count. ``trial_limits``: there
    are limits, of few points. ``instead``: the chart that would serve better with other data (t: days between events;
    None for none). ``width``: how many times wider than expected the points vary, None where that was not asked.
    """

    kind: str
    with_denominator: bool
    reasons: tuple[Reason, ...]
    points: int
    trial_limits: bool
    instead: str | None = None
    width: float | None = None


def percentiles_allowed(n_teams: int) -> bool:
    """Whether percentiles across ``n_teams`` teams may be shown."""
    return n_teams >= PERCENTILES_FROM


def choose(statistic: str, y: Any, n: Any = None, *, base: Any = None) -> Advice:
    """The chart for one phase of one series.

    ``statistic``: proportion, rate, count, mean, median, days_between or score. ``y``: what was reported, in order,
    None or NaN where missing; ``n``: denominators of proportion, rate and mean, otherwise not looked at. ``base``:
    flags of the points that give centre and limits (frozen, not excluded); None for all. Raises UnknownKindError,
    MissingDenominatorError, LengthsDifferError, NotANumberError, InfiniteValueError, NegativeDenominatorError.
    """
    values = floats(y, "values")
    if values.ndim != 1:
        raise LengthsDifferError(f"The values must be one list of numbers, not {values.ndim} levels of lists.")
    below = None if n is None or statistic not in DIVIDED else denominators(n, values)[None, :]
    flags = None if base is None else np.asarray(base, dtype=np.bool_)[None, ...]
    return choose_many(statistic, values[None, :], below, base=flags)[0]


def choose_many(statistic: str, y: Any, n: Any = None, *, base: Any = None) -> list[Advice]:
    """As ``choose`` for many series at once: ``y``, ``n``, ``base`` are (series, points)."""
    if statistic not in STATISTICS:
        raise UnknownKindError(f"There is no statistic “{statistic}”. Use one of: {', '.join(STATISTICS)}.")
    values = floats(y, "values")
    if values.ndim != 2:
        raise LengthsDifferError("Many series need a table: one row of numbers for each series.")
    if statistic in DIVIDED and n is None:
        raise MissingDenominatorError(f"A {statistic} is one number over another: it needs both.")
    below = (
        np.where(np.isnan(values), np.nan, 1.0) if n is None or statistic not in DIVIDED else denominators(n, values)
    )
    counts = np.ones(values.shape, dtype=np.bool_) if base is None else np.asarray(base, dtype=np.bool_)
    if counts.shape != values.shape:
        raise LengthsDifferError(f"There are {values.shape} values but {counts.shape} flags. Each value needs its own.")
    present = counts & ~np.isnan(values) & (below > 0)
    # Points that do not count are taken out, so that their neighbours are joined, as the charts do.
    order = np.argsort(~counts, axis=1, kind="stable")
    values, below, present = (np.take_along_axis(cells, order, axis=1) for cells in (values, below, present))
    facts = _facts(statistic, np.where(present, values, np.nan), np.where(present, below, np.nan))
    return [_decide(statistic, facts, row) for row in range(values.shape[0])]


@dataclass(frozen=True, eq=False)
class _Facts:
    """What is known of many series, each array (series,)."""

    points: Floats
    lowest: Floats
    highest: Floats
    zeros: Floats
    impossible: Floats
    empty_share: Floats
    unevenness: Floats
    dispersion: SuccessiveDispersion


def _facts(statistic: str, y: Floats, n: Floats) -> _Facts:
    present = ~np.isnan(y)
    everywhere = np.ones(y.shape, dtype=np.bool_)
    points = np.count_nonzero(present, axis=1).astype(np.float64)
    with np.errstate(all="ignore"):
        rate = y / n
        lowest = np.min(np.where(present, rate, np.inf), axis=1, initial=np.inf)
        highest = np.max(np.where(present, rate, -np.inf), axis=1, initial=-np.inf)
        is_proportion = statistic == "proportion"
        impossible = (y < 0) | (y > n) if is_proportion else y < 0
        nothing = np.count_nonzero(y == 0, axis=1)
        everything = np.count_nonzero(y == n, axis=1) if is_proportion else np.zeros_like(nothing)
        mean_n = row_sum(n, everywhere) / points[:, None]
        away = np.max(np.where(present, np.abs(n - mean_n) / mean_n, 0.0), axis=1, initial=0.0)
        return _Facts(
            points=points,
            lowest=lowest,
            highest=highest,
            zeros=nothing.astype(np.float64),
            impossible=np.count_nonzero(impossible, axis=1).astype(np.float64),
            empty_share=np.maximum(nothing, everything) / points,
            unevenness=away,
            dispersion=_dispersion(statistic, y, n),
        )


def _dispersion(statistic: str, y: Floats, n: Floats) -> SuccessiveDispersion:
    everywhere: Bools = np.ones(y.shape, dtype=np.bool_)
    cl = row_sum(y, everywhere) / row_sum(n, everywhere)
    if statistic == "proportion":
        variance = cl * (1 - cl) / n
        excess = (1 - 6 * cl * (1 - cl)) / (n * cl * (1 - cl))
    else:
        variance = cl / n
        excess = 1 / (n * cl)
    return successive_dispersion((y / n - cl) / np.sqrt(variance), excess)


def _decide(statistic: str, facts: _Facts, row: int) -> Advice:
    points = int(facts.points[row])
    divided = statistic in DIVIDED
    against = _against_limits(statistic, facts, row)
    if against is not None:
        rare = against.code is ReasonCode.RARE_EVENTS
        return Advice("run", divided, (against,), points, trial_limits=False, instead="t" if rare else None)
    kind, reasons, width = _with_limits(statistic, facts, row)
    trial = points < FIRM_FROM
    if trial:
        reasons.append(Reason(ReasonCode.TRIAL_LIMITS, points, FIRM_FROM))
    return Advice(kind, divided, tuple(reasons), points, trial_limits=trial, width=width)


def _against_limits(statistic: str, facts: _Facts, row: int) -> Reason | None:
    """Why there should be no limits, if so."""
    points = int(facts.points[row])
    if not points:
        return Reason(ReasonCode.NO_VALUES)
    if points < LIMITS_FROM:
        return Reason(ReasonCode.FEW_POINTS, points, LIMITS_FROM)
    if facts.impossible[row] and statistic in COUNTED | {"days_between"}:
        return Reason(ReasonCode.NOT_COUNTS, float(facts.impossible[row]), 0)
    if facts.lowest[row] == facts.highest[row]:
        return Reason(ReasonCode.NO_VARIATION, float(facts.lowest[row]))
    if statistic in COUNTED and facts.empty_share[row] > MOST_ZEROS:
        return Reason(ReasonCode.RARE_EVENTS, float(facts.empty_share[row]), MOST_ZEROS)
    return None


def _with_limits(statistic: str, facts: _Facts, row: int) -> tuple[str, list[Reason], float | None]:
    if statistic in COUNTED:
        return _of_counts(statistic, facts.dispersion, row)
    if statistic == "mean":
        uneven = float(facts.unevenness[row])
        if uneven > MOST_UNEVEN:
            return "ip", [_plain(statistic), Reason(ReasonCode.UNEVEN_DENOMINATORS, uneven, MOST_UNEVEN)], None
        return "i", [_plain(statistic)], None
    if statistic == "days_between":
        if facts.zeros[row]:
            return "g", [_plain(statistic), Reason(ReasonCode.ZERO_TIMES, float(facts.zeros[row]), 0)], None
        return "t", [_plain(statistic)], None
    return "i", [_plain(statistic)], None


def _of_counts(statistic: str, dispersion: SuccessiveDispersion, row: int) -> tuple[str, list[Reason], float | None]:
    plain, prime = {"proportion": ("p", "pp"), "rate": ("u", "up"), "count": ("c", "i")}[statistic]
    width = float(dispersion.width[row])
    reasons = [_plain(statistic)]
    if dispersion.over[row]:
        return prime, [*reasons, Reason(ReasonCode.OVERDISPERSED, width, 1)], width
    if dispersion.under[row]:
        reasons.append(Reason(ReasonCode.UNDERDISPERSED, width, 1))
    return plain, reasons, None if np.isnan(width) else width


def _plain(statistic: str) -> Reason:
    codes = {"days_between": ReasonCode.TIME_BETWEEN, "median": ReasonCode.SINGLE_VALUES}
    codes["score"] = ReasonCode.SINGLE_VALUES
    return Reason(codes.get(statistic) or ReasonCode(statistic))
