"""Centers: the organisations that host collaboratives, and their coordinators."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from collab.common.models import Dated, DatedQuerySet
from collab.enums import CenterRole
from collab.rules import view_center


class CenterQuerySet(models.QuerySet["Center"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(view_center.rows(user))


class Center(models.Model):
    """An organisation that hosts collaboratives. Everything else belongs to one center."""

    slug = models.SlugField(_("short name in addresses"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CenterQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        verbose_name = _("center")
        verbose_name_plural = _("centers")

    def __str__(self) -> str:
        return self.name


class CenterAppointment(Dated):
    """A person's role for a center, from a day until a day."""

    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="appointments")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="center_roles")
    role = models.CharField(_("role"), max_length=30, choices=CenterRole, default=CenterRole.COORDINATOR)

    objects = DatedQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(role__in=CenterRole.values), name="center_appointment_role_known"),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=models.F("started_on")),
                name="center_appointment_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["center", "user", "role"],
                condition=Q(ended_on__isnull=True),
                name="center_appointment_once",
                violation_error_message=_("This person already has this role."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"
