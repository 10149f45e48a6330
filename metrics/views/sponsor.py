"""What a collaborative achieved: pooled results, completion, and reach over all collaboratives somebody sponsors."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from collab.common.views import SignedInRequest
from collab.queries.collaboratives import find_collaborative
from collab.rules import sponsored_collaborative_ids
from metrics.presenters.comparing import results_of
from metrics.presenters.engagement import engagement_of
from metrics.queries.engagement import latest
from metrics.queries.reach import reach_of
from metrics.queries.series import Sight, benchmarks, measures_of, sight_of


@require_safe
def results(request: SignedInRequest, collaborative: str) -> HttpResponse:
    """Pooled results only: no team can be told from them."""
    found = find_collaborative(request.user, collaborative)
    sight = sight_of(request.user, found)
    if sight is Sight.NOTHING:
        raise PermissionDenied(_("Results are open to the teams, their faculty, sponsors and coordinators."))
    pooled = benchmarks(measures_of(found), tuple(found.ended_months()), sight)
    context = {
        "collaborative": found,
        "nav_key": "results",
        "cards": results_of(found, pooled.values()),
        "engagement": engagement_of(latest(found)),
        "reach": reach_of({found.pk, *sponsored_collaborative_ids(request.user)}),
    }
    return render(request, "metrics/results.html", context)
