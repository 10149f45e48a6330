"""Intervals against printed examples, own percentile, headroom and months to a threshold."""

from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from metrics.stats import errors, standing

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("y", "n", "low", "high"),
    # Newcombe 1998, Statistics in Medicine 17:857, table I, method 3 (score, without continuity correction).
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0000, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_intervals_of_printed_examples(y: int, n: int, low: float, high: float) -> None:
    found = standing.interval("p", y, n)
    assert [round(float(end), 4) for end in found] == [low, high]


@pytest.mark.parametrize(
    ("events", "low", "high"),
    # Exact Poisson limits (Fisher's chi-square form) of 10, 20 and 100 events; Byar's are within one in a hundred.
    [(10, 4.795, 18.39), (20, 12.22, 30.89), (100, 81.36, 121.63)],
)
def test_byar_intervals_are_near_the_exact_ones(events: int, low: float, high: float) -> None:
    found = standing.interval("u", events, 1.0)
    np.testing.assert_allclose(found, (low, high), rtol=0.01)


@settings(max_examples=100, deadline=None)
@given(kind=st.sampled_from(["p", "u"]), n=st.integers(1, 400), share=st.floats(0, 1))
def test_an_interval_holds_the_rate_and_narrows_with_more_people(kind: str, n: int, share: float) -> None:
    y = round(n * share)
    low, high = standing.interval(kind, y, n)
    assert 0 <= low <= y / n + 1e-12
    assert y / n - 1e-12 <= high
    narrow_low, narrow_high = standing.interval(kind, 10 * y, 10 * n)
    assert narrow_high - narrow_low <= high - low + 1e-12


def test_all_or_none_reach_the_end_exactly() -> None:
    low, high = standing.interval("p", [0, 7, 8, None, 1, 1], [7, 7, 7, 5, 0, None])
    assert (low[0], high[1]) == (0.0, 1.0)
    assert np.isnan(low[2:]).all()
    assert np.isnan(high[2:]).all()


def test_own_percentile_with_its_uncertainty() -> None:
    y, n = [10, 20, 30, 40, 50, 60, 70, 80, 90], [100] * 9
    middle = standing.standing("p", y, n, 4, higher_is_better=True)
    # 50 of 100 could be 40.4 to 59.6 per cent: better than 4 of 8 at the low end, and than 4 at the high end.
    assert middle == standing.Standing(50.0, 50.0, 50.0, 8)
    small = standing.standing("p", [*y, 5], [*n, 10], 9, higher_is_better=True)
    # 5 of 10 could be 23.7 to 76.3 per cent; one other team is just as good as 5 of 10.
    assert small == standing.Standing(100 * 4.5 / 9, 100 * 2 / 9, 100 * 7 / 9, 9)
    down = standing.standing("p", [*y, 2], [*n, 10], 9, higher_is_better=False)
    assert down is not None
    assert (down.percentile, down.low <= down.percentile <= down.high) == (100 * 7.5 / 9, True)


@settings(max_examples=100, deadline=None)
@given(
    teams=st.lists(st.tuples(st.integers(0, 30), st.integers(30, 60)), min_size=2, max_size=12),
    order=st.randoms(use_true_random=False),
)
def test_the_order_of_the_others_changes_nothing_and_turning_better_round_turns_the_percentile(
    teams: list[Any], order: Any
) -> None:
    own, *others = teams
    order.shuffle(others)
    first = standing.standing("p", [a for a, _ in teams], [n for _, n in teams], 0, higher_is_better=True)
    mixed = [own, *others]
    assert first == standing.standing("p", [a for a, _ in mixed], [n for _, n in mixed], 0, higher_is_better=True)
    back = standing.standing("p", [a for a, _ in teams], [n for _, n in teams], 0, higher_is_better=False)
    assert first is not None
    assert back is not None
    assert 0 <= first.low <= first.percentile <= first.high <= 100
    np.testing.assert_allclose(
        [back.percentile, back.low, back.high], [100 - first.percentile, 100 - first.high, 100 - first.low]
    )


def test_no_percentile_without_a_value_or_without_others() -> None:
    assert standing.standing("p", [None, 3], [5, 5], 0, higher_is_better=True) is None
    assert standing.standing("p", [2, 3], [5, 0], 0, higher_is_better=True) is None
    assert standing.standing("p", [2], [5], 0, higher_is_better=True) is None


def test_headroom_is_towards_better() -> None:
    assert standing.headroom(0.5, 0.75, higher_is_better=True) == 0.25
    assert standing.headroom(0.5, 0.25, higher_is_better=False) == 0.25
    assert standing.headroom(0.5, 0.25, higher_is_better=True) == -0.25
    assert standing.headroom(None, 0.25, higher_is_better=True) is None


@pytest.mark.parametrize(
    ("values", "stays", "expected"),
    [
        ([1, 5, 8, 9], 1, 3),
        ([8, 1, 1], 1, 1),
        ([1, 8, 1, 8, 9, 8], 3, 4),
        ([1, 8, None, 9, 8], 3, 2),
        ([None, None, 8], 1, 3),
        ([1, 2, None], 1, None),
        ([8, 8], 3, None),
        ([], 1, None),
    ],
)
def test_months_to_a_threshold(values: list[Any], stays: int, expected: int | None) -> None:
    assert standing.months_to_threshold(values, 8, higher_is_better=True, stays=stays) == expected
    turned = [None if one is None else -one for one in values]
    assert standing.months_to_threshold(turned, -8, higher_is_better=False, stays=stays) == expected


@pytest.mark.parametrize(
    ("error", "call"),
    [
        (errors.UnknownKindError, lambda: standing.interval("c", 1, 2)),
        (errors.BadOptionError, lambda: standing.standing("p", [1], [2], 1, higher_is_better=True)),
        (errors.BadOptionError, lambda: standing.months_to_threshold([1], 1, higher_is_better=True, stays=0)),
        (errors.InfiniteValueError, lambda: standing.headroom(1.0, float("inf"), higher_is_better=True)),
        (errors.LengthsDifferError, lambda: standing.standing("p", [1], [2, 3], 0, higher_is_better=True)),
    ],
)
def test_bad_input_is_a_typed_error_with_a_sentence(error: type[Exception], call: Any) -> None:
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value).endswith(".")
