"""The status board: which teams test, how quickly, and who is stuck."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from collab.common.downloads import figure_address, figure_attachment, table_attachment
from collab.common.formatting import drawn_on
from collab.common.paging import page_of, query_of, words_of
from collab.common.views import SignedInRequest, require
from collab.models import Collaborative
from collab.queries.collaboratives import find_collaborative
from pdsa.charts.shares import bars_file
from pdsa.presenters.status import (
    Bars,
    count_needs,
    file_rows,
    headline,
    kept_lines,
    length_bars,
    pace_bars,
    stalled_lines,
    status_lines,
)
from pdsa.queries.status import Board, board_of, stalled_cycles
from pdsa.rules import PdsaPermission

TEAMS_A_PAGE = 25
STALLED_A_PAGE = 10


@require_safe
def status_board(request: SignedInRequest, collaborative: str) -> HttpResponse:
    """All teams by need; every filter is in the address."""
    found = _watched(request, collaborative)
    board = board_of(found, request.user, on=found.today())
    lines = status_lines(board)
    need, words = request.GET.get("need", ""), words_of(request)
    stalled = page_of(
        request,
        stalled_cycles(found, request.user, on=board.on),
        parameter="stalled",
        size=STALLED_A_PAGE,
    )
    context = {
        "collaborative": found,
        "nav_key": "pdsa",
        "facts": headline(board, lines),
        "charts": [(bars, figure_address("status_figure", collaborative, bars.key)) for bars in _charts(board)],
        "needs": count_needs(lines),
        "chosen_need": need,
        "words": words,
        "page": page_of(request, kept_lines(lines, need=need, words=words), size=TEAMS_A_PAGE),
        "has_teams": bool(lines),
        "query": query_of(request, "need", "q", "stalled"),
        "file_query": query_of(request, "need", "q"),
        "stalled": stalled,
        "stalled_lines": stalled_lines(list(stalled), board.on),
        "stalled_query": query_of(request, "need", "q", "page"),
    }
    return render(request, "pdsa/status.html", context)


@require_safe
def status_figure(request: SignedInRequest, collaborative: str, figure: str, form: str) -> HttpResponse:
    """One of the bar charts for slides, or its table."""
    found = _watched(request, collaborative)
    board = board_of(found, request.user, on=found.today())
    bars = next((bars for bars in _charts(board) if bars.key == figure), None)
    if bars is None:
        raise Http404
    foot = drawn_on(board.on)
    return figure_attachment(
        form,
        f"{found.slug}-pdsa-{figure}",
        picture=lambda: bars_file(bars, foot=foot),
        table=lambda: [bars.columns, *bars.rows],
    )


def _charts(board: Board) -> list[Bars]:
    return [bars for bars in (pace_bars(board), length_bars(board)) if bars]


@require_safe
def status_file(request: SignedInRequest, collaborative: str) -> HttpResponse:
    """The same lines as a CSV file, by the same filters."""
    found = _watched(request, collaborative)
    lines = status_lines(board_of(found, request.user, on=found.today()))
    kept = kept_lines(lines, need=request.GET.get("need", ""), words=words_of(request))
    return table_attachment(f"{found.slug}-pdsa-status", file_rows(kept))


def _watched(request: SignedInRequest, slug: str) -> Collaborative:
    found = find_collaborative(request.user, slug)
    sentence = _("The status board is for the collaborative's faculty and coordinators.")
    require(request.user, PdsaPermission.WATCH_TEAMS, found, sentence)
    return found
