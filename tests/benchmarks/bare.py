"""A bare Django view that reads the rows of a team's page, to compare the page with."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.urls import path

from metrics.models import BenchmarkValue, Observation
from teams.models import Team

FIGURES = ("measure_id", "month", "pooled", "median", "p10", "p25", "p75", "p90", "abc")


def rows(_request: HttpRequest, team: int) -> JsonResponse:
    """The team, its values and the benchmarks beside them, as they stand in the database."""
    found = Team.objects.select_related("collaborative__center", "agency").get(pk=team)
    values = (
        Observation.objects.live().filter(team=found).values_list("measure_id", "month", "numerator", "denominator")
    )
    benchmarks = BenchmarkValue.objects.live().filter(run__collaborative=found.collaborative).values_list(*FIGURES)
    return JsonResponse({"team": found.name, "values": list(values), "benchmarks": list(benchmarks)})


urlpatterns = [path("bare/<int:team>/", rows)]
