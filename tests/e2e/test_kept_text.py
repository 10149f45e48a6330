"""What somebody typed is not lost when their session ended meanwhile, and shows to nobody else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from collab.models import ChangeIdea, ChangePackage, User
from tests.factories.collab import (
    PASSWORD,
    ChangePackageFactory,
    CollaborativeAppointmentFactory,
    DriverFactory,
    UserFactory,
)

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

TEXT = "Call everybody the day before, in their language, and say who will be there. " * 6


@pytest.fixture
def draft() -> ChangePackage:
    made = ChangePackageFactory(collaborative__slug="access")
    DriverFactory(package=made, name="A warm welcome")
    return made


@pytest.fixture
def coach(draft: ChangePackage) -> User:
    return CollaborativeAppointmentFactory(
        collaborative=draft.collaborative, user__name="Cora Lind", user__email="cora@example.org"
    ).user


def write_idea(page: Page, live_server: LiveServer, writer: User) -> None:
    page.goto(f"{live_server.url}/c/access/change-package/draft/ideas/new/")
    give_password(page, writer)
    page.get_by_label("Name").fill("Call the day before")
    page.get_by_label("A warm welcome").check()
    page.locator("#id_description").fill(TEXT)


def end_sessions() -> None:
    Session.objects.all().delete()


def give_password(page: Page, user: User) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.get_by_label("E-mail address").fill(user.email)
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


@pytest.fixture(autouse=True)
def _no_second_factor(settings: object) -> None:
    settings.DEMO_WAIVE_MFA = True  # type: ignore[attr-defined]  # what is tested here is the text alone


def test_text_waits_while_its_writer_signs_in_again(
    page: Page,
    live_server: LiveServer,
    draft: ChangePackage,
    coach: User,
    axe: Callable[[Page], None],
) -> None:
    write_idea(page, live_server, coach)
    # When the session has ended meanwhile, and they sign in again
    end_sessions()
    page.get_by_role("button", name="Save").click()
    give_password(page, coach)
    # Then the form holds what they typed, and says that it is not saved yet
    expect(page.locator("#id_description")).to_have_value(TEXT)
    expect(page.get_by_label("Name")).to_have_value("Call the day before")
    expect(page.get_by_label("A warm welcome")).to_be_checked()
    expect(page.get_by_role("alert")).to_contain_text("What you typed is here again. It is not saved yet")
    axe(page)
    assert ChangeIdea.objects.count() == 0
    # And sending it saves it
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Add a change idea")
    assert ChangeIdea.objects.get().description == TEXT.strip()
    # And the next new idea begins empty
    page.goto(f"{live_server.url}/c/access/change-package/draft/ideas/new/")
    expect(page.locator("#id_description")).to_have_value("")


def test_text_shows_to_nobody_else_at_the_same_computer(
    page: Page, live_server: LiveServer, draft: ChangePackage, coach: User
) -> None:
    other = CollaborativeAppointmentFactory(
        collaborative=draft.collaborative, user=UserFactory(email="dev@example.org")
    ).user
    write_idea(page, live_server, coach)
    end_sessions()
    page.get_by_role("button", name="Save").click()
    give_password(page, other)
    expect(page.get_by_role("heading", level=1)).to_have_text("Add a change idea")
    expect(page.locator("#id_description")).to_have_value("")
    assert page.evaluate("sessionStorage.getItem('kept-text')") is None


def test_text_waits_when_the_page_was_open_for_too_long(
    page: Page,
    live_server: LiveServer,
    draft: ChangePackage,
    coach: User,
    problems: list[str],
) -> None:
    write_idea(page, live_server, coach)
    # Somebody signed in anew in another tab: this page's token holds no more
    page.context.clear_cookies(name=settings.CSRF_COOKIE_NAME)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This page was open for too long")
    assert [problem for problem in problems if "403" not in problem] == []
    problems.clear()
    page.goto(f"{live_server.url}/c/access/change-package/draft/ideas/new/")
    expect(page.locator("#id_description")).to_have_value(TEXT)
