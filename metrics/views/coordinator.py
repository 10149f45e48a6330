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
from metrics.presenters.submitting import late_rows, matrix_of
from metrics.queries.engagement import latest
from metrics.queries.series import submitted_months
from metrics.queries.submitting import contacts_of, teams_for_matrix
from metrics.rules import MetricsPermission


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
    teams = teams_for_matrix(found)
    months = found.ended_months()
    matrix = matrix_of(found, teams, submitted_months(teams, months))
    rows = late_rows(matrix, contacts_of([late.team for late in matrix.late]))
    context = {
        "collaborative": found,
        "nav_key": "submissions",
        "matrix": matrix,
        "late_rows": page_of(request, rows, parameter="late"),
        "late_query": query_of(request, "q", "page"),
        "page": page_of(request, matrix.named(words_of(request))),
        "query": query_of(request, "q", "late"),
        "words": words_of(request),
        "all_addresses": ", ".join(row.addresses for row in rows if row.addresses),
        "engagement": engagement_of(latest(found)),
    }
    return render(request, "metrics/submissions.html", context)
