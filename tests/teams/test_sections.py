"""What this room contributes to the set-up checklist and to menus."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from collab.common.sections import ChecklistLine, due_items_for, nav_for
from collab.models import User
from teams.enums import InvitedRole
from teams.sections import teams_and_their_people
from tests.factories.collab import CenterAppointmentFactory, CenterFactory, CollaborativeFactory, UserFactory
from tests.factories.teams import InvitationFactory, TeamFactory, TeamMembershipFactory
from tests.worlds import World

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def lines(collaborative: Any) -> list[tuple[str, bool, str, str]]:
    found: list[ChecklistLine] = list(teams_and_their_people(collaborative))
    return [(line.key, line.done, str(line.detail), str(line.hint)) for line in found]


def test_the_checklist_asks_for_teams_and_then_for_people() -> None:
    collaborative = CollaborativeFactory()
    TeamFactory(collaborative=collaborative, withdrawn=True)
    assert lines(collaborative) == [("teams", False, "0 teams", "")]
    team, other = TeamFactory.create_batch(2, collaborative=collaborative)
    assert lines(collaborative) == [
        ("teams", True, "2 teams", ""),
        ("team_people", False, "", "2 teams have nobody in them and nobody invited."),
    ]
    TeamMembershipFactory(team=team)
    assert lines(collaborative)[1] == ("team_people", False, "", "1 team has nobody in it and nobody invited.")
    InvitationFactory(team=other)
    assert lines(collaborative)[1] == ("team_people", True, "", "")


def test_who_finds_teams_in_the_menu(world: World) -> None:
    keys = {
        who: "teams" in [item.key for item in nav_for(world.collaborative, world.fresh(who))]
        for who in ("coordinator", "coach", "data lead", "senior leader", "sponsor", "reviewer")
    }
    assert keys == {
        "coordinator": True,
        "coach": True,
        "data lead": True,
        "senior leader": True,
        "sponsor": False,
        "reviewer": False,
    }


def test_a_teams_menu_has_people_and_requests(world: World) -> None:
    items = [item for item in nav_for(world.team, world.fresh("clinician")) if item.key in ("people", "requests")]
    assert [(item.key, item.order) for item in items] == [("people", 60), ("requests", 70)]


def due(user: User) -> list[tuple[str, str, str]]:
    return [(item.title, item.where, item.url) for item in due_items_for(user, timezone.now())]


def test_the_administrator_of_an_empty_site_is_led_to_the_first_coordinator() -> None:
    administrator = UserFactory(is_superuser=True)
    assert due(administrator) == [("There is no center yet", "This site", "/centers/new/")]
    center = CenterFactory(name="Valley Center", slug="valley")
    someone_elses = CenterAppointmentFactory()
    waiting = [("Nobody coordinates this center", "Valley Center", "/centers/valley/people/#invite")]
    assert due(administrator) == waiting
    invitation = InvitationFactory(team=None, center=center, role=InvitedRole.COORDINATOR)
    assert due(administrator) == []
    invitation.revoked_at = timezone.now()
    invitation.save()
    assert due(administrator) == waiting
    CenterAppointmentFactory(center=center)
    assert due(administrator) == []
    assert [title for title, _where, _url in due(someone_elses.user)] == ["There is no collaborative yet"]
