"""The demonstration: the same for the same seed, in every role, and a story worth looking at."""

from __future__ import annotations

import datetime as dt
import random
from collections import deque
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.urls import Resolver404, resolve

from collab.common.models import AuditEvent, StaleMark
from collab.models import Collaborative, User
from equity.demo import story
from equity.demo.figures import Figure, month_figures, progress, team_story
from equity.models import StratifiedObservation
from metrics.enums import RunStatus
from metrics.marks import RECOMPUTE
from metrics.models import BenchmarkRun, DraftCell, EngagementRecord, Observation, Submission
from metrics.queries.quality import uses_of
from metrics.queries.series import Sight
from metrics.queries.submitting import teams_for_matrix
from metrics.stats.feasibility import FEWEST_ANSWERS
from teams.demo import shown_accounts
from teams.enums import TeamStatus
from teams.models import LeaderRequest, Team, TeamMembership
from tests.pages import Page

DAY = "2026-03-05"


def seed(**options: Any) -> Collaborative:
    call_command("seed_demo", **{"teams": 12, "months": 18, "seed": 1, "today": dt.date.fromisoformat(DAY), **options})
    return Collaborative.objects.get(slug=story.SLUG)


def figures_in_database() -> list[tuple[Any, ...]]:
    return [
        *Observation.objects.order_by(
            "team__agency__code", "month", "submission__revision", "measure__code"
        ).values_list("team__agency__code", "month", "measure__code", "numerator", "denominator", "missing_reason"),
        *Submission.objects.order_by("team__agency__code", "month", "revision").values_list(
            "team__agency__code", "month", "revision", "submitted_at", "submitted_by__email", "on_time"
        ),
        *Team.objects.order_by("agency__code").values_list("agency__code", "code_name", "slug"),
        *User.objects.order_by("email").values_list("email", "name"),
    ]


MOST_PAGES = 35


def pages_opened_by(email: str) -> dict[str, str]:
    """Sign in with the button, then open one page of every kind that links lead to from *My work*, the nearest first.

    Returns kind (the address's name) → address. A page that is not there or fails is a failure at once.
    """
    client = Client()
    answer = client.post("/demo/sign-in/", {"email": email}, follow=True)
    assert answer.status_code == 200, email
    waiting, seen = deque(["/"]), {}
    while waiting and len(seen) < MOST_PAGES:
        address = waiting.popleft()
        try:
            kind = resolve(urlsplit(address).path).url_name or ""
        except Resolver404:
            pytest.fail(f"{email} is led to {address}, which is no page")
        if kind in seen:
            continue
        answer = client.get(address, follow=True)
        assert answer.status_code == 200, (email, address)
        seen[kind] = address
        if answer["Content-Type"].startswith("text/html"):
            waiting += [link for link in links_of(answer, address) if link.startswith("/") and "/static/" not in link]
    return seen


def links_of(answer: Any, address: str) -> list[str]:
    """The same-site addresses that a page's links lead to."""
    links = (link.partition("#")[0] for link in Page(answer).values("a[href]", "href"))
    return [urljoin(address, link) for link in links if link]


@pytest.mark.unit
def test_strata_add_up_to_the_total_in_every_month() -> None:
    for index in range(len(story.TEAMS)):
        random_ = random.Random(index)
        for when in (0.0, 0.5, 1.0):
            figures = month_figures(team_story(index), when, random_)
            for measure in (measure.code for measure in story.MEASURES if measure.strata):
                rows = [figure for figure in figures if figure.measure == measure]
                total = next(row for row in rows if not row.stratum)
                groups = [row for row in rows if row.stratum]
                if total.numerator is None:
                    assert groups == []
                    continue
                assert len(groups) == len(story.STRATA)
                assert sum(row.numerator or 0 for row in groups) == total.numerator
                assert sum(row.denominator or 0 for row in groups) == total.denominator


@pytest.mark.unit
def test_an_improving_team_gets_better_and_a_flat_one_does_not() -> None:
    northside, prairie_view = team_story(0), team_story(4)
    assert progress(northside, 1.0) - progress(northside, 0.0) == pytest.approx(0.95, abs=0.01)
    assert progress(prairie_view, 1.0) == progress(prairie_view, 0.0)


@pytest.mark.unit
def test_a_thirteenth_team_is_the_first_story_again_under_another_name() -> None:
    again = team_story(12)
    assert (again.agency, again.code, again.gain) == ("Northside Community Mental Health 2", "NORTHSIDE2", 0.95)


@pytest.mark.unit
def test_a_figure_is_a_value_or_a_reason() -> None:
    random_ = random.Random(3)
    figures = [figure for place in range(60) for figure in month_figures(team_story(5), place / 59, random_)]
    missing = [figure for figure in figures if figure.missing_reason]
    assert missing, "a team that sometimes can not count belongs to the story"
    assert [figure for figure in figures if (figure.numerator is None) != bool(figure.missing_reason)] == []
    assert Figure("safety_plan", "", 0, 0) in figures


@pytest.mark.integration
@pytest.mark.django_db
def test_the_same_seed_and_day_give_the_same_figures() -> None:
    seen = []
    for _time in range(2):
        with transaction.atomic():
            seed(teams=4, months=6)
            seen.append(figures_in_database())
            transaction.set_rollback(True)
    assert seen[0] == seen[1]
    assert len(seen[0]) > 4 * 6 * len(story.MEASURES) - 20


@pytest.mark.integration
@pytest.mark.django_db
def test_another_seed_tells_other_figures() -> None:
    with transaction.atomic():
        seed(teams=2, months=6)
        first = figures_in_database()
        transaction.set_rollback(True)
    seed(teams=2, months=6, seed=2)
    assert figures_in_database() != first


@pytest.fixture(scope="class")
def demonstration(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The demonstration, told once for all tests of a class; each of them takes back what it changes."""
    with django_db_blocker.unblock(), transaction.atomic():
        seed()
        yield
        transaction.set_rollback(True)


@pytest.mark.integration
@pytest.mark.django_db
@pytest.mark.usefixtures("demonstration")
class TestTheStory:
    """As it is told to whoever tries the site."""

    @pytest.fixture(autouse=True)
    def as_a_demonstration(self, settings: Any) -> None:
        settings.DEMO = settings.DEMO_WAIVE_MFA = True

    def test_the_whole_story_is_there(self) -> None:
        collaborative = Collaborative.objects.get(slug=story.SLUG)
        assert collaborative.start == dt.date(2024, 9, 1)
        assert collaborative.due_date(dt.date(2026, 2, 1)) == dt.date(2026, 3, 10)
        left = Team.objects.get(status=TeamStatus.WITHDRAWN)
        assert (left.agency.code, left.withdrawal_reason) == ("TWINOAKS", "turnover")
        assert left.submissions.filter(month__gte=left.withdrawn_on.replace(day=1)).count() == 0
        assert TeamMembership.objects.filter(ended_on__isnull=False).count() == 3, "people leave"
        assert Submission.objects.filter(on_time=False).exists()
        assert Submission.objects.filter(
            revision=2, note="Two admissions were booked under the wrong program."
        ).exists()
        assert Observation.objects.live().filter(denominator=0, numerator=0).exists()
        assert StratifiedObservation.objects.live().exists()
        assert LeaderRequest.objects.unanswered().exists()
        assert collaborative.change_packages.published().count() == 1
        # The first team has begun the month that is due in five days.
        assert DraftCell.objects.values_list("team__agency__code", "month").get() == ("NORTHSIDE", dt.date(2026, 2, 1))
        assert BenchmarkRun.objects.filter(status=RunStatus.LIVE, month__lte="2026-02-01").count() == 18
        assert not StaleMark.objects.filter(task=RECOMPUTE).exists()
        dropout = EngagementRecord.objects.get(figure="withdrawn")
        assert (dropout.numerator, dropout.denominator) == (1, 12)
        assert (
            AuditEvent.objects.filter(event="month_submitted").count() == Submission.objects.filter(revision=1).count()
        )

    def test_every_role_can_be_tried(self) -> None:
        first_words = [account.role.split(",")[0] for account in shown_accounts()]
        assert first_words == [
            "Site administrator",
            "Coordinator",
            "Chair",
            "Improvement advisor",
            "Coach",
            "Clinical or content expert",
            "Faculty with lived experience",
            "Sponsor or network leader",
            "Application reviewer",
            "Team leader",
            "Data lead",
            "Clinician or counselor",
            "Peer specialist",
            "Senior leader",
            "Data lead",
            "Team leader",
        ]
        assert [user.email for user in User.objects.all() if user.has_usable_password()] == []

    def test_one_measure_asks_whether_to_retire_it_and_each_says_what_it_costs(self) -> None:
        with time_machine.travel(dt.datetime.fromisoformat(f"{DAY}T16:00:00+00:00")):
            collaborative = Collaborative.objects.get(slug=story.SLUG)
            uses = uses_of(collaborative, teams_for_matrix(collaborative), Sight.EVERYTHING, None)
        assert [one.measure.code for one in uses if one.use.may_retire] == ["days_between_restraints"]
        assert all(one.use.answers >= FEWEST_ANSWERS and one.use.minutes > 0 for one in uses)

    def test_every_account_opens_the_pages_it_is_led_to(self) -> None:
        with time_machine.travel(dt.datetime.fromisoformat(f"{DAY}T16:00:00+00:00")):
            opened = {account.email: pages_opened_by(account.email) for account in shown_accounts()}
        assert {email for email, pages in opened.items() if len(pages) < 5} == set()
        # Together they open far more than any one: each role is led elsewhere.
        kinds = {kind for pages in opened.values() for kind in pages}
        assert {"cycle", "month", "coaching_queue", "status_board", "results", "library"} - kinds == set()


@pytest.mark.integration
@pytest.mark.django_db
def test_a_second_seed_is_refused_and_changes_nothing() -> None:
    seed(teams=1, months=2)
    before = figures_in_database()
    with pytest.raises(CommandError, match="already has the demonstration"):
        seed(teams=1, months=2)
    assert figures_in_database() == before


@pytest.mark.integration
@pytest.mark.django_db
@pytest.mark.parametrize(("option", "value"), [("teams", 0), ("teams", 2001), ("months", 0), ("months", 121)])
def test_sizes_out_of_range_are_refused(option: str, value: int) -> None:
    with pytest.raises(CommandError, match=f"--{option} must be from 1 to"):
        seed(**{option: value})
    assert not Collaborative.objects.exists()
