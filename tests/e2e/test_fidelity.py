"""A journey of two coaches: from the board to the cycle that waits, each reading it without the other's answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from collab.enums import CollaborativeStatus
from collab.models import User
from pdsa.actions.fidelity import rescore_teams
from pdsa.enums import Stage
from tests.factories.collab import CollaborativeAppointmentFactory, CollaborativeFactory
from tests.factories.pdsa import CycleFactory
from tests.factories.teams import TeamFactory

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
SignIn = Callable[[Page, User], None]
Check = Callable[[Page], None]


@pytest.mark.practice("R-196")
def test_two_coaches_read_a_cycle_apart_and_see_how_far_they_agree(
    page: Page, live_server: LiveServer, sign_in: SignIn, axe: Check, at_320: Check
) -> None:
    # Given a team with a finished cycle, a stalled one, and two coaches
    collaborative = CollaborativeFactory(slug="access", status=CollaborativeStatus.RUNNING)
    team = TeamFactory(collaborative=collaborative, slug="northside", name="Northside")
    CycleFactory(team=team, stage=Stage.CLOSED, title="Call the day before")
    CycleFactory(team=team, stage=Stage.DO, title="Ask about rides")
    rescore_teams([team.pk], dt.date(2025, 6, 1))
    first, second = (CollaborativeAppointmentFactory(collaborative=collaborative).user for _ in range(2))

    # When the first opens the board, the stalled cycle stands there with its team
    sign_in(page, first)
    page.goto(f"{live_server.url}/c/access/pdsa/")
    axe(page)
    page.get_by_role("link", name="Status board").click()
    expect(page.get_by_role("row", name="Ask about rides")).to_contain_text("Northside")
    axe(page)
    at_320(page)

    # and from the fidelity page one click leads to the cycle that waits
    page.get_by_role("link", name="Fidelity", exact=True).click()
    axe(page)
    at_320(page)
    page.get_by_role("link", name="Call the day before").click()
    page.get_by_role("group", name="Does the Study tell what happened?").get_by_label("Yes").check()
    page.get_by_role("group", name="Was something tested or learned?").get_by_label("Yes").check()
    page.get_by_label("Note for other coaches").fill("Clear numbers.")
    axe(page)
    page.get_by_role("button", name="Save my reading").click()
    expect(page.get_by_text("Your reading of “Call the day before” was saved.")).to_be_visible()

    # Then the second sees nothing of it before answering, and everything after
    sign_in(page, second)
    page.goto(f"{live_server.url}/c/access/teams/northside/pdsa/cycles/1/fidelity/")
    expect(page.get_by_text("Clear numbers.")).to_have_count(0)
    page.get_by_role("group", name="Does the Study tell what happened?").get_by_label("No").check()
    page.get_by_role("group", name="Was something tested or learned?").get_by_label("Yes").check()
    page.get_by_role("button", name="Save my reading").click()
    expect(page.get_by_text("Clear numbers.")).to_be_visible()
    axe(page)

    # and both answers are counted
    page.goto(f"{live_server.url}/c/access/pdsa/fidelity/")
    expect(page.get_by_role("row", name="Study tells what happened").last).to_contain_text("0 of 1")
