"""The status board: every figure by hand, by need, in a constant number of queries; and what waits in My work."""

import csv
import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from collab.common.sections import due_items_for
from collab.enums import CollaborativeStatus
from collab.models import Collaborative, User
from pdsa.enums import BarrierCode, Decision, RampStatus, Stage
from pdsa.models import Cycle
from pdsa.presenters.status import Need, headline, length_bars, pace_bars, status_lines
from pdsa.queries.status import Needs, board_of, needs_of
from pdsa.stats.shares import Share
from teams.models import Team
from tests.factories.collab import CollaborativeAppointmentFactory, CollaborativeFactory
from tests.factories.pdsa import BarrierFactory, CycleFactory
from tests.factories.teams import TeamFactory, TeamMembershipFactory
from tests.pages import Page

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

NOW = dt.datetime(2025, 6, 30, 16, tzinfo=dt.UTC)
TODAY = dt.date(2025, 6, 30)
BOARD = 17
ClientFor = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _at_noon() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def collaborative() -> Collaborative:
    return CollaborativeFactory(start=dt.date(2025, 1, 1), months=12, status=CollaborativeStatus.RUNNING)


@pytest.fixture
def coach(collaborative: Collaborative) -> User:
    return CollaborativeAppointmentFactory(collaborative=collaborative).user


def team_of(collaborative: Collaborative, name: str, **fields: Any) -> Team:
    return TeamFactory(**{"collaborative": collaborative, "name": name, "enrolled_on": dt.date(2025, 1, 1), **fields})


def cycle_of(
    team: Team, started: dt.date, *, closed: int | None = None, studied: bool | None = None, **fields: Any
) -> Cycle:
    """A cycle begun on a day, closed so many days later; in Do when it is not closed."""
    if closed is None:
        return CycleFactory(team=team, stage=Stage.DO, started_on=started, **fields)
    day = started + dt.timedelta(days=closed)
    if studied is False:
        fields |= {"decision": Decision.ABANDON, "studied_on": None, "ended_on": None}
    else:
        fields |= {"studied_on": day, "ended_on": day}
    return CycleFactory(team=team, stage=Stage.CLOSED, started_on=started, closed_on=day, **fields)


@pytest.fixture
def world(collaborative: Collaborative) -> dict[str, Team]:
    """One team of each kind of need."""
    teams = {
        "late": team_of(collaborative, "Late"),
        "stalled": team_of(collaborative, "Stalled"),
        "idle": team_of(collaborative, "Idle"),
        "new": team_of(collaborative, "New", enrolled_on=dt.date(2025, 6, 1)),
        "testing": team_of(collaborative, "Testing"),
        "left": team_of(collaborative, "Left", withdrawn=True, withdrawn_on=dt.date(2025, 2, 1)),
    }
    # Begun 22 days ago: one day more than three weeks.
    cycle_of(teams["stalled"], dt.date(2025, 6, 8))
    cycle_of(teams["idle"], dt.date(2025, 3, 3), closed=6)
    cycle_of(teams["testing"], dt.date(2025, 2, 3), closed=13)
    cycle_of(teams["testing"], dt.date(2025, 6, 20))
    cycle_of(teams["testing"], dt.date(2025, 4, 1), closed=9, studied=False)
    return teams


class TestBoard:
    @pytest.mark.practice("R-188")
    @pytest.mark.practice("R-200")
    def test_every_team_by_its_need(self, collaborative: Collaborative, coach: User, world: dict[str, Team]) -> None:
        lines = status_lines(board_of(collaborative, coach, on=TODAY))
        assert [(line.row.team.name, line.need) for line in lines] == [
            ("Late", Need.FIRST_LATE),
            ("Stalled", Need.STALLED),
            ("Idle", Need.NO_RAMP),
            ("New", Need.FIRST_DUE),
            ("Testing", Need.NONE),
            ("Left", Need.GONE),
        ]

    @pytest.mark.practice("R-59")
    def test_the_figures_of_one_team(self, collaborative: Collaborative, coach: User, world: dict[str, Team]) -> None:
        (row,) = [row for row in board_of(collaborative, coach, on=TODAY).rows if row.team == world["testing"]]
        assert (row.first, row.first_due, row.in_time) == (dt.date(2025, 2, 3), dt.date(2025, 3, 2), True)
        assert (row.begun, row.closed, row.stalled, row.has_active_ramp) == (3, 2, 0, True)
        # 14 and 10 days, both ends counted.
        assert row.median_weeks == 12 / 7
        # The youngest is ten days old and not asked; the abandoned one did not reach Study.
        assert row.study == Share(1, 2)
        assert row.team_months == pytest.approx(181 / (365.25 / 12))
        assert row.per_month == pytest.approx(3 / row.team_months)

    def test_all_teams_together(self, collaborative: Collaborative, coach: User, world: dict[str, Team]) -> None:
        board = board_of(collaborative, coach, on=TODAY)
        # Late, Stalled, Idle and Testing had their sixty days; Stalled and Idle began too late. New still has time, and
        # Left left within its own.
        assert board.first_in_time == Share(1, 4)
        assert (board.begun, board.still_open) == (5, 2)
        assert sorted(board.lengths) == [7, 10, 14]
        assert board.study == Share(2, 4)
        days = 4 * 181 + 30 + 32
        assert board.team_months == pytest.approx(days / (365.25 / 12))
        assert board.by_month[-1] == (dt.date(2025, 6, 1), 2, 5)
        assert board.by_month[0] == (dt.date(2025, 1, 1), 0, 5)
        told = headline(board, status_lines(board))
        assert told[0].note == "1 of 4 teams whose 60 days are over"
        assert told[3].note == "2 of 4 cycles begun more than 21 days ago"
        facts = [(str(fact.label), fact.value) for fact in told]
        assert facts == [
            ("First cycle within 60 days", "25\u202f%"),
            ("Cycles a team-month", "0.19"),
            ("Median cycle length", "1.4 weeks"),
            ("Reached Study", "50\u202f%"),
            ("Stalled at Do", "1"),
            ("No active ramp", "3"),
        ]

    def test_the_days_begin_with_the_collaborative_or_with_a_later_enrollment(
        self, collaborative: Collaborative, coach: User
    ) -> None:
        early = team_of(collaborative, "Early", enrolled_on=dt.date(2024, 10, 1))
        late = team_of(collaborative, "Late", enrolled_on=dt.date(2025, 5, 1))
        due = {row.team: row.first_due for row in board_of(collaborative, coach, on=TODAY).rows}
        assert due == {early: dt.date(2025, 3, 2), late: dt.date(2025, 6, 30)}

    def test_a_ramp_that_goes_on_without_an_open_cycle_is_not_active(
        self, collaborative: Collaborative, coach: User
    ) -> None:
        team = team_of(collaborative, "One")
        cycle_of(team, dt.date(2025, 6, 1), closed=2)
        stopped = cycle_of(team, dt.date(2025, 6, 20))
        stopped.ramp.status = RampStatus.STOPPED
        stopped.ramp.ended_on = TODAY
        stopped.ramp.status_reason = "No time."
        stopped.ramp.save()
        assert [row.has_active_ramp for row in board_of(collaborative, coach, on=TODAY).rows] == [False]
        CycleFactory(team=team)
        assert [row.has_active_ramp for row in board_of(collaborative, coach, on=TODAY).rows] == [True]

    def test_without_cycles_nothing_is_drawn(self, collaborative: Collaborative, coach: User) -> None:
        team_of(collaborative, "One")
        board = board_of(collaborative, coach, on=TODAY)
        assert (pace_bars(board), length_bars(board), board.median_weeks) == (None, None, None)
        assert board_of(CollaborativeFactory(), coach, on=TODAY).per_month is None

    def test_the_pictures_and_their_tables_say_the_same(
        self, collaborative: Collaborative, coach: User, world: dict[str, Team]
    ) -> None:
        board = board_of(collaborative, coach, on=TODAY)
        pace, length = pace_bars(board), length_bars(board)
        assert pace is not None
        assert length is not None
        assert pace.sentence == "Jun 2025: 0.4 (2 cycles, 5 teams). Published mean: 0.98 a month."
        assert pace.rows[-1] == ("Jun 2025", "2", "5", "0.4")
        assert length.rows == (("1", "1"), ("2", "2"), ("3", "0"), ("4", "0"), ("5", "0"), ("6+", "0"))
        assert length.sentence == "3 of 3 closed cycles took at most a month."
        tallest = max(length.marks, key=lambda mark: mark.height)
        assert (tallest.words, tallest.height) == ("2", 80)
        assert len(pace.marks) == len(pace.rows)


class TestPage:
    def open(self, client_for: ClientFor, coach: User, collaborative: Collaborative, query: str = "") -> Page:
        response = client_for(coach).get(reverse("status_board", args=[collaborative.slug]) + query)
        assert response.status_code == 200
        return Page(response)

    def test_filters_stand_in_the_address(
        self, client_for: ClientFor, coach: User, collaborative: Collaborative, world: dict[str, Team]
    ) -> None:
        names = lambda query: self.open(client_for, coach, collaborative, query).texts("#teams ~ .table-wrap tbody th")  # noqa: E731
        assert names("") == ["Late", "Stalled", "Idle", "New", "Testing", "Left"]
        assert names("?need=stalled") == ["Stalled"]
        assert names("?q=e") == ["Late", "Stalled", "Idle", "New", "Testing", "Left"]
        assert names("?q=TEST&need=none") == ["Testing"]
        assert names("?need=nonsense") == ["Late", "Stalled", "Idle", "New", "Testing", "Left"]
        page = self.open(client_for, coach, collaborative, "?q=nobody")
        assert page.texts(".empty-title") == ["No team fits"]

    @pytest.mark.practice("R-200")
    def test_the_stalled_list_names_owner_and_barriers(
        self, client_for: ClientFor, coach: User, collaborative: Collaborative, world: dict[str, Team]
    ) -> None:
        cycle = Cycle.objects.get(team=world["stalled"])
        BarrierFactory(cycle=cycle, code=BarrierCode.TURNOVER)
        BarrierFactory(cycle=cycle, code=BarrierCode.TIME, settled_at=NOW)
        page = self.open(client_for, coach, collaborative)
        assert page.texts("#stalled ~ .table-wrap tbody tr > *") == [
            cycle.title, "Stalled", "22 days", str(cycle.owner), "Staff turnover",
        ]  # fmt: skip

    def test_an_empty_collaborative_says_what_belongs_here(
        self, client_for: ClientFor, coach: User, collaborative: Collaborative
    ) -> None:
        assert self.open(client_for, coach, collaborative).texts(".empty-title") == ["No teams yet"]

    @pytest.mark.parametrize("count", [1, 3])
    def test_the_number_of_queries_does_not_grow(
        self,
        client_for: ClientFor,
        coach: User,
        collaborative: Collaborative,
        count: int,
        django_assert_num_queries: Any,
    ) -> None:
        for number in range(count):
            BarrierFactory(cycle=cycle_of(team_of(collaborative, f"Team {number}"), dt.date(2025, 3, 3)))
        client = client_for(coach)
        with django_assert_num_queries(BOARD):
            client.get(reverse("status_board", args=[collaborative.slug]))

    def test_the_file_has_the_lines_of_the_filter(
        self, client_for: ClientFor, coach: User, collaborative: Collaborative, world: dict[str, Team]
    ) -> None:
        Team.objects.filter(pk=world["stalled"].pk).update(name="=cmd()")
        response = client_for(coach).get(reverse("status_file", args=[collaborative.slug]) + "?need=stalled")
        assert response["Content-Type"] == "text/csv; charset=utf-8"
        header, line = csv.reader(response.content.decode("utf-8-sig").splitlines())
        assert dict(zip(header, line, strict=True)) == {
            "team": "'=cmd()",
            "status": "active",
            "need": "stalled",
            "first_cycle": "2025-06-08",
            "first_cycle_due": "2025-03-02",
            "cycles_begun": "1",
            "team_months": "5.95",
            "cycles_per_team_month": "0.17",
            "closed_cycles": "0",
            "median_weeks": "",
            "reached_study": "0",
            "of_cycles_older_than_21_days": "1",
            "stalled_at_do": "1",
            "has_active_ramp": "yes",
        }

    def test_another_collaboratives_cycles_are_not_counted(self, coach: User, collaborative: Collaborative) -> None:
        cycle_of(team_of(CollaborativeFactory(), "Elsewhere"), dt.date(2025, 6, 1))
        board = board_of(collaborative, coach, on=TODAY)
        assert (board.begun, board.rows) == (0, ())


class TestMyWork:
    """What a team owes stands in My work; faculty get one line."""

    @pytest.fixture
    def member(self, collaborative: Collaborative) -> User:
        return TeamMembershipFactory(team=team_of(collaborative, "Ours")).user

    def items(self, user: User, title: str) -> list[Any]:
        return [item for item in due_items_for(User.objects.get(pk=user.pk), NOW) if item.title.startswith(title)]

    @pytest.mark.practice("R-188")
    def test_a_first_cycle_waits_until_one_begins(self, member: User) -> None:
        (item,) = self.items(member, "Plan a first cycle")
        assert (item.due, item.where, item.tone) == (dt.date(2025, 3, 2), "Ours", "attention")
        team = Team.objects.get(name="Ours")
        CycleFactory(team=team)
        assert len(self.items(member, "Plan a first cycle")) == 1
        cycle_of(team, dt.date(2025, 6, 25))
        assert self.items(member, "Plan a first cycle") == []

    @pytest.mark.practice("R-197")
    def test_a_test_that_stopped_after_do_waits_for_its_study(self, member: User) -> None:
        team = Team.objects.get(name="Ours")
        young, old = cycle_of(team, dt.date(2025, 6, 9)), cycle_of(team, dt.date(2025, 6, 8), title="Old one")
        (item,) = self.items(member, "Study what you did")
        assert (item.title, item.url, item.due) == (
            "Study what you did: Old one",
            old.get_absolute_url(),
            dt.date(2025, 6, 29),
        )
        assert item.detail.startswith("In Do for 22 days.")
        assert young.get_absolute_url() != item.url

    def test_others_and_ended_collaboratives_are_asked_for_nothing(
        self, member: User, collaborative: Collaborative
    ) -> None:
        stranger = TeamMembershipFactory().user
        assert self.items(stranger, "Study") == []
        Collaborative.objects.filter(pk=collaborative.pk).update(status=CollaborativeStatus.ENDED)
        assert self.items(member, "Plan a first cycle") == []

    def test_the_line_of_the_faculty_has_the_boards_counts(
        self, client_for: ClientFor, coach: User, collaborative: Collaborative, world: dict[str, Team]
    ) -> None:
        assert needs_of(collaborative, on=TODAY) == Needs(first_late=1, stalled=1, no_ramp=3)
        page = Page(client_for(coach).get(reverse("my_work")))
        assert page.texts("main .plain-list a")[:3] == [
            "1 team is late with its first cycle",
            "1 cycle is stalled at Do",
            "3 teams have no active ramp",
        ]
