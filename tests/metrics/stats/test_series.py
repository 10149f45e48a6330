"""Rates, and what is said about a value while it is typed."""

import statistics
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from metrics.stats import errors, series, spc
from metrics.stats.series import FindingCode

pytestmark = pytest.mark.unit

STEADY_NUM = [12, 9, 11, 10, 13, 8, 10, 11, 9, 12, 10, 11]
STEADY_DEN = [40, 42, 39, 41, 40, 38, 40, 43, 41, 40, 39, 41]
SCORES = [14.0, 15.5, 13.0, 14.5, 15.0, 13.5, 14.0, 15.0, 14.5, 13.0, 15.5, 14.0]


def codes(*args: Any) -> list[str]:
    return [finding.code.value for finding in series.check_limits(*args)]


def test_rates_never_read_a_missing_value_as_zero() -> None:
    found = series.rates([1, None, 0, 3, 5], [2, 4, 4, 0, None], 100)
    np.testing.assert_array_equal(found, [50, np.nan, 0, np.nan, np.nan])
    np.testing.assert_array_equal(series.rates([3, None]), [3, np.nan])
    with pytest.raises(errors.LengthsDifferError):
        series.rates([1, 2], [1])


def test_an_ordinary_month_has_no_findings() -> None:
    assert codes(STEADY_NUM, STEADY_DEN, 11, 41, "proportion") == []
    assert codes(SCORES, None, 14.2, None, "score") == []


def test_a_proportion_outside_the_own_limits() -> None:
    (finding,) = series.check_limits(STEADY_NUM, STEADY_DEN, 30, 40, "proportion")
    cl = sum(STEADY_NUM) / sum(STEADY_DEN)
    sigma = (cl * (1 - cl) / 40) ** 0.5
    assert finding.code is FindingCode.OUTSIDE_OWN_LIMITS
    assert (finding.value, finding.reference) == (0.75, pytest.approx(cl))
    assert (finding.lower, finding.upper) == (pytest.approx(cl - 3 * sigma), pytest.approx(cl + 3 * sigma))


def test_a_rate_and_a_score_outside_the_own_limits() -> None:
    assert codes(STEADY_NUM, STEADY_DEN, 36, 40, "rate") == ["outside_own_limits"]
    (finding,) = series.check_limits(SCORES, None, 30, None, "score")
    chart = spc.chart("i", SCORES)
    assert (finding.lower, finding.upper) == (chart.lcl[0], chart.ucl[0])


def test_limits_wait_for_twelve_earlier_points() -> None:
    assert codes(STEADY_NUM[:11], STEADY_DEN[:11], 30, 40, "proportion") == []
    assert codes(STEADY_NUM, STEADY_DEN, 30, 40, "proportion") == ["outside_own_limits"]
    gaps = [None, *STEADY_NUM[:11]], [30, *STEADY_DEN[:11]]
    assert codes(*gaps, 30, 40, "proportion") == []


def test_a_team_that_varies_more_than_its_denominators_explain_is_not_asked_every_month() -> None:
    num = [3000, 3600, 2900, 3500, 3100, 3700, 2800, 3400, 3000, 3600, 2900, 3500]
    den = [16000] * 12
    assert bool(spc.chart("p", num, den).sigma_signal.any())
    assert codes(num, den, 3650, 16000, "proportion") == []
    assert codes(num, den, 9000, 16000, "proportion") == ["outside_own_limits"]


def test_the_cases_behind_a_score_or_median_do_not_divide_it() -> None:
    for stat in ("score", "median"):
        earlier = [2.0, 2.5, 2.0, 1.5, 2.0, 2.5, 2.0, 2.5, 2.0, 1.5, 2.0, 2.5]
        assert codes(earlier, [6, 5, 6, 6, 5, 6, 6, 6, 5, 6, 6, 6], 2.5, 6, stat) == []
        (finding,) = series.check_limits(earlier, [6] * 12, 25, 6, stat)[:1]
        assert (finding.code, finding.value) == ("outside_own_limits", 25)
        assert codes(earlier, [6] * 12, 2.5, 60, stat) == ["denominator_jump"]
    (mean,) = series.check_limits([20, 25], [10, 10], 250, 10, "mean")
    assert (mean.code, mean.value) == ("tenfold_change", 25)


def test_limits_without_width_are_not_used() -> None:
    assert codes([0] * 12, [40] * 12, 1, 40, "proportion") == []
    assert codes([5.0] * 12, None, 6.0, None, "mean") == []


def test_the_modified_z_by_hand() -> None:
    # Median 3, deviations 2 1 0 1 2, MAD 1.
    assert series.modified_z([1, 2, 3, 4, 5], 10) == pytest.approx(0.6745 * 7)
    # Where most values are equal the mean deviation stands in: 1.253314 · (4 / 5).
    assert series.modified_z([3, 3, 3, 3, 7], 7) == pytest.approx(4 / (1.253314 * 0.8))
    assert np.isnan(series.modified_z([3, 3, 3], 7))
    assert np.isnan(series.modified_z([], 7))
    assert np.isnan(series.modified_z([1, 2, 3], None))


def slow_modified_z(earlier: list[float], value: float) -> float:
    """The same, written out with the statistics of the standard library."""
    center = statistics.median(earlier)
    away = [abs(one - center) for one in earlier]
    if mad := statistics.median(away):
        return 0.6745 * (value - center) / mad
    return (value - center) / (1.253314 * statistics.fmean(away)) if any(away) else float("nan")


@given(
    earlier=st.lists(st.integers(0, 100).map(float), min_size=1, max_size=20),
    value=st.integers(0, 200).map(float),
    scale=st.sampled_from([0.5, 2.0, 10.0]),
    shift=st.integers(-50, 50),
)
def test_the_modified_z_agrees_with_a_slow_one_and_knows_no_unit(
    earlier: list[float], value: float, scale: float, shift: int
) -> None:
    found = series.modified_z(earlier, value)
    moved = series.modified_z([one * scale + shift for one in reversed(earlier)], value * scale + shift)
    np.testing.assert_allclose([found, moved], [slow_modified_z(earlier, value)] * 2, rtol=1e-9, atol=1e-9)


def test_an_outlier_by_the_modified_z() -> None:
    counts = [7, 9, 8, 8, 10, 7, 9, 8]
    # Median 8, deviations 1 1 0 0 2 1 1 0, MAD 1: 3.5 lies at 8 ± 5.19.
    assert series.check_modified_z(counts, None, 13, None, "count") == []
    (finding,) = series.check_modified_z(counts, None, 14, None, "count")
    assert (finding.code, finding.value, finding.reference) == (FindingCode.MODIFIED_Z, 14, 8)
    assert (finding.lower, finding.upper) == (pytest.approx(8 - 3.5 / 0.6745), pytest.approx(8 + 3.5 / 0.6745))
    assert series.check_modified_z(counts[:7], None, 14, None, "count") == []
    assert series.check_modified_z([8] * 12, None, 14, None, "count") == []
    assert series.check_modified_z(counts, None, None, None, "count") == []
    assert len(series.check_modified_z(STEADY_NUM, STEADY_DEN, 30, 40, "proportion")) == 1
    with pytest.raises(errors.UnknownKindError):
        series.check_modified_z([], None, 1, None, "colour")


def test_a_tenfold_change_against_the_last_value() -> None:
    assert codes([7], None, 70, None, "count") == ["tenfold_change"]
    assert codes([70, None], None, 7, None, "count") == ["tenfold_change"]
    assert codes([7], None, 69, None, "count") == []
    assert codes([7], None, 0, None, "count") == []
    assert codes([0], None, 70, None, "count") == []
    (finding,) = series.check_limits([7], None, 70, None, "count")
    assert (finding.value, finding.reference, finding.lower, finding.upper) == (70, 7, 0.7, 70)


def test_a_jump_of_the_denominator() -> None:
    assert codes([5, 5], [20, 22], 16, 64, "proportion") == ["denominator_jump"]
    assert codes([5, 5], [20, 22], 2, 6, "proportion") == ["denominator_jump"]
    assert codes([5, 5], [20, 22], 15, 63, "proportion") == []
    many = [900, 20, 20, 20, 20, 20, 20]
    (finding,) = series.check_limits([None] * 7, many, 5, 61, "proportion")
    assert (finding.value, finding.reference, finding.upper) == (61, 20, 60)


def test_a_first_month_and_a_missing_month_have_no_findings() -> None:
    assert codes([], [], 5, 20, "proportion") == []
    assert codes(STEADY_NUM, STEADY_DEN, None, None, "proportion") == []
    assert codes(STEADY_NUM, STEADY_DEN, 0, 0, "proportion") == []
    assert codes(SCORES, None, None, None, "median") == []


@settings(max_examples=150, deadline=None)
@given(
    history=st.lists(st.tuples(st.none() | st.integers(0, 30), st.none() | st.integers(0, 60)), max_size=14),
    num=st.none() | st.integers(0, 90),
    den=st.none() | st.integers(0, 90),
    stat=st.sampled_from(sorted(series.PROPORTION_KINDS | series.RATE_KINDS | series.SINGLE_VALUE_KINDS)),
)
def test_every_finding_lies_outside_its_own_bounds(history: Any, num: Any, den: Any, stat: str) -> None:
    found = series.check_limits([a for a, _ in history], [b for _, b in history], num, den, stat)
    for finding in found:
        assert finding.lower is not None
        assert finding.upper is not None
        assert finding.value <= finding.lower or finding.value >= finding.upper
        assert finding.lower <= finding.reference <= finding.upper
    assert len({finding.code for finding in found}) == len(found)


HUGE = 1e308


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("stat", sorted(series.PROPORTION_KINDS | series.RATE_KINDS | series.SINGLE_VALUE_KINDS))
@pytest.mark.parametrize(
    ("history", "bases", "num", "den"),
    [
        ([HUGE] * 14, [HUGE] * 14, HUGE, HUGE),
        ([HUGE, -HUGE] * 7, [1] * 14, HUGE, 1),
        ([HUGE, 1] * 7, [1e-5] * 14, HUGE, 1e-5),
        ([HUGE, 1] * 7, [1e-5, HUGE] * 7, 1, HUGE),
        ([HUGE, HUGE, HUGE, 1] * 4, [1] * 16, -HUGE, 1),
        ([1] * 14, [1] * 14, HUGE, 1e-9),
    ],
)
def test_numbers_too_large_are_no_finding_of_their_own_and_no_warning(
    history: Any, bases: Any, num: float, den: float, stat: str
) -> None:
    for check in (series.check_limits, series.check_modified_z):
        for below, new_below in ((bases, den), (None, None)):
            for finding in check(history, below, num, new_below, stat):
                assert np.isfinite([finding.value, finding.reference]).all()


@pytest.mark.filterwarnings("error")
def test_the_usual_denominator_is_found_among_the_largest_numbers() -> None:
    *_, finding = series.check_limits([1] * 6, [HUGE] * 6, 1, 1e307, "mean")
    assert (finding.code, finding.reference) == ("denominator_jump", HUGE)
    assert np.isnan(series.modified_z([HUGE] * 8 + [-HUGE] * 6, 1))


@pytest.mark.parametrize(
    ("error", "call"),
    [
        (errors.UnknownKindError, lambda: series.check_limits([], None, 1, None, "colour")),
        (errors.InfiniteValueError, lambda: series.check_limits([1], None, float("inf"), None, "count")),
        (errors.NotANumberError, lambda: series.check_limits(["a"], None, 1, None, "count")),
        (errors.LengthsDifferError, lambda: series.check_limits([1, 2], [1], 1, 1, "rate")),
    ],
)
def test_bad_input_is_a_typed_error(error: type[Exception], call: Any) -> None:
    with pytest.raises(error):
        call()
