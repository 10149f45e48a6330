"""Finding agencies and teams as one person sees them, with the counts their lists show."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404

from collab.models import Center, Collaborative
from teams.models import Agency, Team
from teams.models.agency import AgencyQuerySet
from teams.models.team import TeamQuerySet


def find_team(user: Any, collaborative_slug: str, team_slug: str) -> Team:
    """The team at this address with its collaborative, center and agencies, if ``user`` may see it.

    Raises ``Http404`` otherwise.
    """
    return get_object_or_404(
        Team.objects.visible_to(user).select_related("collaborative__center", "agency", "partner_agency"),
        collaborative__slug=collaborative_slug,
        slug=team_slug,
    )


def find_agency(user: Any, pk: int) -> Agency:
    """The agency and its center, if ``user`` may see it. Raises ``Http404`` otherwise."""
    return get_object_or_404(Agency.objects.visible_to(user).select_related("center"), pk=pk)


def teams_of(collaborative: Collaborative, user: Any) -> TeamQuerySet:
    """The collaborative's teams that ``user`` may see, with agencies and the number of people, active ones first."""
    return (
        Team.objects.filter(collaborative=collaborative)
        .visible_to(user)
        .select_related("agency", "partner_agency")
        .with_people()
        .by_status()
    )


def agencies_of(center: Center) -> AgencyQuerySet:
    """The center's agencies with the number of their teams and of their senior leaders."""
    return Agency.objects.filter(center=center).with_counts().order_by("name", "code", "pk")
