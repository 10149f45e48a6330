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
    WITHHELD = "not published yet"
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
    LOWER = "lower"
    UPPER = "upper"

    @property
    def is_limit(self) -> bool:
        return self in (LineKind.LOWER, LineKind.UPPER)


class FlagKind(StrEnum):
    """What a numbered mark below the months stands for. The first two begin a phase and cut the lines."""

    DEFINED = "defined"
    PHASE = "phase"
    TEST = "test"
    CHANGE = "change"
    EVENT = "event"
    STAFF = "staff"
    DEFINITION = "definition"
    CYCLE = "cycle"

    @property
    def is_break(self) -> bool:
        return self in (FlagKind.DEFINED, FlagKind.PHASE)


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
    """A line from month ``first`` on; ``values`` has one number a month (None: not drawn there).

    ``extended``: the line goes on from a frozen baseline over months that did not make it.
    """

    kind: LineKind
    first: int
    values: tuple[float | None, ...]
    extended: bool = False


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
class Flag:
    """A numbered mark at month ``index`` (what begins a phase stands before its month), listed below the picture.

    ``when``: the day or month in words. ``name``: what kind of mark it is. ``label``: what happened, in a few words;
    ``text``: more about it. ``url``: where it is told in full, ``key`` the note behind it, where there is one.
    """

    number: int
    index: int
    kind: FlagKind
    when: str
    name: str
    label: str
    text: str = ""
    who: str = ""
    url: str = ""
    key: int | None = None

    @property
    def at(self) -> float:
        """Its place along the months."""
        return self.index - 0.5 if self.kind.is_break else float(self.index)

    @property
    def words(self) -> str:
        """All of it but its number, in a line."""
        if self.kind is FlagKind.CYCLE:
            return f"{self.label}, {self.text}"
        return f"{self.when}: {self.label}"


@dataclass(frozen=True, slots=True)
class Badge:
    """A mark of Making Data Count: a letter in a ring, and its words."""

    letter: str
    mark: Mark
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
    with its month, ``legend`` what the marks in the picture mean. ``alt`` is the picture in words for those who do not
    see it. ``chart`` names the kind of chart, ``why`` says in sentences why it is that one, ``rules`` by which rules
    signals are told. ``maturing``: which points may still change, empty where none may.

    What it was drawn from: ``origin`` in a sentence; and for each month ``phases``, the number of its phase from 1,
    ``definitions``, the number of the measure's definition, ``units``, the unit of that definition, and ``bases``, the
    months that made its lines. ``drawn_on`` is the collaborative's day.
    """

    key: str
    title: str
    subject: str
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
    flags: tuple[Flag, ...]
    end_labels: tuple[EndLabel, ...]
    axis_name: str
    y_min: float
    y_max: float
    y_ticks: tuple[Tick, ...]
    x_ticks: tuple[Tick, ...]
    legend: tuple[str, ...]
    table: Table
    chart: str
    why: tuple[str, ...]
    rules: str
    maturing: str
    origin: str
    drawn_on: dt.date
    phases: tuple[int, ...]
    definitions: tuple[int, ...]
    units: tuple[str, ...]
    bases: tuple[str, ...]
    badges: tuple[Badge, ...] = ()

    @property
    def breaks(self) -> tuple[int, ...]:
        """The months in which a new definition begins. Every line is cut there: what it joined is not the same."""
        held = self.definitions
        return tuple(place for place in range(1, len(held)) if held[place] != held[place - 1])

    @property
    def notes(self) -> tuple[str, ...]:
        """The list below the picture: the numbered marks, then what the other marks mean."""
        return (*(f"({flag.number}) {flag.words}" for flag in self.flags), *self.legend)

    @property
    def is_empty(self) -> bool:
        """Nothing to draw: the sentence says why."""
        return not any(point.drawn or point.state is PointState.HIDDEN for point in self.points)
