"""Teams and their people as the coordinator needs them to run after a month."""

from __future__ import annotations

from collections.abc import Sequence

from collab.models import Collaborative
from teams.enums import TeamRole
from teams.models import Team, TeamMembership

# Who is written to about a late month.
WRITTEN_TO = (TeamRole.LEADER, TeamRole.DATA_LEAD)


def teams_for_matrix(collaborative: Collaborative) -> list[Team]:
    """All teams by name, each with the collaborative at hand. One query."""
    found = list(collaborative.teams.select_related("agency").order_by("name", "pk"))
    for team in found:
        team.collaborative = collaborative
    return found


def contacts_of(teams: Sequence[Team]) -> dict[int, list[str]]:
    """Team key → addresses of its leaders and data leads today. One query."""
    found: dict[int, list[str]] = {team.pk: [] for team in teams}
    memberships = TeamMembership.objects.current().filter(
        team__in=[team.pk for team in teams], role__in=WRITTEN_TO, user__is_active=True
    )
    for team_id, email in memberships.order_by("user__email").values_list("team_id", "user__email"):
        found[team_id].append(email)
    return found
