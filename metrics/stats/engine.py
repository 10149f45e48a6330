"""One way from points to chart, for one series and for thousands: spc and batch both go through ``compute``."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from metrics.stats import attributes, individuals, subgroups
from metrics.stats.arrays import Bools, Floats, Ints
from metrics.stats.errors import BadOptionError, LengthsDifferError, MissingDenominatorError, UnknownKindError
from metrics.stats.lines import Block, Family, Lines
from metrics.stats.phases import Cut, Plan, cut
from metrics.stats.prepare import Points
from metrics.stats.runs import RowRuns, analyse_rows

FAMILIES: dict[str, Family] = {
    "run": individuals.run,
    "i": individuals.individuals,
    "mr": individuals.moving_range,
    "xbar": subgroups.xbar,
    "s": subgroups.deviation,
    "t": individuals.time_between,
    "p": attributes.proportion,
    "pp": attributes.proportion_prime,
    "u": attributes.rate,
    "up": attributes.rate_prime,
    "c": attributes.count,
    "g": attributes.opportunities_between,
    "ip": individuals.i_prime,
}
NEEDS_DENOMINATOR = frozenset({"p", "pp", "u", "up"})


@dataclass(frozen=True)
class Settings:
    """How a chart is made, apart from its points and phases."""

    kind: str
    multiply: float = 1.0
    screen_mr: bool = True
    y_neg: bool = True
    categorical: bool = False


@dataclass(frozen=True, eq=False)
class Computed:
    """Charts of several series: lines and signals (series, points), runs analysis per phase (rows).

    ``row_of`` (series, phases) finds the row of a phase in ``runs``, -1 where a series has fewer phases.
    """

    lines: Lines
    sigma_signal: Bools
    runs: RowRuns
    row_of: Ints


def check_kind(kind: str, *, has_denominator: bool) -> None:
    """Raise UnknownKindError or MissingDenominatorError if no such chart can be made."""
    if kind not in FAMILIES:
        raise UnknownKindError(f"There is no chart “{kind}”. Use one of: {', '.join(FAMILIES)}.")
    if kind in NEEDS_DENOMINATOR and not has_denominator:
        raise MissingDenominatorError(f"A {kind.upper()} chart shows numerators over denominators: it needs both.")


def check_multiply(multiply: Any) -> float:
    """The multiplier as a number above zero; raises BadOptionError."""
    try:
        number = float(multiply)
    except (TypeError, ValueError) as error:
        raise BadOptionError("“multiply” must be a number such as 1, 100 or 10 000.") from error
    if not 0 < number < float("inf"):
        raise BadOptionError("“multiply” must be a finite number above zero.")
    return number


def given_line(cl: Floats | None, shape: tuple[int, int]) -> Floats:
    """A given centre line (one number, one per series or one per point) as (series, points), NaN for none."""
    if cl is None:
        return np.full(shape, np.nan)
    if cl.ndim == 1 and cl.size == shape[0] and shape[0] > 1:
        cl = cl[:, None]
    try:
        return np.broadcast_to(cl, shape)
    except ValueError as error:
        raise LengthsDifferError("A given centre line must be one number, or one for each point.") from error


def compute(points: Points, plan: Plan, given: Floats, settings: Settings) -> Computed:
    """Centre lines, limits, signals and runs analysis of all series, each phase on its own.

    Limits that are not finite become missing. A point signals when it lies strictly outside its 3-sigma limits. The
    runs analysis never signals on a moving-range chart, whose points depend on each other, nor across categories,
    which have no order. ``multiply`` scales values, centre and limits. ``y_neg`` False cuts lower limits at 0 when
    the whole series is at or above 0.
    """
    with np.errstate(all="ignore"):  # 0 / 0 and roots of negative numbers are the missing values they should be
        cutting = cut(plan.part)
        include = cutting.gather_flags(plan.include)
        block = _block(points, plan, given, settings, cutting, include)
        lines = FAMILIES[settings.kind](block)
        runs = analyse_rows(np.sign(lines.y - lines.cl), include)
        if settings.categorical or settings.kind == "mr":
            runs = _without_signal(runs)
        finished = _finish(lines, cutting, settings)
        signal = (finished.y > finished.ucl) | (finished.y < finished.lcl)
    return Computed(finished, signal, runs, cutting.row_of)


def _block(points: Points, plan: Plan, given: Floats, settings: Settings, cutting: Cut, include: Bools) -> Block:
    return Block(
        value=cutting.gather(points.value),
        total=cutting.gather(points.total),
        n=cutting.gather(points.n),
        size=cutting.gather(points.size),
        mean=cutting.gather(points.mean),
        sd=cutting.gather(points.sd),
        present=cutting.present,
        base=cutting.gather_flags(plan.baseline) & include,
        given=cutting.gather(given),
        categorical=settings.categorical,
        screen=settings.screen_mr,
    )


def _finish(lines: Lines, cutting: Cut, settings: Settings) -> Lines:
    """Lines back in the shape of the series, multiplied, without limits that are not finite."""
    drawn = [
        cutting.scatter(line) * settings.multiply
        for line in (lines.y, lines.cl, lines.lcl, lines.ucl, lines.lcl_95, lines.ucl_95)
    ]
    y, cl, *limits = drawn
    lcl, ucl, lcl_95, ucl_95 = (np.where(np.isfinite(limit), limit, np.nan) for limit in limits)
    if not settings.y_neg:
        never_below = ~(y < 0).any(axis=1, keepdims=True)
        lcl = np.where(never_below & (lcl < 0), 0.0, lcl)
        lcl_95 = np.where(never_below & (lcl_95 < 0), 0.0, lcl_95)
    return Lines(y, cl, lcl, ucl, lcl_95, ucl_95)


def _without_signal(runs: RowRuns) -> RowRuns:
    return RowRuns(
        n_obs=runs.n_obs,
        n_useful=runs.n_useful,
        longest_run=runs.longest_run,
        longest_run_max=runs.longest_run_max,
        n_crossings=runs.n_crossings,
        n_crossings_min=runs.n_crossings_min,
        runs_signal=np.zeros(runs.runs_signal.shape, dtype=np.bool_),
    )
