"""How far collaboratives reach: agencies, teams and months of data, counted."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, Q

from collab.models import Collaborative
from metrics.models import Submission
from teams.enums import TeamStatus


@dataclass(frozen=True, slots=True)
class Reach:
    """One collaborative in numbers. Every team counts in exactly one of active, completed and withdrawn."""

    slug: str
    name: str
    agencies: int
    teams: int
    active: int
    completed: int
    withdrawn: int
    months: int


def reach_of(collaborative_ids: Collection[int]) -> list[Reach]:
    """The reach of several collaboratives, newest first. Two queries."""
    months = dict(
        Submission.objects.live()
        .filter(team__collaborative__in=collaborative_ids)
        .order_by()
        .values_list("team__collaborative")
        .annotate(count=Count("pk"))
    )
    found = Collaborative.objects.filter(pk__in=collaborative_ids).annotate(
        agency_count=Count("teams__agency", distinct=True),
        team_count=Count("teams", distinct=True),
        active_count=_teams_with(TeamStatus.ACTIVE),
        completed_count=_teams_with(TeamStatus.COMPLETED),
        withdrawn_count=_teams_with(TeamStatus.WITHDRAWN),
    )
    rows = found.values_list(
        "pk", "slug", "name", "agency_count", "team_count", "active_count", "completed_count", "withdrawn_count"
    )
    return [
        Reach(slug, name, agencies, teams, active, completed, withdrawn, months=months.get(pk, 0))
        for pk, slug, name, agencies, teams, active, completed, withdrawn in rows
    ]


def _teams_with(status: TeamStatus) -> Count:
    return Count("teams", filter=Q(teams__status=status), distinct=True)
