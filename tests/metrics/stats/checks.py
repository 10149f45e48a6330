"""Comparing charts with what they should be."""

from dataclasses import asdict
from typing import Any

import numpy as np

from metrics.stats.spc import Chart

LIMITS = ("lcl", "ucl", "lcl_95", "ucl_95")
LINES = ("y", "cl", *LIMITS)


def numbers(values: list[Any]) -> np.ndarray[Any, Any]:
    """JSON numbers as floats: null is missing, "Inf" infinite."""
    return np.array([{None: np.nan, "Inf": np.inf}.get(value, value) for value in values], dtype=float)


def assert_close(actual: Any, expected: Any, what: str, relative: float = 1e-9) -> None:
    """Equal within ``relative``; where one is missing the other must be."""
    np.testing.assert_allclose(actual, expected, rtol=relative, atol=1e-300, err_msg=what)


def assert_same_chart(actual: Chart, expected: Chart, *, exact: bool = True) -> None:
    """Two charts are equal in every field but x and target."""
    for field in (*LINES, "n"):
        relative = 0.0 if exact else 1e-9
        np.testing.assert_allclose(
            getattr(actual, field), getattr(expected, field), rtol=relative, atol=0, err_msg=field
        )
    for field in ("sigma_signal", "part", "baseline", "include"):
        np.testing.assert_array_equal(getattr(actual, field), getattr(expected, field), err_msg=field)
    assert [asdict(part) for part in actual.parts] == [asdict(part) for part in expected.parts]
