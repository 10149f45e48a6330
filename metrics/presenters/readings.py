"""What a series shows, in numbers and in one sentence: the centre line, its limits, and signals with their meaning.

Signals follow Anhøj's runs analysis around the centre line, phase by phase; a new definition of a measure begins a new
phase. Limits are added where the measure asks for a p or u chart and there are enough points.

Runs analysis says that a series is not chance alone; what that means is read from where the run lies. A run that goes
on is the level now. A run that opens a phase is the level before: half of the points lie on either side of a median,
so those after it lie on the other side, and the level moved there. A run between two stretches on the other side came
and may have gone again; nothing more is claimed of it than how many points since lie where.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from collab.common import formatting
from collab.common.enums import DescribedChoices, Tone
from collab.enums import ChartKind, Direction
from collab.models import MeasureVersion
from metrics.queries.series import Panel
from metrics.stats import batch
from metrics.stats.arrays import Bools, Floats, Ints
from metrics.suppression import State, States

FEWEST_POINTS = 10
"""A run chart tells signals from about 10 useful points on (Anhøj; statistics.md section 3)."""

FEWEST_FOR_LIMITS = 12
"""Limits from fewer points are trial limits at best (statistics.md section 5): below it a run chart is drawn."""

FEWEST_FOR_A_LEVEL = 3
"""Fewer points before or after a run tell no level of their own."""

MOST_HIDDEN = 0.1
"""Hidden months are the small ones, not any ones: where more than this share of the reported months is hidden, the rest
gives neither a centre line nor a signal of the whole."""

WITH_LIMITS = {ChartKind.P: "p", ChartKind.U: "u"}


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


@dataclass(frozen=True, slots=True)
class Signal:
    """One signal: the columns of its points, on which side they lie, what it means, and whether that still holds.

    ``others_since`` of the ``points_since`` the end of a shift lie on the other side. ``moved``: the shift was the
    level before, and the meaning is that of the other side. ``rising`` is the direction of few crossings, None where
    both halves of the points lie about the same.
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


@dataclass(frozen=True, slots=True)
class Phase:
    """Columns ``first`` to ``last`` under one definition, with their centre line (in the unit) and runs analysis.

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


@dataclass(frozen=True, eq=False)
class Reading:
    """One series read. Arrays have one element a month, in the measure's unit, NaN where there is nothing.

    ``kind`` is run, p or u, ``step`` how many months one period has. ``signals`` are those of the last phase, those
    that still hold first, newest first.
    """

    kind: str
    months: tuple[dt.date, ...]
    step: int
    state: States
    values: Floats
    centre: Floats
    lower: Floats
    upper: Floats
    phases: tuple[Phase, ...]
    signals: tuple[Signal, ...]

    @property
    def latest(self) -> int | None:
        """The column of the last value, None where there is none."""
        present = np.flatnonzero(self.state == State.VALUE)
        return int(present[-1]) if present.size else None

    @property
    def holding(self) -> Signal | None:
        """The signal of the runs analysis that still holds; one month outside the limits is none yet."""
        found = (signal for signal in self.signals if signal.ongoing and signal.kind is not SignalKind.OUTSIDE)
        return next(found, None)

    @property
    def meaning(self) -> Meaning:
        """What the signal that still holds means; none where there is no such signal."""
        return self.holding.meaning if self.holding else Meaning.NONE

    @property
    def centre_name(self) -> str:
        """What the centre line is called."""
        return _("median") if self.kind == "run" else _("mean")

    def month_name(self, place: int) -> str:
        """What the month or quarter of a column is called."""
        return formatting.period_name(self.months[place], step=self.step)

    @property
    def sentence(self) -> str:
        """What the series shows, in one sentence (a second one where months are hidden)."""
        return " ".join(part for part in (_what_it_shows(self), _what_is_hidden(self)) if part)


def read(panel: Panel) -> list[Reading]:
    """Read every row of a panel at once."""
    limited = _rows_with_limits(panel)
    readings: dict[int, Reading] = {}
    for kind, rows in (
        ("run", np.flatnonzero(~limited)),
        (WITH_LIMITS.get(ChartKind(panel.version.chart), "run"), np.flatnonzero(limited)),
    ):
        if rows.size:
            readings.update(zip(rows.tolist(), _read_rows(panel, kind, rows), strict=True))
    return [readings[row] for row in range(len(limited))]


def read_one(panel: Panel) -> Reading:
    """Read a panel of one row."""
    return read(panel)[0]


def _rows_with_limits(panel: Panel) -> Bools:
    """Which rows are drawn with limits: where the measure asks for it and there are enough points."""
    asked = ChartKind(panel.version.chart) in WITH_LIMITS and panel.version.statistic.has_denominator
    enough: Bools = np.count_nonzero(panel.state == State.VALUE, axis=1) >= FEWEST_FOR_LIMITS
    return enough & asked


def _read_rows(panel: Panel, kind: str, rows: Ints) -> list[Reading]:
    values = panel.values[rows]
    part = list(panel.breaks) or None
    if kind == "run":
        charts = batch.charts(kind, values, part=part)
        scale = np.ones(len(panel.months))
    else:
        charts = batch.charts(kind, panel.numerator[rows], panel.denominator[rows], part=part)
        scale = np.array([version.multiplier for version in panel.versions])
    lines = charts.lines
    centre, lower, upper = lines.cl * scale, lines.lcl * scale, lines.ucl * scale
    found = []
    for place, row in enumerate(rows.tolist()):
        for first, end in _edges(panel):
            if _is_partial(panel.state[row, first:end]):
                centre[place, first:end] = lower[place, first:end] = upper[place, first:end] = np.nan
        phases = _phases(panel, centre[place], panel.state[row], charts, place)
        signals = _signals(values[place], centre[place], lower[place], upper[place], phases)
        found.append(
            Reading(
                kind=kind,
                months=panel.months,
                step=panel.measure.collaborative.step,
                state=panel.state[row],
                values=values[place],
                centre=centre[place],
                lower=lower[place],
                upper=upper[place],
                phases=phases,
                signals=signals,
            )
        )
    return found


def _phases(panel: Panel, centre: Floats, state: States, charts: batch.Charts, place: int) -> tuple[Phase, ...]:
    """The phases of one row; a panel without months has none."""
    versions = panel.versions
    return tuple(
        Phase(
            first=first,
            last=end - 1,
            version=versions[first],
            centre=_first_number(centre[first:end]),
            values=int(np.count_nonzero(state[first:end] == State.VALUE)),
            is_partial=_is_partial(state[first:end]),
            useful=int(charts.runs("n_useful", number)[place]),
            longest_run_max=int(charts.runs("longest_run_max", number)[place]),
            crossings=int(charts.runs("n_crossings", number)[place]),
            crossings_min=int(charts.runs("n_crossings_min", number)[place]),
        )
        for number, (first, end) in enumerate(_edges(panel))
    )


def _edges(panel: Panel) -> list[tuple[int, int]]:
    """The first column of each phase and the one after its last; a panel without months has no phase."""
    return list(pairwise([0, *panel.breaks, len(panel.months)])) if panel.months else []


def _is_partial(state: States) -> bool:
    hidden, shown = (int(np.count_nonzero(state == kind)) for kind in (State.HIDDEN, State.VALUE))
    return hidden > MOST_HIDDEN * (hidden + shown)


def _signals(
    values: Floats, centre: Floats, lower: Floats, upper: Floats, phases: tuple[Phase, ...]
) -> tuple[Signal, ...]:
    """The signals of the last phase; none before there are enough useful points."""
    if not phases or phases[-1].useful < FEWEST_POINTS or phases[-1].is_partial:
        return ()
    phase = phases[-1]
    direction = Direction(phase.version.direction)
    runs = _runs(values, centre, phase)
    found = [
        _shift(runs, number, direction)
        for number, (places, _above) in enumerate(runs)
        if len(places) > phase.longest_run_max
    ]
    # Of two shifts the later one says where the level is.
    found[:-1] = [replace(shift, ongoing=False, moved=False) for shift in found[:-1]]
    if phase.crossings < phase.crossings_min and not found:
        found.append(_few_crossings(runs, direction))
    latest = int(np.flatnonzero(~np.isnan(values))[-1])
    for place in range(phase.first, phase.last + 1):
        if values[place] > upper[place] or values[place] < lower[place]:
            above = bool(values[place] > upper[place])
            found.append(
                Signal(SignalKind.OUTSIDE, _meaning(direction, above=above), (place,), above, ongoing=place == latest)
            )
    # One point outside is a question; a shift is a level. What holds of both is told by the shift.
    return tuple(
        sorted(
            found,
            key=lambda signal: (signal.ongoing, signal.kind is not SignalKind.OUTSIDE, signal.last),
            reverse=True,
        )
    )


def _shift(runs: Sequence[tuple[list[int], bool]], number: int, direction: Direction) -> Signal:
    """The run of that number, too long for chance, and what the points before and after it make of it."""
    places, above = runs[number]
    before, after = _sides(runs[:number]), _sides(runs[number + 1 :])
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
    sides = _sides(runs)
    first, second = sides[: len(sides) // 2], sides[len(sides) // 2 :]
    rising = next((above for above in (True, False) if _is_level(first, not above) and _is_level(second, above)), None)
    meaning = Meaning.CHANGE if rising is None else _meaning(direction, above=rising)
    return Signal(SignalKind.CROSSINGS, meaning, tuple(places), bool(rising), ongoing=True, rising=rising)


def _sides(runs: Sequence[tuple[list[int], bool]]) -> list[bool]:
    """For each point of the runs, whether it lies above the centre line."""
    return [above for places, above in runs for _place in places]


def _is_level(sides: Sequence[bool], above: bool) -> bool:
    """Whether there are points enough, and most of them lie on that side."""
    return len(sides) >= FEWEST_FOR_A_LEVEL and 2 * sides.count(above) > len(sides)


def _runs(values: Floats, centre: Floats, phase: Phase) -> list[tuple[list[int], bool]]:
    """The runs of a phase in order: the columns of each, and whether it lies above the centre line.

    Points on the line and missing ones are left out and break no run, as in ``metrics.stats.runs``.
    """
    found: list[tuple[list[int], bool]] = []
    for place in range(phase.first, phase.last + 1):
        side = np.sign(values[place] - centre[place])
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


def _first_number(line: Floats) -> float | None:
    present = line[~np.isnan(line)]
    return float(present[0]) if present.size else None


def _what_it_shows(reading: Reading) -> str:
    phase = reading.phases[-1] if reading.phases else None
    if phase is None or reading.latest is None:
        return "" if (reading.state == State.HIDDEN).any() else _("Nothing reported yet.")
    if phase.values < FEWEST_POINTS:
        return _too_few(reading, phase)
    if phase.is_partial:
        return _("No signal can be told from the points that are shown.")
    if phase.useful < FEWEST_POINTS:
        return _("No signal can be told: %(count)s of %(values)s points lie on the %(centre)s of %(value)s itself.") % {
            "count": phase.values - phase.useful,
            "values": phase.values,
            "centre": reading.centre_name,
            "value": formatting.with_unit(phase.centre, phase.version.unit),
        }
    if not reading.signals:
        return _("No signal: the points vary around the %(centre)s of %(value)s.") % {
            "centre": reading.centre_name,
            "value": formatting.with_unit(phase.centre, phase.version.unit),
        }
    return signal_words(reading, reading.signals[0])


def _too_few(reading: Reading, phase: Phase) -> str:
    if len(reading.phases) == 1:
        return ngettext(
            "Only %(count)s point so far: a run chart needs about %(needed)s to show signals.",
            "Only %(count)s points so far: a run chart needs about %(needed)s to show signals.",
            phase.values,
        ) % {"count": phase.values, "needed": FEWEST_POINTS}
    return ngettext(
        "Only %(count)s point since the definition changed in %(month)s: a run chart needs about %(needed)s to show "
        "signals.",
        "Only %(count)s points since the definition changed in %(month)s: a run chart needs about %(needed)s to show "
        "signals.",
        phase.values,
    ) % {
        "count": phase.values,
        "month": reading.month_name(phase.first),
        "needed": FEWEST_POINTS,
    }


def signal_words(reading: Reading, signal: Signal) -> str:
    """One signal in a sentence, with what it means."""
    if signal.kind is SignalKind.OUTSIDE:
        return _outside_words(reading, signal)
    text = {
        (Meaning.IMPROVEMENT, True): _("%(what)s: an improvement."),
        (Meaning.CONCERN, True): _("%(what)s: a concern."),
        (Meaning.IMPROVEMENT, False): _("%(what)s: an improvement that may not have lasted."),
        (Meaning.CONCERN, False): _("%(what)s: a concern that may have passed."),
    }.get((signal.meaning, signal.ongoing), _("%(what)s."))
    what = _crossings_words(reading, signal) if signal.kind is SignalKind.CROSSINGS else _shift_words(reading, signal)
    return text % {"what": what}


def _outside_words(reading: Reading, signal: Signal) -> str:
    """One month is no level: it asks a question, and lasts or passes no more than that."""
    text = (
        _("%(month)s lies above the upper limit: ask what was different.")
        if signal.above
        else _("%(month)s lies below the lower limit: ask what was different.")
    )
    return text % {"month": reading.month_name(signal.first)}


def _crossings_words(reading: Reading, signal: Signal) -> str:
    text = {
        True: _("Too few crossings of the %(centre)s (%(count)s, at least %(least)s expected), so the level moved up"),
        False: _(
            "Too few crossings of the %(centre)s (%(count)s, at least %(least)s expected), so the level moved down"
        ),
        None: _(
            "Too few crossings of the %(centre)s (%(count)s, at least %(least)s expected), so the level moved, "
            "but not in one direction"
        ),
    }[signal.rising]
    phase = reading.phases[-1]
    return text % {"centre": reading.centre_name, "count": phase.crossings, "least": phase.crossings_min}


def _shift_words(reading: Reading, signal: Signal) -> str:
    if signal.moved:
        text = (
            _(
                "The level moved down after %(last)s (%(count)s points above the %(centre)s, then %(others)s of "
                "%(since)s below it)"
            )
            if signal.above
            else _(
                "The level moved up after %(last)s (%(count)s points below the %(centre)s, then %(others)s of "
                "%(since)s above it)"
            )
        )
    elif not signal.points_since:
        text = (
            _("Shift of %(count)s points above the %(centre)s since %(first)s")
            if signal.above
            else _("Shift of %(count)s points below the %(centre)s since %(first)s")
        )
    else:
        text = (
            _(
                "Shift of %(count)s points above the %(centre)s from %(first)s to %(last)s, then %(others)s of "
                "%(since)s below it"
            )
            if signal.above
            else _(
                "Shift of %(count)s points below the %(centre)s from %(first)s to %(last)s, then %(others)s of "
                "%(since)s above it"
            )
        )
    return text % {
        "count": len(signal.places),
        "centre": reading.centre_name,
        "first": reading.month_name(signal.first),
        "last": reading.month_name(signal.last),
        "others": signal.others_since,
        "since": signal.points_since,
    }


def _what_is_hidden(reading: Reading) -> str:
    count = int(np.count_nonzero(reading.state == State.HIDDEN))
    if not count:
        return ""
    return ngettext(
        "%(count)s point is hidden (small number).", "%(count)s points are hidden (small numbers).", count
    ) % {"count": count}
