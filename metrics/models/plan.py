"""How a team collects a measure: its own part of the measurement plan."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from collab.models import Measure
from metrics.rules import view_figures
from teams.models import Team


class PlanAnswerQuerySet(models.QuerySet["PlanAnswer"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(team__in=Team.objects.filter(view_figures.rows(user)))


class PlanAnswer(models.Model):
    """A team's answers for one measure. They outlive new definitions, and the measure's being retired."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="plan_answers")
    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="plan_answers")
    collector = models.CharField(
        _("Who collects it?"),
        max_length=200,
        blank=True,
        help_text=_("A role or a name, and who stands in: “Data lead; the intake supervisor when she is away”."),
    )
    source = models.CharField(
        _("From which source?"),
        max_length=300,
        blank=True,
        help_text=_("The system and the report: “Scheduling system, report 12”."),
    )
    method = models.TextField(
        _("How, step by step?"),
        blank=True,
        help_text=_("So that somebody else could do it: what to open, what to count, what to leave out."),
    )
    day = models.CharField(
        _("When in the month?"),
        max_length=120,
        blank=True,
        help_text=_("Such as “First Tuesday, half an hour”."),
    )
    sample = models.CharField(
        _("Which sample?"),
        max_length=300,
        blank=True,
        help_text=_("How many, and how they are drawn: “20 charts, every fifth of the list”. Empty: all cases."),
    )
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    changed_at = models.DateTimeField(auto_now=True)

    objects = PlanAnswerQuerySet.as_manager()

    class Meta:
        ordering = ("team", "measure")
        verbose_name = _("part of the measurement plan")
        verbose_name_plural = _("measurement plan")
        constraints = (models.UniqueConstraint(fields=["team", "measure"], name="plan_answer_once"),)

    def __str__(self) -> str:
        return f"{self.team}: {self.measure}"

    @property
    def is_complete(self) -> bool:
        """Whether it says who, from what and how; the other answers may be left to the definition."""
        return all((self.collector, self.source, self.method))
