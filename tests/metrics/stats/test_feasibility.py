"""Is a measure worth its work: each threshold from both sides."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from metrics.stats import feasibility
from metrics.stats.feasibility import Reason, use_of

pytestmark = pytest.mark.unit
STEADY = [0.50, 0.53, 0.48, 0.52, 0.49, 0.51, 0.47, 0.53, 0.50, 0.48, 0.52, 0.49]
SHIFTED = [0.30, 0.31, 0.29, 0.30, 0.32, 0.31, 0.60, 0.61, 0.59, 0.62, 0.60, 0.61]


def use(**given_: Any) -> feasibility.Use:
    usual = {
        "minutes": [10.0] * 5,
        "asked": 100,
        "given": 95,
        "values": SHIFTED,
        "higher_is_better": True,
        "is_proportion": True,
    }
    return use_of(**(usual | given_))


def test_a_measure_that_moves_and_costs_little_goes_on() -> None:
    found = use()
    assert (found.minutes, found.answers, found.completeness) == (10, 5, 0.95)
    assert (found.reasons, found.may_retire) == ((), False)


def test_a_year_without_signal_is_one_reason_and_no_hint_alone() -> None:
    assert use(values=STEADY).reasons == (Reason.NO_SIGNAL,)
    assert not use(values=STEADY).may_retire
    assert use(values=STEADY[:11]).reasons == ()
    assert use(values=[*STEADY[:5], None, *STEADY[6:]]).reasons == ()
    # Only the last twelve months are looked at.
    assert use(values=[0.9, 0.9, *STEADY]).reasons == (Reason.NO_SIGNAL,)


@pytest.mark.parametrize(("minutes", "reasons"), [(30.0, (Reason.MUCH_WORK,)), (29.9, ())])
def test_much_work_begins_at_half_an_hour(minutes: float, reasons: tuple[Reason, ...]) -> None:
    assert use(minutes=[minutes] * 5).reasons == reasons
    few = use(minutes=[minutes] * 4)
    assert (few.reasons, few.answers, np.isnan(few.minutes)) == ((), 4, True)


@pytest.mark.parametrize(
    ("given_", "asked", "reasons"), [(59, 100, (Reason.OFTEN_MISSING,)), (60, 100, ()), (0, 23, ())]
)
def test_often_missing_begins_below_six_in_ten(given_: int, asked: int, reasons: tuple[Reason, ...]) -> None:
    assert use(given=given_, asked=asked).reasons == reasons


def test_the_ceiling_is_held_for_a_year_in_the_better_direction() -> None:
    high = [0.95, 0.97, 0.96, 0.98, 0.95, 0.99, 0.96, 0.97, 0.95, 0.98, 0.96, 0.97]
    assert Reason.AT_CEILING in use(values=high).reasons
    assert use(values=high).may_retire
    assert Reason.AT_CEILING in use(values=[1 - one for one in high], higher_is_better=False).reasons
    assert Reason.AT_CEILING not in use(values=[0.949, *high[1:]]).reasons
    assert Reason.AT_CEILING not in use(values=high, higher_is_better=False).reasons
    assert Reason.AT_CEILING not in use(values=high, higher_is_better=None).reasons
    assert Reason.AT_CEILING not in use(values=high, is_proportion=False).reasons


def test_two_reasons_make_the_hint() -> None:
    assert use(values=STEADY, minutes=[45.0] * 6).may_retire
    assert use(given=10, minutes=[45.0] * 6).may_retire
    assert use(values=STEADY, given=10).reasons == (Reason.NO_SIGNAL, Reason.OFTEN_MISSING)


def test_a_measure_that_nobody_reported_is_no_error() -> None:
    found = use(minutes=[], asked=0, given=0, values=[])
    assert (found.reasons, np.isnan(found.minutes), np.isnan(found.completeness)) == ((), True, True)


@given(
    minutes=st.lists(st.none() | st.integers(0, 600), max_size=6),
    elements=st.lists(st.integers(1, 20), min_size=1, max_size=6),
)
def test_the_shares_add_up_to_the_minutes(minutes: list[int | None], elements: list[int]) -> None:
    shares = [feasibility.minutes_for(minutes, one, sum(elements)) for one in elements]
    expected = np.array([np.nan if one is None else one for one in minutes], dtype=np.float64)
    np.testing.assert_allclose(np.sum(shares, axis=0) if minutes else [], expected, rtol=1e-9)
    assert np.isnan(feasibility.minutes_for([5], 1, 0)).all()
