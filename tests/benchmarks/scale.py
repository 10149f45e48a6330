"""A network of any size: teams × months × measures × (total + groups), made inside the database.

The values are arithmetic on the keys, so the same world is the same everywhere: every team has a level of its own, some
have moved, some values are missing, some counts are small, some teams are silent or have left. Each has people, and
tests in a row of which the last one runs.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import connection, models

from collab.common import months
from collab.models import CenterAppointment, Collaborative, CollaborativeAppointment, User
from equity.models import StratifiedObservation
from metrics.enums import SubmissionStatus
from metrics.models import Observation, Submission
from pdsa.enums import Decision, Match, Stage
from pdsa.models import Cycle, Question, Ramp
from teams.enums import TeamRole, TeamStatus, WithdrawalReason, WithdrawalStage
from teams.models import Agency, Team, TeamMembership
from tests.factories.collab import (
    CenterAppointmentFactory,
    CenterFactory,
    CollaborativeAppointmentFactory,
    CollaborativeFactory,
    MeasureFactory,
    UserFactory,
)
from tests.factories.equity import StratifierFactory, StratumFactory
from tests.factories.teams import TeamMembershipFactory

START = dt.date(2022, 1, 1)
STRATIFIERS = 2
LARGEST_STATEMENT = 250_000
SILENT_EVERY, LEFT_EVERY = 40, 50
SILENT_MONTHS = 3
STAYED = 13
ROLES = (TeamRole.LEADER, TeamRole.DATA_LEAD, TeamRole.MEMBER, TeamRole.PEER)
TESTS = 6
"""So many a team, in one ramp."""


@dataclass(frozen=True)
class Network:
    """The collaborative, and one person of each kind that looks at it."""

    collaborative: Collaborative
    team: Team
    member: User
    faculty: User
    coordinator: User
    observations: int


def empty(name: str, *, months_count: int, measures: int, groups: int) -> Collaborative:
    """A collaborative that nobody has joined. ``groups``: of people for each measure, in two stratifiers."""
    collaborative: Collaborative = CollaborativeFactory(start=START, months=months_count, name=name)
    asked = [
        MeasureFactory(
            collaborative=collaborative,
            version__direction=("up", "down")[number % 2],
            version__chart=("run", "p")[number % 3 == 0],
            version__name=f"Measure {number + 1}",
        )
        for number in range(measures)
    ]
    for _ in range(STRATIFIERS if groups else 0):
        stratifier = StratifierFactory(collaborative=collaborative, measures=asked)
        for _ in range(groups // STRATIFIERS):
            StratumFactory(stratifier=stratifier)
    return collaborative


def network(*, teams: int, months_count: int, measures: int, groups: int) -> Network:
    """Build it: a collaborative with so many teams and all their figures."""
    collaborative = empty(f"Network of {teams:,} teams", months_count=months_count, measures=measures, groups=groups)
    enrolled = _teams(collaborative, teams)
    _people(enrolled)
    _tests(enrolled)
    shown = [months.add(START, place) for place in range(months_count)]
    Submission.objects.bulk_create(
        (
            Submission(team=team, month=month, revision=1, status=SubmissionStatus.LIVE, on_time=place % 7 != 0)
            for place, team in enumerate(enrolled)
            for month in shown[: _sent(place, len(shown))]
        ),
        batch_size=5000,
    )
    count = 0
    at_once = max(1, LARGEST_STATEMENT // (months_count * measures * max(groups, 1)))
    for at in range(0, teams, at_once):
        count += _totals(enrolled[at : at + at_once])
        count += _groups(enrolled[at : at + at_once])
    tidy()
    return Network(
        collaborative=collaborative,
        team=enrolled[0],
        member=TeamMembershipFactory(team=enrolled[0]).user,
        faculty=CollaborativeAppointmentFactory(collaborative=collaborative).user,
        coordinator=CenterAppointmentFactory(center=collaborative.center).user,
        observations=count,
    )


def network_left(teams: int) -> Network | None:
    """The network of so many teams that an earlier run has left in this database."""
    collaborative = Collaborative.objects.filter(name=f"Network of {teams:,} teams").first()
    if collaborative is None:
        return None
    member = TeamMembership.objects.filter(team__collaborative=collaborative).select_related("team", "user")[0]
    appointed = CollaborativeAppointment.objects.filter(collaborative=collaborative).select_related("user")[0]
    coordinator = CenterAppointment.objects.filter(center=collaborative.center).select_related("user")[0]
    count = sum(
        model.objects.filter(team__collaborative=collaborative).count()
        for model in (Observation, StratifiedObservation)
    )
    return Network(collaborative, member.team, member.user, appointed.user, coordinator.user, count)


def count_on() -> None:
    """Have the factories number on where an earlier run has left rows with their numbers."""
    taken = max(User.objects.count(), Collaborative.objects.count())
    for made in (UserFactory, CenterFactory, CollaborativeFactory, MeasureFactory, StratifierFactory, StratumFactory):
        made.reset_sequence(10 * taken, force=True)


def tidy() -> None:
    """Let the database know what it holds, as its own housekeeping does after a while."""
    if not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")


def _sent(place: int, count: int) -> int:
    """How many months the team at that place has submitted."""
    if place % LEFT_EVERY == LEFT_EVERY - 1:
        return min(count, STAYED)
    return max(0, count - SILENT_MONTHS) if place % SILENT_EVERY == SILENT_EVERY - 1 else count


def _teams(collaborative: Collaborative, count: int) -> list[Team]:
    agencies = Agency.objects.bulk_create(
        Agency(center=collaborative.center, code=f"A{number:05}", name=f"Agency {number:05}") for number in range(count)
    )
    left = {
        "status": TeamStatus.WITHDRAWN,
        "withdrawn_on": months.add(START, STAYED),
        "withdrawal_stage": WithdrawalStage.BEFORE_MIDDLE,
        "withdrawal_reason": WithdrawalReason.TURNOVER,
    }
    enrolled = Team.objects.bulk_create(
        Team(
            collaborative=collaborative,
            agency=agency,
            slug=f"team-{number:05}",
            name=f"Team of agency {number:05}",
            code_name=f"Team {number:05}",
            enrolled_on=START,
            **(left if number % LEFT_EVERY == LEFT_EVERY - 1 else {}),
        )
        for number, agency in enumerate(agencies)
    )
    for team in enrolled:
        team.collaborative = collaborative
    return enrolled


def _people(enrolled: list[Team]) -> None:
    """Those whom every team has. They were never asked to sign in: a password for each would take minutes."""
    people = User.objects.bulk_create(
        (
            User(email=f"{role.value}@team-{team.pk}.example.org", name=f"{role.label} of {team.name}", password="!")
            for team in enrolled
            for role in ROLES
        ),
        batch_size=2000,
    )
    members = iter(people)
    TeamMembership.objects.bulk_create(
        (
            TeamMembership(team=team, user=next(members), role=role, started_on=team.enrolled_on)
            for team in enrolled
            for role in ROLES
        ),
        batch_size=2000,
    )


def _tests(enrolled: list[Team]) -> None:
    """A ramp of tests a team, one every four weeks, with its leader responsible; the last one is still in Do."""
    leaders = dict(
        TeamMembership.objects.filter(team__in=enrolled, role=TeamRole.LEADER).values_list("team_id", "user_id")
    )
    ramps = Ramp.objects.bulk_create((Ramp(team=team, number=1, title="Reminder calls") for team in enrolled), 2000)
    cycles = Cycle.objects.bulk_create(
        (
            _cycle(ramp, number, place, leaders[ramp.team_id])
            for place, ramp in enumerate(ramps)
            for number in range(1, TESTS + 1)
        ),
        2000,
    )
    Question.objects.bulk_create(
        (
            Question(
                cycle=cycle,
                question="Do more people come when we call the day before?",
                prediction="Six of seven people who are called come.",
                predicted_at=dt.datetime.combine(START, dt.time(9), dt.UTC),
                match="" if cycle.stage == Stage.DO else Match.YES,
            )
            for cycle in cycles
        ),
        2000,
    )


def _cycle(ramp: Ramp, number: int, place: int, leader: int) -> Cycle:
    begun = START + dt.timedelta(days=28 * number + place % 28)
    ended = begun + dt.timedelta(days=7)
    closed = number < TESTS
    return Cycle(
        team=ramp.team,
        ramp=ramp,
        owner_id=leader,
        number=number,
        title=f"Call the day before, {number}",
        change="The front desk calls everybody booked for tomorrow before 3 pm.",
        people=number,
        stage=Stage.CLOSED if closed else Stage.DO,
        started_on=begun,
        ended_on=ended if closed else None,
        studied_on=ended if closed else None,
        learned="Calls before noon reach nobody." if closed else "",
        decision=Decision.ADAPT if closed else "",
        closed_on=ended if closed else None,
    )


# Whole numbers only: both databases divide and take remainders of them alike.
_CHANCE = "((s.team_id * 7919 + m.id * 104729 + {place} * 15485863 + {group} * 32452843) %% 9973)"
_PLACE = "(EXTRACT(YEAR FROM s.month) * 12 + EXTRACT(MONTH FROM s.month))::bigint"
_PLACE_SQLITE = "(CAST(strftime('%%Y', s.month) AS INTEGER) * 12 + CAST(strftime('%%m', s.month) AS INTEGER))"
_FIRST_PLACE = START.year * 12 + START.month


def _totals(teams: list[Team]) -> int:
    return _insert(Observation, teams, tables="", group="0", least=20, spread=100, extra={})


def _groups(teams: list[Team]) -> int:
    tables = (
        "JOIN equity_stratifier_measures w ON w.measure_id = m.id "
        "JOIN equity_stratum g ON g.stratifier_id = w.stratifier_id"
    )
    return _insert(
        StratifiedObservation, teams, tables=tables, group="g.id", least=6, spread=30, extra={"stratum_id": "g.id"}
    )


def _insert(
    model: type[models.Model],
    teams: list[Team],
    *,
    tables: str,
    group: str,
    least: int,
    spread: int,
    extra: dict[str, str],
) -> int:
    """Write one row for each submission, measure and joined group. Returns how many."""
    place = _PLACE if connection.vendor == "postgresql" else _PLACE_SQLITE
    chance = _CHANCE.format(place=place, group=group)
    # One value in fifty is missing. Each team has its own level, and one in five moved in the second half.
    missing = f"{chance} %% 50 = 0"
    below = f"({least} + {chance} %% {spread})"
    level = (
        f"(20 + (s.team_id * 31 + m.id * 17) %% 40 + {chance} %% 13 + "
        f"CASE WHEN (s.team_id + m.id) %% 5 = 0 AND {place} > {_FIRST_PLACE + 18} THEN 15 ELSE 0 END)"
    )
    given: dict[str, str] = {
        "submission_id": "s.id",
        "team_id": "s.team_id",
        "month": "s.month",
        "measure_id": "m.id",
        "version_id": "v.id",
        "numerator": f"CASE WHEN {missing} THEN NULL ELSE ({below} * {level}) / 100 END",
        "denominator": f"CASE WHEN {missing} THEN NULL ELSE {below} END",
        "missing_reason": f"CASE WHEN {missing} THEN 'not_collected' ELSE '' END",
        "is_proportion": "v.stat = 'proportion'",
        **extra,
    }
    values: list[Any] = []
    for field in model._meta.concrete_fields:
        if field.column not in given and not field.primary_key:
            given[field.column] = "%s"
            values.append(field.get_db_prep_save(field.get_default(), connection))
    sql = (
        f"INSERT INTO {model._meta.db_table} ({', '.join(given)}) SELECT {', '.join(given.values())} "  # noqa: S608
        "FROM metrics_submission s JOIN teams_team t ON t.id = s.team_id "
        "JOIN collab_measure m ON m.collaborative_id = t.collaborative_id "
        f"JOIN collab_measureversion v ON v.measure_id = m.id {tables} "
        "WHERE s.team_id BETWEEN %s AND %s AND t.collaborative_id = %s"
    )
    bounds = [min(team.pk for team in teams), max(team.pk for team in teams), teams[0].collaborative_id]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, *bounds])
        return int(cursor.rowcount)
