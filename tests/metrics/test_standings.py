"""How teams stand is kept, forgotten with every change, read again, and always what reading all series gives."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pytest
from django.utils import timezone

from collab.common.jobs import catch_up, mark_stale
from collab.common.models import JobRun, StaleMark
from collab.models import Collaborative
from metrics.actions.benchmarks import (
    catch_up_with,
    recompute_all,
    recompute_month,
    recompute_months,
    request_recompute_all,
)
from metrics.actions.standings import forget_standings, read_again, read_all_again, refresh_standings
from metrics.actions.submissions import TeamMonth, import_months
from metrics.cells import CellKey, Value
from metrics.enums import RunStatus
from metrics.marks import RECOMPUTE_ALL, STANDINGS
from metrics.models import BenchmarkRun, TeamSignal, TeamStanding
from metrics.presenters.comparing import READ_AT_ONCE, comparison_of, count_needs, team_rows, teams_by_need
from metrics.presenters.needs import ORDER, Need
from metrics.queries.series import comparison, measures_of, submitted_months
from metrics.queries.standings import late_standings, standings_of, teams_to_read
from metrics.queries.submitting import sent_and_expected
from teams.enums import TeamStatus, WithdrawalReason, WithdrawalStage
from teams.models import Team
from tests.factories.collab import (
    CenterAppointmentFactory,
    CollaborativeAppointmentFactory,
    CollaborativeFactory,
    MeasureFactory,
)
from tests.factories.metrics import SubmissionFactory
from tests.factories.teams import TeamFactory, TeamMembershipFactory
from tests.metrics.worlds import Pair, report

pytestmark = [pytest.mark.integration, pytest.mark.django_db]
JANUARY = dt.date(2025, 1, 1)
STEADY: list[Pair] = [(30, 100), (32, 100)] * 6
WORSE: list[Pair] = [*[(31, 100)] * 2, (29, 100), *[(31, 100)] * 3, *[(60, 100)] * 6]
BETTER: list[Pair] = [(100 - above, below) for above, below in WORSE if above and below]


def a_world(seed: int, *, teams: int = 12) -> Collaborative:
    """Teams of every kind: late, silent, gone, gone and still reporting, with small counts and with none."""
    chance = random.Random(seed)
    collaborative: Collaborative = CollaborativeFactory(faculty_see_small_counts=bool(seed % 2))
    measures = [
        MeasureFactory(collaborative=collaborative, version__direction=direction)
        for direction in ("up", "down", "none")
    ]
    for number in range(teams):
        fields: dict[str, Any] = {"name": f"Team {chance.randint(0, 99):02}-{number}"}
        fate = chance.randrange(6)
        if fate == 0:
            fields |= {
                "status": TeamStatus.WITHDRAWN,
                "withdrawn_on": dt.date(2025, chance.randint(2, 12), chance.choice((1, 15, 28))),
                "withdrawal_stage": WithdrawalStage.BEFORE_MIDDLE,
                "withdrawal_reason": WithdrawalReason.TURNOVER,
            }
        elif fate == 1:
            fields |= {"status": TeamStatus.COMPLETED, "completed_on": dt.date(2025, chance.randint(3, 12), 10)}
        elif fate == 2:
            fields |= {"enrolled_on": dt.date(2025, chance.randint(1, 12), 20)}
        team = TeamFactory(collaborative=collaborative, **fields)
        sent = [chance.random() > 0.1 for _month in range(chance.randint(7, 12))]
        for measure in measures:
            scale = chance.choice((1, 1, 0.2))
            story = chance.choice((STEADY, WORSE, BETTER))
            pairs = [
                (round((above or 0) * scale), round((below or 0) * scale))
                for above, below in (pair for pair in story if pair)
            ]
            report(team, measure, [pair if there else None for pair, there in zip(pairs, sent, strict=False)])
    return collaborative


def slowly(user: Any, collaborative: Collaborative, measures: Any) -> list[tuple[str, Need, int]]:
    """Every team in order, from all series and all submissions."""
    compared = comparison(user, collaborative, measures=measures)
    teams = [peer.team for peer in compared.peers if peer.team]
    rows = team_rows(
        compared, due=collaborative.due_months(), submitted=submitted_months(teams, compared.months), by_need=True
    )
    ordered = sorted(rows, key=lambda row: (ORDER[row.need], -len(row.reporting.missed)))  # type: ignore[index,union-attr]
    return [(row.peer.label, row.need, len(row.reporting.missed)) for row in ordered]  # type: ignore[misc,union-attr]


def quickly(user: Any, collaborative: Collaborative, measures: Any) -> list[tuple[str, Need, int]]:
    rows = teams_by_need(user, collaborative, measures=measures, due=collaborative.due_months())
    return [(row.standing.name, row.need, len(row.standing.missed)) for row in rows]


@pytest.mark.parametrize("seed", range(4))
def test_what_is_kept_says_what_reading_everything_says(seed: int, django_assert_num_queries: Any) -> None:
    collaborative = a_world(seed)
    viewers = [
        CollaborativeAppointmentFactory(collaborative=collaborative).user,
        CenterAppointmentFactory(center=collaborative.center).user,
    ]
    # A coordinator who belongs to one of the teams sees its small counts and no other's.
    both = CenterAppointmentFactory(center=collaborative.center).user
    TeamMembershipFactory(team=collaborative.teams.first(), user=both)
    measures = measures_of(collaborative)

    assert refresh_standings(collaborative=collaborative) == 12

    for viewer in (*viewers, both):
        for chosen in (measures, measures[:1], measures[1:2]):
            assert quickly(viewer, collaborative, chosen) == slowly(viewer, collaborative, chosen)


def test_what_a_team_was_last_heard_of_is_told_alike() -> None:
    collaborative = a_world(7, teams=20)
    refresh_standings(collaborative=collaborative)
    coach = CollaborativeAppointmentFactory(collaborative=collaborative).user
    measures, due = measures_of(collaborative), collaborative.due_months()
    needs = teams_by_need(coach, collaborative, measures=measures, due=due)
    compared = comparison_of(coach, collaborative, needs, measures=measures)
    teams = [peer.team for peer in compared.peers if peer.team]
    rows = team_rows(compared, due=due, submitted=submitted_months(teams, compared.months), by_need=True)
    assert [(row.standing.last, row.standing.missed) for row in needs] == [
        (row.reporting.last, row.reporting.missed) for row in rows if row.reporting
    ]
    assert sum(count for _need, count in count_needs(needs)) == 20


def test_a_submission_forgets_its_team_alone_and_the_job_reads_it_again() -> None:
    collaborative = CollaborativeFactory()
    measure = MeasureFactory(collaborative=collaborative, code="no_show", version__direction="down")
    ash, birch = (TeamFactory(collaborative=collaborative, name=name) for name in ("Ash", "Birch"))
    for team in (ash, birch):
        report(team, measure, WORSE)
    refresh_standings(collaborative=collaborative)
    assert set(TeamSignal.objects.values_list("team", "concern")) == {(ash.pk, True), (birch.pk, True)}
    read_at = TeamStanding.objects.get(team=birch).read_at

    # Late corrections take the end of the run away.
    december = dt.date(2025, 12, 1)
    import_months(
        by=None,
        collaborative=collaborative,
        months_values=[
            TeamMonth(ash, month, [Value(CellKey("no_show"), 29 if month.month % 2 else 32, 100)])
            for month in collaborative.reporting_months()[6:]
        ],
    )
    assert list(TeamStanding.objects.values_list("team", flat=True)) == [birch.pk]
    recompute_month(collaborative=collaborative, month=december)

    assert set(TeamSignal.objects.values_list("team", flat=True)) == {birch.pk}
    assert TeamStanding.objects.get(team=birch).read_at == read_at
    assert TeamStanding.objects.filter(team=ash).exists()


def test_a_changed_chart_asks_for_its_team_to_be_read_again() -> None:
    team = TeamFactory()
    refresh_standings(collaborative=team.collaborative)
    read_again(team=team)
    assert not TeamStanding.objects.exists()
    assert StaleMark.objects.get().task == STANDINGS


def test_a_measure_drawn_otherwise_has_every_team_read_again_and_forgets_none() -> None:
    team = TeamFactory()
    refresh_standings(collaborative=team.collaborative)
    before = TeamStanding.objects.get().read_at
    read_all_again(collaborative=team.collaborative)
    assert TeamStanding.objects.count() == 1
    assert catch_up(STANDINGS, StaleMark.objects.get().key)
    assert TeamStanding.objects.get().read_at > before
    read_all_again(collaborative=team.collaborative)
    before = TeamStanding.objects.get().read_at
    catch_up_with(collaborative=team.collaborative)
    assert (TeamStanding.objects.get().read_at > before, StaleMark.objects.exists()) == (True, False)


def test_the_next_month_and_a_new_team_are_owed_and_nobody_else() -> None:
    collaborative = CollaborativeFactory()
    old, other = TeamFactory(collaborative=collaborative), TeamFactory(collaborative=collaborative)
    refresh_standings(collaborative=collaborative)
    new = TeamFactory(collaborative=collaborative)
    TeamStanding.objects.filter(team=old).update(through=dt.date(2025, 11, 1))
    assert teams_to_read(collaborative) == [old.pk, new.pk]
    assert teams_to_read(collaborative, among=[new.pk, other.pk]) == [new.pk]
    assert teams_to_read(collaborative, since=timezone.now()) == [old.pk, other.pk, new.pk]


def test_many_unread_teams_are_told_to_be_computed_and_few_are_read_at_once() -> None:
    collaborative = CollaborativeFactory()
    measure = MeasureFactory(collaborative=collaborative, version__direction="down")
    teams = [TeamFactory(collaborative=collaborative) for _number in range(READ_AT_ONCE + 1)]
    for team in teams:
        report(team, measure, WORSE)
    coach = CollaborativeAppointmentFactory(collaborative=collaborative).user
    measures, due = measures_of(collaborative), collaborative.due_months()

    def needs() -> list[tuple[Need, int]]:
        return count_needs(teams_by_need(coach, collaborative, measures=measures, due=due))

    assert needs() == [(Need.UNREAD, READ_AT_ONCE + 1)]
    TeamStanding.objects.create(team=teams[0])
    assert needs() == [(Need.CONCERN, READ_AT_ONCE), (Need.STEADY, 1)]


def test_how_many_have_sent_a_month_is_what_counting_teams_gives() -> None:
    for seed in range(3):
        collaborative = a_world(seed)
        teams = list(collaborative.teams.all())
        months = collaborative.reporting_months()
        submitted = submitted_months(teams, months)
        counted = sent_and_expected(collaborative, months)
        assert list(counted) == months
        for month, (sent, expected) in counted.items():
            came = [(team.pk, month) in submitted for team in teams]
            owed = [team.is_expected_in(month) for team in teams]
            assert sent == sum(came)
            assert expected == sum(one or other for one, other in zip(came, owed, strict=True))


def test_the_late_ones_are_those_that_owe_a_month_and_take_part() -> None:
    for seed in range(6):
        collaborative = a_world(seed)
        coach = CollaborativeAppointmentFactory(collaborative=collaborative).user
        months = collaborative.due_months()
        for count in range(len(months) + 1):
            due = months[:count]
            everybody = standings_of(coach, collaborative, measures=(), due=due)
            assert late_standings(collaborative, due=due) == [
                one for one in everybody if one.missed and one.status == TeamStatus.ACTIVE
            ]


# --- One month alone, and all of them in pieces --------------------------------------------------------------------
def live_runs(collaborative: Collaborative) -> dict[dt.date, int]:
    return dict(
        BenchmarkRun.objects.filter(collaborative=collaborative, status=RunStatus.LIVE).values_list("month", "pk")
    )


def test_a_changed_month_touches_that_month_only() -> None:
    collaborative = CollaborativeFactory()
    MeasureFactory(collaborative=collaborative)
    SubmissionFactory(team=TeamFactory(collaborative=collaborative))
    recompute_months(collaborative=collaborative, months=collaborative.reporting_months())
    before = live_runs(collaborative)
    recompute_month(collaborative=collaborative, month=JANUARY)
    after = live_runs(collaborative)
    assert [month for month in after if after[month] != before[month]] == [JANUARY]


class KilledError(BaseException):
    """What nothing catches."""


def test_a_killed_recompute_goes_on_where_it_was_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    collaborative = CollaborativeFactory()
    measure = MeasureFactory(collaborative=collaborative, version__direction="down")
    teams = [TeamFactory(collaborative=collaborative) for _number in range(3)]
    for team in teams:
        report(team, measure, WORSE)
    recompute_months(collaborative=collaborative, months=collaborative.reporting_months())
    refresh_standings(collaborative=collaborative)
    old = TeamStanding.objects.values_list("read_at", flat=True)[0]
    run = request_recompute_all(by=None, collaborative=collaborative)
    assert run.total == 13

    save, done_at_death = run.save, 5

    def save_or_stop(**fields: Any) -> None:
        save(**fields)
        if run.finished_at is None and run.done == done_at_death:
            raise KilledError

    monkeypatch.setattr(run, "save", save_or_stop)
    with pytest.raises(KilledError):
        recompute_all(run=run, collaborative=collaborative)
    done = live_runs(collaborative)
    shown: list[int] = []

    taken_up = JobRun.objects.get(pk=run.pk)
    monkeypatch.setattr(
        taken_up, "save", lambda **fields: (shown.append(taken_up.done), JobRun.save(taken_up, **fields))
    )
    recompute_all(run=taken_up, collaborative=collaborative)

    finished = live_runs(collaborative)
    months = collaborative.reporting_months()
    assert [month for month in months if finished[month] == done[month]] == months[:done_at_death]
    assert (taken_up.status, taken_up.done, taken_up.total) == ("done", 13, 13)
    assert sorted(shown) == shown
    assert min(TeamStanding.objects.values_list("read_at", flat=True)) > old


def test_asking_again_after_it_is_done_computes_everything_again() -> None:
    collaborative = CollaborativeFactory()
    run = request_recompute_all(by=None, collaborative=collaborative)
    recompute_all(run=run, collaborative=collaborative)
    first = live_runs(collaborative)
    mark_stale(RECOMPUTE_ALL, run.key)
    recompute_all(run=run, collaborative=collaborative)
    assert not set(first.values()) & set(live_runs(collaborative).values())


def test_forgetting_takes_nothing_but_the_standing() -> None:
    team: Team = TeamFactory()
    refresh_standings(collaborative=team.collaborative)
    forget_standings([team.pk])
    assert (TeamStanding.objects.count(), Team.objects.count()) == (0, 1)
