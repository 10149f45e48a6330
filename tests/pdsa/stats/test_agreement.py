"""Agreement of two coaches: published tables, the definition by drawing pairs, laws."""

import hypothesis.strategies as st
import pytest
from hypothesis import given

from pdsa.stats.agreement import Agreement, agreement
from tests.pdsa.stats import slow

pytestmark = pytest.mark.unit

PAIRS = st.lists(st.tuples(st.booleans(), st.booleans()), max_size=30)


@pytest.mark.parametrize(
    ("table", "observed", "kappa", "ac1"),
    [
        # A balanced and a skewed table with the same agreement: the paradox of kappa (Feinstein & Cicchetti 1990).
        (Agreement(40, 9, 6, 45), 0.85, 0.70, 0.70),
        (Agreement(80, 10, 5, 5), 0.85, 0.32, 0.81),
        # Two surgeons and 200 scans (PMC7222679): observed .675, kappa .022 by exact chance.
        (Agreement(130, 56, 9, 5), 0.675, 0.02, 0.53),
    ],
)
def test_published_tables(table: Agreement, observed: float, kappa: float, ac1: float) -> None:
    assert table.observed == observed
    assert table.kappa is not None
    assert table.ac1 is not None
    assert (round(table.kappa, 2), round(table.ac1, 2)) == (kappa, ac1)


def test_nothing_judged_twice_has_no_agreement() -> None:
    nothing = agreement([])
    assert (nothing.of, nothing.observed, nothing.kappa, nothing.ac1) == (0, None, None, None)


@pytest.mark.parametrize("answer", [True, False])
def test_kappa_is_not_defined_where_both_always_gave_the_same_one_answer(answer: bool) -> None:
    same = agreement([(answer, answer)] * 12)
    assert (same.observed, same.kappa, same.ac1) == (1.0, None, 1.0)


def test_kappa_is_zero_where_one_coach_always_says_yes() -> None:
    found = agreement([(True, True)] * 9 + [(True, False)])
    assert (found.observed, found.kappa) == (0.9, 0.0)
    assert found.ac1 is not None
    assert found.ac1 > 0.8


@given(pairs=PAIRS)
def test_equals_drawing_pairs(pairs: list[tuple[bool, bool]]) -> None:
    found = agreement(pairs)
    assert found.kappa == (None if (kappa := slow.kappa(pairs)) is None else pytest.approx(float(kappa)))
    assert found.ac1 == (None if (ac1 := slow.ac1(pairs)) is None else pytest.approx(float(ac1)))


@given(pairs=PAIRS)
def test_laws(pairs: list[tuple[bool, bool]]) -> None:
    found = agreement(pairs)
    swapped = agreement([(second, first) for first, second in pairs])
    turned = agreement([(not first, not second) for first, second in pairs])
    for other in (swapped, turned):
        assert other.observed == found.observed
        assert other.kappa == found.kappa
        assert other.ac1 == (None if found.ac1 is None else pytest.approx(found.ac1))
    for value in (found.kappa, found.ac1):
        assert value is None or -1 <= value <= 1
    if pairs and all(first == second for first, second in pairs):
        assert found.ac1 == pytest.approx(1)
        assert found.kappa is None or found.kappa == pytest.approx(1)
