"""Journeys of a data lead with fifteen minutes: type, paste, meet a colleague, lose the connection, submit, correct."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from collab.models import User
from metrics.cells import CellKey
from metrics.models import Submission
from metrics.queries.months import sheet_for, stored_values
from tests.metrics.months import BEFORE_DUE, JANUARY, World, entry, make_world

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
SignIn = Callable[[Page, User], None]
Check = Callable[[Page], None]

PASTE = """([selector, text]) => {
    const clipboard = new DataTransfer();
    clipboard.setData("text/plain", text);
    document.querySelector(selector).dispatchEvent(
        new ClipboardEvent("paste", {clipboardData: clipboard, bubbles: true, cancelable: true}));
}"""


@pytest.fixture
def world() -> Any:
    """The session begins in the test's own February 2025, as the server's thread does."""
    with time_machine.travel(BEFORE_DUE, tick=True):
        yield make_world()


@pytest.fixture
def open_month(live_server: LiveServer, sign_in: SignIn) -> Callable[[Page, User], None]:
    def go(page: Page, user: User) -> None:
        sign_in(page, user)
        page.goto(f"{live_server.url}/c/access/teams/northside/months/2025-01/")

    return go


def saved(page: Page) -> None:
    expect(page.locator("#save-state")).to_have_text("Saved 09:41")


def stands(world: World, key: str) -> Any:
    return sheet_for(world.team, JANUARY).cells[CellKey.parse(key)].entry


def test_type_submit_and_correct(
    page: Page, world: World, open_month: Callable[[Page, User], None], axe: Check, at_320: Check, screenshot: Any
) -> None:
    # Given an empty month, when the data lead types down the grid by keyboard only
    open_month(page, world.ana)
    axe(page)
    page.locator("#numerator-no_show").focus()
    for keys in ("12", "ArrowRight", "40", "ArrowDown", "30", "Home", "ArrowLeft", "90"):
        page.keyboard.type(keys) if keys.isdigit() else page.keyboard.press(keys)
    # Then each result stands beside its numbers at once, and all is saved without a button
    expect(page.locator("[data-cell=no_show] > .measure-line output")).to_have_text("30\u202f% (12 of 40)")
    expect(page.locator("[data-cell=waiting_days] output")).to_have_text("3\u202fdays (30 cases)")
    saved(page)
    assert (stands(world, "no_show"), stands(world, "waiting_days")) == (
        entry("no_show", "12/40"),
        entry("waiting_days", "90/30"),
    )
    # An impossible number is told while it is typed, and taken back with Ctrl+Z
    page.locator("#numerator-no_show").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("41")
    problem = page.get_by_text("41 is above the denominator 40. Check both, they may be swapped.")
    expect(problem).to_be_visible()
    axe(page)
    screenshot(page, "month")
    page.keyboard.press("Control+Z")
    page.keyboard.press("Control+Z") if page.input_value("#numerator-no_show") != "12" else None
    expect(problem).to_have_count(0)
    at_320(page)
    axe(page)
    # When it is submitted
    page.get_by_role("button", name="Submit January").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you. January 2025 is submitted.")
    axe(page)
    # And corrected
    page.get_by_role("link", name="Back to January 2025").click()
    page.locator("#numerator-no_show").fill("13")
    page.get_by_role("button", name="Submit the correction of January").click()
    expect(page.get_by_text("Your correction counts from now on (revision 2")).to_be_visible()
    # Then both revisions are in the record
    numbers = [stored_values(one)[CellKey("no_show")].numerator for one in Submission.objects.order_by("revision")]
    assert numbers == [12, 13]


def test_what_counts_opens_by_keyboard_and_without_a_script(
    page: Page, world: World, open_month: Callable[[Page, User], None], axe: Check, at_320: Check
) -> None:
    world.no_show.versions.update(
        numerator="Missed without notice",
        exclusions="Moved by us",
        guidance="Ask the front desk.\nA late cancel counts.",
    )
    open_month(page, world.ana)
    more = page.locator("[data-cell=no_show] .what-counts")
    expect(more.get_by_text("Ask the front desk.")).to_be_hidden()
    more.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(more.get_by_text("A late cancel counts.")).to_be_visible()
    axe(page)
    at_320(page)
    # Without JavaScript the same page does the same
    browser = page.context.browser
    assert browser is not None
    plain = browser.new_context(java_script_enabled=False, storage_state=page.context.storage_state()).new_page()
    plain.goto(page.url)
    again = plain.locator("[data-cell=no_show] .what-counts")
    again.get_by_text("What counts?").click()
    expect(again.locator("dd")).to_have_text(
        [
            "Missed without notice",
            world.no_show.latest.denominator,
            "Moved by us",
            "Ask the front desk.A late cancel counts.",
        ]
    )
    plain.context.close()


def test_paste_a_block_from_a_spreadsheet(page: Page, world: World, open_month: Callable[[Page, User], None]) -> None:
    open_month(page, world.ana)
    page.locator("#numerator-no_show").focus()
    page.evaluate(PASTE, ["#numerator-no_show", "1,200\t4,000\r\n90\t30\r\n7\t8\r\n"])
    expect(page.locator("#month-notices")).to_have_text("2 pasted cells did not fit and were left out.")
    saved(page)
    assert (stands(world, "no_show"), stands(world, "waiting_days")) == (
        entry("no_show", "1,200/4,000"),
        entry("waiting_days", "90/30"),
    )
    expect(page.locator("[data-cell=no_show] > .measure-line output")).to_have_text("30\u202f% (1,200 of 4,000)")


@pytest.mark.parametrize(("button", "left"), [("Keep mine", "13"), ("Take theirs", "12")])
def test_two_people_in_one_cell(
    page: Page,
    second_page: Page,
    world: World,
    open_month: Callable[[Page, User], None],
    axe: Check,
    button: str,
    left: str,
) -> None:
    # Given two open windows, when Ana saves first and Ben types into the same cell
    open_month(page, world.ana)
    open_month(second_page, world.ben)
    page.locator("#numerator-no_show").fill("12")
    saved(page)
    second_page.locator("#numerator-no_show").fill("13")
    # Then Ben sees her value with name and time, his own is still there, and he decides
    expect(second_page.get_by_text("Ana Ruiz put in 12 at 09:41, while you typed.")).to_be_visible()
    expect(second_page.locator("#numerator-no_show")).to_have_value("13")
    axe(second_page)
    second_page.get_by_role("button", name=button).click()
    expect(second_page.get_by_role("button", name=button)).to_have_count(0)
    expect(second_page.locator("#numerator-no_show")).to_have_value(left)
    # And Ana's window takes over what is new in cells that she is not typing in
    second_page.locator("#denominator-no_show").fill("40")
    saved(second_page)
    page.locator("#numerator-waiting_days").fill("90")
    expect(page.locator("#denominator-no_show")).to_have_value("40")
    assert stands(world, "no_show") == entry("no_show", f"{left}/40")


def test_what_the_server_says_does_not_move_the_button_away_under_the_finger(
    page: Page, world: World, open_month: Callable[[Page, User], None]
) -> None:
    # Given something typed that the server will object to, below which the button stands
    open_month(page, world.ana)
    page.locator("#numerator-no_show").fill("12x")
    submit = page.get_by_role("button", name="Submit January")
    submit.scroll_into_view_if_needed()
    box = submit.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 5)
    # When the button is pressed for longer than a save takes, which leaving the field asks for
    page.mouse.down()
    page.wait_for_timeout(1500)
    assert submit.bounding_box() == box
    page.mouse.up()
    # Then it was a click
    expect(page.get_by_role("heading", name="Nothing was submitted yet. Please look at this")).to_be_visible()


def test_what_is_typed_offline_is_kept_and_sent(
    page: Page, world: World, open_month: Callable[[Page, User], None], problems: list[str]
) -> None:
    open_month(page, world.ana)
    page.context.set_offline(True)
    page.locator("#numerator-no_show").fill("12")
    expect(page.locator("#save-state")).to_have_text(
        "Not sent: no connection. Kept in this browser, and sent when you are online."
    )
    # Even a window that is gone at once, with no time for a last word to the server, loses nothing
    context = page.context
    page.close()
    context.set_offline(False)
    problems.clear()
    page = context.new_page()
    open_month(page, world.ana)
    expect(page.get_by_text("Here is what you typed earlier in this browser and had not been sent.")).to_be_visible()
    expect(page.locator("#numerator-no_show")).to_have_value("12")
    saved(page)
    assert stands(world, "no_show") == entry("no_show", "12")


def test_an_ended_session_comes_back_to_the_same_text(
    page: Page, world: World, open_month: Callable[[Page, User], None], sign_in: SignIn
) -> None:
    open_month(page, world.ana)
    page.context.clear_cookies(name="sessionid")
    page.locator("#numerator-no_show").fill("12")
    link = page.get_by_role("link", name="Sign in and come back")
    expect(link).to_be_visible()
    assert str(link.get_attribute("href")).endswith("?next=%2Fc%2Faccess%2Fteams%2Fnorthside%2Fmonths%2F2025-01%2F")
    sign_in(page, world.ana)
    page.reload()
    expect(page.locator("#numerator-no_show")).to_have_value("12")
    saved(page)
