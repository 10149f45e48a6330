"""How long a month took, as the team says it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from collab.common import audit, months
from metrics.enums import MetricsEvent
from metrics.models import Submission
from teams.models import Team


@transaction.atomic
def give_minutes(*, by: Any, team: Team, month: dt.date, minutes: int | None) -> None:
    """Keep the minutes with the live revision; None takes an answer back. Nothing happens where there is none."""
    live = Submission.objects.select_for_update().live().for_month(month).filter(team=team).first()
    if live is None or live.minutes == minutes:
        return
    live.minutes = minutes
    live.save(update_fields=["minutes"])
    audit.record(
        by=by,
        event=MetricsEvent.MINUTES_GIVEN,
        target=live,
        scope=team.collaborative,
        team=team.slug,
        month=months.iso(month),
        minutes=minutes,
    )
