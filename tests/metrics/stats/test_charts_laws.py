"""Laws that hold for every series: scaling, moving, reversing, reordering; and one series equals one of many."""

import tracemalloc
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from metrics.stats import batch, runs, spc
from tests.metrics.stats.checks import LIMITS, assert_same_chart

pytestmark = pytest.mark.unit

SERIES = st.lists(st.none() | st.integers(0, 60), min_size=1, max_size=36)
KINDS_OF_SINGLE_ROWS = [kind for kind in spc.KINDS if kind not in {"xbar", "s"}]


def values_of(series: list[Any]) -> np.ndarray[Any, Any]:
    return np.array(series, dtype=float)


@pytest.mark.parametrize("kind", ["run", "i", "mr"])
@settings(max_examples=60, deadline=None)
@given(series=SERIES, by=st.sampled_from([0.25, 2.0, 1024.0]))
def test_scaling_the_values_scales_the_lines(kind: str, series: list[Any], by: float) -> None:
    """By powers of two, which lose no digit, so that equality is exact."""
    plain, scaled = spc.chart(kind, series), spc.chart(kind, values_of(series) * by)
    for field in ("y", "cl", *LIMITS):
        np.testing.assert_array_equal(getattr(scaled, field), getattr(plain, field) * by)
    assert scaled.parts == plain.parts
    np.testing.assert_array_equal(scaled.sigma_signal, plain.sigma_signal)


@pytest.mark.parametrize("kind", KINDS_OF_SINGLE_ROWS)
@settings(max_examples=40, deadline=None)
@given(series=SERIES)
def test_multiply_scales_lines_and_keeps_signals(kind: str, series: list[Any]) -> None:
    y = [None if one is None else one + 1 for one in series]
    n = [70] * len(y)
    plain, scaled = spc.chart(kind, y, n), spc.chart(kind, y, n, multiply=4096)
    for field in ("y", "cl", *LIMITS):
        np.testing.assert_array_equal(getattr(scaled, field), getattr(plain, field) * 4096)
    assert scaled.parts == plain.parts
    np.testing.assert_array_equal(scaled.sigma_signal, plain.sigma_signal)


@settings(max_examples=100, deadline=None)
@given(series=SERIES, shift=st.integers(-1000, 1000))
def test_moving_a_run_chart_moves_its_median_only(series: list[Any], shift: int) -> None:
    plain, moved = spc.chart("run", series), spc.chart("run", values_of(series) + shift)
    np.testing.assert_array_equal(moved.cl, plain.cl + shift)
    assert moved.parts == plain.parts


@settings(max_examples=100, deadline=None)
@given(series=SERIES)
def test_time_turned_round_keeps_longest_run_and_crossings(series: list[Any]) -> None:
    assert spc.chart("run", series[::-1]).parts == spc.chart("run", series).parts


@settings(max_examples=100, deadline=None)
@given(series=SERIES)
def test_mirrored_values_keep_longest_run_and_crossings(series: list[Any]) -> None:
    assert spc.chart("run", -values_of(series)).parts == spc.chart("run", series).parts


@settings(max_examples=60, deadline=None)
@given(series=SERIES, at=st.integers(0, 36))
def test_a_missing_month_changes_nothing_in_the_runs_analysis(series: list[Any], at: int) -> None:
    before = spc.chart("run", series).parts[0]
    after = spc.chart("run", [*series[:at], None, *series[at:]]).parts[0]
    assert (after.longest_run, after.n_crossings, after.n_useful) == (
        before.longest_run,
        before.n_crossings,
        before.n_useful,
    )
    assert after.n_obs == before.n_obs + 1


@pytest.mark.parametrize("kind", KINDS_OF_SINGLE_ROWS)
@settings(max_examples=40, deadline=None)
@given(series=SERIES, order=st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter_when_x_orders_them(kind: str, series: list[Any], order: Any) -> None:
    y = [None if one is None else one + 1 for one in series]
    n = [90 + place for place in range(len(y))]
    rows = list(zip(y, n, range(len(y)), strict=True))
    order.shuffle(rows)
    mixed = spc.chart(kind, [r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows])
    assert_same_chart(mixed, spc.chart(kind, y, n))


@settings(max_examples=60, deadline=None)
@given(series=SERIES, cut=st.integers(1, 35))
def test_a_phase_is_a_chart_of_its_own(series: list[Any], cut: int) -> None:
    whole = spc.chart("i", series, part=[cut])
    first, second = spc.chart("i", series[:cut]), spc.chart("i", series[cut:])
    for field in ("y", "cl", *LIMITS, "sigma_signal"):
        np.testing.assert_array_equal(
            getattr(whole, field), np.concatenate((getattr(first, field), getattr(second, field)))
        )
    assert len(whole.parts) == (2 if cut < len(series) else 1)


@settings(max_examples=60, deadline=None)
@given(series=st.lists(st.integers(0, 50), min_size=2, max_size=30), at=st.integers(0, 29))
def test_an_excluded_point_leaves_the_limits_of_the_series_without_it(series: list[int], at: int) -> None:
    at %= len(series)
    excluded = spc.chart("i", series, exclude=[at + 1])
    without = spc.chart("i", series[:at] + series[at + 1 :])
    for field in ("cl", *LIMITS):
        np.testing.assert_array_equal(getattr(excluded, field)[0], getattr(without, field)[0])
    assert excluded.parts == without.parts


@pytest.mark.parametrize("kind", spc.KINDS)
@settings(max_examples=40, deadline=None)
@given(data=st.data(), series=st.integers(1, 5), points=st.integers(0, 20))
def test_one_of_many_equals_the_single_chart(kind: str, data: Any, series: int, points: int) -> None:
    subgroup = 3 if kind in {"xbar", "s"} else 1
    cells = series * points * subgroup
    y = values_of(data.draw(st.lists(st.none() | st.integers(1, 60), min_size=cells, max_size=cells)))
    y = y.reshape(series, points, subgroup)
    below = data.draw(st.lists(st.none() | st.integers(60, 90), min_size=cells, max_size=cells))
    n = None if subgroup > 1 else values_of(below).reshape(y.shape)
    chosen = {
        "freeze": data.draw(st.none() | st.integers(0, 22)),
        "part": data.draw(st.none() | st.lists(st.integers(1, 22), min_size=1, max_size=3)),
        "exclude": data.draw(st.none() | st.lists(st.integers(1, 22), max_size=3)),
        "cl": data.draw(st.none() | st.just(0.5)),
        "multiply": data.draw(st.sampled_from([1, 100, 0.5])),
        "agg_fun": data.draw(st.sampled_from(["mean", "median", "sum", "sd"])),
        "screen_mr": data.draw(st.booleans()),
        "y_neg": data.draw(st.booleans()),
    }
    many = batch.charts(kind, y, n, **chosen)
    assert len(many) == series
    for one in range(series):
        rows = [place for place in range(points) for _row in range(subgroup)]
        single = spc.chart(kind, y[one].ravel(), None if n is None else n[one].ravel(), rows, **chosen)
        assert_same_chart(many.chart(one), single)


@settings(max_examples=60, deadline=None)
@given(data=st.data(), series=st.integers(1, 5), points=st.integers(1, 20))
def test_every_series_may_have_its_own_phases(data: Any, series: int, points: int) -> None:
    cells = series * points
    y = values_of(data.draw(st.lists(st.none() | st.integers(0, 60), min_size=cells, max_size=cells)))
    y = y.reshape(series, points)
    flags = st.lists(st.booleans(), min_size=cells, max_size=cells)
    ends = np.array(data.draw(flags)).reshape(y.shape)
    excluded = np.array(data.draw(flags)).reshape(y.shape)
    freeze = data.draw(st.lists(st.integers(1, points), min_size=series, max_size=series))

    phased = batch.charts("i", y, part=ends, exclude=excluded)
    frozen = batch.charts("i", y, freeze=freeze)
    for one in range(series):
        part = (np.flatnonzero(ends[one]) + 1).tolist() or [points]
        left_out = (np.flatnonzero(excluded[one]) + 1).tolist()
        assert_same_chart(phased.chart(one), spc.chart("i", y[one], part=part, exclude=left_out))
        assert_same_chart(frozen.chart(one), spc.chart("i", y[one], freeze=freeze[one]))
        last = phased.chart(one).parts[-1]
        assert phased.runs("runs_signal")[one] == last.runs_signal
        assert phased.runs("n_useful", part=0)[one] == phased.chart(one).parts[0].n_useful


@settings(max_examples=100, deadline=None)
@given(n=st.integers(1, 400))
def test_limits_of_the_runs_analysis_grow_with_the_points(n: int) -> None:
    assert runs.longest_run_max(n) <= runs.longest_run_max(n + 1)
    assert runs.crossings_min(n) <= runs.crossings_min(n + 1) <= runs.crossings_min(n) + 1


ANY_SIZE = st.none() | st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([0.0, 1.0, 1e308, 5e-324])


@pytest.mark.parametrize("kind", spc.KINDS)
@settings(max_examples=60, deadline=None)
@given(y=st.lists(ANY_SIZE, max_size=30), data=st.data())
def test_numbers_of_any_size_give_no_warning_and_no_infinite_limit(kind: str, y: list[Any], data: Any) -> None:
    """Warnings are errors here; numpy's are warnings too."""
    if kind == "t":  # times are above zero, and have no denominators that could make them too small to tell
        y = [None if one is None else abs(one) or 1.0 for one in y]
    n = None if kind == "t" else data.draw(st.lists(st.none() | st.floats(0, 1e308), min_size=len(y), max_size=len(y)))
    chart = spc.chart(kind, y, n, freeze=data.draw(st.none() | st.integers(-3, 40)))
    for field in LIMITS:
        assert not np.isinf(getattr(chart, field)).any()
    assert not chart.sigma_signal[np.isnan(chart.ucl) & np.isnan(chart.lcl)].any()


@settings(max_examples=100, deadline=None)
@given(rows=st.lists(st.lists(st.sampled_from([-1, 0, 1]), min_size=12, max_size=12), min_size=9, max_size=20))
def test_rows_walked_together_are_walked_as_each_alone(rows: list[list[int]]) -> None:
    side = np.array(rows, dtype=np.int8)
    together = runs.analyse_rows(side, np.full(len(rows), 12))
    for place in range(len(rows)):
        alone = runs.analyse_rows(side[place : place + 1], np.array([12]))
        assert together.analysis(place) == alone.analysis(0)


@pytest.mark.parametrize("kind", ["p", "pp", "u", "up"])
@settings(max_examples=60, deadline=None)
@given(series=SERIES, by=st.sampled_from([2.0, 8.0]))
def test_rates_follow_their_denominators(kind: str, series: list[Any], by: float) -> None:
    """Numerators and denominators both doubled: the same rates, and narrower limits where they are not widened."""
    n = np.full(len(series), 64.0)
    plain, larger = spc.chart(kind, series, n), spc.chart(kind, values_of(series) * by, n * by)
    np.testing.assert_array_equal(larger.y, plain.y)
    np.testing.assert_array_equal(larger.cl, plain.cl)
    assert larger.parts == plain.parts
    narrower = np.isnan(plain.ucl) | (larger.ucl <= plain.ucl * (1 + 1e-12))
    assert narrower.all()


def test_a_batch_holds_a_few_tables_and_no_more() -> None:
    y = np.random.default_rng(2).normal(50, 9, (5000, 36))
    n = np.full(y.shape, 40.0)
    for kind, part in (("i", None), ("pp", None), ("pp", [12, 24])):
        tracemalloc.start()
        many = batch.charts(kind, y, n, part=part)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert len(many) == 5000
        assert peak < 30 * y.nbytes
