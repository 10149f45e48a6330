"""Scores are kept up to date with every save, for the cycle and for its siblings, and as days pass."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from collab.common.models import AuditEvent
from collab.enums import CollaborativeStatus
from collab.models import User
from pdsa.actions import workflow, worksheet
from pdsa.actions.fidelity import judge, refresh_scores, rescore
from pdsa.enums import Decision, PdsaEvent, Purpose, Stage
from pdsa.models import CoachScore, Cycle, FidelityScore
from pdsa.policies import NotReadyError, can_judge
from pdsa.queries.fidelity import agreement_in, facts_of, rounds_of, to_read, trend_of, with_facts
from pdsa.stats.agreement import Agreement
from pdsa.stats.facts import Point, Scale
from pdsa.stats.published import Check
from pdsa.stats.shares import Share
from teams.models import Team
from tests.factories.collab import CollaborativeAppointmentFactory, MeasureFactory, UserFactory
from tests.factories.pdsa import (
    CLOSED,
    ENDED,
    STARTED,
    STUDIED,
    CycleFactory,
    DataPointFactory,
    QuestionFactory,
)
from tests.factories.teams import TeamFactory, TeamMembershipFactory
from tests.worlds import make_world

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def fresh(cycle: Cycle) -> Cycle:
    return Cycle.objects.get(pk=cycle.pk)


def outcomes(cycle: Cycle) -> dict[str, str]:
    return dict(FidelityScore.objects.get(cycle=cycle).outcomes)


@pytest.fixture
def team() -> Team:
    return TeamFactory(enrolled_on=dt.date(2025, 1, 1))


@pytest.fixture
def writer(team: Team) -> User:
    return TeamMembershipFactory(team=team).user


class TestFacts:
    """What is written in the worksheet, as the criteria see it."""

    def test_a_closed_cycle(self) -> None:
        cycle = CycleFactory(stage=Stage.CLOSED, people=3, sites=2, days=4)
        measure = MeasureFactory(collaborative=cycle.team.collaborative)
        DataPointFactory(cycle=cycle, day=STARTED, label="  People who came ")
        DataPointFactory(cycle=cycle, day=ENDED, label="", measure=measure)
        facts = facts_of(with_facts(Cycle.objects.all()).get())
        assert (facts.key, facts.number, facts.previous) == (cycle.pk, 1, None)
        assert (facts.plan_filled, facts.do_filled, facts.study_filled, facts.act_filled) == (True, True, True, True)
        assert (facts.started_on, facts.ended_on, facts.studied_on, facts.closed_on) == (
            STARTED,
            ENDED,
            STUDIED,
            CLOSED,
        )
        assert (facts.predicted_on, facts.has_theory) == (dt.date(2025, 3, 3), True)
        assert (facts.scale, facts.full_scale, facts.abandoned) == (Scale(3, 2, 4), False, False)
        assert facts.points == (Point("people who came", STARTED), Point(f"measure {measure.pk}", ENDED))

    def test_a_worksheet_with_only_a_title(self) -> None:
        cycle = CycleFactory(bare=True)
        facts = facts_of(with_facts(Cycle.objects.all()).get(pk=cycle.pk))
        assert (facts.plan_filled, facts.do_filled, facts.study_filled, facts.act_filled) == (False,) * 4
        assert (facts.predicted_on, facts.has_theory, facts.points) == (None, False, ())

    def test_blank_is_empty(self) -> None:
        cycle = CycleFactory(bare=True, change=" \n ", observations="  ")
        QuestionFactory(
            cycle=cycle,
            question=" ",
            prediction="  ",
            reason="Because.",
            predicted_at=dt.datetime(2025, 3, 1, tzinfo=dt.UTC),
        )
        facts = facts_of(with_facts(Cycle.objects.all()).get(pk=cycle.pk))
        assert (facts.plan_filled, facts.do_filled, facts.predicted_on, facts.has_theory) == (False, False, None, False)

    def test_the_last_prediction_counts_on_the_collaboratives_calendar(self) -> None:
        cycle = CycleFactory(asked=False, team__collaborative__time_zone="America/Los_Angeles")
        for at in (dt.datetime(2025, 3, 2, 12, tzinfo=dt.UTC), dt.datetime(2025, 3, 5, 3, tzinfo=dt.UTC)):
            QuestionFactory(cycle=cycle, predicted_at=at)
        # Three in the morning in Greenwich is the evening before in Los Angeles.
        assert facts_of(with_facts(Cycle.objects.all()).get(pk=cycle.pk)).predicted_on == dt.date(2025, 3, 4)

    def test_to_implement_is_full_scale(self) -> None:
        cycle = CycleFactory(purpose=Purpose.IMPLEMENT)
        assert facts_of(with_facts(Cycle.objects.all()).get(pk=cycle.pk)).full_scale


class TestKeeping:
    """Every save judges the cycle and its siblings."""

    @pytest.mark.practice("R-196")
    def test_a_cycle_walked_through_the_workflow_earns_its_points(self, team: Team, writer: User) -> None:
        with time_machine.travel(dt.datetime(2025, 3, 3, 15, tzinfo=dt.UTC)):
            cycle = workflow.plan_cycle(by=writer, team=team, title="Call the day before")
            assert (cycle.fidelity.met, cycle.fidelity.applicable) == (0, 0)
            question = cycle.questions.get()
            worksheet.save(
                by=writer,
                cycle=cycle,
                values={
                    f"questions.{question.pk}.question": "Do more people come?",
                    f"questions.{question.pk}.prediction": "Six of seven.",
                    f"questions.{question.pk}.reason": "Most forget.",
                    "other_measure": "People who come",
                    "plan_start": dt.date(2025, 3, 3),
                    "change": "Call at 3 pm.",
                },
                base={},
            )
            assert outcomes(cycle)["prediction"] == outcomes(cycle)["theory"] == "met"
            workflow.start(by=writer, cycle=fresh(cycle))
            worksheet.save(by=writer, cycle=fresh(cycle), values={"observations": "Five came."}, base={})
            workflow.study(by=writer, cycle=fresh(cycle))
            worksheet.save(
                by=writer,
                cycle=fresh(cycle),
                values={f"questions.{question.pk}.match": "partly", "learned": "Voicemails do not help."},
                base={},
            )
            follower = workflow.close(by=writer, cycle=fresh(cycle), decision=Decision.ADAPT)
        assert follower is not None
        assert outcomes(cycle) == {
            "prediction": "met",
            "theory": "met",
            "small_first": "met",
            "documentation": "met",
            "cycle_length": "met",
            "series": "met",
            "growing_scale": "not_yet",
            "data_over_time": "not_yet",
        }
        assert FidelityScore.objects.get(cycle=cycle).counted == {
            "documented": True,
            "prediction": True,
            "series": True,
        }
        assert FidelityScore.objects.get(cycle=follower).day == dt.date(2025, 3, 3)

    def test_a_follower_changes_the_answer_of_its_forerunner(self, team: Team, writer: User) -> None:
        cycle = CycleFactory(team=team, stage=Stage.CLOSED)
        rescore(cycle)
        assert outcomes(cycle)["series"] == "missed"
        workflow.plan_next(by=writer, cycle=cycle)
        assert outcomes(cycle)["series"] == "met"

    def test_saving_again_writes_nothing_that_stays_the_same(self) -> None:
        cycle = CycleFactory(stage=Stage.CLOSED)
        rescore(cycle)
        before = FidelityScore.objects.get(cycle=cycle)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            rescore(fresh(cycle))
        assert FidelityScore.objects.get(cycle=cycle).computed_at == before.computed_at
        assert not [query for query in queries if query["sql"].startswith(("INSERT", "UPDATE"))]

    @pytest.mark.parametrize("count", [1, 3])
    def test_a_team_is_judged_in_eight_queries(self, count: int) -> None:
        team = TeamFactory()
        cycles = CycleFactory.create_batch(count, team=team, stage=Stage.CLOSED)
        with CaptureQueriesContext(connection) as queries:
            rescore(cycles[0])
        assert FidelityScore.objects.count() == count
        assert len(queries) == 8

    def test_another_teams_scores_stay(self) -> None:
        mine, theirs = CycleFactory(stage=Stage.CLOSED), CycleFactory(stage=Stage.CLOSED)
        rescore(mine)
        assert not FidelityScore.objects.filter(cycle=theirs).exists()

    @pytest.mark.practice("R-197")
    def test_days_pass_though_nobody_types(self) -> None:
        cycle = CycleFactory(stage=Stage.DO, team__collaborative__status=CollaborativeStatus.RUNNING)
        with time_machine.travel(dt.datetime(2025, 3, 10, 12, tzinfo=dt.UTC)):
            assert refresh_scores() == 1
        assert outcomes(cycle)["documentation"] == "not_yet"
        with time_machine.travel(dt.datetime(2025, 3, 30, 12, tzinfo=dt.UTC)):
            assert refresh_scores() == 1
            assert refresh_scores() == 0
        assert outcomes(cycle)["documentation"] == "missed"
        assert outcomes(cycle)["cycle_length"] == "not_yet"

    def test_what_is_over_is_left_alone(self) -> None:
        CycleFactory(stage=Stage.DO, team__collaborative__status=CollaborativeStatus.ENDED)
        CycleFactory(stage=Stage.CLOSED, team__collaborative__status=CollaborativeStatus.RUNNING)
        assert refresh_scores() == 0


class TestTrend:
    def test_cycles_are_counted_in_the_quarter_in_which_they_began(self, team: Team) -> None:
        collaborative = team.collaborative
        assert collaborative.start == dt.date(2025, 1, 1)
        CycleFactory(team=team, stage=Stage.CLOSED)
        CycleFactory(
            team=team, stage=Stage.CLOSED, asked=False, started_on=dt.date(2025, 4, 1), ended_on=dt.date(2025, 4, 2),
            studied_on=dt.date(2025, 4, 2), closed_on=dt.date(2025, 4, 2),
        )  # fmt: skip
        rescore(CycleFactory(team=team, bare=True))
        found = trend_of(collaborative, dt.date(2025, 7, 1))
        assert [(one.number, one.first, one.last) for one in found.rounds] == [
            (1, dt.date(2025, 1, 1), dt.date(2025, 3, 31)),
            (2, dt.date(2025, 4, 1), dt.date(2025, 6, 30)),
            (3, dt.date(2025, 7, 1), dt.date(2025, 9, 30)),
        ]
        assert found.by_round[Check.PREDICTION] == (Share(1, 1), Share(0, 1), Share(0, 0))
        assert found.total[Check.DOCUMENTED] == Share(2, 2)
        assert found.cycles == 3
        assert trend_of(collaborative, dt.date(2025, 7, 1), team=TeamFactory(collaborative=collaborative)).cycles == 0

    def test_before_the_start_there_is_one_round(self, team: Team) -> None:
        assert len(rounds_of(team.collaborative, dt.date(2024, 1, 1))) == 1


class TestJudging:
    """What only a reader can judge, and how far two agree."""

    @pytest.fixture
    def cycle(self, team: Team) -> Cycle:
        cycle = CycleFactory(team=team, stage=Stage.CLOSED)
        rescore(cycle)
        return cycle

    def test_a_coachs_answers_count_at_once(self, cycle: Cycle) -> None:
        coach = UserFactory()
        score = judge(by=coach, cycle=cycle, past_tense=True, learning=False, note="  A to-do list. ")
        assert (score.past_tense, score.learning, score.note) == (True, False, "A to-do list.")
        counted = FidelityScore.objects.get(cycle=cycle).counted
        assert counted == {"documented": True, "past_tense": True, "learning": False, "series": False}

    def test_the_audit_trail_does_not_tell_the_answer(self, cycle: Cycle) -> None:
        judge(by=UserFactory(), cycle=cycle, past_tense=True, learning=True, note="secret")
        event = AuditEvent.objects.get(event=PdsaEvent.FIDELITY_SCORED)
        assert event.detail == {"number": cycle.number, "name": cycle.title}

    def test_an_answer_may_be_changed_until_another_coach_answers(self, cycle: Cycle) -> None:
        first, second = UserFactory.create_batch(2)
        judge(by=first, cycle=cycle, past_tense=True, learning=True)
        judge(by=first, cycle=cycle, past_tense=False, learning=True)
        judge(by=second, cycle=cycle, past_tense=True, learning=True)
        for coach in (first, second):
            assert not can_judge(cycle, coach)
            with pytest.raises(NotReadyError, match="answer stands"):
                judge(by=coach, cycle=cycle, past_tense=True, learning=True)
        assert can_judge(cycle, UserFactory())
        assert list(cycle.coach_scores.values_list("past_tense", flat=True)) == [False, True]
        # Where coaches differ there is no yes.
        assert FidelityScore.objects.get(cycle=cycle).counted["past_tense"] is False

    @pytest.mark.parametrize("stage", [Stage.PLAN, Stage.DO, Stage.STUDY])
    def test_only_finished_cycles_are_read(self, stage: Stage) -> None:
        with pytest.raises(NotReadyError, match="closed and its Study"):
            judge(by=UserFactory(), cycle=CycleFactory(stage=stage), past_tense=True, learning=True)

    def test_agreement_is_counted_over_cycles_read_twice(self, team: Team) -> None:
        first, second, third = UserFactory.create_batch(3)
        for answers in ([True, True], [True, False], [False, False], [True]):
            cycle = CycleFactory(team=team, stage=Stage.CLOSED)
            for coach, answer in zip((first, second), answers, strict=False):
                judge(by=coach, cycle=cycle, past_tense=answer, learning=True)
        # A third reader does not count twice.
        judge(by=third, cycle=Cycle.objects.get(number=1), past_tense=False, learning=True)
        assert agreement_in(team.collaborative) == {
            Check.PAST_TENSE: Agreement(1, 1, 0, 1),
            Check.LEARNING: Agreement(3, 0, 0, 0),
        }

    def test_the_next_cycles_to_read(self, team: Team) -> None:
        coach = CollaborativeAppointmentFactory(collaborative=team.collaborative).user
        read, fresh_one, mine = CycleFactory.create_batch(3, team=team, stage=Stage.CLOSED)
        rescore(CycleFactory(team=team, stage=Stage.DO))
        judge(by=UserFactory(), cycle=read, past_tense=True, learning=True)
        judge(by=coach, cycle=mine, past_tense=True, learning=True)
        assert list(to_read(team.collaborative, User.objects.get(pk=coach.pk))) == [fresh_one, read]


def test_scores_of_others_stay_hidden_until_the_own_answer_is_in() -> None:
    world = make_world()
    cycle = CycleFactory(team=world.team, stage=Stage.CLOSED)
    rescore(cycle)
    judge(by=world.users["coach"], cycle=cycle, past_tense=True, learning=True)

    def seen() -> set[str]:
        return {who for who in world.users if CoachScore.objects.visible_to(world.fresh(who)).exists()}

    assert seen() == {"coach", "coordinator", "site administrator"}
    judge(by=world.users["expert"], cycle=cycle, past_tense=False, learning=True)
    assert seen() == {"coach", "expert", "coordinator", "site administrator"}
