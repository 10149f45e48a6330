"""Faculty compare teams by a funnel and small charts, keep the view, and choose what teams see: in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from collab.enums import CollaborativeRole, DataSharing
from metrics.models import Publication
from tests.factories.collab import CollaborativeAppointmentFactory, CollaborativeFactory, MeasureFactory
from tests.factories.teams import TeamFactory
from tests.metrics.worlds import report

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def collaborative():
    found = CollaborativeFactory(name="Better first visits", data_sharing=DataSharing.NAMED)
    measure = MeasureFactory(
        collaborative=found,
        code="no_show",
        version__name="Missed first appointments",
        version__direction="down",
        version__goal=20,
    )
    for number in range(12):
        team = TeamFactory(collaborative=found, name=f"Team {chr(65 + number)}", slug=f"team-{number}")
        report(team, measure, [(20 + 3 * number, 100)] * 12)
    return found


def test_a_coach_reads_the_funnel_keeps_it_and_publishes(page, live_server, sign_in, axe, at_320, collaborative):
    coach = CollaborativeAppointmentFactory(collaborative=collaborative, role=CollaborativeRole.COACH).user
    sign_in(page, coach)
    page.goto(f"{live_server.url}/c/{collaborative.slug}/data/")
    page.get_by_role("link", name=re.compile("Funnel.*Missed first appointments")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Missed first appointments")
    expect(page.get_by_role("img", name="Missed first appointments")).to_be_visible()
    expect(page.get_by_role("table")).to_have_count(0)
    axe(page)
    at_320(page)
    axe(page)
    page.get_by_role("link", name="Show the table").click()
    expect(page.get_by_role("row", name="Team A")).to_be_visible()
    axe(page)
    page.get_by_text("Save this view").click()
    page.get_by_label("Name of the view").fill("Funnel with its table")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("“Funnel with its table” is saved.")).to_be_visible()
    assert "table=1" in page.url
    page.goto(f"{live_server.url}/me/views/")
    axe(page)
    page.get_by_role("link", name="Funnel with its table").first.click()
    expect(page.get_by_role("row", name="Team A")).to_be_visible()
    page.goto(f"{live_server.url}/c/{collaborative.slug}/data/no_show/teams/")
    expect(page.get_by_role("img")).to_have_count(12)
    axe(page)
    page.goto(f"{live_server.url}/c/{collaborative.slug}/publication/")
    axe(page)
    page.get_by_label("What teams see: All measures").select_option(label="No month yet")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. Pages, charts and files show it from now on.")).to_be_visible()
    assert Publication.objects.get().from_month is None
