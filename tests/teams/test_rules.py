"""Who may do what with agencies and teams: one answer for a row and for a table, over everybody in the world."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import models

from collab.models import Center, Collaborative
from teams import rules
from teams.enums import InvitedRole, SubjectKind
from teams.models import Agency, Team
from teams.rules import TeamsPermission, may_appoint, may_invite, sees_teams
from tests.worlds import FACULTY, MEMBERS, World

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

TABLES: dict[TeamsPermission, tuple[Any, type[models.Model]]] = {
    TeamsPermission.VIEW_AGENCY: (rules.view_agency, Agency),
    TeamsPermission.MANAGE_AGENCY: (rules.manage_agency, Agency),
    TeamsPermission.VIEW_TEAM: (rules.view_team, Team),
    TeamsPermission.MANAGE_TEAM: (rules.manage_team, Team),
    TeamsPermission.MANAGE_TEAM_PEOPLE: (rules.manage_team_people, Team),
    TeamsPermission.BELONG_TO_TEAM: (rules.belong_to_team, Team),
    TeamsPermission.ANSWER_REQUESTS: (rules.answer_requests, Team),
    TeamsPermission.APPOINT_COORDINATORS: (rules.appoint_coordinators, Center),
}


def test_every_permission_of_this_room_is_in_the_table() -> None:
    assert set(TABLES) == set(TeamsPermission)


@pytest.mark.parametrize("permission", TABLES)
def test_a_row_and_a_table_give_the_same_answer(world: World, permission: TeamsPermission) -> None:
    access, model = TABLES[permission]
    for who in world.people:
        for person in (world.people[who], *([world.fresh(who)] if who in world.users else [])):
            in_table = set(model._default_manager.filter(access.rows(person)))
            one_by_one = {row for row in model._default_manager.all() if person.has_perm(permission.value, row)}
            assert in_table == one_by_one, who


def who_can(world: World, ask: Callable[[Any], bool]) -> set[str]:
    return {
        who
        for who, person in world.people.items()
        if ask(world.fresh(who) if not isinstance(person, AnonymousUser) else person)
    }


def test_who_sees_a_team(world: World) -> None:
    seen = {
        "team": who_can(world, lambda person: rules.view_team.check(person, world.team)),
        "pair": who_can(world, lambda person: rules.view_team.check(person, world.pair)),
        "neighbor": who_can(world, lambda person: rules.view_team.check(person, world.neighbor)),
        "other": who_can(world, lambda person: rules.view_team.check(person, world.other_team)),
    }
    above = {"site administrator", "coordinator", *FACULTY}
    assert seen == {
        "team": above | set(MEMBERS) | {"senior leader"},
        "pair": above | {"senior leader", "senior leader of the pair"},
        "neighbor": above | {"member of a neighbor team", "leader of a neighbor team"},
        "other": {
            "site administrator",
            "other coordinator",
            "other coach",
            "other senior leader",
            "other team leader",
        },
    }


def test_who_appoints_where(world: World) -> None:
    assert who_can(world, lambda person: may_appoint(person, world.center)) == {"site administrator"}
    managers = {"site administrator", "coordinator"}
    assert who_can(world, lambda person: may_appoint(person, world.collaborative)) == managers
    assert who_can(world, lambda person: may_appoint(person, world.agency)) == managers
    assert who_can(world, lambda person: may_appoint(person, world.team)) == managers | {"team leader"}


@pytest.mark.parametrize("role", list(InvitedRole))
def test_a_role_is_given_only_in_its_own_kind_of_place(world: World, role: InvitedRole) -> None:
    administrator = world.users["site administrator"]
    places = {
        SubjectKind.CENTER: world.center,
        SubjectKind.COLLABORATIVE: world.collaborative,
        SubjectKind.AGENCY: world.agency,
        SubjectKind.TEAM: world.team,
    }
    assert [kind for kind, place in places.items() if may_invite(administrator, role, place)] == [role.subject_kind]


def test_who_answers_requests_of_a_team(world: World) -> None:
    assert who_can(world, lambda person: rules.answer_requests.check(person, world.team)) == {"senior leader"}
    assert who_can(world, lambda person: rules.answer_requests.check(person, world.pair)) == {
        "senior leader",
        "senior leader of the pair",
    }


def test_who_has_a_list_of_teams(world: World) -> None:
    neighbors = {"member of a neighbor team", "leader of a neighbor team"}
    assert who_can(world, lambda person: person.is_active and sees_teams(person, world.collaborative)) == {
        "site administrator",
        "coordinator",
        "senior leader",
        "senior leader of the pair",
        *FACULTY,
        *MEMBERS,
        *neighbors,
    }


def test_taking_part_opens_the_collaborative_and_no_other(world: World) -> None:
    for who in ("clinician", "senior leader", "senior leader of the pair"):
        assert set(Collaborative.objects.visible_to(world.fresh(who))) == {world.collaborative}, who
    assert set(Collaborative.objects.visible_to(world.fresh("former member"))) == set()
