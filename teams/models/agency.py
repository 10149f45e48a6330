"""Agencies: the organisations that send teams, and their senior leaders."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from collab.common.models import Dated, DatedQuerySet, current_q
from collab.models import Center
from teams.enums import AgencyRole
from teams.rules import view_agency


class AgencyQuerySet(models.QuerySet["Agency"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(view_agency.rows(user))

    def named(self, words: str) -> Self:
        """Agencies with ``words`` in their name or code; all when there are none."""
        return self.filter(Q(name__icontains=words) | Q(code__icontains=words)) if words else self

    def with_counts(self) -> Self:
        """With ``team_count`` (as agency or partner, past teams included) and ``leader_count`` (today)."""
        return self.annotate(
            team_count=models.Count("teams", distinct=True) + models.Count("partner_teams", distinct=True),
            leader_count=models.Count("appointments", filter=current_q(prefix="appointments__"), distinct=True),
        )


class Agency(models.Model):
    """An organisation that takes part in a center's collaboratives with one or more teams."""

    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="agencies", verbose_name=_("center"))
    code = models.CharField(_("code"), max_length=40, help_text=_("The short name in files, such as NORTHSIDE."))
    name = models.CharField(_("name"), max_length=200)
    setting = models.CharField(
        _("setting"), max_length=120, blank=True, help_text=_("For example: community mental health center.")
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AgencyQuerySet.as_manager()

    class Meta:
        ordering = ("name", "code")
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")
        constraints = (
            models.UniqueConstraint(
                fields=["center", "code"],
                name="agency_code_once",
                violation_error_message=_("This center already has an agency with this code."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("agency", args=[self.pk])


class AgencyAppointment(Dated):
    """A person's role for an agency, from a day until a day."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="appointments")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="agency_roles")
    role = models.CharField(_("role"), max_length=30, choices=AgencyRole, default=AgencyRole.SENIOR_LEADER)

    objects = DatedQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(role__in=AgencyRole.values), name="agency_appointment_role_known"),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
                name="agency_appointment_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["agency", "user", "role"],
                condition=Q(ended_on__isnull=True),
                name="agency_appointment_once",
                violation_error_message=_("This person already has this role."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"
