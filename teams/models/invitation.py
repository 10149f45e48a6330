"""Invitations: the only way to an account. The link's token is stored hashed, holds once, and runs out."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collab.models import Center, Collaborative
from teams.enums import InvitedRole, SubjectKind
from teams.models.agency import Agency
from teams.models.team import Team

LIFETIME = dt.timedelta(days=14)


def new_token() -> str:
    """A token for a link: 256 bits, safe in an address."""
    return secrets.token_urlsafe(32)


def hashed(token: str) -> str:
    """What is stored of a token. The token is random and long, so a plain SHA-256 can not be guessed back."""
    return hashlib.sha256(token.encode()).hexdigest()


def _expiry() -> dt.datetime:
    return timezone.now() + LIFETIME


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self, now: dt.datetime | None = None) -> Self:
        """Neither accepted nor taken back nor run out."""
        return self.filter(accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=now or timezone.now())

    def waiting(self) -> Self:
        """Neither accepted nor taken back; some may have run out and can be sent again."""
        return self.filter(accepted_at__isnull=True, revoked_at__isnull=True)

    def for_token(self, token: str) -> Self:
        return self.filter(token_hash=hashed(token))

    def for_subject(self, subject: Center | Collaborative | Agency | Team) -> Self:
        """Invitations to roles in one center, collaborative, agency or team."""
        return self.filter(**{SubjectKind(str(subject._meta.model_name)).value: subject})

    def addressed_to(self, emails: Iterable[str]) -> Self:
        """Invitations to any of these addresses; capitals do not matter."""
        return self.annotate(lower_email=Lower("email")).filter(lower_email__in=[email.lower() for email in emails])

    def with_subjects(self) -> Self:
        """With what they lead to, for showing."""
        return self.select_related(
            "center", "collaborative", "agency", "team__collaborative", "team__agency", "invited_by"
        )


class Invitation(models.Model):
    """An invitation of one e-mail address to one role for one object."""

    email = models.EmailField(_("e-mail address"))
    name = models.CharField(_("name"), max_length=150, blank=True)
    role = models.CharField(_("role"), max_length=30, choices=InvitedRole)
    center = models.ForeignKey(Center, on_delete=models.CASCADE, null=True, blank=True, related_name="invitations")
    collaborative = models.ForeignKey(
        Collaborative, on_delete=models.CASCADE, null=True, blank=True, related_name="invitations"
    )
    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, null=True, blank=True, related_name="invitations")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True, blank=True, related_name="invitations")
    message = models.TextField(_("a few words from you"), blank=True)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(default=_expiry)
    # When the mail with the present link was handed over; empty while it waits to be sent.
    sent_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at",)
        constraints = (
            models.CheckConstraint(condition=Q(role__in=InvitedRole.values), name="invitation_role_known"),
            models.CheckConstraint(
                condition=(
                    Q(
                        center__isnull=False,
                        collaborative__isnull=True,
                        agency__isnull=True,
                        team__isnull=True,
                    )
                    | Q(
                        center__isnull=True,
                        collaborative__isnull=False,
                        agency__isnull=True,
                        team__isnull=True,
                    )
                    | Q(
                        center__isnull=True,
                        collaborative__isnull=True,
                        agency__isnull=False,
                        team__isnull=True,
                    )
                    | Q(
                        center__isnull=True,
                        collaborative__isnull=True,
                        agency__isnull=True,
                        team__isnull=False,
                    )
                ),
                name="invitation_for_one_object",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="invitation_accepted_who_and_when",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(revoked_at__isnull=True),
                name="invitation_accepted_or_revoked",
                violation_error_message=_("An invitation is accepted or taken back, never both."),
            ),
            *(
                models.UniqueConstraint(
                    Lower("email"),
                    "role",
                    kind.value,
                    condition=Q(accepted_at__isnull=True, revoked_at__isnull=True),
                    name=f"invitation_once_in_{kind.value}",
                    violation_error_message=_("This address already has an invitation to this role."),
                )
                for kind in SubjectKind
            ),
        )

    def __str__(self) -> str:
        return f"{self.email}: {self.get_role_display()}"

    @property
    def subject(self) -> Center | Collaborative | Agency | Team:
        """What the role is for."""
        found = self.center or self.collaborative or self.agency or self.team
        if found is None:
            raise ValueError("An invitation is always for one object.")
        return found
