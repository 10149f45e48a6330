"""The measurement plan of a team: what it says, who writes it, what stays of it, and the plan on paper."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from collab.common.models import AuditEvent
from collab.models import Collaborative, Measure, User
from metrics.actions.plans import answer_plan
from metrics.enums import MetricsEvent, ReportKind
from metrics.models import PlanAnswer, Report
from metrics.presenters.plans import plan_sheet
from metrics.presenters.reports import print_plan
from metrics.queries.plans import Planned, plan_of
from teams.models import Team
from tests.factories.collab import CollaborativeFactory, MeasureFactory, MeasureVersionFactory, UserFactory
from tests.factories.equity import StratifierFactory, StratumFactory
from tests.factories.metrics import PlanAnswerFactory
from tests.factories.teams import TeamFactory, TeamMembershipFactory
from tests.pages import Page
from tests.pdf import text_of

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

NOW = dt.datetime(2025, 6, 15, 12, tzinfo=dt.UTC)
ClientFor = Callable[[User], Client]
ANSWERS = {
    "collector": "Data lead; the intake supervisor when she is away",
    "source": "Scheduling system, report 12",
    "method": "Open the report.\nCount the rows.",
    "day": "First Tuesday",
    "sample": "",
}


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def collaborative() -> Collaborative:
    made: Collaborative = CollaborativeFactory(
        slug="waits", name="Shorter waits", start=dt.date(2025, 1, 1), months=12, due_day=10
    )
    return made


@pytest.fixture
def measure(collaborative: Collaborative) -> Measure:
    made: Measure = MeasureFactory(
        collaborative=collaborative,
        code="no_show",
        version__name="Missed first assessments",
        version__rationale="A missed hour is a person lost.",
        version__direction="down",
        version__goal=15,
        version__maturation_days=5,
        version__default_strata="language, payer",
        version__guidance="Count a call on the same day as missed.",
    )
    return made


@pytest.fixture
def team(collaborative: Collaborative, measure: Measure) -> Team:
    made: Team = TeamFactory(
        collaborative=collaborative, slug="north", name="Northside team", enrolled_on=dt.date(2025, 3, 5)
    )
    return made


@pytest.fixture
def member(team: Team) -> User:
    person: User = TeamMembershipFactory(team=team, user__name="Ada Marsh").user
    return person


def only(team: Team) -> Planned:
    (planned,) = plan_of(team)
    return planned


def words(team: Team) -> dict[str, str]:
    sheet = plan_sheet(only(team), team.collaborative)
    return {row.label: row.value for row in (*sheet.ours, *sheet.definition, *sheet.timing)}


class TestWhatItSays:
    """Everything that the plan of one measure has to tell."""

    @pytest.mark.practice("R-169")
    def test_before_the_team_has_answered(self, team: Team) -> None:
        assert words(team) == {
            "Who collects": "",
            "Source": "",
            "How": "",
            "When": "",
            "Sample": "All cases are counted.",
            "Numerator": "Appointments that the person did not attend",
            "Denominator": "Appointments that were booked",
            "How to count it": "Count a call on the same day as missed.",
            "Goal": "15\u202f%; lower is better",
            "How often": "Every month, by day 10 of the next",
            "First month": "March 2025",
            "Final after": "5 days after the period; until then its point is drawn hollow",
            "Groups": "Advised: language, payer",
        }
        sheet = plan_sheet(only(team), team.collaborative)
        assert [row.label for row in sheet.ours if row.is_open] == ["Who collects", "Source", "How"]
        assert (sheet.why, sheet.is_complete, sheet.changed) == ("A missed hour is a person lost.", False, "")

    def test_with_the_teams_answers(self, team: Team, measure: Measure, member: User) -> None:
        answer_plan(by=member, team=team, measure=measure, **ANSWERS)
        sheet = plan_sheet(only(team), team.collaborative)
        assert [row.value for row in sheet.ours] == [
            "Data lead; the intake supervisor when she is away",
            "Scheduling system, report 12",
            "Open the report.\nCount the rows.",
            "First Tuesday",
            "All cases are counted.",
        ]
        assert sheet.is_complete
        assert sheet.changed.startswith("Last changed by Ada Marsh, ")

    def test_the_groups_that_the_month_asks_for(self, team: Team, measure: Measure) -> None:
        stratifier = StratifierFactory(collaborative=team.collaborative, name="Preferred language")
        stratifier.measures.add(measure)
        StratumFactory(stratifier=stratifier)
        assert words(team)["Groups"] == "Preferred language"

    def test_a_source_that_the_definition_names_is_advised(self, team: Team, measure: Measure) -> None:
        measure.versions.update(data_source="Intake log")
        assert words(team)["Source"] == "Advised: Intake log"

    def test_whose_definition_it_is_from_which_year_and_where_it_stands_in_full(
        self, client_for: ClientFor, team: Team, measure: Measure, member: User
    ) -> None:
        assert not {"Steward", "Full definition", "License"} & set(words(team))
        address = "https://example.org/fuh"
        measure.versions.update(steward="NCQA", version_year=2025, source=address, license_note="Not a HEDIS rate.")
        said = {"Steward": "NCQA, 2025", "Full definition": address, "License": "Not a HEDIS rate."}
        assert {name: words(team)[name] for name in said} == said
        page = Page(client_for(member).get(f"/c/waits/teams/{team.slug}/plan/"))
        assert address in page.values("dd a", "href")
        paper = "".join(text_of(print_plan(team, member, lambda *_step: None).pdf).split())
        assert "StewardNCQA,2025Fulldefinitionhttps://example.org/fuhLicenseNotaHEDISrate." in paper
        measure.versions.update(steward="")
        assert words(team)["Steward"] == "Definition of 2025"

    def test_where_a_sample_is_allowed(self, team: Team, measure: Measure) -> None:
        measure.versions.update(sampling_ok=True)
        assert words(team)["Sample"] == "All cases; a random sample is allowed."

    def test_a_quarterly_measure(self, team: Team, measure: Measure) -> None:
        measure.versions.update(period="quarter")
        found = words(team)
        assert (found["How often"], found["First month"]) == (
            "Every quarter, by day 10 of the month after it",
            "March 2025",
        )

    def test_the_definition_of_the_present_month(self, team: Team, measure: Measure) -> None:
        MeasureVersionFactory(
            measure=measure, number=2, effective_month=dt.date(2025, 6, 1), numerator="From June on", name="Missed"
        )
        MeasureVersionFactory(
            measure=measure, number=3, effective_month=dt.date(2025, 9, 1), numerator="From September on", name="Missed"
        )
        assert words(team)["Numerator"] == "From June on"

    def test_a_retired_measure_is_not_asked_and_its_answers_stay(
        self, team: Team, measure: Measure, member: User
    ) -> None:
        answer_plan(by=member, team=team, measure=measure, **ANSWERS)
        Measure.objects.update(retired_on=dt.date(2025, 5, 1))
        assert plan_of(team) == []
        assert PlanAnswer.objects.get().collector == ANSWERS["collector"]


class TestAnswering:
    """The team's own part."""

    def test_the_history_keeps_what_was_there(self, team: Team, measure: Measure, member: User) -> None:
        answer_plan(by=member, team=team, measure=measure, **ANSWERS)
        answer_plan(by=member, team=team, measure=measure, **ANSWERS | {"collector": "Nurse"})
        answer_plan(by=member, team=team, measure=measure, **ANSWERS | {"collector": "Nurse"})
        newest, first = AuditEvent.objects.filter(event=MetricsEvent.PLAN_CHANGED).order_by("-pk")
        assert newest.detail == {
            "measure": "no_show",
            "changes": [{"field": "collector", "old": ANSWERS["collector"], "new": "Nurse"}],
        }
        assert [change["field"] for change in first.detail["changes"]] == ["collector", "source", "method", "day"]

    def test_nothing_said_stores_nothing(self, team: Team, measure: Measure, member: User) -> None:
        answer_plan(by=member, team=team, measure=measure, **dict.fromkeys(ANSWERS, ""))
        assert not PlanAnswer.objects.exists()

    def test_a_team_that_left_keeps_its_plan(self, measure: Measure) -> None:
        gone = TeamFactory(collaborative=measure.collaborative, withdrawn=True)
        with pytest.raises(ValidationError, match="has left the collaborative"):
            answer_plan(by=UserFactory(), team=gone, measure=measure, **ANSWERS)

    def test_too_long_is_told_beside_the_field(self, client_for: ClientFor, team: Team, member: User) -> None:
        response = client_for(member).post("/c/waits/teams/north/plan/no_show/", ANSWERS | {"day": "x" * 121})
        assert response.context["form"].errors == {
            "day": ["Ensure this value has at most 120 characters (it has 121)."]
        }
        assert not PlanAnswer.objects.exists()

    def test_from_the_page_and_back(self, client_for: ClientFor, team: Team, member: User) -> None:
        client = client_for(member)
        assert Page(client.get("/c/waits/teams/north/plan/")).texts(".panel .btn") == [
            "Write our answers: Missed first assessments"
        ]
        response = client.post("/c/waits/teams/north/plan/no_show/", ANSWERS)
        assert response.headers["Location"] == "/c/waits/teams/north/plan/#no_show"
        assert Page(client.get("/c/waits/teams/north/plan/")).texts(".panel .btn") == [
            "Change our answers: Missed first assessments"
        ]

    def test_an_empty_plan_says_what_belongs_there(self, client_for: ClientFor, team: Team, member: User) -> None:
        Measure.objects.update(retired_on=dt.date(2025, 1, 1))
        assert Page(client_for(member).get("/c/waits/teams/north/plan/")).texts(".empty-title") == ["No measures yet"]

    @pytest.mark.parametrize("measures", [1, 3])
    def test_queries(
        self,
        client_for: ClientFor,
        team: Team,
        member: User,
        measures: int,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        for more in MeasureFactory.create_batch(measures, collaborative=team.collaborative):
            PlanAnswerFactory(team=team, measure=more)
        client = client_for(member)
        client.get("/c/waits/teams/north/plan/")
        with django_assert_num_queries(12):
            client.get("/c/waits/teams/north/plan/")


class TestOnPaper:
    """The same plan as a PDF."""

    def test_everything_is_printed(self, team: Team, measure: Measure, member: User) -> None:
        answer_plan(by=member, team=team, measure=measure, **ANSWERS)
        MeasureFactory(collaborative=team.collaborative, version__name="Days to first session")
        steps: list[tuple[int, int]] = []
        text = " ".join(text_of(print_plan(team, member, lambda *step: steps.append(step)).pdf).split())
        expected = (
            "Measurement plan",
            "Northside team",
            "1 of 2 measures",
            "Missed first assessments Process",
            "Why: A missed hour is a person lost.",
            "Data lead; the intake supervisor when she is away",
            "Scheduling system, report 12",
            "Count the rows.",
            "lower is better",
            "March 2025",
            "Days to first session",
            "Not answered yet",
        )
        assert [line for line in expected if line not in text] == []
        assert steps[-1] == (3, 3)

    def test_the_button_asks_for_it(self, client_for: ClientFor, team: Team, member: User) -> None:
        client_for(member).post("/c/waits/reports/", {"kind": "plan", "subject": team.pk})
        report = Report.objects.get()
        assert (report.kind, report.team, report.requested_by) == (ReportKind.PLAN, team, member)

    def test_not_for_another_team(self, client_for: ClientFor, team: Team) -> None:
        neighbor = TeamMembershipFactory(team__collaborative=team.collaborative).user
        client_for(neighbor).post("/c/waits/reports/", {"kind": "plan", "subject": team.pk})
        assert not Report.objects.exists()
