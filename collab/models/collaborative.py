"""Collaboratives: one topic, many teams, a start, a number of months, and rules about data."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collab.common import months
from collab.common.models import Dated, DatedQuerySet
from collab.common.months import Span
from collab.enums import Cadence, CollaborativeRole, CollaborativeStatus, CollaborativeType, DataSharing
from collab.models.center import Center
from collab.rules import manage_collaborative, view_collaborative


def validate_time_zone(name: str) -> None:
    """Only names the machine's time zone database knows."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(
            _("“%(name)s” is not a time zone. Choose one such as America/New_York."),
            code="time_zone",
            params={"name": name},
        )


class CollaborativeQuerySet(models.QuerySet["Collaborative"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(view_collaborative.rows(user))

    def manageable_by(self, user: Any) -> Self:
        return self.filter(manage_collaborative.rows(user))

    def running(self) -> Self:
        return self.filter(status=CollaborativeStatus.RUNNING)


class Collaborative(models.Model):
    """A learning collaborative (or a relative of one) with its aim, its calendar of months and its data policy."""

    center = models.ForeignKey(
        Center, on_delete=models.PROTECT, related_name="collaboratives", verbose_name=_("center")
    )
    slug = models.SlugField(_("short name in addresses"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=200)
    type = models.CharField(
        _("type"), max_length=30, choices=CollaborativeType, default=CollaborativeType.LEARNING_COLLABORATIVE
    )
    topic = models.CharField(_("topic"), max_length=200)
    aim = models.TextField(_("aim"), help_text=_("What will be better, by how much, for whom, by when?"))
    status = models.CharField(
        _("status"), max_length=10, choices=CollaborativeStatus, default=CollaborativeStatus.SETUP
    )
    start = models.DateField(_("first month"))
    months = models.PositiveSmallIntegerField(
        _("number of months"), default=12, validators=[MinValueValidator(1), MaxValueValidator(240)]
    )
    cadence = models.CharField(_("teams report"), max_length=10, choices=Cadence, default=Cadence.MONTH)
    time_zone = models.CharField(
        _("time zone"), max_length=60, default="America/New_York", validators=[validate_time_zone]
    )
    due_day = models.PositiveSmallIntegerField(
        _("due day"),
        default=10,
        validators=[MinValueValidator(1), MaxValueValidator(28)],
        help_text=_("Figures are due at the end of this day of the following month."),
    )
    lock_after_days = models.PositiveSmallIntegerField(
        _("days until a month is locked"),
        default=60,
        help_text=_("So many days after the due day a month can be changed only after a coordinator reopens it."),
    )
    data_sharing = models.CharField(_("data sharing"), max_length=10, choices=DataSharing, default=DataSharing.CODED)
    faculty_see_small_counts = models.BooleanField(
        _("faculty see counts of 1–10"),
        default=False,
        help_text=_("Only where the agreement with the agencies says so. Everybody else never sees them."),
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CollaborativeQuerySet.as_manager()

    class Meta:
        ordering = ("-start", "name")
        verbose_name = _("collaborative")
        verbose_name_plural = _("collaboratives")
        constraints = (
            months.first_day_constraint("collaborative", "start"),
            models.CheckConstraint(condition=Q(type__in=CollaborativeType.values), name="collaborative_type_known"),
            models.CheckConstraint(
                condition=Q(status__in=CollaborativeStatus.values), name="collaborative_status_known"
            ),
            models.CheckConstraint(condition=Q(cadence__in=Cadence.values), name="collaborative_cadence_known"),
            models.CheckConstraint(
                condition=Q(data_sharing__in=DataSharing.values), name="collaborative_data_sharing_known"
            ),
            models.CheckConstraint(
                condition=Q(due_day__gte=1, due_day__lte=28),
                name="collaborative_due_day_in_every_month",
                violation_error_message=_("The due day must be from 1 to 28, so that every month has it."),
            ),
            models.CheckConstraint(
                condition=Q(months__gte=1, months__lte=240),
                name="collaborative_months_in_range",
                violation_error_message=_("A collaborative lasts from 1 to 240 months."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("collaborative", args=[self.slug])

    @property
    def standing(self) -> CollaborativeStatus:
        """Its status with label and tone."""
        return CollaborativeStatus(self.status)

    @property
    def step(self) -> int:
        """Months in one reporting period."""
        return Cadence(self.cadence).step

    @property
    def last_month(self) -> dt.date:
        """The last reporting period's first month."""
        return self.reporting_months()[-1]

    @property
    def span(self) -> Span:
        """From the first reporting month to the last."""
        return Span(self.start, months.add(self.start, self.months - 1))

    def reporting_months(self) -> list[dt.date]:
        """The first month of every reporting period, in order."""
        return list(months.iterate(self.span.first, self.span.last, step=self.step))

    def is_reporting_month(self, month: dt.date) -> bool:
        return month in self.span and (months.count_between(self.start, month) - 1) % self.step == 0

    def due_at(self, month: dt.date) -> dt.datetime:
        """The instant until which a submission is on time."""
        return months.due_at(month, due_day=self.due_day, time_zone=self.time_zone, step=self.step)

    def due_date(self, month: dt.date) -> dt.date:
        return months.due_date(month, due_day=self.due_day, step=self.step)

    def locks_at(self, month: dt.date) -> dt.datetime:
        """The instant from which only a coordinator can open the month again."""
        return self.due_at(month) + dt.timedelta(days=self.lock_after_days)

    def today(self, now: dt.datetime | None = None) -> dt.date:
        return months.today(self.time_zone, now or timezone.now())

    def ended_months(self, now: dt.datetime | None = None) -> list[dt.date]:
        """Reporting periods that are over at ``now``, in order: those that can be reported."""
        today = self.today(now)
        return [month for month in self.reporting_months() if months.last_day(month, step=self.step) < today]

    def present_month(self, now: dt.datetime | None = None) -> dt.date:
        """The reporting period that today lies in; before the start the first one, after the end the last."""
        reporting = self.reporting_months()
        return reporting[min(len(self.ended_months(now)), len(reporting) - 1)]

    def due_months(self, now: dt.datetime | None = None) -> list[dt.date]:
        """Reporting periods whose deadline has passed at ``now``, in order."""
        at = now or timezone.now()
        return [month for month in self.reporting_months() if self.due_at(month) <= at]


class CollaborativeAppointment(Dated):
    """A person's role in a collaborative: faculty, sponsor or reviewer, from a day until a day."""

    collaborative = models.ForeignKey(Collaborative, on_delete=models.PROTECT, related_name="appointments")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="collaborative_roles")
    role = models.CharField(_("role"), max_length=30, choices=CollaborativeRole)

    objects = DatedQuerySet.as_manager()

    class Meta:
        ordering = ("role", "user__name")
        constraints = (
            models.CheckConstraint(
                condition=Q(role__in=CollaborativeRole.values), name="collaborative_appointment_role_known"
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
                name="collaborative_appointment_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["collaborative", "user", "role"],
                condition=Q(ended_on__isnull=True),
                name="collaborative_appointment_once",
                violation_error_message=_("This person already has this role."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"
