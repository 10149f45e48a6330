"""Cycles, ramps and aims at their addresses, and lists of them with what a page shows."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from pdsa.models import Aim, Cycle, Ramp
from pdsa.models.cycle import CycleQuerySet
from teams.models import Team
from teams.queries.teams import find_team


def worksheets(rows: CycleQuerySet) -> CycleQuerySet:
    """Cycles with everything that one worksheet shows, in a constant number of queries."""
    return rows.select_related(
        "team__collaborative__center",
        "team__agency",
        "ramp__aim",
        "owner",
        "idea",
        "previous",
        "taken_from__team__collaborative",
    ).prefetch_related("questions", "tasks", "points", "measures", "drivers", "barriers", "files")


def find_cycle(user: Any, collaborative_slug: str, team_slug: str, number: int) -> Cycle:
    """The cycle at this address with its worksheet, if ``user`` may see the team. Raises ``Http404`` otherwise."""
    team = find_team(user, collaborative_slug, team_slug)
    cycle: Cycle = get_object_or_404(worksheets(Cycle.objects.visible_to(user)), team=team, number=number)
    return cycle


def find_ramp(user: Any, collaborative_slug: str, team_slug: str, number: int) -> Ramp:
    """The ramp at this address. Raises ``Http404`` when there is none for ``user``."""
    team = find_team(user, collaborative_slug, team_slug)
    return get_object_or_404(
        Ramp.objects.select_related("team__collaborative", "aim", "idea"), team=team, number=number
    )


def find_aim(user: Any, collaborative_slug: str, team_slug: str, number: int) -> Aim:
    """The aim at this address with its measures. Raises ``Http404`` when there is none for ``user``."""
    team = find_team(user, collaborative_slug, team_slug)
    aims = Aim.objects.select_related("team__collaborative").prefetch_related("measures__versions")
    return get_object_or_404(aims, team=team, number=number)


def ramps_of(team: Team) -> QuerySet[Ramp]:
    """A team's ramps with their cycles in order, active ones first. Two queries."""
    return team.ramps.select_related("aim", "idea").prefetch_related("cycles").order_by("status", "number")
