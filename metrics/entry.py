"""What higher rooms add to the month: groups of people under a measure, entered, checked and stored with it.

The equity room registers its part when Django starts. Grid, files and submission know breakdowns and groups only as
keys and names, so data entry never has to know what a stratum is.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from collab.models import Collaborative, Measure, MeasureVersion
from metrics.cells import CellKey, Value
from metrics.models import Submission


@dataclass(frozen=True, slots=True)
class Group:
    """One group of people: the key of its cell, and its name."""

    key: CellKey
    name: str


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A measure by one dimension, such as language. ``overlapping``: people may be in several groups at once."""

    code: str
    name: str
    overlapping: bool
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """A value with the revision it belongs to and the definition it was counted by."""

    submission: Submission
    measure: Measure
    version: MeasureVersion
    value: Value
    live: bool


class EntryPart(Protocol):
    """What a room has to offer to take part in the month."""

    def breakdowns(self, collaborative: Collaborative) -> dict[str, list[Breakdown]]:
        """Measure code → the breakdowns asked for with it, in order."""

    def values(self, submission_ids: Collection[int]) -> dict[int, list[Value]]:
        """Submission → the stored values of its groups."""

    def store(self, placed: Sequence[Placed]) -> None:
        """Write the values of groups, many at once."""

    def switch(self, *, off: Collection[int], on: Collection[int]) -> None:
        """Make the values of the submissions ``on`` live instead of those of ``off``."""


_parts: list[EntryPart] = []


def register(part: EntryPart) -> None:
    """Take a room's part into the month."""
    _parts.append(part)


def breakdowns_for(collaborative: Collaborative) -> dict[str, list[Breakdown]]:
    """Measure code → breakdowns of all parts."""
    found: dict[str, list[Breakdown]] = {}
    for part in _parts:
        for measure, breakdowns in part.breakdowns(collaborative).items():
            found.setdefault(measure, []).extend(breakdowns)
    return found


def group_values(submission_ids: Collection[int]) -> dict[int, list[Value]]:
    """Submission → stored values of groups, of all parts."""
    found: dict[int, list[Value]] = {}
    for part in _parts:
        for submission, values in part.values(submission_ids).items():
            found.setdefault(submission, []).extend(values)
    return found


def store_groups(placed: Sequence[Placed]) -> None:
    """Hand the values of groups to the parts. Each part keeps those whose dimension it knows."""
    if placed:
        for part in _parts:
            part.store(placed)


def switch_groups(*, off: Collection[int], on: Collection[int]) -> None:
    """Switch the groups of replaced revisions off and of new ones on."""
    for part in _parts:
        part.switch(off=off, on=on)
