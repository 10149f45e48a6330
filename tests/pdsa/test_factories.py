"""What the factories make is what the forms and actions would let through."""

from __future__ import annotations

import pytest

from pdsa.enums import Decision, Stage
from tests.factories import pdsa

pytestmark = [pytest.mark.django_db, pytest.mark.integration]


@pytest.mark.parametrize("stage", list(Stage))
def test_a_cycle_of_every_stage_is_valid(stage: Stage) -> None:
    cycle = pdsa.CycleFactory(stage=stage)
    cycle.full_clean()
    assert [row.question for row in cycle.questions.all()] == ["Do more people come when we call the day before?"]


def test_cycles_of_one_team_are_numbered() -> None:
    first = pdsa.CycleFactory()
    second = pdsa.CycleFactory(team=first.team, ramp=first.ramp, bare=True)
    assert (second.number, second.questions.count(), second.owner) == (first.number + 1, 0, None)


def test_an_abandoned_cycle_says_why() -> None:
    cycle = pdsa.CycleFactory(stage=Stage.CLOSED, decision=Decision.ABANDON)
    cycle.full_clean()
