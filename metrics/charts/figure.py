"""One run chart as data, neutral to who draws it.

Every renderer (Plotly in the browser, SVG on the server, in print and in PDF) needs nothing else, and so all of them
draw the same picture. Numbers are in the measure's unit; positions along the months are indices from 0.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class PointState(StrEnum):
    """What stands in a month."""

    VALUE = "value"
    MATURING = "maturing"
    MISSING = "missing"
    HIDDEN = "hidden"


class Mark(StrEnum):
    """How a point is drawn: signals differ in shape and colour."""

    PLAIN = "plain"
    IMPROVEMENT = "improvement"
    CONCERN = "concern"
    CHANGE = "change"


class LineKind(StrEnum):
    """A horizontal line with its label at its end."""

    CENTRE = "centre"
    GOAL = "goal"
    LIMIT = "limit"


@dataclass(frozen=True, slots=True)
class Point:
    """One month. ``text`` says in words what stands there; it is the tooltip and the cell of the table.

    ``numerator``, ``denominator`` and ``value`` are None unless there is a value to show.
    """

    month: dt.date
    label: str
    state: PointState
    text: str
    numerator: float | None = None
    denominator: float | None = None
    value: float | None = None
    mark: Mark = Mark.PLAIN

    @property
    def drawn(self) -> bool:
        return self.value is not None


@dataclass(frozen=True, slots=True)
class Line:
    """A line through months ``first`` to ``last``; ``values`` has one number a month (None: not drawn there)."""

    kind: LineKind
    first: int
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Band:
    """Where the teams lie: lower and upper edge by month, None where too few teams can be compared."""

    lower: tuple[float | None, ...]
    upper: tuple[float | None, ...]
    name: str


@dataclass(frozen=True, slots=True)
class EndLabel:
    """Words at the right end of a line, at ``at`` on the axis; renderers move those apart that are too near."""

    kind: str
    name: str
    value: str
    at: float


@dataclass(frozen=True, slots=True)
class Bracket:
    """A line above the points of a signal with the words of its rule."""

    first: int
    last: int
    mark: Mark
    words: str


@dataclass(frozen=True, slots=True)
class Break:
    """A new definition of the measure begins before point ``index``; ``number`` is its mark, listed below."""

    index: int
    number: int
    words: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A labelled place on an axis."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """The chart's twin: the same numbers as words. The first cell of a row is its heading."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class RunChartFigure:
    """A run chart (or one with limits), complete.

    ``key`` is unique on a page and safe in an id. ``sentence`` says what the chart shows, ``latest`` the last value
    with its month, ``notes`` what the marks in the picture mean. ``alt`` is the picture in words for those who do not
    see it.
    """

    key: str
    title: str
    subject: str
    unit: str
    better: str
    sentence: str
    meaning: Mark
    meaning_words: str
    latest: str
    alt: str
    points: tuple[Point, ...]
    lines: tuple[Line, ...]
    bands: tuple[Band, ...]
    pooled: tuple[float | None, ...]
    bracket: Bracket | None
    breaks: tuple[Break, ...]
    end_labels: tuple[EndLabel, ...]
    axis_name: str
    y_min: float
    y_max: float
    y_ticks: tuple[Tick, ...]
    x_ticks: tuple[Tick, ...]
    notes: tuple[str, ...]
    table: Table

    @property
    def is_empty(self) -> bool:
        """Nothing to draw: the sentence says why."""
        return not any(point.drawn or point.state is PointState.HIDDEN for point in self.points)
