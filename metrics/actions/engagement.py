"""Keeping the engagement figures of each day."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from collab.common.jobs import mark_stale
from collab.enums import CollaborativeStatus
from collab.models import Collaborative
from metrics.models import EngagementRecord
from metrics.queries.engagement import figures_on
from teams.actions.teams import ROSTER


@transaction.atomic
def record_engagement(*, collaborative: Collaborative, day: dt.date) -> list[EngagementRecord]:
    """Store the figures of ``day`` (on the collaborative's calendar) over those of the same day. Idempotent."""
    return EngagementRecord.objects.bulk_create(
        [
            EngagementRecord(
                collaborative=collaborative,
                day=day,
                figure=figure.figure,
                numerator=figure.numerator,
                denominator=figure.denominator,
                detail=figure.detail,
            )
            for figure in figures_on(collaborative, day)
        ],
        update_conflicts=True,
        unique_fields=["collaborative", "day", "figure"],
        update_fields=["numerator", "denominator", "detail", "computed_at"],
    )


@transaction.atomic
def mark_all_engagement_stale() -> None:
    """Have every collaborative that has not ended counted again; the sweep does it one by one."""
    for key in Collaborative.objects.exclude(status=CollaborativeStatus.ENDED).values_list("pk", flat=True):
        mark_stale(ROSTER, str(key))
