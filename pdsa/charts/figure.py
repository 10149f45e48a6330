"""A ramp as a drawing shows it: plain data with every word ready, the same for page, print and strip."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class StepState(StrEnum):
    """What became of a cycle; each has a shape of its own."""

    PLAN = "plan"
    DO = "do"
    STUDY = "study"
    ADOPT = "adopt"
    ADAPT = "adapt"
    ABANDON = "abandon"


@dataclass(frozen=True, slots=True)
class Step:
    """One cycle of a ramp.

    ``text`` is all of it in one line, as its link says it. ``along`` and ``height`` are where it stands, each from 0 to
    1: along the ramp, and up its slope. ``follows`` are the places in the lane of the cycles it is joined with.
    """

    number: int
    title: str
    url: str
    text: str
    day: str
    became: str
    scale: str
    state: StepState
    along: float
    height: float
    follows: int | None = None
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class Lane:
    """One ramp, its cycles in order."""

    title: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """A label on an axis, at a place from 0 to 1."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class RampFigure:
    """One ramp, or several on one calendar.

    ``alt`` is the sentence about it, for those who do not see it. ``heights`` label the slope in ``height_name``;
    ``days`` the calendar that parallel ramps share, none where a single ramp is drawn step by step.
    """

    key: str
    title: str
    alt: str
    lanes: tuple[Lane, ...]
    height_name: str
    heights: tuple[Tick, ...] = ()
    days: tuple[Tick, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not any(lane.steps for lane in self.lanes)

    @property
    def longest(self) -> int:
        """How many cycles the longest lane has."""
        return max((len(lane.steps) for lane in self.lanes), default=0)
