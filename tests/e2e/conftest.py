"""Journeys in a real browser: Debian's Chromium against the live server, with axe at hand.

Every journey fails on any warning or error in the browser's console, which is also where a breach of the content
security policy shows.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from collab.models import User

# Playwright's loop runs in the thread of the test, which then asks the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

ROOT = Path(__file__).resolve().parents[2]
# Not test-results: pytest-playwright empties that folder at every start.
PICTURES = ROOT / "var" / "pictures"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SMALL = {"width": 320, "height": 720}
WIDE = {"width": 1280, "height": 900}
# Waiting ends with what is waited for; these only bound it, on a machine that runs other tests on the same two cores.
STEP_MS = 30_000
SETTLING_S = 10
WIDER_THAN_SCREEN = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
expect.set_options(timeout=STEP_MS)


@pytest.fixture(scope="session")
def base_url() -> None:
    """Journeys ask for ``live_server``. (The plugin's own fixture is in a form that pytest is about to drop.)"""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start the machine's own Chromium, quiet and without calls home."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium libatomic1)")
    return {
        **browser_type_launch_args,
        "executable_path": chromium,
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
        ],
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {
        **browser_context_args,
        "viewport": WIDE,
        "locale": "en-US",
        "timezone_id": "America/New_York",
        "reduced_motion": "reduce",
    }


@pytest.fixture
def problems() -> list[str]:
    """What the browser complained about. A journey that provokes a complaint checks it and clears the list."""
    return []


@pytest.fixture
def context(context: BrowserContext, problems: list[str]) -> Iterator[BrowserContext]:
    """A browser context whose every console warning, error and uncaught exception fails the journey."""
    _watch(context, problems)
    yield context
    assert problems == []


def _watch(context: BrowserContext, problems: list[str]) -> None:
    def listen(message: Any) -> None:
        if message.type in ("warning", "error"):
            problems.append(f"{message.type}: {message.text}")

    context.on("console", listen)
    context.on("weberror", lambda error: problems.append(f"exception: {error.error}"))
    context.set_default_timeout(STEP_MS)


@pytest.fixture
def new_page(
    browser: Browser, browser_context_args: dict[str, Any], problems: list[str], context: BrowserContext
) -> Iterator[Callable[[], Page]]:
    """``new_page()``: a colleague's browser, with a session of its own, watched like the first."""
    opened: list[BrowserContext] = []

    def make() -> Page:
        opened.append(browser.new_context(**browser_context_args))
        _watch(opened[-1], problems)
        return opened[-1].new_page()

    yield make
    for each in opened:
        each.close()


@pytest.fixture
def second_page(new_page: Callable[[], Page]) -> Page:
    """One colleague's browser."""
    return new_page()


@pytest.fixture
def sign_in(live_server: LiveServer, client_for: Callable[[User], Client]) -> Callable[[Page, User], None]:
    """``sign_in(page, user)``: the browser holds that person's session, second factor included."""

    def put_cookie(page: Page, user: User) -> None:
        name = settings.SESSION_COOKIE_NAME
        value = client_for(user).cookies[name].value
        page.context.add_cookies([{"name": name, "value": value, "url": live_server.url}])

    return put_cookie


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], None]:
    """``axe(page)``: the page as it stands breaks no WCAG 2.2 A or AA rule that a machine can check."""
    source = AXE.read_text(encoding="utf-8")

    def check(page: Page) -> None:
        # Through the debugger, for the page's own policy lets no foreign script in. The session is left open:
        # closing one would take the page's virtual passkeys away.
        page.context.new_cdp_session(page).send("Runtime.evaluate", {"expression": source})
        found = page.evaluate(
            """async (rules) => {
                const result = await axe.run(document, {runOnly: {type: "tag", values: rules}});
                return result.violations.flatMap((rule) =>
                    rule.nodes.map((node) => `${rule.id}: ${node.target.join(" ")} ${node.failureSummary}`));
            }""",
            AXE_RULES,
        )
        assert found == [], f"{page.url} at {page.viewport_size}"

    return check


@pytest.fixture(scope="session")
def at_320() -> Callable[[Page], None]:
    """``at_320(page)``: as on a small phone or at high zoom, where nothing may scroll sideways."""

    def shrink(page: Page) -> None:
        page.set_viewport_size(SMALL)
        # Pictures follow the new width in a frame or more of their own.
        deadline = time.monotonic() + SETTLING_S
        while (too_wide := page.evaluate(WIDER_THAN_SCREEN)) and time.monotonic() < deadline:
            page.wait_for_timeout(100)
        assert too_wide == 0, f"{page.url} is {too_wide} px too wide at 320 px"

    return shrink


@pytest.fixture(scope="session")
def screenshot() -> Callable[[Page, str], Path]:
    """``screenshot(page, name)``: the whole page as ``var/pictures/<name>.png`` (never committed)."""

    def take(page: Page, name: str) -> Path:
        PICTURES.mkdir(parents=True, exist_ok=True)
        path = PICTURES / f"{name}.png"
        page.screenshot(path=path, full_page=True)
        return path

    return take
