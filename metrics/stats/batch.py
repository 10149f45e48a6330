"""The numbers of spc.chart for thousands of series at once, without a Python loop per series."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from metrics.stats.arrays import Floats, Numbers, denominators, floats
from metrics.stats.engine import Computed, Settings, check_kind, check_multiply, compute, given_line
from metrics.stats.errors import LengthsDifferError
from metrics.stats.lines import Lines
from metrics.stats.phases import Plan, plan
from metrics.stats.prepare import points_of
from metrics.stats.spc import Chart, assemble


@dataclass(frozen=True, eq=False)
class Charts:
    """Charts of several series.

    ``lines``: y, cl, lcl, ucl, lcl_95, ucl_95, each (series, points). ``sigma_signal`` (series, points) and ``runs``
    (per phase) are within ``computed``; ``phases`` holds part, baseline and include; ``n`` the denominators.
    """

    kind: str
    computed: Computed
    phases: Plan
    n: Floats

    @property
    def lines(self) -> Lines:
        """What is drawn, each (series, points)."""
        return self.computed.lines

    def __len__(self) -> int:
        return len(self.n)

    def chart(self, series: int) -> Chart:
        """The chart of one series, equal to what spc.chart makes of it; x is 1, 2, ..."""
        points = self.n.shape[1]
        names = (self.kind, tuple(range(1, points + 1)), np.full(points, np.nan))
        return assemble(self.computed, series, self.phases, self.n[series], names)

    def runs(self, field: str, part: int = -1) -> np.ndarray[Any, Any]:
        """One field of the runs analysis ("runs_signal", "longest_run", ...) of each series, (series,).

        ``part`` counts phases from 0; -1 is each series' last. -1 as a value stands for none.
        """
        rows = self.computed.row_of
        row = rows[:, part] if part >= 0 else rows.max(axis=1)
        found: np.ndarray[Any, Any] = getattr(self.computed.runs, field)[row]
        return found


def charts(
    kind: str,
    y: Numbers | Floats,
    n: Numbers | Floats | None = None,
    *,
    freeze: Any = None,
    part: Any = None,
    exclude: Any = None,
    cl: Any = None,
    multiply: float = 1,
    screen_mr: bool = True,
    agg_fun: str = "mean",
    y_neg: bool = True,
) -> Charts:
    """Charts of many series.

    ``y``, ``n``: (series, points), in order, NaN as missing; or (series, points, rows) where points are subgroups of
    rows, as Xbar and S charts need. ``freeze``: a point number, or one per series. ``part``, ``exclude``: point
    numbers for all series, or boolean arrays (series, points) that mark the last points of phases and the excluded
    points. ``cl``: a number, one per series, or (series, points). Everything else, the errors and the sources as in
    spc.chart.

    Each call holds some twenty tables of the size of ``y``: give millions of cells a few thousand series at a time.
    """
    check_kind(kind, has_denominator=n is not None)
    values = floats(y, "values")
    if values.ndim not in {2, 3}:
        raise LengthsDifferError("Many series need a table: one row of numbers for each series.")
    below = None if n is None else denominators(n, values)
    if values.ndim == 2:
        values = values[..., None]
        below = None if below is None else below[..., None]
    shape = (values.shape[0], values.shape[1])
    settings = Settings(kind, check_multiply(multiply), screen_mr, y_neg)
    points = points_of(values, below, agg_fun)
    phases = plan(shape, freeze, part, exclude)
    given = given_line(None if cl is None else floats(cl, "centre line"), shape)
    return Charts(kind, compute(points, phases, given, settings), phases, points.n)
