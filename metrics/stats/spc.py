"""Run charts and Shewhart charts of one series.

The algorithms and their sources are in the modules of the families: individuals, subgroups, attributes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from metrics.stats.arrays import Bools, Floats, Ints, Numbers, denominators, floats, numerators
from metrics.stats.engine import FAMILIES, Computed, Settings, check_kind, check_multiply, compute
from metrics.stats.errors import LengthsDifferError
from metrics.stats.phases import Plan, plan
from metrics.stats.prepare import Order, order_rows, points_of, stack
from metrics.stats.runs import RunsAnalysis

KINDS = tuple(FAMILIES)


@dataclass(frozen=True)
class Part(RunsAnalysis):
    """Runs analysis of one phase; ``part`` counts from 1.

    ``n_obs`` counts included points, missing ones too; ``n_useful`` those with a value off the centre line.
    """

    part: int


@dataclass(frozen=True, eq=False)
class Chart:
    """One chart. Arrays have one element per point; NaN is a missing value, a missing centre or no limit.

    ``x``: the points' x in order, as they were given. ``y``: what is drawn. ``cl``: centre line. ``lcl``, ``ucl``:
    3-sigma limits; ``lcl_95``, ``ucl_95``: 2-sigma limits. ``sigma_signal``: outside the 3-sigma limits. ``part``:
    the number of the phase, from 1. ``baseline``: within the frozen points. ``include``: not excluded. ``parts``:
    runs analysis per phase. ``target``: as given, not multiplied. ``n``: the denominator, NaN where the chart has
    none.
    """

    kind: str
    x: tuple[Any, ...]
    y: Floats
    n: Floats
    cl: Floats
    lcl: Floats
    ucl: Floats
    lcl_95: Floats
    ucl_95: Floats
    sigma_signal: Bools
    part: Ints
    baseline: Bools
    include: Bools
    target: Floats
    parts: tuple[Part, ...]


def chart(
    kind: str,
    y: Numbers,
    n: Numbers | float | None = None,
    x: Sequence[Any] | np.ndarray[Any, Any] | None = None,
    *,
    freeze: int | None = None,
    part: int | Sequence[int] | None = None,
    exclude: int | Sequence[int] | None = None,
    cl: float | Numbers | None = None,
    target: float | Numbers | None = None,
    multiply: float = 1,
    screen_mr: bool = True,
    agg_fun: str = "mean",
    y_neg: bool = True,
) -> Chart:
    """A run chart or a Shewhart chart.

    ``kind``: run, i, mr, xbar, s, t, p, pp (P prime), u, up (U prime), c, g, ip (I prime). ``y``: numerators or
    measurements; ``n``: denominators, needed for p, pp, u, up. ``x``: dates, numbers or names, in any order; rows of
    one x are one point (the subgroup of an Xbar or S chart). ``freeze``, ``part``, ``exclude``: point numbers from
    1, after sorting (see phases). ``cl``: a centre line known beforehand. ``target``: kept for drawing. ``multiply``
    scales y, centre and limits. ``screen_mr``: leave out moving ranges of 3.267 times their mean and more, once.
    ``agg_fun``: mean, median, sum or sd of the rows of one x on charts without denominators; C charts always take
    the sum, Xbar charts the mean, S charts the standard deviation. ``y_neg`` False cuts lower limits at 0 when no
    value is below 0.

    Documented values rather than errors: a series without points gives a chart without points; a denominator of 0
    under a numerator of 0 is missing, under a positive numerator infinite (refuse it where data are typed), and a
    centre line that this would make infinite is missing, with its limits and signals; freeze beyond the end takes all
    points; exclusions that leave nothing leave no lines.

    Raises a StatisticsError: UnknownKindError, LengthsDifferError, NotANumberError, InfiniteValueError,
    NegativeDenominatorError, MissingDenominatorError, NonPositiveTimeError, BadOptionError,
    UnorderedPointsError.

    Source: statistics.md sections 1 to 3, after qicharts2 (Anhøj 2018, J Open Source Softw 3:699).
    """
    check_kind(kind, has_denominator=n is not None)
    values = numerators(y)
    below = None if n is None else denominators(n, values)
    order = order_rows(x, values.size)
    settings = Settings(kind, check_multiply(multiply), screen_mr, y_neg, order.categorical)
    points = points_of(stack(values, order), None if below is None else stack(below, order), agg_fun)
    phases = plan((1, len(order.labels)), freeze, part, exclude)
    given = None if cl is None else _per_point(cl, order, "centre line")[None, :]
    computed = compute(points, phases, given, settings)
    return assemble(computed, 0, phases, points.n[0], (kind, order.labels, _per_point(target, order, "target")))


def assemble(
    computed: Computed, series: int, phases: Plan, n: Floats, names: tuple[str, tuple[Any, ...], Floats]
) -> Chart:
    """The chart of one series out of what was computed for several; ``names`` are its kind, x and target."""
    kind, x, target = names
    lines = computed.lines
    rows = computed.row_of[series] if x else []
    return Chart(
        kind=kind,
        x=x,
        y=lines.y[series].copy(),
        n=n.copy(),
        cl=lines.cl[series].copy(),
        lcl=lines.lcl[series].copy(),
        ucl=lines.ucl[series].copy(),
        lcl_95=lines.lcl_95[series].copy(),
        ucl_95=lines.ucl_95[series].copy(),
        sigma_signal=computed.sigma_signal[series].copy(),
        part=phases.part[series].copy(),
        baseline=phases.baseline[series].copy(),
        include=phases.include[series].copy(),
        target=target,
        parts=tuple(
            Part(part=number, **vars(computed.runs.analysis(int(row))))
            for number, row in enumerate(rows, start=1)
            if row >= 0
        ),
    )


def _per_point(value: Any, order: Order, name: str) -> Floats:
    """A line given as one number or one per row, as one number per point: that of the point's first row."""
    points = np.full(len(order.labels), np.nan)
    if value is None:
        return points
    line = floats(value, name)
    if line.ndim == 0:
        return np.full(points.shape, line)
    if line.shape != order.point.shape:
        raise LengthsDifferError(f"The {name} must be one number, or one for each of the {order.point.size} values.")
    kept = order.point >= 0
    first, index = np.unique(order.point[kept], return_index=True)
    points[first] = line[kept][index]
    return points
