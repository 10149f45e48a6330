"""The figure as SVG: first paint, without scripts, in print and in PDF.

Colours are presentation attributes, for the content security policy lets no style attribute through and a PDF has no
stylesheet of ours; the classes let the site's stylesheet replace them in dark mode. The title and description are
what a screen reader or a tagged PDF reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from metrics.charts import palette
from metrics.charts.figure import Band, LineKind, Mark, Point, PointState, RunChartFigure
from metrics.charts.scale import spread

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', Arial, sans-serif"
LEFT, RIGHT, TOP, BOTTOM = 44, 84, 30, 26
LABEL_HEIGHT = 29


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the plot lies in the picture, and how numbers become places."""

    figure: RunChartFigure
    width: int
    height: int

    @property
    def right(self) -> float:
        return self.width - RIGHT

    @property
    def bottom(self) -> float:
        return self.height - BOTTOM

    @property
    def step(self) -> float:
        """From one month to the next. Half a month of air on both sides keeps the points off the frame."""
        return (self.right - LEFT) / max(1, len(self.figure.points))

    def x(self, index: float) -> float:
        return LEFT + (index + 0.5) * self.step

    def y(self, value: float) -> float:
        low, high = self.figure.y_min, self.figure.y_max
        inside = min(max(value, low), high)
        return self.bottom - (inside - low) / (high - low) * (self.bottom - TOP)


PAPER = "paper"
"""The variant for PDF: its title is the whole alternative text, for that is what a tagged PDF takes."""


def to_svg(figure: RunChartFigure, *, width: int = 720, height: int = 270, variant: str = "wide") -> SafeString:
    """The figure as an ``<svg>`` element of ``width`` × ``height`` units that scales to its container.

    ``variant`` keeps ids apart where one page holds the figure in two sizes.
    """
    frame = Frame(figure, width, height)
    key = f"{figure.key}-{variant}"
    title = figure.alt if variant == PAPER else f"{figure.title}, {figure.subject}"
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'class="chart-svg chart-{variant}" role="img" aria-labelledby="{key}-title {key}-desc" '
        f'font-family="{FONT}" font-size="12">'
    )
    parts = [
        opening,
        f'<title id="{key}-title">{escape(title)}</title>',
        f'<desc id="{key}-desc">{escape(figure.alt)}</desc>',
        *_axes(frame),
        *_bands(frame),
        *_hidden(frame, key),
        *_breaks(frame),
        *_lines(frame),
        *_data(frame),
        *_bracket(frame),
        *_end_labels(frame),
        "</svg>",
    ]
    return mark_safe("".join(parts))  # noqa: S308 - every text in it is escaped where it is put in


def _axes(frame: Frame) -> Iterator[str]:
    figure = frame.figure
    for tick in figure.y_ticks:
        y = _n(frame.y(tick.at))
        yield (
            f'<line x1="{LEFT}" x2="{_n(frame.right)}" y1="{y}" y2="{y}" stroke="{palette.GRID}" '
            f'stroke-width="1" class="chart-grid"/>'
        )
        yield _text(LEFT - 8, frame.y(tick.at) + 4, tick.text, anchor="end")
    yield (
        f'<line x1="{LEFT}" x2="{_n(frame.right)}" y1="{_n(frame.bottom)}" y2="{_n(frame.bottom)}" '
        f'stroke="{palette.AXIS}" stroke-width="1" class="chart-axis"/>'
    )
    if figure.axis_name:
        yield _text(LEFT - 8, TOP - 14, figure.axis_name, anchor="end" if len(figure.axis_name) < 6 else "start")
    # In a narrow picture every second month is named, the last one always.
    room = (frame.right - LEFT) / max(1, len(figure.x_ticks))
    chosen = figure.x_ticks if room >= 62 else figure.x_ticks[::-1][:: 2 if room >= 34 else 3]
    for tick in chosen:
        yield _text(frame.x(tick.at), frame.bottom + 18, tick.text, anchor="middle")


def _bands(frame: Frame) -> Iterator[str]:
    for band, colour, name in zip(
        frame.figure.bands, (palette.BAND_WIDE, palette.BAND), ("chart-band-wide", "chart-band"), strict=False
    ):
        for corners in band_polygons(band):
            points = " ".join(f"{_n(frame.x(x))},{_n(frame.y(y))}" for x, y in corners)
            yield f'<polygon points="{points}" fill="{colour}" class="{name}"/>'
    if frame.figure.pooled:
        yield from _path(frame, 0, frame.figure.pooled, palette.SOFT, 'stroke-width="1.5"', "chart-pooled")


def _hidden(frame: Frame, key: str) -> Iterator[str]:
    places = [index for index, point in enumerate(frame.figure.points) if point.state is PointState.HIDDEN]
    if not places:
        return
    yield (
        f'<pattern id="{key}-hatch" width="6" height="6" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><line x1="0" x2="0" y1="0" y2="6" stroke="{palette.AXIS}" '
        f'stroke-width="1.5" class="chart-axis"/></pattern>'
    )
    for index in places:
        point = frame.figure.points[index]
        yield (
            f'<rect x="{_n(frame.x(index) - 0.4 * frame.step)}" y="{TOP}" width="{_n(0.8 * frame.step)}" '
            f'height="{_n(frame.bottom - TOP)}" fill="url(#{key}-hatch)" class="chart-hidden">'
            f"<title>{escape(point.label)}: {escape(point.text)}</title></rect>"
        )


def _breaks(frame: Frame) -> Iterator[str]:
    for change in frame.figure.breaks:
        x = frame.x(change.index - 0.5)
        yield (
            f'<line x1="{_n(x)}" x2="{_n(x)}" y1="{TOP - 6}" y2="{_n(frame.bottom)}" stroke="{palette.AXIS}" '
            f'stroke-width="1" stroke-dasharray="2 3" class="chart-axis"/>'
        )
        yield _text(x, TOP - 10, str(change.number), anchor="middle")


STROKES = {
    LineKind.CENTRE: (palette.CENTRE, 'stroke-width="1.5"', "chart-center"),
    LineKind.GOAL: (palette.GOAL, 'stroke-width="1.5" stroke-dasharray="6 4"', "chart-goal"),
    LineKind.LIMIT: (palette.CENTRE, 'stroke-width="1" stroke-dasharray="1 3"', "chart-center"),
}


def _lines(frame: Frame) -> Iterator[str]:
    for line in frame.figure.lines:
        colour, stroke, name = STROKES[line.kind]
        yield from _path(frame, line.first, line.values, colour, stroke, name, air=0.5)


def _data(frame: Frame) -> Iterator[str]:
    figure = frame.figure
    values = [point.value for point in figure.points]
    yield from _path(frame, 0, values, palette.DATA, 'stroke-width="1.75" stroke-linejoin="round"', "chart-data")
    size = min(4.0, max(1.6, frame.step * 0.3))
    for index, point in enumerate(figure.points):
        if point.value is not None:
            yield _point(frame.x(index), frame.y(point.value), point, size)


def _point(x: float, y: float, point: Point, size: float) -> str:
    colour = palette.OF_MARK[point.mark]
    hollow = point.state is PointState.MATURING
    name = f"chart-mark-{point.mark.value}{' chart-hollow' if hollow else ''}"
    fill = f'fill="{palette.PAPER if hollow else colour}" stroke="{colour}" stroke-width="1.5" class="{name}"'
    title = f"<title>{escape(point.label)}: {escape(point.text)}</title>"
    if point.mark in (Mark.CONCERN, Mark.IMPROVEMENT):
        side = size * 1.9
        return (
            f'<rect x="{_n(x - side / 2)}" y="{_n(y - side / 2)}" width="{_n(side)}" height="{_n(side)}" {fill}>'
            f"{title}</rect>"
        )
    return f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(size)}" {fill}>{title}</circle>'


def _bracket(frame: Frame) -> Iterator[str]:
    bracket = frame.figure.bracket
    if bracket is None:
        return
    first, last = frame.x(bracket.first - 0.3), frame.x(bracket.last + 0.3)
    colour = palette.OF_MARK[bracket.mark]
    y = TOP - 3
    yield (
        f'<path d="M{_n(first)} {y + 4}V{y}H{_n(last)}V{y + 4}" fill="none" stroke="{colour}" '
        f'stroke-width="1.5" class="chart-stroke-{bracket.mark.value}"/>'
    )
    # Words that would leave the picture are moved inwards.
    half = 3.2 * len(bracket.words)
    middle = min(max((first + last) / 2, LEFT + half), frame.width - half)
    yield _text(middle, y - 5, bracket.words, "middle", colour, f"chart-fill-{bracket.mark.value}")


def _end_labels(frame: Frame) -> Iterator[str]:
    for label, at in zip(frame.figure.end_labels, label_places(frame.figure, frame.bottom - TOP), strict=True):
        goal = label.kind == LineKind.GOAL.value
        colour, name = (palette.GOAL, "chart-fill-goal") if goal else (palette.SOFT, "chart-fill-soft")
        x, y = frame.right + 8, frame.y(at)
        yield _text(x, y - 2, label.name, "start", colour, name)
        yield _text(x, y + 12, label.value, "start", colour, name)


def label_places(figure: RunChartFigure, height: float) -> list[float]:
    """Where the end labels stand on the axis of a plot ``height`` units high, so that none lies on another."""
    span = figure.y_max - figure.y_min
    gap = LABEL_HEIGHT / height * span
    return spread([label.at for label in figure.end_labels], gap, figure.y_min, figure.y_max)


def _path(
    frame: Frame,
    first: int,
    values: Sequence[float | None],
    colour: str,
    stroke: str,
    name: str,
    *,
    air: float = 0.0,
) -> Iterator[str]:
    """A line with gaps where values are missing; ``air`` prolongs it by so many months at both ends."""
    pieces = []
    for run in unbroken(values):
        points = [(float(first + index), value) for index, value in run]
        if air:
            points = [(points[0][0] - air, points[0][1]), *points, (points[-1][0] + air, points[-1][1])]
        pieces.append("M" + "L".join(f"{_n(frame.x(x))} {_n(frame.y(y))}" for x, y in points))
    if pieces:
        yield f'<path d="{"".join(pieces)}" fill="none" stroke="{colour}" {stroke} class="{name}"/>'


def unbroken(values: Sequence[float | None]) -> Iterator[list[tuple[int, float]]]:
    """The stretches of neighbouring values, each as (index, value)."""
    run: list[tuple[int, float]] = []
    for index, value in enumerate(values):
        if value is not None:
            run.append((index, value))
        elif run:
            yield run
            run = []
    if run:
        yield run


def band_polygons(band: Band) -> Iterable[list[tuple[float, float]]]:
    """The corners of a band, one polygon for each stretch of months, in places along the months and the axis."""
    lower = dict(enumerate(band.lower))
    for run in unbroken(band.upper):
        top = [(float(index), value) for index, value in run]
        below = [(float(index), lower[index] or 0.0) for index, _value in run]
        outline = [(top[0][0] - 0.5, top[0][1]), *top, (top[-1][0] + 0.5, top[-1][1])]
        back = [(below[0][0] - 0.5, below[0][1]), *below, (below[-1][0] + 0.5, below[-1][1])]
        yield outline + back[::-1]


def _text(
    x: float, y: float, text: str, anchor: str = "start", colour: str = palette.SOFT, name: str = "chart-fill-soft"
) -> str:
    return f'<text x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}" fill="{colour}" class="{name}">{escape(text)}</text>'


def _n(number: float) -> str:
    """A coordinate with at most two decimals and no idle zeros."""
    return f"{number:.2f}".rstrip("0").rstrip(".")
