"""Faculty compare teams, a leader reads one page, a team sees its charts: in a real browser."""

from __future__ import annotations

import csv
import io

import pikepdf
import pytest
from django.urls import reverse
from playwright.sync_api import expect

from collab.enums import DataSharing
from tests.factories.collab import CollaborativeAppointmentFactory, CollaborativeFactory, MeasureFactory
from tests.factories.metrics import BenchmarkRunFactory, BenchmarkValueFactory
from tests.factories.teams import AgencyAppointmentFactory, LeaderRequestFactory, TeamFactory, TeamMembershipFactory
from tests.metrics.worlds import report

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
BETTER = [*[(60, 100)] * 2, (33, 100), *[(60, 100)] * 4, *[(30, 100)] * 5]
STEADY = [(30, 100), (32, 100)] * 6


@pytest.fixture
def world():
    """Six teams with twelve months of two measures; Willow is silent, Alder has improved."""
    collaborative = CollaborativeFactory(name="Better first visits", data_sharing=DataSharing.NAMED)
    measures = [
        MeasureFactory(
            collaborative=collaborative,
            code=code,
            version__name=name,
            version__direction="down",
            version__chart=chart,
            version__goal=20,
        )
        for code, name, chart in (
            ("no_show", "Missed first appointments", "p"),
            ("late", "Late first appointments", "run"),
        )
    ]
    teams = {}
    for name in ("Alder", "Beech", "Chestnut", "Hazel", "Maple", "Willow"):
        team = TeamFactory(
            collaborative=collaborative, name=name, slug=name.lower(), leader_goal="Fewer missed visits."
        )
        pairs = BETTER if name == "Alder" else STEADY[:8] if name == "Willow" else STEADY
        for measure in measures:
            report(team, measure, pairs)
        teams[name] = team
    for month in collaborative.reporting_months():
        run = BenchmarkRunFactory(collaborative=collaborative, month=month)
        for measure in measures:
            BenchmarkValueFactory(run=run, measure=measure, reporting=6, compared=6, expected=6)
    return collaborative, teams


def outside_calls(page, live_server):
    """The addresses beyond this site that the page asks for, as they come."""
    found: list[str] = []
    own = (live_server.url, "data:", "blob:")
    page.on("request", lambda request: None if request.url.startswith(own) else found.append(request.url))
    return found


def test_a_team_sees_its_charts(page, live_server, sign_in, axe, at_320, world):
    _collaborative, teams = world
    sign_in(page, TeamMembershipFactory(team=teams["Alder"]).user)
    outside = outside_calls(page, live_server)
    page.goto(live_server.url + teams["Alder"].get_absolute_url())
    chart = page.locator("figure.chart").first
    expect(chart.locator(".chart-plot .main-svg").first).to_be_visible()
    # The same points as the server's picture, and nothing that could send the figure away.
    assert chart.locator(".chart-plot .point").count() == 12
    assert page.locator(".modebar-btn").count() == 0
    assert page.get_by_text("Share chart").count() == 0
    chart.locator(".chart-plot .nsewdrag").hover(position={"x": 5, "y": 100})
    chart.get_by_text("Show table").press("Enter")
    expect(chart.get_by_role("row")).to_have_count(13)
    axe(page)
    with page.expect_download() as download:
        chart.get_by_role("link", name="CSV").press("Enter")
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text())))
    assert [row["numerator"] for row in rows] == [str(pair[0]) for pair in BETTER]
    with page.expect_download() as download:
        chart.get_by_role("button", name="PNG").press("Enter")
    assert download.value.path().read_bytes().startswith(b"\x89PNG")
    at_320(page)
    axe(page)
    assert outside == []


def test_without_the_figures_the_picture_and_the_table_stay(page, live_server, sign_in, problems, world):
    _collaborative, teams = world
    sign_in(page, TeamMembershipFactory(team=teams["Alder"]).user)
    page.route("**/figures/*.json", lambda route: route.fulfill(status=500, body="broken"))
    page.goto(live_server.url + teams["Alder"].get_absolute_url())
    chart = page.locator("figure.chart").first
    expect(chart.get_by_text("The chart could not be loaded; the table below has the same numbers.")).to_be_visible()
    expect(chart.locator("svg.chart-wide")).to_be_visible()
    expect(chart.get_by_text("Show table")).to_be_visible()
    assert all("500" in problem for problem in problems)
    problems.clear()


def test_faculty_compare_teams(page, live_server, sign_in, axe, at_320, world):
    collaborative, _teams = world
    sign_in(page, CollaborativeAppointmentFactory(collaborative=collaborative).user)
    page.goto(live_server.url)
    page.get_by_role("link", name="Open all teams and measures").click()
    rows = page.locator(".team-row-name")
    expect(rows).to_have_text(["Willow", "Alder", "Beech", "Chestnut", "Hazel", "Maple"])
    axe(page)
    page.get_by_label("Need", exact=True).select_option("silent")
    page.get_by_role("button", name="Show").click()
    expect(rows).to_have_text(["Willow"])
    assert "need=silent" in page.url
    page.go_back()
    expect(rows).to_have_count(6)
    at_320(page)
    axe(page)
    page.get_by_role("link", name="Alder").first.click()
    expect(page).to_have_title("Home · Alder · Learning Commons")


def test_a_leader_reads_one_page(page, live_server, sign_in, axe, at_320, world):
    _collaborative, teams = world
    alder = teams["Alder"]
    LeaderRequestFactory(team=alder, text="A second phone line.")
    sign_in(page, AgencyAppointmentFactory(agency=alder.agency).user)
    page.goto(live_server.url)
    page.get_by_role("link", name="Open the one-page view").click()
    expect(page.get_by_role("heading", name=alder.agency.name)).to_be_visible()
    expect(page.get_by_text("Fewer missed visits.")).to_be_visible()
    expect(page.get_by_text("A second phone line.")).to_be_visible()
    axe(page)
    with pikepdf.open(io.BytesIO(page.pdf(prefer_css_page_size=True))) as printed:
        assert len(printed.pages) == 1
    at_320(page)
    axe(page)


@pytest.mark.parametrize("name", ["submissions", "results"])
def test_coordinators_pages_are_clean(page, live_server, sign_in, axe, at_320, world, name):
    collaborative, _teams = world
    sign_in(page, CollaborativeAppointmentFactory(collaborative=collaborative).user)
    page.goto(live_server.url + reverse(name, args=[collaborative.slug]))
    axe(page)
    at_320(page)
    axe(page)
