"""Questions and comments on a number: asking beside it, the thread, and the list over all teams."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collab.common.formatting import period_name
from collab.common.paging import page_of, query_of
from collab.common.views import SignedInRequest, require
from collab.queries.collaboratives import find_collaborative
from metrics.actions.threads import ThreadMovedError, answer_query, close_query, raise_query
from metrics.cells import CellKey
from metrics.enums import QueryStatus
from metrics.forms.threads import MessageForm, QueryFilterForm, RaiseForm
from metrics.presenters.month import past_of, read_rows
from metrics.presenters.threads import query_lines, threads_seen
from metrics.queries.months import Sheet, cell_names, sheet_for
from metrics.queries.threads import find_query, queries_of
from metrics.rules import MetricsPermission, see_small_counts
from metrics.views.month import page_context
from teams.models import Team
from teams.queries.teams import find_team


def _require_discussing(viewer: Any, team: Team) -> None:
    require(
        viewer,
        MetricsPermission.DISCUSS_FIGURES,
        team,
        _("The people of %(team)s, its faculty and its coordinators discuss its figures.") % {"team": team.name},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def query_new(request: SignedInRequest, collaborative: str, team: str, month: dt.date) -> HttpResponse:
    """Ask about a number of the month, named in the address as "no_show" or "no_show.language.es"."""
    found = find_team(request.user, collaborative, team)
    _require_discussing(request.user, found)
    if not found.collaborative.is_reporting_month(month):
        raise Http404
    sheet = sheet_for(found, month)
    key = _cell(request, sheet)
    form = RaiseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        query = raise_query(
            by=request.user,
            team=found,
            month=month,
            measure=sheet.by_code[key.measure].measure,
            key=key,
            text=form.cleaned_data["text"],
            wants_answer=form.wants_answer,
        )
        messages.success(request, _("It stands beside the number now."))
        return redirect(query)
    context = page_context(found, month) | _cell_context(request.user, sheet, key) | {"form": form}
    return render(request, "metrics/query_new.html", context)


def _cell(request: HttpRequest, sheet: Sheet) -> CellKey:
    """The cell in the address. Raises ``Http404`` for one that the month does not have."""
    try:
        key = CellKey.parse(request.GET.get("cell", ""))
    except ValueError:
        raise Http404 from None
    if key not in sheet.cells:
        raise Http404
    return key


def _cell_context(viewer: Any, sheet: Sheet, key: CellKey) -> dict[str, Any]:
    """The cell with its number as ``viewer`` may see it, and the months before."""
    may_see_small = see_small_counts.check(viewer, sheet.team)
    item = sheet.by_code.get(key.measure)
    rows = read_rows(sheet, may_see_small=may_see_small) if sheet.live else []
    return {
        "cell": cell_names(sheet).get(key, key.measure),
        "row": next((row for row in rows if row.key == key), None),
        "past": past_of(sheet, item, may_see_small=may_see_small) if item and key.is_total else None,
        "month_name": period_name(sheet.month, step=sheet.team.collaborative.step),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def query(request: SignedInRequest, collaborative: str, team: str, query: int) -> HttpResponse:
    """One thread, with what the number was, and a place to answer."""
    found = find_team(request.user, collaborative, team)
    thread = find_query(found, query)
    sheet = sheet_for(found, thread.month)
    if request.method == "POST":
        _require_discussing(request.user, found)
    form = MessageForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            answer_query(by=request.user, query=thread, text=form.cleaned_data["text"], seen=_seen(request))
        except ThreadMovedError as moved:
            form.add_error(None, str(moved))
            thread = find_query(found, query)
        else:
            messages.success(request, _("Your words stand beside the number now."))
            return redirect(thread)
    (shown,) = threads_seen(request.user, sheet, [thread])
    context = page_context(found, thread.month) | _cell_context(request.user, sheet, thread.key)
    return render(request, "metrics/query.html", context | {"thread": shown, "form": form})


@require_POST
def query_close(request: SignedInRequest, collaborative: str, team: str, query: int) -> HttpResponse:
    """Settle a question."""
    found = find_team(request.user, collaborative, team)
    thread = find_query(found, query)
    require(
        request.user,
        MetricsPermission.CLOSE_QUERY,
        thread,
        _("Who asked closes the question, or faculty and the center's coordinators."),
    )
    try:
        closed = close_query(by=request.user, query=thread, seen=_seen(request))
    except ThreadMovedError as moved:
        messages.warning(request, str(moved))
        return redirect(thread)
    if closed.closed_by in (None, request.user):
        messages.success(request, _("The question is closed. It stays in the month's history."))
    else:
        messages.info(request, _("%(person)s had closed it already.") % {"person": closed.closed_by})
    return redirect(thread)


def _seen(request: HttpRequest) -> str:
    """How far the thread had come on the sender's page."""
    return request.POST.get("seen", "")


@require_safe
def queries(request: SignedInRequest, collaborative: str) -> HttpResponse:
    """All questions and comments of a collaborative, for those who look after its teams."""
    found = find_collaborative(request.user, collaborative)
    require(
        request.user,
        MetricsPermission.COMPARE_TEAMS,
        found,
        _("Only faculty and the center's coordinators read the questions of all teams."),
    )
    form = QueryFilterForm(request.GET, collaborative=found)
    every = queries_of(found)
    page = page_of(request, form.narrow(every))
    context = {
        "collaborative": found,
        "nav_key": "submissions",
        "form": form,
        "page": page,
        "lines": query_lines(page.object_list),
        "query": query_of(request, *form.fields),
        "is_narrowed": any(form.cleaned_data.values()),
        "waiting": every.filter(status__in=QueryStatus.open()).count(),
    }
    return render(request, "metrics/queries.html", context)
