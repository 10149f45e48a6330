"""What is asked about a measure's numbers, set up by faculty and coordinators."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from collab.common.views import SignedInRequest, require
from collab.models import Collaborative
from collab.queries.collaboratives import find_collaborative
from collab.queries.measures import find_measure
from metrics.actions.checks import add_check, remove_check, weigh_usual_checks
from metrics.enums import CheckKind, Importance
from metrics.forms.checks import RuleForm, UsualChecksForm
from metrics.presenters.checks import rule_lines
from metrics.rules import MetricsPermission


def _find(user: Any, slug: str) -> Collaborative:
    """The collaborative, for those who set its checks up."""
    found = find_collaborative(user, slug)
    require(
        user,
        MetricsPermission.SET_CHECKS,
        found,
        _("Only faculty and the center's coordinators say what is asked about numbers."),
    )
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def measure_checks(request: SignedInRequest, collaborative: str, code: str) -> HttpResponse:
    """The measure's rules, how much the usual checks weigh, and a form for one rule more."""
    found = _find(request.user, collaborative)
    measure = find_measure(found, code)
    checks = list(measure.checks.select_related("other").prefetch_related("other__versions"))
    wants = request.POST.get("action", "") if request.method == "POST" else ""
    usual = UsualChecksForm(request.POST if wants == "usual" else None, checks=checks)
    rule = RuleForm(request.POST if wants == "add" else None, measure=measure)
    if usual.is_bound and usual.is_valid():
        weigh_usual_checks(by=request.user, measure=measure, importances=usual.importances)
        messages.success(request, _("Saved. It holds from the next number that is typed."))
        return redirect("measure_checks", found.slug, measure.code)
    if rule.is_bound and rule.is_valid():
        cleaned = rule.cleaned_data
        add_check(
            by=request.user,
            measure=measure,
            kind=CheckKind(cleaned["kind"]),
            importance=Importance(cleaned["importance"]),
            part=cleaned["part"],
            low=cleaned["low"],
            high=cleaned["high"],
            other=cleaned["other"],
            other_part=cleaned["other_part"],
        )
        messages.success(request, _("The rule holds from the next number that is typed."))
        return redirect("measure_checks", found.slug, measure.code)
    context = {
        "collaborative": found,
        "nav_key": "submissions",
        "measure": measure,
        "lines": rule_lines(checks),
        "usual": usual,
        "form": rule,
    }
    return render(request, "metrics/measure_checks.html", context)


@require_POST
def measure_check_remove(request: SignedInRequest, collaborative: str, code: str, check: int) -> HttpResponse:
    """Take one rule away."""
    found = _find(request.user, collaborative)
    measure = find_measure(found, code)
    remove_check(by=request.user, check=get_object_or_404(measure.checks.added(), pk=check))
    messages.success(request, _("The rule was taken away."))
    return redirect("measure_checks", found.slug, measure.code)
