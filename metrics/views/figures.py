"""Figures as files: JSON for Plotly, SVG for slides, CSV for a spreadsheet. Only what the viewer may see is in them."""

from __future__ import annotations

from collections.abc import Iterable

import orjson
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from collab.common.downloads import figure_attachment, own_answer
from collab.queries.collaboratives import find_collaborative
from metrics.charts import RunChartFigure, pooled_card, team_cards, to_plotly, to_rows, without_names
from metrics.charts.svg import to_file
from metrics.presenters.charting import asked_in
from metrics.queries.annotations import annotations_of
from metrics.queries.series import Panel, benchmarks, measures_of, pooled_panel, sight_of, team_panels
from teams.queries.teams import find_team


@require_safe
def team_figure(request: HttpRequest, collaborative: str, team: str, measure: str, form: str) -> HttpResponse:
    """One measure of one team; with ``?names=off`` under its code name, as it is taught from."""
    found = find_team(request.user, collaborative, team)
    panel = _chosen(team_panels(found, request.user), measure)
    asked = asked_in(request.GET)
    sight = sight_of(request.user, found.collaborative)
    card = team_cards(
        found,
        [panel],
        benchmarks([panel.measure], panel.months, sight, request.user),
        notes=annotations_of(request.user, [found], [panel.measure.pk], hidden=asked.hidden),
        from_zero=asked.from_zero,
    )[0]
    name = found.slug
    if request.GET.get("names") == "off":
        card, name = without_names(card, found), slugify(found.code_name)
    return _file(card.figure, form, f"{name}-{measure}")


@require_safe
def pooled_figure(request: HttpRequest, collaborative: str, measure: str, form: str) -> HttpResponse:
    """One measure of all teams together."""
    found = find_collaborative(request.user, collaborative)
    months = tuple(found.ended_months())
    pooled = benchmarks(measures_of(found), months, sight_of(request.user, found), request.user)
    panels = [pooled_panel(one) for one in pooled.values()]
    panel = _chosen([panel for panel in panels if panel.can_be_pooled], measure)
    card = pooled_card(found, panel, pooled[panel.measure.pk])
    return _file(card.figure, form, f"{found.slug}-{measure}")


def _chosen(panels: Iterable[Panel], code: str) -> Panel:
    for panel in panels:
        if panel.measure.code == code:
            return panel
    raise Http404


def _file(figure: RunChartFigure, form: str, name: str) -> HttpResponse:
    if form == "json":
        return own_answer(orjson.dumps(to_plotly(figure)), "application/json")
    return figure_attachment(form, name, picture=lambda: to_file(figure), table=lambda: to_rows(figure))
