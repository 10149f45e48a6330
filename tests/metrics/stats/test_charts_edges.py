"""Bad input and the edges: a typed error with a sentence, or the documented value. Warnings are errors here."""

from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest

from metrics.stats import arrays, batch, errors, runs, spc

pytestmark = pytest.mark.unit

ANY_KIND = pytest.mark.parametrize("kind", spc.KINDS)


def lines_of(chart: spc.Chart) -> list[np.ndarray[Any, Any]]:
    return [chart.cl, chart.lcl, chart.ucl, chart.lcl_95, chart.ucl_95]


@ANY_KIND
def test_no_points_make_a_chart_without_points(kind: str) -> None:
    chart = spc.chart(kind, [], [])
    assert (chart.x, chart.y.size, chart.sigma_signal.size, chart.parts) == ((), 0, 0, ())


@ANY_KIND
def test_all_missing_has_no_signal_and_no_centre(kind: str) -> None:
    chart = spc.chart(kind, [None] * 12, [None] * 12)
    assert np.isnan(chart.y).all()
    assert np.isnan(chart.cl).all()
    assert np.isnan(chart.ucl).all()
    assert not chart.sigma_signal.any()
    part = chart.parts[0]
    assert (part.n_obs, part.n_useful, part.longest_run, part.n_crossings, part.runs_signal) == (
        12,
        0,
        None,
        None,
        False,
    )


@ANY_KIND
def test_one_point_never_signals(kind: str) -> None:
    chart = spc.chart(kind, [4.0], [10.0])
    assert not chart.sigma_signal.any()
    assert not chart.parts[0].runs_signal


def test_one_point_on_an_i_chart_has_a_centre_and_no_limits() -> None:
    chart = spc.chart("i", [4.0])
    assert chart.cl.tolist() == [4.0]
    assert np.isnan([chart.lcl, chart.ucl]).all()


def test_two_points_on_an_i_chart() -> None:
    chart = spc.chart("i", [4.0, 6.0])
    assert chart.cl.tolist() == [5.0, 5.0]
    np.testing.assert_allclose(chart.ucl, 5 + 3 * 2 / 1.128)


@pytest.mark.parametrize("value", [0.1, 1 / 3, 7.0, 1e-9, 123456.789])
@pytest.mark.parametrize("points", [3, 10, 49, 97])
def test_a_constant_series_lies_exactly_on_its_centre(value: float, points: int) -> None:
    for kind in ("run", "i", "t"):
        screened = spc.chart(kind, [value] * points)
        assert screened.parts[0].n_useful == 0
        assert np.isnan(screened.ucl).all()
        plain = spc.chart(kind, [value] * points, screen_mr=False)
        assert not plain.sigma_signal.any()
        if kind != "run":
            np.testing.assert_array_equal(plain.ucl, plain.cl)
            np.testing.assert_array_equal(plain.lcl, plain.cl)


@pytest.mark.parametrize("value", [0.1, 1 / 3, 0.7])
def test_a_constant_series_lies_on_its_centre_without_longer_floats_too(value: float, monkeypatch: Any) -> None:
    """As on machines whose longest float has 64 bits."""
    monkeypatch.setattr(arrays, "EXTENDED", False)
    for points in (3, 10, 49, 97):
        chart = spc.chart("i", [value] * points, screen_mr=False)
        assert chart.parts[0].n_useful == 0
        assert not chart.sigma_signal.any()


@pytest.mark.parametrize("kind", ["i", "ip"])
@pytest.mark.parametrize(("jump", "kept"), [(4.2, True), (4.5, False)])
def test_screening_leaves_out_ranges_of_3_267_times_their_mean(kind: str, jump: float, kept: bool) -> None:
    """Nine steps of 1 and one of 4.2 (3.18 times their mean) or 4.5 (3.33 times their mean)."""
    y = np.cumsum([0, 1, 1, 1, 1, jump, 1, 1, 1, 1, 1])
    average = (9 + jump) / 10 if kept else 1.0
    sigma = average / 1.128 if kind == "i" else average * (np.pi / 2) ** 0.5 / 2**0.5
    chart = spc.chart(kind, y)
    np.testing.assert_allclose(chart.ucl - chart.cl, 3 * sigma, rtol=1e-12)


def test_all_zero_proportions_have_a_line_at_zero() -> None:
    chart = spc.chart("p", [0] * 12, [30] * 12)
    for line in (chart.y, chart.cl, chart.lcl, chart.ucl):
        assert line.tolist() == [0.0] * 12
    assert not chart.sigma_signal.any()
    assert np.isnan(spc.chart("pp", [0] * 12, [30] * 12).ucl).all()


def test_a_denominator_of_zero_is_missing_and_never_zero() -> None:
    chart = spc.chart("p", [3, 0, 4, 5], [10, 0, 10, 10])
    assert np.isnan(chart.y[1])
    assert np.isnan([chart.lcl[1], chart.ucl[1]]).all()
    assert chart.cl.tolist() == [0.4] * 4
    assert chart.parts[0].n_useful == 2


def test_a_numerator_over_zero_is_infinite_as_documented() -> None:
    chart = spc.chart("u", [3, 2, 4, 5], [10, 0, 10, 10])
    assert chart.y[1] == np.inf
    assert not chart.sigma_signal[1]


@pytest.mark.parametrize("kind", ["p", "pp", "u", "up", "ip", "i", "run"])
def test_a_centre_of_numerators_over_nothing_is_no_line_and_no_signal(kind: str) -> None:
    y, n = [1, 2, 3] * 5, [0] * 15
    for cl in (spc.chart(kind, y, n).cl, batch.charts(kind, [y, y], [n, n]).lines.cl):
        assert np.isnan(cl).all()
    chart = spc.chart(kind, y, n)
    assert all(np.isnan(line).all() for line in lines_of(chart))
    assert (chart.y == np.inf).all()
    assert not chart.sigma_signal.any()
    assert (chart.parts[0].n_useful, bool(chart.parts[0].runs_signal)) == (0, False)


def test_one_huge_denominator_among_tiny_ones() -> None:
    chart = spc.chart("p", [1, 0, 5e8, 1], [2, 1, 1e9, 3])
    np.testing.assert_allclose(chart.cl, 0.5, rtol=1e-8)
    assert (chart.lcl[[0, 1, 3]] == 0).all()
    assert (chart.ucl[[0, 1, 3]] == 1).all()
    assert chart.ucl[2] - chart.lcl[2] < 1e-3


def test_exclusions_that_leave_nothing_leave_no_lines() -> None:
    chart = spc.chart("i", [1, 2, 3], exclude=[1, 2, 3])
    assert all(np.isnan(line).all() for line in lines_of(chart))
    assert chart.y.tolist() == [1, 2, 3]
    assert (chart.parts[0].n_obs, chart.parts[0].n_useful) == (0, 0)


def test_freeze_beyond_the_end_takes_all_points() -> None:
    plain, frozen = spc.chart("i", [1, 5, 3, 8]), spc.chart("i", [1, 5, 3, 8], freeze=99)
    np.testing.assert_array_equal(frozen.ucl, plain.ucl)
    assert frozen.baseline.all()


def test_a_part_outside_the_series_is_ignored_and_still_switches_freeze_off() -> None:
    chart = spc.chart("i", [1, 5, 3, 8], part=[-3, 0, 4, 77], freeze=2)
    assert chart.part.tolist() == [1, 1, 1, 1]
    assert chart.baseline.all()


def test_points_are_numbered_after_sorting() -> None:
    chart = spc.chart("run", [30, 10, 20], x=[date(2026, 3, 1), date(2026, 1, 1), date(2026, 2, 1)], exclude=[3])
    assert chart.y.tolist() == [10, 20, 30]
    assert chart.include.tolist() == [True, True, False]
    assert chart.cl.tolist() == [15, 15, 15]


def test_months_and_numpy_dates_are_an_order_in_time() -> None:
    months = ["2026-03", "2026-01", "2026-02"]
    assert spc.chart("run", [30, 10, 20], x=months).x == ("2026-01", "2026-02", "2026-03")
    days = [np.datetime64("2026-03-01"), np.datetime64("2026-01-01"), np.datetime64("2026-02-01")]
    assert spc.chart("run", [30, 10, 20], x=days).y.tolist() == [10, 20, 30]
    shift = spc.chart(
        "run", [1] * 12 + [9] * 12, x=[f"20{year}-{month:02}" for year in (25, 26) for month in range(1, 13)]
    )
    assert shift.parts[0].runs_signal


def test_months_that_are_missing_in_the_middle_join_their_neighbours_when_they_are_not_listed() -> None:
    """A month that is listed without a value takes its two moving ranges away instead."""
    listed = spc.chart("i", [1, 5, None, 2, 4], x=[1, 2, 3, 4, 5], screen_mr=False)
    unlisted = spc.chart("i", [1, 5, 2, 4], x=[1, 2, 4, 5], screen_mr=False)
    np.testing.assert_allclose(listed.ucl - listed.cl, 3 * 3 / 1.128)
    np.testing.assert_allclose(unlisted.ucl - unlisted.cl, 3 * 3 / 1.128)
    jump = spc.chart("i", [1, 5, None, 9, 4], x=[1, 2, 3, 4, 5], screen_mr=False)
    np.testing.assert_allclose(jump.ucl - jump.cl, 3 * 4.5 / 1.128)


def test_a_month_that_is_there_twice_is_one_point() -> None:
    chart = spc.chart("p", [1, 2, 3], [10, 10, 10], x=["2026-01-01", "2026-02-01", "2026-01-01"])
    assert chart.y.tolist() == [0.2, 0.2]


def test_arrays_of_a_chart_are_its_own() -> None:
    chart = spc.chart("i", [1.0, 5.0, 3.0])
    for field in (chart.cl, chart.ucl, chart.part, chart.include, chart.baseline):
        field[0] = 0
    assert chart.cl[1] == 3


@ANY_KIND
def test_point_numbers_of_any_size(kind: str) -> None:
    chart = spc.chart(kind, [4.0, 6.0], [10, 10], freeze=10**30, exclude=[10**30])
    assert chart.baseline.tolist() == chart.include.tolist() == [True, True]


def test_rows_without_x_are_dropped() -> None:
    for x in ([1, None, 2], [1.0, float("nan"), 2.0], np.array(["2026-01-01", "NaT", "2026-02-01"], "datetime64[ns]")):
        assert spc.chart("run", [5, 100, 7], x=x).y.tolist() == [5, 7]


def test_x_keeps_the_form_in_which_it_was_given() -> None:
    assert spc.chart("run", [1, 2], x=["2026-02-01", "2026-01-01"]).x == ("2026-01-01", "2026-02-01")
    assert spc.chart("run", [1, 2], x=[date(2026, 2, 1), date(2026, 1, 1)]).x == (date(2026, 1, 1), date(2026, 2, 1))
    assert spc.chart("run", [1, 2]).x == (1, 2)


@pytest.mark.parametrize(
    ("agg_fun", "expected"), [("mean", [2.0, 10.0]), ("median", [1.5, 10.0]), ("sum", [8.0, 10.0])]
)
def test_rows_of_one_x_become_one_point(agg_fun: str, expected: list[float]) -> None:
    chart = spc.chart("run", [1, 4, None, 1, 10, 2], x=[1, 1, 1, 1, 2, 1], agg_fun=agg_fun)
    assert chart.y.tolist() == expected


def test_rows_with_denominators_are_pooled_and_need_both_numbers() -> None:
    chart = spc.chart("p", [1, 2, None, 9, 4], [10, 10, 50, None, 8], x=[1, 1, 1, 1, 2])
    assert chart.y.tolist() == [0.15, 0.5]
    assert chart.n.tolist() == [20, 8]


def test_a_month_of_which_nothing_is_left_is_missing_also_as_a_sum() -> None:
    for kind, agg_fun in (("run", "sum"), ("c", "mean")):
        chart = spc.chart(kind, [1, 2, None, None], x=[1, 1, 2, 2], agg_fun=agg_fun)
        assert chart.y[0] == (3 if kind == "c" or agg_fun == "sum" else 1.5)
        assert np.isnan(chart.y[1])


def test_categories_are_sorted_have_no_runs_signal_and_a_deviation_of_z() -> None:
    y, n = [2, 9, 4, 3, 8, 6], [20, 22, 25, 31, 19, 24]
    names = ["F", "A", "C", "B", "E", "D"]
    funnel = spc.chart("pp", y, n, names)
    assert funnel.x == ("A", "B", "C", "D", "E", "F")
    cl = 32 / 141
    z = [(a / b - cl) / (cl * (1 - cl) / b) ** 0.5 for a, b in zip(y, n, strict=True)]
    np.testing.assert_allclose(funnel.ucl[0], cl + 3 * np.std(z, ddof=1) * (cl * (1 - cl) / 22) ** 0.5, rtol=1e-12)
    long = spc.chart("run", [1] * 20 + [5] * 20, x=[f"team {place:02}" for place in range(40)])
    assert not long.parts[0].runs_signal
    assert long.parts[0].longest_run == 20


def test_a_moving_range_chart_has_no_runs_signal() -> None:
    chart = spc.chart("mr", [0, 1] * 10 + [0, 9] * 10)
    part = chart.parts[0]
    assert part.longest_run is not None
    assert part.longest_run_max is not None
    assert part.longest_run > part.longest_run_max
    assert not part.runs_signal


def test_a_given_centre_line_of_an_incomplete_phase_is_computed() -> None:
    chart = spc.chart("i", [1, 2, 3, 4, 6, 8], cl=[9, None, 9, 5, 5, 5], part=[3])
    assert chart.cl.tolist() == [2, 2, 2, 5, 5, 5]


def test_a_target_is_kept_and_not_multiplied() -> None:
    chart = spc.chart("p", [1, 2], [10, 10], target=20, multiply=100)
    assert chart.target.tolist() == [20, 20]
    assert np.isnan(spc.chart("p", [1, 2], [10, 10]).target).all()


@pytest.mark.parametrize(
    ("error", "call"),
    [
        (errors.UnknownKindError, lambda: spc.chart("pie", [1])),
        (errors.UnknownKindError, lambda: spc.chart("run", [1], agg_fun="mode")),
        (errors.MissingDenominatorError, lambda: spc.chart("p", [1, 2])),
        (errors.LengthsDifferError, lambda: spc.chart("p", [1, 2], [1, 2, 3])),
        (errors.LengthsDifferError, lambda: spc.chart("run", [1, 2], x=[1])),
        (errors.LengthsDifferError, lambda: spc.chart("run", [[1, 2]])),
        (errors.LengthsDifferError, lambda: spc.chart("run", [1, 2], cl=[1, 2, 3])),
        (errors.LengthsDifferError, lambda: batch.charts("run", [1, 2])),
        (errors.LengthsDifferError, lambda: batch.charts("run", [[1, 2]], cl=[1, 2, 3])),
        (errors.LengthsDifferError, lambda: runs.runs_analysis([1, 2, 3], [1, 2])),
        (errors.NotANumberError, lambda: spc.chart("run", ["many"])),
        (errors.NotANumberError, lambda: spc.chart("run", [[1], [1, 2]])),
        (errors.InfiniteValueError, lambda: spc.chart("run", [1, float("inf")])),
        (errors.InfiniteValueError, lambda: spc.chart("p", [1], [float("-inf")])),
        (errors.InfiniteValueError, lambda: spc.chart("run", [10**400])),
        (errors.InfiniteValueError, lambda: spc.chart("run", [1], cl=float("inf"))),
        (errors.NegativeDenominatorError, lambda: spc.chart("p", [1], [-1])),
        (errors.NonPositiveTimeError, lambda: spc.chart("t", [3, 0, 2])),
        (errors.BadOptionError, lambda: spc.chart("run", [1, 2], freeze="half")),
        (errors.BadOptionError, lambda: spc.chart("run", [1, 2], part=[1.5])),
        (errors.BadOptionError, lambda: spc.chart("run", [1, 2], exclude=[None])),
        (errors.BadOptionError, lambda: spc.chart("run", [1, 2], multiply=0)),
        (errors.BadOptionError, lambda: spc.chart("run", [1, 2], multiply="ten")),
        (errors.BadOptionError, lambda: batch.charts("run", [[1, 2]], exclude=np.array([True]))),
        (errors.BadOptionError, lambda: batch.charts("run", [[1], [2], [3]], freeze=[1, 1])),
        (errors.BadOptionError, lambda: runs.crossings_min(0)),
        (errors.BadOptionError, lambda: runs.longest_run_max(0)),
        (errors.UnorderedPointsError, lambda: spc.chart("run", [1, 2], x=[date(2026, 1, 1), 7])),
        (errors.UnorderedPointsError, lambda: spc.chart("run", [1, 2], x=["2026-13-01", "2026-01-01"])),
        (
            errors.UnorderedPointsError,
            lambda: spc.chart("run", [1, 2], x=[datetime(2026, 1, 1, tzinfo=UTC), date(2026, 1, 2)]),
        ),
    ],
)
def test_bad_input_is_a_typed_error_with_a_sentence(error: type[Exception], call: Any) -> None:
    with pytest.raises(error) as caught:
        call()
    assert isinstance(caught.value, errors.StatisticsError)
    assert str(caught.value)[-1] in ".!?"
