"""Charts against the worked cases of the R package qicharts2, read in place."""

from dataclasses import asdict
from typing import Any

import numpy as np
import pytest

from metrics.stats import spc
from metrics.stats.errors import StatisticsError
from tests.metrics.stats.checks import LIMITS, LINES, assert_close, numbers

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
