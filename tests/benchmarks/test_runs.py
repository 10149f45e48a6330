"""The benchmarks still run and compare equal things. Nothing here looks at the clock."""

from __future__ import annotations

import pytest

from tests.benchmarks.runs import Sizes, run_all

TINY = Sizes(
    page_teams=2,
    page_measures=2,
    page_months=3,
    recompute_teams=(30,),
    recompute_measures=2,
    charts=5,
    points=12,
    repeats=1,
)


@pytest.mark.integration
@pytest.mark.django_db
def test_every_benchmark_runs_at_a_tiny_size() -> None:
    measured = run_all(TINY)

    assert [one.what for one in measured] == [
        "team page, 2 measures, 3 months",
        "recompute a month, 30 teams, 2 measures",
        "5 run charts of 12 points, at once",
        "5 run charts of 12 points, one by one",
    ]
    assert all(one.ratio > 0 for one in measured)
