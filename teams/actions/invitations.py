"""Inviting people, and what happens when they accept.

The link in the mail holds a token that is stored only as a hash, so nobody can read links out of the database, a
backup or the queue. That is why an invitation is written with the hash of a token nobody knows, and the job that sends
the mail makes a fresh token, stores its hash, and sends it. A stale mark written with the invitation makes sure that
the job runs even when the broker was down or a worker died; a mail that went out twice has its newest link working.
"""

from __future__ import annotations

from collections.abc import Iterable

from allauth.account.models import EmailAddress
from celery import current_app
from django.conf import settings
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from collab.common import audit
from collab.common.changes import locked
from collab.common.jobs import mark_stale, send_after_commit
from collab.models import User
from teams.actions.roles import give_role, scope_of
from teams.addresses import Addressee
from teams.enums import InvitedRole, TeamsEvent
from teams.models import Invitation
from teams.models.invitation import LIFETIME, hashed, new_token
from teams.policies import check_can_resend, check_can_revoke, objections_to_inviting
from teams.queries.invitations import (
    MAIL_TASK,
    InvitationState,
    Subject,
    person_with_address,
    state_of,
    verified_addresses,
)


class InvitationGoneError(Exception):
    """The invitation was used, taken back or has run out since the page was opened."""


class WrongAddressError(Exception):
    """The person has not proven to own the address that was invited."""


@transaction.atomic
def invite(
    *, by: User, subject: Subject, role: InvitedRole, people: Iterable[Addressee], message: str = ""
) -> list[Invitation]:
    """Invite people to one role in ``subject``; all of them or, with a ``ValidationError`` for each, none."""
    wanted = list(people)
    objections = objections_to_inviting(subject, role, [person.email for person in wanted])
    if objections:
        raise ValidationError(list(objections.values()))
    return [_invite_one(by, subject, role, person, message) for person in wanted]


def _invite_one(by: User, subject: Subject, role: InvitedRole, person: Addressee, message: str) -> Invitation:
    invitation = Invitation.objects.create(
        email=person.email,
        name=person.name,
        role=role,
        message=message,
        invited_by=by,
        token_hash=hashed(new_token()),
        **{role.subject_kind.value: subject},
    )
    audit.record(
        by=by,
        event=TeamsEvent.INVITED,
        target=invitation,
        scope=scope_of(subject),
        email=invitation.email,
        role=role.value,
    )
    _send_soon(invitation)
    return invitation


@transaction.atomic
def resend(*, by: User, invitation: Invitation) -> None:
    """Send the mail again with a new link and a new expiry; the old link stops when the new one goes out."""
    invitation = locked(invitation)
    check_can_resend(invitation)
    invitation.expires_at = timezone.now() + LIFETIME
    invitation.sent_at = None
    invitation.save(update_fields=["expires_at", "sent_at"])
    audit.record(
        by=by,
        event=TeamsEvent.INVITATION_RESENT,
        target=invitation,
        scope=scope_of(invitation.subject),
        email=invitation.email,
    )
    _send_soon(invitation)


@transaction.atomic
def revoke(*, by: User, invitation: Invitation) -> None:
    """Take an invitation back: its link stops at once. Doing it twice is the same as once."""
    invitation = locked(invitation)
    check_can_revoke(invitation)
    if invitation.revoked_at is not None:
        return
    invitation.revoked_at = timezone.now()
    invitation.save(update_fields=["revoked_at"])
    audit.record(
        by=by,
        event=TeamsEvent.INVITATION_REVOKED,
        target=invitation,
        scope=scope_of(invitation.subject),
        email=invitation.email,
    )


def _send_soon(invitation: Invitation) -> None:
    key = str(invitation.pk)
    mark_stale(MAIL_TASK, key)
    # By name, for tasks lie above actions.
    send_after_commit(lambda: current_app.signature("teams.tasks.send_invitation", args=[invitation.pk]).delay())


def deliver(*, invitation_id: int) -> bool:
    """Send the mail of an invitation that is still open, with a link made for this mail. Returns whether it was sent.

    The hash is stored before the mail goes out, so that no mail ever holds a link the site does not know. A mail
    server that refuses raises, and the stale mark brings the next try.
    """
    token = new_token()
    with transaction.atomic():
        invitation = Invitation.objects.select_for_update(of=("self",)).filter(pk=invitation_id).with_subjects().first()
        if invitation is None or state_of(invitation) is not InvitationState.OPEN:
            return False
        invitation.token_hash = hashed(token)
        invitation.save(update_fields=["token_hash"])
    where = str(invitation.subject)
    subject = _("%(person)s invites you to %(where)s") % {"person": invitation.invited_by, "where": where}
    send_mail(
        # A line break in somebody's name would not be taken as a subject.
        subject=" ".join(subject.split()),
        message=render_to_string(
            "teams/mail/invitation.txt",
            {
                "invitation": invitation,
                "where": where,
                "link": settings.BASE_URL + reverse("invitation", args=[token]),
            },
        ),
        from_email=None,
        recipient_list=[invitation.email],
    )
    Invitation.objects.filter(pk=invitation_id, token_hash=invitation.token_hash).update(sent_at=timezone.now())
    return True


@transaction.atomic
def accept(*, by: User, invitation: Invitation) -> None:
    """Accept as somebody with an account. Of two requests at the same time one is done, the other finds it gone.

    Raises ``InvitationGoneError`` or ``WrongAddressError``.
    """
    invitation = _locked_open(invitation)
    if invitation.email.lower() not in verified_addresses(by):
        raise WrongAddressError
    _finish(invitation, by)


@transaction.atomic
def accept_as_new_person(*, invitation: Invitation, name: str, password: str) -> User:
    """Make the account for the invited address, verified because the link came through it, and accept.

    Raises ``InvitationGoneError``, or ``ValidationError`` for a password that is too weak or an address that has an
    account by now.
    """
    invitation = _locked_open(invitation)
    if person_with_address(invitation.email) is not None:
        raise ValidationError(_("%(email)s has an account. Sign in to accept.") % {"email": invitation.email})
    user = User(email=invitation.email.lower(), name=name)
    password_validation.validate_password(password, user)
    user.set_password(password)
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    _finish(invitation, user)
    return user


def _locked_open(invitation: Invitation) -> Invitation:
    """The row as it is now, held until the transaction ends.

    PostgreSQL locks the row; SQLite begins every transaction with its write lock.
    """
    fresh = locked(invitation)
    if state_of(fresh) is not InvitationState.OPEN:
        raise InvitationGoneError
    return fresh


def _finish(invitation: Invitation, user: User) -> None:
    invitation.accepted_at = timezone.now()
    invitation.accepted_by = user
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    role, subject = InvitedRole(invitation.role), invitation.subject
    audit.record(
        by=user,
        event=TeamsEvent.INVITATION_ACCEPTED,
        target=invitation,
        scope=scope_of(subject),
        email=invitation.email,
        role=role.value,
    )
    give_role(by=invitation.invited_by, user=user, role=role, subject=subject)
