"""One way from points to chart, for one series and for thousands: spc and batch both go through ``compute``."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from metrics.stats import attributes, individuals, subgroups
from metrics.stats.arrays import QUIETLY, Bools, Floats, Ints, finite_or_missing
from metrics.stats.errors import BadOptionError, LengthsDifferError, MissingDenominatorError, UnknownKindError
from metrics.stats.lines import Block, Family, Lines
from metrics.stats.phases import Cut, Plan, cut
from metrics.stats.prepare import Points
from metrics.stats.runs import RowRuns, analyse_rows, sides

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


def given_line(cl: Floats | None, shape: tuple[int, int]) -> Floats | None:
    """A given centre line (one number, one per series or one per point) as (series, points); None for none."""
    if cl is None:
        return None
    if cl.ndim == 1 and cl.size == shape[0] and shape[0] > 1:
        cl = cl[:, None]
    try:
        return np.broadcast_to(cl, shape)
    except ValueError as error:
        raise LengthsDifferError("A given centre line must be one number, or one for each point.") from error


@QUIETLY
def compute(points: Points, plan: Plan, given: Floats | None, settings: Settings) -> Computed:
    """Centre lines, limits, signals and runs analysis of all series, each phase on its own.

    Centre lines and limits that are not finite become missing. A point signals when it lies strictly outside its
    3-sigma limits. The runs analysis never signals on a moving-range chart, whose points depend on each other, nor
    across categories, which have no order. ``multiply`` scales values, centre and limits. ``y_neg`` False cuts lower
    limits at 0 when the whole series is at or above 0. The arrays may share memory and are for reading only.
    """
    cutting = cut(plan.part)
    include = None if plan.is_plain else cutting.gather_flags(plan.include)
    base = None if include is None else cutting.gather_flags(plan.baseline) & include
    block = Block(points, cutting, base, given, settings.categorical, settings.screen_mr)
    lines = FAMILIES[settings.kind](block)
    # A centre that is infinite, of numerators over nothing, is no line, and no point lies below it.
    lines = replace(lines, cl=finite_or_missing(lines.cl))
    runs = _runs(lines, include, settings)
    finished = _finish(lines, cutting, settings)
    signal = (finished.y > finished.ucl) | (finished.y < finished.lcl)
    return Computed(finished, signal, runs, cutting.row_of)


def _runs(lines: Lines, include: Bools | None, settings: Settings) -> RowRuns:
    side = sides(lines.y, lines.cl)
    if include is None:
        found = analyse_rows(side, np.full(len(side), side.shape[1]))
    else:
        found = analyse_rows(side * include, np.count_nonzero(include, axis=1))
    if settings.categorical or settings.kind == "mr":
        return replace(found, runs_signal=np.zeros(found.runs_signal.shape, dtype=np.bool_))
    return found


def _finish(lines: Lines, cutting: Cut, settings: Settings) -> Lines:
    """Lines in the shape of the series, multiplied, without limits that are not finite."""
    by = settings.multiply
    y, cl, lcl, ucl, lcl_95, ucl_95 = (
        line if by == 1 else line * by for line in (lines.y, lines.cl, lines.lcl, lines.ucl, lines.lcl_95, lines.ucl_95)
    )
    lcl, ucl, lcl_95, ucl_95 = (finite_or_missing(limit) for limit in (lcl, ucl, lcl_95, ucl_95))
    y, cl, lcl, ucl, lcl_95, ucl_95 = (cutting.scatter(line) for line in (y, cl, lcl, ucl, lcl_95, ucl_95))
    if not settings.y_neg:
        never_below = ~(y < 0).any(axis=1, keepdims=True)
        lcl = np.where(never_below & (lcl < 0), 0.0, lcl)
        lcl_95 = np.where(never_below & (lcl_95 < 0), 0.0, lcl_95)
    return Lines(y, cl, lcl, ucl, lcl_95, ucl_95)
