"""What a collaborative achieved: pooled results, completion, and reach over all collaboratives somebody sponsors."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from collab.common.paging import page_of
from collab.common.views import SignedInRequest
from collab.queries.collaboratives import find_collaborative
from collab.rules import sponsored_collaborative_ids
from metrics.presenters.comparing import results_of
from metrics.presenters.engagement import engagement_of
from metrics.presenters.sponsoring import achievements_of
from metrics.queries.engagement import latest
from metrics.queries.reach import reach_of
from metrics.queries.series import Sight, benchmarks, measures_of, sight_of
from metrics.queries.sponsoring import achieved_by, sponsored_by

COLLABORATIVES_A_PAGE = 10


@require_safe
def portfolio(request: SignedInRequest) -> HttpResponse:
    """All collaboratives that somebody sponsors: did it work, whom did it reach, who stayed."""
    if not sponsored_collaborative_ids(request.user):
        raise Http404
    page = page_of(request, sponsored_by(request.user), size=COLLABORATIVES_A_PAGE)
    shown = list(page.object_list)
    reach = reach_of([one.pk for one in shown])
    page.object_list = achievements_of(achieved_by(shown, request.user), reach, request.user)
    return render(request, "metrics/portfolio.html", {"page": page})


@require_safe
def results(request: SignedInRequest, collaborative: str) -> HttpResponse:
    """Pooled results only: no team can be told from them."""
    found = find_collaborative(request.user, collaborative)
    sight = sight_of(request.user, found)
    if sight is Sight.NOTHING:
        raise PermissionDenied(_("Results are open to the teams, their faculty, sponsors and coordinators."))
    pooled = benchmarks(measures_of(found), tuple(found.ended_months()), sight, request.user)
    context = {
        "collaborative": found,
        "nav_key": "results",
        "cards": results_of(found, pooled.values()),
        "engagement": engagement_of(latest(found)),
        "reach": reach_of({found.pk, *sponsored_collaborative_ids(request.user)}),
    }
    return render(request, "metrics/results.html", context)
