"""Questions and comments on one number of a team's month, and what was said about it."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collab.common import months
from collab.models import Measure
from metrics.cells import CellKey
from metrics.enums import QueryStatus
from metrics.rules import view_figures
from teams.models import Team

LONGEST_MESSAGE = 1000


class QueryQuerySet(models.QuerySet["Query"]):
    def waiting(self) -> Self:
        """Questions that are not settled yet."""
        return self.filter(status__in=QueryStatus.open())

    def of(self, team: Team, month: dt.date) -> Self:
        return self.filter(team=team, month=month)

    def visible_to(self, user: Any) -> Self:
        """Threads that a person sees; what was said in them is hidden where the number is."""
        return self.filter(team__in=Team.objects.filter(view_figures.rows(user)))


class Query(models.Model):
    """A thread on a cell. ``dimension`` and ``stratum`` are empty for the measure's total."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="queries")
    month = models.DateField(_("month"))
    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="+")
    dimension = models.CharField(max_length=40, blank=True)
    stratum = models.CharField(max_length=40, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=QueryStatus)
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    raised_by_team = models.BooleanField(help_text=_("Whether who asked belonged to the team then."))
    raised_at = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(default=timezone.now)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = QueryQuerySet.as_manager()

    class Meta:
        ordering = ("-last_at", "-pk")
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        constraints = (
            months.first_day_constraint("query"),
            models.CheckConstraint(condition=Q(status__in=QueryStatus.values), name="query_status_known"),
            models.CheckConstraint(
                condition=Q(dimension="", stratum="") | (~Q(dimension="") & ~Q(stratum="")),
                name="query_stratum_has_dimension",
            ),
            models.CheckConstraint(
                condition=Q(status=QueryStatus.CLOSED, closed_by__isnull=False, closed_at__isnull=False)
                | (~Q(status=QueryStatus.CLOSED) & Q(closed_by__isnull=True, closed_at__isnull=True)),
                name="query_closed_by_somebody",
            ),
        )
        indexes = (
            models.Index(fields=["team", "month"], name="query_team_month"),
            models.Index(fields=["status", "team"], name="query_status_team"),
        )

    def __str__(self) -> str:
        return f"{self.team} {months.iso(self.month)} {self.key}"

    def get_absolute_url(self) -> str:
        return reverse("query", args=[self.team.collaborative.slug, self.team.slug, self.pk])

    @property
    def key(self) -> CellKey:
        """The cell it stands on."""
        return CellKey(self.measure.code, self.dimension, self.stratum)

    @property
    def state(self) -> QueryStatus:
        return QueryStatus(self.status)

    @property
    def stamp(self) -> str:
        """How far the thread has come: another one as soon as somebody has written or closed it."""
        return f"{len(self.messages.all())}-{self.status}"


class QueryMessage(models.Model):
    """Something said in a thread; ``by_team``: by somebody who then belonged to the team."""

    query = models.ForeignKey(Query, on_delete=models.CASCADE, related_name="messages")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    by_team = models.BooleanField()
    at = models.DateTimeField(default=timezone.now)
    text = models.CharField(_("message"), max_length=LONGEST_MESSAGE)

    class Meta:
        ordering = ("at", "pk")
        constraints = (models.CheckConstraint(condition=~Q(text=""), name="query_message_has_text"),)

    def __str__(self) -> str:
        return f"{self.query} {self.by}"
