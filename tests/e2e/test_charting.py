"""A team leader freezes a baseline, starts the suggested phase, writes on the chart and teaches with it."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from metrics.models import Annotation, ChartDecision
from teams.enums import TeamRole
from tests.factories.collab import CollaborativeFactory, MeasureFactory
from tests.factories.metrics import AnnotationFactory
from tests.factories.teams import TeamFactory, TeamMembershipFactory
from tests.metrics.worlds import report

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
LEVELS = [(30, 100), (32, 100), (31, 100)] * 3 + [(50, 100), (52, 100), (51, 100)] * 3


@pytest.fixture
def team():
    collaborative = CollaborativeFactory(name="Better first visits", months=18)
    measure = MeasureFactory(
        collaborative=collaborative,
        code="seen",
        version__name="Seen within 7 days",
        version__direction="up",
        version__chart="p",
    )
    found = TeamFactory(collaborative=collaborative, name="Alder", slug="alder")
    report(found, measure, LEVELS)
    return found


def page_of(team, live_server, name="chart", *more):
    return live_server.url + reverse(name, args=[team.collaborative.slug, team.slug, "seen", *more])


def test_a_leader_freezes_a_baseline_and_takes_it_back(page, live_server, sign_in, axe, at_320, team):
    sign_in(page, TeamMembershipFactory(team=team, role=TeamRole.LEADER).user)
    page.goto(live_server.url + team.get_absolute_url())
    page.get_by_role("link", name="Seen within 7 days").first.click()
    expect(page.locator(".chart-plot .main-svg").first).to_be_visible()
    axe(page)
    page.get_by_role("link", name="Freeze a baseline").click()
    axe(page)
    page.get_by_role("button", name="Freeze the baseline").click()
    expect(page.locator(".error-summary")).to_contain_text("Why")
    page.get_by_label("Last month of the baseline").select_option("2025-09")
    page.get_by_label("Why").fill("Before the walk-in hours began.")
    page.get_by_role("button", name="Freeze the baseline").click()
    expect(page.get_by_text("Frozen baseline: the lines are made from January 2025")).to_be_visible()
    at_320(page)
    axe(page)
    page.get_by_role("button", name=re.compile("Take back.*Baseline frozen up to September 2025")).click()
    expect(
        page.get_by_role("button", name=re.compile("Make it again.*Baseline frozen up to September 2025"))
    ).to_be_visible()
    assert not ChartDecision.objects.standing().exists()


def test_the_suggested_phase_is_one_click_and_nothing_before_it(page, live_server, sign_in, axe, team):
    sign_in(page, TeamMembershipFactory(team=team, role=TeamRole.DATA_LEAD).user)
    page.goto(page_of(team, live_server))
    assert not ChartDecision.objects.exists()
    page.get_by_role("button", name="Start a new phase from October 2025").press("Enter")
    expect(page.get_by_text("Since October 2025 the mean is 51\u202f%; before it was 31\u202f%").first).to_be_visible()
    expect(page.locator(".flag-title", has_text="A new phase begins")).to_be_visible()
    axe(page)
    assert ChartDecision.objects.standing().count() == 1


def test_a_member_writes_changes_hides_and_removes_a_note(page, live_server, sign_in, axe, at_320, team):
    sign_in(page, TeamMembershipFactory(team=team, role=TeamRole.PEER).user)
    page.goto(page_of(team, live_server))
    # A peer specialist writes on the chart; its phases are for those who answer for the data.
    expect(page.get_by_role("link", name="Freeze a baseline")).to_have_count(0)
    page.get_by_role("link", name="Write on the chart").click()
    page.get_by_label("In a few words").fill("Walk-in hours began")
    page.get_by_label("Change put in place").check()
    page.get_by_role("button", name="Put it on the chart").click()
    expect(page.locator(".error-summary")).to_contain_text("Day")
    axe(page)
    page.get_by_label(re.compile(r"^\s*Day\b")).fill("2025-10-06")
    page.get_by_role("button", name="Put it on the chart").click()
    expect(page.locator(".flag-title", has_text="Walk-in hours began")).to_be_visible()
    expect(page.locator(".chart-plot .annotation-text", has_text="1").first).to_be_visible()
    page.get_by_role("link", name="Hide: Change put in place").click()
    page.wait_for_url("**hide=change*")
    expect(page.locator(".flag-title", has_text="Walk-in hours began")).to_have_count(0)
    page.get_by_role("link", name="Show: Change put in place").click()
    page.get_by_role("link", name=re.compile("Change.*Walk-in hours began")).click()
    page.get_by_label("In a few words").fill("Walk-in hours every morning")
    page.get_by_role("button", name="Save the note").click()
    page.get_by_role("link", name=re.compile("Change.*Walk-in hours every morning")).click()
    expect(page.locator(".decision .flag-title")).to_have_text(["Walk-in hours every morning", "Walk-in hours began"])
    axe(page)
    at_320(page)
    page.get_by_text("Remove", exact=True).first.click()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("The note is off the chart.")).to_be_visible()
    assert not Annotation.objects.live().exists()


def test_a_chart_is_taught_by_keyboard(page, live_server, sign_in, axe, at_320, team):
    AnnotationFactory(team=team, measure=team.collaborative.measures.get(), label="Walk-in hours began")
    sign_in(page, TeamMembershipFactory(team=team).user)
    page.goto(page_of(team, live_server))
    page.get_by_role("link", name="Teach with this chart").click()
    heading = page.get_by_role("heading", level=2)
    flags = page.locator(".teach-picture svg.chart-large rect.chart-flag")
    titles = [
        "What do you see?",
        "The center line",
        "The limits",
        "Signal or chance?",
        "What happened, and what do we ask?",
    ]
    for number, title in enumerate(titles, start=1):
        expect(heading).to_have_text(title)
        # Under code names nobody reads on the wall what the team wrote for itself.
        expect(flags).to_have_count(0)
        axe(page)
        if number < len(titles):
            page.keyboard.press("ArrowRight")
            page.wait_for_url(f"**step={number + 1}*")
    page.get_by_role("link", name="Show the team's name and notes").click()
    expect(flags).to_have_count(1)
    expect(page.locator(".chart-notes")).to_contain_text("Walk-in hours began")
    axe(page)
    page.keyboard.press("ArrowLeft")
    expect(heading).to_have_text("Signal or chance?")
    at_320(page)
    axe(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", level=1)).to_have_text("Seen within 7 days")


def test_every_figure_comes_as_png_svg_and_csv(page, live_server, sign_in, team):
    sign_in(page, TeamMembershipFactory(team=team).user)
    page.goto(page_of(team, live_server))
    stems = set()
    for role, name, start in (
        ("link", "CSV", b"\xef\xbb\xbfmonth,"),
        ("link", "SVG", b"<svg"),
        ("button", "PNG", b"\x89PNG"),
    ):
        with page.expect_download() as download:
            page.get_by_role(role, name=name).click()
        assert download.value.path().read_bytes().startswith(start)
        stem, _dot, ending = download.value.suggested_filename.partition(".")
        assert ending == name.lower()
        stems.add(stem)
    assert stems == {f"{team.slug}-seen"}
