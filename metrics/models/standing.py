"""How each team stands, kept so that a list of all teams by need does not have to read all their series."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.db import models
from django.utils import timezone

from collab.common import months
from collab.models import Measure
from teams.models import Team


class TeamStandingQuerySet(models.QuerySet["TeamStanding"]):
    def up_to_date(self, through: dt.date | None, *, since: dt.datetime | None = None) -> Self:
        """Standings that were read up to ``through``, and not before ``since``."""
        found = self.filter(through=through) if through else self.filter(through__isnull=True)
        return found.filter(read_at__gte=since) if since else found


class TeamStanding(models.Model):
    """The team's series have been read as they stand; the signals they show are its ``TeamSignal`` rows.

    Whoever changes what a series is made of deletes the row in the same transaction, and a job reads the team again: so
    a row that is there is true of the figures that are live. ``through`` is the last month that was over then.
    """

    team = models.OneToOneField(Team, on_delete=models.CASCADE, primary_key=True, related_name="standing")
    through = models.DateField(null=True)
    read_at = models.DateTimeField(default=timezone.now)

    objects = TeamStandingQuerySet.as_manager()

    class Meta:
        constraints = (months.first_day_constraint("team_standing", "through"),)

    def __str__(self) -> str:
        return f"{self.team} {self.through:%Y-%m}" if self.through else str(self.team)


class TeamSignal(models.Model):
    """A signal that holds in one measure of a team: of concern, or else of improvement.

    Where small counts are hidden a series can read differently, so each signal says by whom it is seen:
    ``with_small_counts`` by those who see them, or by those who do not.
    """

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="signals")
    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="+")
    with_small_counts = models.BooleanField()
    concern = models.BooleanField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["team", "measure", "with_small_counts"], name="team_signal_once"),
        )
        indexes = (models.Index(fields=["measure", "team"], name="team_signal_measure"),)

    def __str__(self) -> str:
        return f"{self.team} {self.measure}"
