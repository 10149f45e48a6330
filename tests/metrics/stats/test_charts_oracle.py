"""Charts against the worked cases of the R package qicharts2, read in place."""

from dataclasses import asdict
from typing import Any

import numpy as np
import pytest

from metrics.stats import batch, spc
from metrics.stats.errors import StatisticsError
from tests.metrics.stats.checks import LIMITS, LINES, assert_close, assert_same_chart, numbers

pytestmark = pytest.mark.unit


def make(case: dict[str, Any], **more: Any) -> spc.Chart:
    given = case["input"]
    return spc.chart(case["chart"], given["y"], given["n"], given["x"], **case["options"], **more)


def signals_but(fragile: list[int], flags: Any) -> list[bool]:
    return [bool(flag) for number, flag in enumerate(flags, start=1) if number not in fragile]


def test_every_worked_chart_is_equal(worked_cases: Any) -> None:
    cases = worked_cases("charts.json")
    assert len(cases) >= 12
    for case in cases:
        expected, name = case["expected"], case["id"]
        if expected["error"]:
            with pytest.raises(StatisticsError):
                make(case)
            continue
        chart = make(case)
        assert list(chart.x) == expected["x"], name
        for field in LINES:
            assert_close(getattr(chart, field), numbers(expected[field]), f"{name} {field}")
        for field in ("part", "baseline", "include"):
            assert getattr(chart, field).tolist() == expected[field], f"{name} {field}"
        fragile = case["float_fragile_points"]
        assert signals_but(fragile, chart.sigma_signal) == signals_but(fragile, expected["sigma_signal"]), name
        assert [asdict(part) for part in chart.parts] == expected["parts"], name


def test_every_worked_chart_without_screening_is_equal(worked_cases: Any) -> None:
    cases = [case for case in worked_cases("charts.json") if case.get("expected_unscreened")]
    assert len(cases) >= 3
    for case in cases:
        chart, expected = make(case, screen_mr=False), case["expected_unscreened"]
        for field in LIMITS:
            assert_close(getattr(chart, field), numbers(expected[field]), f"{case['id']} {field}")
        fragile = case["float_fragile_points"]
        assert signals_but(fragile, chart.sigma_signal) == signals_but(fragile, expected["sigma_signal"])


def test_rows_in_any_order_give_the_worked_chart(worked_cases: Any) -> None:
    shuffle = np.random.default_rng(7)
    for case in worked_cases("charts.json"):
        given = case["input"]
        if given["x"] is None or case["expected"]["error"]:
            continue
        order = shuffle.permutation(len(given["y"]))
        mixed = {key: None if values is None else [values[place] for place in order] for key, values in given.items()}
        chart = make({**case, "input": mixed})
        assert list(chart.x) == case["expected"]["x"]
        for field in LINES:
            assert_close(getattr(chart, field), numbers(case["expected"][field]), f"{case['id']} {field}")


def blocks(case: dict[str, Any]) -> tuple[Any, Any]:
    """The rows of a case as (points, rows of one point), in order."""
    given = case["input"]
    places: dict[Any, list[int]] = {}
    for place, x in enumerate(given["x"] or range(len(given["y"]))):
        places.setdefault(x, []).append(place)
    most = max(len(rows) for rows in places.values())

    def block(values: list[Any]) -> Any:
        padded = [[values[place] for place in places[x]] + [None] * (most - len(places[x])) for x in sorted(places)]
        return np.array(padded, dtype=float)

    return block(given["y"]), None if given["n"] is None else block(given["n"])


def test_every_worked_case_is_one_of_many(worked_cases: Any) -> None:
    """Each case as the middle one of three series, the others turned round and longer by a missing point."""
    for case in worked_cases("charts.json"):
        if case["expected"]["error"]:
            continue
        y, n = blocks(case)
        chosen = {name: value for name, value in case["options"].items() if name != "target"}
        table = np.stack([y[::-1], y, np.where(np.arange(len(y))[:, None] % 5 == 2, np.nan, y)])
        below = None if n is None else np.stack([n[::-1], n, n])
        many = batch.charts(case["chart"], table, below, **chosen)
        for field in LINES:
            assert_close(getattr(many.chart(1), field), numbers(case["expected"][field]), f"{case['id']} {field}")
        assert [asdict(part) for part in many.chart(1).parts] == case["expected"]["parts"]
        for one in range(3):
            rows = [point for point in range(table.shape[1]) for _row in range(table.shape[2])]
            alone = spc.chart(
                case["chart"], table[one].ravel(), None if below is None else below[one].ravel(), rows, **chosen
            )
            assert_same_chart(many.chart(one), alone)
