"""The measurement plan of a team: reading it, writing the team's own part."""

from __future__ import annotations

import copy

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from collab.common.views import SignedInRequest, require
from metrics.actions.plans import answer_plan
from metrics.enums import ReportKind
from metrics.forms.plans import PlanForm
from metrics.presenters.plans import plan_sheet
from metrics.queries.plans import find_planned, plan_of
from metrics.rules import MetricsPermission, enter_figures
from teams.enums import TeamStatus
from teams.queries.teams import find_team


@require_safe
def plan(request: SignedInRequest, collaborative: str, team: str) -> HttpResponse:
    """Each measure with why, what, who, when and how."""
    found = find_team(request.user, collaborative, team)
    sheets = [plan_sheet(planned, found.collaborative) for planned in plan_of(found)]
    context = {
        "collaborative": found.collaborative,
        "team": found,
        "nav_key": "plan",
        "sheets": sheets,
        "complete": sum(sheet.is_complete for sheet in sheets),
        "may_write": enter_figures.check(request.user, found) and found.status != TeamStatus.WITHDRAWN,
        "report_kind": ReportKind.PLAN,
    }
    return render(request, "metrics/plan.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def plan_measure(request: SignedInRequest, collaborative: str, team: str, code: str) -> HttpResponse:
    """The team's own answers for one measure, beside its definition."""
    found = find_team(request.user, collaborative, team)
    planned = find_planned(found, code)
    require(
        request.user,
        MetricsPermission.ENTER_FIGURES,
        found,
        _("Only the people of %(team)s write how it collects a measure.") % {"team": found.name},
    )
    form = PlanForm(request.POST or None, instance=copy.copy(planned.answer), sampling_ok=planned.version.sampling_ok)
    if request.method == "POST" and form.is_valid():
        try:
            answer_plan(by=request.user, team=found, measure=planned.measure, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("“%(name)s” is saved in your plan.") % {"name": planned.version.name})
            address = reverse("plan", args=[found.collaborative.slug, found.slug])
            return redirect(f"{address}#{planned.measure.code}")
    context = {
        "collaborative": found.collaborative,
        "team": found,
        "nav_key": "plan",
        "sheet": plan_sheet(planned, found.collaborative),
        "form": form,
    }
    return render(request, "metrics/plan_measure.html", context)
