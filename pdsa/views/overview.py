"""Where a collaborative's PDSA work begins: one's own teams, and the pages about all of them."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from collab.common.views import SignedInRequest, require
from collab.queries.collaboratives import find_collaborative
from pdsa.presenters.overview import places_of
from pdsa.rules import PdsaPermission
from teams.models import Team


@require_safe
def pdsa_overview(request: SignedInRequest, collaborative: str) -> HttpResponse:
    found = find_collaborative(request.user, collaborative)
    sentence = _("Worksheets are for the teams, their faculty and the coordinators.")
    require(request.user, PdsaPermission.READ_LIBRARY, found, sentence)
    context = {
        "collaborative": found,
        "nav_key": "pdsa",
        "places": places_of(found, request.user),
        "teams": Team.objects.of_member(request.user).filter(collaborative=found).order_by("name").distinct(),
    }
    return render(request, "pdsa/overview.html", context)
