"""What sponsors read: each collaborative's pooled results with their pictures, and nothing of one team."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import time_machine

from collab.enums import CollaborativeRole, DataSharing
from metrics.presenters.readings import Meaning
from tests.factories.collab import CollaborativeAppointmentFactory, CollaborativeFactory, MeasureFactory, UserFactory
from tests.factories.metrics import BenchmarkRunFactory, BenchmarkValueFactory
from tests.factories.teams import TeamFactory
from tests.metrics.worlds import report

pytestmark = [pytest.mark.integration, pytest.mark.django_db]
# Of each, six ask who the person is and one fills the collaborative switcher.
PORTFOLIO, FIRST_PAGE = 15, 16
NOW = dt.datetime(2026, 1, 20, 12, tzinfo=dt.UTC)
# Six months at one level, six at a better one: 300 of 1,000 missed, then 200.
BETTER = [300, 310, 290, 305, 295, 300, 200, 190, 205, 195, 200, 198]
LEVEL = [300, 310, 290, 305, 295, 300, 310, 290, 305, 295, 301, 299]


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def sponsor():
    return UserFactory()


def sponsored(sponsor, name, numerators, **fields):
    """A collaborative of 2025 whose pooled no-shows are ``numerators`` of 1,000 a month, from five teams."""
    collaborative = CollaborativeFactory(name=name, data_sharing=DataSharing.NAMED, **fields)
    CollaborativeAppointmentFactory(collaborative=collaborative, user=sponsor, role=CollaborativeRole.SPONSOR)
    measure = MeasureFactory(
        collaborative=collaborative, code="no_show", version__name=f"{name}: missed visits", version__direction="down"
    )
    for month, numerator in zip(collaborative.reporting_months(), numerators, strict=True):
        run = BenchmarkRunFactory(collaborative=collaborative, month=month)
        BenchmarkValueFactory(
            run=run, measure=measure, numerator=numerator, denominator=1000, reporting=5, compared=5,
            pooled=numerator / 1000,
        )  # fmt: skip
    for letter in "PQRST":
        report(TeamFactory(collaborative=collaborative, name=f"{letter}ine House"), measure, [(60, 200)] * 12)
    return collaborative


def words_of(response):
    page = re.sub(r"<(script|style)\b.*?</\1>", "", response.content.decode(), flags=re.S)
    return re.sub(r"[\s\u202f]+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.mark.parametrize("address", ["/", "/sponsored/"])
def test_each_collaborative_says_with_a_picture_whether_it_works(client_for, sponsor, address):
    sponsored(sponsor, "First visits", BETTER)
    sponsored(sponsor, "Safe nights", LEVEL)
    sponsored(UserFactory(), "Somebody else's", BETTER)
    page = client_for(sponsor).get(address)
    words = words_of(page)
    assert "First visits: missed visits Improvement" in words
    assert "19.8 % (198 of 1,000) in December 2025, all teams pooled. 5 of 5 teams reported." in words
    assert words.count("No signal: the points vary around the median") == 2  # in words, and as the picture's name
    assert page.content.decode().count('class="spark"') == 2
    # Who does not see the picture is told the same.
    assert "<title>First visits: missed visits, all teams pooled." in page.content.decode()
    assert "Somebody else" not in words
    assert "ine House" not in words


def test_a_page_of_collaboratives_sums_up_each_and_who_stayed(client_for, sponsor):
    sponsored(sponsor, "First visits", BETTER)
    sponsored(sponsor, "Safe nights", LEVEL)
    page = client_for(sponsor).get("/sponsored/")
    found = {one.collaborative.name: one for one in page.context["page"].object_list}
    assert {name: one.summary for name, one in found.items()} == {
        "First visits": "1 measure has improved.",
        "Safe nights": "No signal yet: the figures go up and down as they would by chance.",
    }
    assert [line.meaning for line in found["First visits"].lines] == [Meaning.IMPROVEMENT]
    assert (found["First visits"].reach.teams, found["First visits"].reach.active) == (5, 5)


def test_with_nothing_reported_it_says_so(client_for, sponsor):
    collaborative = CollaborativeFactory(name="Just begun")
    CollaborativeAppointmentFactory(collaborative=collaborative, user=sponsor, role=CollaborativeRole.SPONSOR)
    for address in ("/", "/sponsored/"):
        assert "No measures yet." in words_of(client_for(sponsor).get(address))
    MeasureFactory(collaborative=collaborative)
    assert "No results of all teams together can be shown yet." in words_of(client_for(sponsor).get("/sponsored/"))


def test_more_collaboratives_cost_no_more_queries(client_for, sponsor, django_assert_num_queries):
    client = client_for(sponsor)
    for more in (1, 2):
        for number in range(more):
            sponsored(sponsor, f"Topic {more}{number}", LEVEL)
        with django_assert_num_queries(PORTFOLIO):
            client.get("/sponsored/")
        with django_assert_num_queries(FIRST_PAGE):
            client.get("/")


def test_it_is_there_for_sponsors_only(client_for):
    collaborative = CollaborativeFactory()
    coach = CollaborativeAppointmentFactory(collaborative=collaborative, role=CollaborativeRole.COACH).user
    assert client_for(coach).get("/sponsored/").status_code == 404
