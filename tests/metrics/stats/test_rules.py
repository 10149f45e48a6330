"""The rule sets against worked cases, against the slow second implementation, and by their laws."""

from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from metrics.stats import errors, rules, runs
from tests.metrics.stats import slow, slow_rules
from tests.metrics.stats.checks import assert_close, numbers

pytestmark = pytest.mark.unit

# Few different values make ties, runs and trends likely; dyadic numbers make every comparison exact.
SERIES = st.lists(st.none() | st.integers(0, 6), max_size=40)
STEADY = st.lists(st.sampled_from([-1, 0, 1, 1, 1]), max_size=40).map(
    lambda steps: [sum(steps[: place + 1]) for place in range(len(steps))]
)
ZIGZAG = st.lists(st.integers(0, 3), max_size=30).map(
    lambda sizes: [size if place % 2 else -size for place, size in enumerate(sizes)]
)
ANY_SERIES = SERIES | STEADY | ZIGZAG


def test_the_worked_cases_of_the_rules(worked_cases: Any) -> None:
    for case in worked_cases("rules.json"):
        given_, expected = case["input"], case["expected"]
        found = {
            **rules.shewhart(given_["y"], given_["center"], given_["sigma"]),
            **vars(rules.run_chart(given_["y"])),
        }
        assert found == expected, case["id"]


def test_the_worked_cases_of_making_data_count(worked_cases: Any) -> None:
    for case in worked_cases("making_data_count.json"):
        chosen, expected = case["options"], case["expected"]
        found = rules.making_data_count(
            case["input"]["y"],
            case["input"]["x"],
            improvement_direction=chosen["improvement_direction"],
            target=chosen["target"],
            fix_after=chosen["fix_after_n_points"],
            rebase=chosen["rebase"] or (),
            screen_outliers=chosen["screen_outliers"],
        )
        for field in ("mean", "lpl", "upl"):
            assert_close(getattr(found, field), numbers(expected[field]), f"{case['id']} {field}")
        for field in ("rebase_group", "outside_limits", "close_to_limits", "short_group_warning"):
            assert getattr(found, field).tolist() == expected[field], f"{case['id']} {field}"
        for field in ("special_cause_type", "point_type", "variation_icon", "assurance_type"):
            assert getattr(found, field) == expected[field], f"{case['id']} {field}"


def test_the_table_of_limits_of_the_runs_analysis() -> None:
    for useful in range(1, 201):
        assert runs.crossings_min(useful) == slow.smallest_crossings(useful)
        assert runs.longest_run_max(useful) == round(np.log2(useful)) + 3


def test_the_published_table_of_limits(spc_folder: Path) -> None:
    rows = (spc_folder / "anhoej_limits.csv").read_text(encoding="utf-8").split()[1:]
    expected = [tuple(int(cell) for cell in row.split(",")) for row in rows]
    assert len(expected) == 200
    assert [(n, runs.longest_run_max(n), runs.crossings_min(n)) for n in range(1, 201)] == expected


@settings(max_examples=300, deadline=None)
@given(y=ANY_SERIES)
def test_run_chart_rules_equal_the_slow_walk(y: list[Any]) -> None:
    found, expected = vars(rules.run_chart(y)), slow_rules.run_chart(y)
    if expected["median"] is None:
        assert np.isnan(found.pop("median"))
        del expected["median"]
    assert found == expected


@settings(max_examples=300, deadline=None)
@given(y=ANY_SERIES, center=st.integers(0, 6), sigma=st.sampled_from([0.25, 0.5, 1.0, 2.0]))
def test_window_rules_equal_the_slow_windows(y: list[Any], center: int, sigma: float) -> None:
    assert rules.shewhart(y, center, sigma) == slow_rules.shewhart(y, center, sigma)
    every = rules.shewhart(y, [center] * len(y), [sigma] * len(y)) if y else rules.shewhart(y, center, sigma)
    assert every == rules.shewhart(y, center, sigma)


def test_every_point_compares_with_its_own_sigma() -> None:
    found = rules.shewhart([4.0, 4.0, 4.0], 0, [1.0, 1.5, 3.0])
    assert (found["we1"], found["we2"]) == ([1], [])
    assert rules.shewhart([4.0, 0.0, 4.0], 0, [1.0, 3.0, 1.5])["we2"] == [3]


@settings(max_examples=200, deadline=None)
@given(
    y=st.lists(st.none() | st.integers(0, 8).map(float), min_size=1, max_size=40),
    direction=st.sampled_from(["increase", "decrease", "neutral"]),
    target=st.none() | st.integers(-2, 12).map(float),
    fix_after=st.none() | st.integers(12, 20),
    starts=st.sets(st.integers(1, 39), max_size=2),
    screen=st.booleans(),
)
def test_making_data_count_equals_the_slow_windows(
    y: list[Any], direction: str, target: Any, fix_after: Any, starts: set[int], screen: bool
) -> None:
    starts = {start for start in starts if start < len(y)}
    found = rules.making_data_count(
        y,
        improvement_direction=direction,
        target=target,
        fix_after=fix_after,
        rebase=[start + 1 for start in starts],
        screen_outliers=screen,
    )
    expected = slow_rules.making_data_count(y, direction, target, fix_after, sorted(starts), screen)
    for field in ("mean", "lpl", "upl"):
        np.testing.assert_allclose(getattr(found, field), numbers(expected[field]), rtol=1e-9, atol=1e-12)
    # A value within rounding of a line may fall on either side of it in the two implementations.
    lines = np.array([found.mean, found.lpl, found.upl])
    near = np.array([found.mean + 2 * (one - found.mean) / 3 for one in (found.lpl, found.upl)])
    values = np.array(y, dtype=float)
    touching = np.isclose(values, np.concatenate((lines, near)), rtol=1e-9, atol=1e-9) & (values != lines[0])
    if not touching.any():
        for field in ("special_cause_type", "point_type", "variation_icon", "assurance_type"):
            assert getattr(found, field) == expected[field], field


@settings(max_examples=100, deadline=None)
@given(y=STEADY)
def test_turning_values_upside_down_turns_improvement_into_concern(y: list[int]) -> None:
    up = rules.making_data_count(y, improvement_direction="increase")
    down = rules.making_data_count([-one for one in y], improvement_direction="decrease")
    assert up.point_type == down.point_type
    swap = {"improvement_high": "improvement_low", "concern_low": "concern_high", "common_cause": "common_cause"}
    assert swap[up.variation_icon] == down.variation_icon


def test_a_rebase_starts_at_its_date_in_any_form() -> None:
    months = [f"2026-{month:02}-01" for month in range(1, 9)]
    y = [1, 2, 1, 2, 11, 12, 11, 12]
    for rebase in (["2026-05-01"], "2026-05-01", [np.datetime64("2026-05-01").item()]):
        found = rules.making_data_count(y, months, improvement_direction="neutral", rebase=rebase)
        assert found.rebase_group.tolist() == [0, 0, 0, 0, 1, 1, 1, 1]
        assert found.mean.tolist() == [1.5] * 4 + [11.5] * 4
        assert found.short_group_warning.all()


@pytest.mark.parametrize(
    ("target", "direction", "expected"),
    [
        (100, "increase", "consistent_fail"),
        (-100, "increase", "consistent_pass"),
        (100, "decrease", "consistent_pass"),
        (-100, "decrease", "consistent_fail"),
        (1.5, "increase", "inconsistent"),
        (1.5, "neutral", None),
        (None, "increase", None),
    ],
)
def test_the_assurance_mark(target: Any, direction: str, expected: Any) -> None:
    y = [1, 2] * 8
    assert rules.making_data_count(y, improvement_direction=direction, target=target).assurance_type == expected


def test_the_turning_point_of_two_trends_takes_the_step_that_leads_out_of_it() -> None:
    noise = [0, 50, 0, 50, 0, 50, 0, 50]
    up_and_down = [21, 22, 23, 24, 25, 26, 27, 26, 25, 24, 23, 22, 21]
    found = rules.making_data_count([*noise, *up_and_down], improvement_direction="increase", screen_outliers=False)
    assert found.special_cause_type[8:] == ["7 Point Trend (Increasing)"] * 6 + ["7 Point Trend (Decreasing)"] * 7
    assert found.variation_icon == "concern_low"


def test_tiny_and_huge_steps_alternate_like_any_other() -> None:
    for size in (1e-200, 1.0, 1e200):
        assert rules.shewhart([0.0, size] * 7, 0, size)["nelson4"] == [14]


def test_a_point_on_a_line_as_it_is_drawn_is_not_beyond_it() -> None:
    """7.6 + 2 x 1.2 is drawn at 10; 10 - 7.6 is a little more than 2 x 1.2."""
    assert rules.shewhart([10.0, 10.0, 10.0], 7.6, 1.2)["we2"] == []
    assert rules.shewhart([10.1, 7.0, 10.1], 7.6, 1.2)["we2"] == [3]


def test_numbers_of_any_size_give_no_warning() -> None:
    y = [1e308, -1e308] * 8
    assert rules.shewhart(y, 0, 1e308)["nelson4"] == [14, 15, 16]
    chart = rules.run_chart(y)
    assert (chart.median, chart.runs) == (0.0, 16)
    assert np.isnan(rules.making_data_count(y, improvement_direction="increase").upl).all()


def test_no_points_at_all() -> None:
    found = rules.making_data_count([], improvement_direction="increase", target=3)
    assert (found.variation_icon, found.assurance_type, found.point_type) == ("common_cause", None, [])
    chart = rules.run_chart([None, None])
    assert (chart.useful, chart.runs, chart.shift_points, chart.trend_points) == (0, 0, [], [])
    assert set(map(tuple, rules.shewhart([], 0, 1).values())) == {()}


def test_the_table_of_runs_follows_the_published_rows() -> None:
    published = {10: (3, 9), 14: (4, 12), 16: (5, 13), 24: (8, 18), 30: (11, 21), 40: (15, 27), 60: (24, 38)}
    assert {useful: rules.runs_table(useful) for useful in published} == published


@pytest.mark.parametrize(
    ("error", "call"),
    [
        (errors.BadOptionError, lambda: rules.runs_table(9)),
        (errors.BadOptionError, lambda: rules.shewhart([1, 2], 0, -1)),
        (errors.LengthsDifferError, lambda: rules.shewhart([1, 2], [0, 0, 0], 1)),
        (errors.UnknownKindError, lambda: rules.making_data_count([1], improvement_direction="up")),
        (errors.BadOptionError, lambda: rules.making_data_count([1], improvement_direction="increase", fix_after=11)),
        (errors.BadOptionError, lambda: rules.making_data_count([1], improvement_direction="increase", fix_after="12")),
        (
            errors.UnorderedPointsError,
            lambda: rules.making_data_count([1, 2], [3, 3], improvement_direction="increase"),
        ),
        (errors.NotANumberError, lambda: rules.run_chart(["x"])),
        (errors.InfiniteValueError, lambda: rules.run_chart([float("inf")])),
    ],
)
def test_bad_input_is_a_typed_error(error: type[Exception], call: Any) -> None:
    with pytest.raises(error):
        call()
