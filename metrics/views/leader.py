"""One page for a senior leader: signal first, the leader's own goal, what the team asks, small charts."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from collab.common.views import SignedInRequest
from metrics.presenters.leading import pages_of
from metrics.queries.series import benchmarks_by_team, panels_of_teams
from metrics.queries.teams import teams_of_agency
from teams.models import LeaderRequest
from teams.presenters import show_requests
from teams.queries.teams import find_agency


@require_safe
def agency(request: SignedInRequest, pk: int) -> HttpResponse:
    """All teams of one agency on one page, which also prints on one."""
    found = find_agency(request.user, pk)
    teams = teams_of_agency(found, request.user)
    panels = panels_of_teams(teams, request.user)
    compared = benchmarks_by_team(teams, panels, request.user)
    asked = LeaderRequest.objects.unanswered().filter(team__in=teams)
    asked = asked.select_related("team__collaborative", "made_by", "answered_by")
    context = {
        "agency": found,
        "pages": pages_of(teams, panels, compared),
        "requests": show_requests(asked, request.user),
    }
    return render(request, "metrics/agency.html", context)
