"""Which months have to be computed: those that are over, those with figures, those whose teams have changed."""

from __future__ import annotations

import datetime as dt

from django.db.models import Max

from collab.actions.measures import DEFINITIONS
from collab.common.models import StaleMark
from collab.models import Collaborative
from metrics.enums import RunStatus
from metrics.marks import RECOMPUTE, read_month_key
from metrics.models import BenchmarkRun, Submission
from metrics.queries.submitting import expected_counts


def months_to_compute(collaborative: Collaborative, now: dt.datetime | None = None) -> list[dt.date]:
    """Every period that is over, and any other for which a team has submitted, in order."""
    submitted = (
        Submission.objects.live()
        .filter(team__collaborative=collaborative)
        .order_by("month")
        .values_list("month", flat=True)
        .distinct()
    )
    return sorted({*collaborative.ended_months(now), *submitted})


def months_older_than(collaborative: Collaborative, since: dt.datetime | None) -> list[dt.date]:
    """Months to compute whose shown run has begun before that instant, or that have none; all without an instant."""
    if since is None:
        return months_to_compute(collaborative)
    newer = set(
        BenchmarkRun.objects.filter(
            collaborative=collaborative, status=RunStatus.LIVE, started_at__gte=since
        ).values_list("month", flat=True)
    )
    return [month for month in months_to_compute(collaborative) if month not in newer]


def changed_months(collaborative: Collaborative, now: dt.datetime | None = None) -> list[dt.date]:
    """Months whose shown run is missing, or counts other expected teams than there are today."""
    shown: dict[dt.date, int | None] = dict(
        BenchmarkRun.objects.filter(collaborative=collaborative, status=RunStatus.LIVE)
        .annotate(expected=Max("values__expected"))
        .values_list("month", "expected")
    )
    to_compute = months_to_compute(collaborative, now)
    expected = expected_counts(collaborative, to_compute)
    # A run without values had no measure to compare: teams that come or go do not change that.
    return [month for month in to_compute if month not in shown or shown[month] not in (None, expected[month])]


def owed_months(collaborative: Collaborative, now: dt.datetime | None = None) -> list[dt.date]:
    """Months that have to be computed: marked as stale, or changed without a mark; all when definitions changed."""
    if StaleMark.objects.filter(task=DEFINITIONS, key=str(collaborative.pk)).exists():
        return months_to_compute(collaborative, now)
    keys = StaleMark.objects.filter(task=RECOMPUTE, key__startswith=f"{collaborative.pk}:").values_list(
        "key", flat=True
    )
    marked = {read_month_key(key)[1] for key in keys}
    return sorted(marked.union(changed_months(collaborative, now)))
