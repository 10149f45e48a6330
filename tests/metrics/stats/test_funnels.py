"""Funnels with exact limits and the test of overdispersion: slow second implementation, published values, laws."""

import math
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from metrics.stats import distributions, errors, funnels

pytestmark = pytest.mark.unit

TEAMS = st.lists(
    st.integers(1, 300).flatmap(lambda n: st.tuples(st.none() | st.integers(0, n), st.just(n) | st.none())),
    min_size=1,
    max_size=15,
)
LIMITS = tuple(funnels.LEVELS)


def slow_limit(kind: str, n: float, centre: float, level: float) -> float:
    """Count upwards until the probability is more than ``level``; then go back by the part that is too much."""
    below, count = 0.0, 0
    while True:
        if kind == "p":
            here = math.comb(int(n), count) * centre**count * (1 - centre) ** (int(n) - count)
        else:
            here = math.exp(count * math.log(n * centre) - n * centre - math.lgamma(count + 1))
        below += here
        if below > level:
            return (count - (below - level) / here) / n
        count += 1


@pytest.mark.parametrize("kind", ["p", "u"])
@settings(max_examples=80, deadline=None)
@given(n=st.integers(1, 250), centre=st.floats(0.01, 0.95))
def test_exact_limits_equal_the_slow_count(kind: str, n: int, centre: float) -> None:
    found = funnels.funnel_exact(kind, [0], [n], centre=centre)
    for name, level in funnels.LEVELS.items():
        expected = max(slow_limit(kind, n, centre, level), 0.0)
        assert getattr(found, name)[0] == pytest.approx(expected, rel=1e-9, abs=1e-11), name


@pytest.mark.parametrize("kind", ["p", "u"])
def test_a_team_like_all_others_is_outside_as_often_as_the_limits_say(kind: str) -> None:
    """Added up over every count that can come: never more than the level and one count beside the limit."""
    n, centre = 80, 0.2
    counts = np.arange(n + 1)
    found = funnels.funnel_exact(kind, counts, [n] * counts.size, centre=centre)
    if kind == "p":
        chances = np.array([math.comb(n, k) * centre**k * (1 - centre) ** (n - k) for k in counts])
    else:
        chances = np.array([math.exp(k * math.log(16) - 16 - math.lgamma(k + 1)) for k in counts])
    assert 0.0005 < chances[found.sigma_signal].sum() < 0.004
    beyond = (counts / n < found.lcl_95) | (counts / n > found.ucl_95)
    assert 0.02 < chances[beyond].sum() < 0.08


def test_many_events_come_near_to_the_normal_limits() -> None:
    n, centre = 1e10, 0.2
    found = funnels.funnel_exact("p", [centre * n], [n], centre=centre)
    sigma = (centre * (1 - centre) / n) ** 0.5
    np.testing.assert_allclose(found.ucl[0] - centre, 3.0902323 * sigma, rtol=1e-4)
    wider = funnels.funnel_exact("p", [0.2e14], [1e14], centre=centre)
    np.testing.assert_allclose((wider.ucl[0] - centre) / (found.ucl[0] - centre), 1e-2, rtol=1e-4)


@settings(max_examples=80, deadline=None)
@given(teams=TEAMS, order=st.randoms(use_true_random=False), kind=st.sampled_from(["p", "u"]))
def test_the_order_of_teams_changes_nothing(teams: list[Any], order: Any, kind: str) -> None:
    mixed = list(enumerate(teams))
    order.shuffle(mixed)
    plain = funnels.funnel_exact(kind, [a for a, _ in teams], [n for _, n in teams])
    other = funnels.funnel_exact(kind, [t[0] for _, t in mixed], [t[1] for _, t in mixed])
    for name in LIMITS:
        wanted = getattr(plain, name)[[place for place, _team in mixed]]
        np.testing.assert_allclose(getattr(other, name), wanted, rtol=1e-9, atol=1e-12)


@settings(max_examples=80, deadline=None)
@given(teams=TEAMS, kind=st.sampled_from(["p", "u"]), adjust=st.sampled_from([None, "multiplicative", "additive"]))
def test_limits_lie_around_the_centre_in_order_and_missing_teams_have_none(
    teams: list[Any], kind: str, adjust: str | None
) -> None:
    above, below = [a for a, _ in teams], [n for _, n in teams]
    found = funnels.funnel_exact(kind, above, below, adjust=adjust)
    for place, (a, n) in enumerate(teams):
        lines = [getattr(found, name)[place] for name in ("lcl", "lcl_95", "ucl_95", "ucl")]
        if a is None or n is None:
            assert np.isnan(lines).all()
            assert not found.sigma_signal[place]
        else:
            assert 0 <= lines[0] <= lines[1] <= found.cl * (1 + 1e-9) + 1e-12
            assert lines[1] <= lines[2] <= lines[3]
            assert kind == "u" or lines[3] <= 1


def test_teams_that_differ_are_found_and_their_limits_widened() -> None:
    y = [2, 30, 9, 33, 5, 28, 12, 25, 4, 31, 3, 35]
    n = [50] * 12
    plain = funnels.funnel_exact("p", y, n)
    cl = sum(y) / sum(n)
    z = np.array([(a / 50 - cl) / (cl * (1 - cl) / 50) ** 0.5 for a in y])
    low, high = np.percentile(z, [10, 90])
    phi = np.mean(np.clip(z, low, high) ** 2)
    assert plain.dispersion.phi == pytest.approx(phi)
    assert plain.dispersion.is_over
    assert not plain.widened
    # With equal denominators tau2 = (phi I / (I - 1) - 1) s2.
    variance = cl * (1 - cl) / 50
    assert plain.dispersion.tau**2 == pytest.approx((12 * phi / 11 - 1) * variance)
    for adjust, factor in (("multiplicative", phi**0.5), ("additive", (12 * phi / 11) ** 0.5)):
        wide = funnels.funnel_exact("p", y, n, adjust=adjust)
        assert wide.widened
        np.testing.assert_allclose(wide.ucl - cl, np.minimum((plain.ucl - cl) * factor, 1 - cl))
        assert wide.sigma_signal.sum() < plain.sigma_signal.sum()


def test_one_odd_team_does_not_widen_the_limits_of_all() -> None:
    y, n = [10, 11, 9, 10, 12, 10, 9, 11, 10, 10] * 2 + [45], [50] * 21
    found = funnels.funnel_exact("p", y, n, adjust="multiplicative")
    assert found.dispersion.p_value < 0.001
    assert not found.dispersion.is_over
    assert not found.widened
    assert np.flatnonzero(found.sigma_signal).tolist() == [20]


def test_teams_without_more_than_chance_are_seldom_called_overdispersed() -> None:
    chance = np.random.default_rng(5)
    n = chance.integers(20, 200, (400, 20))
    found = [funnels.overdispersion("p", chance.binomial(row, 0.3), row).is_over for row in n]
    assert np.mean(found) < 0.08
    apart = [funnels.overdispersion("p", chance.binomial(row, chance.beta(9, 21, 20)), row).is_over for row in n[:100]]
    assert np.mean(apart) > 0.9


@pytest.mark.parametrize(
    ("statistic", "degrees", "expected"),
    # Quantiles of the chi-square distribution from printed tables (Abramowitz & Stegun, table 26.8).
    [(3.84146, 1, 0.05), (11.0705, 5, 0.05), (18.3070, 10, 0.05), (124.342, 100, 0.05), (6.6349, 1, 0.01),
     (3.94030, 10, 0.95), (0.0, 4, 1.0)],
)  # fmt: skip
def test_tails_of_chi_square(statistic: float, degrees: int, expected: float) -> None:
    assert distributions.chi_square_tail(statistic, degrees) == pytest.approx(expected, abs=2e-5)


@settings(max_examples=60, deadline=None)
@given(statistic=st.floats(0.01, 300), half=st.integers(1, 60))
def test_tails_of_chi_square_equal_the_sum_for_even_degrees(statistic: float, half: int) -> None:
    x = statistic / 2
    expected = math.fsum(math.exp(k * math.log(x) - x - math.lgamma(k + 1)) for k in range(half))
    assert distributions.chi_square_tail(statistic, 2 * half) == pytest.approx(expected, rel=1e-9, abs=1e-14)


def test_nothing_to_compare_is_said_and_not_warned_of() -> None:
    for y, n in (([], []), ([None, 3], [5, 0]), ([0] * 6, [10] * 6), ([10] * 6, [10] * 6)):
        found = funnels.funnel_exact("p", y, n, adjust="additive")
        assert not found.sigma_signal.any()
        assert not found.dispersion.is_over
        assert np.isnan(found.dispersion.p_value)
    assert funnels.funnel_exact("p", [0] * 6, [10] * 6).ucl.tolist() == [0.0] * 6


HUGE = 1e308


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("kind", "y", "n"),
    [
        ("p", [30] * 12, [10] * 12),
        ("p", [-3] * 12, [10] * 12),
        ("u", [-3] * 12, [10] * 12),
        ("p", [1] * 12, [HUGE] * 12),
        ("u", [HUGE] * 12, [1] * 12),
        ("u", [HUGE] * 12, [HUGE] * 12),
        ("u", [HUGE, 1, HUGE, 1, 1, 5], [1] * 6),
        ("u", [1, 2, 3, 4, 5, 6], [1e-308] * 6),
        ("u", [1e160, 1, 1e160, 1, 1, 5], [1] * 6),
        ("u", [HUGE, 1, 1, 1, 1, 1], [1e-300] * 6),
    ],
)
def test_what_is_impossible_or_too_large_has_no_limits_and_no_warning(kind: str, y: Any, n: Any) -> None:
    for adjust in (None, *funnels.ADJUSTMENTS):
        found = funnels.funnel_exact(kind, y, n, adjust=adjust)
        for name in LIMITS:
            assert not np.isinf(getattr(found, name)).any()
            if not 0 <= found.cl <= (1 if kind == "p" else HUGE):
                assert np.isnan(getattr(found, name)).all()
    told = funnels.overdispersion(kind, y, n)
    assert not np.isinf([told.phi, told.tau, told.p_value]).any()
    assert not (told.is_over and np.isnan(told.phi))


@pytest.mark.parametrize(
    ("error", "call"),
    [
        (errors.UnknownKindError, lambda: funnels.funnel_exact("pp", [1], [2])),
        (errors.UnknownKindError, lambda: funnels.overdispersion("c", [1], [2])),
        (errors.BadOptionError, lambda: funnels.funnel_exact("p", [1], [2], adjust="somehow")),
        (errors.BadOptionError, lambda: funnels.funnel_exact("p", [1], [2], centre=1.5)),
        (errors.BadOptionError, lambda: funnels.funnel_exact("u", [1], [2], centre=float("inf"))),
        (errors.NotWholeNumberError, lambda: funnels.funnel_exact("p", [1], [2.5])),
        (errors.LengthsDifferError, lambda: funnels.funnel_exact("p", [1], [2, 3])),
        (errors.NegativeDenominatorError, lambda: funnels.overdispersion("u", [1], [-2])),
        (errors.InfiniteValueError, lambda: funnels.overdispersion("u", [float("inf")], [2])),
    ],
)
def test_bad_input_is_a_typed_error_with_a_sentence(error: type[Exception], call: Any) -> None:
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value).endswith(".")
