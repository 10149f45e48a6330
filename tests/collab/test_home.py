"""My work and a collaborative's overview."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
import time_machine
from django.test import Client

from collab.common.enums import Tone
from collab.common.sections import Contributions, DueItem, Section, contributes_due, contributes_home
from collab.enums import Cadence, CollaborativeRole, CollaborativeStatus, DataSharing
from collab.models import Collaborative, User
from collab.presenters.home import Fact, facts
from tests.factories.collab import (
    CenterAppointmentFactory,
    CenterFactory,
    CollaborativeAppointmentFactory,
    CollaborativeFactory,
    UserFactory,
)
from tests.factories.teams import TeamMembershipFactory
from tests.pages import Page

pytestmark = [pytest.mark.integration, pytest.mark.django_db]
ClientFor = Callable[[User], Client]


@time_machine.travel("2026-03-05T12:00:00Z", tick=False)
def test_due_items_stand_in_order_each_with_one_button(client_for: ClientFor, contributions: Contributions) -> None:
    @contributes_due
    def items(_user: User, now: dt.datetime) -> list[DueItem]:
        assert now == dt.datetime(2026, 3, 5, 12, tzinfo=dt.UTC)
        return [
            DueItem("Answer a request", "/b/", "Answer", None, "Northside"),
            DueItem("March is open", "/c/", "Open March", dt.date(2026, 4, 10), "Northside", Tone.INFO),
            DueItem("February is late", "/a/", "Submit February", dt.date(2026, 3, 10), "Northside", Tone.PROBLEM),
        ]

    page = Page(client_for(UserFactory()).get("/"))
    assert page.texts(".due-title") == ["February is late", "March is open", "Answer a request"]
    assert page.texts(".due-item .tone-badge") == ["due Tue 10 Mar", "due Fri 10 Apr"]
    assert page.values(".due-item .tone-badge", "class") == ["tone-badge tone-problem", "tone-badge tone-info"]
    assert page.values(".due-item a", "href") == ["/a/", "/c/", "/b/"]
    assert page.texts(".due-item a") == [
        "Submit February: February is late, Northside",
        "Open March: March is open, Northside",
        "Answer: Answer a request, Northside",
    ]


def test_what_waits_comes_in_pages_the_first_due_first(client_for: ClientFor, contributions: Contributions) -> None:
    @contributes_due
    def items(_user: User, _now: dt.datetime) -> list[DueItem]:
        days = [dt.date(2026, 3, 1) + dt.timedelta(days=number) for number in range(30)]
        return [DueItem(f"Day {day.day}", "/a/", "Open", day, "Northside") for day in reversed(days)]

    client = client_for(UserFactory())
    first, second = Page(client.get("/")), Page(client.get("/?waiting=2"))
    assert first.texts(".due-title") == [f"Day {number}" for number in range(1, 26)]
    assert second.texts(".due-title") == [f"Day {number}" for number in range(26, 31)]
    assert first.texts(".pages") == ["1 to 25 of 30 Next"]


def test_sections_of_the_rooms_follow_in_order(client_for: ClientFor, contributions: Contributions) -> None:
    @contributes_home
    def both(_user: User) -> list[Section]:
        context = {"words": "drawn with its own context"}
        return [
            Section("Second", "partials/messages.html", context, order=20),
            Section("First", "partials/messages.html", context, order=10, anchor="first"),
        ]

    page = Page(client_for(UserFactory()).get("/"))
    assert page.texts("main > section > h2") == ["Waiting for you", "First", "Second"]
    assert page.texts("section#first h2") == ["First"]


COORDINATOR = "A set-up that is not finished shows up here. Which teams are late stands further down."
FACULTY = "Nobody asks you for anything. Which team needs you stands further down, with its charts under “Data”."
SPONSOR = "Nothing is asked of you. What your collaboratives achieved is in their results."
TEAM = "When a month is over and its figures are due, or somebody asks you something, it shows up here."


@pytest.mark.parametrize(
    ("role", "sentence"),
    [("coordinator", COORDINATOR), ("coach", FACULTY), ("sponsor", SPONSOR), ("member", TEAM)],
)
def test_empty_list_says_what_belongs_there(
    client_for: ClientFor, contributions: Contributions, role: str, sentence: str
) -> None:
    collaborative = CollaborativeFactory()
    person = UserFactory()
    if role == "coordinator":
        CenterAppointmentFactory(center=collaborative.center, user=person)
    elif role == "member":
        TeamMembershipFactory(team__collaborative=collaborative, user=person)
    else:
        CollaborativeAppointmentFactory(collaborative=collaborative, user=person, role=role)
    page = Page(client_for(person).get("/"))
    assert page.texts(".empty p") == ["Nothing waits for you", sentence]


def test_somebody_without_a_role_is_told_whom_to_ask(client_for: ClientFor, contributions: Contributions) -> None:
    CollaborativeAppointmentFactory(user=UserFactory())  # somebody else's, which must not show
    page = Page(client_for(UserFactory()).get("/"))
    assert page.texts(".empty p") == [
        "Nothing here for you yet",
        (
            "Your account works, but nobody has given you a role in a collaborative, or your last one has ended. "
            "Ask the person who invited you, or the coordinator of your center, to add you."
        ),
    ]
    assert page.all(".switcher") == []


def test_coordinator_of_an_empty_center_finds_the_way_to_it(
    client_for: ClientFor, contributions: Contributions
) -> None:
    CenterFactory(name="Another center")
    appointment = CenterAppointmentFactory(center__name="Valley Center", center__slug="valley")
    page = Page(client_for(appointment.user).get("/"))
    assert page.texts("main h2") == ["Waiting for you", "Your centers"]
    assert page.texts(".link-list a") == ["Valley Center"]
    assert page.values(".link-list a", "href") == ["/centers/valley/"]


def test_first_administrator_finds_where_to_begin(client_for: ClientFor, contributions: Contributions) -> None:
    page = Page(client_for(UserFactory(is_superuser=True)).get("/"))
    assert page.texts(".link-list a") == ["Look after all centers"]
    assert page.values(".link-list a", "href") == ["/centers/"]


@pytest.mark.parametrize("count", [1, 3])
def test_my_work_asks_the_database_as_often_for_many_as_for_one(
    client_for: ClientFor, contributions: Contributions, django_assert_num_queries: Callable[[int], object], count: int
) -> None:
    person = UserFactory()
    for _each in range(count):
        CollaborativeAppointmentFactory(user=person, role=CollaborativeRole.SPONSOR)
    client = client_for(person)
    with django_assert_num_queries(6):
        page = Page(client.get("/"))
    assert len(page.all("[aria-labelledby=collaboratives] a")) == count


def test_overview_tells_aim_and_facts(client_for: ClientFor, contributions: Contributions) -> None:
    appointment = CollaborativeAppointmentFactory(
        role=CollaborativeRole.SPONSOR,
        collaborative__name="First appointments",
        collaborative__aim="Nobody waits.\n\nBy December.",
    )
    page = Page(client_for(appointment.user).get(appointment.collaborative.get_absolute_url()))
    assert page.title == "Overview · First appointments · Learning Commons"
    assert page.texts("h1") == ["First appointments"]
    assert page.texts(".prose p") == ["Nobody waits.", "By December."]
    assert page.texts(".facts dt") == [
        "What it is",
        "Months",
        "Figures are due",
        "What teams see of each other",
        "Host",
    ]


def test_another_collaborative_is_not_found(client_for: ClientFor) -> None:
    other = CollaborativeFactory(name="Secret work")
    response = client_for(CollaborativeAppointmentFactory().user).get(other.get_absolute_url())
    assert response.status_code == 404
    assert "Secret work" not in response.content.decode()


def collaborative_in(status: CollaborativeStatus, **fields: object) -> Collaborative:
    return CollaborativeFactory(status=status, center__name="Valley Center", **fields)


@time_machine.travel("2025-04-10T12:00:00Z", tick=False)
def test_facts_of_a_running_collaborative() -> None:
    assert facts(collaborative_in(CollaborativeStatus.RUNNING))[1:] == [
        Fact("Months", "January 2025 to December 2025", "12 months"),
        Fact("Figures are due", "Every month, by day 10 of the next month", "Next: March 2025, due Thu 10 Apr"),
        Fact(
            "What teams see of each other",
            "Coded",
            "Teams see each other's charts and counts under code names, such as “Team 07”. Small counts stay hidden.",
        ),
        Fact("Host", "Valley Center"),
    ]


@time_machine.travel("2025-04-11T12:00:00Z", tick=False)
def test_the_next_deadline_is_one_that_is_not_over() -> None:
    found = {fact.label: fact for fact in facts(collaborative_in(CollaborativeStatus.RUNNING))}
    assert found["Figures are due"].note == "Next: April 2025, due Sat 10 May"


@time_machine.travel("2026-04-11T12:00:00Z", tick=False)
def test_no_deadline_is_promised_after_the_end() -> None:
    for status in (CollaborativeStatus.RUNNING, CollaborativeStatus.ENDED, CollaborativeStatus.SETUP):
        found = {fact.label: fact for fact in facts(collaborative_in(status))}
        assert found["Figures are due"].note == ""


def test_facts_of_a_quarterly_pooled_collaborative_of_one_month() -> None:
    quarterly = collaborative_in(
        CollaborativeStatus.SETUP, cadence=Cadence.QUARTER, data_sharing=DataSharing.POOLED, months=1, due_day=28
    )
    assert facts(quarterly)[1:4] == [
        Fact("Months", "January 2025 to January 2025", "1 month"),
        Fact("Figures are due", "Every quarter, by day 28 of the month after it"),
        Fact(
            "What teams see of each other",
            "Pooled only",
            "Teams see only the pooled results of all teams beside their own.",
        ),
    ]
