"""Journeys with a small test: from an idea to Adapt and its successor, two people at once, offline, signed out."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from collab.enums import CollaborativeStatus
from collab.models import User
from pdsa.enums import Decision, Stage
from pdsa.models import Cycle
from tests.factories.collab import ChangeIdeaFactory, ChangePackageFactory, DriverFactory
from tests.factories.pdsa import CycleFactory
from tests.factories.teams import TeamMembershipFactory

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
SignIn = Callable[[Page, User], None]
Check = Callable[[Page], None]


@pytest.fixture
def member() -> Any:
    return TeamMembershipFactory(
        user__name="Ana Ruiz",
        team__slug="northside",
        team__collaborative__slug="access",
        team__collaborative__status=CollaborativeStatus.RUNNING,
    )


def saved(page: Page) -> None:
    expect(page.locator("#save-state")).to_contain_text("Saved")
    expect(page.locator("#save-state")).not_to_contain_text("…")


def observed(page: Page) -> str:
    """What the only cycle says was seen, as soon as it says something, for where no page tells that it is saved."""
    for _try in range(50):
        if Cycle.objects.get().observations:
            break
        page.wait_for_timeout(100)
    return Cycle.objects.get().observations


def typed(page: Page, label: str, text: str) -> None:
    page.get_by_label(label, exact=True).fill(text)


@pytest.mark.practice("R-57")
@pytest.mark.practice("R-184")
@pytest.mark.practice("R-198")
@pytest.mark.practice("R-232")
def test_a_first_small_test_from_idea_to_adapt_and_its_successor(
    page: Page, member: Any, live_server: LiveServer, sign_in: SignIn, axe: Check, at_320: Check
) -> None:
    # Given a published idea, two clicks lead from it to the first question
    package = ChangePackageFactory(collaborative=member.team.collaborative, published=True)
    driver = DriverFactory(package=package, name="Reminders")
    ChangeIdeaFactory(package=package, name="Call the day before", drivers=[driver], first_test="Call five people.")
    sign_in(page, member.user)
    page.goto(f"{live_server.url}/c/access/change-package/")
    page.get_by_role("link", name="Plan a test of this").click()
    expect(page.get_by_text("Call five people.")).to_be_visible()
    typed(page, "What do you want to find out?", "Do more people come when we call?")
    axe(page)
    page.get_by_role("button", name="Go on").click()
    # The question leads, and a prediction with its reason is asked beside it
    expect(page.get_by_role("heading", level=2, name="Your question")).to_be_visible()
    axe(page)
    page.get_by_label("What do you think will happen?").fill("4 of 5 come.")
    page.get_by_label("Why do you think so?").fill("They forget.")
    page.get_by_role("button", name="Save and go on").click()
    expect(page.get_by_role("heading", level=2, name="The change")).to_be_visible()
    # On one page: what is missing before Do leads to its field
    page.get_by_role("link", name="All on one page").click()
    start = page.get_by_role("button", name="Start Do")
    expect(start).to_have_attribute("aria-disabled", "true")
    page.locator("#missing-start").get_by_role("link", name="a measure that decides").click()
    expect(page.get_by_label("Another measure, in your words")).to_be_focused()
    page.keyboard.type("People who came, of people called")
    typed(page, "Planned first day", "2025-03-03")
    saved(page)
    expect(start).not_to_have_attribute("aria-disabled", "true")
    axe(page)
    at_320(page)
    axe(page)
    page.set_viewport_size({"width": 1280, "height": 900})
    start.click()
    # Do, Study and Adapt
    typed(page, "What did you see?", "Four picked up.")
    saved(page)
    page.get_by_role("button", name="Go on to Study").click()
    typed(page, "What did you find?", "4 of 5 came.")
    page.get_by_label("Partly").check()
    typed(page, "What did you learn?", "After 4 pm people answer.")
    saved(page)
    axe(page)
    page.locator("summary", has_text="Adapt").click()
    page.locator("#reason-adapt").fill("All people of a week.")
    page.locator(".confirm[open]").get_by_role("button", name="Adapt", exact=True).click()
    # The next cycle is filled in from it, says what is different, and predicts anew
    expect(page.get_by_text("Here is the next cycle")).to_be_visible()
    expect(page.get_by_label("What is different from the last cycle?")).to_have_value("All people of a week.")
    expect(page.get_by_label("What do you want to find out?")).to_have_value("Do more people come when we call?")
    expect(page.get_by_label("What do you think will happen?")).to_have_value("")
    axe(page)
    first, second = Cycle.objects.order_by("number")
    assert (first.stage, first.decision, second.previous, second.stage) == (
        Stage.CLOSED,
        Decision.ADAPT,
        first,
        Stage.PLAN,
    )
    assert [each.name for each in second.drivers.all()] == ["Reminders"]


def test_by_keyboard_alone(page: Page, member: Any, live_server: LiveServer, sign_in: SignIn) -> None:
    cycle = CycleFactory(team=member.team, owner=member.user, asked={"prediction": ""})
    sign_in(page, member.user)
    page.goto(f"{live_server.url}{cycle.get_absolute_url()}")
    page.get_by_label("What do you want to find out?").focus()
    page.keyboard.press("Tab")
    page.keyboard.type("6 of 7 come.")
    saved(page)
    # The button that can not be pressed yet can be reached, and says why when it is
    button = page.get_by_role("button", name="Start Do")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("The test has begun.")).to_be_visible()
    assert Cycle.objects.get().stage == Stage.DO


def test_a_button_that_is_not_ready_says_what_is_missing(
    page: Page, member: Any, live_server: LiveServer, sign_in: SignIn, axe: Check, problems: list[str]
) -> None:
    cycle = CycleFactory(team=member.team, owner=member.user, asked={"prediction": ""})
    sign_in(page, member.user)
    page.goto(f"{live_server.url}{cycle.get_absolute_url()}")
    page.get_by_role("button", name="Start Do").focus()
    page.keyboard.press("Enter")
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    # The browser notes that the answer was no
    assert [each for each in problems if "409" not in each] == []
    problems.clear()
    expect(summary).to_contain_text("“Start Do” still needs a prediction for each question.")
    axe(page)
    summary.get_by_role("link").click()
    expect(page.get_by_label("What do you think will happen?")).to_be_focused()


@pytest.mark.parametrize(("button", "left"), [("Keep mine", "Mine"), ("Take theirs", "Theirs")])
def test_two_people_in_one_field(
    page: Page,
    second_page: Page,
    member: Any,
    live_server: LiveServer,
    sign_in: SignIn,
    axe: Check,
    button: str,
    left: str,
) -> None:
    cycle = CycleFactory(team=member.team, owner=member.user, stage=Stage.DO)
    ben = TeamMembershipFactory(team=member.team, user__name="Ben Cole")
    for each, person in ((page, ben.user), (second_page, member.user)):
        sign_in(each, person)
        each.goto(f"{live_server.url}{cycle.get_absolute_url()}")
    page.get_by_label("What did you see?").fill("Theirs")
    saved(page)
    second_page.get_by_label("What did you see?").fill("Mine")
    expect(second_page.get_by_text("Ben Cole wrote this at")).to_be_visible()
    expect(second_page.get_by_label("What did you see?")).to_have_value("Mine")
    axe(second_page)
    second_page.get_by_role("button", name=button).click()
    expect(second_page.get_by_role("button", name=button)).to_have_count(0)
    expect(second_page.get_by_label("What did you see?")).to_have_value(left)
    saved(second_page)
    second_page.reload()
    expect(second_page.get_by_label("What did you see?")).to_have_value(left)


def test_what_is_typed_offline_is_kept_and_sent(
    page: Page, member: Any, live_server: LiveServer, sign_in: SignIn, problems: list[str]
) -> None:
    cycle = CycleFactory(team=member.team, owner=member.user, stage=Stage.DO)
    sign_in(page, member.user)
    page.goto(f"{live_server.url}{cycle.get_absolute_url()}")
    page.context.set_offline(True)
    page.get_by_label("What did you see?").fill("Typed in the basement")
    expect(page.locator("#save-state")).to_have_text(
        "Not saved: offline. Kept on this device, and sent when you are online."
    )
    # Even closing the window loses nothing
    page.goto("about:blank")
    page.context.set_offline(False)
    problems.clear()
    page.goto(f"{live_server.url}{cycle.get_absolute_url()}")
    expect(page.get_by_text("Here is what you typed earlier on this device and had not been sent.")).to_be_visible()
    expect(page.get_by_label("What did you see?")).to_have_value("Typed in the basement")
    saved(page)
    assert Cycle.objects.get().observations == "Typed in the basement"


def test_what_is_typed_while_the_page_still_loads_is_saved(
    page: Page, member: Any, live_server: LiveServer, sign_in: SignIn
) -> None:
    cycle = CycleFactory(team=member.team, owner=member.user, stage=Stage.DO)
    sign_in(page, member.user)
    # A slow line: the form is there, its script is not
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(re.compile(r"/worksheet/worksheet[^/]*\.js"), hold)
    page.goto(f"{live_server.url}{cycle.get_absolute_url()}", wait_until="commit")
    page.get_by_label("What did you see?").fill("Typed early")
    held[0].continue_()
    assert observed(page) == "Typed early"


def test_leaving_within_the_pause_saves(
    page: Page, member: Any, live_server: LiveServer, sign_in: SignIn, problems: list[str]
) -> None:
    cycle = CycleFactory(team=member.team, owner=member.user, stage=Stage.DO)
    sign_in(page, member.user)
    page.goto(f"{live_server.url}{cycle.get_absolute_url()}")
    # Typed and left in one go, long before the pause is over
    leave = """address => {
        const field = document.querySelector("[name=observations]");
        field.value = "Typed on the way out";
        field.dispatchEvent(new Event("input", { bubbles: true }));
        window.location.href = address;
    }"""
    with page.expect_navigation():
        page.evaluate(leave, f"{live_server.url}{member.team.get_absolute_url()}")
    # On the page that follows nothing of the worksheet is there to send it
    assert (observed(page), problems) == ("Typed on the way out", [])
    # Back again, what this device had kept is found to be saved
    page.goto(f"{live_server.url}{cycle.get_absolute_url()}")
    expect(page.get_by_label("What did you see?")).to_have_value("Typed on the way out")
    expect(page.get_by_text("Here is what you typed earlier")).to_have_count(0)


def test_an_ended_session_comes_back_to_the_text(
    page: Page, member: Any, live_server: LiveServer, sign_in: SignIn
) -> None:
    cycle = CycleFactory(team=member.team, owner=member.user, stage=Stage.DO)
    sign_in(page, member.user)
    page.goto(f"{live_server.url}{cycle.get_absolute_url()}")
    page.context.clear_cookies(name="sessionid")
    page.get_by_label("What did you see?").fill("Typed after the session ended")
    expect(page.get_by_role("link", name="Sign in and come back")).to_be_visible()
    sign_in(page, member.user)
    page.reload()
    expect(page.get_by_label("What did you see?")).to_have_value("Typed after the session ended")
    saved(page)
    assert Cycle.objects.get().observations == "Typed after the session ended"


def test_a_refused_value_keeps_its_text_and_a_script_stays_text(
    page: Page, member: Any, live_server: LiveServer, sign_in: SignIn, axe: Check
) -> None:
    cycle = CycleFactory(team=member.team, owner=member.user)
    sign_in(page, member.user)
    page.goto(f"{live_server.url}{cycle.get_absolute_url()}")
    long = "word " * 20_000
    page.get_by_label("What will you try?").fill(long)
    typed(page, "People", "<b>five</b>")
    expect(page.get_by_text("This text has 99999 characters; 20000 fit here.")).to_be_visible()
    expect(page.get_by_text("“<b>five</b>” is not a number. Write digits, such as 5.")).to_be_visible()
    expect(page.get_by_label("What will you try?")).to_have_value(long)
    axe(page)
    page.get_by_label("What will you try?").fill("<script>window.hacked = true</script> <b>bold</b>")
    typed(page, "People", "5")
    # The sentence goes when the answer to the new number is here
    expect(page.get_by_text("is not a number")).to_have_count(0)
    expect(page.locator("#save-state")).not_to_contain_text("except")
    saved(page)
    page.reload()
    expect(page.get_by_label("What will you try?")).to_have_value("<script>window.hacked = true</script> <b>bold</b>")
    page.goto(f"{live_server.url}{cycle.get_absolute_url()}history/")
    expect(page.get_by_text("<script>window.hacked = true</script> <b>bold</b>")).to_be_visible()
    axe(page)
    assert page.evaluate("window.hacked") is None
