"""Background jobs of one collaborative: what ran, what waits."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from collab.actions.measures import DEFINITIONS
from collab.common.models import JobRun, StaleMark
from collab.models import Collaborative
from metrics.marks import RECOMPUTE, RECOMPUTE_ALL
from teams.actions.teams import ROSTER


def runs_of(collaborative: Collaborative) -> QuerySet[JobRun]:
    """Its runs, newest first, with who asked for them."""
    return JobRun.objects.within(collaborative).select_related("requested_by")


def waiting_for(collaborative: Collaborative) -> QuerySet[StaleMark]:
    """Marks of work that is still owed to it, oldest first."""
    key = str(collaborative.pk)
    return StaleMark.objects.filter(
        Q(task__in=(RECOMPUTE, RECOMPUTE_ALL), key__startswith=f"{key}:") | Q(task__in=(ROSTER, DEFINITIONS), key=key)
    ).order_by("marked_at")
