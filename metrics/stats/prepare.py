"""From rows to points: one point per value of x, in order.

Rules: statistics.md section 1, after qicharts2. Rows without x are dropped. Rows of one x become one point. With a
denominator a row counts only when both its numbers are there, and the point is sum(y) / sum(n); without one the
rows are averaged, or reduced as ``agg_fun`` says. A point of which nothing is left is missing, whatever ``agg_fun``:
the sum of no rows is not drawn as 0.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from numbers import Real
from typing import Any

import numpy as np

from metrics.stats.arrays import Bools, Floats, Ints, row_deviation, row_mean, row_median, row_sum
from metrics.stats.errors import LengthsDifferError, UnknownKindError, UnorderedPointsError

AGGREGATIONS = ("mean", "median", "sum", "sd")
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}([T ].*)?")


@dataclass(frozen=True, eq=False)
class Order:
    """Where each row belongs: ``labels`` are the points' x in order, ``point`` the point of each row or -1."""

    labels: tuple[Any, ...]
    point: Ints
    categorical: bool


@dataclass(frozen=True, eq=False)
class Points:
    """Points of several series; every array has the shape (series, points).

    ``value`` is what is drawn, ``total`` the sum of numerators, ``n`` the sum of denominators (0 where nothing is
    left; NaN everywhere without denominators), ``size`` the number of rows with a value, ``mean`` and ``sd`` those
    of the rows.
    """

    value: Floats
    total: Floats
    n: Floats
    size: Floats
    mean: Floats
    sd: Floats
    has_n: bool


def order_rows(x: Sequence[Any] | np.ndarray[Any, Any] | None, rows: int) -> Order:
    """The order of points that ``x`` gives to ``rows`` rows.

    x may be numbers, dates, datetimes or ISO date strings (all of them an order in time), or other strings:
    categories, sorted by name, without runs analysis. None numbers the rows 1, 2, ... Raises LengthsDifferError and
    UnorderedPointsError.
    """
    if x is None:
        return Order(tuple(range(1, rows + 1)), np.arange(rows), categorical=False)
    values = _plain(x)
    if len(values) != rows:
        raise LengthsDifferError(f"There are {rows} values but {len(values)} values of x. Each value needs its own.")
    present = [index for index, value in enumerate(values) if not _is_missing(value)]
    keys, categorical = _sort_keys([values[index] for index in present])
    labels: dict[Any, Any] = {}
    for key, index in zip(keys, present, strict=True):
        labels.setdefault(key, values[index])
    try:
        ordered = sorted(labels)
    except TypeError as error:
        raise UnorderedPointsError("The values of x mix times with and without a time zone.") from error
    number = {key: place for place, key in enumerate(ordered)}
    point = np.full(rows, -1, dtype=np.int64)
    point[present] = [number[key] for key in keys]
    return Order(tuple(labels[key] for key in ordered), point, categorical)


def sort_key(value: Any) -> Any:
    """What a value of x sorts and compares by: dates and ISO date strings as datetimes, all else as it is.

    Raises UnorderedPointsError for an ISO date that is not in the calendar.
    """
    if isinstance(value, str) and ISO_DATE.fullmatch(value):
        try:
            return datetime.fromisoformat(value)
        except ValueError as error:
            raise UnorderedPointsError(f"x holds “{value}”, which is not a date.") from error
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time.min)
    return value


def stack(values: Floats, order: Order) -> Floats:
    """Rows as a block (1, points, most rows of one point), NaN where a point has fewer rows."""
    kept = order.point >= 0
    point = order.point[kept]
    by_point = np.argsort(point, kind="stable")
    sizes = np.bincount(point, minlength=len(order.labels))
    first = np.cumsum(sizes) - sizes
    block = np.full((1, len(order.labels), max(int(sizes.max(initial=1)), 1)), np.nan)
    sorted_point = point[by_point]
    block[0, sorted_point, np.arange(point.size) - first[sorted_point]] = values[kept][by_point]
    return block


def aggregate(y: Floats, n: Floats | None, agg_fun: str) -> Points:
    """Points from blocks of rows, y and n of shape (series, points, rows).

    Raises UnknownKindError for an aggregation that does not exist.
    """
    if agg_fun not in AGGREGATIONS:
        raise UnknownKindError(f"There is no aggregation “{agg_fun}”. Use one of: {', '.join(AGGREGATIONS)}.")
    everywhere = np.ones(y.shape, dtype=np.bool_)
    if n is not None:
        both = ~(np.isnan(y) | np.isnan(n))
        y, n = np.where(both, y, np.nan), np.where(both, n, np.nan)
    size = np.count_nonzero(~np.isnan(y), axis=-1)
    nothing: Bools = size == 0
    if y.shape[-1] == 1:
        total = mean = y[..., 0]
        sd = np.full(total.shape, np.nan)
    else:
        total = np.where(nothing, np.nan, row_sum(y, everywhere)[..., 0])
        mean = row_mean(y, everywhere)[..., 0]
        sd = row_deviation(y, everywhere)[..., 0]
    if n is not None:
        denominator = row_sum(n, everywhere)[..., 0]
        value = total / denominator
    else:
        denominator = np.full(total.shape, np.nan)
        value = {"mean": mean, "sum": total, "sd": sd}.get(agg_fun, total)
        if agg_fun == "median":
            value = row_median(y, everywhere)[..., 0]
    return Points(value, total, denominator, size.astype(np.float64), mean, sd, has_n=n is not None)


def _plain(x: Sequence[Any] | np.ndarray[Any, Any]) -> list[Any]:
    """``x`` as a list of Python's own objects; numpy keeps nanoseconds as bare integers otherwise."""
    if isinstance(x, np.ndarray):
        if np.issubdtype(x.dtype, np.datetime64):
            x = x.astype("datetime64[us]")
        return list(x.tolist())
    return list(x)


def _is_missing(value: Any) -> bool:
    return value is None or bool(value != value)  # noqa: PLR0124 - only NaN and NaT differ from themselves


def _sort_keys(values: list[Any]) -> tuple[list[Any], bool]:
    """Keys that put ``values`` into order, and whether they are categories rather than a scale."""
    keys = [sort_key(value) for value in values]
    for scale, categorical in ((datetime, False), (str, True), (Real, False)):
        if all(isinstance(key, scale) for key in keys):
            return keys, categorical
    if all(isinstance(value, str) for value in values):
        return values, True
    raise UnorderedPointsError("The values of x must all be dates, all be numbers or all be names.")
