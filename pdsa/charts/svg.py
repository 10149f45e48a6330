"""A ramp as SVG: on the page with each cycle a link, on paper as a picture, beside a worksheet as a strip.

Each state of a cycle has a shape of its own, and its word stands below it: colour says nothing alone.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from collab.common.drawing import (
    AXIS,
    DATA,
    FONT,
    GOOD,
    GRID,
    INK,
    PAPER,
    SOFT,
    Picture,
    coordinate,
    sheet,
    spread,
    text,
)
from pdsa.charts.figure import Lane, RampFigure, Step, StepState

SLOPE = "#e3e8ea"
LEFT, RIGHT, TOP = 64, 20, 34
RADIUS = 13.0
# One lane: the ramp's name, the slope, and below it the words of its cycles.
NAME, RISE, LINE = 24, 120, 14
ALONE = 170
MOST_ROWS = 3
# Half of what a letter of the small type takes, for words that must not lie on each other.
HALF_LETTER = 3.1
# From so many cycles on the drawing grows wider instead of denser.
FITTING = 15
A_STEP = 44

FILLED = (StepState.ADOPT, StepState.ADAPT)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a step is drawn."""

    step: Step
    x: float
    y: float


def to_svg(figure: RampFigure, *, paper: bool = False) -> SafeString:
    """The wide drawing, as high as its lanes and words need.

    On the page it is a group of links. On ``paper`` it is one picture whose title is the whole alternative text, for
    that is what a tagged PDF takes.
    """
    picture = _wide(figure, paper=paper)
    opening = _opening(figure, picture.width, picture.height, "paper" if paper else "wide")
    return mark_safe(f"{opening}{picture.drawn}</svg>")  # noqa: S308 - every text is escaped where it is put in


def to_file(figure: RampFigure, *, lead: str, foot: str) -> SafeString:
    """The wide drawing as a file for slides, with what became of the ramp and when it was drawn."""
    return sheet(_wide(figure, paper=True), title=figure.title, lead=lead, foot=(foot,), alt=figure.alt)


def _wide(figure: RampFigure, *, paper: bool) -> Picture:
    width = max(720, LEFT + RIGHT + A_STEP * figure.longest) if len(figure.lanes) == 1 else 720
    drawn = [text(8, 14, figure.height_name, name="chart-fill-soft")]
    y = float(TOP)
    for lane in figure.lanes:
        picture, y = _lane(figure, lane, width, y, paper=paper)
        drawn.append(picture)
    drawn += _calendar(figure, width, y)
    return Picture("".join(drawn), width, y + (22 if figure.days else 4))


def to_list_svg(figure: RampFigure) -> SafeString:
    """The narrow drawing for small screens: one cycle below the other, its scale as a bar."""
    width, row, y, drawn = 300, 78, 6.0, []
    for lane in figure.lanes:
        if len(figure.lanes) > 1:
            drawn.append(_name(4, y + 14, lane.title, 300))
            y += 24
        for place, step in enumerate(lane.steps):
            middle = y + row * place + 22
            if place:
                drawn.append(_line(20, middle - row + RADIUS, 20, middle - RADIUS))
            drawn.append(_listed(Place(step, 20, middle), width))
        y += row * len(lane.steps) + 8
    opening = _opening(figure, width, round(y), "narrow")
    return mark_safe("".join([opening, *drawn, "</svg>"]))  # noqa: S308 - escaped where it is put in


def to_strip_svg(figure: RampFigure, *, most: int = 10) -> SafeString:
    """The first ramp as a small picture with the current cycle marked; of a long one, the part around that cycle."""
    steps = figure.lanes[0].steps
    current = next((place for place, step in enumerate(steps) if step.is_current), len(steps) - 1)
    first = min(max(0, current - most // 2), max(0, len(steps) - most))
    shown = steps[first : first + most]
    width, radius = 16 + 34 * max(1, len(shown)), 10.0
    places = [Place(step, 25 + 34 * place, 56 - 28 * step.height) for place, step in enumerate(shown)]
    parts = [_opening(figure, width, 80, "strip", picture=True)]
    parts += [_line(one.x, one.y, other.x, other.y) for one, other in itertools.pairwise(places)]
    for place in places:
        if place.step.is_current:
            parts.append(
                f'<circle cx="{coordinate(place.x)}" cy="{coordinate(place.y)}" r="{radius + 4}" fill="none" '
                f'stroke="{INK}" stroke-width="2" class="ramp-here"/>'
            )
        parts.append(node(place, radius))
    return mark_safe("".join([*parts, "</svg>"]))  # noqa: S308 - escaped where it is put in


def _opening(figure: RampFigure, width: float, height: float, variant: str, *, picture: bool = False) -> str:
    """The ``<svg>`` tag with its title and description; ``picture``: it holds no links."""
    key = f"{figure.key}-{variant}"
    whole = picture or variant == "paper"
    role = "img" if whole else "group"
    title = f"{figure.title}. {figure.alt}" if whole else figure.title
    described = "" if whole else f'<desc id="{key}-desc">{escape(figure.alt)}</desc>'
    by = "" if whole else f' aria-describedby="{key}-desc"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {coordinate(width)} {coordinate(height)}" '
        f'width="{coordinate(width)}" height="{coordinate(height)}" class="ramp-svg ramp-{variant}" role="{role}" '
        f'aria-labelledby="{key}-title"{by} font-family="{FONT}" font-size="12">'
        f'<title id="{key}-title">{escape(title)}</title>{described}'
    )


def _lane(figure: RampFigure, lane: Lane, width: float, top: float, *, paper: bool) -> tuple[str, float]:
    """The lane's drawing, and where the next one begins."""
    alone = len(figure.lanes) == 1
    name = "" if alone else _name(LEFT, top + 12, lane.title, width - LEFT - RIGHT)
    head = top + (0 if alone else NAME)
    rise = ALONE if alone else RISE
    floor = head + rise
    ceiling = head + RADIUS + 4
    base = floor - RADIUS - 8
    inside = (LEFT + RADIUS + 8, width - RIGHT - RADIUS - 8)
    wanted = [
        LEFT + step.along * (width - LEFT - RIGHT) if alone else inside[0] + step.along * (inside[1] - inside[0])
        for step in lane.steps
    ]
    xs = spread(wanted, 2 * RADIUS + 6, *inside)
    places = [Place(step, x, base - step.height * (base - ceiling)) for step, x in zip(lane.steps, xs, strict=True)]
    parts = [name, *_slope(figure, width, floor, base, ceiling), *_wedge(places, floor), *_joints(places)]
    nodes = [node(place, RADIUS) for place in places]
    parts += nodes if paper else [_link(place, node) for place, node in zip(places, nodes, strict=True)]
    words, rows = _words(places, floor, with_day=alone, width=width)
    if not places:
        words = text(LEFT + 8, floor - 8, "–", name="chart-fill-soft")
    lines = 2 if alone else 1
    return "".join([*parts, words]), floor + rows * lines * LINE + 12


def _slope(figure: RampFigure, width: float, floor: float, base: float, ceiling: float) -> Iterator[str]:
    """The heights and the ground."""
    for tick in figure.heights:
        y = base - tick.at * (base - ceiling)
        yield (
            f'<line x1="{LEFT}" x2="{coordinate(width - RIGHT)}" y1="{coordinate(y)}" y2="{coordinate(y)}" '
            f'stroke="{GRID}" stroke-width="1" class="chart-grid"/>'
        )
        yield text(LEFT - 8, y + 4, tick.text, anchor="end", name="chart-fill-soft")
    yield (
        f'<line x1="{LEFT}" x2="{coordinate(width - RIGHT)}" y1="{coordinate(floor)}" y2="{coordinate(floor)}" '
        f'stroke="{AXIS}" stroke-width="1" class="chart-axis"/>'
    )


def _wedge(places: Sequence[Place], floor: float) -> Iterator[str]:
    """The ramp itself: the ground below the cycles."""
    if len(places) < 2:
        return
    along = " ".join(f"{coordinate(place.x)},{coordinate(place.y)}" for place in places)
    first, last = coordinate(places[0].x), coordinate(places[-1].x)
    yield (
        f'<polygon points="{first},{coordinate(floor)} {along} {last},{coordinate(floor)}" fill="{SLOPE}" '
        f'class="chart-band"/>'
    )


def _joints(places: Sequence[Place]) -> Iterator[str]:
    """From each cycle to the one it follows: straight to its neighbour, in a bow over others."""
    for number, place in enumerate(places):
        before = place.step.follows
        if before is None:
            continue
        start = places[before]
        if abs(number - before) == 1:
            yield _line(start.x, start.y, place.x, place.y)
        else:
            middle, top = (start.x + place.x) / 2, min(start.y, place.y) - 34
            yield (
                f'<path d="M{coordinate(start.x)} {coordinate(start.y)}Q{coordinate(middle)} {coordinate(top)} '
                f'{coordinate(place.x)} {coordinate(place.y)}" fill="none" stroke="{SOFT}" stroke-width="1.75" '
                f'class="chart-center"/>'
            )


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return (
        f'<line x1="{coordinate(x1)}" y1="{coordinate(y1)}" x2="{coordinate(x2)}" y2="{coordinate(y2)}" '
        f'stroke="{SOFT}" stroke-width="1.75" class="chart-center"/>'
    )


def _link(place: Place, inside: str) -> str:
    """A step as a link with its whole text, also as what a pointer finds."""
    words = escape(place.step.text)
    here = ' aria-current="true"' if place.step.is_current else ""
    return (
        f'<a href="{escape(place.step.url)}" class="ramp-step" aria-label="{words}"{here}>'
        f"<title>{words}</title>{inside}</a>"
    )


def node(place: Place, radius: float) -> str:
    """The shape of a step's state with the cycle's number in it."""
    step, x, y = place.step, coordinate(place.x), coordinate(place.y)
    colour = GOOD if step.state is StepState.ADOPT else DATA
    fill = colour if step.state in FILLED else PAPER
    look = f'fill="{fill}" stroke="{colour}" stroke-width="2" class="ramp-node ramp-node-{step.state.value}"'
    if step.state is StepState.ABANDON:
        corner, side = radius - 1, coordinate(2 * radius - 2)
        shape = (
            f'<rect x="{coordinate(place.x - corner)}" y="{coordinate(place.y - corner)}" width="{side}" '
            f'height="{side}" rx="2" {look}/>'
        )
    else:
        dashed = ' stroke-dasharray="3 3"' if step.state is StepState.PLAN else ""
        shape = f'<circle cx="{x}" cy="{y}" r="{coordinate(radius - 1)}"{dashed} {look}/>'
    if step.state is StepState.ADOPT:
        shape = (
            f'<circle cx="{x}" cy="{y}" r="{coordinate(radius + 2)}" fill="{PAPER}" stroke="{GOOD}" '
            f'stroke-width="1.25" class="ramp-node-ring"/>{shape}'
        )
    if step.state is StepState.STUDY:
        shape += (
            f'<circle cx="{x}" cy="{y}" r="{coordinate(radius - 4)}" fill="none" stroke="{DATA}" stroke-width="1" '
            f'class="ramp-node-inner"/>'
        )
    kind, ink = ("filled", PAPER) if step.state in FILLED else ("open", INK)
    size = ' font-size="10"' if step.number >= 100 else ""
    return shape + (
        f'<text x="{x}" y="{coordinate(place.y + 4)}" text-anchor="middle" font-weight="600"{size} '
        f'fill="{ink}" class="ramp-number-{kind}">{step.number}</text>'
    )


def _words(places: Sequence[Place], floor: float, *, with_day: bool, width: float) -> tuple[str, int]:
    """What became of each cycle, below it, in as many rows as keep the words apart; and how many rows that are.

    Where even the last row has no room for a word, it is left to the table.
    """
    ends = [-1.0] * MOST_ROWS
    parts, used = [], 0
    for place in places:
        lines = [place.step.became, *([place.step.day] if with_day and place.step.day else [])]
        half = HALF_LETTER * max(len(line) for line in lines)
        x = min(max(place.x, half + 2), width - half - 2)
        row = next((number for number, end in enumerate(ends) if x - half > end + 4), None)
        if row is None:
            continue
        ends[row] = x + half
        used = max(used, row + 1)
        y = floor + 15 + row * LINE * (2 if with_day else 1)
        for number, line in enumerate(lines):
            name = "ramp-became" if not number else "chart-fill-soft"
            parts.append(
                f'<text x="{coordinate(x)}" y="{coordinate(y + number * (LINE - 1))}" text-anchor="middle" '
                f'font-size="11" fill="{SOFT if number else INK}" class="{name}">{escape(line)}</text>'
            )
    return "".join(parts), max(1, used)


def _calendar(figure: RampFigure, width: float, y: float) -> Iterator[str]:
    """The months that parallel ramps share."""
    if not figure.days:
        return
    first, last = LEFT + RADIUS + 8, width - RIGHT - RADIUS - 8
    yield (
        f'<line x1="{LEFT}" x2="{coordinate(width - RIGHT)}" y1="{coordinate(y)}" y2="{coordinate(y)}" '
        f'stroke="{AXIS}" stroke-width="1" class="chart-axis"/>'
    )
    for tick in figure.days:
        x = first + tick.at * (last - first)
        yield (
            f'<line x1="{coordinate(x)}" x2="{coordinate(x)}" y1="{coordinate(y)}" y2="{coordinate(y + 4)}" '
            f'stroke="{AXIS}" stroke-width="1" class="chart-axis"/>'
        )
        yield text(min(x, width - 30), y + 17, tick.text, anchor="middle", name="chart-fill-soft")


def _name(x: float, y: float, words: str, room: float) -> str:
    """A lane's name, shortened to the room it has."""
    most = int(room / (2 * HALF_LETTER + 1.3))
    shown = words if len(words) <= most else words[: most - 1].rstrip() + "…"
    return (
        f'<text x="{coordinate(x)}" y="{coordinate(y)}" font-weight="600" fill="{INK}" class="ramp-became">'
        f"{escape(shown)}</text>"
    )


def _listed(place: Place, width: float) -> str:
    """A row of the narrow drawing: a link that is called what stands in it."""
    step, y = place.step, place.y
    room = width - 48
    bar = max(4.0, step.height * room)
    said = " · ".join(part for part in (step.became, step.day) if part)
    rows = (
        _name(44, y - 6, step.title, room)
        + text(44, y + 10, said, name="chart-fill-soft")
        + text(44, y + 25, step.scale, name="chart-fill-soft")
        + f'<rect x="44" y="{coordinate(y + 32)}" width="{coordinate(bar)}" height="5" fill="{SLOPE}" stroke="{AXIS}" '
        f'stroke-width="0.75" class="ramp-bar"/>'
    )
    here = ' aria-current="true"' if step.is_current else ""
    return f'<a href="{escape(step.url)}" class="ramp-step"{here}>{node(place, RADIUS)}{rows}</a>'
