"""What a team asks of its senior leader, and what the leader answers."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from teams.enums import Answer
from teams.models.team import Team
from teams.rules import answer_requests


class LeaderRequestQuerySet(models.QuerySet["LeaderRequest"]):
    def unanswered(self) -> Self:
        """Requests that still wait; "later" still waits."""
        return self.filter(Q(answer="") | Q(answer=Answer.LATER))

    def visible_to(self, user: Any) -> Self:
        return self.filter(team__in=Team.objects.visible_to(user))

    def waiting_for(self, user: Any) -> Self:
        """Requests without any answer whose leader the person is."""
        return self.filter(answer="", team__in=Team.objects.filter(answer_requests.rows(user)))


class LeaderRequest(models.Model):
    """One request: a barrier that only the leader can remove, with a day by which it matters."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="leader_requests")
    text = models.TextField(_("what we ask"), help_text=_("One thing, in one or two sentences."))
    why = models.TextField(_("why it matters"), blank=True)
    needed_by = models.DateField(_("needed by"), null=True, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    answer = models.CharField(_("answer"), max_length=5, choices=Answer, blank=True)
    answer_note = models.TextField(_("a few words"), blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = LeaderRequestQuerySet.as_manager()

    class Meta:
        ordering = ("-made_at",)
        constraints = (
            models.CheckConstraint(
                condition=Q(answer="", answered_by__isnull=True, answered_at__isnull=True)
                | (Q(answer__in=Answer.values) & Q(answered_by__isnull=False, answered_at__isnull=False)),
                name="leader_request_answered_who_and_when",
            ),
        )

    def __str__(self) -> str:
        return self.text[:60]
