"""Inviting somebody and joining; asking the senior leader and being answered."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.core import mail
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from collab.models import User
from teams.models import LeaderRequest, TeamMembership
from tests.factories.collab import PASSWORD
from tests.worlds import World, make_world

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

SignIn = Callable[[Page, User], None]
Check = Callable[[Page], None]


@pytest.fixture
def world() -> World:
    return make_world()


def test_a_team_leader_invites_and_the_colleague_joins(
    page: Page, live_server: LiveServer, world: World, sign_in: SignIn, axe: Check, at_320: Check
) -> None:
    # Given a team leader on the team's page of people
    sign_in(page, world.users["team leader"])
    page.goto(f"{live_server.url}{world.team.get_absolute_url()}people/")
    axe(page)
    # When they paste two lines of which one is wrong
    page.get_by_label("Who").fill("Ana Rivera <ana@example.org>\nnobody")
    page.get_by_label("Role").select_option("team_peer")
    page.get_by_role("button", name="Send invitations").click()
    # Then the line is named, nothing is sent, and what was typed is still there
    expect(page.locator(".error-summary")).to_contain_text("Line 2: “nobody” is not an e-mail address.")
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.get_by_label("Who")).to_have_value("Ana Rivera <ana@example.org>\nnobody")
    assert mail.outbox == []
    axe(page)
    # When they correct it
    page.get_by_label("Who").fill("Ana Rivera <ana@example.org>")
    page.get_by_role("button", name="Send invitations").click()
    expect(page.get_by_text("1 invitation is on its way.")).to_be_visible()
    at_320(page)
    axe(page)
    # Then the colleague opens the link of the mail on a phone, without an account
    page.context.clear_cookies()
    link = re.search(r"/invitations/\S+", str(mail.outbox[-1].body))
    assert link is not None
    page.goto(f"{live_server.url}{link[0]}")
    axe(page)
    expect(page.get_by_label("Your name")).to_have_value("Ana Rivera")
    page.get_by_label("Choose a password").fill(PASSWORD)
    # and clicks twice, as people do
    page.get_by_role("button", name="Make my account and accept").dblclick()
    # and is inside, once
    page.wait_for_url(f"**{world.team.get_absolute_url()}")
    assert [held.role for held in TeamMembership.objects.filter(user__email="ana@example.org")] == ["peer"]


def test_a_team_asks_and_the_leader_answers_in_place(
    page: Page, live_server: LiveServer, world: World, sign_in: SignIn, axe: Check, at_320: Check
) -> None:
    address = f"{live_server.url}{world.team.get_absolute_url()}requests/"
    # Given a request that the data lead has made
    sign_in(page, world.users["data lead"])
    page.goto(address)
    axe(page)
    page.get_by_label("what we ask").fill("Two protected hours a week.")
    page.get_by_role("button", name="Send request").click()
    expect(page.get_by_text("Your request stands on the senior leader's page.")).to_be_visible()
    # When the senior leader finds it among what waits for them and answers
    sign_in(page, world.users["senior leader"])
    page.goto(live_server.url)
    page.get_by_role("link", name="Answer").click()
    at_320(page)
    axe(page)
    page.get_by_label("A few words").fill("From Monday on.")
    page.get_by_role("button", name="Yes").click()
    # Then the answer stands there without a new page, and is where the keyboard goes on
    expect(page.get_by_role("article")).to_be_focused()
    expect(page.get_by_role("article")).to_contain_text("From Monday on.")
    axe(page)
    asked = LeaderRequest.objects.get()
    assert (asked.answer, asked.answered_by) == ("yes", world.users["senior leader"])
