"""Funnel plots: one mark a team, its rate over how many were counted, between limits that narrow with size.

Drawn on the server alone. Colours and classes as in ``metrics.charts.svg``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from collab.common import formatting
from collab.common.drawing import FONT, LETTER, Picture, coordinate, sheet, spread, text
from metrics.charts import palette
from metrics.charts.figure import Mark
from metrics.charts.scale import nice_step, value_axis
from metrics.charts.svg import signal_path


@dataclass(frozen=True, slots=True)
class Layout:
    """The size of the picture and of its margins; ``ticks``: at most so many sizes are named below it."""

    name: str
    width: int
    height: int
    left: int
    right: int
    ticks: int
    top: int = 26
    bottom: int = 46


WIDE = Layout("wide", 720, 400, 52, 100, 6)
NARROW = Layout("narrow", 270, 300, 34, 76, 3)
"""For small screens, where the wide one would shrink until nobody could read it."""

MOST_TOLD = 200
"""Of more teams within the limits nobody finds one by pointing; the table has all of them."""


class Place(StrEnum):
    """Where a team lies: within the 95 % limits, between these and the 99.8 % ones, or beyond."""

    WITHIN = "within"
    NEAR = "near"
    BEYOND = "beyond"


@dataclass(frozen=True, slots=True)
class FunnelPoint:
    """One team, under the name that the reader may see. ``value`` is in the unit; ``mark`` what lying beyond means."""

    label: str
    own: bool
    numerator: float
    denominator: float
    value: float
    place: Place
    above: bool
    mark: Mark
    words: str


@dataclass(frozen=True, slots=True)
class Curve:
    """Limits at each of ``Funnel.sizes``, in the unit; ``level`` is what they are called."""

    level: str
    wide: bool
    lower: tuple[float, ...]
    upper: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class FunnelFigure:
    """A funnel plot, complete. ``alt`` is the picture in words for those who do not see it; it names no team.

    What it was drawn from: ``limits`` says how they were made, ``definition`` is the number of the measure's,
    ``origin`` a sentence about it, ``drawn_on`` the collaborative's day.
    """

    key: str
    title: str
    subject: str
    unit: str
    axis_name: str
    size_name: str
    centre: float
    centre_words: str
    sizes: tuple[float, ...]
    curves: tuple[Curve, ...]
    points: tuple[FunnelPoint, ...]
    sentence: str
    alt: str
    ceiling: float | None
    limits: str
    definition: int
    origin: str
    drawn_on: dt.date


def to_svg(figure: FunnelFigure, *, layout: Layout = WIDE) -> SafeString:
    """The funnel as an ``<svg>`` for the page."""
    parts = [_opening(figure, layout), *_picture(figure, layout), "</svg>"]
    return mark_safe("".join(parts))  # noqa: S308 - every text in it is escaped where it is put in


def to_file(figure: FunnelFigure) -> SafeString:
    """The funnel as a file for slides: with its title and sentence, and what it was drawn from."""
    return sheet(
        Picture("".join(_picture(figure, WIDE)), WIDE.width, WIDE.height),
        title=f"{figure.title}, {figure.subject}",
        lead=figure.sentence,
        foot=(f"{figure.limits} {figure.origin}",),
        alt=figure.alt,
    )


def _opening(figure: FunnelFigure, layout: Layout) -> str:
    key = f"{figure.key}-{layout.name}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {layout.width} {layout.height}" width="{layout.width}" '
        f'height="{layout.height}" class="chart-svg chart-funnel chart-{layout.name}" role="img" '
        f'aria-labelledby="{key}-title {key}-desc" font-family="{FONT}" font-size="12">'
        f'<title id="{key}-title">{escape(figure.title)}</title><desc id="{key}-desc">{escape(figure.alt)}</desc>'
    )


@dataclass(frozen=True, slots=True)
class _Frame:
    layout: Layout
    largest: float
    low: float
    high: float

    @property
    def right(self) -> int:
        return self.layout.width - self.layout.right

    @property
    def bottom(self) -> int:
        return self.layout.height - self.layout.bottom

    def x(self, size: float) -> float:
        return self.layout.left + min(size, self.largest) / self.largest * (self.right - self.layout.left)

    def y(self, value: float) -> float:
        inside = min(max(value, self.low), self.high)
        return self.bottom - (inside - self.low) / (self.high - self.low) * (self.bottom - self.layout.top)


def _picture(figure: FunnelFigure, layout: Layout) -> Iterator[str]:
    largest = max([point.denominator for point in figure.points] + [1.0]) * 1.04
    # Limits of the smallest teams reach far; the axis follows the teams, and what lies beyond it is cut off.
    seen = [point.value for point in figure.points] + [figure.centre]
    reach = [curve.upper[len(figure.sizes) // 2] for curve in figure.curves if figure.sizes]
    low, high, ticks = value_axis(0.0, max([*seen, *reach]), from_zero=True, ceiling=figure.ceiling)
    if figure.ceiling is not None and high > figure.ceiling:
        ticks = [tick for tick in ticks if tick <= figure.ceiling]
        high = figure.ceiling
    frame = _Frame(layout, largest, low, high)
    yield from _axes(figure, frame, ticks)
    for curve in figure.curves:
        name = "chart-limit-wide" if curve.wide else "chart-limit"
        dash = "" if curve.wide else ' stroke-dasharray="4 3"'
        for values in (curve.lower, curve.upper):
            path = "L".join(
                f"{coordinate(frame.x(size))} {coordinate(frame.y(value))}"
                for size, value in zip(figure.sizes, values, strict=True)
            )
            if path:
                yield f'<path d="M{path}" fill="none" stroke="{palette.SOFT}"{dash} class="{name} chart-center"/>'
    at = coordinate(frame.y(figure.centre))
    yield (
        f'<path d="M{layout.left} {at}H{frame.right}" stroke="{palette.CENTRE}" stroke-width="1.5" '
        f'class="chart-centre"/>'
    )
    labels = [(figure.centre, figure.centre_words, palette.INK)]
    labels += [(curve.upper[-1], curve.level, palette.SOFT) for curve in figure.curves if curve.upper]
    places = spread([frame.y(value) + 4 for value, _words, _colour in labels], 15, layout.top, frame.bottom)
    for place, (_value, words, colour) in zip(places, labels, strict=True):
        yield text(frame.right + 8, place, words, colour=colour)
    crowd = [one for one in figure.points if not one.own and one.place is not Place.BEYOND]
    yield from _crowd(crowd, frame)
    in_order = sorted(figure.points, key=lambda one: (one.own, one.place is Place.BEYOND))
    yield from (_mark(point, frame) for point in in_order if point.own or point.place is Place.BEYOND)
    yield from (_name(point, frame) for point in in_order if point.own)


def _axes(figure: FunnelFigure, frame: _Frame, ticks: Sequence[float]) -> Iterator[str]:
    layout = frame.layout
    for tick in ticks:
        at = frame.y(tick)
        yield (
            f'<path d="M{layout.left} {coordinate(at)}H{frame.right}" stroke="{palette.GRID}" class="chart-grid"/>'
            f"{text(layout.left - 6, at + 4, formatting.number(tick), anchor='end')}"
        )
    step = nice_step(frame.largest, layout.ticks)
    size = 0.0
    while size <= frame.largest:
        yield text(frame.x(size), frame.bottom + 18, formatting.number(size), anchor="middle")
        size += step
    yield text(layout.left, layout.top - 12, figure.axis_name)
    yield text((layout.left + frame.right) / 2, layout.height - 8, figure.size_name, anchor="middle")


def _crowd(points: Sequence[FunnelPoint], frame: _Frame) -> Iterator[str]:
    """The other teams within the limits, as circles that say once what they share. Names only where they can be told
    apart: in the wide picture, of not too many."""
    if not points:
        return
    told = frame.layout is WIDE and len(points) <= MOST_TOLD
    radius = 3.2 if len(points) <= MOST_TOLD else 2
    yield f'<g fill="{palette.OF_MARK[Mark.PLAIN]}" fill-opacity="0.6" class="chart-fill-{Mark.PLAIN.value}">'
    for point in points:
        place = f'cx="{coordinate(frame.x(point.denominator))}" cy="{coordinate(frame.y(point.value))}" r="{radius}"'
        yield f"<circle {place}><title>{escape(point.words)}</title></circle>" if told else f"<circle {place}/>"
    yield "</g>"


def _mark(point: FunnelPoint, frame: _Frame) -> str:
    """A square or diamond beyond the limits; one's own team is larger and ringed, a circle within them."""
    x, y = frame.x(point.denominator), frame.y(point.value)
    colour, name = palette.OF_MARK[point.mark], f"chart-fill-{point.mark.value}"
    title = f"<title>{escape(point.words)}</title>"
    if point.place is Place.BEYOND:
        outline = signal_path(point.mark, x, y, 11 if point.own else 8)
        shape = f'<path d="{outline}" fill="{colour}" class="{name}">{title}</path>'
    else:
        shape = (
            f'<circle cx="{coordinate(x)}" cy="{coordinate(y)}" r="5.5" fill="{colour}" class="{name}">{title}</circle>'
        )
    if not point.own:
        return shape
    return (
        f'{shape}<circle cx="{coordinate(x)}" cy="{coordinate(y)}" r="9.5" fill="none" stroke="{colour}" '
        f'stroke-width="1.5"/>'
    )


def _name(point: FunnelPoint, frame: _Frame) -> str:
    """The name of one's own team, beside its mark where there is room; on a rim of paper, for lines run below it."""
    x, y = frame.x(point.denominator), frame.y(point.value)
    left = x > (frame.layout.left + frame.right) / 2
    room = (x - 13 - frame.layout.left if left else frame.right - x - 13) / LETTER
    words = point.label if len(point.label) <= room else f"{point.label[: max(1, int(room) - 1)].rstrip()}…"
    at = min(max(y + 4, frame.layout.top + 10), frame.bottom - 6)
    return (
        f'<text x="{coordinate(x - 13 if left else x + 13)}" y="{coordinate(at)}" '
        f'text-anchor="{"end" if left else "start"}" fill="{palette.INK}" stroke="{palette.PAPER}" stroke-width="4" '
        f'stroke-linejoin="round" paint-order="stroke" class="chart-rimmed">{escape(words)}</text>'
    )


COLUMNS = (
    "team",
    "own",
    "numerator",
    "denominator",
    "value",
    "unit",
    "place",
    "centre",
    "months",
    "measure",
    "definition",
    "limits",
    "drawn_on",
)


def to_rows(figure: FunnelFigure) -> Iterator[tuple[Any, ...]]:
    """The heading, then a row a team, under the name that the reader may see, in the order in which the page lists
    them."""
    yield COLUMNS
    for point in figure.points:
        side = "" if point.place is Place.WITHIN else " above" if point.above else " below"
        yield (
            point.label,
            "yes" if point.own else "",
            point.numerator,
            point.denominator,
            point.value,
            figure.unit,
            f"{point.place.value}{side}",
            figure.centre,
            figure.subject,
            figure.title,
            figure.definition,
            figure.limits,
            figure.drawn_on.isoformat(),
        )
