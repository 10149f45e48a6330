"""Worksheets pass on when the person responsible leaves, and My work says what waits."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from collab.common.jobs import catch_up
from collab.common.models import AuditEvent
from collab.common.sections import due_items_for, links_for
from collab.enums import CollaborativeStatus
from collab.models import User
from pdsa.actions.owners import pass_on_cycles
from pdsa.actions.workflow import close, follow_up
from pdsa.enums import Decision, Stage
from pdsa.models import Cycle
from teams.actions.roles import MEMBERS, end_role
from teams.enums import TeamRole
from teams.models import Team
from tests.factories.collab import ChangeIdeaFactory, ChangePackageFactory, CollaborativeAppointmentFactory
from tests.factories.pdsa import CycleFactory, TaskFactory
from tests.factories.teams import TeamFactory, TeamMembershipFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]
TODAY = dt.datetime(2025, 3, 20, 16, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _in_march() -> Any:
    with time_machine.travel(TODAY, tick=False):
        yield


@pytest.fixture
def team() -> Team:
    return TeamFactory(collaborative__status=CollaborativeStatus.RUNNING)


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def leave(held: Any, on: dt.date) -> None:
    """End the role, and let the sweep catch up with it."""
    end_role(by=held.user, held=held, on=on)
    catch_up(MEMBERS, str(held.team_id))


@pytest.mark.practice("R-273")
def test_an_owner_who_leaves_passes_open_cycles_on_to_the_leader(team: Team) -> None:
    leader = TeamMembershipFactory(team=team, role=TeamRole.LEADER)
    leaver = TeamMembershipFactory(team=team)
    opened = CycleFactory(team=team, owner=leaver.user)
    closed = CycleFactory(team=team, owner=leaver.user, stage=Stage.CLOSED)
    others = CycleFactory(team=team, owner=leader.user)
    leave(leaver, TODAY.date())
    owners = {cycle: Cycle.objects.get(pk=cycle.pk).owner for cycle in (opened, closed, others)}
    assert owners == {opened: leader.user, closed: leaver.user, others: leader.user}
    (event,) = AuditEvent.objects.about(opened).filter(event="pdsa.cycle_passed_on")
    assert (event.actor, event.detail["before"], event.detail["after"]) == (None, str(leaver.user), str(leader.user))


@pytest.mark.parametrize("decides", [False, True])
def test_the_cycle_after_one_of_somebody_who_left_belongs_to_who_plans_it(team: Team, decides: bool) -> None:
    leader = TeamMembershipFactory(team=team, role=TeamRole.LEADER).user
    leaver = TeamMembershipFactory(team=team)
    told = {"learned": "It helps.", "observations": "Six came."} if decides else {}
    cycle = CycleFactory(team=team, owner=leaver.user, stage=Stage.STUDY if decides else Stage.CLOSED, **told)
    cycle.questions.update(match="yes", answer="Six came.")
    end_role(by=leader, held=leaver, on=TODAY.date())
    follower = close(by=leader, cycle=cycle, decision=Decision.ADAPT) if decides else follow_up(by=leader, cycle=cycle)
    assert follower is not None
    assert (follower.owner, Cycle.objects.get(pk=cycle.pk).owner) == (leader, leaver.user)


def test_the_cycle_after_one_of_a_colleague_stays_theirs(team: Team) -> None:
    leader = TeamMembershipFactory(team=team, role=TeamRole.LEADER).user
    owner = TeamMembershipFactory(team=team).user
    assert follow_up(by=leader, cycle=CycleFactory(team=team, owner=owner, stage=Stage.CLOSED)).owner == owner


def test_a_role_that_ends_later_changes_nothing_before(team: Team) -> None:
    TeamMembershipFactory(team=team, role=TeamRole.LEADER)
    leaver = TeamMembershipFactory(team=team)
    cycle = CycleFactory(team=team, owner=leaver.user)
    leaver.ended_on = dt.date(2025, 4, 1)
    leaver.save()
    assert (pass_on_cycles(), Cycle.objects.get(pk=cycle.pk).owner) == (0, leaver.user)
    with time_machine.travel(dt.datetime(2025, 4, 1, 16, tzinfo=dt.UTC), tick=False):
        assert (pass_on_cycles(), pass_on_cycles()) == (1, 0)


def test_without_a_leader_it_stays_with_nobody_and_faculty_hear_of_it(team: Team) -> None:
    coach = CollaborativeAppointmentFactory(collaborative=team.collaborative).user
    leaver = TeamMembershipFactory(team=team)
    CycleFactory(team=team, owner=leaver.user, title="Calls")
    leave(leaver, TODAY.date())
    titles = [item.title for item in due_items_for(fresh(coach), timezone.now())]
    assert (Cycle.objects.get().owner, "Nobody is responsible for “Calls”" in titles) == (None, True)


def test_a_team_that_left_keeps_its_worksheets_as_they_were() -> None:
    team = TeamFactory(withdrawn=True)
    gone = TeamMembershipFactory(team=team, ended_on=dt.date(2025, 1, 1))
    CycleFactory(team=team, owner=gone.user)
    assert (pass_on_cycles(), Cycle.objects.get().owner) == (0, gone.user)


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        ({"plan_start": dt.date(2025, 3, 19)}, "Begin or move: Calls"),
        ({"plan_start": dt.date(2025, 3, 20)}, None),
        ({"stage": Stage.DO, "started_on": dt.date(2025, 3, 20)}, None),
        ({"stage": Stage.DO, "started_on": dt.date(2025, 3, 10), "days": 5}, "The test is over: Calls"),
        ({"stage": Stage.STUDY}, "Write Study: Calls"),
        ({"stage": Stage.CLOSED}, None),
    ],
)
def test_my_work_says_what_my_cycles_wait_for(team: Team, fields: dict[str, Any], title: str | None) -> None:
    member = TeamMembershipFactory(team=team)
    CycleFactory(team=team, owner=member.user, title="Calls", **fields)
    others = TeamMembershipFactory(team=team)
    found = {
        who: [item.title for item in due_items_for(fresh(who), timezone.now()) if "Calls" in item.title]
        for who in (member.user, others.user)
    }
    assert found == {member.user: [title] if title else [], others.user: []}


def test_my_work_says_which_tasks_are_due(team: Team) -> None:
    member = TeamMembershipFactory(team=team)
    cycle = CycleFactory(team=team, owner=member.user, plan_start=None)
    for what, day, done in (("Soon", 25, False), ("Done", 25, True), ("Later", 31, False)):
        TaskFactory(cycle=cycle, what=what, when=dt.date(2025, 3, day), done=done)
    titles = [item.title for item in due_items_for(fresh(member.user), timezone.now())]
    assert [title for title in titles if title.startswith("Task:")] == ["Task: Soon"]


def test_a_published_idea_leads_to_a_test_of_ones_own_team(team: Team) -> None:
    member = TeamMembershipFactory(team=team)
    package = ChangePackageFactory(collaborative=team.collaborative, published=True)
    idea = ChangeIdeaFactory(package=package)
    foreign = ChangeIdeaFactory(package=ChangePackageFactory(published=True))
    stranger = CollaborativeAppointmentFactory(collaborative=team.collaborative).user
    links = [[link.title for link in links_for(one, fresh(who)) if link.key == "plan"] for one, who in (
        (idea, member.user), (foreign, member.user), (idea, stranger),
    )]  # fmt: skip
    assert links == [["Plan a test of this"], [], []]
