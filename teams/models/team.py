"""Teams: an agency, or a pair of agencies, in one collaborative; and who is in them from when until when."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from collab.common import months
from collab.common.enums import Tone
from collab.common.models import Dated, DatedQuerySet
from collab.models import Collaborative
from teams.enums import TeamRole, TeamStatus, WithdrawalReason, WithdrawalStage
from teams.models.agency import Agency
from teams.rules import belong_to_team, view_team


class TeamQuerySet(models.QuerySet["Team"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(view_team.rows(user))

    def of_member(self, user: Any) -> Self:
        """Teams the person belongs to today."""
        return self.filter(belong_to_team.rows(user))

    def named(self, words: str) -> Self:
        """Teams with ``words`` in their own or an agency's name; all when there are none."""
        fields = ("name", "agency__name", "partner_agency__name")
        return self.filter(Q.create([Q(**{f"{field}__icontains": words}) for field in fields], Q.OR)) if words else self

    def with_people(self) -> Self:
        """With ``people``: how many people are in the team today. Counted of the rows that are read, not of all."""
        current = TeamMembership.objects.current().filter(team=models.OuterRef("pk")).order_by()
        counted = current.values("team").annotate(count=models.Count("pk")).values("count")
        return self.annotate(people=Coalesce(models.Subquery(counted), 0))

    def by_status(self) -> Self:
        """Teams that take part first, then those that completed, then those that left; by name."""
        place = {TeamStatus.ACTIVE: 1, TeamStatus.COMPLETED: 2, TeamStatus.WITHDRAWN: 3}
        return self.order_by(
            models.Case(*(models.When(status=status, then=order) for status, order in place.items())), "name", "pk"
        )

    def expected_in(self, month: dt.date, *, step: int = 1) -> Self:
        """Teams enrolled and active in a reporting month.

        Enrolled by its last day, not withdrawn by then, and not completed before it began: who completes in a month
        still reports it.
        """
        last = months.last_day(month, step=step)
        return self.filter(
            Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gt=last),
            Q(completed_on__isnull=True) | Q(completed_on__gte=month),
            enrolled_on__lte=last,
        )


class Team(models.Model):
    """An agency (or a pair) in one collaborative. A team that leaves keeps its row and its data."""

    collaborative = models.ForeignKey(Collaborative, on_delete=models.PROTECT, related_name="teams")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="teams", verbose_name=_("agency"))
    partner_agency = models.ForeignKey(
        Agency,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="partner_teams",
        verbose_name=_("partner agency"),
        help_text=_("Only for a team of two agencies, such as behavioral health and primary care."),
    )
    slug = models.SlugField(_("short name in addresses"), max_length=60)
    name = models.CharField(_("name"), max_length=200)
    code_name = models.CharField(_("code name"), max_length=40, help_text=_("Shown to others where data are coded."))
    enrolled_on = models.DateField(_("enrolled on"))
    status = models.CharField(_("status"), max_length=10, choices=TeamStatus, default=TeamStatus.ACTIVE)
    withdrawn_on = models.DateField(_("withdrew on"), null=True, blank=True)
    withdrawal_stage = models.CharField(_("stage"), max_length=15, choices=WithdrawalStage, blank=True)
    withdrawal_reason = models.CharField(_("reason"), max_length=15, choices=WithdrawalReason, blank=True)
    withdrawal_note = models.TextField(_("what happened"), blank=True)
    completed_on = models.DateField(_("completed on"), null=True, blank=True)
    leader_goal = models.TextField(
        _("the leader's goal"),
        blank=True,
        help_text=_("What the senior leader wants from this work, in own words."),
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TeamQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        constraints = (
            models.UniqueConstraint(
                fields=["collaborative", "slug"],
                name="team_slug_once",
                violation_error_message=_("Another team of this collaborative has this short name."),
            ),
            models.UniqueConstraint(
                fields=["collaborative", "code_name"],
                name="team_code_name_once",
                violation_error_message=_("Another team of this collaborative has this code name."),
            ),
            models.UniqueConstraint(
                fields=["collaborative", "agency"],
                condition=Q(partner_agency__isnull=True),
                name="team_once_per_agency",
                violation_error_message=_("This agency already has a team in this collaborative."),
            ),
            models.CheckConstraint(
                condition=Q(partner_agency__isnull=True) | ~Q(partner_agency=F("agency")),
                name="team_pair_is_two_agencies",
                violation_error_message=_("The partner must be another agency."),
            ),
            models.CheckConstraint(condition=Q(status__in=TeamStatus.values), name="team_status_known"),
            models.CheckConstraint(
                condition=(
                    Q(status=TeamStatus.WITHDRAWN, withdrawn_on__isnull=False)
                    & Q(
                        withdrawal_stage__in=WithdrawalStage.values,
                        withdrawal_reason__in=WithdrawalReason.values,
                    )
                )
                | (
                    ~Q(status=TeamStatus.WITHDRAWN)
                    & Q(withdrawn_on__isnull=True, withdrawal_stage="", withdrawal_reason="")
                ),
                name="team_withdrawal_date_stage_reason",
                violation_error_message=_("A withdrawn team needs the date, the stage and the reason."),
            ),
            models.CheckConstraint(
                condition=Q(status=TeamStatus.COMPLETED, completed_on__isnull=False)
                | (~Q(status=TeamStatus.COMPLETED) & Q(completed_on__isnull=True)),
                name="team_completion_date",
                violation_error_message=_("A completed team needs the date."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("team", args=[self.collaborative.slug, self.slug])

    @property
    def status_tone(self) -> Tone:
        """The colour of the status badge."""
        return TeamStatus(self.status).tone

    def is_expected_in(self, month: dt.date) -> bool:
        """Whether the team owes figures for this month; the same rule as ``TeamQuerySet.expected_in``."""
        last = months.last_day(month, step=self.collaborative.step)
        return (
            self.enrolled_on <= last
            and (self.withdrawn_on is None or self.withdrawn_on > last)
            and (self.completed_on is None or self.completed_on >= month)
        )


class TeamMembership(Dated):
    """A person's role in a team, from a day until a day. Leavers keep their row: turnover is counted from it."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="team_memberships")
    role = models.CharField(_("role"), max_length=20, choices=TeamRole, default=TeamRole.MEMBER)
    discipline = models.CharField(_("discipline"), max_length=80, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        ordering = ("user__name",)
        constraints = (
            models.CheckConstraint(condition=Q(role__in=TeamRole.values), name="team_membership_role_known"),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
                name="team_membership_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["team", "user"],
                condition=Q(ended_on__isnull=True),
                name="team_membership_once",
                violation_error_message=_("This person is already in the team."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"
