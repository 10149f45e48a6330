"""Numbers in and out: arrays from what people pass, and sums over rows that hold missing values.

Rows are series, columns are points; a mask of None takes all cells. Sums of whole numbers are exact; other sums are
taken in extended precision (corrected once where the machine has none), so that the mean of equal values is exactly
that value: a constant series must not show points "above the centre" because of a rounding in the sixteenth digit.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from metrics.stats.errors import InfiniteValueError, LengthsDifferError, NegativeDenominatorError, NotANumberError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
EXTENDED = np.finfo(np.longdouble).nmant > np.finfo(np.float64).nmant
"""Whether this machine has floats longer than 64 bits."""

WHOLE = 2.0**53
"""Sums of whole numbers below this are exact in 64 bits."""

QUIETLY = np.errstate(all="ignore")
"""0 / 0 is the missing value it should be, and what is too large for a number becomes infinite, without a warning."""

Numbers = Sequence[float | None] | npt.NDArray[Any]
"""A list or array of numbers in which None or NaN is a missing value."""


def floats(values: Any, name: str) -> Floats:
    """``values`` as a new float array, None as NaN.

    Raises NotANumberError for anything that is not a number, InfiniteValueError for an infinity. ``name`` is
    how the sentence calls the values ("numerators").
    """
    try:
        array = np.array(values, dtype=np.float64)
    except OverflowError as error:
        raise InfiniteValueError(f"The {name} contain a number that is too large. Correct it.") from error
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


@QUIETLY
def row_sum(values: Floats, mask: Bools | None = None) -> Floats:
    """Sum over the masked cells of each row that hold a value; shape (rows, points) to (rows, 1)."""
    return _total(_filled(values, _kept(values, mask))).astype(np.float64, copy=False)


@QUIETLY
def row_mean(values: Floats, mask: Bools | None = None) -> Floats:
    """Mean over the masked cells of each row that hold a value, NaN where there is none; shape (rows, 1)."""
    kept = _kept(values, mask)
    count = values.shape[-1] if kept is None else np.count_nonzero(kept, axis=-1, keepdims=True)
    filled = _filled(values, kept)
    mean: Floats = (_total(filled) / count).astype(np.float64, copy=False)
    if EXTENDED:
        return mean
    rest = _filled(filled - mean, kept).sum(axis=-1, keepdims=True) / count
    return np.where(np.isfinite(mean), mean + rest, mean)


@QUIETLY
def row_deviation(values: Floats, mask: Bools | None = None) -> Floats:
    """Standard deviation (n - 1) over the masked cells of each row; NaN below two values; shape (rows, 1)."""
    kept = ~np.isnan(values) if mask is None else mask & ~np.isnan(values)
    count = np.count_nonzero(kept, axis=-1, keepdims=True)
    away = np.where(kept, values - row_mean(values, mask), 0.0).astype(np.longdouble)
    variance = (away * away).sum(axis=-1, keepdims=True) / np.where(count > 1, count - 1, np.nan)
    deviation: Floats = np.sqrt(variance).astype(np.float64)
    return deviation


def row_median(values: Floats, mask: Bools | None = None) -> Floats:
    """Median over the masked cells of each row (middle two averaged), NaN where there is none; shape (rows, 1)."""
    if values.shape[-1] == 0:
        return np.full((*values.shape[:-1], 1), np.nan)
    ordered = np.sort(values if mask is None else np.where(mask, values, np.nan), axis=-1)  # puts NaN last
    count = np.count_nonzero(~np.isnan(ordered), axis=-1, keepdims=True)
    upper = np.take_along_axis(ordered, count // 2, axis=-1)
    lower = np.take_along_axis(ordered, np.maximum(count - 1, 0) // 2, axis=-1)
    middle = np.where(lower == upper, lower, lower / 2 + upper / 2)
    return np.where(count == 0, np.nan, middle)


def finite_or_missing(values: Floats) -> Floats:
    """``values`` with NaN in place of infinities."""
    finite = np.isfinite(values)
    return values if finite.all() else np.where(finite, values, np.nan)


def _kept(values: Floats, mask: Bools | None) -> Bools | None:
    """The cells that count and hold a value; None for all of them."""
    missing = np.isnan(values)
    if not missing.any():
        return mask
    return ~missing if mask is None else mask & ~missing


def _filled(values: Floats, kept: Bools | None) -> Floats:
    return values if kept is None else np.where(kept, values, 0.0)


def _total(values: Floats) -> np.ndarray[Any, Any]:
    """Sums of rows, exact for whole numbers, otherwise in extended precision."""
    is_whole = _is_whole(values[:1]) and _is_whole(values)  # the first row settles it for most
    largest = max(values.max(initial=0.0), -values.min(initial=0.0)) if is_whole else np.inf
    is_exact = largest < WHOLE / max(values.shape[-1], 1)
    total: np.ndarray[Any, Any] = values.sum(axis=-1, keepdims=True, dtype=np.float64 if is_exact else np.longdouble)
    return total


def _is_whole(values: Floats) -> bool:
    return bool((np.rint(values) == values).all())
