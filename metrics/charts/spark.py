"""A series at the size of a word: the line, its centre, and the points of a signal."""

from __future__ import annotations

import math

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from metrics.charts import palette
from metrics.charts.build import mark_of
from metrics.charts.figure import Mark
from metrics.charts.svg import unbroken
from metrics.presenters.readings import Reading
from metrics.presenters.signals import PATTERNS

WIDTH, HEIGHT, EDGE = 132, 44, 4


def sparkline(reading: Reading, *, name: str, top: float, bottom: float = 0.0) -> SafeString:
    """A small SVG of the series from ``bottom`` to ``top``, the ends that all sparklines of a column share.

    ``name`` is what it is called to those who do not see it.
    """
    count = len(reading.months)
    span = (top - bottom) or 1.0

    def x(index: float) -> str:
        return f"{EDGE + index * (WIDTH - 2 * EDGE) / max(1, count - 1):.1f}"

    def y(value: float) -> str:
        inside = min(max(value, bottom), top)
        return f"{HEIGHT - EDGE - (inside - bottom) / span * (HEIGHT - 2 * EDGE):.1f}"

    values = [None if math.isnan(value) else value for value in reading.values.tolist()]
    centre = [None if math.isnan(value) else value for value in reading.centre.tolist()]
    opening = (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" class="spark" role="img" '
        f'aria-label="{escape(name)}">'
    )
    # A tagged PDF takes the title as the alternative text.
    parts = [opening, f"<title>{escape(name)}</title>"]
    for line, colour, width, css in (
        (centre, palette.AXIS, 1, "chart-axis"),
        (values, palette.DATA, 1.5, "chart-data"),
    ):
        path = "".join("M" + "L".join(f"{x(index)} {y(value)}" for index, value in run) for run in unbroken(line))
        if path:
            parts.append(f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}" class="{css}"/>')
    holding = reading.holding
    if holding and holding.kind in PATTERNS:
        mark = mark_of(holding)
        parts += [
            f'<rect x="{float(x(place)) - 1.8:.1f}" y="{float(y(values[place] or 0.0)) - 1.8:.1f}" width="3.6" '
            f'height="3.6" fill="{palette.OF_MARK[mark]}" class="chart-fill-{mark.value}"/>'
            for place in holding.places
        ]
    elif reading.latest is not None:
        last = values[reading.latest] or 0.0
        parts.append(
            f'<circle cx="{x(reading.latest)}" cy="{y(last)}" r="2.2" fill="{palette.DATA}" '
            f'class="chart-fill-{Mark.PLAIN.value}"/>'
        )
    parts.append("</svg>")
    return mark_safe("".join(parts))  # noqa: S308 - numbers, and one name that is escaped
