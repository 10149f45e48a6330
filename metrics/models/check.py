"""What is checked when a measure is typed, beyond what can not be; and what a team said where a value was unusual."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from collab.models import Measure
from metrics.enums import CheckKind, CheckPart, Importance
from metrics.models.submission import Submission


class MeasureCheckQuerySet(models.QuerySet["MeasureCheck"]):
    def added(self) -> Self:
        """Rules that somebody wrote for the measure, in order."""
        return self.filter(kind__in=CheckKind.added()).order_by("pk")


class MeasureCheck(models.Model):
    """One rule of a measure, or how important one of the usual checks is to it.

    A range bounds ``part`` of the measure from ``low`` to ``high`` (in the measure's unit for its value, else a
    count). A rule across measures compares ``part`` with ``other_part`` of ``other`` in the same month. The usual
    checks look at the team's own past; a row of theirs only says how important they are here.
    """

    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="checks")
    kind = models.CharField(_("rule"), max_length=20, choices=CheckKind)
    importance = models.CharField(_("what a break of it asks for"), max_length=10, choices=Importance)
    part = models.CharField(_("which number"), max_length=15, choices=CheckPart, default=CheckPart.VALUE)
    low = models.FloatField(_("from"), null=True, blank=True)
    high = models.FloatField(_("to"), null=True, blank=True)
    other = models.ForeignKey(
        Measure, on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("other measure")
    )
    other_part = models.CharField(_("its number"), max_length=15, choices=CheckPart, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = MeasureCheckQuerySet.as_manager()

    class Meta:
        ordering = ("measure", "pk")
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=CheckKind.values), name="measure_check_kind_known"),
            models.CheckConstraint(
                condition=Q(importance__in=Importance.values), name="measure_check_importance_known"
            ),
            models.CheckConstraint(condition=Q(part__in=CheckPart.values), name="measure_check_part_known"),
            models.UniqueConstraint(
                fields=["measure", "kind"],
                condition=Q(kind__in=CheckKind.usual()),
                name="measure_check_usual_once",
            ),
            models.CheckConstraint(
                condition=~Q(kind=CheckKind.RANGE) | Q(low__isnull=False) | Q(high__isnull=False),
                name="measure_check_range_has_bound",
                violation_error_message=_("Give at least one of the two bounds."),
            ),
            models.CheckConstraint(
                condition=Q(low__isnull=True) | Q(high__isnull=True) | Q(low__lt=models.F("high")),
                name="measure_check_range_in_order",
                violation_error_message=_("The first bound must be below the second."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=CheckKind.across(), other__isnull=False, other_part__in=CheckPart.values)
                | (~Q(kind__in=CheckKind.across()) & Q(other__isnull=True, other_part="")),
                name="measure_check_other_when_across",
                violation_error_message=_("Choose the other measure and which of its numbers is meant."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.measure} {self.kind}"


class Confirmation(models.Model):
    """What a revision was asked about an unusual value, and what the team answered in its note.

    The sentence is kept as it was told then: the limits it names are those of that day.
    """

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="confirmations")
    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=30)
    sentence = models.CharField(max_length=500)
    note = models.CharField(max_length=500)

    class Meta:
        ordering = ("submission", "pk")
        constraints = (models.CheckConstraint(condition=~Q(note=""), name="confirmation_has_note"),)

    def __str__(self) -> str:
        return f"{self.measure} {self.code}"
