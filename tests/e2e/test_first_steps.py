"""Signing in, finding the way by keyboard, and the pages that everybody has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from collab.enums import CollaborativeRole
from collab.models import Collaborative, User
from tests.factories.collab import (
    PASSWORD,
    CollaborativeAppointmentFactory,
    CollaborativeFactory,
    UserFactory,
)

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def collaborative() -> Collaborative:
    return CollaborativeFactory(name="First appointments", slug="first-appointments")


@pytest.fixture
def sponsor(collaborative: Collaborative) -> User:
    """Somebody who may sign in with a password alone."""
    person = UserFactory(name="Ada Marsh", email="ada@example.org")
    CollaborativeAppointmentFactory(collaborative=collaborative, user=person, role=CollaborativeRole.SPONSOR)
    return person


def test_sign_in_and_find_the_way_by_keyboard(
    page: Page, live_server: LiveServer, sponsor: User, axe: Callable[[Page], None]
) -> None:
    # Given somebody who opens My work without being signed in
    page.goto(f"{live_server.url}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    axe(page)
    # When they type their e-mail address and password
    page.get_by_label("E-mail address").fill(sponsor.email)
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    # Then they land on My work
    expect(page.get_by_role("heading", level=1)).to_have_text("My work")
    page.wait_for_load_state()
    # And the first Tab offers to skip the menus
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    # And the switcher opens, closes and opens a collaborative by keyboard
    switcher = page.locator(".switcher summary")
    switcher.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".switcher")).to_have_attribute("open", "")
    page.keyboard.press("Escape")
    expect(page.locator(".switcher")).not_to_have_attribute("open", "")
    expect(switcher).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("First appointments")
    # And the way out is in the menu of the person
    page.locator(".me summary").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Sign out").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


PAGES = {
    "my-work": "/",
    "overview": "/c/first-appointments/",
    "search": "/search/?q=first",
    "search-empty": "/search/?q=zebra",
    "help": "/help/",
    "gallery": "/gallery/",
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_usable_in_every_form(
    page: Page,
    live_server: LiveServer,
    sponsor: User,
    sign_in: Callable[[Page, User], None],
    axe: Callable[[Page], None],
    at_320: Callable[[Page], None],
    screenshot: Callable[[Page, str], Path],
    settings: Settings,
    scheme: str,
) -> None:
    settings.DEMO = True
    sign_in(page, sponsor)
    page.emulate_media(color_scheme=scheme)
    for name, path in PAGES.items():
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(live_server.url + path)
        axe(page)
        screenshot(page, f"{name}-{scheme}-1280")
        at_320(page)
        axe(page)
        screenshot(page, f"{name}-{scheme}-320")


def test_parts_that_fail_say_so_and_an_ended_session_leads_back(
    page: Page,
    live_server: LiveServer,
    sponsor: User,
    problems: list[str],
    sign_in: Callable[[Page, User], None],
    axe: Callable[[Page], None],
) -> None:
    # Given somebody who reads a page
    sign_in(page, sponsor)
    page.goto(f"{live_server.url}/search/?q=first")
    trouble = page.get_by_role("alert")
    # When a part of it can not be fetched
    page.evaluate("htmx.ajax('GET', '/no/such/part/', '#content')")
    # Then the page says so once, and what it showed is still there
    expect(trouble).to_contain_text("This part could not be loaded. The rest of the page still works")
    page.evaluate("htmx.ajax('GET', '/no/such/part/', '#content')")
    expect(trouble.locator(".callout")).to_have_count(1)
    expect(page.get_by_role("heading", level=1)).to_have_text("Search")
    axe(page)
    page.get_by_role("button", name="Close").click()
    expect(trouble.locator(".callout")).to_have_count(0)
    assert len(problems) == 4  # the browser's and htmx's own line for each of the two
    assert all("404" in problem for problem in problems)
    problems.clear()
    # When the connection is lost
    page.context.set_offline(True)
    expect(page.locator("#offline")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator("#offline")).to_be_hidden()
    # When the session has ended meanwhile
    page.context.clear_cookies()
    page.evaluate("htmx.ajax('GET', '/help/', '#content')")
    # Then the reader signs in and comes back to where they were
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.get_by_role("textbox", name="E-mail address").fill(sponsor.email)
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{live_server.url}/search/?q=first")


def test_definition_opens_beside_its_term(
    page: Page,
    live_server: LiveServer,
    sponsor: User,
    sign_in: Callable[[Page, User], None],
    at_320: Callable[[Page], None],
    settings: Settings,
) -> None:
    settings.DEMO = True
    sign_in(page, sponsor)
    page.goto(f"{live_server.url}/gallery/")
    at_320(page)
    term = page.get_by_role("button", name="median")
    note = page.locator(".definition-note").first
    term.focus()
    page.keyboard.press("Enter")
    expect(note).to_be_visible()
    around, opened = term.bounding_box(), note.bounding_box()
    assert around is not None
    assert opened is not None
    assert 0 <= opened["y"] - (around["y"] + around["height"]) <= 10
    assert opened["x"] >= 0
    assert opened["x"] + opened["width"] <= 320
    page.keyboard.press("Escape")
    expect(note).to_be_hidden()
