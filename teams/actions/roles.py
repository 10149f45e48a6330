"""Giving and ending roles: the rows behind every right a person has."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from collab.common import audit
from collab.common.changes import change, locked
from collab.common.jobs import mark_stale
from collab.enums import CollabEvent
from collab.models import Center, CenterAppointment, Collaborative, CollaborativeAppointment, User
from teams.enums import InvitedRole, SubjectKind, TeamRole, TeamsEvent
from teams.models import Agency, AgencyAppointment, Team, TeamMembership
from teams.policies import check_can_end
from teams.queries.invitations import Subject

# Who is in a team has changed: the rooms above catch up with it (``pdsa.tasks``). Key: the team's number.
MEMBERS = "teams.members"

HeldRole = CenterAppointment | CollaborativeAppointment | AgencyAppointment | TeamMembership

# Subject → the row that holds a role in it, and what the audit trail calls its beginning and its end.
_ROWS: dict[SubjectKind, tuple[type[models.Model], StrEnum, StrEnum]] = {
    SubjectKind.CENTER: (CenterAppointment, CollabEvent.ROLE_GIVEN, CollabEvent.ROLE_ENDED),
    SubjectKind.COLLABORATIVE: (CollaborativeAppointment, CollabEvent.ROLE_GIVEN, CollabEvent.ROLE_ENDED),
    SubjectKind.AGENCY: (AgencyAppointment, TeamsEvent.LEADER_ADDED, TeamsEvent.LEADER_LEFT),
    SubjectKind.TEAM: (TeamMembership, TeamsEvent.MEMBER_ADDED, TeamsEvent.MEMBER_LEFT),
}


def scope_of(subject: Subject) -> Center | Collaborative:
    """On whose page the event is listed: a team's on its collaborative's, an agency's on its center's."""
    if isinstance(subject, Team):
        return subject.collaborative
    if isinstance(subject, Agency):
        return subject.center
    return subject


def subject_of(held: HeldRole) -> Subject:
    """What the role is held in."""
    subject: Subject = getattr(held, _kind_of(held).value)
    return subject


def _kind_of(held: HeldRole) -> SubjectKind:
    return next(kind for kind, (row, _given, _ended) in _ROWS.items() if isinstance(held, row))


@transaction.atomic
def give_role(*, by: User | None, user: User, role: InvitedRole, subject: Subject) -> HeldRole:
    """Give ``user`` the role from today on, or return the row by which they hold it already.

    In a team everybody holds one role: somebody who is in it keeps what they have.
    """
    kind = role.subject_kind
    row, given, _ended = _ROWS[kind]
    same: dict[str, Any] = {kind.value: subject, "user": user, "ended_on": None}
    if kind is not SubjectKind.TEAM:
        same["role"] = role.leads_to
    held, created = row._default_manager.get_or_create(**same, defaults={"role": role.leads_to})
    if created:
        audit.record(by=by, event=given, target=held, scope=scope_of(subject), name=str(user), role=role.leads_to.value)
    return held  # type: ignore[return-value]  # the table's rows are the four of HeldRole


@transaction.atomic
def end_role(*, by: User, held: HeldRole, on: dt.date) -> None:
    """End a role: ``on`` is the first day without it. The row stays, so that who was here when stays known."""
    held = locked(held)
    check_can_end(held, on, timezone.now().date())
    held.ended_on = on
    held.save(update_fields=["ended_on"])
    audit.record(
        by=by,
        event=_ROWS[_kind_of(held)][2],
        target=held,
        scope=scope_of(subject_of(held)),
        name=str(held.user),
        role=held.role,
        on=on.isoformat(),
    )
    if isinstance(held, TeamMembership):
        mark_stale(MEMBERS, str(held.team_id))


@transaction.atomic
def change_membership(*, by: User, membership: TeamMembership, role: TeamRole, discipline: str) -> None:
    """Give a person in a team another role or discipline."""
    membership = locked(membership)
    changes = change(membership, {"role": role.value, "discipline": discipline})
    if changes:
        audit.record(
            by=by,
            event=TeamsEvent.MEMBER_CHANGED,
            target=membership,
            scope=membership.team.collaborative,
            name=str(membership.user),
            changes=changes,
        )
