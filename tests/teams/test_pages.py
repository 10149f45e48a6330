"""The pages of agencies, teams, people and requests: who opens them, what they show, what they change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from collab.common.sections import search_results_for
from collab.models import User
from teams.enums import Answer
from teams.forms.teams import MANY_AGENCIES
from teams.models import Agency, Invitation, LeaderRequest, Team
from tests.factories.teams import (
    AgencyFactory,
    InvitationFactory,
    LeaderRequestFactory,
    TeamFactory,
    TeamMembershipFactory,
)
from tests.pages import Page
from tests.worlds import World

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

ClientFor = Callable[[User], Client]
ALLOWED, FORBIDDEN, NOT_FOUND = 200, 403, 404

COORDINATOR_PAGES = {
    "agencies": lambda w: reverse("agencies", args=[w.center.slug]),
    "agency_add": lambda w: reverse("agency_add", args=[w.center.slug]),
    "center_people": lambda w: reverse("center_people", args=[w.center.slug]),
    "agency_edit": lambda w: reverse("agency_edit", args=[w.agency.pk]),
    "agency_people": lambda w: reverse("agency_people", args=[w.agency.pk]),
    "collaborative_people": lambda w: reverse("collaborative_people", args=[w.collaborative.slug]),
    "team_add": lambda w: reverse("team_add", args=[w.collaborative.slug]),
    "teams_add": lambda w: reverse("teams_add", args=[w.collaborative.slug]),
    "team_edit": lambda w: reverse("team_edit", args=[w.collaborative.slug, w.team.slug]),
    "team_withdraw": lambda w: reverse("team_withdraw", args=[w.collaborative.slug, w.team.slug]),
    "team_complete": lambda w: reverse("team_complete", args=[w.collaborative.slug, w.team.slug]),
}
# What the data lead of the team sees: their own team and collaborative are theirs, the center is not.
OF_THE_CENTER = {"agencies", "agency_add", "center_people", "agency_edit", "agency_people"}


@pytest.mark.parametrize("name", COORDINATOR_PAGES)
def test_coordinators_pages(world: World, client_for: ClientFor, name: str) -> None:
    url = COORDINATOR_PAGES[name](world)
    statuses = {
        who: client_for(world.users[who]).get(url).status_code
        for who in ("site administrator", "coordinator", "other coordinator", "data lead", "stranger", "former member")
    }
    assert statuses == {
        "site administrator": ALLOWED,
        "coordinator": ALLOWED,
        "other coordinator": NOT_FOUND,
        "data lead": NOT_FOUND if name in OF_THE_CENTER else FORBIDDEN,
        "stranger": NOT_FOUND,
        "former member": NOT_FOUND,
    }
    assert Client().get(url).url.startswith(reverse("account_login"))


@pytest.mark.parametrize("name", ["team_people", "team_requests"])
def test_a_teams_pages(world: World, client_for: ClientFor, name: str) -> None:
    url = reverse(name, args=[world.collaborative.slug, world.team.slug])
    opened = {
        who for who, user in world.users.items() if user.is_active and client_for(user).get(url).status_code == ALLOWED
    }
    assert opened == {who for who in world.users if world.fresh(who).has_perm("teams.view_team", world.team)}


def test_sponsors_and_reviewers_are_told_why_there_is_no_list_of_teams(world: World, client_for: ClientFor) -> None:
    url = reverse("teams", args=[world.collaborative.slug])
    for who in ("sponsor", "reviewer"):
        response = client_for(world.users[who]).get(url)
        assert response.status_code == FORBIDDEN
        assert "Your role reads pooled results, not single teams." in response.content.decode()
        assert world.team.name not in response.content.decode()


def test_a_member_sees_their_own_team_in_the_list_and_no_other(world: World, client_for: ClientFor) -> None:
    page = client_for(world.users["data lead"]).get(reverse("teams", args=[world.collaborative.slug]))
    assert list(page.context["teams"]) == [world.team]
    text = page.content.decode()
    assert (world.team.name in text, world.neighbor.name in text) == (True, False)
    assert world.team.code_name not in text


@pytest.mark.parametrize("count", [1, 3])
def test_lists_cost_the_same_for_one_and_three(
    world: World, client_for: ClientFor, django_assert_num_queries: Any, count: int
) -> None:
    collaborative = world.sister
    TeamFactory.create_batch(count - 1, collaborative=collaborative)
    TeamMembershipFactory.create_batch(count, team=world.sister_team)
    InvitationFactory.create_batch(count, team=world.sister_team)
    LeaderRequestFactory.create_batch(count, team=world.sister_team)
    client = client_for(world.users["coordinator"])
    for name, args, queries in (
        ("teams", [collaborative.slug], 13),
        ("agencies", [world.center.slug], 9),
        ("team_people", [collaborative.slug, world.sister_team.slug], 13),
        ("team_requests", [collaborative.slug, world.sister_team.slug], 10),
    ):
        with django_assert_num_queries(queries):
            assert client.get(reverse(name, args=args)).status_code == ALLOWED


def test_long_lists_come_in_pages_and_are_searched_by_name(world: World, client_for: ClientFor) -> None:
    collaborative = world.sister
    for number in range(51 - collaborative.teams.count()):
        TeamFactory(collaborative=collaborative, agency__center=world.center, name=f"Many {number:02}")
    client = client_for(world.users["coordinator"])
    of_teams = reverse("teams", args=[collaborative.slug])
    of_agencies = reverse("agencies", args=[world.center.slug])
    named = list(collaborative.teams.by_status())
    assert list(client.get(of_teams).context["teams"]) == named[:50]
    assert list(client.get(of_teams, {"page": 2}).context["teams"]) == named[50:]
    assert list(client.get(of_teams, {"page": "99"}).context["teams"]) == named[50:]
    assert [team.name for team in client.get(of_teams, {"q": " many 07 "}).context["teams"]] == ["Many 07"]
    partner = Agency.objects.create(center=world.center, code="PARTNER", name="Lighthouse")
    pair = TeamFactory(collaborative=collaborative, partner_agency=partner, agency__center=world.center)
    assert list(client.get(of_teams, {"q": "lighthouse"}).context["teams"]) == [pair]
    nothing = client.get(of_teams, {"q": "<b>"})
    assert (list(nothing.context["teams"]), "No team fits" in nothing.content.decode()) == ([], True)
    in_order = list(Agency.objects.filter(center=world.center).order_by("name", "code", "pk"))
    assert list(client.get(of_agencies, {"page": 2}).context["agencies"]) == in_order[50:]
    assert list(client.get(of_agencies, {"q": "partner"}).context["agencies"]) == [partner]


def test_a_team_is_added_with_a_new_agency_and_its_people_come_next(world: World, client_for: ClientFor) -> None:
    client = client_for(world.users["coordinator"])
    url = reverse("team_add", args=[world.collaborative.slug])
    data = {"new_agency_name": "Westside", "new_agency_code": "WEST", "enrolled_on": "2025-02-01"}
    response = client.post(url, data)
    team = Team.objects.get(agency__code="WEST")
    assert (team.name, team.agency.center) == ("Westside", world.center)
    assert response.url == reverse("team_people", args=[world.collaborative.slug, team.slug])


def test_a_long_list_of_agencies_can_be_searched(world: World, client_for: ClientFor) -> None:
    client = client_for(world.users["coordinator"])
    url = reverse("team_add", args=[world.collaborative.slug])
    assert Page(client.get(url)).all("[data-searchable]") == []
    AgencyFactory.create_batch(MANY_AGENCIES, center=world.center)
    assert Page(client.get(url)).values("[data-searchable]", "name") == ["agency", "partner_agency"]


@pytest.mark.parametrize(
    ("data", "field", "sentence"),
    [
        ({}, "agency", "Choose an agency, or write the name of a new one."),
        ({"new_agency_name": "West"}, "new_agency_code", "A new agency needs a code."),
        ({"agency": "own"}, "agency", "This agency already has a team in this collaborative."),
        ({"agency": "own", "new_agency_name": "X"}, "agency", "Choose an agency or write a new one, not both."),
        ({"agency": "own", "partner_agency": "own"}, "partner_agency", "The partner must be another agency."),
        (
            {"agency": "far"},
            "agency",
            "Select a valid choice. That choice is not one of the available choices.",
        ),
    ],
)
def test_what_is_wrong_with_a_new_team_is_told_at_the_field(
    world: World, client_for: ClientFor, data: dict[str, Any], field: str, sentence: str
) -> None:
    keys = {"own": world.agency.pk, "far": world.other_agency.pk}
    sent = {key: keys.get(value, value) for key, value in data.items()} | {"enrolled_on": "2025-02-01"}
    before = (Team.objects.count(), Agency.objects.count())
    page = client_for(world.users["coordinator"]).post(reverse("team_add", args=[world.collaborative.slug]), sent)
    assert page.context["form"].errors[field] == [sentence]
    assert (Team.objects.count(), Agency.objects.count()) == before


def test_many_teams_are_pasted_all_or_none(world: World, client_for: ClientFor) -> None:
    known = AgencyFactory(center=world.center, code="KNOWN", name="Known agency")
    client = client_for(world.users["coordinator"])
    url = reverse("teams_add", args=[world.collaborative.slug])
    wrong = f"code,name\nNEW1,New one\nNEW1,Again\nonly-one\n{world.agency.code},Taken"
    page = client.post(url, {"rows": wrong, "enrolled_on": "2025-01-01"})
    assert page.context["form"].errors["rows"] == [
        "Line 3: NEW1 stands in line 2 already.",
        "Line 4: two columns are wanted, the code and the name.",
        f"Line 5: {world.agency.code} already has a team in this collaborative.",
    ]
    assert Agency.objects.filter(code="NEW1").exists() is False
    right = "Code\tName\nNEW1\tNew one\nKNOWN\tIgnored\n"
    assert client.post(url, {"rows": right, "enrolled_on": "2025-01-01"}).status_code == 302
    assert client.post(url, {"rows": 'Q, "Quoted, Inc."', "enrolled_on": "2025-01-01"}).status_code == 302
    added = Team.objects.filter(agency__code__in=["NEW1", "KNOWN", "Q"]).order_by("agency__code")
    assert [(team.agency.code, team.name) for team in added] == [
        ("KNOWN", known.name),
        ("NEW1", "New one"),
        ("Q", "Quoted, Inc."),
    ]


@time_machine.travel("2025-09-10T12:00:00Z", tick=False)
def test_a_team_withdraws_by_words_and_returns(world: World, client_for: ClientFor) -> None:
    client = client_for(world.users["coordinator"])
    args = [world.collaborative.slug, world.team.slug]
    data = {"on": "2025-02-10", "reason": "turnover", "confirmation": "yes"}
    page = client.post(reverse("team_withdraw", args=args), data)
    assert page.context["form"].errors["confirmation"] == ["Type the word “withdraw”."]
    page = client.post(reverse("team_withdraw", args=args), data | {"on": "2025-10-01", "confirmation": "withdraw"})
    assert page.context["form"].errors["on"] == ["This day is still to come. Record it when it has happened."]
    assert client.post(reverse("team_withdraw", args=args), data | {"confirmation": " Withdraw "}).status_code == 302
    world.team.refresh_from_db()
    assert (world.team.status, world.team.withdrawal_stage) == ("withdrawn", "before_middle")
    assert client.get(reverse("team_return", args=args)).status_code == 405
    client.post(reverse("team_return", args=args))
    world.team.refresh_from_db()
    assert world.team.status == "active"


def test_a_team_leader_invites_to_their_team_and_a_member_does_not(world: World, client_for: ClientFor) -> None:
    url = reverse("team_people", args=[world.collaborative.slug, world.team.slug])
    data = {"people": "Ana <ana@example.org>\nbo@example.org", "role": "team_clinician", "message": ""}
    assert client_for(world.users["clinician"]).post(url, data).status_code == FORBIDDEN
    assert "ana" not in client_for(world.users["clinician"]).get(url).content.decode()
    assert client_for(world.users["coach"]).post(url, data).status_code == FORBIDDEN
    client = client_for(world.users["team leader"])
    page = client.post(url, data | {"role": "coordinator"})
    assert list(page.context["invitation_form"].errors) == ["role"]
    page = client.post(url, data | {"people": f"new@example.org\n{world.users['data lead'].email}"})
    who = world.users["data lead"]
    assert page.context["invitation_form"].errors["people"] == [f"Line 2: {who.name} ({who.email}) is here already."]
    assert Invitation.objects.count() == 0
    assert client.post(url, data).status_code == 302
    assert [(i.email, i.name, i.role, i.team) for i in Invitation.objects.order_by("email")] == [
        ("ana@example.org", "Ana", "team_clinician", world.team),
        ("bo@example.org", "", "team_clinician", world.team),
    ]


def test_addresses_are_shown_to_those_who_invite_and_nobody_else(world: World, client_for: ClientFor) -> None:
    url = reverse("team_people", args=[world.collaborative.slug, world.team.slug])
    address = world.users["data lead"].email
    shown = {
        who: address in client_for(world.users[who]).get(url).content.decode()
        for who in ("coordinator", "team leader", "clinician", "coach", "senior leader")
    }
    assert shown == {
        "coordinator": True,
        "team leader": True,
        "clinician": False,
        "coach": False,
        "senior leader": False,
    }


def test_a_role_changes_and_ends_and_the_leaver_stays_listed(world: World, client_for: ClientFor) -> None:
    member = world.users["clinician"].team_memberships.get()
    args = [world.collaborative.slug, world.team.slug, member.pk]
    for name in ("team_member", "team_member_end"):
        assert client_for(world.users["data lead"]).get(reverse(name, args=args)).status_code == FORBIDDEN
        assert client_for(world.users["other team leader"]).get(reverse(name, args=args)).status_code == NOT_FOUND
    client = client_for(world.users["team leader"])
    client.post(reverse("team_member", args=args), {"role": "peer", "discipline": "nursing"})
    member.refresh_from_db()
    assert (member.role, member.discipline) == ("peer", "nursing")
    page = client.post(reverse("team_member_end", args=args), {"on": "2023-01-01"})
    assert page.context["form"].errors["on"] == ["The role began on Mon 1 Jan 2024 and can not end before that."]
    assert client.post(reverse("team_member_end", args=args), {"on": "2025-03-01"}).status_code == 302
    page = client.get(reverse("team_people", args=args[:2]))
    assert member in page.context["leavers"]
    assert member not in page.context["people"]
    # Nobody else's row is reached through one's own team.
    foreign = world.users["member of a neighbor team"].team_memberships.get()
    assert client.get(reverse("team_member_end", args=[*args[:2], foreign.pk])).status_code == NOT_FOUND


@pytest.mark.parametrize(
    ("who", "name", "place"),
    [
        ("coach", "collaborative_role_end", "collaborative"),
        ("senior leader", "agency_role_end", "agency"),
        ("coordinator", "center_role_end", "center"),
    ],
)
def test_other_roles_end_the_same_way(world: World, client_for: ClientFor, who: str, name: str, place: str) -> None:
    user, subject = world.users[who], getattr(world, place)
    held = subject.appointments.get(user=user)
    args = [subject.pk if place == "agency" else subject.slug, held.pk]
    by = world.users["site administrator"]
    assert client_for(by).post(reverse(name, args=args), {"on": "2025-03-01"}).status_code == 302
    held.refresh_from_db()
    assert held.is_current is False


def test_coordinators_do_not_end_each_other(world: World, client_for: ClientFor) -> None:
    held = world.center.appointments.get(user=world.users["coordinator"])
    url = reverse("center_role_end", args=[world.center.slug, held.pk])
    assert client_for(world.users["coordinator"]).post(url, {"on": "2025-03-01"}).status_code == FORBIDDEN
    page = client_for(world.users["coordinator"]).get(reverse("center_people", args=[world.center.slug]))
    assert "Coordinators are appointed by the administrators of this site." in page.content.decode()


def test_a_team_asks_and_its_leader_answers(world: World, client_for: ClientFor) -> None:
    args = [world.collaborative.slug, world.team.slug]
    url = reverse("team_requests", args=args)
    assert client_for(world.users["coach"]).post(url, {"text": "No"}).status_code == FORBIDDEN
    assert client_for(world.users["data lead"]).post(url, {"text": "Two hours."}).status_code == 302
    asked = LeaderRequest.objects.get()
    answer_url = reverse("request_answer", args=[*args, asked.pk])
    leader = client_for(world.users["senior leader"])
    assert "Request: Two hours." in leader.get("/").content.decode()
    for who, status in (("data lead", FORBIDDEN), ("coordinator", FORBIDDEN), ("other senior leader", NOT_FOUND)):
        assert client_for(world.users[who]).post(answer_url, {"answer": "yes"}).status_code == status
    leader.post(answer_url, {"answer": "perhaps"})
    asked.refresh_from_db()
    assert asked.answer == ""
    part = leader.post(answer_url, {"answer": "later", "note": "In May."}, headers={"HX-Request": "true"})
    assert part.status_code == 200
    assert "<html" not in part.content.decode()
    assert leader.post(answer_url, {"answer": "yes", "note": "Now.", "next": "https://evil.example/"}).url == url
    asked.refresh_from_db()
    assert (asked.answer, asked.answer_note, asked.answered_by) == (Answer.YES, "Now.", world.users["senior leader"])
    assert "Request: Two hours." not in leader.get("/").content.decode()


def test_the_leader_writes_a_goal_that_the_team_reads(world: World, client_for: ClientFor) -> None:
    args = [world.collaborative.slug, world.team.slug]
    assert client_for(world.users["team leader"]).get(reverse("leader_goal", args=args)).status_code == FORBIDDEN
    client_for(world.users["senior leader"]).post(reverse("leader_goal", args=args), {"leader_goal": "Nobody waits."})
    page = client_for(world.users["clinician"]).get(reverse("team_requests", args=args))
    assert "Nobody waits." in page.content.decode()


def test_the_profile_shows_roles_in_words_and_saves(world: World, client_for: ClientFor) -> None:
    client = client_for(world.users["data lead"])
    page = client.get(reverse("profile"))
    assert [(role.role, role.where) for role in page.context["roles"]] == [
        ("Data lead", f"{world.team.name} in {world.collaborative.name}")
    ]
    assert client.post(reverse("profile"), {"name": "Dana", "pronouns": "they/them"}).status_code == 302
    assert (world.fresh("data lead").name, world.fresh("data lead").pronouns) == ("Dana", "they/them")


def test_search_finds_what_one_may_see(world: World, client_for: ClientFor) -> None:
    def found(who: str, words: str) -> list[str]:
        return sorted(result.title for result in search_results_for(world.fresh(who), words))

    neighbor = world.users["member of a neighbor team"].name
    assert found("coordinator", neighbor) == [neighbor]
    assert found("data lead", neighbor) == []
    assert found("coordinator", world.neighbor.name) == [world.neighbor.name]
    assert found("data lead", world.neighbor.name) == []
    leader = world.users["senior leader"].name
    assert leader in found("coordinator", leader)
    assert leader not in found("other coordinator", leader)
