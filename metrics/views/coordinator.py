"""Submissions: which team sent which month, who is late now, and how to reach them."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from collab.common.paging import page_of, query_of, words_of
from collab.common.views import SignedInRequest, require
from collab.queries.collaboratives import find_collaborative
from metrics.presenters.engagement import engagement_of
from metrics.presenters.submitting import late_row, late_teams, matrix_rows, month_totals, months_shown
from metrics.queries.engagement import latest
from metrics.queries.quality import reporting_of
from metrics.queries.standings import late_standings
from metrics.queries.submitting import contacts_of, sent_and_expected, teams_in_order
from metrics.rules import MetricsPermission

TEAMS_A_PAGE = 25
"""Each of them with its six months: two screens of cells."""

LATE_A_PAGE = 10
"""Below the late teams stands the matrix of all: those silent the longest are enough before it."""


@require_safe
def submissions(request: SignedInRequest, collaborative: str) -> HttpResponse:
    """Teams × months in words, and the addresses of those who are late."""
    found = find_collaborative(request.user, collaborative)
    require(
        request.user,
        MetricsPermission.COMPARE_TEAMS,
        found,
        _("Only faculty and the center's coordinators see who has submitted."),
    )
    due = found.due_months()
    late = late_teams(late_standings(found, due=due), found)
    contacts = contacts_of([one.team.team_id for one in late])
    late_page = page_of(request, late, parameter="late", size=LATE_A_PAGE)
    late_page.object_list = [late_row(one, contacts[one.team.team_id]) for one in late_page.object_list]
    shown = months_shown(found)
    page = page_of(request, teams_in_order(found, words_of(request)), size=TEAMS_A_PAGE)
    teams = list(page.object_list)
    page.object_list = matrix_rows(teams, shown, reporting_of(found, teams, shown), set(due))
    context = {
        "collaborative": found,
        "nav_key": "submissions",
        "totals": month_totals(sent_and_expected(found, shown)),
        "has_teams": bool(teams) or found.teams.exists(),
        "late_rows": late_page,
        "late_query": query_of(request, "q", "page"),
        "page": page,
        "query": query_of(request, "q", "late"),
        "words": words_of(request),
        "all_addresses": ", ".join(address for one in late for address in contacts[one.team.team_id]),
        "engagement": engagement_of(latest(found)),
    }
    return render(request, "metrics/submissions.html", context)
