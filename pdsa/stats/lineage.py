"""Who took whose change: trials (cycles) joined by *previous* within a team's series and *taken from* between teams.

Pure graph functions over plain data. A trial has at most two parents; parents that are not among the trials given are
left out, so that a part of a large family can be drawn.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

ADOPTED, ABANDONED = "adopt", "abandon"


class CircleError(ValueError):
    """A trial descends from itself, which no worksheet allows."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One cycle as the graph sees it.

    ``series`` is its ramp, ``number`` its place among the team's cycles; ``decision`` is empty while it is open.
    """

    key: int
    team: int
    series: int
    number: int
    previous: int | None = None
    taken_from: int | None = None
    decision: str = ""
    begun: dt.date | None = None
    closed: dt.date | None = None

    @property
    def parents(self) -> tuple[int, ...]:
        return tuple(parent for parent in (self.previous, self.taken_from) if parent is not None)


@dataclass(frozen=True, slots=True)
class Taking:
    """``taker`` was planned from ``source``, the trial of another team."""

    source: Trial
    taker: Trial


@dataclass(frozen=True, slots=True)
class Lane:
    """A team's series in the family: its trials in order, and how many takings lie between it and the first series.

    ``after`` is the series it was taken from, if that is in the family.
    """

    series: int
    team: int
    depth: int
    after: int | None
    trials: tuple[Trial, ...]


@dataclass(frozen=True, slots=True)
class Adoption:
    """What teams made of a change, each team counted once by its latest decision.

    ``tested`` = ``adopted`` + ``abandoned`` + ``going_on``; ``going_on`` are those that adapted it or have not decided.
    """

    tested: int
    adopted: int
    abandoned: int

    @property
    def going_on(self) -> int:
        return self.tested - self.adopted - self.abandoned


def layers(trials: Collection[Trial]) -> dict[int, int]:
    """Key → length of the longest way to it from a trial without parents. Every trial lies beyond its parents.

    Raises ``CircleError``.
    """
    by_key = {trial.key: trial for trial in trials}
    waiting = {key: {parent for parent in trial.parents if parent in by_key} for key, trial in by_key.items()}
    children: dict[int, list[int]] = defaultdict(list)
    for key, parents in waiting.items():
        for parent in parents:
            children[parent].append(key)
    found = {key: 0 for key, parents in waiting.items() if not parents}
    ready = list(found)
    while ready:
        key = ready.pop()
        for child in children[key]:
            waiting[child].discard(key)
            found[child] = max(found.get(child, 0), found[key] + 1)
            if not waiting[child]:
                ready.append(child)
    if any(waiting.values()):
        raise CircleError("A trial descends from itself.")
    return found


def takings(trials: Collection[Trial]) -> list[Taking]:
    """Who took from whom, by the day on which the taker began, those that have not begun last."""
    by_key = {trial.key: trial for trial in trials}
    found = [
        Taking(by_key[trial.taken_from], trial)
        for trial in trials
        if trial.taken_from is not None and trial.taken_from in by_key
    ]
    return sorted(found, key=lambda taking: (taking.taker.begun or dt.date.max, taking.taker.key))


def depth(trials: Collection[Trial]) -> int:
    """How often the change was handed on in a row: 0 where nobody took it. Raises ``CircleError``."""
    by_key = {trial.key: trial for trial in trials}
    handed: dict[int, int] = {}
    place = layers(trials)
    for trial in sorted(trials, key=lambda trial: place[trial.key]):
        ways = [handed[trial.previous]] if trial.previous in by_key and trial.previous is not None else []
        if trial.taken_from in by_key and trial.taken_from is not None:
            ways.append(handed[trial.taken_from] + 1)
        handed[trial.key] = max(ways, default=0)
    return max(handed.values(), default=0)


def lanes(trials: Collection[Trial]) -> list[Lane]:
    """The series of a family, each below the one it was taken from. Trials stand in order of their layers.

    A series taken from two others stands below the first it was taken from. Raises ``CircleError``.
    """
    place = layers(trials)
    by_key = {trial.key: trial for trial in trials}
    members: dict[int, list[Trial]] = defaultdict(list)
    for trial in sorted(trials, key=lambda trial: (place[trial.key], trial.number)):
        members[trial.series].append(trial)
    after = {series: _source_of(own, by_key) for series, own in members.items()}
    below: dict[int | None, list[int]] = defaultdict(list)
    for series, source in after.items():
        below[source].append(series)
    for found in below.values():
        found.sort(key=lambda series: (place[members[series][0].key], _first_day(members[series]), series))
    # A series that was taken back from one of its own takers has a source and yet begins the family.
    return list(_walk(members, after, below))


def _source_of(own: Sequence[Trial], by_key: dict[int, Trial]) -> int | None:
    for trial in own:
        source = by_key.get(trial.taken_from) if trial.taken_from is not None else None
        if source is not None and source.series != trial.series:
            return source.series
    return None


def _first_day(own: Sequence[Trial]) -> dt.date:
    return min((trial.begun for trial in own if trial.begun), default=dt.date.max)


def _walk(
    members: dict[int, list[Trial]], after: dict[int, int | None], below: dict[int | None, list[int]]
) -> Iterator[Lane]:
    done: set[int] = set()

    def down(root: int) -> Iterator[Lane]:
        waiting = [(root, 0)]
        while waiting:
            series, level = waiting.pop()
            if series in done:
                continue
            done.add(series)
            own = members[series]
            yield Lane(series, own[0].team, level, after[series] if level else None, tuple(own))
            waiting += [(child, level + 1) for child in reversed(below[series])]

    for root in below[None]:
        yield from down(root)
    for series in members:
        if series not in done:
            yield from down(series)


def shown_part(trials: Collection[Trial], readable: Collection[int]) -> list[Trial]:
    """What a reader is shown of a family: what they may read, what leads to it, and who took directly from it.

    The rest, such as the later tests of a team that keeps its worksheets to itself, is not even counted.
    """
    by_key = {trial.key: trial for trial in trials}
    kept = set(readable) & set(by_key)
    waiting = list(kept)
    while waiting:
        for parent in by_key[waiting.pop()].parents:
            if parent in by_key and parent not in kept:
                kept.add(parent)
                waiting.append(parent)
    kept |= {trial.key for trial in trials if trial.taken_from in kept}
    return [trial for trial in trials if trial.key in kept]


def adoption_of(trials: Collection[Trial]) -> Adoption:
    """Of the teams that began a test of a change: how many adopted and how many abandoned it, by their latest decision.

    A team that adapted, or whose first test is still open, is going on. Plans do not count.
    """
    latest: dict[int, tuple[dt.date, int, str]] = {}
    for trial in trials:
        if trial.begun is None:
            continue
        standing = (trial.closed or dt.date.min, trial.number, trial.decision)
        if trial.team not in latest or standing > latest[trial.team]:
            latest[trial.team] = standing
    decisions = [decision for _closed, _number, decision in latest.values()]
    return Adoption(len(decisions), decisions.count(ADOPTED), decisions.count(ABANDONED))
