"""The coordinator prints: asks for a report, watches it being made, takes it away."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from collab.models import Collaborative, User
from metrics.actions.reports import make_report
from metrics.enums import ReportKind, ReportStatus
from metrics.models import Report
from tests.factories.collab import CenterAppointmentFactory, CollaborativeFactory, MeasureFactory
from tests.factories.metrics import ReportFactory
from tests.factories.teams import TeamFactory
from tests.metrics.worlds import report as submit
from tests.pdf import text_of

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def collaborative() -> Collaborative:
    found: Collaborative = CollaborativeFactory(name="First appointments", slug="first-appointments")
    measure = MeasureFactory(collaborative=found, version__name="Missed first appointments")
    for name in ("Northside", "Southside"):
        team = TeamFactory(collaborative=found, name=f"{name} team", slug=name.lower(), agency__name=name)
        submit(team, measure, [(40 - month, 80) for month in range(12)])
    return found


@pytest.fixture
def coordinator(collaborative: Collaborative) -> User:
    found: User = CenterAppointmentFactory(center=collaborative.center, user__name="Ada Marsh").user
    return found


def test_the_coordinator_prints(
    page: Page,
    live_server: LiveServer,
    coordinator: User,
    sign_in: Callable[[Page, User], None],
    axe: Callable[[Page], None],
    at_320: Callable[[Page], None],
    screenshot: Callable[[Page, str], Path],
) -> None:
    # Given a coordinator who has never asked for a report
    sign_in(page, coordinator)
    page.goto(f"{live_server.url}/c/first-appointments/")
    page.get_by_role("link", name="Reports", exact=True).click()
    expect(page.get_by_text("No reports yet")).to_be_visible()
    axe(page)
    # When they ask for a team's summary without saying which team
    ask = page.get_by_role("button", name=re.compile("Make PDF.*Team summary"))
    ask.click()
    # Then the page says so at the field
    expect(page.get_by_role("link", name="Team: Choose one from the list.")).to_be_visible()
    # And when they choose one
    page.locator("form").filter(has=ask).get_by_label("Team").select_option("Northside team")
    ask.click()
    # Then the report is there, and the page can be left and found again
    expect(page.get_by_text("Your report is being made.")).to_be_visible()
    line = page.locator(".due-item")
    expect(line.get_by_role("heading")).to_have_text("Team summary: Northside team")
    page.goto(f"{live_server.url}/")
    page.goto(f"{live_server.url}/c/first-appointments/reports/")
    expect(line.get_by_text("Ready")).to_be_visible()
    axe(page)
    screenshot(page, "reports-1280")
    # And what they take away is the document
    with page.expect_download() as download:
        line.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename.startswith("team-summary-northside-team-")
    text = text_of(Path(download.value.path()).read_bytes())
    assert text.startswith("Team summary Northside team First appointments")
    assert "December 2025 36.2 % (29 of 80)" in text
    # And it all works on a small screen
    at_320(page)
    axe(page)
    screenshot(page, "reports-320")


def test_progress_shows_without_reloading_and_stops_when_ready(
    page: Page,
    live_server: LiveServer,
    coordinator: User,
    collaborative: Collaborative,
    sign_in: Callable[[Page, User], None],
    axe: Callable[[Page], None],
) -> None:
    # Given a report that a worker is at
    report = ReportFactory(
        kind=ReportKind.COLLABORATIVE,
        collaborative=collaborative,
        requested_by=coordinator,
        status=ReportStatus.MAKING,
        done=1,
        total=3,
    )
    sign_in(page, coordinator)
    page.goto(f"{live_server.url}/c/first-appointments/reports/")
    line = page.locator(".due-item")
    expect(line.get_by_text("Being made")).to_be_visible()
    expect(line.get_by_role("progressbar")).to_have_attribute("value", "1")
    axe(page)
    # When the worker goes on
    Report.objects.update(done=2)
    expect(line.get_by_role("progressbar")).to_have_attribute("value", "2")
    make_report(report_id=report.pk)
    # Then the line says so, offers the download, and asks no more
    expect(line.get_by_role("link", name="Download")).to_be_visible()
    assert line.get_attribute("hx-get") is None


def test_the_teams_page_leads_to_its_report(
    page: Page, live_server: LiveServer, coordinator: User, sign_in: Callable[[Page, User], None]
) -> None:
    sign_in(page, coordinator)
    page.goto(f"{live_server.url}/c/first-appointments/teams/southside/")
    page.get_by_role("button", name="Make PDF").click()
    expect(page.locator(".due-title")).to_have_text("Team summary: Southside team")
