"""From which month on the benchmarks of all teams are shown to the teams. They are computed always."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from collab.common import months
from collab.models import Collaborative, Measure


class Publication(models.Model):
    """What holds for one measure or, without a measure, for all of a collaborative's that have no row of their own.

    Without any row everything is published. ``from_month``: the first month that teams, their leaders and sponsors see;
    null: none. Faculty and the center see all months whatever it says. Who changed it when is in the audit trail.
    """

    collaborative = models.ForeignKey(Collaborative, on_delete=models.CASCADE, related_name="publications")
    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, null=True, blank=True, related_name="publications")
    from_month = models.DateField(null=True, blank=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            months.first_day_constraint("publication", "from_month"),
            models.UniqueConstraint(
                fields=["collaborative"], condition=Q(measure__isnull=True), name="publication_once_for_all"
            ),
            models.UniqueConstraint(
                fields=["measure"], condition=Q(measure__isnull=False), name="publication_once_for_measure"
            ),
        )

    def __str__(self) -> str:
        of = self.measure or self.collaborative
        return f"{of} {months.iso(self.from_month)}" if self.from_month else f"{of} -"
