"""Aims and the ramps under them: what a team wants to reach, and the series of cycles that lead there."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from collab.models import ChangeIdea, Driver, Measure
from pdsa.enums import AimForm, RampStatus
from pdsa.limits import long_text
from teams.models import Team
from teams.rules import view_team


class AimQuerySet(models.QuerySet["Aim"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(team__in=Team.objects.filter(view_team.rows(user)))

    def current(self) -> Self:
        """Aims the team still works on."""
        return self.filter(closed_on__isnull=True)

    def current_first(self) -> Self:
        """Those the team works on by number, then those that are closed, last closed first."""
        return self.order_by(F("closed_on").desc(nulls_first=True), "number")


class Aim(models.Model):
    """What a team is trying to accomplish: what, how much, for whom, by when; and, as a charter, who and how.

    The three questions of the Model for Improvement are ``what``/``how_much``/``for_whom``/``by_when``,
    ``measures`` and the ramps with their change ideas. The rest are the fields of a charter (NIATx and others).
    """

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="aims")
    number = models.PositiveSmallIntegerField(_("number"))
    form = models.CharField(_("form"), max_length=12, choices=AimForm, default=AimForm.IMPROVEMENT)
    title = models.CharField(_("title"), max_length=200)
    what = long_text(_("what will be better"), blank=True)
    how_much = models.CharField(_("by how much"), max_length=200, blank=True)
    for_whom = models.CharField(_("for whom"), max_length=200, blank=True)
    by_when = models.DateField(_("by when"), null=True, blank=True)
    measures = models.ManyToManyField(Measure, related_name="+", blank=True, verbose_name=_("measures"))
    why = long_text(_("why it matters"), blank=True)
    in_scope = long_text(_("in scope"), blank=True)
    out_of_scope = long_text(_("out of scope"), blank=True)
    leader_goal = long_text(_("the leader's goal"), blank=True)
    leader_sign = long_text(_("how the leader will know"), blank=True)
    equity_group = long_text(_("which group must not be left behind"), blank=True)
    co_designers = long_text(_("who with lived experience designs this with us"), blank=True)
    # Charter only.
    sponsor = models.CharField(_("executive sponsor"), max_length=200, blank=True)
    change_leader = models.CharField(_("change leader"), max_length=200, blank=True)
    data_coordinator = models.CharField(_("data coordinator"), max_length=200, blank=True)
    members = long_text(_("team members and roles"), blank=True)
    customer_needs = long_text(_("what clients and families need"), blank=True)
    business_case = long_text(_("business case"), blank=True)
    root_causes = long_text(_("root causes"), blank=True)
    risks = long_text(_("barriers, risks and what we do about them"), blank=True)
    resources = long_text(_("time and resources"), blank=True)
    milestones = long_text(_("milestones"), blank=True)
    communication = long_text(_("who hears of it, and how"), blank=True)
    sustaining = long_text(_("how the gain will be held"), blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    outcome = long_text(_("what was reached"), blank=True)

    objects = AimQuerySet.as_manager()

    class Meta:
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=["team", "number"], name="aim_number_once"),
            models.CheckConstraint(condition=Q(form__in=AimForm.values), name="aim_form_known"),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("aim", args=[self.team.collaborative.slug, self.team.slug, self.number])

    @property
    def variant(self) -> AimForm:
        """Which questions it answers, with label and description."""
        return AimForm(self.form)


class RampQuerySet(models.QuerySet["Ramp"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(team__in=Team.objects.filter(view_team.rows(user)))

    def active(self) -> Self:
        return self.filter(status=RampStatus.ACTIVE)


class Ramp(models.Model):
    """A series of linked cycles that tests one change on a growing scale. Several may run under one aim."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="ramps")
    number = models.PositiveSmallIntegerField(_("number"))
    aim = models.ForeignKey(
        Aim, on_delete=models.PROTECT, null=True, blank=True, related_name="ramps", verbose_name=_("aim")
    )
    title = models.CharField(_("title"), max_length=200)
    objective = long_text(_("what this series shall show"), blank=True)
    idea = models.ForeignKey(
        ChangeIdea, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("change idea")
    )
    drivers = models.ManyToManyField(Driver, related_name="+", blank=True, verbose_name=_("drivers"))
    status = models.CharField(_("status"), max_length=10, choices=RampStatus, default=RampStatus.ACTIVE)
    status_reason = models.CharField(_("why"), max_length=300, blank=True)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = RampQuerySet.as_manager()

    class Meta:
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=["team", "number"], name="ramp_number_once"),
            models.CheckConstraint(condition=Q(status__in=RampStatus.values), name="ramp_status_known"),
            models.CheckConstraint(
                condition=Q(status=RampStatus.ACTIVE, ended_on__isnull=True)
                | (~Q(status=RampStatus.ACTIVE) & Q(ended_on__isnull=False)),
                name="ramp_ended_when",
            ),
            models.CheckConstraint(
                condition=~Q(status=RampStatus.STOPPED) | ~Q(status_reason=""),
                name="ramp_stopped_with_reason",
                violation_error_message=_("Say why the series stops, so that others can learn from it."),
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("ramp", args=[self.team.collaborative.slug, self.team.slug, self.number])

    @property
    def standing(self) -> RampStatus:
        """Its status with label and tone."""
        return RampStatus(self.status)
