"""Worlds of any size, written in bulk: what is measured is reading and computing, not making rows."""

from __future__ import annotations

import datetime as dt
import random

from collab.common import months
from collab.models import Collaborative, Measure
from metrics.enums import SubmissionStatus
from metrics.models import Observation, Submission
from teams.models import Agency, Team
from tests.factories.collab import CollaborativeFactory, MeasureFactory

START = dt.date(2022, 1, 1)
MINIMUM = 11


def world(*, teams: int, measures: int, months_count: int, seed: int = 1) -> Collaborative:
    """A collaborative in which every team has reported every measure in every month."""
    chance = random.Random(seed)
    collaborative: Collaborative = CollaborativeFactory(start=START, months=months_count)
    asked = [
        MeasureFactory(collaborative=collaborative, version__direction=("up", "down")[number % 2])
        for number in range(measures)
    ]
    agencies = Agency.objects.bulk_create(
        Agency(center=collaborative.center, code=f"A{number}", name=f"Agency {number}") for number in range(teams)
    )
    enrolled = Team.objects.bulk_create(
        Team(
            collaborative=collaborative,
            agency=agency,
            slug=f"team-{number}",
            name=f"Team {number}",
            code_name=f"Team {number:04}",
            enrolled_on=START,
        )
        for number, agency in enumerate(agencies)
    )
    for place in range(months_count):
        _report(enrolled, asked, months.add(START, place), chance)
    return collaborative


def _report(teams: list[Team], measures: list[Measure], month: dt.date, chance: random.Random) -> None:
    submissions = Submission.objects.bulk_create(
        Submission(team=team, month=month, revision=1, status=SubmissionStatus.LIVE, on_time=True) for team in teams
    )
    versions = {measure.pk: measure.version_for(month) for measure in measures}

    def observations() -> list[Observation]:
        found = []
        for submission in submissions:
            for measure in measures:
                denominator = chance.randint(0, 120)
                found.append(
                    Observation(
                        submission=submission,
                        team_id=submission.team_id,
                        month=month,
                        measure=measure,
                        version=versions[measure.pk],
                        numerator=chance.randint(0, denominator),
                        denominator=denominator,
                        is_proportion=True,
                    )
                )
        return found

    Observation.objects.bulk_create(observations(), batch_size=2000)
