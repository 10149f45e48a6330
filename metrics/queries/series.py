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
from typing import Any

import numpy as np
from django.db.models import F, Q, QuerySet

from collab.common.access import remembered
from collab.enums import DataSharing, Statistic
from collab.models import Collaborative, Measure, MeasureVersion
from collab.rules import sponsor_collaborative
from metrics.models import BenchmarkValue, Observation, Submission
from metrics.rules import compare_teams, is_own, own_teams, see_small_counts, sees_all_small_counts
from metrics.stats.arrays import Bools
from metrics.suppression import SMALL, Floats, Kind, State, States, masked, may_compare, states
from teams.enums import TeamStatus
from teams.models import Team


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


@dataclass(frozen=True, eq=False)
class Panel:
    """One measure: rows are teams, columns months. Numbers are NaN unless ``state`` is a value.

    Only a denominator of 0 stands beside a missing value too: nobody was there to count, which is no secret and not the
    same as no report. ``reasons`` holds the reason for a missing value by (row, column); a missing cell without one was
    never reported.
    """

    measure: Measure
    months: tuple[dt.date, ...]
    numerator: Floats
    denominator: Floats
    state: States
    reasons: dict[tuple[int, int], str] = field(default_factory=dict)

    @property
    def version(self) -> MeasureVersion:
        """The newest definition."""
        return self.measure.latest

    @cached_property
    def versions(self) -> list[MeasureVersion]:
        """The definition that holds in each month."""
        return versions_by_month(self.measure, self.months)

    @property
    def can_be_pooled(self) -> bool:
        """Whether values of several teams can be added up."""
        return self.version.statistic.has_denominator

    @cached_property
    def breaks(self) -> tuple[int, ...]:
        """Columns in which a new definition begins, never the first one."""
        held = self.versions
        return tuple(column for column in range(1, len(held)) if held[column] is not held[column - 1])

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
        )


@dataclass(frozen=True, eq=False)
class Benchmarks:
    """What the teams did together, one element a month; rates as fractions, NaN where there is none to be shown.

    ``pooled`` counts are those behind the pooled rate; ``state`` tells a hidden pooled rate from a missing one.
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


def versions_by_month(measure: Measure, months: Iterable[dt.date]) -> list[MeasureVersion]:
    """The definition that holds in each month; the same object for the same definition."""
    return [measure.version_for(month) for month in months]


def measures_of(collaborative: Collaborative) -> list[Measure]:
    """The measures in use with their definitions and the collaborative at hand, in order. Two queries."""
    return _measures({collaborative.pk: collaborative})


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
    """A team's measures in order, over all its collaborative's months that are over. Three queries.

    ``team`` must be one that ``user`` may see; small counts are hidden from those who may not see them.
    """
    measures = measures_of(team.collaborative)
    span = tuple(team.collaborative.ended_months() if months is None else months)
    rows = Observation.objects.live().filter(team=team)
    return _panels(measures, span, rows, [team.pk], [see_small_counts.check(user, team)])


def panels_of_teams(teams: Sequence[Team], user: Any) -> dict[int, list[Panel]]:
    """Each team's panels by the team's key, in three queries whatever the number of teams and collaboratives.

    The teams must be ones that ``user`` may see, with their collaboratives at hand.
    """
    collaboratives = {team.collaborative_id: team.collaborative for team in teams}
    measures = _measures(collaboratives)
    if not teams:
        return {}
    rows = list(_numbers(Observation.objects.live().filter(team__in=[team.pk for team in teams])))
    found = {}
    for team in teams:
        own = [measure for measure in measures if measure.collaborative_id == team.collaborative_id]
        span = tuple(team.collaborative.ended_months())
        found[team.pk] = _panels(own, span, rows, [team.pk], [see_small_counts.check(user, team)])
    return found


def comparison(user: Any, collaborative: Collaborative, *, measures: Sequence[Measure] | None = None) -> Comparison:
    """All teams × measures as ``user`` may see them; without any team where the policy is "pooled only".

    Teams that left are there for those who see everything, for their months stay part of the story. The order gives
    nothing away: by name, or by code name.
    """
    sight = sight_of(user, collaborative)
    chosen = measures_of(collaborative) if measures is None else list(measures)
    span = tuple(collaborative.ended_months())
    teams = _compared_teams(user, collaborative, sight)
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
    if sight.looks_after_teams:
        rows = Observation.objects.live().filter(measure__in=chosen)
    may_see = [see_small_counts.check(user, team) for team in teams]
    panels = _panels(chosen, span, rows, [team.pk for team in teams], may_see)
    return Comparison(sight, span, peers, tuple(panels))


def benchmarks(measures: Sequence[Measure], months: Sequence[dt.date], sight: Sight) -> dict[int, Benchmarks]:
    """The live benchmarks by measure key, as somebody with ``sight`` may see them. One query, two for all teams.

    Hidden where too few teams have reported, and the pooled rate where the counts behind it are small. Who sees all
    teams but no small counts sees results over few teams as long as none of these teams' own figures is hidden.
    """
    columns = {month: number for number, month in enumerate(months)}
    fields = ("expected", "reporting", "compared", "numerator", "denominator", "pooled", "median")
    percentiles = ("p10", "p25", "p75", "p90")
    table = {
        measure.pk: {name: np.full(len(columns), np.nan) for name in (*fields, *percentiles)} for measure in measures
    }
    if sight.sees_pooled and columns:
        stored = (
            BenchmarkValue.objects.live()
            .filter(measure__in=table, month__range=(months[0], months[-1]))
            .values_list("measure_id", "month", *fields, *percentiles)
        )
        for measure_id, month, *numbers in stored:
            if month in columns:
                for name, number in zip((*fields, *percentiles), numbers, strict=True):
                    table[measure_id][name][columns[month]] = np.nan if number is None else number
    each_team = {measure.pk: np.full(len(columns), sight.looks_after_teams) for measure in measures}
    if sight is Sight.ALL_TEAMS and columns:
        for measure_id, month in _months_with_small_counts(measures, months):
            if month in columns:
                each_team[measure_id][columns[month]] = False
    return {
        measure.pk: _shown_benchmarks(measure, tuple(months), table[measure.pk], sight, each_team[measure.pk])
        for measure in measures
    }


def _months_with_small_counts(measures: Sequence[Measure], months: Sequence[dt.date]) -> Any:
    """(measure key, month) of those in which some team's own figure is hidden from others. One query."""
    kinds = {measure.pk: kind_of(measure.latest.statistic) for measure in measures}
    people = [key for key, kind in kinds.items() if kind.counts_people]
    parts = [key for key, kind in kinds.items() if kind.is_proportion]
    small = Q(denominator__gt=0, denominator__lt=SMALL.stop)
    small |= Q(measure__in=people, numerator__gt=0, numerator__lt=SMALL.stop)
    small |= Q(measure__in=parts, rest__gt=0, rest__lt=SMALL.stop)
    rows = Observation.objects.live().filter(measure__in=kinds, month__range=(months[0], months[-1]))
    rows = rows.annotate(rest=F("denominator") - F("numerator")).filter(small)
    return rows.order_by().values_list("measure_id", "month").distinct()


def benchmarks_by_team(
    teams: Sequence[Team], panels: dict[int, list[Panel]], user: Any
) -> dict[int, dict[int, Benchmarks]]:
    """Team key → measure key → benchmarks, for teams of one or several collaboratives. One query for each of these."""
    by_collaborative: dict[int, dict[int, Benchmarks]] = {}
    for team in teams:
        if team.collaborative_id not in by_collaborative and panels[team.pk]:
            by_collaborative[team.collaborative_id] = benchmarks(
                [panel.measure for panel in panels[team.pk]],
                panels[team.pk][0].months,
                sight_of(user, team.collaborative),
            )
    return {team.pk: by_collaborative.get(team.collaborative_id, {}) for team in teams}


def submitted_months(teams: Sequence[Team], months: Sequence[dt.date]) -> dict[tuple[int, dt.date], bool | None]:
    """(team, month) → whether its first revision was on time (None: imported), for submitted months. One query."""
    if not months:
        return {}
    rows = Submission.objects.live().filter(team__in=[team.pk for team in teams], month__range=(months[0], months[-1]))
    return {(team, month): on_time for team, month, on_time in rows.values_list("team_id", "month", "on_time")}


def _takes_part(user: Any, collaborative: Collaborative) -> bool:
    return Team.objects.filter(collaborative=collaborative).filter(own_teams(user)).exists()


def _compared_teams(user: Any, collaborative: Collaborative, sight: Sight) -> list[Team]:
    """The teams of a comparison in an order that gives nothing away, each with the collaborative at hand."""
    if sight in (Sight.POOLED, Sight.NOTHING):
        return []
    teams = Team.objects.filter(collaborative=collaborative).select_related("agency")
    if not sight.looks_after_teams:
        teams = teams.exclude(status=TeamStatus.WITHDRAWN)
    found = list(teams.order_by("code_name" if sight is Sight.CODED else "name", "pk"))
    for team in found:
        team.collaborative = collaborative
    return found


def _numbers(rows: QuerySet[Observation]) -> Any:
    return rows.values_list("team_id", "measure_id", "month", "numerator", "denominator", "missing_reason")


def _panels(
    measures: Sequence[Measure],
    months: tuple[dt.date, ...],
    rows: Any,
    team_ids: Sequence[int],
    may_see_small: Sequence[bool],
) -> list[Panel]:
    """Observations as panels; ``rows`` is a query, or its numbers when several panels share them."""
    row_of = {key: number for number, key in enumerate(team_ids)}
    column_of = {month: number for number, month in enumerate(months)}
    shape = (len(row_of), len(column_of))
    above = {measure.pk: np.full(shape, np.nan) for measure in measures}
    below = {measure.pk: np.full(shape, np.nan) for measure in measures}
    reasons: dict[int, dict[tuple[int, int], str]] = {measure.pk: {} for measure in measures}
    for team_id, measure_id, month, numerator, denominator, reason in (
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
    allowed = np.array(may_see_small, dtype=np.bool_)[:, None]
    return [
        _panel(measure, months, above[measure.pk], below[measure.pk], allowed, reasons[measure.pk])
        for measure in measures
    ]


def _panel(
    measure: Measure,
    months: tuple[dt.date, ...],
    above: Floats,
    below: Floats,
    allowed: Any,
    reasons: dict[tuple[int, int], str],
) -> Panel:
    held = versions_by_month(measure, months)
    state = np.full(above.shape, State.MISSING, dtype=np.int8)
    for version in set(held):
        columns = np.array([other is version for other in held], dtype=np.bool_)
        state[:, columns] = states(
            above[:, columns], below[:, columns], kind=kind_of(version.statistic), may_see_small=allowed
        )
    numerator, denominator = masked(above, below, state)
    denominator[(state == State.MISSING) & (above == 0) & (below == 0)] = 0
    return Panel(measure, months, numerator, denominator, state, reasons)


def _shown_benchmarks(
    measure: Measure, months: tuple[dt.date, ...], table: dict[str, Floats], sight: Sight, each_team: Bools
) -> Benchmarks:
    """Stored benchmarks with NaN for whatever ``sight`` does not include.

    ``each_team``: the months in which every single team's figure may be seen anyway.
    """
    pooled_teams = may_compare(table["reporting"], sees_each_team=each_team)
    compared = may_compare(table["compared"], sees_each_team=each_team) & sight.sees_percentiles
    kind = kind_of(measure.latest.statistic)
    state = states(table["numerator"], table["denominator"], kind=kind, may_see_small=False)
    reported = table["reporting"] > 0
    state = np.where(reported & ~pooled_teams, State.HIDDEN, state).astype(np.int8)
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
        **{name: np.where(compared, table[name], np.nan) for name in ("median", "p10", "p25", "p75", "p90")},
    )


def pooled_panel(found: Benchmarks) -> Panel:
    """What all teams achieved together, as a panel with one row."""
    numerator, denominator, state = found.numerator[None, :], found.denominator[None, :], found.state[None, :]
    return Panel(found.measure, found.months, numerator, denominator, state)
