"""Numbers in and out: arrays from what people pass, and sums over rows that hold missing values.

Rows are series, columns are points. Sums are taken in extended precision where the machine has it, and means are
corrected once, so that the mean of equal values is exactly that value: a constant series must not show points
"above the centre" because of a rounding in the sixteenth digit.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from metrics.stats.errors import InfiniteValueError, LengthsDifferError, NegativeDenominatorError, NotANumberError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Numbers = Sequence[float | None] | npt.NDArray[Any]
"""A list or array of numbers in which None or NaN is a missing value."""


def floats(values: Any, name: str) -> Floats:
    """``values`` as a new float array, None as NaN.

    Raises NotANumberError for anything that is not a number, InfiniteValueError for an infinity. ``name`` is
    how the sentence calls the values ("numerators").
    """
    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise NotANumberError(f"The {name} must be numbers, or empty where a value is missing.") from error
    if np.isinf(array).any():
        raise InfiniteValueError(f"The {name} contain an infinite value. Correct it, or leave it empty as missing.")
    return array


def numerators(values: Any, name: str = "values") -> Floats:
    """``values`` as a one-dimensional float array."""
    array = floats(values, name)
    if array.ndim != 1:
        raise LengthsDifferError(f"The {name} must be one list of numbers, not {array.ndim} levels of lists.")
    return array


def denominators(values: Any, like: Floats, name: str = "denominators") -> Floats:
    """``values`` as a float array of the shape of ``like`` (one number stands for all points).

    Raises LengthsDifferError and NegativeDenominatorError.
    """
    array = floats(values, name)
    if array.ndim == 0:
        array = np.full(like.shape, array)
    if array.shape != like.shape:
        raise LengthsDifferError(
            f"There are {like.shape} values but {array.shape} {name}. Each value needs its own."
            if like.ndim > 1
            else f"There are {like.size} values but {array.size} {name}. Each value needs its own."
        )
    if (array < 0).any():
        raise NegativeDenominatorError(f"The {name} contain a number below zero. Correct it, or leave it empty.")
    return array


def row_sum(values: Floats, mask: Bools) -> Floats:
    """Sum over the masked cells of each row that hold a value; shape (rows, points) to (rows, 1)."""
    kept = np.where(mask & ~np.isnan(values), values, 0.0)
    total: Floats = kept.sum(axis=-1, keepdims=True, dtype=np.longdouble).astype(np.float64)
    return total


def row_count(values: Floats, mask: Bools) -> Ints:
    """How many masked cells of each row hold a value; shape (rows, 1)."""
    return np.count_nonzero(mask & ~np.isnan(values), axis=-1, keepdims=True)


def row_mean(values: Floats, mask: Bools) -> Floats:
    """Mean over the masked cells of each row that hold a value, NaN where there is none; shape (rows, 1)."""
    kept = mask & ~np.isnan(values)
    count = np.count_nonzero(kept, axis=-1, keepdims=True)
    wide = np.where(kept, values, 0.0).astype(np.longdouble)
    mean = wide.sum(axis=-1, keepdims=True) / count
    rest = np.where(kept, wide - mean, 0.0).sum(axis=-1, keepdims=True) / count
    corrected: Floats = np.where(np.isfinite(mean), mean + rest, mean).astype(np.float64)
    return corrected


def row_deviation(values: Floats, mask: Bools) -> Floats:
    """Standard deviation (n - 1) over the masked cells of each row; NaN below two values; shape (rows, 1)."""
    kept = mask & ~np.isnan(values)
    count = np.count_nonzero(kept, axis=-1, keepdims=True)
    away = np.where(kept, values - row_mean(values, mask), 0.0).astype(np.longdouble)
    variance = (away * away).sum(axis=-1, keepdims=True) / np.where(count > 1, count - 1, np.nan)
    deviation: Floats = np.sqrt(variance).astype(np.float64)
    return deviation


def row_median(values: Floats, mask: Bools) -> Floats:
    """Median over the masked cells of each row (middle two averaged), NaN where there is none; shape (rows, 1)."""
    if values.shape[-1] == 0:
        return np.full((*values.shape[:-1], 1), np.nan)
    kept = np.where(mask, values, np.nan)
    ordered = np.sort(kept, axis=-1)  # puts NaN last
    count = np.count_nonzero(~np.isnan(kept), axis=-1, keepdims=True)
    upper = np.take_along_axis(ordered, count // 2, axis=-1)
    lower = np.take_along_axis(ordered, np.maximum(count - 1, 0) // 2, axis=-1)
    middle = np.where(lower == upper, lower, (lower + upper) / 2)
    return np.where(count == 0, np.nan, middle)
