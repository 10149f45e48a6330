"""Made-up charts for the gallery: one that improves, misses a month and hides one; and one of every kind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from django.utils.translation import gettext as _

from collab.common import months
from collab.enums import ChartKind, Direction, MeasureKind, RuleSet, Statistic
from collab.models import Collaborative, Measure, MeasureVersion
from collab.profiles import PROFILES
from metrics.charts.build import run_chart
from metrics.charts.cards import ChartCard
from metrics.charts.figure import RunChartFigure
from metrics.queries.annotations import Noted
from metrics.queries.series import Panel, Shape
from metrics.suppression import State

FIRST = dt.date(2025, 1, 1)
MISSED = (31, 29, 33, 30, 32, 28, 31, 0, 22, 20, 0, 19, 18, 20, 17, 16, 18, 15)
BOOKED = 60
NOT_REPORTED, HIDDEN = 7, 10


def example_card() -> ChartCard:
    """A card of a measure that is in no database."""
    panel = _panel(Statistic.PROPORTION, ChartKind.RUN, MISSED, [BOOKED] * len(MISSED), without=True)
    notes = (
        Noted(dt.date(2025, 8, 4), "test", _("Test of change"), _("Reminder calls, one clinic")),
        Noted(dt.date(2025, 9, 1), "change", _("Change put in place"), _("Reminder calls everywhere")),
        Noted(dt.date(2025, 9, 15), "event", _("Event"), _("Ice storm")),
    )
    return ChartCard(_figure(panel, "example", notes))


def every_kind() -> list[ChartCard]:
    """A card of each kind of chart, and of each rule set that needs limits: to be looked at by eye."""
    cards = [
        ChartCard(_figure(_panel(statistic, kind, parts, wholes), f"example-{kind.value}"))
        for statistic, kind, parts, wholes in KINDS
    ]
    for rules in (RuleSet.CLASSICAL, RuleSet.WESTERN_ELECTRIC, RuleSet.NELSON, RuleSet.MAKING_DATA_COUNT):
        kind = ChartKind.RUN if rules is RuleSet.CLASSICAL else ChartKind.P
        panel = _panel(Statistic.PROPORTION, kind, MANY, SIZES, rules=rules)
        cards.append(ChartCard(_figure(panel, f"example-{rules.value}")))
    frozen = replace(_panel(Statistic.PROPORTION, ChartKind.P, MANY, SIZES), shapes={0: Shape(frozen=(11,))})
    phased = replace(_panel(Statistic.PROPORTION, ChartKind.P, MANY, SIZES), shapes={0: Shape(starts=(14,))})
    return [*cards, ChartCard(_figure(frozen, "example-frozen")), ChartCard(_figure(phased, "example-phased"))]


MANY = (29, 33, 25, 28, 36, 27, 30, 31, 26, 32, 27, 33, 29, 31, 18, 20, 17, 22, 16, 9, 18, 21, 19, 20)
SIZES = (95, 102, 88, 97, 110, 91, 99, 105, 93, 100, 96, 104, 98, 101, 94, 103, 97, 99, 92, 106, 95, 100, 98, 102)
UNEVEN = tuple(size * (1 + place % 4) // 2 for place, size in enumerate(SIZES))
DAYS = (12, 30, 8, 21, 44, 17, 9, 26, 33, 14, 19, 40, 61, 23, 29, 76, 37, 13, 52, 31, 88, 25, 110, 28)
TOTALS = tuple(part * size for part, size in zip(MANY, UNEVEN, strict=True))
KINDS = (
    (Statistic.PROPORTION, ChartKind.P, MANY, SIZES),
    (Statistic.PROPORTION, ChartKind.PP, tuple(9 * part for part in MANY), tuple(10 * size for size in SIZES)),
    (Statistic.RATE, ChartKind.U, MANY, SIZES),
    (Statistic.RATE, ChartKind.UP, tuple(9 * part for part in MANY), tuple(10 * size for size in SIZES)),
    (Statistic.COUNT, ChartKind.C, MANY, None),
    (Statistic.DAYS_BETWEEN, ChartKind.G, DAYS, None),
    (Statistic.DAYS_BETWEEN, ChartKind.T, DAYS, None),
    (Statistic.SCORE, ChartKind.I, MANY, SIZES),
    (Statistic.MEAN, ChartKind.IP, TOTALS, UNEVEN),
    (Statistic.SCORE, ChartKind.MR, MANY, SIZES),
)


def _panel(
    statistic: Statistic,
    kind: ChartKind,
    parts: Sequence[float],
    wholes: Sequence[float] | None,
    *,
    rules: RuleSet = RuleSet.ANHOEJ,
    without: bool = False,
) -> Panel:
    """A series that is in no database; ``without`` a month that was not reported and one that is hidden."""
    profile = PROFILES[statistic]
    measure = Measure(
        pk=0, code="missed", collaborative=Collaborative(start=FIRST, months=len(parts)), drawn_as=kind, rules=rules
    )
    version = MeasureVersion(
        measure=measure,
        effective_month=FIRST,
        name=_("Missed appointments") if statistic is Statistic.PROPORTION else str(statistic.label),
        kind=MeasureKind.OUTCOME,
        stat=statistic,
        direction=profile.direction if statistic is Statistic.DAYS_BETWEEN else Direction.DOWN,
        unit=profile.unit,
        multiplier=profile.multiplier,
        goal=20 if statistic is Statistic.PROPORTION else None,
    )
    vars(measure)["_prefetched_objects_cache"] = {"versions": [version]}
    numerator = np.array([parts], dtype=np.float64)
    denominator = np.full_like(numerator, np.nan) if wholes is None else np.array([wholes], dtype=np.float64)
    state = np.full(numerator.shape, State.VALUE, dtype=np.int8)
    for column, cause in ((NOT_REPORTED, State.MISSING), (HIDDEN, State.HIDDEN)) if without else ():
        numerator[0, column] = denominator[0, column] = np.nan
        state[0, column] = cause
    span = tuple(months.iterate(FIRST, months.add(FIRST, len(parts) - 1)))
    return Panel(measure, span, numerator, denominator, state)


def _figure(panel: Panel, key: str, notes: Sequence[Noted] = ()) -> RunChartFigure:
    today = months.last_day(panel.months[-1])
    return run_chart(panel, key=key, subject=_("a made-up team"), today=today, notes=notes)
