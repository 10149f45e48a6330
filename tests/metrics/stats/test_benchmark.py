"""Comparison across teams: worked case, slow second implementation, laws."""

from dataclasses import asdict
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from metrics.stats import benchmark, errors, spc
from tests.metrics.stats import slow
from tests.metrics.stats.checks import assert_close

pytestmark = pytest.mark.unit

TEAM = st.integers(0, 400).flatmap(lambda n: st.tuples(st.none() | st.integers(0, n), st.none() | st.just(n)))
TEAMS = st.lists(TEAM, max_size=40)
DIRECTION = st.sampled_from(["up", "down", "none"])
MINIMUM = st.none() | st.integers(0, 200)


def split(teams: list[Any]) -> tuple[list[Any], list[Any]]:
    return [above for above, _ in teams], [below for _, below in teams]


def assert_equal(found: benchmark.Monthly, expected: dict[str, Any]) -> None:
    actual = asdict(found)
    assert actual.keys() == expected.keys()
    for field, value in expected.items():
        assert actual[field] == (None if value is None else pytest.approx(value, rel=1e-12, abs=1e-15)), field


def test_the_worked_case(worked_cases: Any) -> None:
    for case in worked_cases("benchmarks.json"):
        given_, expected = case["input"], case["expected"]
        found = benchmark.summary(given_["y"], given_["n"], labels=given_["org"], **case["options"])
        assert found.n_org == expected["n_org"]
        for field in ("pooled", "mean_of_rates", "median"):
            assert_close(getattr(found, field), expected[field], field)
        for field, value in expected["percentiles"].items():
            assert_close(getattr(found, field), value, field)
        assert_close(found.abc, expected["abc"]["benchmark"], "abc")
        assert found.abc_members == expected["abc"]["organisations"]
        for kind, lines in expected["funnel"].items():
            funnel = benchmark.funnel(kind, given_["y"], given_["n"])
            for field, values in lines.items():
                assert_close(getattr(funnel, field), values, f"{kind} {field}")


@settings(max_examples=300, deadline=None)
@given(teams=TEAMS, direction=DIRECTION, minimum=MINIMUM)
def test_monthly_equals_the_slow_definition(teams: list[Any], direction: str, minimum: Any) -> None:
    above, below = split(teams)
    found = benchmark.monthly(above, below, direction=direction, min_denominator=minimum)
    assert_equal(found, slow.benchmark(above, below, direction, minimum))


@settings(max_examples=150, deadline=None)
@given(groups=st.lists(TEAMS, min_size=1, max_size=6), data=st.data())
def test_many_groups_equal_each_alone(groups: list[Any], data: Any) -> None:
    count = len(groups)
    direction = data.draw(DIRECTION | st.lists(DIRECTION, min_size=count, max_size=count))
    minimum = data.draw(MINIMUM | st.lists(MINIMUM, min_size=count, max_size=count))
    rows = [(number, *team) for number, teams in enumerate(groups) for team in teams]
    data.draw(st.randoms(use_true_random=False)).shuffle(rows)
    found = benchmark.monthly_groups(
        np.array([row[0] for row in rows], dtype=int),
        [row[1] for row in rows],
        [row[2] for row in rows],
        direction=direction,
        min_denominator=minimum,
        n_groups=count,
    )
    for number in range(count):
        # The same order of teams within the group: equal adjusted performance is settled by it.
        above, below = split([row[1:] for row in rows if row[0] == number])
        alone = benchmark.monthly(
            above,
            below,
            direction=direction if isinstance(direction, str) else direction[number],
            min_denominator=minimum[number] if isinstance(minimum, list) else minimum,
        )
        assert found.group(number) == alone


@settings(max_examples=150, deadline=None)
@given(teams=TEAMS, minimum=MINIMUM, order=st.randoms(use_true_random=False))
def test_the_order_of_teams_changes_nothing_but_ties(teams: list[Any], minimum: Any, order: Any) -> None:
    mixed = list(teams)
    order.shuffle(mixed)
    first, second = (
        asdict(benchmark.monthly(*split(one), direction="up", min_denominator=minimum)) for one in (teams, mixed)
    )
    live = [(a, n) for a, n in teams if a is not None and n]
    if len({(a + 1) / (n + 2) for a, n in live}) < len(set(live)):
        del first["abc"], second["abc"]
    for field, value in first.items():
        assert second[field] == (None if value is None else pytest.approx(value, rel=1e-12, abs=1e-15))


@settings(max_examples=100, deadline=None)
@given(teams=TEAMS.filter(lambda teams: any(a is not None and n for a, n in teams)))
def test_percentiles_are_those_of_numpy_and_the_best_are_at_least_average(teams: list[Any]) -> None:
    above, below = split(teams)
    rates = [a / n for a, n in teams if a is not None and n]
    up = benchmark.monthly(above, below, direction="up", min_denominator=None)
    for field, share in (("p10", 10), ("p25", 25), ("median", 50), ("p75", 75), ("p90", 90)):
        assert getattr(up, field) == np.percentile(rates, share)
    down = benchmark.monthly(above, below, direction="down", min_denominator=None)
    assert up.abc is not None
    assert down.abc is not None
    assert 0 <= down.abc <= 1
    assert (up.pooled, up.reporting) == (down.pooled, down.reporting)


def test_equal_performance_keeps_the_order_given() -> None:
    found = benchmark.summary([9, 9, 9], [10, 10, 10], higher_is_better=True, labels=["x", "b", "a"])
    assert (found.abc, found.abc_members) == (0.9, ["x"])


def test_ten_per_cent_exactly_is_enough() -> None:
    found = benchmark.summary([10, 60], [10, 90], higher_is_better=True)
    assert (found.abc, found.abc_members) == (1.0, [1])
    one_more = benchmark.summary([10, 60], [10, 91], higher_is_better=True)
    assert one_more.abc_members == [1, 2]


def test_a_small_perfect_team_does_not_lead() -> None:
    """1 of 1 is 100 %, but its adjusted performance is 2/3."""
    found = benchmark.summary([1, 90, 40], [1, 100, 100], higher_is_better=True, labels=["tiny", "large", "weak"])
    assert (found.abc, found.abc_members) == (0.9, ["large"])
    lower = benchmark.summary([0, 10, 40], [1, 100, 100], higher_is_better=False, labels=["tiny", "large", "weak"])
    assert (lower.abc, lower.abc_members) == (0.1, ["large"])


def test_nothing_reported_has_no_values() -> None:
    nothing = benchmark.Monthly(0, None, None, None, None, None, None, None, None)
    for above, below in (([], []), ([None, 3, None], [5, None, 0]), ([0], [0])):
        assert benchmark.monthly(above, below, direction="up", min_denominator=5) == nothing
    assert benchmark.summary([None], [3], higher_is_better=True) == benchmark.Summary(
        0, None, None, None, None, None, None, None, None, None, []
    )
    funnel = benchmark.funnel("p", [], [])
    assert np.isnan(funnel.cl)
    assert funnel.lcl.size == 0


def test_small_teams_count_in_the_pool_and_not_in_the_percentiles() -> None:
    found = benchmark.monthly([1, 30, 60], [2, 100, 100], direction="none", min_denominator=10)
    assert (found.reporting, found.pooled, found.mean, found.abc) == (3, 91 / 202, pytest.approx(0.45), None)
    reaching = benchmark.monthly([5, 30], [10, 100], direction="none", min_denominator=10)
    assert reaching.mean == pytest.approx(0.4)
    too_small = benchmark.monthly([1], [2], direction="up", min_denominator=10)
    assert (too_small.reporting, too_small.pooled, too_small.abc) == (1, 0.5, 0.5)
    assert (too_small.mean, too_small.median, too_small.p10) == (None, None, None)


def test_a_funnel_leaves_out_teams_without_a_denominator_and_keeps_their_place() -> None:
    y, n = [3, None, 5, 2, 8, 1], [30, 10, 40, 0, 35, None]
    for kind in ("p", "pp", "u", "up"):
        whole = benchmark.funnel(kind, y, n)
        alone = benchmark.funnel(kind, [3, 5, 8], [30, 40, 35])
        assert whole.cl == alone.cl == 16 / 105
        np.testing.assert_array_equal(whole.ucl[[0, 2, 4]], alone.ucl)
        assert np.isnan(whole.ucl[[1, 3, 5]]).all()
        assert not whole.sigma_signal[[1, 3, 5]].any()
        chart = spc.chart(kind, [3, 5, 8], [30, 40, 35], ["a", "b", "c"])
        np.testing.assert_array_equal(chart.lcl_95, alone.lcl_95)


@pytest.mark.parametrize(
    ("error", "call"),
    [
        (errors.UnknownKindError, lambda: benchmark.funnel("c", [1], [2])),
        (errors.UnknownKindError, lambda: benchmark.monthly([1], [2], direction="sideways", min_denominator=1)),
        (errors.LengthsDifferError, lambda: benchmark.monthly([1], [2, 3], direction="up", min_denominator=1)),
        (errors.LengthsDifferError, lambda: benchmark.summary([1], [2], higher_is_better=True, labels=["a", "b"])),
        (errors.NegativeDenominatorError, lambda: benchmark.summary([1], [-2], higher_is_better=True)),
        (errors.InfiniteValueError, lambda: benchmark.summary([float("inf")], [2], higher_is_better=True)),
        (
            errors.LengthsDifferError,
            lambda: benchmark.monthly_groups([0, 1], [1], [2], direction="up", min_denominator=1),
        ),
        (
            errors.LengthsDifferError,
            lambda: benchmark.monthly_groups([0], [1], [2], direction=["up", "up"], min_denominator=1),
        ),
        (
            errors.BadOptionError,
            lambda: benchmark.monthly_groups([-1], [1], [2], direction="up", min_denominator=1),
        ),
        (
            errors.BadOptionError,
            lambda: benchmark.monthly_groups([3], [1], [2], direction="up", min_denominator=1, n_groups=2),
        ),
    ],
)
def test_bad_input_is_a_typed_error(error: type[Exception], call: Any) -> None:
    with pytest.raises(error):
        call()
