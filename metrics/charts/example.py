"""A made-up chart for the gallery: it improves, misses a month and hides one."""

from __future__ import annotations

import datetime as dt

import numpy as np
from django.utils.translation import gettext as _

from collab.common import months
from collab.enums import Direction, MeasureKind, Statistic
from collab.models import Collaborative, Measure, MeasureVersion
from metrics.charts.build import run_chart
from metrics.charts.cards import ChartCard
from metrics.queries.series import Panel
from metrics.suppression import State

FIRST = dt.date(2025, 1, 1)
MISSED = (31, 29, 33, 30, 32, 28, 31, 0, 22, 20, 0, 19, 18, 20, 17, 16, 18, 15)
BOOKED = 60
NOT_REPORTED, HIDDEN = 7, 10


def example_card() -> ChartCard:
    """A card of a measure that is in no database."""
    measure = Measure(pk=0, code="missed", collaborative=Collaborative(start=FIRST, months=len(MISSED)))
    version = MeasureVersion(
        measure=measure,
        effective_month=FIRST,
        name=_("Missed appointments"),
        kind=MeasureKind.OUTCOME,
        stat=Statistic.PROPORTION,
        direction=Direction.DOWN,
        multiplier=100,
        goal=20,
    )
    vars(measure)["_prefetched_objects_cache"] = {"versions": [version]}
    numerator = np.array([MISSED], dtype=np.float64)
    denominator = np.full_like(numerator, BOOKED)
    state = np.full(numerator.shape, State.VALUE, dtype=np.int8)
    for column, cause in ((NOT_REPORTED, State.MISSING), (HIDDEN, State.HIDDEN)):
        numerator[0, column] = denominator[0, column] = np.nan
        state[0, column] = cause
    span = tuple(months.iterate(FIRST, months.add(FIRST, len(MISSED) - 1)))
    panel = Panel(measure, span, numerator, denominator, state)
    return ChartCard(run_chart(panel, key="example", subject=_("a made-up team"), today=months.last_day(span[-1])))
