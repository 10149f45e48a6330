"""What teams ask of their senior leaders."""

from __future__ import annotations

from django.db.models import Case, When

from teams.enums import Answer
from teams.models import LeaderRequest, Team
from teams.models.leadership import LeaderRequestQuerySet


def requests_of(team: Team) -> LeaderRequestQuerySet:
    """What the team asks of its leader, unanswered first, then by age, with all that a page shows."""
    return (
        LeaderRequest.objects.filter(team=team)
        .select_related("team__collaborative", "made_by", "answered_by")
        .order_by(Case(When(answer="", then=0), When(answer=Answer.LATER, then=1), default=2), "-made_at")
    )
