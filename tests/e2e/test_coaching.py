"""A coach works the queue: from the neediest test to an answered question, while another coach answers at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from collab.enums import CollaborativeRole, CollaborativeStatus
from collab.models import User
from pdsa.enums import CommentKind, Stage
from pdsa.models import Comment
from tests.factories.collab import CollaborativeAppointmentFactory, CollaborativeFactory
from tests.factories.pdsa import CycleFactory
from tests.factories.teams import TeamFactory, TeamMembershipFactory

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
SignIn = Callable[[Page, User], None]
Check = Callable[[Page], None]

WIDE = {"width": 1280, "height": 900}


@pytest.mark.practice("R-187")
def test_a_coach_works_the_queue(
    page: Page,
    new_page: Callable[[], Page],
    live_server: LiveServer,
    sign_in: SignIn,
    axe: Check,
    at_320: Check,
    screenshot: Callable[[Page, str], Path],
) -> None:
    # Given a test that has stalled, a team that plans its own, and two coaches
    collaborative = CollaborativeFactory(slug="access", status=CollaborativeStatus.RUNNING)
    coach, other = (
        CollaborativeAppointmentFactory(collaborative=collaborative, role=CollaborativeRole.COACH, user__name=name).user
        for name in ("Grace Kim", "Luis Ortega")
    )
    CycleFactory(
        team=TeamFactory(collaborative=collaborative, name="Harbor", slug="harbor"),
        title="Ask about rides",
        stage=Stage.DO,
        started_on=timezone.now().date() - dt.timedelta(days=40),
    )
    ana = TeamMembershipFactory(
        user__name="Ana Ruiz", team__collaborative=collaborative, team__name="Northside", team__slug="northside"
    )
    cycle = CycleFactory(team=ana.team, owner=ana.user, title="Call the day before")
    worksheet = f"{live_server.url}{cycle.get_absolute_url()}"

    # When a member asks beside the plan
    member = new_page()
    sign_in(member, ana.user)
    member.goto(worksheet)
    plan = member.locator("#thread-plan")
    expect(plan.get_by_text("Nothing said yet.")).to_be_visible()
    plan.get_by_text("Comment or ask").click()
    plan.get_by_label("Write something").fill("How many people should we call first?")
    plan.get_by_role("button", name="Ask the coaches").click()
    expect(plan.locator(".comment-text")).to_have_text("How many people should we call first?")
    axe(member)

    # Then it leads the queue of the coaches, with the reason, before what has only stalled
    sign_in(page, coach)
    page.goto(f"{live_server.url}/c/access/pdsa/")
    page.get_by_role("link", name="Coaching queue").first.click()
    lines = page.locator(".queue-line")
    expect(lines).to_have_count(2)
    expect(lines.nth(0)).to_contain_text("Call the day before")
    expect(lines.nth(0)).to_contain_text("Asked a question today")
    expect(lines.nth(1)).to_contain_text("In Do for 40 days")
    expect(lines.nth(1)).to_contain_text("Stalled at Do")
    axe(page)
    screenshot(page, "coaching_queue")
    at_320(page)
    axe(page)
    screenshot(page, "coaching_queue_small")
    page.set_viewport_size(WIDE)
    page.get_by_label("Why").select_option(label="Stalled at Do (1)")
    page.get_by_role("button", name="Show").click()
    expect(lines).to_have_count(1)
    page.get_by_label("Team").fill("Northside")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("Nothing fits")).to_be_visible()
    page.get_by_label("Team").fill("")
    page.get_by_label("Why").select_option(label="All (2)")
    page.get_by_role("button", name="Show").click()

    # and leads to the question, where both coaches begin to answer
    page.get_by_role("link", name="Call the day before").click()
    page.wait_for_url("**#thread-plan")
    second = new_page()
    sign_in(second, other)
    second.goto(f"{worksheet}#thread-plan")
    for each, words in ((page, "One person, tomorrow."), (second, "Start with two people.")):
        asked = each.locator("#thread-plan .comment")
        expect(asked).to_contain_text("How many people should we call first?")
        asked.get_by_text("Reply", exact=True).click()
        asked.get_by_label("Your reply").fill(words)
    page.locator("#thread-plan .comment").get_by_role("button", name="Send feedback").click()
    expect(page.locator("#thread-plan .comment-reply .comment-text")).to_have_text(["One person, tomorrow."])
    expect(page.locator("#thread-plan")).to_be_focused()
    axe(page)
    screenshot(page, "coaching_thread")

    # The slower one reads the faster one's words before sending; what was typed is still there
    again = second.locator("#thread-plan .comment")
    again.get_by_role("button", name="Send feedback").click()
    expect(again.get_by_text("Somebody else wrote here while you were typing.")).to_be_visible()
    expect(again.locator(".comment-reply.comment-new .comment-text")).to_have_text(["One person, tomorrow."])
    expect(again.get_by_label("Your reply")).to_have_value("Start with two people.")
    axe(second)
    screenshot(second, "coaching_at_once")
    assert Comment.objects.filter(from_faculty=True).count() == 1
    again.get_by_label("Your reply").fill("I agree with Grace.")
    again.get_by_role("button", name="Send anyway").click()
    expect(again.locator(".comment-reply .comment-text")).to_have_text(["One person, tomorrow.", "I agree with Grace."])
    at_320(second)
    axe(second)
    screenshot(second, "coaching_thread_small")

    # The member reads both, answers, and calls the question answered
    member.reload()
    asked = member.locator("#thread-plan .comment")
    expect(asked.locator(".comment-reply .comment-text")).to_have_text(["One person, tomorrow.", "I agree with Grace."])
    asked.get_by_text("Reply", exact=True).click()
    asked.get_by_label("Your reply").fill("Thank you, we call Mondays.")
    asked.get_by_role("button", name="Send comment").click()
    expect(asked.locator(".comment-reply")).to_have_count(3)
    asked.get_by_role("button", name="Mark as answered").click()
    expect(member.locator("#thread-plan").get_by_text("Question, answered")).to_be_visible()
    axe(member)
    at_320(member)
    axe(member)
    assert Comment.objects.get(kind=CommentKind.QUESTION).settled_at is not None

    # and no coach has to look at it again; feedback beside the stalled test empties the queue
    page.goto(f"{live_server.url}/c/access/pdsa/coaching/")
    expect(lines).to_have_count(1)
    page.get_by_role("link", name="Ask about rides").click()
    whole = page.locator("#thread-whole")
    whole.get_by_text("Give feedback").click()
    whole.get_by_label("Write something").fill("What keeps it from ending? Study what you have.")
    whole.get_by_role("button", name="Send feedback").click()
    expect(whole.locator(".comment-text")).to_have_text("What keeps it from ending? Study what you have.")
    axe(page)
    page.goto(f"{live_server.url}/c/access/pdsa/coaching/")
    expect(page.get_by_text("Nobody waits")).to_be_visible()
    axe(page)
    at_320(page)
