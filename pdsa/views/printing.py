"""PDFs of a team's PDSA work, made while the person waits: each is a few pages with limits on every text.

The storyboard, which draws a team's charts, is a report and made by a job (``metrics.presenters.reports``).
"""

from __future__ import annotations

from django.db.models import Model
from django.http import HttpResponse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from collab.common.printing import Pdf
from collab.common.views import SignedInRequest
from pdsa.actions.printing import note_print
from pdsa.presenters.printing import print_aim, print_blank, print_ramp, print_worksheet
from pdsa.queries.cycles import find_aim, find_cycle, find_ramp
from teams.models import Team
from teams.queries.teams import find_team


@never_cache
@require_safe
def cycle_print(request: SignedInRequest, collaborative: str, team: str, number: int) -> HttpResponse:
    """One worksheet, with lines for the pen where nothing stands yet."""
    found = find_cycle(request.user, collaborative, team, number)
    pdf = print_worksheet(found, request.user)
    return _given(request, pdf, found.team, found, _("Worksheet"), _("cycle %(number)s") % {"number": number})


@never_cache
@require_safe
def worksheet_blank(request: SignedInRequest, collaborative: str, team: str) -> HttpResponse:
    """An empty worksheet to write on."""
    found = find_team(request.user, collaborative, team)
    return _pdf(print_blank(found, request.user), _("PDSA worksheet"))


@never_cache
@require_safe
def ramp_print(request: SignedInRequest, collaborative: str, team: str, number: int) -> HttpResponse:
    """One ramp: drawing, table, lessons."""
    found = find_ramp(request.user, collaborative, team, number)
    pdf = print_ramp(found, request.user)
    return _given(request, pdf, found.team, found, _("Ramp"), _("ramp %(number)s") % {"number": number})


@never_cache
@require_safe
def aim_print(request: SignedInRequest, collaborative: str, team: str, number: int) -> HttpResponse:
    """One aim or charter."""
    found = find_aim(request.user, collaborative, team, number)
    pdf = print_aim(found, request.user)
    return _given(request, pdf, found.team, found, _("Aim"), _("aim %(number)s") % {"number": number})


def _given(request: SignedInRequest, pdf: Pdf, team: Team, target: Model, kind: str, name: str) -> HttpResponse:
    """The PDF, and a note of who took it."""
    if request.method == "GET":
        note_print(by=request.user, team=team, target=target, kind=kind)
    return _pdf(pdf, f"{team.slug} {name}")


def _pdf(pdf: Pdf, name: str) -> HttpResponse:
    response = HttpResponse(pdf.data, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{slugify(name)}.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
