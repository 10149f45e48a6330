"""A coordinator sets up a collaborative from nothing, and an invited person lands in it; the picture of the README.

The other journeys: a month (test_month), comparing and reading (test_dashboards), asking and answering (test_people),
printing (test_reports).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from collab.enums import CollaborativeStatus, PackageStatus
from collab.models import Center, Collaborative, User
from teams.enums import TeamRole, TeamStatus
from teams.models import Team, TeamMembership
from tests.factories.collab import PASSWORD, CenterAppointmentFactory, CenterFactory

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

# The README shows this file; it is made anew by every run and never committed.
PICTURE = Path(__file__).resolve().parents[2] / "var" / "pictures" / "readme" / "team-home.png"

SignIn = Callable[[Page, User], None]
Check = Callable[[Page], None]


@pytest.fixture
def center() -> Center:
    return CenterFactory(name="Lakeside Center", slug="lakeside")


@pytest.fixture
def coordinator(center: Center) -> User:
    found: User = CenterAppointmentFactory(center=center, user__name="Ada Marsh").user
    return found


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


def follow(page: Page, name: str) -> None:
    page.get_by_role("link", name=name).first.click()


def title(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def test_a_coordinator_sets_up_a_collaborative_and_an_invited_person_lands_in_their_team(
    page: Page, live_server: LiveServer, coordinator: User, sign_in: SignIn, axe: Check, at_320: Check
) -> None:
    def clean() -> None:
        """The page breaks no rule, on a wide screen and on a phone."""
        size = page.viewport_size
        axe(page)
        at_320(page)
        axe(page)
        page.set_viewport_size(size)

    # Given a coordinator of a center that has no collaborative yet
    sign_in(page, coordinator)
    page.goto(f"{live_server.url}/centers/lakeside/")
    clean()
    # When they add one, and leave the number of months empty at first
    follow(page, "Add a collaborative")
    clean()
    page.locator("#id_name").fill("First visits within a week")
    page.get_by_role("radio", name="Learning collaborative").check()
    page.get_by_role("textbox", name="Topic").fill("Access")
    page.get_by_role("textbox", name="Aim").fill("Nine of ten people are seen within a week by December 2026.")
    page.locator("#id_start").fill("2026-01")
    page.get_by_label("Number of months").fill("")
    press(page, "Add collaborative")
    expect(page.locator(".error-summary")).to_be_focused()
    clean()
    page.get_by_label("Number of months").fill("12")
    press(page, "Add collaborative")
    # Then its checklist says what is missing, and it can not start yet
    title(page, "Settings")
    expect(page.get_by_role("button", name="Start the collaborative")).to_be_disabled()
    clean()
    address = page.url.removesuffix("settings/")
    # When they define a measure
    page.goto(f"{address}settings/measures/new-measure/")
    clean()
    page.locator("#id_name").fill("Seen within a week")
    page.get_by_role("radio", name="Process").check()
    page.get_by_role("radio", name="Proportion").check()
    page.get_by_role("radio", name="Higher is better").check()
    page.locator("#id_numerator").fill("People seen within 7 days of their first call")
    page.locator("#id_denominator").fill("People who called for the first time")
    press(page, "Add measure")
    expect(page.get_by_text("“Seen within a week” was added.")).to_be_visible()
    clean()
    # and write and publish the first change package
    page.goto(f"{address}change-package/")
    press(page, "Write the first draft")
    page.goto(f"{address}change-package/draft/drivers/new/")
    page.locator("#id_name").fill("Appointments on the day of the call")
    press(page, "Save in the draft")
    page.goto(f"{address}change-package/draft/ideas/new/")
    page.locator("#id_name").fill("Hold two open slots a day")
    page.get_by_role("checkbox", name="Appointments on the day of the call").check()
    page.get_by_role("radio", name="Promising").check()
    clean()
    press(page, "Save in the draft")
    clean()
    press(page, "Publish")
    expect(page.get_by_text("Version 1 is what teams see now.")).to_be_visible()
    # and enroll a team of an agency that is new
    page.goto(f"{address}add-team/")
    clean()
    page.get_by_label("New agency: code").fill("NORTH")
    page.get_by_label("New agency: name").fill("Northside Clinic")
    press(page, "Add team")
    expect(page.get_by_text("takes part. Now invite its people.")).to_be_visible()
    # and invite its leader
    page.get_by_label("Who").fill("Ana Rivera <ana@example.org>")
    page.get_by_label("Role").select_option("team_leader")
    press(page, "Send invitations")
    expect(page.get_by_text("1 invitation is on its way.")).to_be_visible()
    clean()
    # and start
    page.goto(f"{address}settings/")
    press(page, "Start the collaborative")
    expect(page.get_by_text("Started. Teams can report their months now.")).to_be_visible()
    clean()
    collaborative = Collaborative.objects.get()
    assert collaborative.status == CollaborativeStatus.RUNNING
    assert [package.status for package in collaborative.change_packages.all()] == [PackageStatus.PUBLISHED]
    # Then the leader opens the link of the mail on their own machine
    page.context.clear_cookies()
    link = re.search(r"/invitations/\S+", str(mail.outbox[-1].body))
    assert link is not None
    page.goto(f"{live_server.url}{link[0]}")
    clean()
    page.get_by_label("Choose a password").fill(PASSWORD)
    press(page, "Make my account and accept")
    # and lands on the page of the team
    team = Team.objects.get()
    page.wait_for_url(f"**{team.get_absolute_url()}")
    title(page, team.name)
    clean()
    held = TeamMembership.objects.get()
    assert (held.user.email, held.team, held.role) == ("ana@example.org", team, TeamRole.LEADER)


def test_the_picture_that_the_readme_shows(page: Page, live_server: LiveServer, sign_in: SignIn, axe: Check) -> None:
    """The home of a team of the demonstration that gets better, as its own people see it."""
    with time_machine.travel(dt.datetime(2026, 3, 15, 15, tzinfo=dt.UTC)):
        call_command("seed_demo", teams=8, months=18, seed=1, verbosity=0)
        for team in Team.objects.filter(status=TeamStatus.ACTIVE).order_by("name"):
            sign_in(page, team.memberships.current()[0].user)
            page.goto(f"{live_server.url}{team.get_absolute_url()}")
            title(page, team.name)
            if page.get_by_text("Shift").count():
                break
        expect(page.get_by_text("Shift").first).to_be_visible()
        expect(page.locator(".js-plotly-plot").first).to_be_visible()
        axe(page)
        PICTURE.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=PICTURE)
