"""The benchmarks that are shown."""

from __future__ import annotations

from django.db.models import QuerySet

from collab.common.months import Span
from collab.models import Collaborative, Measure
from metrics.models import BenchmarkValue


def benchmark_series(measure: Measure, span: Span) -> list[BenchmarkValue]:
    """One measure's shown benchmarks in ``span``, by month. Months without a shown run are left out."""
    return list(
        BenchmarkValue.objects.live()
        .filter(measure=measure, month__gte=span.first, month__lte=span.last)
        .order_by("month")
    )


def shown_benchmarks(collaborative: Collaborative) -> QuerySet[BenchmarkValue]:
    """All shown benchmarks of a collaborative, in the measures' order and then by month."""
    return (
        BenchmarkValue.objects.live()
        .filter(run__collaborative=collaborative)
        .select_related("measure")
        .order_by("measure__position", "measure__code", "month")
    )
