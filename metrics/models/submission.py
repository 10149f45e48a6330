"""What teams report: revisions of a month, and the numbers in them."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collab.common import months
from collab.models import Measure, MeasureVersion
from metrics.enums import MissingReason, Source, SubmissionStatus
from metrics.rules import view_figures
from teams.models import Team

# Doubles hold every integer up to 2**53; a count above a billion is a typing error.
LARGEST_NUMBER = 1e9


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def live(self) -> Self:
        """The revisions that count."""
        return self.filter(status=SubmissionStatus.LIVE)

    def for_month(self, month: dt.date) -> Self:
        return self.filter(month=month)

    def visible_to(self, user: Any) -> Self:
        return self.filter(team__in=Team.objects.filter(view_figures.rows(user)))


class Submission(models.Model):
    """One revision of a team's month. A correction is a new revision; the old one is kept and shown."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="submissions")
    month = models.DateField(_("month"))
    revision = models.PositiveSmallIntegerField(_("revision"))
    status = models.CharField(max_length=10, choices=SubmissionStatus)
    source = models.CharField(_("how"), max_length=10, choices=Source, default=Source.GRID)
    note = models.TextField(_("why it was changed"), blank=True)
    on_time = models.BooleanField(
        _("on time"),
        null=True,
        help_text=_("Whether the first revision came before the deadline; not known where the center imported it."),
    )
    minutes = models.PositiveSmallIntegerField(
        _("minutes"),
        null=True,
        blank=True,
        help_text=_("How long it took to get this month's numbers together, where the team said so."),
    )
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    submitted_at = models.DateTimeField(default=timezone.now)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        ordering = ("team", "-month", "-revision")
        constraints = (
            months.first_day_constraint("submission"),
            models.CheckConstraint(condition=Q(status__in=SubmissionStatus.values), name="submission_status_known"),
            models.CheckConstraint(condition=Q(source__in=Source.values), name="submission_source_known"),
            models.CheckConstraint(
                condition=Q(on_time__isnull=False) | Q(source=Source.IMPORT) | Q(revision__gt=1),
                name="submission_on_time_known",
            ),
            models.UniqueConstraint(fields=["team", "month", "revision"], name="submission_revision_once"),
            models.UniqueConstraint(
                fields=["team", "month"],
                condition=Q(status=SubmissionStatus.LIVE),
                name="submission_one_live",
            ),
        )
        indexes = (models.Index(fields=["month", "team"], name="submission_month_team"),)

    def __str__(self) -> str:
        return f"{self.team} {months.iso(self.month)} r{self.revision}"


class ObservationQuerySet(models.QuerySet["Observation"]):
    def live(self) -> Self:
        """Values of the revisions that count."""
        return self.filter(live=True)

    def for_month(self, month: dt.date) -> Self:
        return self.filter(month=month)

    def visible_to(self, user: Any) -> Self:
        """Values with their team; what other teams may see goes through the comparison queries instead."""
        return self.filter(team__in=Team.objects.filter(view_figures.rows(user)))


class AbstractObservation(models.Model):
    """Two numbers as they were counted. Rates are computed, never stored; a missing value has its reason.

    Zero, missing and hidden are three different things: zero is a number, missing has ``numerator`` null and a reason,
    hidden is decided when it is shown.
    """

    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(MeasureVersion, on_delete=models.PROTECT, related_name="+")
    month = models.DateField()
    numerator = models.FloatField(null=True)
    denominator = models.FloatField(null=True)
    missing_reason = models.CharField(max_length=15, choices=MissingReason, blank=True)
    note = models.CharField(max_length=500, blank=True)
    is_proportion = models.BooleanField()
    live = models.BooleanField(default=True)

    class Meta:
        abstract = True


def number_constraints(name: str) -> tuple[models.CheckConstraint, ...]:
    """What every pair of numbers must hold, on both databases."""
    return (
        months.first_day_constraint(name),
        models.CheckConstraint(
            condition=Q(numerator__isnull=True) | Q(numerator__gte=0, numerator__lte=LARGEST_NUMBER),
            name=f"{name}_numerator_in_range",
            violation_error_message=_("The numerator must be 0 or more."),
        ),
        models.CheckConstraint(
            condition=Q(denominator__isnull=True) | Q(denominator__gte=0, denominator__lte=LARGEST_NUMBER),
            name=f"{name}_denominator_in_range",
            violation_error_message=_("The denominator must be 0 or more."),
        ),
        models.CheckConstraint(
            condition=Q(is_proportion=False)
            | Q(numerator__isnull=True)
            | (Q(denominator__isnull=False) & Q(numerator__lte=models.F("denominator"))),
            name=f"{name}_numerator_within_denominator",
            violation_error_message=_("The numerator can not be above the denominator."),
        ),
        models.CheckConstraint(
            condition=Q(numerator__isnull=False, missing_reason="")
            | Q(numerator__isnull=True, missing_reason__in=MissingReason.values),
            name=f"{name}_value_or_reason",
            violation_error_message=_("Give a value, or the reason why there is none."),
        ),
    )


class Observation(AbstractObservation):
    """A measure's value of one team in one month (the total; strata are held by the equity room).

    ``population``: where the denominator is a sample, how many it was drawn from.
    """

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="observations")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="observations")
    population = models.FloatField(_("sampled from"), null=True, blank=True)

    objects = ObservationQuerySet.as_manager()

    class Meta:
        constraints = (
            *number_constraints("observation"),
            models.CheckConstraint(
                condition=Q(population__isnull=True)
                | Q(denominator__isnull=False, population__gte=models.F("denominator"), population__lte=LARGEST_NUMBER),
                name="observation_sample_within_population",
                violation_error_message=_("A sample can not be larger than what it was drawn from."),
            ),
            models.UniqueConstraint(fields=["submission", "measure"], name="observation_once_a_revision"),
            # No INCLUDE columns here: SQLite would leave the whole constraint out.
            models.UniqueConstraint(
                fields=["measure", "month", "team"],
                condition=Q(live=True),
                name="observation_one_live",
            ),
        )
        indexes = (models.Index(fields=["team", "measure", "month"], name="observation_team_series"),)

    def __str__(self) -> str:
        return f"{self.measure} {months.iso(self.month)}"


class ReopeningQuerySet(models.QuerySet["Reopening"]):
    def holding(self, now: dt.datetime) -> Self:
        """Reopenings that still let the team in."""
        return self.filter(open_until__gt=now)


class Reopening(models.Model):
    """A coordinator lets a team change a locked month until a day, with a reason."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="reopenings")
    month = models.DateField()
    reason = models.TextField(_("reason"))
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    open_until = models.DateTimeField(_("open until"))

    objects = ReopeningQuerySet.as_manager()

    class Meta:
        ordering = ("-opened_at",)
        constraints = (
            months.first_day_constraint("reopening"),
            models.CheckConstraint(
                condition=Q(open_until__gt=models.F("opened_at")), name="reopening_ends_after_start"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="reopening_has_reason"),
        )
        indexes = (models.Index(fields=["team", "month"], name="reopening_team_month"),)

    def __str__(self) -> str:
        return f"{self.team} {months.iso(self.month)}"
