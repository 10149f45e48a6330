"""In which months a measure is asked for."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from collab.common import months
from collab.models import Measure
from tests.factories.collab import CollaborativeFactory, MeasureFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def asked_for(measure: Measure) -> list[str]:
    collaborative = measure.collaborative
    return [
        months.iso(month) for month in collaborative.reporting_months() if measure.is_asked_for(month, collaborative)
    ]


def a_measure(cadence: str = "month", **version: Any) -> Measure:
    collaborative = CollaborativeFactory(start=dt.date(2025, 1, 1), months=6, cadence=cadence)
    measure = MeasureFactory(collaborative=collaborative)
    measure.versions.update(**version)
    return Measure.objects.with_versions().select_related("collaborative").get(pk=measure.pk)


def test_a_measure_is_asked_for_in_every_month() -> None:
    assert asked_for(a_measure()) == ["2025-01", "2025-02", "2025-03", "2025-04", "2025-05", "2025-06"]


def test_one_that_came_later_is_not_asked_for_before() -> None:
    assert asked_for(a_measure(effective_month=dt.date(2025, 4, 1))) == ["2025-04", "2025-05", "2025-06"]


def test_one_that_was_retired_is_asked_for_until_then() -> None:
    measure = a_measure()
    measure.retired_on = dt.date(2025, 3, 15)
    assert asked_for(measure) == ["2025-01", "2025-02"]


def test_a_quarterly_one_is_asked_for_with_every_third_month() -> None:
    assert asked_for(a_measure(period="quarter")) == ["2025-03", "2025-06"]


def test_in_a_quarterly_collaborative_each_period_has_its_turn() -> None:
    assert asked_for(a_measure(cadence="quarter", period="quarter")) == ["2025-01", "2025-04"]
