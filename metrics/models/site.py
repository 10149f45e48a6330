"""The sites of a team that reports several, and what each of them counted."""

from __future__ import annotations

from typing import Any, Self

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from metrics.models.submission import AbstractObservation, Submission, number_constraints
from metrics.rules import view_figures
from teams.models import Team


class SiteQuerySet(models.QuerySet["Site"]):
    def open(self) -> Self:
        """Sites that still report."""
        return self.filter(closed_on__isnull=True)

    def visible_to(self, user: Any) -> Self:
        return self.filter(team__in=Team.objects.filter(view_figures.rows(user)))


class Site(models.Model):
    """A place of a team that counts for itself. The team's number is the sum of its sites'."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="sites")
    code = models.CharField(
        _("code"),
        max_length=40,
        validators=[
            RegexValidator(
                r"^[a-z0-9][a-z0-9_-]*$", _("Use small letters, digits, hyphens and underscores: main-street, unit_2.")
            )
        ],
        help_text=_("The short name in files, such as main-street."),
    )
    name = models.CharField(_("name"), max_length=100)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    closed_on = models.DateField(_("no longer reports since"), null=True, blank=True)

    objects = SiteQuerySet.as_manager()

    class Meta:
        ordering = ("team", "position", "name")
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        constraints = (
            models.UniqueConstraint(
                fields=["team", "code"],
                name="site_code_once",
                violation_error_message=_("The team already has a site with this code."),
            ),
        )

    def __str__(self) -> str:
        return self.name


class SiteObservationQuerySet(models.QuerySet["SiteObservation"]):
    def live(self) -> Self:
        """Values of the revisions that count."""
        return self.filter(live=True)


class SiteObservation(AbstractObservation):
    """What one site counted of a measure in a month; the team's ``Observation`` holds the sum."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="site_observations")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="observations")

    objects = SiteObservationQuerySet.as_manager()

    class Meta:
        constraints = (
            *number_constraints("site_observation"),
            models.UniqueConstraint(fields=["submission", "measure", "site"], name="site_observation_once_a_revision"),
        )

    def __str__(self) -> str:
        return f"{self.site} {self.measure} {self.month:%Y-%m}"
