"""Wilson's and Newcombe's intervals: published examples, the definition by search, laws."""

import hypothesis.strategies as st
import pytest
from hypothesis import given

from pdsa.stats.shares import Z_95, Share, difference, differs, wilson
from tests.pdsa.stats import slow

pytestmark = pytest.mark.unit

SHARES = st.integers(1, 200).flatmap(lambda of: st.builds(Share, st.integers(0, of), st.just(of)))


@pytest.mark.parametrize(
    ("met", "of", "low", "high"),
    [
        # Newcombe 1998, Stat Med 17:857, table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_gives_the_published_limits(met: int, of: int, low: float, high: float) -> None:
    found = wilson(met, of)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        # Newcombe 1998, Stat Med 17:873, table II, method 10.
        (Share(48, 80), Share(56, 70), 0.0524, 0.3339),
        (Share(3, 10), Share(9, 10), 0.1705, 0.8090),
    ],
)
def test_newcombe_gives_the_published_limits(first: Share, second: Share, low: float, high: float) -> None:
    found = difference(first, second)
    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@given(share=SHARES)
def test_wilson_is_where_the_score_test_turns(share: Share) -> None:
    found = wilson(share.met, share.of)
    assert (found.low, found.high) == pytest.approx(slow.wilson_by_search(share.met, share.of, Z_95), abs=1e-9)


@given(share=SHARES)
def test_laws_of_wilson(share: Share) -> None:
    found, value = wilson(share.met, share.of), share.met / share.of
    assert 0 <= found.low <= value <= found.high <= 1
    assert found.high > found.low
    mirrored = wilson(share.of - share.met, share.of)
    assert (1 - mirrored.high, 1 - mirrored.low) == pytest.approx((found.low, found.high))
    tenfold = wilson(10 * share.met, 10 * share.of)
    assert tenfold.high - tenfold.low < found.high - found.low


@given(first=SHARES, second=SHARES)
def test_laws_of_the_difference(first: Share, second: Share) -> None:
    found, back = difference(first, second), difference(second, first)
    assert found is not None
    assert back is not None
    change = second.met / second.of - first.met / first.of
    assert -1 - 1e-12 <= found.low <= change <= found.high <= 1 + 1e-12
    assert (-back.high, -back.low) == pytest.approx((found.low, found.high))
    assert differs(first, second) == -differs(second, first)


def test_nothing_counted_has_no_value_and_no_interval() -> None:
    assert (Share().value, Share().interval, difference(Share(), Share(1, 2))) == (None, None, None)
    assert differs(Share(), Share(50, 50)) == 0
    with pytest.raises(ValueError, match="nothing"):
        wilson(0, 0)


@pytest.mark.parametrize(("met", "of"), [(-1, 3), (4, 3), (1, 0)])
def test_more_than_all_is_refused(met: int, of: int) -> None:
    with pytest.raises(ValueError, match="not a share"):
        Share(met, of)


def test_shares_are_pooled_by_adding() -> None:
    assert Share(1, 2) + Share(0, 3) == Share(1, 5)


def test_clearly_higher_clearly_lower_and_perhaps_chance() -> None:
    assert differs(Share(3, 10), Share(9, 10)) == 1
    assert differs(Share(9, 10), Share(3, 10)) == -1
    assert differs(Share(3, 10), Share(5, 10)) == 0


def test_of_fewer_than_five_no_difference_is_clear() -> None:
    found = difference(Share(10, 11), Share(0, 1))
    assert found is not None
    assert found.high < 0
    assert differs(Share(10, 11), Share(0, 1)) == 0
    assert differs(Share(11, 11), Share(0, 5)) == -1
