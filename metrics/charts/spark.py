"""A series at the size of a word: the line, its centre, and the points of a signal."""

from __future__ import annotations

import math

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from collab.common.drawing import coordinate, line
from metrics.charts import palette
from metrics.charts.build import mark_of
from metrics.charts.figure import Mark
from metrics.charts.svg import signal_path, unbroken
from metrics.presenters.readings import Reading
from metrics.presenters.signals import PATTERNS, Began

WIDTH, HEIGHT, EDGE, MARK, DASH = 132, 44, 4, 3.6, 3.0


def sparkline(reading: Reading, *, name: str, top: float, bottom: float = 0.0) -> SafeString:
    """A small SVG of the series from ``bottom`` to ``top``, the ends that all sparklines of a column share.

    ``name`` is what it is called to those who do not see it; a tagged PDF takes it as the alternative text. A page has
    hundreds of these: each is four elements, however many months it has.
    """
    count = len(reading.months)
    span = (top - bottom) or 1.0

    def at(index: int, value: float) -> tuple[float, float]:
        inside = min(max(value, bottom), top)
        x = EDGE + index * (WIDTH - 2 * EDGE) / max(1, count - 1)
        return x, HEIGHT - EDGE - (inside - bottom) / span * (HEIGHT - 2 * EDGE)

    values = [None if math.isnan(value) else value for value in reading.values.tolist()]
    centre = [None if math.isnan(value) else value for value in reading.centre.tolist()]
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" class="spark" role="img">',
        f"<title>{escape(name)}</title>",
    ]
    # A phase cuts the centre line; a new definition what was counted, too.
    phases = {phase.first for phase in reading.phases}
    defined = {phase.first for phase in reading.phases if phase.began is Began.DEFINITION}
    for series, breaks, colour, width, css in (
        (centre, phases, palette.AXIS, 1, "chart-axis"),
        (values, defined, palette.DATA, 1.5, "chart-data"),
    ):
        path = "".join(line(_seen([at(index, value) for index, value in run])) for run in unbroken(series, breaks))
        if path:
            parts.append(f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}" class="{css}"/>')
    holding = reading.holding
    if holding and holding.kind in PATTERNS:
        mark = mark_of(holding)
        outlines = "".join(signal_path(mark, *at(place, values[place] or 0.0), MARK) for place in holding.places)
        parts.append(f'<path d="{outlines}" fill="{palette.OF_MARK[mark]}" class="chart-fill-{mark.value}"/>')
    elif reading.latest is not None:
        x, y = at(reading.latest, values[reading.latest] or 0.0)
        parts.append(
            f'<circle cx="{coordinate(x)}" cy="{coordinate(y)}" r="2.2" fill="{palette.DATA}" '
            f'class="chart-fill-{Mark.PLAIN.value}"/>'
        )
    parts.append("</svg>")
    return mark_safe("".join(parts))  # noqa: S308 - numbers, and one name that is escaped


def _seen(run: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """A month alone between two gaps is a short dash, for a line from it to itself is none."""
    if len(run) > 1:
        return run
    ((x, y),) = run
    return [(x - DASH / 2, y), (x + DASH / 2, y)]
