"""Background jobs of one collaborative: what ran, what waits."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from collab.actions.measures import DEFINITIONS
from collab.common.enums import JobStatus
from collab.common.models import JobRun, StaleMark
from collab.models import Collaborative
from metrics.marks import RECOMPUTE, RECOMPUTE_ALL, STANDINGS
from teams.actions.teams import ROSTER


@dataclass(frozen=True, slots=True)
class JobsState:
    """How many jobs have failed and not worked since, how many wait or run, and when the last one was done."""

    failed: int
    waiting: int
    last_done: dt.datetime | None


def jobs_state(collaborative: Collaborative) -> JobsState:
    """Where the jobs of a collaborative stand. Three queries."""
    runs = JobRun.objects.within(collaborative)
    better = runs.filter(
        task=OuterRef("task"), key=OuterRef("key"), status=JobStatus.DONE, started_at__gt=OuterRef("started_at")
    )
    failed = runs.filter(~Exists(better), status=JobStatus.FAILED).values("task", "key").distinct().count()
    return JobsState(
        failed=failed,
        waiting=waiting_for(collaborative).count(),
        last_done=runs.filter(status=JobStatus.DONE).aggregate(last=Max("finished_at"))["last"],
    )


def runs_of(collaborative: Collaborative) -> QuerySet[JobRun]:
    """Its runs, newest first, with who asked for them."""
    return JobRun.objects.within(collaborative).select_related("requested_by")


def waiting_for(collaborative: Collaborative) -> QuerySet[StaleMark]:
    """Marks of work that is still owed to it, oldest first."""
    key = str(collaborative.pk)
    return StaleMark.objects.filter(
        Q(task__in=(RECOMPUTE, RECOMPUTE_ALL, STANDINGS), key__startswith=f"{key}:")
        | Q(task__in=(ROSTER, DEFINITIONS, STANDINGS), key=key)
    ).order_by("marked_at")
