"""What all teams of a collaborative achieved together in a month, computed by a job and switched live last."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from collab.common import months
from collab.models import Collaborative, Measure
from metrics.enums import RunStatus


class BenchmarkRun(models.Model):
    """One computation of one month. Exactly one is shown; if a job dies, the one before it still is."""

    collaborative = models.ForeignKey(Collaborative, on_delete=models.CASCADE, related_name="benchmark_runs")
    month = models.DateField()
    status = models.CharField(max_length=10, choices=RunStatus, default=RunStatus.COMPUTING)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-started_at",)
        constraints = (
            months.first_day_constraint("benchmark_run"),
            models.CheckConstraint(condition=Q(status__in=RunStatus.values), name="benchmark_run_status_known"),
            models.UniqueConstraint(
                fields=["collaborative", "month"],
                condition=Q(status=RunStatus.LIVE),
                name="benchmark_run_one_live",
            ),
        )
        indexes = (models.Index(fields=["collaborative", "month"], name="benchmark_run_month"),)

    def __str__(self) -> str:
        return f"{self.collaborative} {months.iso(self.month)}"


class BenchmarkValueQuerySet(models.QuerySet["BenchmarkValue"]):
    def live(self) -> Self:
        """Values of the runs that are shown, over all figures."""
        return self.in_sight().filter(with_small_counts=True)

    def in_sight(self) -> Self:
        """The same, and beside them those without small counts."""
        return self.filter(run__status=RunStatus.LIVE)


class BenchmarkValue(models.Model):
    """A measure's benchmark in one month. Rates are plain fractions (not multiplied); null where there is no value.

    ``expected`` teams enrolled and active that month; ``reporting`` teams with a live value and a denominator above 0;
    ``pooled`` and ``abc`` over all reporting teams; ``mean``, ``median`` and percentiles over the reporting teams whose
    denominator reaches the measure's minimum (Hyndman-Fan type 7), of which there are ``compared``. ``has_small``: some
    team's own figure is so small that it is hidden from others. Then a second value leaves these figures out
    (``with_small_counts`` False), for those who see the other teams' figures one by one: from the sum of all, less what
    they see, they would have the hidden one.
    """

    run = models.ForeignKey(BenchmarkRun, on_delete=models.CASCADE, related_name="values")
    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="+")
    month = models.DateField()
    expected = models.PositiveIntegerField()
    reporting = models.PositiveIntegerField()
    compared = models.PositiveIntegerField()
    has_small = models.BooleanField(default=True)
    with_small_counts = models.BooleanField(default=True)
    numerator = models.FloatField(null=True)
    denominator = models.FloatField(null=True)
    pooled = models.FloatField(null=True)
    mean = models.FloatField(null=True)
    median = models.FloatField(null=True)
    p10 = models.FloatField(null=True)
    p25 = models.FloatField(null=True)
    p75 = models.FloatField(null=True)
    p90 = models.FloatField(null=True)
    abc = models.FloatField(null=True)

    objects = BenchmarkValueQuerySet.as_manager()

    class Meta:
        constraints = (
            months.first_day_constraint("benchmark_value"),
            models.UniqueConstraint(fields=["run", "measure", "with_small_counts"], name="benchmark_value_once"),
        )
        indexes = (models.Index(fields=["measure", "month"], name="benchmark_value_series"),)

    def __str__(self) -> str:
        return f"{self.measure} {months.iso(self.month)}"
