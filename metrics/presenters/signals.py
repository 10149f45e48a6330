"""Signals of a series: by which rule set, where, what they mean, and whether they still hold.

Rules say that a series is not chance alone; what that means is read from where the points lie. A run that goes on is
the level now. A run that opens a phase is the level before: half of the points lie on either side of a median, so those
after it lie on the other side, and the level moved there. A run between two stretches on the other side came and may
have gone again; nothing more is claimed of it than how many points since lie where.

The rules themselves and their sources are in ``metrics.stats.runs`` and ``metrics.stats.rules``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby, pairwise

import numpy as np
from django.db import models
from django.utils.translation import gettext_lazy

from collab.common.enums import DescribedChoices, Tone
from collab.enums import Direction, RuleSet
from collab.models import MeasureVersion
from metrics.stats import rules
from metrics.stats.arrays import Floats
from metrics.stats.errors import BadOptionError
from metrics.stats.rules import MakingDataCount
from metrics.stats.rules.classical import SHIFT as CLASSICAL_SHIFT
from metrics.stats.rules.classical import TREND as CLASSICAL_TREND
from metrics.stats.rules.nhs import PATTERN

FEWEST_POINTS = 10
"""A run chart tells signals from about 10 useful points on (Anhøj; statistics.md section 3)."""

FEWEST_FOR_A_LEVEL = 3
"""Fewer points before or after a run tell no level of their own."""

FEWEST_FOR_A_PHASE = 6
"""So many points make the level of a new phase worth comparing with the one before: the length of a classical shift."""

NEEDS_LIMITS = frozenset({RuleSet.WESTERN_ELECTRIC, RuleSet.NELSON})


class Meaning(DescribedChoices):
    """What a signal means for the people served."""

    IMPROVEMENT = "improvement", gettext_lazy("Improvement")
    CONCERN = "concern", gettext_lazy("Concern")
    CHANGE = "change", gettext_lazy("Change")
    NONE = "none", gettext_lazy("No signal")

    @classmethod
    def tones(cls) -> dict[str, Tone]:
        return {
            cls.IMPROVEMENT.value: Tone.GOOD,
            cls.CONCERN.value: Tone.ATTENTION,
            cls.CHANGE.value: Tone.INFO,
        }


class SignalKind(models.TextChoices):
    """By which rule a signal was found."""

    SHIFT = "shift", gettext_lazy("Shift")
    CROSSINGS = "crossings", gettext_lazy("Few crossings")
    OUTSIDE = "outside", gettext_lazy("Outside the limits")
    TREND = "trend", gettext_lazy("Trend")
    RUNS = "runs", gettext_lazy("Number of runs")
    NEAR = "near", gettext_lazy("2 of 3 near a limit")
    AWAY = "away", gettext_lazy("4 of 5 beyond 1 sigma")
    IN_TURN = "in_turn", gettext_lazy("Up and down in turn")
    HUGGING = "hugging", gettext_lazy("15 close to the center")
    MIXED = "mixed", gettext_lazy("8 far from the center on both sides")
    PHASE = "phase", gettext_lazy("New phase")


PATTERNS = frozenset({SignalKind.SHIFT, SignalKind.TREND, SignalKind.NEAR, SignalKind.AWAY})
"""Signals that are a stretch of points of their own, which can be marked in the picture."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One signal: the columns of its points, on which side they lie, what it means, and whether that still holds.

    ``others_since`` of the ``points_since`` the end of a shift lie on the other side. ``moved``: the shift was the
    level before, and the meaning is that of the other side. ``rising`` is the direction of few crossings (None where
    both halves of the points lie about the same) and of a trend.
    """

    kind: SignalKind
    meaning: Meaning
    places: tuple[int, ...]
    above: bool
    ongoing: bool
    moved: bool = False
    points_since: int = 0
    others_since: int = 0
    rising: bool | None = None

    @property
    def first(self) -> int:
        return self.places[0]

    @property
    def last(self) -> int:
        return self.places[-1]


class Began(StrEnum):
    """Why a phase begins where it does."""

    FIRST = "first"
    DEFINITION = "definition"
    DECISION = "decision"


@dataclass(frozen=True, slots=True)
class Phase:
    """Columns ``first`` to ``last`` under one definition, with their centre line (in the unit) and runs analysis.

    ``base``: how many values gave centre and limits; ``frozen``: the last column of those where a baseline is frozen.
    ``is_partial``: too many of the reported months are hidden to read the others.
    """

    first: int
    last: int
    version: MeasureVersion
    centre: float | None
    values: int
    is_partial: bool
    useful: int
    longest_run_max: int
    crossings: int
    crossings_min: int
    longest_run: int = 0
    base: int = 0
    frozen: int | None = None
    began: Began = Began.FIRST


@dataclass(frozen=True, eq=False)
class Drawn:
    """One series as it is drawn, one element a month: the points, their lines, and the sigma behind the limits."""

    values: Floats
    centre: Floats
    lower: Floats
    upper: Floats
    sigma: Floats


def signals_of(
    drawn: Drawn, phases: Sequence[Phase], rule_set: RuleSet, marks: MakingDataCount | None = None
) -> tuple[Signal, ...]:
    """The signals of the last phase; none before there are enough useful points.

    ``marks``: what Making Data Count says of the points of the last phase, where that is the rule set.
    """
    if not phases or phases[-1].is_partial:
        return ()
    phase = phases[-1]
    found: list[Signal] = []
    if phase.useful >= FEWEST_POINTS:
        finder = {
            RuleSet.ANHOEJ: _anhoej,
            RuleSet.CLASSICAL: _classical,
            RuleSet.WESTERN_ELECTRIC: _western_electric,
            RuleSet.NELSON: _nelson,
        }.get(rule_set)
        found = finder(drawn, phase) if finder else _making_data_count(drawn, phase, marks)
        found += _outside(drawn, phase)
    found += _levels(phases)
    # One point outside is a question; a shift is a level. What holds of both is told by the shift.
    return tuple(
        sorted(
            found,
            key=lambda signal: (signal.ongoing, signal.kind is not SignalKind.OUTSIDE, signal.last),
            reverse=True,
        )
    )


def _anhoej(drawn: Drawn, phase: Phase) -> list[Signal]:
    """Runs longer than chance allows; few crossings where there is no such run."""
    runs = _runs(drawn, phase)
    found = _shifts(runs, phase, [run for run, _above in runs if len(run) > phase.longest_run_max])
    if phase.crossings < phase.crossings_min and not found:
        found.append(_few_crossings(runs, _direction(phase)))
    return found


def _classical(drawn: Drawn, phase: Phase) -> list[Signal]:
    """Shift, trend, and the number of runs, of Perla, Provost & Murray 2011."""
    runs = _runs(drawn, phase)
    found = _shifts(runs, phase, [run for run, _above in runs if len(run) >= CLASSICAL_SHIFT])
    numbers = rules.run_chart(drawn.values[phase.first : phase.last + 1]).trend_points
    places = [phase.first + number - 1 for number in numbers]
    found += [_trend(drawn, phase, list(stretch)) for stretch in _monotone(drawn.values, places)]
    useful = sum(len(run) for run, _above in runs)
    try:
        least, most = rules.runs_table(useful)
    except BadOptionError:
        # Beyond the published table nothing is said about the number of runs.
        return found
    if not least <= len(runs) <= most and not found:
        every = tuple(place for run, _above in runs for place in run)
        few = len(runs) < least
        found.append(Signal(SignalKind.RUNS, Meaning.CHANGE, every, above=False, ongoing=True, rising=not few))
    return found


def _western_electric(drawn: Drawn, phase: Phase) -> list[Signal]:
    complete = _shewhart(drawn, phase)
    return [
        *_shifts(_runs(drawn, phase), phase, _windows(complete["we4"], 8, drawn, phase)),
        *_stretches(SignalKind.NEAR, drawn, phase, complete["we2"], 3, beyond=2),
        *_stretches(SignalKind.AWAY, drawn, phase, complete["we3"], 5, beyond=1),
    ]


def _nelson(drawn: Drawn, phase: Phase) -> list[Signal]:
    complete = _shewhart(drawn, phase)
    found = [
        *_shifts(_runs(drawn, phase), phase, _windows(complete["nelson2"], 9, drawn, phase)),
        *(_trend(drawn, phase, places) for places in _windows(complete["nelson3"], 6, drawn, phase, slopes=True)),
        *_stretches(SignalKind.NEAR, drawn, phase, complete["nelson5"], 3, beyond=2),
        *_stretches(SignalKind.AWAY, drawn, phase, complete["nelson6"], 5, beyond=1),
    ]
    latest = _latest(drawn.values)
    for kind, name, length in (
        (SignalKind.IN_TURN, "nelson4", 14),
        (SignalKind.HUGGING, "nelson7", 15),
        (SignalKind.MIXED, "nelson8", 8),
    ):
        if complete[name]:
            last = phase.first + complete[name][-1] - 1
            places = tuple(range(last - length + 1, last + 1))
            found.append(Signal(kind, Meaning.CHANGE, places, above=False, ongoing=last == latest))
    return found


def _making_data_count(drawn: Drawn, phase: Phase, marks: MakingDataCount | None) -> list[Signal]:
    """The special causes that the NHS rules name; those outside the limits are found with all others."""
    if marks is None:
        return []
    kinds: dict[str, list[int]] = {}
    for place, kind in enumerate(marks.special_cause_type, start=phase.first):
        # A missing month has a type, too: common cause.
        if not np.isnan(drawn.values[place]):
            kinds.setdefault(kind, []).append(place)
    # A point is named by the first reason that fits it; a shift is all of its points.
    shifts = _shifts(_runs(drawn, phase), phase, _one_sided(drawn, phase))
    found = list(shifts)
    for kind, places in kinds.items():
        stretches = _neighbors(places, drawn.values)
        if kind.startswith("7 Point Trend"):
            found += [_trend(drawn, phase, stretch) for stretch in stretches]
        elif kind.startswith("2 in 3"):
            told = {place for shift in shifts for place in shift.places}
            found += [_side(SignalKind.NEAR, drawn, phase, stretch) for stretch in stretches if not told >= {*stretch}]
    return found


def _one_sided(drawn: Drawn, phase: Phase) -> list[list[int]]:
    """Stretches of 7 points and more on one side of the mean; a point on it or a missing month breaks them."""
    columns = range(phase.first, phase.last + 1)
    sides = groupby(columns, key=lambda column: float(np.sign(drawn.values[column] - drawn.centre[column])))
    stretches = [(side, list(group)) for side, group in sides]
    return [group for side, group in stretches if side in {-1.0, 1.0} and len(group) >= PATTERN]


def _outside(drawn: Drawn, phase: Phase) -> list[Signal]:
    """Each point beyond its limits."""
    latest = _latest(drawn.values)
    found = []
    for place in range(phase.first, phase.last + 1):
        if drawn.values[place] > drawn.upper[place] or drawn.values[place] < drawn.lower[place]:
            above = bool(drawn.values[place] > drawn.upper[place])
            meaning = _meaning(_direction(phase), above=above)
            found.append(Signal(SignalKind.OUTSIDE, meaning, (place,), above, ongoing=place == latest))
    return found


def _levels(phases: Sequence[Phase]) -> list[Signal]:
    """The level of a phase that people began, beside the one before it."""
    if len(phases) < 2 or phases[-1].began is not Began.DECISION:
        return []
    before, now = phases[-2], phases[-1]
    levels = before.centre, now.centre
    if before.is_partial or min(before.values, now.values) < FEWEST_FOR_A_PHASE or None in levels:
        return []
    if levels[0] == levels[1]:
        return []
    rising = bool(levels[1] > levels[0])  # type: ignore[operator]  # neither is None
    meaning = _meaning(_direction(now), above=rising)
    return [Signal(SignalKind.PHASE, meaning, (now.first,), above=rising, ongoing=True, rising=rising)]


def _direction(phase: Phase) -> Direction:
    return Direction(phase.version.direction)


def _latest(values: Floats) -> int:
    return int(np.flatnonzero(~np.isnan(values))[-1])


def _shewhart(drawn: Drawn, phase: Phase) -> dict[str, list[int]]:
    part = slice(phase.first, phase.last + 1)
    return rules.shewhart(drawn.values[part], drawn.centre[part], drawn.sigma[part])


def _windows(
    complete: Sequence[int], length: int, drawn: Drawn, phase: Phase, *, slopes: bool = False
) -> list[list[int]]:
    """Stretches of columns out of the point numbers at which windows of ``length`` points are complete.

    Windows that overlap are one stretch as long as they lie on one side of the centre line (or, with ``slopes``, go the
    same way).
    """
    found: list[list[int]] = []
    sides: list[float] = []
    for number in complete:
        last = phase.first + number - 1
        window = list(range(last - length + 1, last + 1))
        way = drawn.values[last] - (drawn.values[last - 1] if slopes else drawn.centre[last])
        if found and sides[-1] == np.sign(way) and window[0] <= found[-1][-1]:
            found[-1] = sorted({*found[-1], *window})
        else:
            found.append(window)
            sides.append(float(np.sign(way)))
    return found


def _stretches(
    kind: SignalKind, drawn: Drawn, phase: Phase, complete: Sequence[int], length: int, *, beyond: int
) -> list[Signal]:
    """Windows most of whose points lie beyond so many sigma on one side: the points that do."""
    found = []
    for window in _windows(complete, length, drawn, phase):
        last = window[-1]
        side = np.sign(drawn.values[last] - drawn.centre[last])
        distance = side * (drawn.values - drawn.centre)
        far = [place for place in window if distance[place] > beyond * drawn.sigma[place]]
        found.append(_side(kind, drawn, phase, far))
    return found


def _side(kind: SignalKind, drawn: Drawn, phase: Phase, places: Sequence[int]) -> Signal:
    above = bool(drawn.values[places[-1]] > drawn.centre[places[-1]])
    meaning = _meaning(_direction(phase), above=above)
    return Signal(kind, meaning, tuple(places), above, ongoing=places[-1] == _latest(drawn.values))


def _trend(drawn: Drawn, phase: Phase, places: Sequence[int]) -> Signal:
    rising = bool(drawn.values[places[-1]] > drawn.values[places[0]])
    meaning = _meaning(_direction(phase), above=rising)
    ongoing = places[-1] == _latest(drawn.values)
    return Signal(SignalKind.TREND, meaning, tuple(places), above=rising, ongoing=ongoing, rising=rising)


def _monotone(values: Floats, places: Iterable[int]) -> list[list[int]]:
    """Columns of trends as stretches that rise, fall or stay, cut where the way turns.

    A turning point belongs to both its trends.
    """
    found: list[list[int]] = []
    for stretch in _neighbors(sorted(places), values):
        current, way = [stretch[0]], 0.0
        for before, place in pairwise(stretch):
            step = float(np.sign(values[place] - values[before]))
            if step and way and step != way:
                found.append(current)
                current = [before]
            way = step or way
            current.append(place)
        found.append(current)
    return [stretch for stretch in found if len(stretch) >= CLASSICAL_TREND]


def _neighbors(places: Sequence[int], values: Floats) -> list[list[int]]:
    """Columns as stretches of neighbours; a month without a value between two of them does not part them."""
    order = {int(column): rank for rank, column in enumerate(np.flatnonzero(~np.isnan(values)))}
    ranked = [(order[place], place) for place in places]
    groups = groupby(enumerate(ranked), key=lambda pair: pair[1][0] - pair[0])
    return [[place for _number, (_rank, place) in group] for _key, group in groups]


def _shifts(runs: Sequence[tuple[list[int], bool]], phase: Phase, found: Sequence[Sequence[int]]) -> list[Signal]:
    """Shifts out of the columns of each, with what the points before and after them make of it."""
    shifts = [_shift(runs, places, _direction(phase)) for places in found]
    # Of two shifts the later one says where the level is.
    shifts[:-1] = [replace(shift, ongoing=False, moved=False) for shift in shifts[:-1]]
    return shifts


def _shift(runs: Sequence[tuple[list[int], bool]], places: Sequence[int], direction: Direction) -> Signal:
    sides = {place: above for run, above in runs for place in run}
    above = sides[places[-1]]
    before = [side for place, side in sides.items() if place < places[0]]
    after = [side for place, side in sides.items() if place > places[-1]]
    moved = _is_level(after, not above) and not _is_level(before, not above)
    return Signal(
        SignalKind.SHIFT,
        _meaning(direction, above=above != moved),
        tuple(places),
        above,
        ongoing=moved or not after or _is_level(after, above),
        moved=moved,
        points_since=len(after),
        others_since=after.count(not above),
    )


def _few_crossings(runs: Sequence[tuple[list[int], bool]], direction: Direction) -> Signal:
    """Too few crossings without a shift: a direction only where the two halves lie mostly on different sides."""
    places = [place for run, _above in runs for place in run]
    sides = [above for run, above in runs for _place in run]
    first, second = sides[: len(sides) // 2], sides[len(sides) // 2 :]
    rising = next((above for above in (True, False) if _is_level(first, not above) and _is_level(second, above)), None)
    meaning = Meaning.CHANGE if rising is None else _meaning(direction, above=rising)
    return Signal(SignalKind.CROSSINGS, meaning, tuple(places), bool(rising), ongoing=True, rising=rising)


def _is_level(sides: Sequence[bool], above: bool) -> bool:
    """Whether there are points enough, and most of them lie on that side."""
    return len(sides) >= FEWEST_FOR_A_LEVEL and 2 * sides.count(above) > len(sides)


def _runs(drawn: Drawn, phase: Phase) -> list[tuple[list[int], bool]]:
    """The runs of a phase in order: the columns of each, and whether it lies above the centre line.

    Points on the line and missing ones are left out and break no run, as in ``metrics.stats.runs``.
    """
    found: list[tuple[list[int], bool]] = []
    for place in range(phase.first, phase.last + 1):
        side = np.sign(drawn.values[place] - drawn.centre[place])
        if np.isnan(side) or side == 0:
            continue
        above = bool(side > 0)
        if found and found[-1][1] == above:
            found[-1][0].append(place)
        else:
            found.append(([place], above))
    return found


def _meaning(direction: Direction, *, above: bool) -> Meaning:
    if direction is Direction.NONE:
        return Meaning.CHANGE
    return Meaning.IMPROVEMENT if above == (direction is Direction.UP) else Meaning.CONCERN
