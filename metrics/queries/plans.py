"""A team's measurement plan: the measures in use, what they mean now, and the team's own answers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.http import Http404

from collab.models import Measure, MeasureVersion
from metrics.entry import Breakdown, breakdowns_for
from metrics.models import PlanAnswer
from teams.models import Team


@dataclass(frozen=True, slots=True)
class Planned:
    """A measure in the plan. ``first_month`` is the first that this team reports; None when it never will."""

    measure: Measure
    version: MeasureVersion
    answer: PlanAnswer
    first_month: dt.date | None
    breakdowns: tuple[Breakdown, ...]


def plan_of(team: Team) -> list[Planned]:
    """The plan in the order in which the measures are asked; answers not yet given are empty ones, not stored."""
    collaborative = team.collaborative
    answers = {
        answer.measure_id: answer for answer in PlanAnswer.objects.filter(team=team).select_related("changed_by")
    }
    breakdowns = breakdowns_for(collaborative)
    month = collaborative.present_month()
    return [
        Planned(
            measure=measure,
            version=measure.version_for(month),
            answer=answers.get(measure.pk) or PlanAnswer(team=team, measure=measure),
            first_month=next(
                (
                    each
                    for each in collaborative.reporting_months()
                    if team.is_expected_in(each) and measure.is_asked_for(each, collaborative)
                ),
                None,
            ),
            breakdowns=tuple(breakdowns.get(measure.code, ())),
        )
        for measure in collaborative.measures.in_use().with_versions()
    ]


def find_planned(team: Team, code: str) -> Planned:
    """The part of the plan about this measure. Raises ``Http404`` when the team is not asked for it."""
    found = next((planned for planned in plan_of(team) if planned.measure.code == code), None)
    if found is None:
        raise Http404
    return found
