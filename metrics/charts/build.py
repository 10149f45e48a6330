"""From a series and its reading to the figure: points in words, lines, band, axes, notes and the table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from statistics import median

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collab.common import formatting, months
from collab.enums import Direction, Statistic
from collab.models import MeasureVersion
from metrics.charts.figure import (
    Band,
    Bracket,
    Break,
    EndLabel,
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
from metrics.presenters.readings import Meaning, Reading, Signal, SignalKind, read_one
from metrics.presenters.values import value_words
from metrics.queries.series import Benchmarks, Panel
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


def run_chart(
    panel: Panel,
    *,
    key: str,
    subject: str,
    benchmarks: Benchmarks | None = None,
    reading: Reading | None = None,
    today: dt.date,
    shared_top: float | None = None,
) -> RunChartFigure:
    """The figure of a panel's single row.

    ``subject``: whose series it is. ``benchmarks``: what the other teams did, as this viewer may see it. ``today``
    tells which months may still change. ``shared_top``: the highest value of all charts that stand side by side.
    """
    version = panel.version
    reading = reading or read_one(panel)
    bands, pooled = _comparison(benchmarks, version)
    lines = _lines(reading)
    points = _points(panel, reading, today)
    low, high, ticks = _axis(version, points, lines, bands, pooled, shared_top)
    latest = points[reading.latest] if reading.latest is not None else None
    sentence = reading.sentence
    return RunChartFigure(
        key=key,
        title=version.name,
        subject=subject,
        unit=version.unit,
        better="" if version.direction == Direction.NONE else str(Direction(version.direction).label),
        sentence=sentence,
        meaning=MARK_OF[reading.meaning],
        meaning_words=str(reading.meaning.label),
        latest=_("%(month)s: %(value)s") % {"month": latest.label, "value": latest.text} if latest else "",
        alt=_alt(version, subject, points, sentence),
        points=points,
        lines=lines,
        bands=bands,
        pooled=pooled,
        bracket=_bracket(reading),
        breaks=_breaks(panel),
        end_labels=_end_labels(version, reading, lines, pooled),
        axis_name=_axis_name(version, low),
        y_min=low,
        y_max=high,
        y_ticks=tuple(Tick(at, formatting.number(at, places=2)) for at in ticks),
        x_ticks=month_ticks(panel.months, step=reading.step),
        notes=_notes(panel, reading, points, bands, benchmarks),
        table=_table(version, subject, reading, points, benchmarks),
    )


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
    if state is State.MISSING:
        reason = panel.reasons.get((0, column), "")
        below = _number(panel.denominator[0, column])
        return Point(month, label, PointState.MISSING, _missing_words(reason, below))
    numerator, denominator = _number(panel.numerator[0, column]), _number(panel.denominator[0, column])
    value = float(reading.values[column])
    return Point(
        month=month,
        label=label,
        state=PointState.MATURING if _is_maturing(month, version, panel, today) else PointState.VALUE,
        text=value_words(version, value, numerator, denominator),
        numerator=numerator,
        denominator=denominator,
        value=value,
        mark=mark,
    )


def _is_maturing(month: dt.date, version: MeasureVersion, panel: Panel, today: dt.date) -> bool:
    step = panel.measure.collaborative.step
    return today <= months.last_day(month, step=step) + dt.timedelta(days=version.maturation_days)


def _missing_words(reason: str, denominator: float | None) -> str:
    if reason:
        return _("missing: %(reason)s") % {"reason": str(MissingReason(reason).label).lower()}
    return _("missing: nobody to count") if denominator == 0 else _("not reported")


def _marks(reading: Reading) -> dict[int, Mark]:
    """Which points are drawn as part of a signal: those of the newest shift, and those outside the limits.

    An older shift to the other side is the same change seen from before. Few crossings are a matter of all points.
    """
    newest = newest_shift(reading)
    marked = [signal for signal in reading.signals if signal is newest or signal.kind is SignalKind.OUTSIDE]
    return {place: mark_of(signal) for signal in marked for place in signal.places}


def mark_of(signal: Signal) -> Mark:
    """How the points of a signal are drawn: those of a level that was left say neither good nor bad."""
    return Mark.CHANGE if signal.moved else MARK_OF[signal.meaning]


def newest_shift(reading: Reading) -> Signal | None:
    """The shift that ends last."""
    shifts = [signal for signal in reading.signals if signal.kind is SignalKind.SHIFT]
    return max(shifts, key=lambda signal: signal.last, default=None)


def _bracket(reading: Reading) -> Bracket | None:
    signal = newest_shift(reading)
    if signal is None:
        return None
    words = _("%(count)s above the %(centre)s") if signal.above else _("%(count)s below the %(centre)s")
    return Bracket(
        first=signal.first,
        last=signal.last,
        mark=mark_of(signal),
        words=words % {"count": len(signal.places), "centre": reading.centre_name},
    )


def _breaks(panel: Panel) -> tuple[Break, ...]:
    versions = panel.versions
    return tuple(
        Break(
            index=column,
            number=number,
            words=_("%(month)s: the definition changed. %(note)s")
            % {
                "month": formatting.period_name(panel.months[column], step=panel.measure.collaborative.step),
                "note": versions[column].change_note,
            },
        )
        for number, column in enumerate(panel.breaks, start=1)
    )


def _lines(reading: Reading) -> tuple[Line, ...]:
    found: list[Line] = []
    for phase in reading.phases:
        columns = slice(phase.first, phase.last + 1)
        if phase.centre is not None:
            found.append(Line(LineKind.CENTRE, phase.first, _numbers(reading.centre[columns])))
        found += [
            Line(LineKind.LIMIT, phase.first, _numbers(edge[columns]))
            for edge in (reading.lower, reading.upper)
            if not np.isnan(edge[columns]).all()
        ]
        if phase.version.goal is not None:
            found.append(Line(LineKind.GOAL, phase.first, (phase.version.goal,) * (phase.last - phase.first + 1)))
    return tuple(found)


def _comparison(
    benchmarks: Benchmarks | None, version: MeasureVersion
) -> tuple[tuple[Band, ...], tuple[float | None, ...]]:
    """The two bands of the teams' percentiles; the pooled line where only that may be seen."""
    if benchmarks is None:
        return (), ()
    scale = version.multiplier
    if not np.isnan(benchmarks.p25).all():
        return (
            Band(_numbers(benchmarks.p10 * scale), _numbers(benchmarks.p90 * scale), _("8 of 10 teams")),
            Band(_numbers(benchmarks.p25 * scale), _numbers(benchmarks.p75 * scale), _("Middle half of the teams")),
        ), ()
    if np.isnan(benchmarks.pooled).all():
        return (), ()
    return (), _numbers(benchmarks.pooled * scale)


def _axis(
    version: MeasureVersion,
    points: Sequence[Point],
    lines: Sequence[Line],
    bands: Sequence[Band],
    pooled: Sequence[float | None],
    shared_top: float | None,
) -> tuple[float, float, list[float]]:
    seen = [point.value for point in points if point.value is not None]
    seen += [value for line in lines if line.kind is not LineKind.LIMIT for value in line.values if value is not None]
    # The usual limit has room; that of a month with few people may run out of the picture.
    seen += [
        median(value for value in line.values if value is not None) for line in lines if line.kind is LineKind.LIMIT
    ]
    seen += [value for band in bands[-1:] for value in band.upper if value is not None]
    seen += [value for value in pooled if value is not None]
    seen += [] if shared_top is None else [shared_top]
    seen = seen or [1.0]
    counts = version.statistic in (Statistic.PROPORTION, Statistic.RATE, Statistic.COUNT)
    low, high = min(seen), max(seen)
    ceiling = version.multiplier if version.statistic is Statistic.PROPORTION else None
    return value_axis(low, high, from_zero=counts or low < NARROW * high, ceiling=ceiling)


def _axis_name(version: MeasureVersion, low: float) -> str:
    if low == 0:
        return version.unit
    return _("%(unit)s (the axis starts at %(low)s)") % {"unit": version.unit, "low": formatting.number(low)}


def _end_labels(
    version: MeasureVersion, reading: Reading, lines: Sequence[Line], pooled: Sequence[float | None]
) -> tuple[EndLabel, ...]:
    """A label for the last line of each kind."""
    last = {line.kind: line for line in lines if line.kind is not LineKind.LIMIT}
    wanted: list[tuple[str, str, float]] = []
    if LineKind.CENTRE in last:
        centre = _last(last[LineKind.CENTRE].values)
        wanted.append((LineKind.CENTRE.value, reading.centre_name.capitalize(), centre))
    if LineKind.GOAL in last:
        wanted.append((LineKind.GOAL.value, _("Goal"), _last(last[LineKind.GOAL].values)))
    if pooled:
        wanted.append(("pooled", _("All teams"), _last(pooled)))
    # A long unit stands at the axis only: there is no room for it at the end of a line.
    unit = version.unit if len(version.unit) <= LONGEST_UNIT else ""
    return tuple(EndLabel(kind, name, formatting.with_unit(value, unit), value) for kind, name, value in wanted)


def _notes(
    panel: Panel,
    reading: Reading,
    points: Sequence[Point],
    bands: Sequence[Band],
    benchmarks: Benchmarks | None,
) -> tuple[str, ...]:
    """What the marks in the picture mean, only those that are in it."""
    found = [f"{change.number} {change.words}".strip() for change in _breaks(panel)]
    states = [point.state for point in points]
    if any(signal.kind is SignalKind.SHIFT for signal in reading.signals):
        found.append(
            _("Square points: more than %(most)s points in a row on one side of the %(centre)s are unlikely by chance.")
            % {"most": reading.phases[-1].longest_run_max, "centre": reading.centre_name}
        )
    if reading.kind != "run":
        found.append(_("Dotted lines: the limits within which nearly all months lie by chance alone."))
    if PointState.MATURING in states:
        found.append(_("Hollow points may still change."))
    if PointState.HIDDEN in states:
        found.append(_("Hatched months are hidden: counts of 1 to 10 people are shown only to those who counted."))
    if bands and benchmarks is not None:
        found.append(
            _("Grey band: the middle half of the teams; lighter: 8 of 10 teams (up to %(count)s teams compared).")
            % {"count": formatting.number(float(np.nanmax(benchmarks.reporting)))}
        )
    return tuple(found)


def _table(
    version: MeasureVersion,
    subject: str,
    reading: Reading,
    points: Sequence[Point],
    benchmarks: Benchmarks | None,
) -> Table:
    unit = version.unit
    columns: list[tuple[str, list[str]]] = [
        (_("Month"), [point.label for point in points]),
        (_("Value"), [point.text for point in points]),
        (reading.centre_name.capitalize(), _words(reading.centre, unit)),
    ]
    if reading.kind != "run":
        columns += [(_("Lower limit"), _words(reading.lower, unit)), (_("Upper limit"), _words(reading.upper, unit))]
    if benchmarks is not None:
        scale = version.multiplier
        if not np.isnan(benchmarks.p25).all():
            between = [
                _("%(low)s to %(high)s") % {"low": low, "high": high} if low != "–" else low
                for low, high in zip(
                    _words(benchmarks.p25 * scale, ""), _words(benchmarks.p75 * scale, unit), strict=True
                )
            ]
            columns += [
                (_("Median of the teams"), _words(benchmarks.median * scale, unit)),
                (_("Middle half of the teams"), between),
            ]
        if not np.isnan(benchmarks.pooled).all():
            columns.append((_("All teams pooled"), _words(benchmarks.pooled * scale, unit)))
    return Table(
        caption=_("%(measure)s, %(subject)s") % {"measure": version.name, "subject": subject},
        columns=tuple(name for name, _cells in columns),
        rows=tuple(zip(*(cells for _name, cells in columns), strict=True)),
    )


def _alt(version: MeasureVersion, subject: str, points: Sequence[Point], sentence: str) -> str:
    drawn = [point for point in points if point.value is not None]
    if not drawn:
        return _("%(measure)s, %(subject)s. %(sentence)s") % {
            "measure": version.name,
            "subject": subject,
            "sentence": sentence,
        }
    return ngettext(
        "%(measure)s, %(subject)s: %(count)s month with a value, in %(first)s, %(low)s. %(sentence)s",
        "%(measure)s, %(subject)s: %(count)s months with a value, from %(first)s to %(last)s, between %(low)s and "
        "%(high)s. %(sentence)s",
        len(drawn),
    ) % {
        "measure": version.name,
        "subject": subject,
        "count": len(drawn),
        "first": drawn[0].label,
        "last": drawn[-1].label,
        "low": formatting.with_unit(min(point.value or 0.0 for point in drawn), version.unit),
        "high": formatting.with_unit(max(point.value or 0.0 for point in drawn), version.unit),
        "sentence": sentence,
    }


def _numbers(line: Floats) -> tuple[float | None, ...]:
    return tuple(_number(value) for value in line)


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _words(line: Floats, unit: str) -> list[str]:
    return [formatting.with_unit(value, unit) for value in line.tolist()]


def _last(values: Sequence[float | None]) -> float:
    return next(value for value in reversed(values) if value is not None)
