"""What somebody typed is not lost when their session ended meanwhile, and shows to nobody else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from collab.models import ChangeIdea, ChangePackage, User
from pdsa.enums import Stage
from pdsa.models import Comment, Cycle
from tests.factories.collab import (
    PASSWORD,
    ChangePackageFactory,
    CollaborativeAppointmentFactory,
    DriverFactory,
    UserFactory,
)
from tests.factories.pdsa import CommentFactory, CycleFactory
from tests.factories.teams import TeamMembershipFactory

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


def kept(page: Page) -> str | None:
    """What this tab keeps of what was typed."""
    found: str | None = page.evaluate("sessionStorage.getItem('kept-text')")
    return found


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
    assert kept(page) is None


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


@pytest.fixture
def cycle() -> Cycle:
    member = TeamMembershipFactory(user__name="Ana Ruiz", user__email="ana@example.org")
    made: Cycle = CycleFactory(team=member.team, owner=member.user, stage=Stage.DO)
    return made


def open_cycle(page: Page, live_server: LiveServer, cycle: Cycle, user: User) -> None:
    page.goto(f"{live_server.url}{cycle.get_absolute_url()}")
    give_password(page, user)
    expect(page.get_by_role("heading", level=1)).to_have_text(cycle.title)


def unfold(page: Page) -> None:
    page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")


def write_comment(page: Page, text: str) -> None:
    unfold(page)
    page.locator("#thread-plan").get_by_label("Write something").fill(text)


def test_a_comment_waits_while_its_writer_signs_in_again(
    page: Page, live_server: LiveServer, cycle: Cycle, axe: Callable[[Page], None]
) -> None:
    assert cycle.owner is not None
    open_cycle(page, live_server, cycle, cycle.owner)
    write_comment(page, TEXT)
    # When the session has ended meanwhile, and they sign in again
    end_sessions()
    page.locator("#thread-plan").get_by_role("button", name="Send comment").click()
    give_password(page, cycle.owner)
    # Then it stands in the form that it was typed into, unfolded, and in no other
    words = page.locator("#thread-plan").get_by_label("Write something")
    expect(words).to_be_visible()
    expect(words).to_have_value(TEXT)
    expect(page.locator("#thread-whole textarea").first).to_have_value("")
    expect(page.get_by_role("alert")).to_contain_text("What you typed is here again. It is not saved yet")
    axe(page)
    assert Comment.objects.count() == 0
    # And once it is sent, nothing is kept
    page.locator("#thread-plan").get_by_role("button", name="Send comment").click()
    expect(page.locator("#thread-plan .comment-text")).to_have_text(TEXT.strip())
    assert kept(page) is None
    page.reload()
    expect(page.locator("#thread-plan textarea").last).to_have_value("")
    assert Comment.objects.get().text == TEXT.strip()


def test_a_comment_that_was_not_sent_waits_on_its_page(page: Page, live_server: LiveServer, cycle: Cycle) -> None:
    assert cycle.owner is not None
    open_cycle(page, live_server, cycle, cycle.owner)
    write_comment(page, "One a day?")
    words = page.locator("#thread-plan").get_by_label("Write something")
    # When they look something up elsewhere, and when a line is added to the worksheet
    page.goto(f"{live_server.url}/")
    page.goto(f"{live_server.url}{cycle.get_absolute_url()}")
    expect(words).to_have_value("One a day?")
    unfold(page)
    page.locator("button[name=add][value=tasks]").click()
    page.wait_for_url("**#row-tasks-*")
    expect(words).to_have_value("One a day?")
    # And what they take out themselves does not come back
    words.fill("")
    page.reload()
    expect(words).to_have_value("")
    assert kept(page) is None


def test_a_comment_that_was_answered_meanwhile_waits_too(page: Page, live_server: LiveServer, cycle: Cycle) -> None:
    assert cycle.owner is not None
    open_cycle(page, live_server, cycle, cycle.owner)
    write_comment(page, "One a day?")
    CommentFactory(cycle=cycle, part="plan", by=TeamMembershipFactory(team=cycle.team).user, text="Two a day.")
    plan = page.locator("#thread-plan")
    plan.get_by_role("button", name="Send comment").click()
    expect(plan.get_by_text("Somebody else wrote here while you were typing.")).to_be_visible()
    page.reload()
    expect(plan.get_by_label("Write something")).to_have_value("One a day?")


def test_reasons_and_numbers_wait_beside_their_buttons(page: Page, live_server: LiveServer, cycle: Cycle) -> None:
    assert cycle.owner is not None
    open_cycle(page, live_server, cycle, cycle.owner)
    number, reason = page.locator("#f-new-value"), page.locator("#reason-abandon")
    give_up = page.locator("button[name=move][value=abandon]")
    unfold(page)
    number.fill("7")
    reason.fill("Nobody picks up")
    # When another button of the same form is pressed
    unfold(page)
    page.locator("button[name=add][value=tasks]").click()
    page.wait_for_url("**#row-tasks-*")
    expect(number).to_have_value("7")
    expect(reason).to_have_value("Nobody picks up")
    # And when the session has ended before the number is added
    end_sessions()
    page.locator("button[name=add][value=points]").click()
    give_password(page, cycle.owner)
    expect(number).to_have_value("7")
    page.locator("button[name=add][value=points]").click()
    page.wait_for_url("**#row-points-*")
    expect(number).to_have_value("")
    assert cycle.points.get().value == 7
    # And when it has ended before the test is given up
    end_sessions()
    give_up.click()
    give_password(page, cycle.owner)
    expect(reason).to_be_visible()
    expect(reason).to_have_value("Nobody picks up")
    give_up.click()
    expect(page.get_by_text("This cycle is closed.")).to_be_visible()
    assert Cycle.objects.get().decision_reason == "Nobody picks up"
    assert kept(page) is None
