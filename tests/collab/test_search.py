"""The search of the top bar."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from collab.common.sections import Contributions, SearchResult, contributes_search
from collab.enums import CollaborativeRole
from collab.models import User
from collab.sections import collaboratives
from tests.factories.collab import CollaborativeAppointmentFactory, CollaborativeFactory, UserFactory
from tests.pages import Page

pytestmark = [pytest.mark.integration, pytest.mark.django_db]
ClientFor = Callable[[User], Client]


@pytest.fixture
def sponsor() -> User:
    person = UserFactory()
    for name, topic in (("First appointments", "Access"), ("Safe evenings", "Overdose"), ("Zero gaps", "Access")):
        CollaborativeAppointmentFactory(
            user=person, role=CollaborativeRole.SPONSOR, collaborative__name=name, collaborative__topic=topic
        )
    CollaborativeFactory(name="Access for others", topic="Access")  # not the sponsor's
    return person


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("first", ["First appointments"]),
        ("ACCESS", ["First appointments", "Zero gaps"]),
        ("  safe   evenings ", ["Safe evenings"]),
        ("others", []),
    ],
)
def test_finds_by_name_or_topic_what_the_person_may_see(
    client_for: ClientFor, sponsor: User, words: str, found: list[str]
) -> None:
    page = Page(client_for(sponsor).get("/search/", {"q": words}))
    assert page.texts(".link-list a") == found


def test_nothing_found_says_what_to_try(client_for: ClientFor, sponsor: User) -> None:
    page = Page(client_for(sponsor).get("/search/", {"q": "<b>others"}))
    assert page.texts(".empty p") == [
        "Nothing found for “<b>others”",
        (
            "Try a shorter part of the name. You only find what you may see; if something is missing, ask your "
            "coordinator."
        ),
    ]


def test_one_letter_is_not_searched(client_for: ClientFor, sponsor: User) -> None:
    page = Page(client_for(sponsor).get("/search/", {"q": " f "}))
    assert page.texts(".callout") == ["One letter finds too much. Type at least two."]
    assert page.all(".link-list a") == []


def test_empty_search_only_asks(client_for: ClientFor, sponsor: User) -> None:
    page = Page(client_for(sponsor).get("/search/"))
    assert page.texts("main h1, main h2, main .callout, main .empty") == ["Search"]


def test_results_stand_by_kind(client_for: ClientFor, contributions: Contributions) -> None:
    @contributes_search
    def some(_user: User, words: str) -> list[SearchResult]:
        return [
            SearchResult("Northside", "/n/", "Teams", "Access 2025"),
            SearchResult("Ada", "/a/", "People"),
            SearchResult("Riverbend", "/r/", "Teams"),
        ]

    page = Page(client_for(UserFactory()).get("/search/", {"q": "any"}))
    assert page.texts("main h2, main h3, main .link-list li") == [
        "3 results for “any”",
        "People",
        "Ada",
        "Teams",
        "Northside · Access 2025",
        "Riverbend",
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_search_asks_the_database_as_often_for_many_as_for_one(
    client_for: ClientFor, contributions: Contributions, django_assert_num_queries: Callable[[int], object], count: int
) -> None:
    contributes_search(collaboratives)
    person = UserFactory()
    for number in range(count):
        CollaborativeAppointmentFactory(
            user=person, role=CollaborativeRole.SPONSOR, collaborative__name=f"Common {number}"
        )
    client = client_for(person)
    with django_assert_num_queries(6):
        page = Page(client.get("/search/", {"q": "common"}))
    assert len(page.all(".link-list a")) == count
