"""Collaboratives with months of figures, for tests of charts and pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from collab.models import Measure
from metrics.models import Submission
from metrics.queries.series import Panel, team_panels
from teams.models import Team
from tests.factories.collab import UserFactory
from tests.factories.metrics import ObservationFactory, SubmissionFactory
from tests.factories.teams import TeamMembershipFactory

Pair = tuple[float | None, float | None] | None


def report(team: Team, measure: Measure, pairs: Sequence[Pair], *, reason: str = "not_collected") -> None:
    """Submit a month a pair, from the collaborative's first month on.

    None is a month that was never sent; a numerator of None is missing with ``reason``.
    """
    for month, pair in zip(team.collaborative.reporting_months(), pairs, strict=False):
        if pair is None:
            continue
        numerator, denominator = pair
        submission = Submission.objects.filter(team=team, month=month).first()
        ObservationFactory(
            submission=submission or SubmissionFactory(team=team, month=month, submitted_by=None),
            measure=measure,
            numerator=numerator,
            denominator=denominator,
            missing_reason=reason if numerator is None else "",
        )


def member_of(team: Team) -> object:
    """Somebody of the team, fresh from the database (roles are remembered on the instance)."""
    return TeamMembershipFactory(team=team).user


def stranger() -> object:
    """Somebody with an account and no role."""
    return UserFactory()


def own_panel(team: Team, *, months: Sequence[dt.date] | None = None) -> Panel:
    """The first measure of a team as its own members see it."""
    return team_panels(team, member_of(team), months=months)[0]
