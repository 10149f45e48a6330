"""Engagement figures: what they are computed from, and the newest ones."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from collab.models import Collaborative
from metrics.engagement import Figure, TeamFacts, figures
from metrics.enums import EngagementFigure
from metrics.models import EngagementRecord, Submission
from teams.models import Team


@dataclass(frozen=True)
class Latest:
    """The newest stored figures, all of one day."""

    day: dt.date
    computed_at: dt.datetime
    records: dict[EngagementFigure, EngagementRecord]


def latest(collaborative: Collaborative) -> Latest | None:
    """The figures of the newest day, or None before the first were stored. One query."""
    newest = (
        EngagementRecord.objects.filter(collaborative=collaborative).order_by("-day").values_list("day", flat=True)[:1]
    )
    records = {
        EngagementFigure(record.figure): record
        for record in EngagementRecord.objects.filter(collaborative=collaborative, day=newest)
    }
    if not records:
        return None
    one = next(iter(records.values()))
    return Latest(day=one.day, computed_at=max(record.computed_at for record in records.values()), records=records)


def figures_on(collaborative: Collaborative, day: dt.date) -> list[Figure]:
    """The figures of ``day``, a date on the collaborative's calendar, from teams and submissions. Two queries."""
    teams = list(collaborative.teams.all())
    passed = [month for month in collaborative.reporting_months() if collaborative.due_date(month) < day]
    first_revisions = Submission.objects.filter(team__collaborative=collaborative, revision=1, month__in=passed)
    submitted = {
        (team_id, month): on_time
        for team_id, month, on_time, at in first_revisions.values_list("team_id", "month", "on_time", "submitted_at")
        if collaborative.today(at) <= day
    }
    due = {month: [team.pk for team in teams if team.is_expected_in(month)] for month in passed}
    return figures([_facts(team) for team in teams], due, submitted, day)


def _facts(team: Team) -> TeamFacts:
    return TeamFacts(
        key=team.pk,
        enrolled_on=team.enrolled_on,
        withdrawn_on=team.withdrawn_on,
        withdrawal_stage=team.withdrawal_stage,
        withdrawal_reason=team.withdrawal_reason,
        completed_on=team.completed_on,
    )
