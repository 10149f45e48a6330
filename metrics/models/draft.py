"""What people have typed and not yet submitted, a row a cell, so that two people can work on one month."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from collab.common import months
from collab.models import Measure
from teams.models import Team


class DraftCellQuerySet(models.QuerySet["DraftCell"]):
    def of(self, team: Team, month: dt.date) -> Self:
        return self.filter(team=team, month=month)


class DraftCell(models.Model):
    """One cell of a team's month as it stands in the draft.

    The texts are kept as typed (a wrong value is kept too, for its finding to stand beside it). ``dimension`` and
    ``stratum`` are keys of the room that owns strata; both are empty for the total.
    """

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="draft_cells")
    month = models.DateField()
    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="+")
    dimension = models.CharField(max_length=40, blank=True)
    stratum = models.CharField(max_length=40, blank=True)
    numerator = models.CharField(_("numerator"), max_length=40, blank=True)
    denominator = models.CharField(_("denominator"), max_length=40, blank=True)
    missing_reason = models.CharField(_("reason"), max_length=15, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    population = models.CharField(_("sampled from"), max_length=40, blank=True)
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)

    objects = DraftCellQuerySet.as_manager()

    class Meta:
        constraints = (
            months.first_day_constraint("draft_cell"),
            models.UniqueConstraint(
                fields=["team", "month", "measure", "dimension", "stratum"], name="draft_cell_once"
            ),
            models.CheckConstraint(
                condition=Q(dimension="", stratum="") | (~Q(dimension="") & ~Q(stratum="")),
                name="draft_cell_stratum_has_dimension",
            ),
        )

    def __str__(self) -> str:
        return f"{self.measure} {months.iso(self.month)}"
