"""Rates, and what is said about a value while it is typed."""

from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from metrics.stats import errors, series, spc
from metrics.stats.series import FindingCode

pytestmark = pytest.mark.unit

STEADY_NUM = [12, 9, 11, 10, 13, 8, 10, 11, 9, 12]
STEADY_DEN = [40, 42, 39, 41, 40, 38, 40, 43, 41, 40]
SCORES = [14.0, 15.5, 13.0, 14.5, 15.0, 13.5, 14.0, 15.0]


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


def test_limits_wait_for_eight_earlier_points() -> None:
    assert codes(STEADY_NUM[:7], STEADY_DEN[:7], 30, 40, "proportion") == []
    assert codes(STEADY_NUM[:8], STEADY_DEN[:8], 30, 40, "proportion") == ["outside_own_limits"]
    gaps = [None, *STEADY_NUM[:7]], [30, *STEADY_DEN[:7]]
    assert codes(*gaps, 30, 40, "proportion") == []


def test_a_team_that_varies_more_than_its_denominators_explain_is_not_asked_every_month() -> None:
    num = [3000, 3600, 2900, 3500, 3100, 3700, 2800, 3400]
    den = [16000] * 8
    assert bool(spc.chart("p", num, den).sigma_signal.any())
    assert codes(num, den, 3650, 16000, "proportion") == []
    assert codes(num, den, 9000, 16000, "proportion") == ["outside_own_limits"]


def test_the_cases_behind_a_score_or_median_do_not_divide_it() -> None:
    for stat in ("score", "median"):
        earlier = [2.0, 2.5, 2.0, 1.5, 2.0, 2.5, 2.0, 2.5]
        assert codes(earlier, [6, 5, 6, 6, 5, 6, 6, 6], 2.5, 6, stat) == []
        (finding,) = series.check_limits(earlier, [6] * 8, 25, 6, stat)[:1]
        assert (finding.code, finding.value) == ("outside_own_limits", 25)
        assert codes(earlier, [6] * 8, 2.5, 60, stat) == ["denominator_jump"]
    (mean,) = series.check_limits([20, 25], [10, 10], 250, 10, "mean")
    assert (mean.code, mean.value) == ("tenfold_change", 25)


def test_limits_without_width_are_not_used() -> None:
    assert codes([0] * 10, [40] * 10, 1, 40, "proportion") == []
    assert codes([5.0] * 10, None, 6.0, None, "mean") == []


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
