"""What is measured, each beside a lower bound in the same run: only the ratios mean something on another machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse

from collab.models import Collaborative
from metrics.actions.benchmarks import compute_benchmarks, recompute_months
from metrics.models import BenchmarkValue
from tests.benchmarks.charts import charts
from tests.benchmarks.growth import Growth, growth
from tests.benchmarks.measuring import Measured, megabytes, seconds
from tests.benchmarks.world import START, world
from tests.factories.teams import TeamMembershipFactory

# Everything that a month's benchmarks hold, by window functions that both databases have.
PLAIN_SQL = """
WITH reported AS (
    SELECT o.measure_id, o.numerator AS x, o.denominator AS d, v.direction, a.code,
           o.numerator / o.denominator AS rate, v.min_denominator
    FROM metrics_observation o JOIN collab_measureversion v ON v.id = o.version_id
    JOIN collab_measure m ON m.id = o.measure_id
    JOIN teams_team t ON t.id = o.team_id JOIN teams_agency a ON a.id = t.agency_id
    WHERE o.live AND o.month = %(month)s AND m.collaborative_id = %(collaborative)s AND o.denominator > 0
), ordered AS (
    SELECT measure_id, rate, ROW_NUMBER() OVER (PARTITION BY measure_id ORDER BY rate) - 1 AS place,
           COUNT(*) OVER (PARTITION BY measure_id) - 1 AS last
    FROM reported WHERE d >= min_denominator
), compared AS (
    SELECT measure_id, AVG(rate) AS mean,
           SUM(rate * CASE WHEN ABS(place - 0.10 * last) < 1 THEN 1 - ABS(place - 0.10 * last) ELSE 0 END) AS p10,
           SUM(rate * CASE WHEN ABS(place - 0.25 * last) < 1 THEN 1 - ABS(place - 0.25 * last) ELSE 0 END) AS p25,
           SUM(rate * CASE WHEN ABS(place - 0.50 * last) < 1 THEN 1 - ABS(place - 0.50 * last) ELSE 0 END) AS median,
           SUM(rate * CASE WHEN ABS(place - 0.75 * last) < 1 THEN 1 - ABS(place - 0.75 * last) ELSE 0 END) AS p75,
           SUM(rate * CASE WHEN ABS(place - 0.90 * last) < 1 THEN 1 - ABS(place - 0.90 * last) ELSE 0 END) AS p90
    FROM ordered GROUP BY measure_id
), best_first AS (
    SELECT measure_id, x, d, SUM(d) OVER (PARTITION BY measure_id) AS total,
           SUM(d) OVER (
               PARTITION BY measure_id
               ORDER BY CASE direction WHEN 'up' THEN -1 ELSE 1 END * (x + 1) / (d + 2), code
               ROWS UNBOUNDED PRECEDING
           ) - d AS before
    FROM reported
), achievable AS (
    SELECT measure_id, SUM(x) / SUM(d) AS abc FROM best_first WHERE 10 * before < total GROUP BY measure_id
), pooled AS (
    SELECT measure_id, COUNT(*) AS reporting, SUM(x) / SUM(d) AS pooled FROM reported GROUP BY measure_id
)
SELECT p.measure_id, p.reporting, p.pooled, c.mean, c.median, c.p10, c.p25, c.p75, c.p90, a.abc
FROM pooled p JOIN compared c ON c.measure_id = p.measure_id JOIN achievable a ON a.measure_id = p.measure_id
ORDER BY p.measure_id
"""
FIGURES = ("measure_id", "reporting", "pooled", "mean", "median", "p10", "p25", "p75", "p90", "abc")


@dataclass(frozen=True)
class Sizes:
    """How much is measured."""

    page_teams: int = 12
    page_measures: int = 6
    page_months: int = 36
    recompute_teams: tuple[int, ...] = (200, 2000)
    recompute_measures: int = 12
    charts: int = 10_000
    points: int = 36
    repeats: int = 7
    growth: Growth | None = field(default_factory=Growth)


def run_all(sizes: Sizes) -> Iterator[Measured]:
    """Every benchmark, in one database and one process."""
    if sizes.growth:
        yield from growth(sizes.growth)
    yield team_page(sizes)
    for teams in sizes.recompute_teams:
        yield recompute(teams, sizes)
    yield from charts(sizes.charts, sizes.points, sizes.repeats)


def team_page(sizes: Sizes) -> Measured:
    """A team's dashboard through the whole of Django, and a view that only reads the same rows."""
    collaborative = world(teams=sizes.page_teams, measures=sizes.page_measures, months_count=sizes.page_months)
    recompute_months(collaborative=collaborative, months=collaborative.reporting_months())
    team = collaborative.teams.order_by("pk")[0]
    client = Client()
    client.force_login(TeamMembershipFactory(team=team).user)
    ours = seconds(lambda: get(client, reverse("team", args=[collaborative.slug, team.slug])), sizes.repeats)
    with override_settings(ROOT_URLCONF="tests.benchmarks.bare"):
        lower = seconds(lambda: get(client, f"/bare/{team.pk}/"), sizes.repeats)
    what = f"team page, {sizes.page_measures} measures, {sizes.page_months} months"
    return Measured(what, ours, "bare view of the same rows", lower, megabytes())


def recompute(teams: int, sizes: Sizes) -> Measured:
    """One month's benchmarks computed, stored and switched live, and plain SQL that only computes them."""
    collaborative = world(teams=teams, measures=sizes.recompute_measures, months_count=1)
    ours = seconds(lambda: compute_benchmarks(collaborative=collaborative, month=START), sizes.repeats)
    lower = seconds(lambda: plain_sql(collaborative), sizes.repeats)
    stored = BenchmarkValue.objects.live().filter(run__collaborative=collaborative).order_by("measure_id")
    # Both say the same, or the comparison would be of two different things.
    np.testing.assert_allclose(list(stored.values_list(*FIGURES)), plain_sql(collaborative), rtol=1e-9)
    what = f"recompute a month, {teams:,} teams, {sizes.recompute_measures} measures"
    return Measured(what, ours, "plain SQL, nothing stored", lower, megabytes())


def plain_sql(collaborative: Collaborative) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(PLAIN_SQL, {"month": START, "collaborative": collaborative.pk})
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def get(client: Client, address: str) -> None:
    answer = client.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status_code}")
