"""What people decide about a team's chart, and what they write on it. Nothing is overwritten or deleted.

A decision that is taken back, and a note that is changed or removed, stay as rows with who did it and when: the history
of a chart is these rows, and undoing something writes another one.
"""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collab.common import months
from collab.models import Measure
from metrics.enums import AnnotationKind, AnnotationStatus, DecisionKind
from metrics.rules import view_figures
from teams.models import Team

LONGEST_LABEL = 60
LONGEST_TEXT = 1000
LONGEST_REASON = 500


class ChartDecisionQuerySet(models.QuerySet["ChartDecision"]):
    def standing(self) -> Self:
        """Decisions that nobody has taken back."""
        return self.filter(undone_at__isnull=True)

    def visible_to(self, user: Any) -> Self:
        return self.filter(team__in=Team.objects.filter(view_figures.rows(user)))


class ChartDecision(models.Model):
    """A frozen baseline or a new phase of one measure of one team.

    ``month``: for a baseline the last month that gives centre line and limits, for a phase its first month.
    """

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="chart_decisions")
    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=DecisionKind)
    month = models.DateField(_("month"))
    reason = models.CharField(_("why"), max_length=LONGEST_REASON)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = ChartDecisionQuerySet.as_manager()

    class Meta:
        ordering = ("-made_at", "-pk")
        constraints = (
            months.first_day_constraint("chart_decision"),
            models.CheckConstraint(condition=Q(kind__in=DecisionKind.values), name="chart_decision_kind_known"),
            models.CheckConstraint(condition=~Q(reason=""), name="chart_decision_has_reason"),
            models.CheckConstraint(
                condition=Q(undone_by__isnull=True, undone_at__isnull=True)
                | Q(undone_by__isnull=False, undone_at__isnull=False),
                name="chart_decision_undone_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["team", "measure", "kind", "month"],
                condition=Q(undone_at__isnull=True),
                name="chart_decision_standing_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.team} {self.measure} {self.kind} {months.iso(self.month)}"


class AnnotationQuerySet(models.QuerySet["Annotation"]):
    def live(self) -> Self:
        """The notes as they read now."""
        return self.filter(status=AnnotationStatus.LIVE)

    def visible_to(self, user: Any) -> Self:
        return self.filter(team__in=Team.objects.filter(view_figures.rows(user)))


class Annotation(models.Model):
    """What happened, on the day it happened: a mark on one chart, or on all charts of the team (``measure`` null).

    Each row is one revision; ``first`` is the row with which the note began (null on that row itself).
    """

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="annotations")
    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    first = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="later")
    status = models.CharField(max_length=10, choices=AnnotationStatus, default=AnnotationStatus.LIVE)
    kind = models.CharField(_("what it is"), max_length=12, choices=AnnotationKind)
    day = models.DateField(_("day"))
    label = models.CharField(_("in a few words"), max_length=LONGEST_LABEL)
    text = models.CharField(_("more about it"), max_length=LONGEST_TEXT, blank=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)

    objects = AnnotationQuerySet.as_manager()

    class Meta:
        ordering = ("day", "pk")
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=AnnotationKind.values), name="annotation_kind_known"),
            models.CheckConstraint(condition=Q(status__in=AnnotationStatus.values), name="annotation_status_known"),
            models.CheckConstraint(condition=~Q(label=""), name="annotation_has_label"),
            models.UniqueConstraint(
                fields=["first"], condition=Q(status=AnnotationStatus.LIVE), name="annotation_one_live_revision"
            ),
        )
        indexes = (models.Index(fields=["team", "status", "day"], name="annotation_of_team"),)

    def __str__(self) -> str:
        return self.label

    @property
    def began_as(self) -> int:
        """The key that all revisions of one note share."""
        return self.first_id or self.pk
