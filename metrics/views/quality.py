"""Data quality for those who look after all teams: what comes, whole and on time, and what each measure costs."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from collab.common.paging import page_of, query_of, words_of
from collab.common.views import SignedInRequest, require
from collab.queries.collaboratives import find_collaborative
from collab.rules import manage_collaborative
from metrics.enums import QueryStatus
from metrics.presenters.quality import all_words, month_lines, team_lines, use_lines
from metrics.queries.quality import months_looked_at, reporting_of, uses_of
from metrics.queries.series import sight_of
from metrics.queries.submitting import teams_for_matrix
from metrics.queries.threads import queries_of
from metrics.rules import MetricsPermission
from metrics.stats.completeness import by_team


@require_safe
def quality(request: SignedInRequest, collaborative: str) -> HttpResponse:
    """Months, teams and measures over the last year."""
    found = find_collaborative(request.user, collaborative)
    require(
        request.user,
        MetricsPermission.COMPARE_TEAMS,
        found,
        _("Only faculty and the center's coordinators see how complete and timely all teams are."),
    )
    teams = teams_for_matrix(found)
    months = months_looked_at(found)
    reporting = reporting_of(found, teams, months)
    words = words_of(request)
    rows = zip(teams, by_team(reporting), strict=True)
    page = page_of(request, [(team, kept) for team, kept in rows if words.lower() in team.name.lower()])
    page.object_list = team_lines(page.object_list)
    context = {
        "collaborative": found,
        "nav_key": "submissions",
        "months": month_lines(found, months, reporting),
        "together": all_words(reporting),
        "page": page,
        "query": query_of(request, "q"),
        "words": words,
        "uses": use_lines(uses_of(found, teams, sight_of(request.user, found), request.user)),
        "has_teams": bool(teams),
        "may_manage": manage_collaborative.check(request.user, found),
        "questions": queries_of(found).filter(status__in=QueryStatus.open()).count(),
    }
    return render(request, "metrics/quality.html", context)
