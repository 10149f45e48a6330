"""Cycles as notes on run charts: the right ones, for the right viewers."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from pdsa.enums import Decision, Stage
from pdsa.queries.marks import CycleMark, cycle_marks
from tests.factories.collab import CollaborativeFactory, MeasureFactory
from tests.factories.pdsa import CLOSED, STARTED, CycleFactory
from tests.factories.teams import TeamFactory, TeamMembershipFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.fixture
def team() -> Any:
    return TeamFactory(collaborative=CollaborativeFactory(slug="waits"), slug="north")


def test_a_begun_cycle_is_noted_on_the_charts_of_its_measures(team: Any) -> None:
    member = TeamMembershipFactory(team=team).user
    measures = MeasureFactory.create_batch(2, collaborative=team.collaborative)
    cycle = CycleFactory(team=team, stage=Stage.CLOSED, decision=Decision.ADAPT, title="Calls", number=4)
    cycle.measures.set(measures)

    assert cycle_marks(member, [team.pk]) == [
        CycleMark(
            team_id=team.pk,
            measure_ids=frozenset(measure.pk for measure in measures),
            day=STARTED,
            label="PDSA 4",
            text="Calls: begun 4 Mar 2025, adapted",
            url="/c/waits/teams/north/pdsa/cycles/4/",
            decision=Decision.ADAPT,
        )
    ]


@pytest.mark.parametrize(("stage", "words"), [(Stage.DO, "still running"), (Stage.STUDY, "being studied")])
def test_an_open_cycle_says_where_it_stands(team: Any, stage: Stage, words: str) -> None:
    member = TeamMembershipFactory(team=team).user
    cycle = CycleFactory(team=team, stage=stage, title="Calls")
    cycle.measures.add(MeasureFactory(collaborative=team.collaborative))

    (mark,) = cycle_marks(member, [team.pk])

    assert (mark.text, mark.decision) == (f"Calls: begun 4 Mar 2025, {words}", None)


def test_plans_and_cycles_without_a_measure_are_no_notes(team: Any) -> None:
    member = TeamMembershipFactory(team=team).user
    measure = MeasureFactory(collaborative=team.collaborative)
    CycleFactory(team=team).measures.add(measure)
    CycleFactory(team=team, stage=Stage.DO)
    CycleFactory(
        team=team, stage=Stage.CLOSED, decision=Decision.ABANDON, started_on=None, ended_on=None, studied_on=None,
        closed_on=CLOSED,
    ).measures.add(measure)  # fmt: skip

    assert cycle_marks(member, [team.pk]) == []


def test_nobody_sees_notes_of_a_team_they_do_not_see(team: Any) -> None:
    neighbor = TeamFactory(collaborative=team.collaborative)
    member = TeamMembershipFactory(team=neighbor).user
    measure = MeasureFactory(collaborative=team.collaborative)
    for each in (team, neighbor):
        CycleFactory(team=each, stage=Stage.DO).measures.add(measure)

    assert [mark.team_id for mark in cycle_marks(member, [team.pk, neighbor.pk])] == [neighbor.pk]


@pytest.mark.parametrize("count", [1, 3])
def test_notes_cost_the_same_for_one_cycle_and_three(team: Any, count: int, django_assert_num_queries: Any) -> None:
    member = TeamMembershipFactory(team=team).user
    measure = MeasureFactory(collaborative=team.collaborative)
    for number in range(count):
        day = STARTED - dt.timedelta(days=number)
        CycleFactory(team=team, stage=Stage.DO, started_on=day).measures.add(measure)
    with django_assert_num_queries(MARKS):
        assert len(cycle_marks(member, [team.pk])) == count


# Those of who the person is, the cycles, their measures.
MARKS = 6
