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
from metrics.presenters.comparing import (
    TeamNeed,
    comparison_of,
    count_needs,
    results_of,
    team_rows,
    teams_by_need,
)
from metrics.presenters.engagement import engagement_of
from metrics.presenters.needs import Need
from metrics.queries.engagement import latest
from metrics.queries.series import (
    Sight,
    benchmarks,
    compared_teams,
    comparison,
    measures_of,
    sight_of,
    submitted_months,
)

ROWS_A_PAGE = 20
NAMES_SHOWN = 20


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
    pooled = benchmarks(measures, months, sight, request.user)
    everything = sight.looks_after_teams
    due = found.due_months()
    by_need = teams_by_need(request.user, found, measures=chosen, due=due) if everything else []
    listed = compared_teams(found, sight)
    if everything:
        page = page_of(request, _kept(by_need, request.GET.get("need", ""), words_of(request)), size=ROWS_A_PAGE)
        compared = comparison_of(request.user, found, list(page), measures=chosen)
    else:
        label = "code_name" if sight is Sight.CODED else "name"
        named = listed.filter(**{f"{label}__icontains": words_of(request)})
        page = page_of(request, named, size=ROWS_A_PAGE)
        compared = comparison(request.user, found, measures=chosen, teams=list(page))
    teams = [peer.team for peer in compared.peers if peer.team]
    page.object_list = team_rows(
        compared,
        due=due,
        submitted=submitted_months(teams, months) if everything else {},
        by_need=everything,
    )
    not_reported = [row.standing for row in by_need if row.need in (Need.SILENT, Need.LATE)]
    context = {
        "collaborative": found,
        "nav_key": "data",
        "sight": sight,
        "sees_everything": everything,
        "measures": measures,
        "chosen_measure": request.GET.get("measure", ""),
        "chosen_need": request.GET.get("need", ""),
        "words": words_of(request),
        "needs": count_needs(by_need),
        "page": page,
        "query": query_of(request, "measure", "need", "q"),
        "has_teams": bool(by_need) or listed.exists(),
        "not_reported": not_reported[:NAMES_SHOWN],
        "more_not_reported": len(not_reported[NAMES_SHOWN:]),
        "last_due": due[-1] if due else None,
        "engagement": engagement_of(latest(found)) if everything else None,
        "cards": results_of(found, (pooled[measure.pk] for measure in chosen)),
    }
    return render(request, "metrics/compare.html", context)


def _kept(rows: Iterable[TeamNeed], need: str, words: str) -> list[TeamNeed]:
    """The rows that fit the filters; a need that does not exist filters nothing."""
    wanted = words.lower()
    return [
        row
        for row in rows
        if (need not in Need.values or row.need == need) and (not wanted or wanted in row.standing.name.lower())
    ]
