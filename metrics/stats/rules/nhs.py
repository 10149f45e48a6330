"""The rules and marks of NHS England's *Making Data Count* ("plot the dots").

An XmR chart with its own conventions: limits at 2.66 average moving ranges; a shift is 7 points on one side of the
mean, a trend 7 points up or down, and two of three points close to a limit signal too.

Source: statistics.md section 6, after NHSRplotthedots 0.2.2; NHS England, Making Data Count.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from metrics.stats.arrays import Bools, Floats, Ints, finite_or_missing, floats, numerators, row_mean
from metrics.stats.errors import BadOptionError, UnknownKindError, UnorderedPointsError
from metrics.stats.lines import average_moving_range
from metrics.stats.phases import point_numbers
from metrics.stats.prepare import order_rows, sort_key
from metrics.stats.runs import sides

LIMIT = 2.66
"""3 / 1.128, rounded as the NHS rounds it."""

NEAR = 2 * (LIMIT / 3)
"""Points beyond two thirds of the way to a limit are close to it."""

PATTERN = 7
FEWEST_FOR_FIXED_LIMITS = 12
SHORT_GROUP = 13
"""Groups with fewer points carry a warning: their limits are provisional."""

DIRECTIONS = {"increase": 1, "decrease": -1, "neutral": 0}


@dataclass(frozen=True, eq=False)
class MakingDataCount:
    """One element per point, in the order of x; NaN is missing.

    ``rebase_group`` counts from 0. ``mean``, ``lpl``, ``upl``: centre and process limits. ``special_cause_type``:
    the first reason that fits a point, "Common Cause" without any. ``point_type``: common_cause,
    special_cause_improvement, special_cause_concern, special_cause_neutral_high or ..._low. ``variation_icon``:
    common_cause, improvement_high, improvement_low, concern_high, concern_low, neutral_high or neutral_low, by the
    last point that has a value. ``assurance_type``: consistent_pass, consistent_fail, inconsistent, or None without
    a target or a direction. ``short_group_warning``: fewer than 13 points in the group.
    """

    x: tuple[Any, ...]
    y: Floats
    rebase_group: Ints
    mean: Floats
    lpl: Floats
    upl: Floats
    outside_limits: Bools
    close_to_limits: Bools
    special_cause_type: list[str]
    point_type: list[str]
    short_group_warning: Bools
    variation_icon: str
    assurance_type: str | None


def making_data_count(
    y: Any,
    x: Any = None,
    *,
    improvement_direction: str,
    target: float | None = None,
    fix_after: int | None = None,
    rebase: Any = (),
    screen_outliers: bool = True,
) -> MakingDataCount:
    """Limits, special causes and marks of a series after Making Data Count.

    ``improvement_direction``: increase, decrease or neutral. ``fix_after``: the first so many points of each
    group give its limits (12 or more). ``rebase``: values of x at which a new group starts.
    ``screen_outliers``: leave out moving ranges of 3.267 times their mean and more, once. A missing value
    keeps its place, breaks shifts and trends and is a common cause. Raises UnknownKindError,
    UnorderedPointsError (x repeats), BadOptionError, NotANumberError, InfiniteValueError, LengthsDifferError.
    """
    if improvement_direction not in DIRECTIONS:
        raise UnknownKindError(f"There is no direction “{improvement_direction}”. Use one of: {', '.join(DIRECTIONS)}.")
    fixed = None if fix_after is None else point_numbers(fix_after, "fix_after")[0]
    if fixed is not None and fixed < FEWEST_FOR_FIXED_LIMITS:
        raise BadOptionError(f"Limits can be fixed after {FEWEST_FOR_FIXED_LIMITS} points or more, not {fixed}.")
    labels, values = _sorted(numerators(y), x)
    group = _groups(labels, rebase)
    mean, amr = np.full(values.shape, np.nan), np.full(values.shape, np.nan)
    for number in np.unique(group):
        members = group == number
        mean[members], amr[members] = _centre(values[members], fixed, screen_outliers)

    with np.errstate(over="ignore"):
        lpl, upl = (finite_or_missing(line) for line in (mean - LIMIT * amr, mean + LIMIT * amr))
        near = NEAR * amr
        outside = (values > upl) | (values < lpl)
        close = ~outside & ((values < mean - near) | (values > mean + near))
    types = np.full(values.shape, "Common Cause", dtype=object)
    for number in np.unique(group):
        members = group == number
        types[members] = _types(values[members], mean[members], outside[members], close[members])
    direction = DIRECTIONS[improvement_direction]
    points = [_point_type(kind, direction) for kind in types]
    sizes = np.bincount(group)[group] if group.size else group
    return MakingDataCount(
        x=labels,
        y=values,
        rebase_group=group,
        mean=mean,
        lpl=lpl,
        upl=upl,
        outside_limits=outside,
        close_to_limits=close,
        special_cause_type=[str(kind) for kind in types],
        point_type=points,
        short_group_warning=sizes < SHORT_GROUP,
        variation_icon=_variation_icon(points, values, direction),
        assurance_type=_assurance(target, lpl, upl, direction),
    )


def _sorted(values: Floats, x: Any) -> tuple[tuple[Any, ...], Floats]:
    order = order_rows(x, values.size)
    kept = order.point >= 0
    if kept.sum() != len(order.labels):
        raise UnorderedPointsError("A value of x occurs twice. Making Data Count needs one value for each point.")
    ordered = np.empty(len(order.labels))
    ordered[order.point[kept]] = values[kept]
    return order.labels, ordered


def _groups(labels: tuple[Any, ...], rebase: Any) -> Ints:
    starts = rebase if isinstance(rebase, Iterable) and not isinstance(rebase, str) else [rebase]
    wanted = {sort_key(start) for start in starts if start is not None}
    return np.cumsum([sort_key(label) in wanted for label in labels], dtype=np.int64)


def _centre(values: Floats, fix_after: int | None, screen: bool) -> tuple[float, float]:
    """Mean and average moving range of one group."""
    fixed = values[None, :fix_after]
    with np.errstate(all="ignore"):
        mean, amr = row_mean(fixed), average_moving_range(fixed, None, screen=screen)
    return float(mean[0, 0]), float(amr[0, 0])


def _types(values: Floats, mean: Floats, outside: Bools, close: Bools) -> list[str]:
    side = sides(values, mean)
    with np.errstate(over="ignore"):
        step = np.sign(np.diff(values))
    shift = _spread(_windows(side > 0, PATTERN) | _windows(side < 0, PATTERN), PATTERN)
    # A trend of 7 points is 6 steps; the window of steps that starts at a point covers that point and 6 more.
    moving = _windows(step > 0, PATTERN - 1) | _windows(step < 0, PATTERN - 1)
    trend = _spread(moving, PATTERN)
    same_side = _windows(side > 0, 3) | _windows(side < 0, 3)
    two_close = np.array([np.count_nonzero(close[start : start + 3]) >= 2 for start in range(same_side.size)])
    two_in_three = close & _spread(same_side & two_close.astype(np.bool_), 3)
    found = []
    for place, here in enumerate(side):
        above = "Above" if here > 0 else "Below"
        if outside[place]:
            found.append("Above UCL" if here > 0 else "Below LCL")
        elif trend[place]:
            goes_on = place + 1 < trend.size and trend[place + 1]
            rising = step[place if goes_on else place - 1] > 0
            found.append(f"7 Point Trend ({'In' if rising else 'De'}creasing)")
        elif two_in_three[place]:
            found.append(f"2 in 3 {above} CL")
        elif shift[place]:
            found.append(f"7 Points {above} CL")
        else:
            found.append("Common Cause")
    return found


def _windows(flags: Bools, length: int) -> Bools:
    """For each place at which a whole window of ``length`` starts: are all its flags set?"""
    count = max(flags.size - length + 1, 0)
    return np.array([bool(flags[start : start + length].all()) for start in range(count)], dtype=np.bool_)


def _spread(windows: Bools, length: int) -> Bools:
    """Every point that lies in one of the marked windows of ``length`` points."""
    flags = np.zeros(windows.size + length - 1, dtype=np.bool_)
    for start in np.flatnonzero(windows):
        flags[start : start + length] = True
    return flags


def _point_type(kind: str, direction: int) -> str:
    if kind == "Common Cause":
        return "common_cause"
    high = "Above" in kind or "Increasing" in kind
    if direction == 0:
        return f"special_cause_neutral_{'high' if high else 'low'}"
    return f"special_cause_{'improvement' if high == (direction > 0) else 'concern'}"


def _variation_icon(points: list[str], values: Floats, direction: int) -> str:
    present = np.flatnonzero(~np.isnan(values))
    last = points[present[-1]] if present.size else "common_cause"
    name = last.removeprefix("special_cause_")
    if name in {"improvement", "concern"}:
        return f"{name}_{'high' if (name == 'improvement') == (direction > 0) else 'low'}"
    return name


def _assurance(target: float | None, lpl: Floats, upl: Floats, direction: int) -> str | None:
    if target is None or direction == 0 or not upl.size:
        return None
    goal = float(floats(target, "target"))
    above, below = goal > upl[-1], goal < lpl[-1]
    if not above and not below:
        return "inconsistent"
    return "consistent_fail" if above == (direction > 0) else "consistent_pass"
