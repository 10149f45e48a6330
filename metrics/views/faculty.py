"""All teams of a collaborative side by side: by need for those who look after them, by the policy for the teams."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from collab.common.paging import page_of, query_of, words_of
from collab.common.views import SignedInRequest
from collab.queries.collaboratives import find_collaborative
from metrics.presenters.comparing import TeamRow, count_needs, results_of, team_rows
from metrics.presenters.engagement import engagement_of
from metrics.presenters.needs import Need
from metrics.queries.engagement import latest
from metrics.queries.series import Sight, benchmarks, comparison, measures_of, sight_of, submitted_months

ROWS_A_PAGE = 20


@require_safe
def compare(request: SignedInRequest, collaborative: str) -> HttpResponse:
    """Teams × measures as small multiples; every filter is in the address."""
    found = find_collaborative(request.user, collaborative)
    sight = sight_of(request.user, found)
    if sight is Sight.NOTHING:
        raise PermissionDenied(_("Results are open to the teams, their faculty, sponsors and coordinators."))
    measures = measures_of(found)
    chosen = [measure for measure in measures if measure.code == request.GET.get("measure")] or measures
    months = tuple(found.ended_months())
    pooled = benchmarks(measures, months, sight)
    compared = comparison(request.user, found, measures=chosen)
    teams = [peer.team for peer in compared.peers if peer.team]
    everything = sight.looks_after_teams
    due = found.due_months()
    rows = team_rows(
        compared,
        due=due,
        submitted=submitted_months(teams, months) if everything else {},
        by_need=everything,
    )
    needs = count_needs(rows)
    kept = _kept(rows, request.GET.get("need", ""), words_of(request))
    context = {
        "collaborative": found,
        "nav_key": "data",
        "sight": sight,
        "sees_everything": everything,
        "measures": measures,
        "chosen_measure": request.GET.get("measure", ""),
        "chosen_need": request.GET.get("need", ""),
        "words": words_of(request),
        "needs": needs,
        "page": page_of(request, kept, size=ROWS_A_PAGE),
        "query": query_of(request, "measure", "need", "q"),
        "has_teams": bool(rows),
        "not_reported": [row for row in rows if row.need in (Need.SILENT, Need.LATE)],
        "last_due": due[-1] if due else None,
        "engagement": engagement_of(latest(found)) if everything else None,
        "cards": results_of(found, (pooled[measure.pk] for measure in chosen)),
    }
    return render(request, "metrics/compare.html", context)


def _kept(rows: Iterable[TeamRow], need: str, words: str) -> list[TeamRow]:
    """The rows that fit the filters; a need that does not exist filters nothing."""
    wanted = words.lower()
    return [
        row
        for row in rows
        if (need not in Need.values or row.need == need) and (not wanted or wanted in row.peer.label.lower())
    ]
