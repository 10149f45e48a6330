"""Journeys about the quality of numbers: a question and its answer, a rule with its note, a team with two sites."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.core import mail
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from collab.common.tasks import sweep
from collab.enums import CollaborativeRole
from collab.models import User
from metrics.actions.threads import answer_query
from metrics.cells import SITE, CellKey
from metrics.enums import CheckKind, CheckPart, Importance
from metrics.models import MeasureCheck, Query, Submission
from metrics.queries.months import stored_values
from tests.factories.collab import CenterAppointmentFactory, CollaborativeAppointmentFactory
from tests.factories.metrics import SiteFactory
from tests.metrics.months import BEFORE_DUE, World, make_world

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
SignIn = Callable[[Page, User], None]
Check = Callable[[Page], None]
MONTH = "/c/access/teams/northside/months/2025-01/"


@pytest.fixture
def world() -> Any:
    """The session begins in the test's own February 2025, as the server's thread does."""
    with time_machine.travel(BEFORE_DUE, tick=True):
        yield make_world()


def test_faculty_asks_the_team_answers_and_faculty_closes(
    page: Page,
    second_page: Page,
    live_server: LiveServer,
    world: World,
    sign_in: SignIn,
    axe: Check,
    at_320: Check,
    screenshot: Any,
) -> None:
    # Given a submitted month, when an advisor finds a number odd and asks beside it
    world.submit("12/40")
    advisor = CollaborativeAppointmentFactory(
        collaborative=world.team.collaborative, role=CollaborativeRole.IMPROVEMENT_ADVISOR, user__name="Nadia Ellis"
    ).user
    sign_in(page, advisor)
    page.goto(f"{live_server.url}{MONTH}")
    axe(page)
    page.get_by_role("link", name="Ask about this number").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("About “No-show”, January 2025")
    axe(page)
    page.get_by_label("What do you want to know or say?").fill("Are walk-ins in it?")
    page.get_by_role("button", name="Write it").click()
    expect(page.get_by_text("Waits for the team")).to_be_visible()
    screenshot(page, "query")
    # Then it waits in the data lead's work, who answers by keyboard alone
    sign_in(page, world.ana)
    page.goto(live_server.url)
    page.get_by_role("link", name="Read and answer").first.click()
    page.get_by_label("Your answer").focus()
    page.keyboard.type("No, only booked ones.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Waits for faculty")).to_be_visible()
    axe(page)
    at_320(page)
    axe(page)
    # And stands in the grid
    page.goto(f"{live_server.url}{MONTH}")
    expect(page.get_by_text("Ana Ruiz: “No, only booked ones.”")).to_be_visible()
    axe(page)
    # When the advisor finds it among all questions, and a coordinator has it open as well
    page.set_viewport_size({"width": 1280, "height": 900})
    sign_in(page, advisor)
    page.goto(f"{live_server.url}/c/access/queries/?status=center")
    axe(page)
    page.get_by_role("link", name="No-show, January 2025").click()
    coordinator = CenterAppointmentFactory(center=world.team.collaborative.center, user__name="Gloria Jensen").user
    sign_in(second_page, coordinator)
    second_page.goto(page.url)
    # And the team adds a word that neither of them has read
    answer_query(by=world.ana, query=Query.objects.get(), text="Two of them walked in.")
    page.get_by_role("button", name="Close the question").click()
    # Then the advisor reads it first, and closes
    expect(page.get_by_text("Ana Ruiz wrote meanwhile, so the question stays open.")).to_be_visible()
    expect(page.get_by_text("Two of them walked in.")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Close the question").click()
    expect(page.get_by_text("Closed by Nadia Ellis")).to_be_visible()
    # The coordinator, on a page from before, is told who was first, and keeps what was typed
    second_page.get_by_role("button", name="Close the question").click()
    expect(second_page.get_by_text("Nadia Ellis had closed it already.")).to_be_visible()
    expect(second_page.get_by_role("button", name="Close the question")).to_have_count(0)
    axe(second_page)
    # Everybody whose word was next has had a mail, with the way there and nothing of what was said
    sweep()
    assert sorted((one.to[0], one.subject) for one in mail.outbox) == sorted(
        [
            (world.ana.email, "A question about No-show, January 2025"),
            (advisor.email, "An answer about No-show, January 2025"),
            (advisor.email, "An answer about No-show, January 2025"),
        ]
    )
    assert "walked in" not in str([one.body for one in mail.outbox])
    # Then it stays in the month's history, and waits for nobody
    page.goto(f"{live_server.url}{MONTH}history/")
    expect(page.get_by_role("heading", name="Questions and comments")).to_be_visible()
    axe(page)
    assert [one.status for one in Query.objects.all()] == ["closed"]


def test_a_rule_is_set_up_told_at_once_and_confirmed_with_a_note(
    page: Page,
    live_server: LiveServer,
    world: World,
    sign_in: SignIn,
    axe: Check,
    at_320: Check,
    screenshot: Any,
    problems: list[str],
) -> None:
    # Given an advisor who sets up two rules in the browser
    advisor = CollaborativeAppointmentFactory(collaborative=world.team.collaborative).user
    sign_in(page, advisor)
    page.goto(f"{live_server.url}/c/access/quality/no_show/")
    axe(page)
    page.get_by_text("Add a rule").click()
    page.get_by_label("To", exact=True).fill("95")
    page.get_by_role("button", name="Add the rule").click()
    expect(page.get_by_text("The result is 95 or less.").first).to_be_visible()
    axe(page)
    MeasureCheck.objects.create(
        measure=world.no_show,
        kind=CheckKind.SAME_AS,
        importance=Importance.NOTE,
        part=CheckPart.DENOMINATOR,
        other=world.waiting,
        other_part=CheckPart.DENOMINATOR,
    )
    # When the data lead types, with the server out of reach
    sign_in(page, world.ana)
    page.goto(f"{live_server.url}{MONTH}")
    page.route("**/save/", lambda route: route.abort())
    page.locator("#numerator-no_show").fill("39")
    page.locator("#denominator-no_show").fill("40")
    # Then the browser says at once what the rule says, and asks for the note
    asked = page.get_by_text("97.5\u202f% is above 95. Check it.")
    expect(asked).to_be_visible()
    page.locator("#numerator-waiting_days").fill("90")
    page.locator("#denominator-waiting_days").fill("30")
    hint = page.get_by_text("40 should be the same as the denominator of “Waiting time”, which is 30. Check both.")
    expect(hint).to_be_visible()
    axe(page)
    screenshot(page, "rules")
    page.unroute("**/save/")
    # The browser complains about the lost connection, and about nothing else.
    assert {problem for problem in problems if "net::ERR_FAILED" not in problem} == set()
    problems.clear()
    page.get_by_role("button", name="Submit January").click()
    expect(page.get_by_role("heading", name="Nothing was submitted yet. Please look at this")).to_be_visible()
    axe(page)
    page.locator("#note-numerator-no_show").fill("We checked: a storm closed the clinic")
    page.get_by_role("button", name="Submit January").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you. January 2025 is submitted.")
    # One small question, which is optional
    axe(page)
    page.get_by_label("How many minutes did this month's numbers take?").fill("25")
    page.get_by_role("button", name="Save the minutes").click()
    expect(page.get_by_text("Thank you. That helps to keep the work small.")).to_be_visible()
    at_320(page)
    assert [one.minutes for one in Submission.objects.live()] == [25]
    page.goto(f"{live_server.url}{MONTH}history/")
    expect(page.get_by_text("“We checked: a storm closed the clinic”").first).to_be_visible()


def test_a_team_with_two_sites_types_each_and_sends_the_sum(
    page: Page, live_server: LiveServer, world: World, sign_in: SignIn, axe: Check, at_320: Check, screenshot: Any
) -> None:
    # Given a team that names its sites
    sign_in(page, world.ana)
    page.goto(f"{live_server.url}/c/access/teams/northside/sites/")
    axe(page)
    page.get_by_label("Name", exact=False).first.fill("East")
    page.get_by_role("button", name="Add the site").click()
    expect(page.get_by_role("link", name="East")).to_be_visible()
    axe(page)
    SiteFactory(team=world.team, code="west", name="West", position=1)
    # When it types what each of them counted
    page.goto(f"{live_server.url}{MONTH}")
    for site, numbers in (("east", ("5", "20")), ("west", ("7", "21"))):
        page.locator(f"#numerator-no_show-{SITE}-{site}").fill(numbers[0])
        page.locator(f"#denominator-no_show-{SITE}-{site}").fill(numbers[1])
    # Then the sum stands above them at once, is not typed, and is what is saved
    expect(page.locator("#numerator-no_show")).to_have_value("12")
    expect(page.locator("#denominator-no_show")).to_have_value("41")
    expect(page.locator("#numerator-no_show")).to_have_js_property("readOnly", True)
    expect(page.locator("[data-cell=no_show] > .measure-line output")).to_have_text("29.3\u202f% (12 of 41)")
    page.locator("#numerator-waiting_days").fill("90")
    page.locator("#denominator-waiting_days").fill("30")
    expect(page.locator("#save-state")).to_have_text("Saved 09:41")
    axe(page)
    screenshot(page, "sites")
    at_320(page)
    axe(page)
    page.get_by_role("button", name="Submit January").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you. January 2025 is submitted.")
    values = stored_values(Submission.objects.live().get())
    assert values[CellKey("no_show")].numerator == 12
    assert values[CellKey("no_show", SITE, "west")].denominator == 21
