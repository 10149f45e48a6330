"""What the site does in the background for a collaborative, for its coordinators."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from collab.common.jobs import can_run_again, last_heartbeat
from collab.common.paging import page_of
from collab.common.views import SignedInRequest, require
from collab.models import Collaborative
from collab.queries.collaboratives import find_collaborative
from metrics.actions.benchmarks import request_again, request_recompute_all
from metrics.marks import RECOMPUTE_ALL
from metrics.presenters.jobs import run_lines, waiting_lines, worker_sentence
from metrics.queries.jobs import runs_of, waiting_for
from metrics.rules import MetricsPermission

RUNS_A_PAGE = 30


def _find(request: SignedInRequest, slug: str) -> Collaborative:
    found = find_collaborative(request.user, slug)
    require(
        request.user,
        MetricsPermission.VIEW_JOBS,
        found,
        _("Only coordinators of %(center)s see the jobs of this collaborative.") % {"center": found.center},
    )
    return found


@never_cache
@require_safe
def jobs(request: SignedInRequest, collaborative: str) -> HttpResponse:
    """Is a worker there, what waits, what ran, what failed."""
    found = _find(request, collaborative)
    now = timezone.now()
    page = page_of(request, runs_of(found), size=RUNS_A_PAGE)
    lines = run_lines(page.object_list, found)
    context = {
        "collaborative": found,
        "nav_key": "jobs",
        "worker": worker_sentence(last_heartbeat(), now),
        "waiting": waiting_lines(waiting_for(found)),
        "page": page,
        "lines": lines,
        "unfinished": [line.run for line in lines if line.run.is_unfinished and line.run.task == RECOMPUTE_ALL],
    }
    return render(request, "metrics/jobs.html", context)


@never_cache
@require_safe
def progress(request: SignedInRequest, collaborative: str, run: int) -> HttpResponse:
    """How far a run is: a fragment that asks for itself again until the run is over, then for the page."""
    found = _find(request, collaborative)
    asked = get_object_or_404(runs_of(found), pk=run)
    response = render(request, "metrics/_job_progress.html", {"collaborative": found, "run": asked})
    if not asked.is_unfinished:
        response["HX-Refresh"] = "true"
    return response


@require_POST
def recompute(request: SignedInRequest, collaborative: str) -> HttpResponse:
    """Compute all months again."""
    found = _find(request, collaborative)
    request_recompute_all(by=request.user, collaborative=found)
    messages.success(request, _("All months are computed again. You can leave this page; it goes on."))
    return redirect("jobs", found.slug)


@require_POST
def again(request: SignedInRequest, collaborative: str, run: int) -> HttpResponse:
    """Do the work of a run again."""
    found = _find(request, collaborative)
    asked = get_object_or_404(runs_of(found).exclude(key=""), pk=run)
    if asked.is_unfinished or not can_run_again(asked.task):
        messages.info(request, _("“%(subject)s” is being done already.") % {"subject": asked.subject})
    else:
        request_again(by=request.user, collaborative=found, run=asked)
        messages.success(request, _("“%(subject)s” is done again.") % {"subject": asked.subject})
    return redirect("jobs", found.slug)
