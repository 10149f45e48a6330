"""The benchmarks that are shown."""

from __future__ import annotations

from django.db.models import QuerySet

from collab.models import Collaborative
from metrics.models import BenchmarkValue


def shown_benchmarks(collaborative: Collaborative) -> QuerySet[BenchmarkValue]:
    """All shown benchmarks of a collaborative, in the measures' order and then by month."""
    return (
        BenchmarkValue.objects.live()
        .filter(run__collaborative=collaborative)
        .select_related("measure")
        .order_by("measure__position", "measure__code", "month")
    )
