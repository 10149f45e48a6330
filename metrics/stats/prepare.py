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
from functools import cached_property
from numbers import Real
from typing import Any

import numpy as np

from metrics.stats.arrays import Floats, Ints, row_deviation, row_mean, row_median, row_sum
from metrics.stats.errors import LengthsDifferError, UnknownKindError, UnorderedPointsError

AGGREGATIONS = ("mean", "median", "sum", "sd")
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}([T ].*)?")
ISO_MONTH = re.compile(r"\d{4}-\d{2}")


@dataclass(frozen=True, eq=False)
class Order:
    """Where each row belongs: ``labels`` are the points' x in order, ``point`` the point of each row or -1."""

    labels: tuple[Any, ...]
    point: Ints
    categorical: bool


@dataclass(frozen=True, eq=False)
class Points:
    """Points of several series out of their rows; ``rows_y``, ``rows_n`` are (series, points, rows), all else
    (series, points).

    A row without numerator or without denominator is missing in both. What a chart does not need is not computed.
    """

    rows_y: Floats
    rows_n: Floats | None
    agg_fun: str

    @property
    def shape(self) -> tuple[int, int]:
        """How many series and points."""
        return self.rows_y.shape[0], self.rows_y.shape[1]

    @cached_property
    def value(self) -> Floats:
        """What is drawn."""
        if self.rows_n is not None:
            return self.total / self.n
        if self.agg_fun == "sum":
            return self.total
        if self.agg_fun == "sd":
            return self.sd
        if self.agg_fun == "median":
            return _only(row_median(self.rows_y))
        return self.mean

    @cached_property
    def total(self) -> Floats:
        """Sum of the numerators, NaN where nothing is left."""
        if self._is_single:
            return _only(self.rows_y)
        return np.where(self.size == 0, np.nan, _only(row_sum(self.rows_y)))

    @cached_property
    def n(self) -> Floats:
        """Sum of the denominators: 0 where nothing is left, NaN everywhere without denominators."""
        if self.rows_n is None:
            return np.broadcast_to(np.nan, self.shape)
        if self._is_single:
            below = _only(self.rows_n)
            missing = np.isnan(below)
            return np.where(missing, 0.0, below) if missing.any() else below
        return _only(row_sum(self.rows_n))

    @cached_property
    def size(self) -> Floats:
        """How many rows hold a value."""
        size: Floats = (~np.isnan(self.rows_y)).sum(axis=-1, dtype=np.float64)
        return size

    @cached_property
    def mean(self) -> Floats:
        """Mean of the rows."""
        return _only(self.rows_y) if self._is_single else _only(row_mean(self.rows_y))

    @cached_property
    def sd(self) -> Floats:
        """Standard deviation (n - 1) of the rows."""
        return _only(row_deviation(self.rows_y))

    @property
    def _is_single(self) -> bool:
        return bool(self.rows_y.shape[-1] == 1)


def order_rows(x: Sequence[Any] | np.ndarray[Any, Any] | None, rows: int) -> Order:
    """The order of points that ``x`` gives to ``rows`` rows.

    x may be numbers, dates, datetimes or ISO strings of dates or months (all of them an order in time), or other
    strings: categories, sorted by name, without runs analysis. None numbers the rows 1, 2, ... Raises
    LengthsDifferError and UnorderedPointsError.
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
    """What a value of x sorts and compares by: dates, ISO dates and months (2026-03) as datetimes, all else as it is.

    Raises UnorderedPointsError for an ISO date that is not in the calendar.
    """
    if isinstance(value, str) and (ISO_DATE.fullmatch(value) or ISO_MONTH.fullmatch(value)):
        try:
            return datetime.fromisoformat(f"{value}-01" if ISO_MONTH.fullmatch(value) else value)
        except ValueError as error:
            raise UnorderedPointsError(f"x holds “{value}”, which is not a date.") from error
    if isinstance(value, np.datetime64):
        return value.astype("datetime64[us]").item()
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


def points_of(y: Floats, n: Floats | None, agg_fun: str) -> Points:
    """Points from blocks of rows, y and n of shape (series, points, rows).

    Raises UnknownKindError for an aggregation that does not exist.
    """
    if agg_fun not in AGGREGATIONS:
        raise UnknownKindError(f"There is no aggregation “{agg_fun}”. Use one of: {', '.join(AGGREGATIONS)}.")
    if n is not None:
        incomplete = np.isnan(y) | np.isnan(n)
        if incomplete.any():
            y, n = np.where(incomplete, np.nan, y), np.where(incomplete, np.nan, n)
    return Points(y, n, agg_fun)


def _only(cells: Floats) -> Floats:
    """What stands in the only column of (series, points, 1)."""
    only: Floats = cells[..., 0]
    return only


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
