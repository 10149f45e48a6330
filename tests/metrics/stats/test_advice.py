"""Which chart when: each reason once, its borders, and the test of dispersion behind it."""

from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from metrics.stats import advice, errors, spc
from metrics.stats.advice import Advice, Reason, ReasonCode

pytestmark = pytest.mark.unit

STEADY = [9, 12, 10, 14, 8, 11, 13, 9, 12, 10, 11, 9, 13, 10, 12, 8, 11, 10, 12, 9, 11, 10, 13, 9]
WILD = [2, 28, 5, 25, 3, 29, 6, 24, 2, 27, 4, 26, 5, 28, 3, 25, 2, 29, 6, 26, 4, 27, 3, 25]
FORTY = [40] * 24


def kinds_and_codes(found: Advice) -> tuple[str, list[str]]:
    return found.kind, [reason.code.value for reason in found.reasons]


@pytest.mark.parametrize(
    ("statistic", "y", "n", "kind", "codes"),
    [
        ("proportion", STEADY, FORTY, "p", ["proportion"]),
        ("proportion", WILD, FORTY, "pp", ["proportion", "overdispersed"]),
        ("proportion", STEADY[:12], FORTY[:12], "p", ["proportion", "trial_limits"]),
        ("proportion", STEADY[:11], FORTY[:11], "run", ["few_points"]),
        ("proportion", [*STEADY[:-1], 41], FORTY, "run", ["not_counts"]),
        ("proportion", [40] * 12 + STEADY[:12], FORTY, "run", ["rare_events"]),
        ("rate", STEADY, FORTY, "u", ["rate", "underdispersed"]),
        ("rate", WILD, FORTY, "up", ["rate", "overdispersed"]),
        ("rate", [0] * 7 + STEADY[:17], FORTY, "run", ["rare_events"]),
        ("rate", [0, 1] * 3 + STEADY[:18], FORTY, "u", ["rate"]),
        ("count", [4, 9, 6, 3, 8, 5, 7, 4, 10, 6, 3, 8, 5, 9, 4, 7, 6, 5, 8, 3, 9, 6, 4, 7], None, "c", ["count"]),
        ("count", WILD, None, "i", ["count", "overdispersed"]),
        ("mean", STEADY, FORTY, "i", ["mean"]),
        ("mean", STEADY, [40, 20] * 12, "ip", ["mean", "uneven_denominators"]),
        ("median", STEADY, FORTY, "i", ["single_values"]),
        ("score", STEADY, None, "i", ["single_values"]),
        ("days_between", STEADY, None, "t", ["time_between"]),
        ("days_between", [*STEADY, 0], None, "g", ["time_between", "zero_times"]),
        ("days_between", [*STEADY, -1], None, "run", ["not_counts"]),
        ("score", [3] * 20, None, "run", ["no_variation"]),
        ("score", [None] * 20, None, "run", ["no_values"]),
        ("score", [], None, "run", ["no_values"]),
    ],
)
def test_the_chart_and_its_reasons(statistic: str, y: list[Any], n: Any, kind: str, codes: list[str]) -> None:
    found = advice.choose(statistic, y, n)
    assert kinds_and_codes(found) == (kind, codes)
    assert found.instead == ("t" if "rare_events" in codes else None)
    assert found.trial_limits == ("trial_limits" in codes)
    # The chart that is advised can be drawn.
    chart = spc.chart(found.kind, y, n if found.with_denominator else None)
    assert np.isnan(chart.ucl).all() == (kind == "run")


def test_reasons_hold_the_numbers_they_rest_on() -> None:
    assert advice.choose("score", STEADY[:7]).reasons == (Reason(ReasonCode.FEW_POINTS, 7, 12),)
    assert advice.choose("score", STEADY[:19]).reasons[-1] == Reason(ReasonCode.TRIAL_LIMITS, 19, 20)
    assert not advice.choose("score", STEADY[:20]).trial_limits
    assert advice.choose("rate", [0] * 12 + STEADY[:12], FORTY).reasons == (Reason(ReasonCode.RARE_EVENTS, 0.5, 0.25),)
    uneven = advice.choose("mean", STEADY, [40, 20] * 12).reasons[1]
    assert (uneven.value, uneven.bound) == (pytest.approx(1 / 3), 0.25)


def test_a_quarter_without_events_is_not_yet_rare() -> None:
    assert advice.choose("count", [0] * 6 + [5] * 18).kind != "run"
    assert advice.choose("count", [0] * 7 + [5] * 17).kind == "run"


def test_points_outside_the_baseline_do_not_count() -> None:
    base = [True] * 12 + [False] * 12
    found = advice.choose("proportion", STEADY, FORTY, base=base)
    assert (found.points, found.trial_limits) == (12, True)
    assert found == advice.choose("proportion", STEADY[:12], FORTY[:12])
    # A point taken out joins its neighbours, as the chart does.
    base = [place != 5 for place in range(24)]
    assert advice.choose("proportion", WILD, FORTY, base=base) == advice.choose(
        "proportion", WILD[:5] + WILD[6:], FORTY[:23]
    )


def test_a_change_of_level_is_not_overdispersion() -> None:
    """Two levels, each as steady as chance: the step between them is one pair of neighbours."""
    moved = [one - 4 for one in STEADY[:12]] + [one + 14 for one in STEADY[12:]]
    assert advice.choose("proportion", moved, FORTY).kind == "p"
    assert (np.std(moved) / np.std(STEADY)) > 4


def test_steadier_than_chance_is_said_and_keeps_the_plain_limits() -> None:
    found = advice.choose("count", [100, 101] * 12)
    assert kinds_and_codes(found) == ("c", ["count", "underdispersed"])
    assert found.width is not None
    assert found.width < 0.2


@pytest.mark.parametrize("statistic", ["proportion", "rate", "count"])
@pytest.mark.parametrize("points", [12, 24, 60])
def test_chance_alone_is_called_overdispersed_one_time_in_twenty(statistic: str, points: int) -> None:
    chance = np.random.default_rng(points)
    n = chance.integers(30, 90, (3000, points))
    y = chance.binomial(n, 0.3) if statistic == "proportion" else chance.poisson(0.2 * n)
    if statistic == "count":
        y = chance.poisson(4.0, n.shape)
    found = advice.choose_many(statistic, y, n)
    asked = [one for one in found if one.kind != "run"]
    share = np.mean([one.reasons[-1].code is ReasonCode.OVERDISPERSED or ReasonCode.OVERDISPERSED in
                     [reason.code for reason in one.reasons] for one in asked])  # fmt: skip
    assert 0.035 < share < 0.065


def test_the_width_is_how_much_wider_than_chance_points_vary() -> None:
    chance = np.random.default_rng(3)
    n = np.full((300, 36), 400)
    truth = np.clip(0.3 + 0.05 * chance.standard_normal(n.shape), 0.01, 0.99)
    found = advice.choose_many("proportion", chance.binomial(n, truth), n)
    expected = (1 + 0.05**2 / (0.3 * 0.7 / 400)) ** 0.5
    assert np.median([one.width for one in found]) == pytest.approx(expected, rel=0.05)


@settings(max_examples=80, deadline=None)
@given(
    data=st.data(), statistic=st.sampled_from(advice.STATISTICS), series=st.integers(1, 4), points=st.integers(0, 26)
)
def test_many_are_advised_as_each_alone(data: Any, statistic: str, series: int, points: int) -> None:
    cells = series * points
    y = np.array(data.draw(st.lists(st.none() | st.integers(0, 40), min_size=cells, max_size=cells)), dtype=float)
    n = np.array(data.draw(st.lists(st.none() | st.integers(0, 60), min_size=cells, max_size=cells)), dtype=float)
    base = np.array(data.draw(st.lists(st.booleans(), min_size=cells, max_size=cells)), dtype=bool)
    y, n, base = (cell.reshape(series, points) for cell in (y, n, base))
    many = advice.choose_many(statistic, y, n, base=base)
    assert many == [advice.choose(statistic, y[one], n[one], base=base[one]) for one in range(series)]
    for found in many:
        assert found.trial_limits == (found.kind != "run" and found.points < 20)
        assert found.kind == "run" or found.points >= 12


def test_percentiles_from_ten_teams() -> None:
    assert [advice.percentiles_allowed(teams) for teams in (0, 9, 10, 200)] == [False, False, True, True]


@pytest.mark.parametrize(
    ("error", "call"),
    [
        (errors.UnknownKindError, lambda: advice.choose("pie", [1])),
        (errors.MissingDenominatorError, lambda: advice.choose("rate", [1])),
        (errors.LengthsDifferError, lambda: advice.choose("rate", [1], [1, 2])),
        (errors.LengthsDifferError, lambda: advice.choose("count", [[1]])),
        (errors.LengthsDifferError, lambda: advice.choose("count", [1, 2], base=[True])),
        (errors.LengthsDifferError, lambda: advice.choose_many("count", [1, 2])),
        (errors.InfiniteValueError, lambda: advice.choose("count", [float("inf")])),
        (errors.NegativeDenominatorError, lambda: advice.choose("rate", [1], [-1])),
    ],
)
def test_bad_input_is_a_typed_error_with_a_sentence(error: type[Exception], call: Any) -> None:
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value).endswith(".")
