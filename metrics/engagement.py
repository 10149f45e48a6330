"""Engagement of teams: enrolled, taking part, dropped out, completed, months submitted and on time. Pure, no database.

Everything is about teams, never about people, and stands with its numerator and denominator (domain notes, section 6:
"never mix person and team level in one number").
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from metrics.enums import EngagementFigure


@dataclass(frozen=True, slots=True)
class TeamFacts:
    """When a team came and how it left."""

    key: int
    enrolled_on: dt.date
    withdrawn_on: dt.date | None = None
    withdrawal_stage: str = ""
    withdrawal_reason: str = ""
    completed_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of one day."""

    figure: EngagementFigure
    numerator: int
    denominator: int
    detail: dict[str, Any] = field(default_factory=dict)


def figures(
    teams: Sequence[TeamFacts],
    due: Mapping[dt.date, Collection[int]],
    submitted: Mapping[tuple[int, dt.date], bool | None],
    day: dt.date,
) -> list[Figure]:
    """All figures of ``day``.

    ``due``: for each reporting month whose deadline lies before ``day``, the keys of the teams that were expected.
    ``submitted``: (team, month) → whether its first revision came before the deadline (None where the center imported
    it and nobody knows), for months submitted by then.

    - enrolled = teams enrolled by the day, of themselves: the count that is everybody's denominator.
    - taking part = enrolled, not withdrawn and not completed by the day ÷ enrolled.
    - dropout = teams that withdrew after enrolling ÷ teams that enrolled ("after signing ÷ signed"). ``detail``:
      counts by stage and by reason, and each withdrawal with its date.
    - completion = teams that completed ÷ teams that enrolled. ``detail``: ``still_in``, the teams that have not
      withdrawn, as the second denominator that the field asks for beside it.
    - submitted = team-months with a submission ÷ team-months expected, over the months whose deadline has passed.
    - on time = team-months first submitted before their deadline ÷ the same, without imported ones.
    """
    enrolled = [team for team in teams if team.enrolled_on <= day]
    left = sorted(
        (team for team in enrolled if _by(team.withdrawn_on, day)), key=lambda team: (team.withdrawn_on, team.key)
    )
    completed = [team for team in enrolled if _by(team.completed_on, day)]
    count = len(enrolled)
    expected = [(team, month) for month, owing in due.items() for team in owing]
    arrived = [submitted[key] for key in expected if key in submitted]
    return [
        Figure(EngagementFigure.ENROLLED, count, count),
        Figure(EngagementFigure.ACTIVE, count - len(left) - len(completed), count),
        Figure(EngagementFigure.WITHDRAWN, len(left), count, _withdrawals(left)),
        Figure(EngagementFigure.COMPLETED, len(completed), count, {"still_in": count - len(left)}),
        Figure(EngagementFigure.SUBMITTED, len(arrived), len(expected)),
        Figure(EngagementFigure.ON_TIME, arrived.count(True), len(expected) - arrived.count(None)),
    ]


def _withdrawals(left: Sequence[TeamFacts]) -> dict[str, Any]:
    return {
        "by_stage": dict(sorted(Counter(team.withdrawal_stage for team in left).items())),
        "by_reason": dict(sorted(Counter(team.withdrawal_reason for team in left).items())),
        "withdrawals": [
            {
                "team": team.key,
                "on": team.withdrawn_on.isoformat() if team.withdrawn_on else None,
                "stage": team.withdrawal_stage,
                "reason": team.withdrawal_reason,
            }
            for team in left
        ],
    }


def _by(date: dt.date | None, day: dt.date) -> bool:
    return date is not None and date <= day
