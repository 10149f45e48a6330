"""The month's cycles on the team's page and in its report: the worksheets are what a team reports of its work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from collab.common.sections import sections_for
from collab.models import User
from metrics.presenters.reports import print_team
from pdsa.enums import Decision, Sharing, Stage
from pdsa.models import Cycle
from pdsa.sections import cycles_of_the_month
from teams.models import Team
from tests.factories.pdsa import CycleFactory, DataPointFactory
from tests.factories.teams import TeamFactory, TeamMembershipFactory
from tests.pages import Page
from tests.pdf import text_of

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(dt.datetime(2025, 4, 20, 15, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def team() -> Team:
    made: Team = TeamFactory()
    return made


@pytest.fixture
def member(team: Team) -> User:
    made: User = TeamMembershipFactory(team=team).user
    return made


def titles(team: Team, viewer: User) -> list[str]:
    [*sections] = cycles_of_the_month(team, team.collaborative.span, viewer)
    return [line.cycle.title for section in sections for line in section.context["cycles"]]


def test_it_tells_of_what_was_under_way_since_the_first_of_last_month(team: Team, member: User) -> None:
    february = {"started_on": dt.date(2025, 2, 1), "ended_on": dt.date(2025, 2, 3), "studied_on": dt.date(2025, 2, 4)}
    days = {"Closed long ago": dt.date(2025, 2, 28), "Closed on the first": dt.date(2025, 3, 1)}
    for title, closed_on in days.items():
        CycleFactory(team=team, title=title, stage=Stage.CLOSED, closed_on=closed_on, **february)
    CycleFactory(team=team, title="Still runs", stage=Stage.DO, started_on=dt.date(2025, 2, 2))
    CycleFactory(team=team, title="Only a plan")
    CycleFactory(title="Of another team", stage=Stage.DO)
    assert titles(team, member) == ["Still runs", "Closed on the first"]


def test_a_team_that_tests_nothing_has_no_such_section(team: Team, member: User) -> None:
    CycleFactory(team=team)
    assert list(cycles_of_the_month(team, team.collaborative.span, member)) == []


def test_who_sees_no_worksheets_of_the_team_sees_none_here(team: Team) -> None:
    CycleFactory(team=team, stage=Stage.DO, sharing=Sharing.CENTER)
    stranger = TeamMembershipFactory(team__collaborative=team.collaborative).user
    assert titles(team, stranger) == []


def test_the_newest_are_told_and_of_the_rest_only_how_many_they_are(
    team: Team, member: User, client_for: Callable[[User], Client]
) -> None:
    for day in range(1, 13):
        CycleFactory(team=team, title=f"Begun on {day}", stage=Stage.DO, started_on=dt.date(2023, 1, day))
    assert titles(team, member) == [f"Begun on {day}" for day in range(12, 2, -1)]
    page = Page(client_for(member).get(team.get_absolute_url()))
    link = "And 2 more among all our ramps and cycles"
    whole = reverse("team_pdsa", args=[team.collaborative.slug, team.slug])
    assert (page.texts("#tests > p"), page.values("#tests > p a", "href")) == ([link], [whole])
    paper = text_of(print_team(team, member, lambda *_step: None).pdf)
    assert [words in paper for words in ("Begun on 12", "Begun on 3", "Begun on 2", link)] == [True, True, False, True]


@pytest.mark.practice("R-185")
def test_page_and_report_are_put_together_from_the_worksheets(
    team: Team, member: User, client_for: Callable[[User], Client]
) -> None:
    cycle = CycleFactory(
        team=team,
        title="Call the day before",
        stage=Stage.CLOSED,
        decision=Decision.ABANDON,
        decision_reason="Nobody has time to call.",
        learned="Texts reach more people.",
    )
    DataPointFactory(cycle=cycle, value=987654)
    page = Page(client_for(member).get(team.get_absolute_url()))
    assert page.values("#tests h3 a", "href") == [cycle.get_absolute_url()]
    told = [
        "Do more people come when we call the day before?",
        "We expected: Six of seven people who are called come.",
        "We found: Six of seven came.",
        "We learned: Texts reach more people.",
        "Why: Nobody has time to call.",
    ]
    assert page.texts("#tests .due-words p") == told
    paper = text_of(print_team(team, member, lambda *_step: None).pdf)
    assert [words for words in ("Cycle 1: Call the day before (Abandon)", *told) if words not in paper] == []
    assert "987654" not in paper + " ".join(page.texts("main"))


@pytest.mark.parametrize("count", [1, 3])
def test_it_costs_two_queries(count: int, team: Team, member: User, django_assert_num_queries: Any) -> None:
    for _number in range(count):
        CycleFactory(team=team, stage=Stage.DO)
    # What the person may see is known by then: the page asks for it before.
    titles(team, member)
    with django_assert_num_queries(2):
        assert len(titles(team, member)) == count
    assert Cycle.objects.count() == count
    assert any(section.anchor == "tests" for section in sections_for(team, team.collaborative.span, member))
