"""Another team finds what one team tried, takes it over, fits it to itself and begins; and sees who took it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from collab.enums import CollaborativeStatus, DataSharing
from collab.models import User
from pdsa.actions.search import index
from pdsa.enums import Stage
from pdsa.models import Cycle
from tests.factories.collab import CollaborativeFactory
from tests.factories.pdsa import CycleFactory
from tests.factories.teams import TeamFactory, TeamMembershipFactory

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
SignIn = Callable[[Page, User], None]
Check = Callable[[Page], None]


@pytest.mark.practice("R-195")
def test_another_team_takes_the_change(
    page: Page,
    live_server: LiveServer,
    sign_in: SignIn,
    axe: Check,
    at_320: Check,
    screenshot: Callable[[Page, str], Path],
) -> None:
    # Given a test that a team of a coded collaborative shares, and a member of another team
    place = CollaborativeFactory(slug="access", status=CollaborativeStatus.RUNNING, data_sharing=DataSharing.CODED)
    source = CycleFactory(
        team=TeamFactory(collaborative=place, name="Zephyr team", slug="zephyr", code_name="Team 07"),
        title="Calls the day before",
        stage=Stage.CLOSED,
    )
    index(source)
    member = TeamMembershipFactory(team__collaborative=place, team__name="Northside", team__slug="northside")
    sign_in(page, member.user)
    # When they look for it in the library by a word that is only begun
    page.goto(f"{live_server.url}/c/access/pdsa/")
    page.get_by_role("link", name=re.compile("Open.*Library")).click()
    axe(page)
    page.get_by_label("Words").fill("remind call")
    page.get_by_role("button", name="Find").last.click()
    expect(page.get_by_role("heading", name="1 test")).to_be_visible()
    axe(page)
    at_320(page)
    screenshot(page, "library_small")
    page.set_viewport_size({"width": 1280, "height": 900})
    screenshot(page, "library")
    page.get_by_role("link", name="Calls the day before").click()
    expect(page.get_by_text("Team 07")).to_be_visible()
    expect(page.get_by_text("Zephyr")).to_have_count(0)
    axe(page)
    at_320(page)
    page.set_viewport_size({"width": 1280, "height": 900})
    screenshot(page, "library_cycle")
    # And take it over
    page.get_by_role("button", name="Try this here").click()
    expect(page.get_by_text("Taken from Team 07: “Calls the day before”, which they adopted.")).to_be_visible()
    axe(page)
    screenshot(page, "taken")
    # Then Do waits for how it is fitted, besides what is their own to say
    taken = Cycle.objects.get(taken_from=source)
    expect(page.locator("#panel-moves, #moves").first).to_contain_text("how the change is fitted to you")
    page.locator(f"[name='questions.{taken.questions.get().pk}.prediction']").fill("Four of five come.")
    page.locator("[name='plan_start']").fill("2025-06-02")
    page.locator("[name='fitted']").fill("Our peer calls, in Spanish too.")
    page.get_by_role("button", name="Start Do").first.click()
    expect(page.get_by_text(re.compile("Doing")).first).to_be_visible()
    assert Cycle.objects.get(pk=taken.pk).stage == Stage.DO
    # And who took it from whom can be seen and walked by keyboard
    page.get_by_role("link", name="Who took it from whom").first.click()
    expect(page.locator(".chart-sentence")).to_have_text("First tried by Team 07. 1 team took it over.")
    axe(page)
    screenshot(page, "lineage")
    page.locator("svg a").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Calls the day before", level=1)).to_be_visible()
    page.go_back()
    at_320(page)
    axe(page)
    screenshot(page, "lineage_small")
    page.get_by_role("link", name="Most taken changes").click()
    expect(page.get_by_role("rowheader", name="Calls the day before")).to_be_visible()
    axe(page)
    at_320(page)
