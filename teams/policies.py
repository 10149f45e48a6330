"""In which state something may be done. Each check raises ``ValidationError`` with a sentence for the person.

Who may do it is asked elsewhere (``teams.rules``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from collab.common import formatting, months
from collab.common.models import Dated
from collab.models import Collaborative, User
from teams.enums import InvitedRole, SubjectKind, TeamStatus, WithdrawalStage
from teams.models import Invitation, Team
from teams.queries.invitations import Subject, people_with_addresses


def objections_to_inviting(subject: Subject, role: InvitedRole, emails: Iterable[str]) -> dict[str, ValidationError]:
    """Address → why it can not be invited to ``role`` in ``subject``; addresses that can are left out. Four queries."""
    wanted = [email.lower() for email in emails]
    people = people_with_addresses(wanted)
    holders = set(_holders(subject, role, people.values()))
    waiting = {
        invitation.email.lower(): invitation
        for invitation in Invitation.objects.for_subject(subject).waiting().addressed_to(wanted)
        if role.subject_kind is SubjectKind.TEAM or invitation.role == role
    }
    return {email: error for email in wanted if (error := _objection(email, people.get(email), holders, waiting))}


def _holders(subject: Subject, role: InvitedRole, people: Iterable[User]) -> Iterable[int]:
    """Who of ``people`` already holds the role. In a team everybody holds one role, so any role there counts."""
    held: models.Manager[models.Model] = getattr(
        subject, "memberships" if role.subject_kind is SubjectKind.TEAM else "appointments"
    )
    found = held.filter(ended_on__isnull=True, user__in=list(people))
    if role.subject_kind is not SubjectKind.TEAM:
        found = found.filter(role=role.leads_to)
    return found.values_list("user_id", flat=True)


def _objection(
    email: str, person: User | None, holders: set[int], waiting: dict[str, Invitation]
) -> ValidationError | None:
    if person is not None and not person.is_active:
        return ValidationError(
            _("%(email)s belongs to an account that is switched off. Ask the site's administrators."),
            code="inactive",
            params={"email": email},
        )
    if person is not None and person.pk in holders:
        return ValidationError(
            _("%(person)s (%(email)s) is here already."),
            code="holds_role",
            params={"person": person.name or email, "email": email},
        )
    if invitation := waiting.get(email):
        return ValidationError(
            _("%(email)s was invited on %(day)s and has not answered yet. Send that invitation again instead."),
            code="invited",
            params={"email": email, "day": formatting.day(invitation.created_at.date())},
        )
    return None


def check_can_resend(invitation: Invitation) -> None:
    """An invitation that was accepted or taken back is not sent again."""
    if invitation.accepted_at is not None:
        raise ValidationError(_("%(email)s has accepted already."), code="accepted", params={"email": invitation.email})
    if invitation.revoked_at is not None:
        raise ValidationError(
            _("This invitation was taken back. Invite %(email)s anew."),
            code="revoked",
            params={"email": invitation.email},
        )


def check_can_revoke(invitation: Invitation) -> None:
    """What was accepted is ended as a role, not taken back as an invitation."""
    if invitation.accepted_at is not None:
        raise ValidationError(
            _("%(email)s has accepted already. End the role instead."),
            code="accepted",
            params={"email": invitation.email},
        )


def suggested_stage(collaborative: Collaborative, day: dt.date) -> WithdrawalStage:
    """When in the collaborative's course a team left, by the calendar: its start and its middle month."""
    if day < collaborative.start:
        return WithdrawalStage.BEFORE_START
    if day < months.add(collaborative.start, (collaborative.months + 1) // 2):
        return WithdrawalStage.BEFORE_MIDDLE
    return WithdrawalStage.AFTER_MIDDLE


def check_can_withdraw(team: Team) -> None:
    """Only a team that takes part can leave."""
    if team.status != TeamStatus.ACTIVE:
        raise ValidationError(
            _("%(team)s does not take part at the moment, so it can not withdraw."),
            code="not_active",
            params={"team": team.name},
        )


def check_can_complete(team: Team) -> None:
    """Only a team that takes part can complete."""
    if team.status != TeamStatus.ACTIVE:
        raise ValidationError(
            _("%(team)s does not take part at the moment, so it can not complete."),
            code="not_active",
            params={"team": team.name},
        )


def check_can_return(team: Team) -> None:
    """Only a team that left or completed can take part again."""
    if team.status == TeamStatus.ACTIVE:
        raise ValidationError(_("%(team)s takes part already."), code="active", params={"team": team.name})


def check_not_in_future(day: dt.date, today: dt.date) -> None:
    """What is recorded has happened."""
    if day > today:
        raise ValidationError(_("This day is still to come. Record it when it has happened."), code="future")


def check_can_end(held: Dated, on: dt.date, today: dt.date) -> None:
    """A role ends once, not before it began and not in the future."""
    if held.ended_on is not None:
        raise ValidationError(_("This role has ended already."), code="ended")
    check_not_in_future(on, today)
    if on < held.started_on:
        raise ValidationError(
            _("The role began on %(day)s and can not end before that."),
            code="before_start",
            params={"day": formatting.day(held.started_on)},
        )
