"""Funnel plots: one mark a team, its rate over how many were counted, between limits that narrow with size.

Drawn on the server alone. Colours and classes as in ``metrics.charts.svg``.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from defusedcsv import csv
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from collab.common import formatting
from collab.common.drawing import FONT, coordinate, spread, text
from metrics.charts import palette
from metrics.charts.figure import Mark
from metrics.charts.scale import nice_step, value_axis

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 52, 96, 18, 46
HEAD = 62
"""The height of the title and sentence of a file."""


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
    """A funnel plot, complete. ``alt`` is the picture in words for those who do not see it; it names no team."""

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


def to_svg(figure: FunnelFigure, *, file: bool = False) -> SafeString:
    """The funnel as an ``<svg>``; as a ``file`` it carries its title and sentence."""
    top = HEAD if file else 0
    height = HEIGHT + top
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
            f'class="chart-svg chart-funnel" role="img" aria-labelledby="{figure.key}-title {figure.key}-desc" '
            f'font-family="{FONT}" font-size="12">'
            f'<title id="{figure.key}-title">{escape(figure.title)}</title>'
            f'<desc id="{figure.key}-desc">{escape(figure.alt)}</desc>'
        )
    ]
    if file:
        parts += [
            f'<rect width="{WIDTH}" height="{height}" fill="{palette.PAPER}"/>',
            text(16, 24, f"{figure.title}, {figure.subject}", colour=palette.INK),
            *(
                text(16, 24 + 16 * (row + 1), line, colour=palette.INK)
                for row, line in enumerate(_lines(figure.sentence))
            ),
        ]
    parts += [f'<g transform="translate(0 {top})">', *_picture(figure), "</g></svg>"]
    return mark_safe("".join(parts))  # noqa: S308 - every text in it is escaped where it is put in


def _lines(sentence: str, letters: int = 108) -> list[str]:
    """The sentence in at most two lines."""
    if len(sentence) <= letters:
        return [sentence]
    cut = sentence.rfind(" ", 0, letters)
    return [sentence[:cut], sentence[cut + 1 :]]


@dataclass(frozen=True, slots=True)
class _Frame:
    largest: float
    low: float
    high: float

    def x(self, size: float) -> float:
        return LEFT + min(size, self.largest) / self.largest * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        inside = min(max(value, self.low), self.high)
        return HEIGHT - BOTTOM - (inside - self.low) / (self.high - self.low) * (HEIGHT - TOP - BOTTOM)


def _picture(figure: FunnelFigure) -> Iterator[str]:
    largest = max([point.denominator for point in figure.points] + [1.0]) * 1.04
    # Limits of the smallest teams reach far; the axis follows the teams, and what lies beyond it is cut off.
    seen = [point.value for point in figure.points] + [figure.centre]
    reach = [curve.upper[len(figure.sizes) // 2] for curve in figure.curves if figure.sizes]
    low, high, ticks = value_axis(0.0, max([*seen, *reach]), from_zero=True, ceiling=figure.ceiling)
    if figure.ceiling is not None and high > figure.ceiling:
        ticks = [tick for tick in ticks if tick <= figure.ceiling]
        high = figure.ceiling
    frame = _Frame(largest, low, high)
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
                yield f'<path d="M{path}" fill="none" stroke="{palette.SOFT}"{dash} class="{name} chart-axis"/>'
    at = coordinate(frame.y(figure.centre))
    yield (
        f'<path d="M{LEFT} {at}H{WIDTH - RIGHT}" stroke="{palette.CENTRE}" stroke-width="1.5" class="chart-centre"/>'
    )
    labels = [(figure.centre, figure.centre_words, palette.INK)]
    labels += [(curve.upper[-1], curve.level, palette.SOFT) for curve in figure.curves if curve.upper]
    places = spread([frame.y(value) + 4 for value, _words, _colour in labels], 15, TOP, HEIGHT - BOTTOM)
    for place, (_value, words, colour) in zip(places, labels, strict=True):
        yield text(WIDTH - RIGHT + 6, place, words, colour=colour)
    for point in sorted(figure.points, key=lambda one: (one.own, one.place is Place.BEYOND)):
        yield _mark(point, frame)


def _axes(figure: FunnelFigure, frame: _Frame, ticks: Sequence[float]) -> Iterator[str]:
    for tick in ticks:
        at = frame.y(tick)
        yield (
            f'<path d="M{LEFT} {coordinate(at)}H{WIDTH - RIGHT}" stroke="{palette.GRID}" class="chart-grid"/>'
            f"{text(LEFT - 6, at + 4, formatting.number(tick), anchor='end')}"
        )
    step = nice_step(frame.largest, 6)
    size = 0.0
    while size <= frame.largest:
        yield text(frame.x(size), HEIGHT - BOTTOM + 18, formatting.number(size), anchor="middle")
        size += step
    yield text(LEFT, TOP - 6, figure.axis_name)
    yield text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, figure.size_name, anchor="middle")


def _mark(point: FunnelPoint, frame: _Frame) -> str:
    """A circle within the limits, a square beyond them; one's own team is larger, ringed and named."""
    x, y = frame.x(point.denominator), frame.y(point.value)
    colour, name = palette.OF_MARK[point.mark], f"chart-fill-{point.mark.value}"
    title = f"<title>{escape(point.words)}</title>"
    if point.place is Place.BEYOND:
        half = 5.5 if point.own else 4
        shape = (
            f'<rect x="{coordinate(x - half)}" y="{coordinate(y - half)}" width="{2 * half:g}" height="{2 * half:g}" '
            f'fill="{colour}" class="{name}">{title}</rect>'
        )
    else:
        shape = (
            f'<circle cx="{coordinate(x)}" cy="{coordinate(y)}" r="{5.5 if point.own else 3.2:g}" fill="{colour}" '
            f'fill-opacity="{1 if point.own else 0.6:g}" class="{name}">{title}</circle>'
        )
    if not point.own:
        return shape
    ring = (
        f'<circle cx="{coordinate(x)}" cy="{coordinate(y)}" r="9.5" fill="none" stroke="{colour}" stroke-width="1.5"/>'
    )
    left = x > (LEFT + WIDTH - RIGHT) / 2
    label = text(x - 13 if left else x + 13, y + 4, point.label, anchor="end" if left else "start", colour=palette.INK)
    return f"{shape}{ring}{label}"


COLUMNS = ("team", "own", "numerator", "denominator", "value", "unit", "place", "centre")


def to_csv(figure: FunnelFigure) -> str:
    """One row a team, under the name that the reader may see, in the order in which the page lists them."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for point in figure.points:
        side = "" if point.place is Place.WITHIN else " above" if point.above else " below"
        writer.writerow(
            [
                point.label,
                "yes" if point.own else "",
                f"{point.numerator:g}",
                f"{point.denominator:g}",
                repr(point.value),
                # A cell that starts with a percent sign would be defused with an apostrophe.
                "percent" if figure.unit == "%" else figure.unit,
                f"{point.place.value}{side}",
                repr(figure.centre),
            ]
        )
    return out.getvalue()
