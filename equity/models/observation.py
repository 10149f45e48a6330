"""The same two numbers as an observation, for one group of people."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.db import models
from django.db.models import Q

from collab.common import months
from equity.models.strata import Stratum
from metrics.models import Submission
from metrics.models.submission import AbstractObservation, number_constraints
from metrics.rules import view_figures
from teams.models import Team


class StratifiedObservationQuerySet(models.QuerySet["StratifiedObservation"]):
    def live(self) -> Self:
        return self.filter(live=True)

    def for_month(self, month: dt.date) -> Self:
        return self.filter(month=month)

    def visible_to(self, user: Any) -> Self:
        return self.filter(team__in=Team.objects.filter(view_figures.rows(user)))


class StratifiedObservation(AbstractObservation):
    """A measure's value of one team in one month for one stratum; entered with the month it belongs to."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="stratified_observations")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="stratified_observations")
    stratum = models.ForeignKey(Stratum, on_delete=models.PROTECT, related_name="observations")

    objects = StratifiedObservationQuerySet.as_manager()

    class Meta:
        constraints = (
            *number_constraints("stratified_observation"),
            models.UniqueConstraint(
                fields=["submission", "measure", "stratum"], name="stratified_observation_once_a_revision"
            ),
            models.UniqueConstraint(
                fields=["measure", "month", "stratum", "team"],
                condition=Q(live=True),
                name="stratified_observation_one_live",
            ),
        )
        indexes = (models.Index(fields=["team", "measure", "month"], name="strat_observation_team_series"),)

    def __str__(self) -> str:
        return f"{self.measure} {self.stratum} {months.iso(self.month)}"
