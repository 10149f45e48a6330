"""Signals that people have been told of, so that nobody is told twice of the same one."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from collab.common import months
from collab.models import Measure
from teams.models import Team


class SignalNews(models.Model):
    """One signal of one measure of a team, as it was when it was last seen: since ``began``, through ``through``.

    ``kind``: the rule, a value of ``metrics.presenters.signals.SignalKind``. ``with_small_counts``: as in
    ``TeamSignal``, by whom it is seen. ``told_at``: when it went into the weekly mails; also set for what was no news
    any more when it was found. A later reading whose signal reaches into the same months is the same signal.
    """

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="signal_news")
    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="+")
    with_small_counts = models.BooleanField()
    concern = models.BooleanField()
    kind = models.CharField(max_length=10)
    began = models.DateField()
    through = models.DateField()
    holds = models.BooleanField(default=True)
    found_at = models.DateTimeField(default=timezone.now)
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            months.first_day_constraint("signal_news", "began"),
            months.first_day_constraint("signal_news", "through"),
        )
        indexes = (models.Index(fields=["team", "measure"], name="signal_news_series"),)

    def __str__(self) -> str:
        return f"{self.team} {self.measure} {months.iso(self.began)}"
