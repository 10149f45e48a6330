"""Engagement by collaborative and day, each figure with its numerator and denominator."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from collab.models import Collaborative
from metrics.enums import EngagementFigure


class EngagementRecord(models.Model):
    """One figure of one collaborative on one day; ``detail`` breaks withdrawals down by stage and reason."""

    collaborative = models.ForeignKey(Collaborative, on_delete=models.CASCADE, related_name="engagement_records")
    day = models.DateField()
    figure = models.CharField(max_length=12, choices=EngagementFigure)
    numerator = models.PositiveIntegerField()
    denominator = models.PositiveIntegerField()
    detail = models.JSONField(default=dict)
    computed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("-day", "figure")
        constraints = (
            models.CheckConstraint(
                condition=Q(figure__in=EngagementFigure.values), name="engagement_record_figure_known"
            ),
            models.CheckConstraint(
                condition=Q(numerator__lte=F("denominator")), name="engagement_record_part_of_whole"
            ),
            models.UniqueConstraint(fields=["collaborative", "day", "figure"], name="engagement_record_once"),
        )

    def __str__(self) -> str:
        return f"{self.figure} {self.day}"

    @property
    def share(self) -> float | None:
        return self.numerator / self.denominator if self.denominator else None
