"""One measure over all teams: as a funnel, as small charts of one scale, and as a table only for who asks for it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Page
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from collab.common import months
from collab.common.downloads import figure_address, figure_attachment
from collab.common.formatting import period_name
from collab.common.paging import page_of, query_of, words_of
from collab.common.views import SignedInRequest
from collab.models import Collaborative, Measure
from collab.queries.collaboratives import find_collaborative
from collab.queries.measures import find_measure
from metrics.charts import funnel as drawing
from metrics.charts import multiples as small
from metrics.charts.build import origin_words
from metrics.presenters.comparing import comparison_of, scale_words, team_rows, teams_by_need
from metrics.presenters.funnel import Way, funnel_page, table_rows, way_of
from metrics.presenters.needs import Need
from metrics.queries.funnel import Field, Window, field_of, months_offered, window_of
from metrics.queries.series import (
    Comparison,
    Sight,
    compared_teams,
    comparison,
    measures_of,
    sight_of,
    submitted_months,
)
from metrics.rules import publish_results
from teams.models import Team

CHARTS_A_PAGE = 24
ROWS_A_PAGE = 50
ORDERS = ("name", "need")


@dataclass(frozen=True)
class Asked:
    """What the address asks for: the measure, and the months that are added up."""

    collaborative: Collaborative
    measure: Measure
    sight: Sight
    month: dt.date | None


def _asked(request: SignedInRequest, collaborative: str, measure: str) -> Asked:
    found = find_collaborative(request.user, collaborative)
    sight = sight_of(request.user, found)
    if sight is Sight.NOTHING:
        raise PermissionDenied(_("Results are open to the teams, their faculty, sponsors and coordinators."))
    chosen = find_measure(found, measure)
    try:
        month = months.parse(request.GET.get("month", ""))
    except ValueError:
        month = None
    return Asked(found, chosen, sight, month if month in months_offered(found) else None)


def _ways(request: SignedInRequest, asked: Asked, field: Field) -> dict[int, Way]:
    """How far the reader's own teams have come to the goal."""
    own = [peer.team for peer in field.peers if peer.own and peer.team]
    if not own:
        return {}
    (panel,) = comparison(request.user, asked.collaborative, measures=[asked.measure], teams=own).panels
    return {team.pk: way_of(panel, row, asked.collaborative) for row, team in enumerate(own)}


def _page(request: SignedInRequest, asked: Asked) -> tuple[Window, Field, Any]:
    window = window_of(request.user, asked.collaborative, asked.measure, asked.month)
    field = field_of(request.user, asked.collaborative, asked.measure, window)
    return window, field, funnel_page(field, asked.collaborative, _ways(request, asked, field))


@require_safe
def funnel(request: SignedInRequest, collaborative: str, measure: str) -> HttpResponse:
    """Which teams differ more than chance explains, and where one's own team stands; every filter in the address."""
    asked = _asked(request, collaborative, measure)
    _window, field, page = _page(request, asked)
    wants_table = request.GET.get("table") == "1" and page.figure is not None
    order = request.GET.get("order", "")
    order = order if order in ORDERS and asked.sight.looks_after_teams else "name"
    listed = _listed(request, asked, field, page, order) if wants_table else None
    step = asked.collaborative.step
    context = {
        "collaborative": asked.collaborative,
        "nav_key": "data",
        "measure": asked.measure,
        "version": field.window.version,
        "measures": measures_of(asked.collaborative),
        "sight": asked.sight,
        "funnel": page,
        "wide": drawing.to_svg(page.figure) if page.figure else "",
        "narrow": drawing.to_svg(page.figure, layout=drawing.NARROW) if page.figure else "",
        "month": months.iso(asked.month) if asked.month else "",
        "months": [(months.iso(one), period_name(one, step=step)) for one in months_offered(asked.collaborative)],
        "table": listed,
        "order": order,
        "words": words_of(request),
        "query": query_of(request, "month", "table", "order", "q"),
        "address": figure_address("funnel_file", asked.collaborative.slug, measure),
        "file_query": f"?month={months.iso(asked.month)}" if asked.month else "",
        "may_publish": publish_results.check(request.user, asked.collaborative),
    }
    return render(request, "metrics/funnel.html", context)


def _listed(request: SignedInRequest, asked: Asked, field: Field, page: Any, order: str) -> Page[Any]:
    """A page of the table that was asked for: by name, or by need for those who look after the teams."""
    wanted = words_of(request).lower()
    numbers = [number for number, peer in enumerate(field.peers) if wanted in peer.label.lower()]
    if order == "need":
        needs = teams_by_need(
            request.user, asked.collaborative, measures=[asked.measure], due=asked.collaborative.due_months()
        )
        place = {row.standing.team_id: number for number, row in enumerate(needs)}
        numbers.sort(key=lambda number: _place(field, number, place))
    listed = page_of(request, numbers, size=ROWS_A_PAGE)
    shown = list(listed.object_list)
    teams = _teams_at(field, shown)
    found = comparison(request.user, asked.collaborative, measures=[asked.measure], teams=list(teams.values()))
    (panel,) = found.panels
    ways = {number: way_of(panel, row, asked.collaborative) for row, number in enumerate(teams)}
    listed.object_list = table_rows(field, page.figure, shown, ways)
    return listed


def _place(field: Field, number: int, place: dict[int, int]) -> int:
    team = field.peers[number].team
    return place.get(team.pk, len(place)) if team else len(place)


def _teams_at(field: Field, numbers: list[int]) -> dict[int, Team]:
    """Those of the teams with these numbers that the reader may know."""
    found = {}
    for number in numbers:
        team = field.peers[number].team
        if team is not None:
            found[number] = team
    return found


@require_safe
def funnel_file(request: SignedInRequest, collaborative: str, measure: str, form: str) -> HttpResponse:
    """The funnel for slides (SVG) or a spreadsheet (CSV), with the names that the page shows."""
    asked = _asked(request, collaborative, measure)
    _window, _field, page = _page(request, asked)
    figure = page.figure
    if figure is None:
        raise Http404
    return figure_attachment(
        form,
        f"{asked.collaborative.slug}-{measure}-funnel",
        picture=lambda: drawing.to_file(figure),
        table=lambda: drawing.to_rows(figure),
    )


@dataclass(frozen=True)
class Multiples:
    """A page of small charts: ``page`` holds its rows, ``compared`` what they were read from."""

    page: Page[Any]
    compared: Comparison
    words: str
    need: str
    order: str

    @property
    def scale(self) -> str:
        return scale_words(self.compared.panels[0]) if self.compared.peers else ""


def _multiples(request: SignedInRequest, asked: Asked) -> Multiples:
    """The teams that the address asks for, a page at a time."""
    user, found = request.user, asked.collaborative
    everything = asked.sight.looks_after_teams
    need, words, order = request.GET.get("need", ""), words_of(request), request.GET.get("order", "")
    due = found.due_months()
    # Only an order or a filter by need asks how all teams stand.
    if everything and (need in Need.values or order == "need"):
        needs = teams_by_need(user, found, measures=[asked.measure], due=due)
        kept = [
            row
            for row in needs
            if (need not in Need.values or row.need == need) and words.lower() in row.standing.name.lower()
        ]
        if order != "need":
            kept.sort(key=lambda row: row.standing.name.lower())
        page = page_of(request, kept, size=CHARTS_A_PAGE)
        compared = comparison_of(user, found, list(page), measures=[asked.measure])
    else:
        label = "code_name" if asked.sight is Sight.CODED else "name"
        teams = compared_teams(found, asked.sight).filter(**{f"{label}__icontains": words})
        page = page_of(request, teams, size=CHARTS_A_PAGE)
        compared = comparison(user, found, measures=[asked.measure], teams=list(page))
    own = [peer.team for peer in compared.peers if peer.team]
    submitted = submitted_months(own, compared.months) if everything else {}
    page.object_list = team_rows(compared, due=due, submitted=submitted, by_need=everything)
    return Multiples(page, compared, words, need, order)


@require_safe
def multiples(request: SignedInRequest, collaborative: str, measure: str) -> HttpResponse:
    """Every team's series as a small chart of one scale, a page at a time; the filters are in the address."""
    asked = _asked(request, collaborative, measure)
    found, shown = asked.collaborative, _multiples(request, asked)
    file_query = query_of(request, "need", "q", "order", "page")
    context = {
        "collaborative": found,
        "nav_key": "data",
        "measure": asked.measure,
        "version": asked.measure.latest,
        "measures": measures_of(found),
        "sight": asked.sight,
        "sees_everything": asked.sight.looks_after_teams,
        "page": shown.page,
        "scale": shown.scale,
        "needs": [(one.value, one.label) for one in Need],
        "chosen_need": shown.need,
        "order": shown.order,
        "words": shown.words,
        "query": query_of(request, "need", "q", "order"),
        "is_filtered": bool(shown.need or shown.words),
        "address": figure_address("multiples_file", found.slug, measure),
        "file_query": f"?{file_query}" if file_query else "",
    }
    return render(request, "metrics/multiples.html", context)


@require_safe
def multiples_file(request: SignedInRequest, collaborative: str, measure: str, form: str) -> HttpResponse:
    """The small charts of one page for slides (SVG) or a spreadsheet (CSV), with the names that the page shows."""
    asked = _asked(request, collaborative, measure)
    shown, today, version = _multiples(request, asked), asked.collaborative.today(), asked.measure.latest
    compared = shown.compared
    # Where only the results of all teams together are shown, the page has no charts either.
    if asked.sight is Sight.POOLED or not compared.peers:
        raise Http404
    title = _("%(measure)s, all teams") % {"measure": version.name}
    return figure_attachment(
        form,
        f"{asked.collaborative.slug}-{measure}-teams",
        picture=lambda: small.to_file(title, shown.scale, shown.page, origin_words(version, today)),
        table=lambda: small.to_rows(compared.panels[0], compared.peers, today),
    )
