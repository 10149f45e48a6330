"""PDFs that a job makes and that are kept for their requester."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from collab.models import Collaborative
from metrics.enums import ReportKind, ReportStatus
from metrics.rules import view_report
from teams.models import Agency, Team


class ReportQuerySet(models.QuerySet["Report"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(view_report.rows(user))

    def unfinished(self) -> Self:
        """Those that wait or are being made."""
        return self.filter(status__in=(ReportStatus.WAITING, ReportStatus.MAKING))

    def with_subjects(self) -> Self:
        """With what they are about, for showing."""
        return self.select_related("collaborative__center", "team__agency", "team__partner_agency", "agency")


class Report(models.Model):
    """A PDF: asked for, being made, ready. What it shows is what its requester may see."""

    kind = models.CharField(_("report"), max_length=15, choices=ReportKind)
    collaborative = models.ForeignKey(Collaborative, on_delete=models.CASCADE, related_name="reports")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True, blank=True, related_name="reports")
    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, null=True, blank=True, related_name="reports")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reports")
    requested_at = models.DateTimeField(auto_now_add=True)
    status = models.CharField(max_length=10, choices=ReportStatus, default=ReportStatus.WAITING)
    done = models.PositiveSmallIntegerField(default=0)
    total = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    data_date = models.DateField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    made_with = models.CharField(
        max_length=64, blank=True, help_text=_("What its requester was allowed to see when it was made, as a hash.")
    )
    file = models.FileField(upload_to="reports/%Y/%m/", blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ("-requested_at",)
        constraints = (
            models.CheckConstraint(condition=Q(status__in=ReportStatus.values), name="report_status_known"),
            models.CheckConstraint(
                condition=Q(
                    kind__in=(ReportKind.TEAM, ReportKind.PLAN, ReportKind.STORYBOARD),
                    team__isnull=False,
                    agency__isnull=True,
                )
                | Q(kind=ReportKind.COLLABORATIVE, team__isnull=True, agency__isnull=True)
                | Q(kind=ReportKind.LEADER, team__isnull=True, agency__isnull=False),
                name="report_subject_fits_kind",
            ),
        )

    def __str__(self) -> str:
        return f"{ReportKind(self.kind).label}: {self.subject}"

    @property
    def subject(self) -> Team | Agency | Collaborative:
        """What it is about."""
        return self.team or self.agency or self.collaborative

    @property
    def is_unfinished(self) -> bool:
        return self.status in (ReportStatus.WAITING, ReportStatus.MAKING)
