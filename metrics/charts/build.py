"""From a series and its reading to the figure: points in words, lines, band, axes, notes and the table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from statistics import median

import numpy as np
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from collab.common import formatting, months
from collab.enums import Direction, RuleSet, Statistic
from collab.models import MeasureVersion
from metrics.charts.figure import (
    Badge,
    Band,
    Bracket,
    EndLabel,
    Flag,
    FlagKind,
    Line,
    LineKind,
    Mark,
    Point,
    PointState,
    RunChartFigure,
    Table,
    Tick,
)
from metrics.charts.scale import month_ticks, value_axis
from metrics.enums import MissingReason
from metrics.presenters.advising import chart_name, no_band_words, rules_line, why_this_chart
from metrics.presenters.readings import Reading, read_one
from metrics.presenters.signals import PATTERNS, Began, Meaning, Phase, Signal, SignalKind
from metrics.presenters.values import value_words
from metrics.queries.annotations import Noted
from metrics.queries.series import Benchmarks, Panel
from metrics.stats.advice import FIRM_FROM, SOME_LIMITS_FROM
from metrics.stats.arrays import Floats
from metrics.suppression import State

MARK_OF = {
    Meaning.IMPROVEMENT: Mark.IMPROVEMENT,
    Meaning.CONCERN: Mark.CONCERN,
    Meaning.CHANGE: Mark.CHANGE,
    Meaning.NONE: Mark.PLAIN,
}
LONGEST_UNIT = 6
NARROW = 0.6
"""Means, medians and scores that vary by less than this share of their height do not start at zero."""


MOST_ROOM_FOR_LIMITS, ROOM_FOR_ALL_LIMITS = 3, 1.5
"""Limits stand in the picture up to so many times the highest value: the usual one, and those of all months."""


def run_chart(
    panel: Panel,
    *,
    key: str,
    subject: str,
    benchmarks: Benchmarks | None = None,
    reading: Reading | None = None,
    today: dt.date,
    shared_top: float | None = None,
    notes: Sequence[Noted] = (),
    from_zero: bool = True,
) -> RunChartFigure:
    """The figure of a panel's single row.

    ``subject``: whose series it is. ``benchmarks``: what the other teams did, as this viewer may see it. ``today``
    tells which months may still change. ``shared_top``: the highest value of all charts that stand side by side.
    ``notes``: what happened, marked at its month. ``from_zero`` False starts the axis near the lowest value, and the
    axis says so.
    """
    version, versions = panel.version, panel.versions
    reading = reading or read_one(panel)
    bands, pooled = _comparison(benchmarks, versions)
    lines = _lines(reading)
    points = _points(panel, reading, today)
    low, high, ticks = _axis(versions or [version], points, lines, bands, pooled, shared_top, from_zero=from_zero)
    flags = _flags(panel, reading, notes)
    latest = points[reading.latest] if reading.latest is not None else None
    sentence = reading.sentence
    maturing = _maturing_words(panel, points)
    by_month = [
        (number, phase)
        for number, phase in enumerate(reading.phases, start=1)
        for _month in range(phase.first, phase.last + 1)
    ]
    return RunChartFigure(
        key=key,
        title=version.name,
        subject=subject,
        better="" if version.direction == Direction.NONE else str(Direction(version.direction).label),
        sentence=sentence,
        meaning=MARK_OF[reading.meaning],
        meaning_words=str(reading.meaning.label),
        latest=_("%(month)s: %(value)s") % {"month": latest.label, "value": latest.text} if latest else "",
        alt=_alt(panel, subject, points, sentence),
        points=points,
        lines=lines,
        bands=bands,
        pooled=pooled,
        bracket=_bracket(reading),
        flags=flags,
        end_labels=_end_labels(versions, reading, lines, pooled),
        axis_name=_axis_name(versions or [version], low),
        y_min=low,
        y_max=high,
        y_ticks=tuple(Tick(at, formatting.number(at, places=2)) for at in ticks),
        x_ticks=month_ticks(panel.months, step=reading.step),
        legend=_legend(panel, reading, points, bands, benchmarks, maturing),
        table=_table(panel, subject, reading, points, benchmarks, flags),
        chart=chart_name(reading),
        why=why_this_chart(reading),
        rules=rules_line(reading),
        maturing=maturing,
        origin=origin_words(version, today),
        drawn_on=today,
        phases=tuple(number for number, _phase in by_month),
        definitions=tuple(held.number for held in versions),
        units=tuple(held.unit for held in versions),
        bases=tuple(_base_months(reading, phase) for _number, phase in by_month),
        badges=_badges(reading),
    )


def origin_words(version: MeasureVersion, today: dt.date) -> str:
    """From which definition of the measure a figure is drawn, and when."""
    return _("Definition %(number)s of this measure, in use since %(month)s. Drawn on %(day)s.") % {
        "number": version.number,
        "month": formatting.month_name(version.effective_month),
        "day": formatting.full_day(today),
    }


def _base_months(reading: Reading, phase: Phase) -> str:
    """The months that made the lines of a phase, "2025-01/2025-06" (ISO 8601); empty where it has none."""
    if phase.centre is None:
        return ""
    last = phase.last if phase.frozen is None else phase.frozen
    return f"{months.iso(reading.months[phase.first])}/{months.iso(reading.months[last])}"


def _points(panel: Panel, reading: Reading, today: dt.date) -> tuple[Point, ...]:
    marks = _marks(reading)
    versions = panel.versions
    return tuple(
        _point(panel, reading, column, versions[column], marks.get(column, Mark.PLAIN), today)
        for column in range(len(panel.months))
    )


def _point(panel: Panel, reading: Reading, column: int, version: MeasureVersion, mark: Mark, today: dt.date) -> Point:
    month = panel.months[column]
    label = reading.month_name(column)
    state = State(int(panel.state[0, column]))
    if state is State.HIDDEN:
        return Point(month, label, PointState.HIDDEN, _("hidden (small number)"))
    if state is State.WITHHELD:
        return Point(month, label, PointState.WITHHELD, _("not published yet"))
    if state is State.MISSING:
        reason = panel.reasons.get((0, column), "")
        below = _number(panel.denominator[0, column])
        return Point(month, label, PointState.MISSING, _missing_words(reason, below))
    numerator, denominator = _number(panel.numerator[0, column]), _number(panel.denominator[0, column])
    value = _number(reading.drawn[column])
    words = value_words(version, float(reading.values[column]), numerator, denominator)
    if (population := panel.samples.get((0, column))) is not None:
        words = _("%(value)s, a sample from %(population)s") % {
            "value": words,
            "population": formatting.number(population),
        }
    return Point(
        month=month,
        label=label,
        state=PointState.MATURING if _is_maturing(month, version, panel, today) else PointState.VALUE,
        text=_moved_words(version, value, words) if reading.kind == "mr" else words,
        numerator=numerator,
        denominator=denominator,
        value=value,
        mark=mark,
    )


def _moved_words(version: MeasureVersion, moved: float | None, words: str) -> str:
    """On a moving range chart: by how much, and the value itself."""
    if moved is None:
        return _("no neighbor to compare with; the value is %(value)s") % {"value": words}
    return _("%(range)s from the month before; the value is %(value)s") % {
        "range": formatting.with_unit(moved, version.unit),
        "value": words,
    }


def _is_maturing(month: dt.date, version: MeasureVersion, panel: Panel, today: dt.date) -> bool:
    step = panel.measure.collaborative.step
    return today <= months.last_day(month, step=step) + dt.timedelta(days=version.maturation_days)


def _missing_words(reason: str, denominator: float | None) -> str:
    if reason:
        return _("missing: %(reason)s") % {"reason": str(MissingReason(reason).label).lower()}
    return _("missing: nobody to count") if denominator == 0 else _("not reported")


def _marks(reading: Reading) -> dict[int, Mark]:
    """Which points are drawn as part of a signal: those of the newest pattern, and those outside the limits.

    An older shift to the other side is the same change seen from before. Few crossings are a matter of all points.
    """
    newest = newest_pattern(reading)
    marked = [signal for signal in reading.signals if signal is newest or signal.kind is SignalKind.OUTSIDE]
    return {place: mark_of(signal) for signal in marked for place in signal.places}


def mark_of(signal: Signal) -> Mark:
    """How the points of a signal are drawn: those of a level that was left say neither good nor bad."""
    return Mark.CHANGE if signal.moved else MARK_OF[signal.meaning]


def newest_pattern(reading: Reading) -> Signal | None:
    """The stretch of points that signals and ends last; of several the longest."""
    found = [signal for signal in reading.signals if signal.kind in PATTERNS]
    return max(found, key=lambda signal: (signal.last, len(signal.places)), default=None)


def _bracket(reading: Reading) -> Bracket | None:
    signal = newest_pattern(reading)
    if signal is None:
        return None
    text = {
        (SignalKind.SHIFT, True): _("%(count)s above the %(centre)s"),
        (SignalKind.SHIFT, False): _("%(count)s below the %(centre)s"),
        (SignalKind.TREND, True): _("%(count)s going up"),
        (SignalKind.TREND, False): _("%(count)s going down"),
        (SignalKind.NEAR, True): _("2 of 3 near the limit"),
        (SignalKind.NEAR, False): _("2 of 3 near the limit"),
        (SignalKind.AWAY, True): _("4 of 5 well above the %(centre)s"),
        (SignalKind.AWAY, False): _("4 of 5 well below the %(centre)s"),
    }[signal.kind, signal.above]
    return Bracket(
        first=signal.first,
        last=signal.last,
        mark=mark_of(signal),
        words=text % {"count": len(signal.places), "centre": reading.centre_name},
    )


def _flags(panel: Panel, reading: Reading, notes: Sequence[Noted]) -> tuple[Flag, ...]:
    """Everything that is marked below the months, numbered from left to right."""
    found: list[Flag] = []
    for phase in reading.phases[1:]:
        when = reading.month_name(phase.first)
        if phase.began is Began.DEFINITION:
            label = f"{_('the definition changed.')} {phase.version.change_note}".strip()
            found.append(Flag(0, phase.first, FlagKind.DEFINED, when, _("New definition"), label))
        else:
            found.append(Flag(0, phase.first, FlagKind.PHASE, when, _("New phase"), _("a new phase begins")))
    for note in notes:
        column = _column_of(note.day, panel)
        if column is not None:
            found.append(
                Flag(
                    number=0,
                    index=column,
                    kind=FlagKind(note.kind),
                    when=formatting.full_day(note.day),
                    name=note.name,
                    label=note.label,
                    text=note.text,
                    who=note.who,
                    url=note.url,
                    key=note.key,
                )
            )
    # The sort keeps notes of one month in the order of their days.
    in_order = sorted(found, key=lambda flag: flag.at)
    return tuple(replace(flag, number=number) for number, flag in enumerate(in_order, start=1))


def _column_of(day: dt.date, panel: Panel) -> int | None:
    """The column of the period in which a day lies."""
    step = panel.measure.collaborative.step
    for column, month in enumerate(panel.months):
        if month <= day <= months.last_day(month, step=step):
            return column
    return None


def _badges(reading: Reading) -> tuple[Badge, ...]:
    """The two marks of Making Data Count, where these are the rules."""
    if reading.marks is None:
        return ()
    name = reading.marks.variation_icon
    found = [VARIATION.get(name, VARIATION["common_cause"])]
    if reading.marks.assurance_type:
        found.append(ASSURANCE[reading.marks.assurance_type])
    return tuple(Badge(letter, mark, str(words)) for letter, mark, words in found)


# Own drawings for the two marks: a letter in a ring. Their meaning is that of statistics.md section 6.
VARIATION = {
    "common_cause": (
        "~",
        Mark.PLAIN,
        gettext_lazy("Variation: ordinary, what chance explains."),
    ),
    "improvement_high": ("H", Mark.IMPROVEMENT, gettext_lazy("Variation: an improvement, upward.")),
    "improvement_low": ("L", Mark.IMPROVEMENT, gettext_lazy("Variation: an improvement, downward.")),
    "concern_high": ("H", Mark.CONCERN, gettext_lazy("Variation: a concern, upward.")),
    "concern_low": ("L", Mark.CONCERN, gettext_lazy("Variation: a concern, downward.")),
    "neutral_high": ("↑", Mark.CHANGE, gettext_lazy("Variation: a change upward.")),
    "neutral_low": ("↓", Mark.CHANGE, gettext_lazy("Variation: a change downward.")),
}
ASSURANCE = {
    "consistent_pass": ("P", Mark.IMPROVEMENT, gettext_lazy("Goal: reached every time as things are.")),
    "consistent_fail": ("F", Mark.CONCERN, gettext_lazy("Goal: not to be reached as things are.")),
    "inconsistent": ("?", Mark.PLAIN, gettext_lazy("Goal: reached or missed by chance as things are.")),
}


def _lines(reading: Reading) -> tuple[Line, ...]:
    found: list[Line] = []
    for phase in reading.phases:
        columns = slice(phase.first, phase.last + 1)
        if phase.centre is not None:
            found += _centre(reading, phase)
        found += [
            Line(kind, phase.first, _numbers(edge[columns]))
            for kind, edge in ((LineKind.LOWER, reading.lower), (LineKind.UPPER, reading.upper))
            if not np.isnan(edge[columns]).all()
        ]
        # A goal is one of the measure, not of its moving range.
        if phase.version.goal is not None and reading.kind != "mr":
            found.append(Line(LineKind.GOAL, phase.first, (phase.version.goal,) * (phase.last - phase.first + 1)))
    return tuple(found)


def _centre(reading: Reading, phase: Phase) -> list[Line]:
    """The centre line of a phase, in two pieces where a baseline is frozen."""
    values = _numbers(reading.centre[phase.first : phase.last + 1])
    if phase.frozen is None or phase.frozen >= phase.last:
        return [Line(LineKind.CENTRE, phase.first, values)]
    cut = phase.frozen - phase.first + 1
    return [
        Line(LineKind.CENTRE, phase.first, values[:cut]),
        Line(LineKind.CENTRE, phase.frozen + 1, values[cut:], extended=True),
    ]


def _comparison(
    benchmarks: Benchmarks | None, versions: Sequence[MeasureVersion]
) -> tuple[tuple[Band, ...], tuple[float | None, ...]]:
    """The two bands of the teams' percentiles; the pooled line where only that may be seen."""
    if benchmarks is None:
        return (), ()
    scale = _multipliers(versions)
    if not np.isnan(benchmarks.p25).all():
        return (
            Band(_numbers(benchmarks.p10 * scale), _numbers(benchmarks.p90 * scale), _("8 of 10 teams")),
            Band(_numbers(benchmarks.p25 * scale), _numbers(benchmarks.p75 * scale), _("Middle half of the teams")),
        ), ()
    if np.isnan(benchmarks.pooled).all():
        return (), ()
    return (), _numbers(benchmarks.pooled * scale)


def _multipliers(versions: Sequence[MeasureVersion]) -> Floats:
    """By how much a rate is multiplied in each month, to stand beside the points of its own definition."""
    return np.array([version.multiplier for version in versions], dtype=np.float64)


def _axis(
    versions: Sequence[MeasureVersion],
    points: Sequence[Point],
    lines: Sequence[Line],
    bands: Sequence[Band],
    pooled: Sequence[float | None],
    shared_top: float | None,
    *,
    from_zero: bool,
) -> tuple[float, float, list[float]]:
    seen = [point.value for point in points if point.value is not None]
    seen += [value for line in lines if not line.kind.is_limit for value in line.values if value is not None]
    highest = max(seen, default=0.0)
    for line in lines:
        if line.kind.is_limit:
            numbers = [value for value in line.values if value is not None]
            # The usual limit has room; that of a month with few people may run out of the picture.
            usual = median(numbers)
            farthest = max(numbers) if line.kind is LineKind.UPPER else usual
            # One of a t chart can lie so far off that the points would lie flat on the axis.
            if not highest or usual <= MOST_ROOM_FOR_LIMITS * highest:
                seen.append(farthest if farthest <= ROOM_FOR_ALL_LIMITS * highest else usual)
    seen += [value for band in bands[-1:] for value in band.upper if value is not None]
    seen += [value for value in pooled if value is not None]
    seen += [] if shared_top is None else [shared_top]
    seen = seen or [1.0]
    statistics = {version.statistic for version in versions}
    counts = not statistics.isdisjoint((Statistic.PROPORTION, Statistic.RATE, Statistic.COUNT))
    low, high = min(seen), max(seen)
    ceiling = max(version.multiplier for version in versions) if statistics == {Statistic.PROPORTION} else None
    starts_at_zero = counts or low < NARROW * high
    return value_axis(low, high, from_zero=starts_at_zero and from_zero, ceiling=ceiling)


def _axis_name(versions: Sequence[MeasureVersion], low: float) -> str:
    """The unit; the units one after the other where a new definition brought another one."""
    unit = _(", then ").join(unit for unit, _held in groupby(version.unit for version in versions) if unit)
    if low == 0:
        return unit
    return _("%(unit)s (the axis starts at %(low)s)") % {"unit": unit, "low": formatting.number(low)}


def _end_labels(
    versions: Sequence[MeasureVersion], reading: Reading, lines: Sequence[Line], pooled: Sequence[float | None]
) -> tuple[EndLabel, ...]:
    """A label for the last line of each kind, in the unit of the month in which it ends."""
    last = {line.kind: line for line in lines if not line.kind.is_limit}
    wanted: list[tuple[str, str, int, Sequence[float | None]]] = []
    if LineKind.CENTRE in last:
        centre = last[LineKind.CENTRE]
        wanted.append((LineKind.CENTRE.value, reading.centre_name.capitalize(), centre.first, centre.values))
    if LineKind.GOAL in last:
        goal = last[LineKind.GOAL]
        wanted.append((LineKind.GOAL.value, _("Goal"), goal.first, goal.values))
    if pooled:
        wanted.append(("pooled", _("All teams"), 0, pooled))
    return tuple(_end_label(kind, name, versions[first:], values) for kind, name, first, values in wanted)


def _end_label(kind: str, name: str, versions: Sequence[MeasureVersion], values: Sequence[float | None]) -> EndLabel:
    """``versions`` begin with the line's first month."""
    value, unit = next(
        (value, version.unit)
        for value, version in reversed(list(zip(values, versions, strict=False)))
        if value is not None
    )
    # A long unit stands at the axis only: there is no room for it at the end of a line.
    return EndLabel(kind, name, formatting.with_unit(value, unit if len(unit) <= LONGEST_UNIT else ""), value)


def _legend(
    panel: Panel,
    reading: Reading,
    points: Sequence[Point],
    bands: Sequence[Band],
    benchmarks: Benchmarks | None,
    maturing: str,
) -> tuple[str, ...]:
    """What the marks in the picture mean, only those that are in it."""
    found: list[str] = []
    states = [point.state for point in points]
    found += _mark_words(reading, {point.mark for point in points})
    if any(line.kind.is_limit for line in _lines(reading)):
        found.append(_("Dotted lines: the limits within which nearly all months lie by chance alone."))
    found += _baseline_words(reading)
    if reading.trial_phases:
        found.append(_trial_words(reading))
    if reading.phases_without_limits:
        found.append(_("A phase gets limits from %(count)s points on.") % {"count": SOME_LIMITS_FROM})
    if maturing:
        found.append(maturing)
    if PointState.HIDDEN in states:
        found.append(_("Hatched months are hidden: counts of 1 to 10 people are shown only to those who counted."))
    if bands and benchmarks is not None:
        found.append(
            _("Grey band: the middle half of the teams; lighter: 8 of 10 teams (up to %(count)s teams compared).")
            % {"count": formatting.number(float(np.nanmax(benchmarks.reporting)))}
        )
    if benchmarks is not None and not bands and not np.isnan(benchmarks.median).all():
        found.append(no_band_words())
    return tuple(found)


def _mark_words(reading: Reading, marks: Collection[Mark]) -> Iterator[str]:
    """What marked points are: by which rule, and what their shapes mean."""
    better, worse = Mark.IMPROVEMENT in marks, Mark.CONCERN in marks
    if not better and not worse:
        return
    yield (
        _shift_words(reading)
        if any(signal.kind is SignalKind.SHIFT for signal in reading.signals)
        else _("Marked points are part of a signal.")
    )
    if better and worse:
        yield _("Squares tell of an improvement, diamonds of a concern.")
    else:
        yield _("Squares tell of an improvement.") if better else _("Diamonds tell of a concern.")


def _shift_words(reading: Reading) -> str:
    least = {RuleSet.CLASSICAL: 6, RuleSet.WESTERN_ELECTRIC: 8, RuleSet.NELSON: 9, RuleSet.MAKING_DATA_COUNT: 7}
    if reading.rules in least:
        return _("Marked points: %(least)s points or more in a row on one side of the %(centre)s.") % {
            "least": least[reading.rules],
            "centre": reading.centre_name,
        }
    return _(
        "Marked points: more than %(most)s points in a row on one side of the %(centre)s are unlikely by chance."
    ) % {"most": reading.phases[-1].longest_run_max, "centre": reading.centre_name}


def _baseline_words(reading: Reading) -> Iterator[str]:
    for phase in reading.phases:
        if phase.frozen is not None:
            yield ngettext(
                "Frozen baseline: the lines are made from %(first)s to %(last)s (%(count)s point) and go on dashed.",
                "Frozen baseline: the lines are made from %(first)s to %(last)s (%(count)s points) and go on dashed.",
                phase.base,
            ) % {
                "first": reading.month_name(phase.first),
                "last": reading.month_name(phase.frozen),
                "count": phase.base,
            }


def _trial_words(reading: Reading) -> str:
    """The last phase counts: it is the one whose limits are watched."""
    phase = reading.trial_phases[-1]
    return ngettext(
        "Trial limits: they rest on %(count)s point and become firm from %(firm)s.",
        "Trial limits: they rest on %(count)s points and become firm from %(firm)s.",
        phase.base,
    ) % {"count": phase.base, "firm": FIRM_FROM}


def _maturing_words(panel: Panel, points: Sequence[Point]) -> str:
    named = [point.label for point in points if point.state is PointState.MATURING]
    if not named:
        return ""
    days = panel.version.maturation_days
    text = ngettext(
        "Hollow: %(months)s may still change. Values are final %(days)s day after the period.",
        "Hollow: %(months)s may still change. Values are final %(days)s days after the period.",
        days,
    )
    if not days:
        text = _("Hollow: %(months)s is not over yet and may still change.")
    return text % {"months": get_text_list(named, _("and")), "days": days}


def _table(
    panel: Panel,
    subject: str,
    reading: Reading,
    points: Sequence[Point],
    benchmarks: Benchmarks | None,
    flags: Sequence[Flag],
) -> Table:
    units = [version.unit for version in panel.versions]
    columns: list[tuple[str, list[str]]] = [
        (_("Month"), [point.label for point in points]),
        (_("Value"), [point.text for point in points]),
        (reading.centre_name.capitalize(), _words(reading.centre, units)),
    ]
    if reading.has_limits:
        columns += [(_("Lower limit"), _words(reading.lower, units)), (_("Upper limit"), _words(reading.upper, units))]
    if benchmarks is not None:
        scale = _multipliers(panel.versions)
        if not np.isnan(benchmarks.p25).all():
            between = [
                _("%(low)s to %(high)s") % {"low": low, "high": high} if low != "–" else low
                for low, high in zip(
                    _words(benchmarks.p25 * scale, [""] * len(units)),
                    _words(benchmarks.p75 * scale, units),
                    strict=True,
                )
            ]
            columns += [
                (_("Median of the teams"), _words(benchmarks.median * scale, units)),
                (_("Middle half of the teams"), between),
            ]
        if not np.isnan(benchmarks.pooled).all():
            columns.append((_("All teams pooled"), _words(benchmarks.pooled * scale, units)))
    if flags:
        happened = ["; ".join(flag.label for flag in flags if flag.index == place) for place in range(len(points))]
        columns.append((_("What happened"), [words or "–" for words in happened]))
    return Table(
        caption=_("%(measure)s, %(subject)s") % {"measure": panel.version.name, "subject": subject},
        columns=tuple(name for name, _cells in columns),
        rows=tuple(zip(*(cells for _name, cells in columns), strict=True)),
    )


def _alt(panel: Panel, subject: str, points: Sequence[Point], sentence: str) -> str:
    drawn = [
        (point.value, version.unit, point.label)
        for point, version in zip(points, panel.versions, strict=True)
        if point.value is not None
    ]
    if not drawn:
        return _("%(measure)s, %(subject)s. %(sentence)s") % {
            "measure": panel.version.name,
            "subject": subject,
            "sentence": sentence,
        }
    return ngettext(
        "%(measure)s, %(subject)s: %(count)s month with a value, in %(first)s, %(low)s. %(sentence)s",
        "%(measure)s, %(subject)s: %(count)s months with a value, from %(first)s to %(last)s, between %(low)s and "
        "%(high)s. %(sentence)s",
        len(drawn),
    ) % {
        "measure": panel.version.name,
        "subject": subject,
        "count": len(drawn),
        "first": drawn[0][2],
        "last": drawn[-1][2],
        "low": formatting.with_unit(*min(drawn)[:2]),
        "high": formatting.with_unit(*max(drawn)[:2]),
        "sentence": sentence,
    }


def _numbers(line: Floats) -> tuple[float | None, ...]:
    return tuple(_number(value) for value in line)


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _words(line: Floats, units: Sequence[str]) -> list[str]:
    return [formatting.with_unit(value, unit) for value, unit in zip(line.tolist(), units, strict=True)]
