"""Figures as months in a row, for one team or for all, as one viewer may see them.

Visibility and small numbers are settled here: what a viewer may not see never leaves this module, so no page, chart
or file above can leak it. Results are arrays (teams × months), not model instances, and the number of queries does
not grow with months, measures or teams.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from django.db.models import Q, QuerySet, Value

from collab.common.access import remembered
from collab.enums import DataSharing, Statistic
from collab.models import Collaborative, Measure, MeasureVersion
from collab.rules import sponsor_collaborative
from metrics.enums import DecisionKind
from metrics.models import BenchmarkValue, ChartDecision, Observation, Submission
from metrics.queries.publishing import is_published
from metrics.rules import compare_teams, is_own, own_teams, see_small_counts, sees_all_small_counts
from metrics.stats.advice import PERCENTILES_FROM
from metrics.stats.arrays import Bools
from metrics.suppression import Floats, Kind, State, States, masked, may_compare, states
from teams.enums import TeamStatus
from teams.models import Team

Decided = tuple[int, int, str, dt.date]
"""A decision about a chart: team key, measure key, kind and month."""


class Sight(StrEnum):
    """How much of the other teams somebody sees in a collaborative.

    Everything includes small counts; all teams do not.
    """

    EVERYTHING = "everything"
    ALL_TEAMS = "all_teams"
    NAMED = "named"
    CODED = "coded"
    POOLED = "pooled"
    NOTHING = "nothing"

    @property
    def looks_after_teams(self) -> bool:
        """Whether all teams stand here with their names, by need."""
        return self in (Sight.EVERYTHING, Sight.ALL_TEAMS)

    @property
    def sees_pooled(self) -> bool:
        return self is not Sight.NOTHING

    @property
    def sees_percentiles(self) -> bool:
        """Percentiles over few teams are single teams' values, so "pooled only" has none."""
        return self in (Sight.EVERYTHING, Sight.ALL_TEAMS, Sight.NAMED, Sight.CODED)


@dataclass(frozen=True, slots=True)
class Shape:
    """What people decided about one series: the columns in which phases begin, and the last ones of baselines."""

    starts: tuple[int, ...] = ()
    frozen: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class Panel:
    """One measure: rows are teams, columns months. Numbers are NaN unless ``state`` is a value.

    Only a denominator of 0 stands beside a missing value too: nobody was there to count, which is no secret and not the
    same as no report. ``reasons`` holds the reason for a missing value by (row, column); a missing cell without one was
    never reported. ``samples`` holds how many a denominator was drawn from, where it is a sample. ``shapes`` holds what
    was decided about a row's chart, if anything was.
    """

    measure: Measure
    months: tuple[dt.date, ...]
    numerator: Floats
    denominator: Floats
    state: States
    reasons: dict[tuple[int, int], str] = field(default_factory=dict)
    shapes: dict[int, Shape] = field(default_factory=dict)
    samples: dict[tuple[int, int], float] = field(default_factory=dict)

    @property
    def version(self) -> MeasureVersion:
        """The newest definition."""
        return self.measure.latest

    @cached_property
    def versions(self) -> list[MeasureVersion]:
        """The definition that holds in each month."""
        return self.measure.versions_for(self.months)

    @property
    def can_be_pooled(self) -> bool:
        """Whether values of several teams can be added up."""
        return self.version.statistic.has_denominator

    @cached_property
    def breaks(self) -> tuple[int, ...]:
        """Columns in which a new definition begins, never the first one."""
        held = self.versions
        return tuple(column for column in range(1, len(held)) if held[column] is not held[column - 1])

    def shape_of(self, row: int) -> Shape:
        """What was decided about the chart of a row."""
        return self.shapes.get(row, UNSHAPED)

    def edges_of(self, row: int) -> list[tuple[int, int]]:
        """The first column of each phase of a row and the one after its last, by definition and by decision.

        A panel without months has no phase.
        """
        starts = sorted({*self.breaks, *self.shape_of(row).starts})
        return list(pairwise([0, *starts, len(self.months)])) if self.months else []

    @property
    def values(self) -> Floats:
        """Values in the measure's unit, NaN where there is none."""
        multiplier = np.array([version.multiplier for version in self.versions])
        divides = np.array([version.statistic.has_denominator for version in self.versions], dtype=np.bool_)
        divisor = np.where(divides, np.where(self.denominator > 0, self.denominator, np.nan), 1.0)
        found: Floats = self.numerator / divisor * multiplier
        return found

    def row(self, number: int) -> Panel:
        """One team's series, as a panel with a single row."""
        keep = slice(number, number + 1)
        return Panel(
            self.measure,
            self.months,
            self.numerator[keep],
            self.denominator[keep],
            self.state[keep],
            {(0, column): reason for (row, column), reason in self.reasons.items() if row == number},
            {0: self.shapes[number]} if number in self.shapes else {},
            {(0, column): population for (row, column), population in self.samples.items() if row == number},
        )


UNSHAPED = Shape()


@dataclass(frozen=True, eq=False)
class Benchmarks:
    """What the teams did together, one element a month; rates as fractions, NaN where there is none to be shown.

    ``pooled`` counts are those behind the pooled rate; ``state`` tells a hidden or withheld one from a missing one. The
    percentiles and ``abc``, the achievable benchmark of care, are there from PERCENTILES_FROM teams on. ``withheld``:
    the months that are computed and not published; nothing of them is here. ``partial``: the months in which teams with
    small numbers are left out, of ``reporting`` too.
    """

    measure: Measure
    months: tuple[dt.date, ...]
    expected: Floats
    reporting: Floats
    numerator: Floats
    denominator: Floats
    state: States
    pooled: Floats
    median: Floats
    p10: Floats
    p25: Floats
    p75: Floats
    p90: Floats
    abc: Floats
    withheld: Bools
    partial: Bools

    @property
    def is_withheld(self) -> bool:
        """Whether none of the months that were computed is published to this viewer."""
        return bool(self.withheld.any()) and not bool((self.reporting > 0).any())


@dataclass(frozen=True, slots=True)
class Peer:
    """A team as the viewer may know it: under code names there is no ``team`` to follow unless it is one's own."""

    label: str
    own: bool
    team: Team | None


@dataclass(frozen=True, eq=False)
class Comparison:
    """All teams that a viewer may compare, and a panel a measure whose rows follow ``peers``."""

    sight: Sight
    months: tuple[dt.date, ...]
    peers: tuple[Peer, ...]
    panels: tuple[Panel, ...]


def kind_of(statistic: Statistic) -> Kind:
    """What the numbers of a statistic count, for hiding small ones."""
    return Kind(
        counts_people=statistic.counts_people,
        is_proportion=statistic is Statistic.PROPORTION,
        needs_denominator=statistic.has_denominator,
    )


def measures_of(collaborative: Collaborative) -> list[Measure]:
    """The measures in use with their definitions and the collaborative at hand, in order. Two queries."""
    return _measures({collaborative.pk: collaborative})


def measures_of_all(collaboratives: Iterable[Collaborative]) -> list[Measure]:
    """The same of several collaboratives. Two queries."""
    return _measures({collaborative.pk: collaborative for collaborative in collaboratives})


def _measures(collaboratives: dict[int, Collaborative]) -> list[Measure]:
    found = list(Measure.objects.in_use().with_versions().filter(collaborative__in=collaboratives))
    for measure in found:
        measure.collaborative = collaboratives[measure.collaborative_id]
    return found


def sight_of(user: Any, collaborative: Collaborative) -> Sight:
    """How much of the teams ``user`` sees in ``collaborative``: the data-sharing policy for those who take part."""

    def load() -> Sight:
        if compare_teams.check(user, collaborative):
            return Sight.EVERYTHING if sees_all_small_counts(user, collaborative) else Sight.ALL_TEAMS
        if _takes_part(user, collaborative):
            return Sight(DataSharing(collaborative.data_sharing).value)
        return Sight.POOLED if sponsor_collaborative.check(user, collaborative) else Sight.NOTHING

    return remembered(user, f"sight_of_{collaborative.pk}", load)


def team_panels(team: Team, user: Any, *, months: Sequence[dt.date] | None = None) -> list[Panel]:
    """A team's measures in order, over all its collaborative's months that are over. Four queries.

    ``team`` must be one that ``user`` may see; small counts are hidden from those who may not see them.
    """
    measures = measures_of(team.collaborative)
    span = tuple(team.collaborative.ended_months() if months is None else months)
    rows = Observation.objects.live().filter(team=team)
    may_see = [see_small_counts.check(user, team)]
    return _panels(measures, span, rows, [team.pk], may_see, _decisions(measures, [team.pk]))


def panels_of_teams(teams: Sequence[Team], user: Any) -> dict[int, list[Panel]]:
    """Each team's panels by the team's key, in four queries whatever the number of teams and collaboratives.

    The teams must be ones that ``user`` may see, with their collaboratives at hand.
    """
    collaboratives = {team.collaborative_id: team.collaborative for team in teams}
    measures = _measures(collaboratives)
    if not teams:
        return {}
    rows = list(_numbers(Observation.objects.live().filter(team__in=[team.pk for team in teams])))
    decisions = _decisions(measures, [team.pk for team in teams])
    found = {}
    for team in teams:
        own = [measure for measure in measures if measure.collaborative_id == team.collaborative_id]
        span = tuple(team.collaborative.ended_months())
        found[team.pk] = _panels(own, span, rows, [team.pk], [see_small_counts.check(user, team)], decisions)
    return found


def comparison(
    user: Any,
    collaborative: Collaborative,
    *,
    measures: Sequence[Measure] | None = None,
    teams: Sequence[Team] | None = None,
    months: Sequence[dt.date] | None = None,
) -> Comparison:
    """Teams × measures as ``user`` may see them; without any team where the policy is "pooled only".

    ``teams``: some of ``compared_teams``, in the order in which they are to stand; all of them unless given.
    ``months``: neighbors among those that are over; all of them unless given.
    """
    sight = sight_of(user, collaborative)
    chosen = measures_of(collaborative) if measures is None else list(measures)
    span = tuple(collaborative.ended_months() if months is None else months)
    teams = list(compared_teams(collaborative, sight) if teams is None else teams)
    for team in teams:
        team.collaborative = collaborative
    own = [team.pk for team in teams if is_own(user, team)]
    coded = sight is Sight.CODED
    peers = tuple(
        Peer(
            label=team.code_name if coded else team.name,
            own=team.pk in own,
            team=None if coded and team.pk not in own else team,
        )
        for team in teams
    )
    rows = Observation.objects.live().filter(measure__in=chosen, team__in=[team.pk for team in teams])
    if months is not None:
        rows = rows.filter(month__in=span)
    may_see = [see_small_counts.check(user, team) for team in teams]
    keys = [team.pk for team in teams]
    panels = _panels(chosen, span, rows, keys, may_see, _decisions(chosen, keys))
    return Comparison(sight, span, peers, tuple(panels))


def benchmarks(
    measures: Sequence[Measure], months: Sequence[dt.date], sight: Sight, viewer: Any
) -> dict[int, Benchmarks]:
    """The live benchmarks by measure key, as ``viewer`` may see them, whose ``sight`` it is. One query; two if pooled.

    Hidden where too few teams have reported, and the pooled rate where the counts behind it are small. Who sees the
    teams one by one but no small counts sees results without the hidden figures, which the difference would tell; over
    few teams only as long as none is hidden. Who sees only what all did together, and their own figures, does not see
    the pooled rate where the counts of the rest are small. Who does not look after the teams sees what is published.
    """
    columns = {month: number for number, month in enumerate(months)}
    fields = ("expected", "reporting", "compared", "numerator", "denominator", "pooled", "median")
    percentiles = ("p10", "p25", "p75", "p90", "abc")
    table = {
        measure.pk: {name: np.full(len(columns), np.nan) for name in (*fields, *percentiles)} for measure in measures
    }
    each_team = {measure.pk: np.full(len(columns), sight.looks_after_teams) for measure in measures}
    withheld = {measure.pk: np.zeros(len(columns), dtype=np.bool_) for measure in measures}
    partial = {measure.pk: np.zeros(len(columns), dtype=np.bool_) for measure in measures}
    if sight.sees_pooled and columns:
        stored = (
            BenchmarkValue.objects.in_sight()
            .filter(_over_what_is_seen(sight), measure__in=table, month__range=(months[0], months[-1]))
            .annotate(published=Value(True) if sight.looks_after_teams else is_published())
            .values_list("measure_id", "month", "published", "has_small", "with_small_counts", *fields, *percentiles)
        )
        for measure_id, month, published, has_small, whole, *numbers in stored:
            if month in columns and not published:
                withheld[measure_id][columns[month]] = True
            elif month in columns:
                if has_small and sight is not Sight.EVERYTHING:
                    each_team[measure_id][columns[month]] = False
                partial[measure_id][columns[month]] = not whole
                for name, number in zip((*fields, *percentiles), numbers, strict=True):
                    table[measure_id][name][columns[month]] = np.nan if number is None else number
    own = _own_sums(measures, columns, viewer) if sight is Sight.POOLED else {}
    return {
        measure.pk: _shown_benchmarks(
            measure,
            tuple(months),
            table[measure.pk],
            sight,
            each_team[measure.pk],
            (withheld[measure.pk], partial[measure.pk]),
            own.get(measure.pk),
        )
        for measure in measures
    }


def _own_sums(
    measures: Sequence[Measure], columns: dict[dt.date, int], viewer: Any
) -> dict[int, tuple[Floats, Floats]]:
    """What the viewer's own teams reported together, by measure key and month; both numbers. One query."""
    found: dict[int, tuple[Floats, Floats]] = {}
    if not columns:
        return found
    rows = Observation.objects.live().filter(
        team__in=Team.objects.filter(own_teams(viewer)),
        measure__in=[measure.pk for measure in measures],
        month__range=(min(columns), max(columns)),
        denominator__gt=0,
        numerator__isnull=False,
    )
    for measure, month, numerator, denominator in rows.values_list("measure", "month", "numerator", "denominator"):
        if month in columns:
            above, below = found.setdefault(measure, (np.zeros(len(columns)), np.zeros(len(columns))))
            above[columns[month]] += numerator
            below[columns[month]] += denominator
    return found


def _over_what_is_seen(sight: Sight) -> Q:
    """Values over all figures, or without the small ones for those who see the others one by one."""
    if sight in (Sight.EVERYTHING, Sight.POOLED):
        return Q(with_small_counts=True)
    return Q(has_small=False) | Q(with_small_counts=False)


def benchmarks_by_team(
    teams: Sequence[Team], panels: dict[int, list[Panel]], user: Any
) -> dict[int, dict[int, Benchmarks]]:
    """Team key → measure key → benchmarks, for teams of one or several collaboratives.

    One query for each of these, two where only what all did together is seen.
    """
    by_collaborative: dict[int, dict[int, Benchmarks]] = {}
    for team in teams:
        if team.collaborative_id not in by_collaborative and panels[team.pk]:
            by_collaborative[team.collaborative_id] = benchmarks(
                [panel.measure for panel in panels[team.pk]],
                panels[team.pk][0].months,
                sight_of(user, team.collaborative),
                user,
            )
    return {team.pk: by_collaborative.get(team.collaborative_id, {}) for team in teams}


def submitted_months(teams: Sequence[Team], months: Sequence[dt.date]) -> dict[tuple[int, dt.date], bool | None]:
    """(team, month) → whether its first revision was on time (None: imported), for submitted months. One query."""
    if not months:
        return {}
    span = (min(months), max(months))
    rows = Submission.objects.live().filter(team__in=[team.pk for team in teams], month__range=span)
    return {(team, month): on_time for team, month, on_time in rows.values_list("team_id", "month", "on_time")}


def _takes_part(user: Any, collaborative: Collaborative) -> bool:
    return Team.objects.filter(collaborative=collaborative).filter(own_teams(user)).exists()


def compared_teams(collaborative: Collaborative, sight: Sight) -> QuerySet[Team]:
    """The teams that somebody with ``sight`` may compare; none where the policy is "pooled only".

    Teams that left are there for those who see everything, for their months stay part of the story. The order gives
    nothing away: by name, or by code name.
    """
    if sight in (Sight.POOLED, Sight.NOTHING):
        return Team.objects.none()
    teams = Team.objects.filter(collaborative=collaborative).select_related("agency")
    if not sight.looks_after_teams:
        teams = teams.exclude(status=TeamStatus.WITHDRAWN)
    return teams.order_by("code_name" if sight is Sight.CODED else "name", "pk")


def panels_of_batch(collaborative: Collaborative, team_ids: Sequence[int]) -> tuple[list[Panel], list[Panel]]:
    """The panels of some teams with all small counts, and with none of them: for jobs, never for a page.

    Rows follow ``team_ids``. Four queries.
    """
    measures = measures_of(collaborative)
    span = tuple(collaborative.ended_months())
    rows = list(_numbers(Observation.objects.live().filter(team__in=team_ids, measure__in=measures)))
    decisions = list(_decisions(measures, team_ids))
    full, masked = (
        _panels(measures, span, rows, team_ids, [may_see] * len(team_ids), decisions) for may_see in (True, False)
    )
    return full, masked


def _numbers(rows: QuerySet[Observation]) -> Any:
    return rows.values_list(
        "team_id", "measure_id", "month", "numerator", "denominator", "missing_reason", "population"
    )


def _panels(
    measures: Sequence[Measure],
    months: tuple[dt.date, ...],
    rows: Any,
    team_ids: Sequence[int],
    may_see_small: Sequence[bool],
    decisions: Iterable[Decided],
) -> list[Panel]:
    """Observations as panels; ``rows`` is a query, or its numbers when several panels share them."""
    row_of = {key: number for number, key in enumerate(team_ids)}
    column_of = {month: number for number, month in enumerate(months)}
    shape = (len(row_of), len(column_of))
    above = {measure.pk: np.full(shape, np.nan) for measure in measures}
    below = {measure.pk: np.full(shape, np.nan) for measure in measures}
    reasons: dict[int, dict[tuple[int, int], str]] = {measure.pk: {} for measure in measures}
    samples: dict[int, dict[tuple[int, int], float]] = {measure.pk: {} for measure in measures}
    for team_id, measure_id, month, numerator, denominator, reason, population in (
        _numbers(rows).iterator(chunk_size=5000) if isinstance(rows, QuerySet) else rows
    ):
        row, column = row_of.get(team_id), column_of.get(month)
        if row is None or column is None or measure_id not in above:
            continue
        if numerator is None:
            reasons[measure_id][row, column] = reason
        else:
            above[measure_id][row, column] = numerator
        if denominator is not None:
            below[measure_id][row, column] = denominator
        if population is not None:
            samples[measure_id][row, column] = population
    allowed = np.array(may_see_small, dtype=np.bool_)[:, None]
    shapes = _shapes(decisions, row_of, column_of)
    return [
        _panel(
            measure,
            months,
            above[measure.pk],
            below[measure.pk],
            allowed,
            reasons[measure.pk],
            shapes.get(measure.pk, {}),
            samples[measure.pk],
        )
        for measure in measures
    ]


def _decisions(measures: Sequence[Measure], team_ids: Sequence[int]) -> list[Decided]:
    """The decisions that stand about these measures and teams. One query."""
    found = ChartDecision.objects.standing().filter(measure__in=measures, team__in=team_ids)
    return list(found.order_by("month").values_list("team_id", "measure_id", "kind", "month"))


def _shapes(
    decisions: Iterable[Decided], row_of: dict[int, int], column_of: dict[dt.date, int]
) -> dict[int, dict[int, Shape]]:
    """Measure key → row → what was decided. What lies outside the months that are shown changes nothing."""
    columns: dict[tuple[int, int, str], list[int]] = {}
    for team_id, measure_id, kind, month in decisions:
        row, column = row_of.get(team_id), column_of.get(month)
        if row is not None and column is not None and (column > 0 or kind == DecisionKind.BASELINE):
            columns.setdefault((measure_id, row, kind), []).append(column)
    found: dict[int, dict[int, Shape]] = {}
    for measure_id, row in {(measure_id, row) for measure_id, row, _kind in columns}:
        found.setdefault(measure_id, {})[row] = Shape(
            starts=tuple(columns.get((measure_id, row, DecisionKind.PHASE), ())),
            frozen=tuple(columns.get((measure_id, row, DecisionKind.BASELINE), ())),
        )
    return found


def _panel(
    measure: Measure,
    months: tuple[dt.date, ...],
    above: Floats,
    below: Floats,
    allowed: Any,
    reasons: dict[tuple[int, int], str],
    shapes: dict[int, Shape],
    samples: dict[tuple[int, int], float],
) -> Panel:
    state = _states_by_month(measure.versions_for(months), above, below, may_see_small=allowed)
    numerator, denominator = masked(above, below, state)
    denominator[(state == State.MISSING) & (above == 0) & (below == 0)] = 0
    told = {cell: population for cell, population in samples.items() if state[cell] == State.VALUE}
    return Panel(measure, months, numerator, denominator, state, reasons, shapes, told)


def _states_by_month(held: Sequence[MeasureVersion], above: Floats, below: Floats, *, may_see_small: Any) -> States:
    """The state of cells whose last axis is the months; each month is judged by the definition ``held`` in it."""
    state = np.full(above.shape, State.MISSING, dtype=np.int8)
    for version in set(held):
        columns = np.array([other is version for other in held], dtype=np.bool_)
        state[..., columns] = states(
            above[..., columns], below[..., columns], kind=kind_of(version.statistic), may_see_small=may_see_small
        )
    return state


def _shown_benchmarks(
    measure: Measure,
    months: tuple[dt.date, ...],
    table: dict[str, Floats],
    sight: Sight,
    each_team: Bools,
    left_out: tuple[Bools, Bools],
    own: tuple[Floats, Floats] | None,
) -> Benchmarks:
    """Stored benchmarks with NaN for whatever ``sight`` does not include.

    ``each_team``: the months in which every single team's figure may be seen anyway. ``left_out``: those that are
    withheld, and those without some teams. ``own``: both numbers of the viewer's own teams, which can be subtracted.
    """
    withheld, partial = left_out
    pooled_teams = may_compare(table["reporting"], sees_each_team=each_team)
    compared = may_compare(table["compared"], sees_each_team=each_team) & sight.sees_percentiles
    # Between few teams percentiles say nothing, and the best tenth is a single team.
    enough = compared & (table["compared"] >= PERCENTILES_FROM)
    held = measure.versions_for(months)
    state = _states_by_month(held, table["numerator"], table["denominator"], may_see_small=False)
    if own is not None:
        above, below = table["numerator"] - own[0], table["denominator"] - own[1]
        rest = _states_by_month(held, above, below, may_see_small=False)
        state = np.where((state == State.VALUE) & (rest == State.HIDDEN), State.HIDDEN, state)
    # Only a quotient has a pooled rate: counts that were added up under an older definition have none.
    divides = np.array([version.statistic.has_denominator for version in held], dtype=np.bool_)
    state = np.where(divides, state, State.MISSING)
    reported = (table["reporting"] > 0) | partial
    state = np.where(reported & ~pooled_teams, State.HIDDEN, state)
    state = np.where(withheld, State.WITHHELD, state).astype(np.int8)
    numerator, denominator = masked(table["numerator"], table["denominator"], state)
    return Benchmarks(
        measure=measure,
        months=months,
        expected=table["expected"],
        reporting=table["reporting"],
        numerator=numerator,
        denominator=denominator,
        state=state,
        pooled=np.where(state == State.VALUE, table["pooled"], np.nan),
        median=np.where(compared, table["median"], np.nan),
        **{name: np.where(enough, table[name], np.nan) for name in ("p10", "p25", "p75", "p90", "abc")},
        withheld=withheld,
        partial=partial,
    )


def pooled_panel(found: Benchmarks) -> Panel:
    """What all teams achieved together, as a panel with one row."""
    numerator, denominator, state = found.numerator[None, :], found.denominator[None, :], found.state[None, :]
    return Panel(found.measure, found.months, numerator, denominator, state)
