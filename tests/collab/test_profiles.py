"""What contradicts the statistic of a definition."""

from __future__ import annotations

from typing import Any

import pytest

from collab.profiles import contradictions, settled

pytestmark = pytest.mark.unit

RATE = {"stat": "rate", "numerator": "Falls", "denominator": "Bed days", "multiplier": 1000.0}


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({}, {}),
        ({"goal": 0.0, "maturation_days": 3660}, {}),
        ({"goal": -1.0}, {"goal": "What is counted this way is never below 0, so the goal is not either."}),
        ({"multiplier": 0.0}, {"multiplier": "Write a number above 0, such as 1,000 for a rate per 1,000."}),
        ({"maturation_days": 3661}, {"maturation_days": "Write at most 3660 days."}),
        ({"stat": "mean", "goal": -1.0}, {}),
    ],
)
def test_numbers_that_can_not_be_are_told_at_their_field(typed: dict[str, Any], wrong: dict[str, str]) -> None:
    assert contradictions(settled({**RATE, **typed})) == wrong
