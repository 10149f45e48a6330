"""The figure as SVG: first paint, without scripts, in print and in PDF.

Colours are presentation attributes, for the content security policy lets no style attribute through and a PDF has no
stylesheet of ours; the classes let the site's stylesheet replace them in dark mode. The title and description are
what a screen reader or a tagged PDF reads.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from collab.common import drawing
from collab.common.drawing import FONT, Picture, coordinate, sheet, spread
from metrics.charts import palette
from metrics.charts.figure import Band, Flag, Line, LineKind, Mark, PointState, RunChartFigure
from metrics.charts.scale import lanes

LEFT, RIGHT, TOP, BOTTOM = 44, 84, 30, 26
LABEL_HEIGHT = 29
FLAG = 16
"""The height of a row of numbered marks below the months, and the width that each of them takes."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the plot lies in the picture, and how numbers become places; ``words``: whether points tell their own."""

    figure: RunChartFigure
    width: int
    height: int
    flags: bool = True
    words: bool = True

    @property
    def right(self) -> float:
        return self.width - RIGHT

    @property
    def rows(self) -> list[int]:
        """The row below the months of each numbered mark."""
        return lanes([flag.at for flag in self.figure.flags], FLAG / self.step) if self.flags else []

    @property
    def bottom(self) -> float:
        return self.height - BOTTOM - FLAG * (max(self.rows) + 1 if self.rows else 0)

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

NARROW = "narrow"
"""The variant for small screens, where nothing can be pointed at."""

SMALL = "small"
"""The variant for many side by side: too small for numbered marks, which are listed nowhere there."""

FILE = "file"
"""The variant for slides: it carries its own title, sentence, rules and list of marks."""


def to_svg(figure: RunChartFigure, *, width: int = 720, height: int = 270, variant: str = "wide") -> SafeString:
    """The figure as an ``<svg>`` element of ``width`` × ``height`` units that scales to its container.

    ``variant`` keeps ids apart where one page holds the figure in two sizes.
    """
    frame = Frame(figure, width, height, flags=variant != SMALL, words=variant not in (NARROW, PAPER))
    key = f"{figure.key}-{variant}"
    title = figure.alt if variant == PAPER else f"{figure.title}, {figure.subject}"
    parts = [_opening(figure, key, title, (width, height), variant), *_picture(frame, key), "</svg>"]
    return mark_safe("".join(parts))  # noqa: S308 - every text in it is escaped where it is put in


def to_file(figure: RunChartFigure) -> SafeString:
    """The figure as a file for slides: with its title, its sentence, the list of its marks, and its rules."""
    frame = Frame(figure, FILE_WIDTH, FILE_HEIGHT)
    made = " ".join((f"{figure.chart}.", figure.rules, *(badge.words for badge in figure.badges), figure.origin))
    return sheet(
        Picture("".join(_picture(frame, f"{figure.key}-{FILE}")), FILE_WIDTH, FILE_HEIGHT),
        title=f"{figure.title}, {figure.subject}",
        lead=figure.sentence,
        foot=(*figure.notes, made),
        alt=figure.alt,
    )


FILE_WIDTH, FILE_HEIGHT = 928, 400


def _opening(figure: RunChartFigure, key: str, title: str, size: tuple[int, int], variant: str) -> str:
    width, height = size
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'class="chart-svg chart-{variant}" role="img" aria-labelledby="{key}-title {key}-desc" '
        f'font-family="{FONT}" font-size="12">'
        f'<title id="{key}-title">{escape(title)}</title>'
        f'<desc id="{key}-desc">{escape(figure.alt)}</desc>'
    )


def _picture(frame: Frame, key: str) -> Iterator[str]:
    yield from _axes(frame)
    yield from _bands(frame)
    yield from _hidden(frame, key)
    yield from _flags(frame)
    yield from _lines(frame)
    yield from _data(frame)
    yield from _bracket(frame)
    yield from _end_labels(frame)


def _axes(frame: Frame) -> Iterator[str]:
    figure = frame.figure
    for tick in figure.y_ticks:
        y = coordinate(frame.y(tick.at))
        yield (
            f'<line x1="{LEFT}" x2="{coordinate(frame.right)}" y1="{y}" y2="{y}" stroke="{palette.GRID}" '
            f'stroke-width="1" class="chart-grid"/>'
        )
        yield _text(LEFT - 8, frame.y(tick.at) + 4, tick.text, anchor="end")
    yield (
        f'<line x1="{LEFT}" x2="{coordinate(frame.right)}" y1="{coordinate(frame.bottom)}" '
        f'y2="{coordinate(frame.bottom)}" '
        f'stroke="{palette.AXIS}" stroke-width="1" class="chart-axis"/>'
    )
    if figure.axis_name:
        # Above the words of a signal, which may stand over it in a narrow picture.
        yield _text(LEFT - 8, TOP - 20, figure.axis_name, anchor="end" if len(figure.axis_name) < 6 else "start")
    # In a narrow picture every second month is named, the last one always.
    room = (frame.right - LEFT) / max(1, len(figure.x_ticks))
    chosen = figure.x_ticks if room >= 62 else figure.x_ticks[::-1][:: 2 if room >= 34 else 3]
    for tick in chosen:
        yield _text(frame.x(tick.at), frame.bottom + 18, tick.text, anchor="middle")


def _bands(frame: Frame) -> Iterator[str]:
    for band, colour, name in zip(
        frame.figure.bands, (palette.BAND_WIDE, palette.BAND), ("chart-band-wide", "chart-band"), strict=False
    ):
        for corners in band_polygons(band, frame.figure.breaks):
            points = " ".join(f"{coordinate(frame.x(x))},{coordinate(frame.y(y))}" for x, y in corners)
            yield f'<polygon points="{points}" fill="{colour}" class="{name}"/>'
    if frame.figure.pooled:
        # As far as a band would reach, so that a month alone is seen.
        stroke = 'stroke-width="1.5"'
        yield from _path(
            frame, 0, frame.figure.pooled, palette.SOFT, stroke, "chart-pooled", air=0.5, breaks=frame.figure.breaks
        )


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
            f'<rect x="{coordinate(frame.x(index) - 0.4 * frame.step)}" y="{TOP}" '
            f'width="{coordinate(0.8 * frame.step)}" '
            f'height="{coordinate(frame.bottom - TOP)}" fill="url(#{key}-hatch)" class="chart-hidden">'
            f"<title>{escape(point.label)}: {escape(point.text)}</title></rect>"
        )


def _flags(frame: Frame) -> Iterator[str]:
    """Numbered marks below the months: boxes where a phase begins, rings where something happened."""
    for flag, row in zip(frame.figure.flags, frame.rows, strict=False):
        x, y = frame.x(flag.at), frame.bottom + BOTTOM + FLAG * (row + 0.5) - 2
        dashes = "2 3" if flag.kind.is_break else "1 4"
        yield (
            f'<line x1="{coordinate(x)}" x2="{coordinate(x)}" y1="{TOP}" y2="{coordinate(frame.bottom)}" '
            f'stroke="{palette.AXIS}" '
            f'stroke-width="1" stroke-dasharray="{dashes}" class="chart-axis"/>'
        )
        yield _flag(x, y, flag)


def _flag(x: float, y: float, flag: Flag) -> str:
    side = FLAG - 2
    corner = 2 if flag.kind.is_break else side / 2
    return (
        f"<g><title>{escape(flag.words)}</title>"
        f'<rect x="{coordinate(x - side / 2)}" y="{coordinate(y - side / 2)}" width="{side}" height="{side}" '
        f'rx="{coordinate(corner)}" '
        f'fill="{palette.PAPER}" stroke="{palette.SOFT}" stroke-width="1" class="chart-flag"/>'
        f'<text x="{coordinate(x)}" y="{coordinate(y + 3.5)}" text-anchor="middle" font-size="10" fill="{palette.INK}" '
        f'class="chart-fill-ink">{flag.number}</text></g>'
    )


STROKES = {
    LineKind.CENTRE: (palette.CENTRE, 'stroke-width="1.5"', "chart-center"),
    LineKind.GOAL: (palette.GOAL, 'stroke-width="1.5" stroke-dasharray="6 4"', "chart-goal"),
    LineKind.LOWER: (palette.CENTRE, 'stroke-width="1.25" stroke-dasharray="2 3"', "chart-center"),
    LineKind.UPPER: (palette.CENTRE, 'stroke-width="1.25" stroke-dasharray="2 3"', "chart-center"),
}


def _lines(frame: Frame) -> Iterator[str]:
    for line in frame.figure.lines:
        colour, stroke, name = STROKES[line.kind]
        if line.extended:
            stroke = 'stroke-width="1.5" stroke-dasharray="9 3"'
        yield from _path(frame, line.first, inside(frame.figure, line), colour, stroke, name, air=0.5)


def inside(figure: RunChartFigure, line: Line) -> list[float | None]:
    """A line without the months in which a limit lies beyond the axis: it runs out of the picture there."""
    if not line.kind.is_limit:
        return list(line.values)
    return [None if value is None or not figure.y_min <= value <= figure.y_max else value for value in line.values]


def _data(frame: Frame) -> Iterator[str]:
    figure = frame.figure
    values = [point.value for point in figure.points]
    stroke = 'stroke-width="1.75" stroke-linejoin="round"'
    yield from _path(frame, 0, values, palette.DATA, stroke, "chart-data", breaks=figure.breaks)
    size = min(4.0, max(1.6, frame.step * 0.3))
    drawn = [(index, point) for index, point in enumerate(figure.points) if point.value is not None]
    # What neighbors have in common is said once: a page has hundreds of points.
    for (mark, state), group in groupby(drawn, key=lambda one: (one[1].mark, one[1].state)):
        yield _opened(mark, hollow=state is PointState.MATURING)
        for index, point in group:
            title = f"<title>{escape(point.label)}: {escape(point.text)}</title>" if frame.words else ""
            yield _point(frame.x(index), frame.y(point.value or 0.0), point.mark, size, title)
        yield "</g>"


def _opened(mark: Mark, *, hollow: bool) -> str:
    """A group of points of one look."""
    colour = palette.OF_MARK[mark]
    name = f"chart-mark-{mark.value}{' chart-hollow' if hollow else ''}"
    return f'<g fill="{palette.PAPER if hollow else colour}" stroke="{colour}" stroke-width="1.5" class="{name}">'


def _point(x: float, y: float, mark: Mark, size: float, title: str) -> str:
    """A point with its words for who points at it."""
    if mark in (Mark.CONCERN, Mark.IMPROVEMENT):
        shape, place = "path", f'd="{signal_path(mark, x, y, size * 1.9)}"'
    else:
        shape, place = "circle", f'cx="{coordinate(x)}" cy="{coordinate(y)}" r="{coordinate(size)}"'
    return f"<{shape} {place}>{title}</{shape}>" if title else f"<{shape} {place}/>"


def signal_path(mark: Mark, x: float, y: float, side: float) -> str:
    """The outline of a marked point: a diamond for a concern, else a square, so that colour says nothing alone."""
    if mark is Mark.CONCERN:
        half = coordinate(0.68 * side)
        return f"M{coordinate(x)} {coordinate(y - 0.68 * side)}l{half} {half}l-{half} {half}l-{half} -{half}z"
    step = coordinate(side)
    return f"M{coordinate(x - side / 2)} {coordinate(y - side / 2)}h{step}v{step}h-{step}z"


def _bracket(frame: Frame) -> Iterator[str]:
    bracket = frame.figure.bracket
    if bracket is None:
        return
    first, last = frame.x(bracket.first - 0.3), frame.x(bracket.last + 0.3)
    colour = palette.OF_MARK[bracket.mark]
    y = TOP - 3
    yield (
        f'<path d="M{coordinate(first)} {y + 4}V{y}H{coordinate(last)}V{y + 4}" fill="none" stroke="{colour}" '
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
    breaks: Collection[int] = (),
) -> Iterator[str]:
    """A line through the pieces that ``pieces_of`` makes of it."""
    pieces = [
        drawing.line((frame.x(x), frame.y(y)) for x, y in points)
        for points in pieces_of(first, values, air=air, breaks=breaks)
    ]
    if pieces:
        yield f'<path d="{"".join(pieces)}" fill="none" stroke="{colour}" {stroke} class="{name}"/>'


def pieces_of(
    first: int, values: Sequence[float | None], *, air: float, breaks: Collection[int] = ()
) -> Iterator[list[tuple[float, float]]]:
    """A line from month ``first`` on, in pieces: with gaps where values are missing, and cut at ``breaks``.

    ``air`` prolongs each piece by so many months at both ends.
    """
    for run in unbroken(values, breaks):
        points = [(float(first + index), value) for index, value in run]
        if air:
            points = [(points[0][0] - air, points[0][1]), *points, (points[-1][0] + air, points[-1][1])]
        yield points


def unbroken(values: Sequence[float | None], breaks: Collection[int] = ()) -> Iterator[list[tuple[int, float]]]:
    """The stretches of neighbouring values, each as (index, value); a new one begins at each index of ``breaks``."""
    run: list[tuple[int, float]] = []
    for index, value in enumerate(values):
        if run and (value is None or index in breaks):
            yield run
            run = []
        if value is not None:
            run.append((index, value))
    if run:
        yield run


def band_polygons(band: Band, breaks: Collection[int] = ()) -> Iterable[list[tuple[float, float]]]:
    """The corners of a band, one polygon for each stretch of months, in places along the months and the axis."""
    lower = dict(enumerate(band.lower))
    for run in unbroken(band.upper, breaks):
        top = [(float(index), value) for index, value in run]
        below = [(float(index), lower[index] or 0.0) for index, _value in run]
        outline = [(top[0][0] - 0.5, top[0][1]), *top, (top[-1][0] + 0.5, top[-1][1])]
        back = [(below[0][0] - 0.5, below[0][1]), *below, (below[-1][0] + 0.5, below[-1][1])]
        yield outline + back[::-1]


def _text(
    x: float, y: float, words: str, anchor: str = "start", colour: str = palette.SOFT, name: str = "chart-fill-soft"
) -> str:
    return drawing.text(x, y, words, anchor=anchor, colour=colour, name=name)
