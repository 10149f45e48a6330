"""Invitations as the inviting and the invited read them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from collab.common.models import StaleMark
from collab.models import Center, Collaborative, User
from teams.models import Agency, Invitation, Team

MAIL_TASK = "teams.invitation_mail"
# Long enough for the second of two clicks on a slow connection, too short to try passwords at a used link.
SECOND_CLICK = dt.timedelta(minutes=1)
Subject = Center | Collaborative | Agency | Team


class InvitationState(StrEnum):
    """What can be done with an invitation now."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REVOKED = "revoked"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class WaitingInvitation:
    """A line of the list of those who were invited and have not answered yet."""

    invitation: Invitation
    has_run_out: bool
    mail_tries: int

    @property
    def is_being_sent(self) -> bool:
        """The mail still waits for the job that sends it."""
        return self.invitation.sent_at is None and not self.mail_tries

    @property
    def mail_failed(self) -> bool:
        """The mail could not be handed over so far; it is tried again."""
        return self.mail_tries > 0


def state_of(invitation: Invitation) -> InvitationState:
    """Whether the invitation can be accepted, and if not, why."""
    if invitation.accepted_at is not None:
        return InvitationState.ACCEPTED
    if invitation.revoked_at is not None:
        return InvitationState.REVOKED
    if invitation.expires_at <= timezone.now():
        return InvitationState.EXPIRED
    return InvitationState.OPEN


def accepted_a_moment_ago(invitation: Invitation) -> bool:
    """Whether it was accepted so lately that the same click may come twice."""
    return invitation.accepted_at is not None and timezone.now() - invitation.accepted_at < SECOND_CLICK


def invitation_for(token: str) -> Invitation | None:
    """The invitation whose link holds ``token``, in whatever state, with what it leads to."""
    return Invitation.objects.for_token(token).with_subjects().first()


def waiting_invitations(subject: Subject) -> list[WaitingInvitation]:
    """Who was invited to a role in ``subject`` and has not answered, newest first. Two queries."""
    waiting = list(Invitation.objects.for_subject(subject).waiting().select_related("invited_by"))
    tries = dict(
        StaleMark.objects.filter(task=MAIL_TASK, key__in=[str(invitation.pk) for invitation in waiting]).values_list(
            "key", "tries"
        )
    )
    now = timezone.now()
    return [
        WaitingInvitation(invitation, invitation.expires_at <= now, tries.get(str(invitation.pk), 0))
        for invitation in waiting
    ]


def verified_addresses(user: Any) -> list[str]:
    """The addresses that the person has proven to own, in lower case."""
    return [
        email.lower() for email in EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    ]


def open_invitations_for(user: Any) -> list[Invitation]:
    """Invitations that a signed-in person can accept with one click, with what they lead to."""
    return list(Invitation.objects.open().addressed_to(verified_addresses(user)).with_subjects())


def person_with_address(email: str) -> User | None:
    """Whose address this is: the one they sign in with, or another one that they have verified."""
    return people_with_addresses([email]).get(email.lower())


def people_with_addresses(emails: Iterable[str]) -> dict[str, User]:
    """Address in lower case → the person it belongs to. Two queries, however many addresses."""
    wanted = {email.lower() for email in emails}
    found = {
        address.email.lower(): address.user
        for address in EmailAddress.objects.annotate(lower_email=Lower("email"))
        .filter(lower_email__in=wanted, verified=True)
        .select_related("user")
    }
    by_sign_in = User.objects.annotate(lower_email=Lower("email")).filter(Q(lower_email__in=wanted))
    return found | {user.email.lower(): user for user in by_sign_in}
