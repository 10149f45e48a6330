"""Fidelity as people see it: beside a worksheet, on a team's page, over all teams, and when a coach reads."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from collab.models import Collaborative, User
from pdsa.actions.fidelity import judge, rescore, rescore_teams
from pdsa.enums import Stage
from pdsa.models import CoachScore, Cycle
from pdsa.presenters.fidelity import (
    agreement_lines,
    change_words,
    interval_words,
    panel_of,
    share_words,
    trend_table,
)
from pdsa.presenters.fidelity_words import CHECKS, CRITERIA, HINTS, OUTCOMES
from pdsa.queries.cycles import worksheets
from pdsa.queries.fidelity import trend_of
from pdsa.stats.agreement import Agreement
from pdsa.stats.fidelity import Criterion, Hint, Outcome
from pdsa.stats.published import Check
from pdsa.stats.shares import Share
from teams.models import Team
from tests.factories.collab import CenterAppointmentFactory, CollaborativeAppointmentFactory, CollaborativeFactory
from tests.factories.pdsa import CLOSED, CycleFactory
from tests.factories.teams import TeamFactory, TeamMembershipFactory
from tests.pages import Page

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

NOW = dt.datetime(2025, 6, 30, 16, tzinfo=dt.UTC)
TEAM_PAGE, FACULTY_PAGE = 15, 18
ClientFor = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _at_noon() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def collaborative() -> Collaborative:
    return CollaborativeFactory(start=dt.date(2025, 1, 1), months=12)


@pytest.fixture
def team(collaborative: Collaborative) -> Team:
    return TeamFactory(collaborative=collaborative)


@pytest.fixture
def member(team: Team) -> User:
    return TeamMembershipFactory(team=team).user


@pytest.fixture
def coach(collaborative: Collaborative) -> User:
    return CollaborativeAppointmentFactory(collaborative=collaborative).user


def loaded(cycle: Cycle) -> Cycle:
    return worksheets(Cycle.objects.all()).get(pk=cycle.pk)


def address(name: str, team: Team, *more: object) -> str:
    return reverse(name, args=[team.collaborative.slug, team.slug, *more])


class TestWords:
    def test_every_criterion_outcome_hint_and_check_has_words(self) -> None:
        assert (set(CRITERIA), set(OUTCOMES), set(HINTS), set(CHECKS)) == (
            set(Criterion), set(Outcome), set(Hint), set(Check),
        )  # fmt: skip

    def test_a_missed_point_is_not_shown_as_a_problem(self) -> None:
        assert {tone.value for _label, tone in OUTCOMES.values()} == {"good", "neutral"}

    def test_shares_stand_with_their_counts(self) -> None:
        assert share_words(Share(31, 50)) == "62\u202f% (31 of 50)"
        assert (share_words(Share()), interval_words(Share())) == ("–", "")
        assert interval_words(Share(81, 263)) == "26 to 37\u202f%"

    @pytest.mark.parametrize(
        ("rounds", "words"),
        [
            ([], ""),
            ([Share(), Share()], ""),
            ([Share(1, 2), Share()], "One round so far"),
            ([Share(1, 5), Share(), Share(1, 5)], "No change since the first round"),
            ([Share(3, 10), Share(9, 10)], "Up 60 points since the first round: more than chance"),
            ([Share(9, 10), Share(3, 10)], "Down 60 points since the first round: more than chance"),
            ([Share(3, 10), Share(5, 10)], "Up 20 points since the first round: may be chance"),
            ([Share(10, 11), Share(0, 1)], "Down 91 points since the first round: too few to tell"),
        ],
    )
    def test_a_trend_says_how_sure_it_is(self, rounds: list[Share], words: str) -> None:
        assert change_words(rounds) == words

    def test_agreement_is_put_into_words_by_ac1(self) -> None:
        almost_perfect = "Agreement beyond chance: almost perfect."
        found = agreement_lines({Check.PAST_TENSE: Agreement(80, 10, 5, 5), Check.LEARNING: Agreement(12, 0, 0, 0)})
        assert [(line.agreed, line.kappa, line.ac1, line.words) for line in found] == [
            ("85\u202f% (85 of 100)", "0.32", "0.81", almost_perfect),
            (
                "100\u202f% (12 of 12)",
                "not defined",
                "1",
                f"{almost_perfect} Both gave every cycle the same answer, so kappa says nothing.",
            ),
        ]
        (few,) = agreement_lines({Check.LEARNING: Agreement(5, 0, 4, 0)})
        assert few.words == "Too few cycles were read twice to speak of agreement."
        assert agreement_lines({Check.LEARNING: Agreement()}) == []


class TestPanel:
    """Beside the worksheet: points, and one hint at a time."""

    @pytest.mark.practice("R-193")
    def test_points_hints_and_what_comes_later(self, team: Team, member: User) -> None:
        cycle = CycleFactory(team=team, stage=Stage.CLOSED, asked={"prediction": "", "reason": ""})
        panel = panel_of(loaded(cycle), member)
        assert (panel.met, panel.applicable) == (3, 6)
        assert panel.sentence == "2 more points are asked later."
        assert [str(hint.label) for hint in panel.hints] == [
            "Prediction before Do",
            "Reason stated",
            "Part of a series",
        ]
        assert [line.is_met for line in panel.lines] == [False, False, True, True, True, False, False, False]

    def test_a_plan_has_no_points_yet_and_no_hints(self, team: Team, member: User) -> None:
        panel = panel_of(loaded(CycleFactory(team=team, bare=True)), member)
        assert (panel.met, panel.applicable, panel.hints) == (0, 0, ())
        assert panel.sentence == "Points are counted from the moment there is something to count."

    def test_one_hint_is_open(self, client_for: ClientFor, team: Team, member: User) -> None:
        cycle = CycleFactory(team=team, stage=Stage.CLOSED, asked={"prediction": "", "reason": ""})
        page = Page(client_for(member).get(cycle.get_absolute_url()))
        hints = page.all("#fidelity details.fidelity-hint")
        assert [hint.get("open") is not None for hint in hints] == [True, False, False]
        # The browser closes one when another of the same name is opened.
        assert {hint.get("name") for hint in hints} == {"fidelity-hint"}

    def test_a_hint_leads_to_the_part_that_is_empty(self, client_for: ClientFor, team: Team, member: User) -> None:
        cycle = CycleFactory(team=team, stage=Stage.DO, observations="Five came.")
        page = Page(client_for(member).get(cycle.get_absolute_url()))
        assert page.values("#fidelity .fidelity-hint a", "href") == ["?form=short#part-study", "?form=short#part-act"]

    def test_the_team_reads_what_coaches_found_but_not_their_notes(
        self, client_for: ClientFor, team: Team, member: User, coach: User
    ) -> None:
        cycle = CycleFactory(team=team, stage=Stage.CLOSED)
        rescore(cycle)
        judge(by=coach, cycle=cycle, past_tense=False, learning=True, note="Be gentle.")
        panel = panel_of(loaded(cycle), member)
        assert [(str(read.label), read.words) for read in panel.reads] == [
            ("Study tells what happened", "No"),
            ("Something was tested or learned", "Yes"),
        ]
        assert panel.judge_url == ""
        assert "Be gentle" not in client_for(member).get(cycle.get_absolute_url()).content.decode()

    def test_a_coach_who_has_not_answered_sees_no_answer(
        self, client_for: ClientFor, collaborative: Collaborative, team: Team, coach: User
    ) -> None:
        second = CollaborativeAppointmentFactory(collaborative=collaborative).user
        cycle = CycleFactory(team=team, stage=Stage.CLOSED)
        rescore(cycle)
        judge(by=coach, cycle=cycle, past_tense=False, learning=True, note="Be gentle.")
        panel = panel_of(loaded(cycle), User.objects.get(pk=second.pk))
        assert (panel.reads, panel.judge_label) == ((), "Read and judge this cycle")
        for path in (cycle.get_absolute_url(), address("fidelity_score", team, cycle.number)):
            text = client_for(second).get(path).content.decode()
            assert "Be gentle" not in text
            assert "read by a coach" not in text
        judge(by=second, cycle=cycle, past_tense=True, learning=True)
        panel = panel_of(loaded(cycle), User.objects.get(pk=second.pk))
        assert [read.words for read in panel.reads] == ["Coaches differ (1 of 2 say yes)", "Yes"]
        assert "Be gentle" in client_for(second).get(address("fidelity_score", team, cycle.number)).content.decode()

    @pytest.mark.parametrize("count", [1, 3])
    def test_it_takes_the_same_queries_for_many_cycles(
        self, team: Team, member: User, count: int, django_assert_num_queries: Any
    ) -> None:
        cycles = CycleFactory.create_batch(count, team=team, stage=Stage.CLOSED)
        cycle, viewer = loaded(cycles[0]), User.objects.get(pk=member.pk)
        viewer.has_perm("pdsa.coach_cycle", cycle)
        with django_assert_num_queries(6):
            panel_of(cycle, viewer)


class TestTeamPage:
    def test_a_teams_own_trend_and_cycles(self, client_for: ClientFor, team: Team, member: User) -> None:
        for _ in range(2):
            CycleFactory(team=team, stage=Stage.CLOSED, asked={"prediction": "", "reason": ""})
        rescore_teams([team.pk], NOW.date())
        page = Page(client_for(member).get(address("team_fidelity", team)))
        assert page.texts(".stat-value") == ["50 % (6 of 12)", "2"]
        nexts = page.texts("#cycles ~ .table-wrap td.hint-cell")
        # The same hint is said once.
        assert [text.startswith("Before the next test") for text in nexts] == [True, False]
        assert nexts[1] == "Not met: Prediction before Do, Reason stated, Part of a series"
        rows = page.texts("#trend ~ .table-wrap tbody tr")
        assert rows[0].startswith("All four parts written")

    def test_a_team_without_cycles_is_told_where_to_begin(
        self, client_for: ClientFor, team: Team, member: User
    ) -> None:
        page = Page(client_for(member).get(address("team_fidelity", team)))
        assert page.texts(".empty-title") == ["No cycles yet"]

    @pytest.mark.parametrize("count", [1, 3])
    def test_queries_do_not_grow(
        self, client_for: ClientFor, team: Team, member: User, count: int, django_assert_num_queries: Any
    ) -> None:
        CycleFactory.create_batch(count, team=team, stage=Stage.CLOSED)
        rescore_teams([team.pk], NOW.date())
        client = client_for(member)
        with django_assert_num_queries(TEAM_PAGE):
            client.get(address("team_fidelity", team))


class TestFacultyPage:
    def open(self, client_for: ClientFor, user: User, collaborative: Collaborative, query: str = "") -> Page:
        response = client_for(user).get(reverse("fidelity", args=[collaborative.slug]) + query)
        assert response.status_code == 200
        return Page(response)

    @pytest.mark.practice("R-196")
    def test_teams_stand_in_order_of_their_points(
        self, client_for: ClientFor, collaborative: Collaborative, coach: User
    ) -> None:
        good, poor, _none = (TeamFactory(collaborative=collaborative, name=name) for name in ("Good", "Poor", "None"))
        CycleFactory(team=good, stage=Stage.CLOSED)
        CycleFactory(team=poor, stage=Stage.CLOSED, asked={"prediction": "", "reason": ""})
        rescore_teams([good.pk, poor.pk], NOW.date())

        def names(query: str) -> list[str]:
            return self.open(client_for, coach, collaborative, query).texts("#teams ~ .table-wrap tbody th")

        assert names("") == names("?order=nonsense") == ["Poor", "Good", "None"]
        assert names("?order=highest") == ["Good", "Poor", "None"]
        assert names("?order=name") == ["Good", "None", "Poor"]
        assert names("?q=oo") == ["Poor", "Good"]

    def test_another_collaboratives_cycles_are_not_counted(
        self, client_for: ClientFor, collaborative: Collaborative, coach: User
    ) -> None:
        rescore(CycleFactory(stage=Stage.CLOSED))
        page = self.open(client_for, coach, collaborative)
        assert page.texts(".empty-title") == ["No cycles yet", "No teams yet"]

    def test_coordinators_see_figures_but_are_not_asked_to_read(
        self, client_for: ClientFor, collaborative: Collaborative, team: Team
    ) -> None:
        rescore(CycleFactory(team=team, stage=Stage.CLOSED))
        coordinator = CenterAppointmentFactory(center=collaborative.center).user
        page = self.open(client_for, coordinator, collaborative)
        assert page.all("#reading ~ ul") == []

    @pytest.mark.parametrize("count", [1, 3])
    def test_queries_do_not_grow(
        self,
        client_for: ClientFor,
        collaborative: Collaborative,
        coach: User,
        count: int,
        django_assert_num_queries: Any,
    ) -> None:
        teams = TeamFactory.create_batch(count, collaborative=collaborative)
        for each in teams:
            CycleFactory(team=each, stage=Stage.CLOSED)
        rescore_teams([each.pk for each in teams], NOW.date())
        client = client_for(coach)
        with django_assert_num_queries(FACULTY_PAGE):
            client.get(reverse("fidelity", args=[collaborative.slug]))


class TestReading:
    @pytest.fixture
    def cycle(self, team: Team) -> Cycle:
        cycle = CycleFactory(team=team, stage=Stage.CLOSED)
        rescore(cycle)
        return cycle

    def test_nothing_is_answered_beforehand(self, client_for: ClientFor, cycle: Cycle, coach: User) -> None:
        page = Page(client_for(coach).get(address("fidelity_score", cycle.team, cycle.number)))
        assert [one.get("checked") for one in page.all("input[type=radio]")] == [None] * 4

    def test_an_answer_is_kept_and_can_be_changed(self, client_for: ClientFor, cycle: Cycle, coach: User) -> None:
        client, path = client_for(coach), address("fidelity_score", cycle.team, cycle.number)
        assert client.post(path, {"past_tense": "yes", "learning": "no", "note": "Short"}).status_code == 302
        page = Page(client.get(path))
        assert page.values("input[checked]", "value") == ["yes", "no"]
        client.post(path, {"past_tense": "no", "learning": "no"})
        score = CoachScore.objects.get()
        assert (score.coach, score.past_tense, score.learning, score.note) == (coach, False, False, "")

    def test_a_question_left_out_is_named_and_the_note_stays(
        self, client_for: ClientFor, cycle: Cycle, coach: User
    ) -> None:
        path = address("fidelity_score", cycle.team, cycle.number)
        page = Page(client_for(coach).post(path, {"past_tense": "yes", "note": "Kept"}))
        assert page.texts(".error-summary li") == ["Was something tested or learned?: Choose yes or no."]
        assert page.texts("textarea") == ["Kept"]
        assert not CoachScore.objects.exists()

    def test_an_answer_stands_once_another_is_in(
        self, client_for: ClientFor, collaborative: Collaborative, cycle: Cycle, coach: User
    ) -> None:
        second = CollaborativeAppointmentFactory(collaborative=collaborative).user
        for each in (coach, second):
            judge(by=each, cycle=cycle, past_tense=True, learning=True)
        response = client_for(coach).post(
            address("fidelity_score", cycle.team, cycle.number), {"past_tense": "no", "learning": "no"}
        )
        assert response.status_code == 409
        page = Page(response)
        assert page.all("form[method=post] input[type=radio]") == []
        assert list(CoachScore.objects.values_list("past_tense", flat=True)) == [True, True]

    def test_an_open_cycle_says_when_it_can_be_read(self, client_for: ClientFor, team: Team, coach: User) -> None:
        cycle = CycleFactory(team=team, stage=Stage.DO)
        page = Page(client_for(coach).get(address("fidelity_score", team, cycle.number)))
        assert page.texts("main .callout p") == ["A cycle is read once it is closed and its Study is written."]


def test_the_trend_names_strongest_and_weakest_of_what_can_be_compared(team: Team) -> None:
    for number in range(5):
        CycleFactory(
            team=team, stage=Stage.CLOSED, asked={"prediction": "", "reason": ""} if number else True,
            closed_on=CLOSED + dt.timedelta(days=number),
        )  # fmt: skip
    rescore_teams([team.pk], NOW.date())
    found = trend_table(trend_of(team.collaborative, NOW.date()))
    assert (found.best, found.weakest) == ("All four parts written", "Part of a series")
    assert found.rounds == ("Jan–Mar 2025", "Apr–Jun 2025")
    prediction = next(line for line in found.lines if line.check is Check.PREDICTION)
    assert (prediction.here, prediction.published, prediction.verdict) == (
        "20\u202f% (1 of 5)", "12.2\u202f% (36 of 294)", "No clear difference",
    )  # fmt: skip
    assert prediction.rounds == ("1 of 5", "–")
    assert len(prediction.spark.dots) == 1
