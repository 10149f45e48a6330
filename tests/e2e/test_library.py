"""A coordinator copies a measure from the library; a team writes its measurement plan and prints it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from collab.enums import CollaborativeStatus
from collab.models import Collaborative, User
from metrics.actions.reports import make_report
from metrics.enums import ReportKind
from metrics.models import Report
from tests.factories.collab import CenterAppointmentFactory, CollaborativeFactory, MeasureFactory
from tests.factories.teams import TeamFactory, TeamMembershipFactory
from tests.pdf import text_of

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

SignIn = Callable[[Page, User], None]
Check = Callable[[Page], None]


@pytest.fixture
def collaborative() -> Collaborative:
    made: Collaborative = CollaborativeFactory(name="Shorter waits", slug="waits", status=CollaborativeStatus.SETUP)
    return made


def test_a_coordinator_copies_from_the_library(
    page: Page,
    live_server: LiveServer,
    collaborative: Collaborative,
    sign_in: SignIn,
    axe: Check,
    at_320: Check,
    screenshot: Callable[[Page, str], Path],
) -> None:
    # Given a coordinator whose collaborative has no measures yet
    sign_in(page, CenterAppointmentFactory(center=collaborative.center).user)
    page.goto(f"{live_server.url}/c/waits/settings/measures/")
    expect(page.get_by_text("Advised: a measure for the first month")).to_be_visible()
    axe(page)
    # When they look in the library by words and topic
    page.get_by_role("link", name="Choose from the library").click()
    axe(page)
    at_320(page)
    page.get_by_label("Words").fill("no-show")
    page.get_by_label("Topic").select_option("Access and staying in care")
    page.get_by_role("button", name="Show", exact=True).click()
    # Then what they look for stands in the address, and one measure fits
    expect(page).to_have_url(re.compile(r"q=no-show&topic=access"))
    expect(page.get_by_text("1 measure", exact=True)).to_be_visible()
    # When they read it, and copy it with one click
    page.get_by_role("link", name="Missed first assessments").click()
    expect(page.get_by_text("Name NIATx when you publish results")).to_be_visible()
    axe(page)
    at_320(page)
    screenshot(page, "library_measure")
    page.get_by_role("button", name="Copy").click()
    # Then they are told what was copied and where to change it, and it stands among the measures
    expect(page.get_by_text("“Missed first assessments” was copied into Shorter waits")).to_be_visible()
    expect(page.get_by_role("link", name="Change the definition")).to_be_visible()
    axe(page)
    page.get_by_role("link", name="Measures", exact=True).first.click()
    expect(page.get_by_role("rowheader", name=re.compile("Missed first assessments"))).to_be_visible()
    # When they add the advised self-rating from the set-up page
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("heading", name="How far we are, in our own view")).to_be_visible()
    # Then the library shows both as copied
    page.goto(f"{live_server.url}/c/waits/settings/measures/from-library/?q=progress_self_rating")
    expect(page.get_by_text("In your measures")).to_be_visible()


def test_a_team_prints_its_measurement_plan(
    page: Page,
    live_server: LiveServer,
    collaborative: Collaborative,
    sign_in: SignIn,
    axe: Check,
    at_320: Check,
    screenshot: Callable[[Page, str], Path],
) -> None:
    # Given a data lead whose team has written nothing yet
    MeasureFactory(collaborative=collaborative, code="no_show", version__name="Missed first assessments")
    team = TeamFactory(collaborative=collaborative, slug="north", name="Northside team")
    sign_in(page, TeamMembershipFactory(team=team).user)
    page.goto(f"{live_server.url}/c/waits/teams/north/")
    page.get_by_role("link", name="Measurement plan").click()
    expect(page.get_by_text("Not answered yet")).to_have_count(3)
    axe(page)
    at_320(page)
    # When they say who collects it, from what and how
    page.get_by_role("link", name=re.compile("Write our answers.*Missed first assessments")).click()
    axe(page)
    at_320(page)
    page.get_by_label("Who collects it?").fill("Data lead")
    page.get_by_label("From which source?").fill("Scheduling system, report 12")
    page.get_by_label("How, step by step?").fill("Count the rows.")
    page.get_by_role("button", name="Save answers").click()
    # Then the plan says so
    expect(page.get_by_text("Scheduling system, report 12")).to_be_visible()
    expect(page.get_by_text("Not answered yet")).to_have_count(0)
    axe(page)
    screenshot(page, "measurement_plan")
    # When they ask for it on paper, and it has been made
    page.get_by_role("button", name="Make PDF").click()
    expect(page.get_by_text("Your report is being made")).to_be_visible()
    report = Report.objects.get(kind=ReportKind.PLAN)
    make_report(report_id=report.pk)
    page.reload()
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("Download")).click()
    # Then the paper has the team's own words
    text = " ".join(text_of(download.value.path().read_bytes()).split())
    assert "Measurement plan Northside team" in text
    assert "Scheduling system, report 12" in text
