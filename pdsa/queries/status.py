"""How a collaborative's teams get on with testing: first cycles, pace, Study, what is stalled, who has no ramp."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch

from collab.common import months
from collab.models import Collaborative
from pdsa.enums import RampStatus, Stage
from pdsa.models import Barrier, Cycle, Ramp
from pdsa.models.cycle import CycleQuerySet
from pdsa.policies import FIRST_CYCLE_WITHIN_DAYS, STALLED_AFTER_DAYS
from pdsa.stats import pace
from pdsa.stats.pace import Dates
from pdsa.stats.shares import Share
from teams.enums import TeamStatus
from teams.models import Team

MONTHS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class TeamStatusRow:
    """One team: what it owes its first cycle by, and how it has got on since.

    ``in_time``: whether the first cycle began within the days that are given for it; None while they last.
    """

    team: Team
    first: dt.date | None
    first_due: dt.date
    in_time: bool | None
    begun: int
    team_months: float
    median_weeks: float | None
    closed: int
    study: Share
    stalled: int
    has_active_ramp: bool

    @property
    def per_month(self) -> float | None:
        return pace.per_team_month(self.begun, self.team_months)

    @property
    def takes_part(self) -> bool:
        return self.team.status == TeamStatus.ACTIVE


@dataclass(frozen=True)
class Board:
    """All teams. Figures count every team that was enrolled, for the days it took part."""

    on: dt.date
    rows: tuple[TeamStatusRow, ...]
    first_in_time: Share
    begun: int
    team_months: float
    lengths: tuple[int, ...]
    still_open: int
    study: Share
    by_month: tuple[tuple[dt.date, int, int], ...]

    @property
    def per_month(self) -> float | None:
        return pace.per_team_month(self.begun, self.team_months)

    @property
    def median_weeks(self) -> float | None:
        return pace.median_weeks(self.lengths)


def board_of(collaborative: Collaborative, user: Any, *, on: dt.date) -> Board:
    """The status board of the teams that ``user`` may see, as of a day. Three queries, however many teams."""
    teams = list(Team.objects.filter(collaborative=collaborative).visible_to(user).by_status())
    for team in teams:
        team.collaborative = collaborative
    cycles: dict[int, list[Dates]] = defaultdict(list)
    told = Cycle.objects.filter(team__collaborative=collaborative, started_on__isnull=False).order_by()
    for team_id, *dates in told.values_list("team", "started_on", "studied_on", "closed_on"):
        cycles[team_id].append(Dates(*dates))
    going = set(
        active_ramps().filter(team__collaborative=collaborative).order_by().values_list("team", flat=True).distinct()
    )
    rows = tuple(_row(team, cycles[team.pk], on, has_active_ramp=team.pk in going) for team in teams)
    everything = [one for team in teams for one in cycles[team.pk]]
    lengths = tuple(days for one in everything if (days := pace.length_in_days(one)) is not None)
    over = [row for row in rows if on > row.first_due and _last_day(row.team, on) > row.first_due]
    return Board(
        on=on,
        rows=rows,
        first_in_time=Share(sum(row.in_time is True for row in over), len(over)),
        begun=len(everything),
        team_months=sum(row.team_months for row in rows),
        lengths=lengths,
        still_open=len(everything) - len(lengths),
        study=pace.share_with_study(everything, on=on, stalled_after=STALLED_AFTER_DAYS),
        by_month=_by_month(collaborative, teams, everything, on),
    )


def active_ramps() -> Any:
    """Ramps that go on: not finished or stopped, with a cycle that is not closed."""
    return Ramp.objects.filter(status=RampStatus.ACTIVE, cycles__in=Cycle.objects.open())


def first_day_of(team: Team) -> dt.date:
    """The day from which a team's first cycle is awaited: its enrolment, or the collaborative's start if later."""
    return max(team.enrolled_on, team.collaborative.start)


def first_cycle_due(team: Team) -> dt.date:
    """The last day on which a first cycle begins in time."""
    return first_day_of(team) + dt.timedelta(days=FIRST_CYCLE_WITHIN_DAYS)


def _last_day(team: Team, on: dt.date) -> dt.date:
    """The last day of a team's time that is counted: the day, or the one on which it or the collaborative ended."""
    end = months.last_day(team.collaborative.span.last)
    return min(day for day in (on, end, team.withdrawn_on, team.completed_on) if day is not None)


def _row(team: Team, cycles: Sequence[Dates], on: dt.date, *, has_active_ramp: bool) -> TeamStatusRow:
    first = min((one.started_on for one in cycles if one.started_on), default=None)
    lengths = [days for one in cycles if (days := pace.length_in_days(one)) is not None]
    return TeamStatusRow(
        team=team,
        first=first,
        first_due=first_cycle_due(team),
        in_time=pace.first_in_time(first_day_of(team), first, on=on, within=FIRST_CYCLE_WITHIN_DAYS),
        begun=len(cycles),
        team_months=pace.team_months([(first_day_of(team), _last_day(team, on))]),
        median_weeks=pace.median_weeks(lengths),
        closed=len(lengths),
        study=pace.share_with_study(cycles, on=on, stalled_after=STALLED_AFTER_DAYS),
        stalled=sum(pace.is_stalled(one, on=on, stalled_after=STALLED_AFTER_DAYS) for one in cycles),
        has_active_ramp=has_active_ramp,
    )


def _by_month(
    collaborative: Collaborative, teams: Iterable[Team], cycles: Iterable[Dates], on: dt.date
) -> tuple[tuple[dt.date, int, int], ...]:
    """The last months that have begun: (month, cycles begun in it, teams that took part on its last day)."""
    begun = Counter(months.first_day(one.started_on) for one in cycles if one.started_on)
    last = min(months.first_day(on), collaborative.span.last)
    shown = list(months.iterate(collaborative.start, last))[-MONTHS_SHOWN:]
    spans = [(first_day_of(team), _last_day(team, on)) for team in teams]
    return tuple((month, begun[month], _taking_part(spans, min(months.last_day(month), on))) for month in shown)


def _taking_part(spans: Iterable[tuple[dt.date, dt.date]], day: dt.date) -> int:
    return sum(first <= day <= last for first, last in spans)


@dataclass(frozen=True, slots=True)
class Needs:
    """How many teams or cycles of a collaborative need somebody: what the first page of its faculty says."""

    first_late: int
    stalled: int
    no_ramp: int


def needs_of(collaborative: Collaborative, *, on: dt.date) -> Needs:
    """The same counts as the board's, without loading it. Three queries."""
    teams = collaborative.teams.filter(status=TeamStatus.ACTIVE)
    long_ago = on - dt.timedelta(days=FIRST_CYCLE_WITHIN_DAYS)
    late = teams_without_a_cycle(teams).filter(enrolled_on__lt=long_ago) if collaborative.start < long_ago else None
    return Needs(
        first_late=late.count() if late is not None else 0,
        stalled=stalled_of(teams, on=on).count(),
        no_ramp=teams.exclude(pk__in=active_ramps().order_by().values("team")).count(),
    )


def stalled_cycles(collaborative: Collaborative, user: Any, *, on: dt.date) -> CycleQuerySet:
    """Cycles of teams that take part which rest in Do, the longest first, with their open barriers and owners."""
    return stalled_of(Team.objects.filter(collaborative=collaborative).visible_to(user), on=on)


def stalled_of(teams: Any, *, on: dt.date) -> CycleQuerySet:
    """The stalled cycles of those of some teams that take part: two queries, however many."""
    return in_do(teams).stalled(on, days=STALLED_AFTER_DAYS)


def in_do(teams: Any) -> CycleQuerySet:
    """Cycles in Do of those of some teams that take part, the longest first, with ``open_barriers``."""
    return (
        Cycle.objects.filter(team__in=teams.filter(status=TeamStatus.ACTIVE), stage=Stage.DO)
        .select_related("team__collaborative", "owner", "ramp")
        .prefetch_related(
            Prefetch("barriers", queryset=Barrier.objects.filter(settled_at__isnull=True), to_attr="open_barriers")
        )
        .order_by("started_on", "team__name", "pk")
    )


def teams_without_a_cycle(teams: Any) -> Any:
    """Those of these teams that take part and have begun no cycle."""
    begun = Cycle.objects.begun().order_by().values("team")
    return (
        teams.filter(status=TeamStatus.ACTIVE)
        .exclude(pk__in=begun)
        .select_related("collaborative")
        .order_by("name", "pk")
    )
