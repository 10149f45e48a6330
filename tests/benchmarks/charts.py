"""Charts with limits, signals and runs analysis, beside the least that plain numpy can do.

The lower bound knows neither missing values, phases, exclusions nor bad input, and returns bare arrays.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from metrics.stats import batch, spc
from metrics.stats.lines import D2, D4
from tests.benchmarks.measuring import Measured, megabytes_of, seconds

SINGLE = 300
"""So many charts are made one by one."""


def charts(series: int, points: int, repeats: int) -> list[Measured]:
    """Many at once and one by one, for run, I and p charts; memory is that of the call alone."""
    chance = np.random.default_rng(1)
    below = chance.integers(11, 120, (series, points)).astype(float)
    above = chance.binomial(below.astype(int), 0.3).astype(float)
    values = chance.normal(50, 9, (series, points)).round(1)
    pairs: list[tuple[str, tuple[Any, ...], Callable[..., Any]]] = [
        ("run", (above, below), plain_run),
        ("i", (values,), plain_individuals),
        ("p", (above, below), plain_proportions),
    ]
    at_once = [together(kind, tables, plain, repeats) for kind, tables, plain in pairs]
    return at_once + [one_by_one(kind, tables, plain, repeats) for kind, tables, plain in pairs]


def together(kind: str, tables: tuple[Any, ...], plain: Callable[..., Any], repeats: int) -> Measured:
    """All series in one call."""
    agree(kind, tables, plain)
    series, points = tables[0].shape
    return Measured(
        f"{series:,} {kind} charts of {points} points, at once",
        seconds(lambda: batch.charts(kind, *tables), repeats),
        "plain numpy",
        seconds(lambda: plain(*tables), repeats),
        megabytes_of(lambda: batch.charts(kind, *tables)),
    )


def one_by_one(kind: str, tables: tuple[Any, ...], plain: Callable[..., Any], repeats: int) -> Measured:
    """A call for each series."""
    few = min(SINGLE, len(tables[0]))
    return Measured(
        f"{few:,} {kind} charts of {tables[0].shape[1]} points, one by one",
        seconds(lambda: [spc.chart(kind, *(table[one] for table in tables)) for one in range(few)], repeats),
        "plain numpy, one by one",
        seconds(lambda: [plain(*(table[one : one + 1] for table in tables)) for one in range(few)], repeats),
        megabytes_of(lambda: spc.chart(kind, *(table[0] for table in tables))),
    )


def agree(kind: str, tables: tuple[Any, ...], plain: Callable[..., Any]) -> None:
    """Both say the same, or the comparison would be of two different things."""
    many, (centre, limits, _signal, longest, crossings) = batch.charts(kind, *tables), plain(*tables)
    np.testing.assert_allclose(many.lines.cl, np.broadcast_to(centre, many.lines.cl.shape), rtol=1e-9)
    if limits:
        np.testing.assert_allclose(many.lines.ucl, np.broadcast_to(limits[1], many.lines.ucl.shape), rtol=1e-9)
    # A value on the centre line is of no use to the runs analysis; the lower bound counts it as below.
    useful = many.runs("n_useful") == tables[0].shape[1]
    np.testing.assert_array_equal(many.runs("longest_run")[useful], longest[useful])
    np.testing.assert_array_equal(many.runs("n_crossings")[useful], crossings[useful])


def plain_run(above: Any, below: Any) -> tuple[Any, ...]:
    rates = above / below
    centre = np.median(rates, axis=1, keepdims=True)
    return centre, [], None, *plain_runs(rates > centre)


def plain_individuals(values: Any) -> tuple[Any, ...]:
    centre = values.mean(axis=1, keepdims=True)
    ranges = np.abs(np.diff(values, axis=1))
    kept = ranges < D4 * ranges.mean(axis=1, keepdims=True)
    sigma = (ranges * kept).sum(axis=1, keepdims=True) / kept.sum(axis=1, keepdims=True) / D2
    limits = [centre + width * sigma for width in (-3, 3, -2, 2)]
    signal = (values > limits[1]) | (values < limits[0])
    return centre, limits, signal, *plain_runs(values > centre)


def plain_proportions(above: Any, below: Any) -> tuple[Any, ...]:
    rates = above / below
    centre = above.sum(axis=1, keepdims=True) / below.sum(axis=1, keepdims=True)
    sigma = np.sqrt(centre * (1 - centre) / below)
    limits = [np.clip(centre + width * sigma, 0, 1) for width in (-3, 3, -2, 2)]
    signal = (rates > limits[1]) | (rates < limits[0])
    return centre, limits, signal, *plain_runs(rates > centre)


def plain_runs(is_above: Any) -> tuple[Any, Any]:
    """Longest runs and crossings of complete series, none of whose points lies on the line."""
    crosses = is_above[:, 1:] != is_above[:, :-1]
    length = np.ones(len(is_above), dtype=int)
    longest = length.copy()
    for step in range(crosses.shape[1]):
        length = np.where(crosses[:, step], 1, length + 1)
        longest = np.maximum(longest, length)
    return longest, crosses.sum(axis=1)
