"""A ramp is looked at, walked by keyboard and printed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from collab.models import User
from pdsa.enums import Decision, Stage
from pdsa.models import Ramp
from tests.factories.pdsa import AimFactory, CycleFactory, RampFactory
from tests.factories.teams import TeamFactory, TeamMembershipFactory
from tests.pdf import text_of

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ramp() -> Ramp:
    """Three closed cycles, each larger than the last, under an aim."""
    team = TeamFactory(slug="north")
    made: Ramp = RampFactory(team=team, aim=AimFactory(team=team), title="Reminder calls")
    previous = None
    for number, people in enumerate((1, 5, 20)):
        begun = timezone.now().date() - dt.timedelta(days=60 - 14 * number)
        end = begun + dt.timedelta(days=6)
        previous = CycleFactory(
            team=team,
            ramp=made,
            number=number + 1,
            title=f"Call {people}",
            previous=previous,
            people=people,
            stage=Stage.CLOSED,
            decision=Decision.ADAPT if number < 2 else Decision.ADOPT,
            plan_start=begun,
            started_on=begun,
            ended_on=end,
            studied_on=end,
            closed_on=end,
        )
    return made


def test_a_ramp_is_looked_at_walked_by_keyboard_and_printed(
    ramp: Ramp,
    live_server: LiveServer,
    page: Page,
    sign_in: Callable[[Page, User], None],
    axe: Callable[[Page], None],
    at_320: Callable[[Page], None],
) -> None:
    # Given a member of the team at the ramp's page
    member = TeamMembershipFactory(team=ramp.team).user
    sign_in(page, member)
    page.goto(f"{live_server.url}{ramp.get_absolute_url()}")
    expect(
        page.get_by_text("3 cycles in 5 weeks, grew from 1 to 20 people, adapted twice, adopted.").first
    ).to_be_visible()
    axe(page)

    # When they walk the drawing with the keyboard, each cycle is a stop with its whole text, in order
    drawing = page.locator(".ramp-wide")
    page.get_by_role("link", name="Print as PDF").focus()
    names = []
    for _stop in range(8):
        page.keyboard.press("Tab")
        name = page.evaluate("document.activeElement.closest('.ramp-wide') && document.activeElement.ariaLabel")
        if name:
            names.append(name.split(":")[0])
    assert names == ["Cycle 1, Call 1", "Cycle 2, Call 5", "Cycle 3, Call 20"]

    # Then Enter opens the cycle, and its strip leads back
    drawing.get_by_role("link", name="Cycle 2, Call 5").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Call 5")).to_be_visible()
    page.get_by_role("link", name="Ramp 1: Reminder calls").click()

    # And the table says the same
    page.get_by_text("Show table").click()
    expect(page.get_by_role("rowheader", name="3: Call 20")).to_be_visible()
    axe(page)

    # And the print has the sentence, the drawing's text and what was learned
    address = page.get_by_role("link", name="Print as PDF").get_attribute("href")
    # The first print of a process loads fonts: a busy machine takes its time.
    printed = page.request.get(f"{live_server.url}{address}", timeout=120_000)
    assert printed.headers["content-type"] == "application/pdf"
    assert "grew from 1 to 20 people" in text_of(printed.body())

    # And on a small screen it is a list, one cycle below the other
    at_320(page)
    expect(page.locator(".ramp-wide")).to_be_hidden()
    expect(page.locator(".ramp-narrow a")).to_have_count(3)
    axe(page)

    # And the aim above it is one link away, and hints at what it does not say
    page.get_by_role("link", name="Fewer missed first appointments").click()
    expect(page.get_by_text("This aim has no measure yet.").first).to_be_visible()
    at_320(page)
    axe(page)
