"""How faithfully a cycle follows the method: what its fields prove, and what coaches judge."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pdsa.models.cycle import Cycle
from pdsa.rules import see_score


class FidelityScore(models.Model):
    """The criteria that a cycle's fields can prove, as last computed (``pdsa.stats.fidelity``)."""

    cycle = models.OneToOneField(Cycle, on_delete=models.CASCADE, related_name="fidelity")
    # The day that says to which round the cycle belongs: when it began, else when it was to begin, else was planned.
    day = models.DateField(_("day"))
    met = models.PositiveSmallIntegerField(_("points met"))
    applicable = models.PositiveSmallIntegerField(_("points that apply"))
    # Criterion → "met", "missed", "not_yet" or "unproven".
    outcomes = models.JSONField(default=dict)
    # Check of the published review → whether the cycle adheres; a check that is not there does not count it.
    counted = models.JSONField(default=dict)
    computed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(met__lte=F("applicable")), name="fidelity_met_of_applicable"),
        )

    def __str__(self) -> str:
        return f"{self.cycle}: {self.met}/{self.applicable}"


class CoachScoreQuerySet(models.QuerySet["CoachScore"]):
    def visible_to(self, user: Any) -> Self:
        """Scores a person may read now: another coach's only after their own answer is in."""
        return self.filter(see_score.rows(user))


class CoachScore(models.Model):
    """What only a reader can judge: is the study written of something that happened, is something learned?"""

    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="coach_scores")
    coach = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="coach_scores")
    past_tense = models.BooleanField(_("the study tells what happened"))
    learning = models.BooleanField(_("something was learned"))
    note = models.CharField(_("note"), max_length=500, blank=True)
    at = models.DateTimeField(default=timezone.now)

    objects = CoachScoreQuerySet.as_manager()

    class Meta:
        ordering = ("at", "pk")
        constraints = (models.UniqueConstraint(fields=["cycle", "coach"], name="coach_score_once"),)

    def __str__(self) -> str:
        return f"{self.cycle}: {self.coach}"
