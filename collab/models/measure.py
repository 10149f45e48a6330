"""Measure definitions. A measure keeps its code for ever; what it means is a version that holds from a month on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Self

from django.conf import settings
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from collab.common import months
from collab.enums import Cadence, ChartKind, Direction, MeasureKind, RuleSet, Statistic
from collab.models.collaborative import Collaborative

PERCENT = "%"


class MeasureQuerySet(models.QuerySet["Measure"]):
    def in_use(self) -> Self:
        """Measures that teams still report."""
        return self.filter(retired_on__isnull=True)

    def with_versions(self) -> Self:
        """Prefetch the versions, which every presenter needs."""
        return self.prefetch_related("versions")


class Measure(models.Model):
    """Something that every team of a collaborative counts."""

    collaborative = models.ForeignKey(Collaborative, on_delete=models.PROTECT, related_name="measures")
    code = models.CharField(
        _("code"),
        max_length=40,
        validators=[
            RegexValidator(
                r"^[a-z][a-z0-9_]*$",
                _("Use small letters, digits and underscores, starting with a letter: no_show, waiting_days."),
            )
        ],
        help_text=_("The short name in files, such as no_show. It can not be changed later."),
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    required = models.BooleanField(_("core measure"), default=True, help_text=_("Every team reports it."))
    retired_on = models.DateField(_("retired"), null=True, blank=True)
    library_code = models.CharField(
        _("copied from the library"),
        max_length=60,
        blank=True,
        help_text=_("The code of the library measure that it began as. Empty for a measure of one's own."),
    )

    # How it is drawn is not what it means: changing it makes no new version and breaks no line.
    drawn_as = models.CharField(
        _("drawn as"), max_length=5, choices=ChartKind, blank=True, help_text=_("Empty: as the definition says.")
    )
    rules = models.CharField(_("rules for signals"), max_length=10, choices=RuleSet, default=RuleSet.ANHOEJ)

    objects = MeasureQuerySet.as_manager()

    class Meta:
        ordering = ("position", "code")
        verbose_name = _("measure")
        verbose_name_plural = _("measures")
        constraints = (
            models.UniqueConstraint(
                fields=["collaborative", "code"],
                name="measure_code_once",
                violation_error_message=_("This collaborative already has a measure with this code."),
            ),
            models.UniqueConstraint(
                fields=["collaborative", "library_code"],
                condition=~Q(library_code=""),
                name="measure_library_code_once",
                violation_error_message=_("This measure of the library was copied here before."),
            ),
            models.CheckConstraint(
                condition=Q(drawn_as="") | Q(drawn_as__in=ChartKind.values), name="measure_drawn_as_known"
            ),
            models.CheckConstraint(condition=Q(rules__in=RuleSet.values), name="measure_rules_known"),
        )

    def __str__(self) -> str:
        return self.code

    def version_for(self, month: dt.date) -> MeasureVersion:
        """The definition that holds in ``month``: the newest that starts then or earlier, else the first.

        Uses the prefetched versions when there are any.
        """
        return self.versions_for([month])[0]

    def versions_for(self, asked: Iterable[dt.date]) -> list[MeasureVersion]:
        """The same for several months; the same object for the same definition."""
        newest_first = sorted(self.versions.all(), key=lambda version: -version.number)
        first = newest_first[-1]
        return [
            next((version for version in newest_first if version.effective_month <= month), first) for month in asked
        ]

    def is_asked_for(self, month: dt.date, collaborative: Collaborative) -> bool:
        """Whether teams owe a value in this period: defined by its end, not retired by then, and its turn.

        A quarterly measure in a monthly collaborative is asked for with every third month. Uses prefetched versions;
        ``collaborative`` is the measure's own, at hand.
        """
        last = months.last_day(month, step=collaborative.step)
        first = min(version.effective_month for version in self.versions.all())
        if first > last or (self.retired_on is not None and self.retired_on <= last):
            return False
        if self.version_for(month).period == Cadence.QUARTER and collaborative.cadence == Cadence.MONTH:
            return months.count_between(collaborative.start, month) % Cadence.QUARTER.step == 0
        return True

    @property
    def chart_kind(self) -> ChartKind:
        """What the measure's charts are drawn as: what was chosen for it here, else what its definition says."""
        return ChartKind(self.drawn_as or self.latest.chart)

    @property
    def latest(self) -> MeasureVersion:
        """The newest definition."""
        return max(self.versions.all(), key=lambda version: version.number)


class MeasureVersion(models.Model):
    """What a measure means from ``effective_month`` on. A new version draws a break on every chart."""

    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("version"), default=1)
    effective_month = models.DateField(_("holds from"))
    name = models.CharField(_("name"), max_length=200)
    rationale = models.TextField(_("why it is measured"), blank=True)
    steward = models.CharField(
        _("steward"), max_length=200, blank=True, help_text=_("Who looks after the definition, if not you.")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=MeasureKind, default=MeasureKind.PROCESS)
    stat = models.CharField(_("statistic"), max_length=14, choices=Statistic, default=Statistic.PROPORTION)
    direction = models.CharField(_("direction"), max_length=5, choices=Direction, default=Direction.UP)
    unit = models.CharField(_("unit"), max_length=40, default=PERCENT, blank=True)
    multiplier = models.FloatField(
        _("multiplier"),
        default=1,
        validators=[MinValueValidator(0)],
        help_text=_("100 for percent, 1000 for a rate per 1,000, otherwise 1."),
    )
    numerator = models.TextField(_("numerator"), help_text=_("What exactly is counted or added up."))
    denominator = models.TextField(_("denominator"), blank=True, help_text=_("Out of whom or what."))
    exclusions = models.TextField(_("exclusions"), blank=True)
    guidance = models.TextField(_("how to count it"), blank=True)
    data_source = models.CharField(_("where the numbers come from"), max_length=300, blank=True)
    period = models.CharField(_("period"), max_length=10, choices=Cadence, default=Cadence.MONTH)
    maturation_days = models.PositiveSmallIntegerField(
        _("days until final"), default=0, help_text=_("How long after the period the value may still change.")
    )
    sampling_ok = models.BooleanField(_("a sample is allowed"), default=False)
    min_denominator = models.PositiveIntegerField(
        _("smallest denominator for comparison"),
        default=11,
        help_text=_("Teams below it are left out of mean, median and percentiles."),
    )
    goal = models.FloatField(_("goal"), null=True, blank=True, help_text=_("In the unit above, such as 80 for 80 %."))
    min_value = models.FloatField(_("lowest possible value"), null=True, blank=True)
    max_value = models.FloatField(_("highest possible value"), null=True, blank=True)
    default_strata = models.CharField(_("look at it by"), max_length=200, blank=True)
    chart = models.CharField(_("chart"), max_length=5, choices=ChartKind, default=ChartKind.RUN)
    version_year = models.PositiveSmallIntegerField(_("year of the definition"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=500, blank=True)
    license_note = models.CharField(_("license"), max_length=500, blank=True)
    change_note = models.CharField(_("what changed"), max_length=300, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("measure", "number")
        verbose_name = _("measure definition")
        verbose_name_plural = _("measure definitions")
        constraints = (
            months.first_day_constraint("measure_version", "effective_month"),
            models.UniqueConstraint(fields=["measure", "number"], name="measure_version_number_once"),
            models.UniqueConstraint(
                fields=["measure", "effective_month"],
                name="measure_version_month_once",
                violation_error_message=_("Another version of this measure already starts in that month."),
            ),
            models.CheckConstraint(condition=Q(kind__in=MeasureKind.values), name="measure_version_kind_known"),
            models.CheckConstraint(condition=Q(stat__in=Statistic.values), name="measure_version_stat_known"),
            models.CheckConstraint(condition=Q(direction__in=Direction.values), name="measure_version_direction_known"),
            models.CheckConstraint(condition=Q(chart__in=ChartKind.values), name="measure_version_chart_known"),
            models.CheckConstraint(
                condition=Q(multiplier__gt=0),
                name="measure_version_multiplier_positive",
                violation_error_message=_("The multiplier must be above 0."),
            ),
            models.CheckConstraint(
                condition=Q(min_value__isnull=True)
                | Q(max_value__isnull=True)
                | Q(min_value__lt=models.F("max_value")),
                name="measure_version_range_in_order",
                violation_error_message=_("The lowest possible value must be below the highest."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def statistic(self) -> Statistic:
        return Statistic(self.stat)

    def value(self, numerator: float | None, denominator: float | None) -> float | None:
        """The value in the measure's unit, or None where there is none: a zero denominator is missing, never 0."""
        if numerator is None:
            return None
        if not self.statistic.has_denominator:
            return numerator * self.multiplier
        if not denominator:
            return None
        return self.multiplier * numerator / denominator
