"""How complete and how timely the figures of teams are, and what each measure costs and still tells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import Count, Q

from collab.enums import Direction, Statistic
from collab.models import Collaborative, Measure, MeasureVersion
from metrics.entry import breakdowns_for
from metrics.models import Observation, Submission
from metrics.queries.series import Sight, benchmarks, submitted_months
from metrics.queries.submitting import days_of, owed_by
from metrics.stats import feasibility
from metrics.stats.arrays import Bools
from metrics.stats.completeness import Reporting
from teams.models import Team

MONTHS_SHOWN = 12


@dataclass(frozen=True)
class MeasureUse:
    """One measure with what it costs and tells: numbers typed a month, and what speaks against it."""

    measure: Measure
    elements: int
    asked: int
    given: int
    use: feasibility.Use


def months_looked_at(collaborative: Collaborative) -> list[dt.date]:
    """The last 12 months whose deadline has passed, the oldest first."""
    return list(collaborative.due_months())[-MONTHS_SHOWN:]


def core_asked(collaborative: Collaborative, months: Sequence[dt.date]) -> dict[dt.date, list[Measure]]:
    """Month → the core measures that every team owes in it. Two queries."""
    measures = list(collaborative.measures.with_versions().filter(required=True))
    return {month: [one for one in measures if one.is_asked_for(month, collaborative)] for month in months}


def expected_in(collaborative: Collaborative, teams: Sequence[Team], months: Sequence[dt.date]) -> Bools:
    """Teams × months: who owes which. No query."""
    days = [days_of(team) for team in teams]
    owed = owed_by(collaborative, days, months)
    return np.array([owed[each] for each in days], dtype=np.bool_).reshape(len(teams), len(months))


def reporting_of(collaborative: Collaborative, teams: Sequence[Team], months: Sequence[dt.date]) -> Reporting:
    """What was expected and came, teams × months. Four queries, whatever their number.

    ``teams`` are of this collaborative; ``months`` may still be open.
    """
    shape = (len(teams), len(months))
    row_of = {team.pk: row for row, team in enumerate(teams)}
    column_of = {month: column for column, month in enumerate(months)}
    core = core_asked(collaborative, months)
    asked = np.broadcast_to(np.array([len(core[month]) for month in months], dtype=np.int64), shape)
    expected = expected_in(collaborative, teams, months)
    sent, on_time = np.zeros(shape, dtype=np.bool_), np.full(shape, np.nan)
    for (team, month), came in submitted_months(teams, months).items():
        if month in column_of:
            sent[row_of[team], column_of[month]] = True
            on_time[row_of[team], column_of[month]] = np.nan if came is None else came
    given, explained = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    # Counted by what the index holds, so that the table of all figures is not read.
    keys = {measure.pk for measures in core.values() for measure in measures}
    rows = Observation.objects.live().filter(team__in=row_of, month__in=column_of, measure__in=keys)
    for team, month, numbers, reasons in (
        rows.order_by()
        .values("team_id", "month")
        .annotate(
            numbers=Count("month", filter=Q(numerator__isnull=False)),
            reasons=Count("month", filter=Q(numerator__isnull=True)),
        )
        .values_list("team_id", "month", "numbers", "reasons")
    ):
        given[row_of[team], column_of[month]] = numbers
        explained[row_of[team], column_of[month]] = reasons
    return Reporting(expected, sent, on_time, asked, np.minimum(given, asked), explained)


def uses_of(collaborative: Collaborative, teams: Sequence[Team], sight: Sight, viewer: Any) -> list[MeasureUse]:
    """Each measure in use over the last 12 months, in order. Seven queries, whatever the number of teams."""
    months = months_looked_at(collaborative)
    measures = list(collaborative.measures.in_use().with_versions())
    for measure in measures:
        measure.collaborative = collaborative
    elements = elements_of(collaborative, measures)
    given = dict(
        Observation.objects.live()
        .filter(measure__in=measures, month__in=months, numerator__isnull=False)
        .order_by()
        .values("measure_id")
        .annotate(count=Count("month"))
        .values_list("measure_id", "count")
    )
    answers = list(
        Submission.objects.live()
        .filter(team__in=teams, month__in=months, minutes__isnull=False)
        .values_list("month", "minutes")
    )
    together = benchmarks(measures, months, sight, viewer)
    expected = dict(zip(months, expected_in(collaborative, teams, months).sum(axis=0).tolist(), strict=True))
    asked_for = {month: [one.pk for one in measures if one.is_asked_for(month, collaborative)] for month in months}
    found = []
    for measure in measures:
        turn = [month for month in months if measure.pk in asked_for[month]]
        asked = sum(expected[month] for month in turn)
        shares = [
            feasibility.minutes_for([minutes], elements[measure.pk], sum(elements[key] for key in asked_for[month]))[0]
            for month, minutes in answers
            if measure.pk in asked_for[month]
        ]
        numbers = together[measure.pk]
        pools = measure.latest.statistic.has_denominator
        use = feasibility.use_of(
            minutes=shares,
            asked=asked,
            given=min(given.get(measure.pk, 0), asked),
            values=[(numbers.pooled if pools else numbers.median)[months.index(month)] for month in turn],
            higher_is_better=_better(measure.latest),
            is_proportion=measure.latest.statistic is Statistic.PROPORTION,
        )
        found.append(MeasureUse(measure, elements[measure.pk], asked, min(given.get(measure.pk, 0), asked), use))
    return found


def elements_of(collaborative: Collaborative, measures: Sequence[Measure]) -> dict[int, int]:
    """Measure → how many numbers a team types for it in a month: one or two, and as many for each group."""
    breakdowns = breakdowns_for(collaborative)
    found = {}
    for measure in measures:
        cells = 1 + sum(len(breakdown.groups) for breakdown in breakdowns.get(measure.code, ()))
        found[measure.pk] = cells * (2 if measure.latest.statistic.takes_denominator else 1)
    return found


def _better(version: MeasureVersion) -> bool | None:
    return {Direction.UP: True, Direction.DOWN: False}.get(Direction(version.direction))
