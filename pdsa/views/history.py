"""Every version of a worksheet, and bringing a text back."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from collab.common.paging import page_of
from collab.common.views import SignedInRequest
from pdsa.actions.history import snapshot
from pdsa.actions.worksheet import bring_back
from pdsa.presenters.history import fields_of, revision_lines
from pdsa.queries.cycles import find_cycle
from pdsa.rules import see_cycle_numbers, write_cycles
from pdsa.views.deeds import was_carried_out
from pdsa.views.worksheet import page_context, require_writer

VERSIONS_A_PAGE = 20


@require_safe
def cycle_history(request: SignedInRequest, collaborative: str, team: str, number: int) -> HttpResponse:
    """Versions, the newest first, each with what it changed."""
    found = find_cycle(request.user, collaborative, team, number)
    revisions = found.revisions.select_related("by")
    page = page_of(request, revisions, size=VERSIONS_A_PAGE)
    # One more than the page shows: the last one is compared with it.
    first = page.start_index() - 1 if page.paginator.count else 0
    rows = list(revisions[first : first + VERSIONS_A_PAGE + 1])
    lines = revision_lines(found, rows, may_see_numbers=see_cycle_numbers.check(request.user, found))
    context = page_context(found.team) | {"cycle": found, "page": page, "lines": lines[:VERSIONS_A_PAGE]}
    return render(request, "pdsa/history.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def cycle_revision(request: SignedInRequest, collaborative: str, team: str, number: int, revision: int) -> HttpResponse:
    """One version, field by field; a text of it can be brought back."""
    found = find_cycle(request.user, collaborative, team, number)
    kept = get_object_or_404(found.revisions.select_related("by"), number=revision)
    if request.method == "POST":
        require_writer(request, found.team)
        key = request.POST.get("key", "")
        said = _("Brought back. What stood there is kept in the history.")
        was_carried_out(
            request, lambda: bring_back(by=request.user, cycle=found, snapshot=kept.snapshot, key=key), said
        )
        return redirect(f"{found.get_absolute_url()}#f-{key}")
    may_see = see_cycle_numbers.check(request.user, found)
    context = page_context(found.team) | {
        "cycle": found,
        "revision": kept,
        "line": revision_lines(found, [kept, kept], may_see_numbers=may_see)[0],
        "fields": fields_of(found, kept, snapshot(found), may_see_numbers=may_see),
        "may_write": write_cycles.check(request.user, found.team),
    }
    return render(request, "pdsa/revision.html", context)
