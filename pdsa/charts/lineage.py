"""Who took whose change, as a drawing: each team's series is a lane, its tests stand in it, arrows lead to takers.

A test stands right of all that it descends from. Arrows run between the columns, so that they cross no test.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from collab.common.drawing import FONT, INK, PAPER, SOFT, Picture, coordinate, sheet, text
from pdsa.charts.figure import Step
from pdsa.charts.svg import RADIUS, Place, node

NAMES, EDGE, COLUMN, LANE, TOP = 200.0, 28.0, 64.0, 54.0, 8.0
NARROWEST = 720.0
BEND = 10.0
ARROW = 6.0
# A letter of the lanes' names, and of the line below.
LETTER = 7.0


@dataclass(frozen=True, slots=True)
class Spot:
    """A test in its lane, ``layer`` columns from the left. Without a ``step`` it is one that the reader may not read.

    ``text`` is all of it in one line.
    """

    layer: int
    text: str
    step: Step | None = None


@dataclass(frozen=True, slots=True)
class LineageLane:
    """A team's series: who, what became of it, and its tests in order."""

    title: str
    note: str
    spots: tuple[Spot, ...]


@dataclass(frozen=True, slots=True)
class Join:
    """From one test to another, each as (place of its lane, place in the lane)."""

    source: tuple[int, int]
    target: tuple[int, int]


@dataclass(frozen=True, slots=True)
class LineageFigure:
    """Lanes from above, what follows within a lane, and who took from whom. ``alt`` is the sentence about it."""

    key: str
    title: str
    alt: str
    lanes: tuple[LineageLane, ...]
    follows: tuple[Join, ...]
    takings: tuple[Join, ...]

    @property
    def width(self) -> float:
        layers = max((spot.layer for lane in self.lanes for spot in lane.spots), default=0)
        return max(NARROWEST, NAMES + 2 * EDGE + COLUMN * layers)

    @property
    def is_wide(self) -> bool:
        """Whether it may be wider than the page."""
        return self.width > NARROWEST


def to_svg(figure: LineageFigure) -> SafeString:
    """The drawing: a group in which every test that may be read is a link."""
    picture = _drawing(figure, links=True)
    key, height = figure.key, picture.height
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {coordinate(figure.width)} {coordinate(height)}" '
        f'width="{coordinate(figure.width)}" height="{coordinate(height)}" class="ramp-svg ramp-wide" role="group" '
        f'aria-labelledby="{key}-title" aria-describedby="{key}-desc" font-family="{FONT}" font-size="12">'
        f'<title id="{key}-title">{escape(figure.title)}</title><desc id="{key}-desc">{escape(figure.alt)}</desc>'
    )
    return mark_safe(f"{opening}{picture.drawn}</svg>")  # noqa: S308 - every text is escaped where it is put in


def to_file(figure: LineageFigure, *, foot: str) -> SafeString:
    """The drawing as a file for slides, without links."""
    return sheet(_drawing(figure, links=False), title=figure.title, lead=figure.alt, foot=(foot,))


def _drawing(figure: LineageFigure, *, links: bool) -> Picture:
    drawn = [
        *(_line(figure, join) for join in figure.follows),
        *(_arrow(figure, join) for join in figure.takings),
        *(one for place, lane in enumerate(figure.lanes) for one in _lane(lane, _y(place), links=links)),
    ]
    return Picture("".join(drawn), figure.width, TOP + LANE * len(figure.lanes))


def _x(layer: int) -> float:
    return NAMES + EDGE + COLUMN * layer


def _y(place: int) -> float:
    return TOP + LANE * place + LANE / 2


def _at(figure: LineageFigure, end: tuple[int, int]) -> tuple[float, float]:
    lane, place = end
    return _x(figure.lanes[lane].spots[place].layer), _y(lane)


def _line(figure: LineageFigure, join: Join) -> str:
    """From a test to the one that follows it; in a bow where others stand between."""
    (x1, y1), (x2, y2) = _at(figure, join.source), _at(figure, join.target)
    look = f'fill="none" stroke="{SOFT}" stroke-width="1.75" class="chart-center"'
    if join.target[1] - join.source[1] == 1 or join.source[0] != join.target[0]:
        return f'<path d="M{coordinate(x1)} {coordinate(y1)}L{coordinate(x2)} {coordinate(y2)}" {look}/>'
    middle = coordinate((x1 + x2) / 2)
    return (
        f'<path d="M{coordinate(x1)} {coordinate(y1)}Q{middle} {coordinate(y1 - LANE / 2)} '
        f'{coordinate(x2)} {coordinate(y2)}" {look}/>'
    )


def _arrow(figure: LineageFigure, join: Join) -> str:
    """From a test to the one that took it over: along the gap right of the source, then into the taker's lane."""
    (x1, y1), (x2, y2) = _at(figure, join.source), _at(figure, join.target)
    gap = x1 + COLUMN / 2
    bend = BEND if y2 > y1 else -BEND
    # Before the ring that marks the test one came from.
    tip = x2 - RADIUS - 7
    way = (
        f"M{coordinate(x1)} {coordinate(y1)}Q{coordinate(gap)} {coordinate(y1)} {coordinate(gap)} "
        f"{coordinate(y1 + bend)}V{coordinate(y2 - bend)}Q{coordinate(gap)} {coordinate(y2)} "
        f"{coordinate(gap + BEND)} {coordinate(y2)}H{coordinate(max(tip - ARROW, gap + BEND))}"
    )
    head = (
        f"{coordinate(tip)},{coordinate(y2)} {coordinate(tip - ARROW)},{coordinate(y2 - 4)} "
        f"{coordinate(tip - ARROW)},{coordinate(y2 + 4)}"
    )
    return (
        f'<path d="{way}" fill="none" stroke="{INK}" stroke-width="1.5" stroke-dasharray="5 3" class="lineage-way"/>'
        f'<polygon points="{head}" fill="{INK}" class="lineage-head"/>'
    )


def _lane(lane: LineageLane, y: float, *, links: bool) -> Iterator[str]:
    yield (
        f'<text x="8" y="{coordinate(y - 2)}" font-weight="600" fill="{INK}" class="ramp-became">'
        f"{escape(_short(lane.title))}</text>"
    )
    yield text(8, y + 14, _short(lane.note), name="chart-fill-soft")
    for spot in lane.spots:
        yield _spot(spot, _x(spot.layer), y, links=links)


def _spot(spot: Spot, x: float, y: float, *, links: bool) -> str:
    words = escape(spot.text)
    if spot.step is None:
        return (
            f'<g role="img" aria-label="{words}"><title>{words}</title><circle cx="{coordinate(x)}" '
            f'cy="{coordinate(y)}" r="{coordinate(RADIUS - 1)}" fill="{PAPER}" stroke="{SOFT}" stroke-width="1.5" '
            f'stroke-dasharray="2 3" class="lineage-hidden"/><text x="{coordinate(x)}" y="{coordinate(y + 4)}" '
            f'text-anchor="middle" fill="{SOFT}" class="chart-fill-soft" aria-hidden="true">?</text></g>'
        )
    here = ' aria-current="true"' if spot.step.is_current else ""
    ring = (
        f'<circle cx="{coordinate(x)}" cy="{coordinate(y)}" r="{coordinate(RADIUS + 5)}" fill="none" stroke="{INK}" '
        f'stroke-width="2" class="ramp-here"/>'
        if spot.step.is_current
        else ""
    )
    drawn = node(Place(spot.step, x, y), RADIUS)
    if not links:
        return f"<g><title>{words}</title>{ring}{drawn}</g>"
    return (
        f'<a href="{escape(spot.step.url)}" class="ramp-step" aria-label="{words}"{here}><title>{words}</title>'
        f"{ring}{drawn}</a>"
    )


def _short(words: str) -> str:
    most = int((NAMES - 8) / LETTER)
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"
