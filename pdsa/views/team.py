"""A team's PDSA work: its ramps with their cycles, and where a test begins."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from collab.common.paging import page_of
from collab.common.views import SignedInRequest
from pdsa.policies import team_works
from pdsa.presenters.worksheet import ramp_lines
from pdsa.queries.cycles import ramps_of
from pdsa.rules import write_cycles
from pdsa.views.worksheet import page_context
from teams.queries.teams import find_team

RAMPS_A_PAGE = 20


@require_safe
def team_pdsa(request: SignedInRequest, collaborative: str, team: str) -> HttpResponse:
    """Ramps with their cycles, active ones first."""
    found = find_team(request.user, collaborative, team)
    page = page_of(request, ramps_of(found), size=RAMPS_A_PAGE)
    context = page_context(found) | {
        "page": page,
        "ramps": ramp_lines(list(page.object_list)),
        "aims": list(found.aims.current_first()),
        "may_write": write_cycles.check(request.user, found) and team_works(found),
        "works": team_works(found),
    }
    return render(request, "pdsa/team.html", context)
