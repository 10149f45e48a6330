"""Data quality pages: what came, whole and on time, for faculty and for the team; minutes, and what measures cost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from collab.enums import CollaborativeStatus
from collab.models import MeasureVersion, User
from metrics.actions.benchmarks import catch_up_with
from metrics.actions.burden import give_minutes
from metrics.models import Observation, Submission
from metrics.presenters.quality import kept_words, own_kept, use_lines
from metrics.presenters.reports import print_collaborative, print_team
from metrics.queries.quality import elements_of, months_looked_at, reporting_of, uses_of
from metrics.queries.series import Sight
from metrics.stats.completeness import Kept, by_team
from tests.factories.collab import (
    CenterAppointmentFactory,
    CollaborativeAppointmentFactory,
    CollaborativeFactory,
    MeasureFactory,
)
from tests.factories.equity import StratifierFactory, StratumFactory
from tests.factories.metrics import ObservationFactory, SubmissionFactory
from tests.factories.teams import TeamFactory, TeamMembershipFactory
from tests.pages import Page
from tests.pdf import text_of

pytestmark = [pytest.mark.integration, pytest.mark.django_db]
ClientFor = Callable[[User], Client]
NOW = dt.datetime(2025, 5, 20, 12, tzinfo=dt.UTC)


def quietly(_done: int, _total: int) -> None:
    """Nobody watches the progress."""


@pytest.fixture(autouse=True)
def _clock() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def team() -> object:
    """A running collaborative with two core measures and one that is optional; January to April are past due."""
    collaborative = CollaborativeFactory(slug="access", status=CollaborativeStatus.RUNNING)
    for code, required in (("first", True), ("second", True), ("extra", False)):
        MeasureFactory(collaborative=collaborative, code=code, required=required)
    return TeamFactory(collaborative=collaborative, slug="north", name="North")


def send(team: object, number: int, *, on_time: bool | None = True, missing: tuple[str, ...] = ()) -> Submission:
    submission: Submission = SubmissionFactory(
        team=team, month=dt.date(2025, number, 1), on_time=on_time, source="import" if on_time is None else "grid"
    )
    for measure in submission.team.collaborative.measures.all():
        gone = measure.code in missing
        ObservationFactory(
            submission=submission,
            measure=measure,
            numerator=None if gone else 20,
            denominator=None if gone else 40,
            missing_reason="staff" if gone else "",
        )
    return submission


def test_what_was_due_and_came_is_counted_by_team_and_month(team: object) -> None:
    collaborative = team.collaborative  # type: ignore[attr-defined]
    send(team, 1)
    send(team, 2, on_time=False, missing=("second",))
    send(team, 3, on_time=None, missing=("extra",))
    months = months_looked_at(collaborative)
    assert [month.month for month in months] == [1, 2, 3, 4]
    other = TeamFactory(collaborative=collaborative, enrolled_on=dt.date(2025, 4, 1))
    found = reporting_of(collaborative, [team, other], months)  # type: ignore[list-item]
    assert by_team(found) == [Kept(4, 3, 3, 1, 8, 5, 1), Kept(1, 0, 1, 0, 2, 0, 0)]
    assert kept_words(by_team(found)[0]).on_time == "33\u202f% (1 of 3)"


def test_faculty_and_the_team_read_the_same_numbers(team: object, client_for: ClientFor) -> None:
    send(team, 1)
    coach = CollaborativeAppointmentFactory(collaborative=team.collaborative).user  # type: ignore[attr-defined]
    member = TeamMembershipFactory(team=team).user
    faculty = client_for(coach).get(reverse("quality", args=["access"])).content.decode()
    own = client_for(member).get(reverse("months", args=["access", "north"])).content.decode()
    for page in (faculty, own):
        assert ("25\u202f% (1 of 4)" in page, "25\u202f% (2 of 8)" in page) == (True, True)


def test_the_team_reads_on_its_home_what_came_month_by_month(team: object, client_for: ClientFor) -> None:
    send(team, 1)
    send(team, 2, on_time=False, missing=("second",))
    send(team, 3, on_time=None, missing=("extra",))
    member = TeamMembershipFactory(team=team).user
    page = Page(client_for(member).get(team.get_absolute_url()))  # type: ignore[attr-defined]
    assert page.texts("#kept p") == [
        "Of 4 months that were due 3 came. 1 of them was on time. The center imported 1; when it came is not known.",
        "5 of 8 core numbers are there; for 1 more a reason was given.",
    ]
    assert [page.texts(f"#kept tbody tr:nth-child({row}) > *") for row in range(1, 5)] == [
        ["April 2025", "Missing", "–"],
        ["March 2025", "Imported", "2 of 2"],
        ["February 2025", "Came late", "1 of 2, 1 with a reason"],
        ["January 2025", "On time", "2 of 2"],
    ]


@pytest.mark.parametrize(
    ("came", "sentences"),
    [
        (["on time"], ("The one month that was due came. It was on time.", "All 2 core numbers are there.")),
        (["late"], ("The one month that was due came. It was late.", "All 2 core numbers are there.")),
        (["missing"], ("The one month that was due did not come.", "0 of 2 core numbers are there.")),
        (
            ["imported"],
            (
                "The one month that was due came. The center imported 1; when it came is not known.",
                "All 2 core numbers are there.",
            ),
        ),
        (
            ["on time", "on time"],
            ("All 2 months that were due came. All were on time.", "All 4 core numbers are there."),
        ),
        (
            ["late", "on time"],
            ("All 2 months that were due came. 1 of them was on time.", "All 4 core numbers are there."),
        ),
        (["late", "late"], ("All 2 months that were due came. None was on time.", "All 4 core numbers are there.")),
        (["missing", "late"], ("Of 2 months that were due 1 came. It was late.", "2 of 4 core numbers are there.")),
        (["missing", "missing"], ("None of the 2 months that were due came.", "0 of 4 core numbers are there.")),
        ([], None),
    ],
)
def test_what_came_is_said_in_plain_words(team: object, came: list[str], sentences: tuple[str, ...] | None) -> None:
    for place, how in enumerate(came, start=1):
        if how != "missing":
            send(team, place, on_time={"on time": True, "late": False, "imported": None}[how])
    months = [dt.date(2025, place, 1) for place in range(1, len(came) + 1)]
    kept = own_kept(months, reporting_of(team.collaborative, [team], months))  # type: ignore[attr-defined,list-item]
    assert (kept and kept.sentences) == sentences


def test_before_anything_was_due_the_home_says_nothing_of_it(client_for: ClientFor) -> None:
    team = TeamFactory(collaborative=CollaborativeFactory(start=dt.date(2025, 5, 1)))
    page = Page(client_for(TeamMembershipFactory(team=team).user).get(team.get_absolute_url()))
    assert page.texts("#kept") == []


def test_paper_says_what_the_pages_say_and_names_teams_only_to_those_who_see_names(team: object) -> None:
    collaborative = team.collaborative  # type: ignore[attr-defined]
    other = TeamFactory(collaborative=collaborative, name="Aspen Hill")
    for number in range(1, 5):
        send(other, number)
    send(team, 1)
    member = TeamMembershipFactory(team=team).user
    coach = CollaborativeAppointmentFactory(collaborative=collaborative).user

    own = text_of(print_team(team, member, quietly).pdf)  # type: ignore[arg-type]
    assert "Do our numbers come whole and on time?" in own
    assert "Of 4 months that were due 1 came. It was on time. 2 of 8 core numbers are there." in own

    theirs, faculty = (text_of(print_collaborative(collaborative, who, quietly).pdf) for who in (member, coach))
    for text in (theirs, faculty):
        assert "Jan 2025 100 % (2 of 2) 100 % (2 of 2) 100 % (4 of 4)" in text
        assert "Together 62 % (5 of 8) 62 % (5 of 8) 62 % (10 of 16)" in text
    # Those with the fewest numbers first, and by no other name for other teams.
    assert "North 25 % (1 of 4) 25 % (1 of 4) 25 % (2 of 8) Aspen Hill 100 % (4 of 4)" in faculty
    assert "Aspen Hill" not in theirs


def test_before_the_first_deadline_and_without_teams_the_page_says_so(client_for: ClientFor) -> None:
    collaborative = CollaborativeFactory(slug="new", start=dt.date(2025, 5, 1))
    coach = CollaborativeAppointmentFactory(collaborative=collaborative).user
    address = reverse("quality", args=["new"])
    assert "No teams yet" in client_for(coach).get(address).content.decode()
    TeamFactory(collaborative=collaborative)
    assert "No deadline has passed yet" in client_for(coach).get(address).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_for_one_team_and_three(
    team: object, client_for: ClientFor, django_assert_num_queries: Callable[[int], object], count: int
) -> None:
    for _number in range(count):
        send(TeamFactory(collaborative=team.collaborative), 1)  # type: ignore[attr-defined]
    coach = CollaborativeAppointmentFactory(collaborative=team.collaborative).user  # type: ignore[attr-defined]
    client, address = client_for(coach), reverse("quality", args=["access"])
    client.get(address)
    with django_assert_num_queries(PAGE_QUERIES):  # type: ignore[attr-defined]  # a context manager
        client.get(address)


PAGE_QUERIES = 21


def test_a_measure_that_might_be_retired_leads_whoever_may_do_it_to_where_that_is_done(
    team: object, client_for: ClientFor
) -> None:
    collaborative = team.collaborative  # type: ignore[attr-defined]
    MeasureVersion.objects.filter(measure__code="extra").update(direction="up")
    for number in range(1, 13):
        send(team, number)
    Observation.objects.filter(measure__code="extra").update(numerator=40)
    with time_machine.travel(dt.datetime(2026, 1, 20, tzinfo=dt.UTC), tick=False):
        catch_up_with(collaborative=collaborative)
        own = client_for(CenterAppointmentFactory(center=collaborative.center).user)
        faculty = client_for(CollaborativeAppointmentFactory(collaborative=collaborative).user)
        pages = [Page(client.get(reverse("quality", args=["access"]))) for client in (own, faculty)]
    said = "Retire it? At 95 % of what is possible or better in each of the last 12 months."
    for page in pages:
        (hinted,) = [text for text in page.texts("td.to-read") if "Retire" in text]
        assert hinted.startswith(said)
    assert [page.values(".to-read a", "href") for page in pages] == [[reverse("measure", args=["access", "extra"])], []]


def test_minutes_are_kept_with_the_month_and_split_by_numbers(team: object, client_for: ClientFor) -> None:
    collaborative = team.collaborative  # type: ignore[attr-defined]
    language = StratifierFactory(collaborative=collaborative, measures=[collaborative.measures.get(code="first")])
    StratumFactory.create_batch(2, stratifier=language)
    measures = list(collaborative.measures.with_versions())
    elements = {measure.code: elements_of(collaborative, measures)[measure.pk] for measure in measures}
    assert elements == {"first": 6, "second": 2, "extra": 2}
    for number in range(1, 5):
        send(team, number)
    member = TeamMembershipFactory(team=team).user
    client = client_for(member)
    address = reverse("month_minutes", args=["access", "north", dt.date(2025, 4, 1)])
    assert "Ensure this value" in client.post(address, {"minutes": "-5"}).content.decode()
    assert client.post(address, {"minutes": "60"}).status_code == 302
    assert Submission.objects.get(month=dt.date(2025, 4, 1)).minutes == 60
    client.post(address, {"minutes": ""})
    assert Submission.objects.get(month=dt.date(2025, 4, 1)).minutes is None
    for number in range(1, 5):
        give_minutes(by=member, team=team, month=dt.date(2025, number, 1), minutes=60)  # type: ignore[arg-type]
    few = uses_of(collaborative, [team], Sight.EVERYTHING, None)  # type: ignore[list-item]
    assert [line.minutes for line in use_lines(few)] == ["too few answers (4)"] * 3
    other = TeamFactory(collaborative=collaborative)
    send(other, 1)
    give_minutes(by=member, team=other, month=dt.date(2025, 1, 1), minutes=60)
    told = uses_of(collaborative, [team, other], Sight.EVERYTHING, None)  # type: ignore[list-item]
    assert {one.measure.code: (one.use.minutes, one.given, one.asked) for one in told} == {
        "first": (36, 5, 8),
        "second": (12, 5, 8),
        "extra": (12, 5, 8),
    }
