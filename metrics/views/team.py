"""A team's home: what is due, what the leader wants, and each measure's chart."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from collab.common.sections import sections_for
from metrics.queries.months import due_months
from metrics.rules import enter_figures
from teams.enums import TeamStatus
from teams.queries.teams import find_team


@require_safe
def team_home(request: HttpRequest, collaborative: str, team: str) -> HttpResponse:
    """One team, for its members, its leader, faculty and the center."""
    found = find_team(request.user, collaborative, team)
    context = {
        "collaborative": found.collaborative,
        "team": found,
        "nav_key": "home",
        "status": TeamStatus(found.status),
        "due": due_months(found, timezone.now()) if found.status == TeamStatus.ACTIVE else [],
        "may_enter": enter_figures.check(request.user, found),
        "sections": sections_for(found, found.collaborative.span, request.user),
    }
    return render(request, "metrics/team.html", context)
