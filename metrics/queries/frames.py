"""All teams' numbers of one month, as arrays for the statistics."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np

from collab.enums import Statistic
from collab.models import Collaborative, MeasureVersion
from metrics.models import Observation
from metrics.queries.series import kind_of
from metrics.stats.arrays import Bools, Floats, Ints
from metrics.suppression import State, states


@dataclass(frozen=True, eq=False)
class MonthFrame:
    """What the teams of a collaborative reported for one month.

    ``versions``: the definitions that hold in the month, in the measures' order; only measures that are in use or
    have a value. ``group``, ``numerator``, ``denominator``: one element per team and measure with a live value, in
    the order of the agencies' codes; ``group`` is the place in ``versions``, a missing denominator is NaN.
    ``expected``: how many teams were enrolled and active, whether or not they reported.
    """

    month: dt.date
    expected: int
    versions: tuple[MeasureVersion, ...]
    group: Ints
    numerator: Floats
    denominator: Floats


def month_frame(collaborative: Collaborative, month: dt.date) -> MonthFrame:
    """The frame of one month: four queries, one of them over observations, however many teams there are.

    A value counts whether or not its team was still expected: a team that has withdrawn keeps its data.
    """
    measures = list(collaborative.measures.with_versions())
    rows = (
        Observation.objects.live()
        .for_month(month)
        .filter(measure__in=measures, numerator__isnull=False)
        .values_list("measure_id", "numerator", "denominator", "team__agency__code", "team_id")
    )
    # Sorted here and not by the database, whose order of letters depends on how it was set up.
    in_order = sorted(rows, key=lambda row: row[3:])
    values = np.array([row[:3] for row in in_order], dtype=np.float64).reshape(-1, 3)
    with_value = {int(key) for key in np.unique(values[:, 0])}
    shown = [measure for measure in measures if measure.pk in with_value or measure.is_asked_for(month, collaborative)]
    places = {measure.pk: place for place, measure in enumerate(shown)}
    return MonthFrame(
        month=month,
        expected=collaborative.teams.expected_in(month, step=collaborative.step).count(),
        versions=tuple(measure.version_for(month) for measure in shown),
        group=np.array([places[int(key)] for key in values[:, 0]], dtype=np.int64),
        numerator=values[:, 1],
        denominator=values[:, 2],
    )


def small_counts_in(frame: MonthFrame) -> list[bool]:
    """For each measure of the frame, whether some team's own figure is hidden from those who see no small counts."""
    found = np.bincount(frame.group[_hidden(frame)], minlength=len(frame.versions)) > 0
    return [bool(one) for one in found]


def without_small_counts(frame: MonthFrame) -> MonthFrame:
    """The frame of those who see no small counts: the figures hidden from them are left out, as if never reported."""
    kept = ~_hidden(frame)
    return replace(frame, group=frame.group[kept], numerator=frame.numerator[kept], denominator=frame.denominator[kept])


def _hidden(frame: MonthFrame) -> Bools:
    found = np.zeros(frame.group.shape, dtype=np.bool_)
    for place, version in enumerate(frame.versions):
        own = frame.group == place
        state = states(
            frame.numerator[own], frame.denominator[own], kind=kind_of(version.statistic), may_see_small=False
        )
        found[own] = state == State.HIDDEN
    return found


def sums(statistic: Statistic) -> bool:
    """Whether the first numbers of several teams add up to something: not for medians, scores and days."""
    return statistic.has_denominator or statistic is Statistic.COUNT
