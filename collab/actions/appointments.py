"""Roles in a collaborative that come without a team: faculty, sponsors, reviewers."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from collab.common import audit
from collab.common.changes import locked
from collab.enums import CollabEvent, CollaborativeRole
from collab.models import Collaborative, CollaborativeAppointment, User


@transaction.atomic
def appoint(
    *, by: User | None, collaborative: Collaborative, user: User, role: CollaborativeRole
) -> CollaborativeAppointment:
    """Give a person a role in a collaborative from today; nothing happens where they hold it already."""
    locked(collaborative)
    appointment, created = CollaborativeAppointment.objects.get_or_create(
        collaborative=collaborative, user=user, role=role, ended_on=None
    )
    if created:
        audit.record(
            by=by,
            event=CollabEvent.ROLE_GIVEN,
            target=appointment,
            scope=collaborative,
            name=str(user),
            role=role.value,
        )
    return appointment


@transaction.atomic
def end_appointment(*, by: User, appointment: CollaborativeAppointment) -> CollaborativeAppointment:
    """End a role today; who held it from when until when stays known."""
    appointment = locked(appointment)
    if not appointment.is_current:
        return appointment
    appointment.ended_on = timezone.now().date()
    appointment.save(update_fields=["ended_on"])
    audit.record(
        by=by,
        event=CollabEvent.ROLE_ENDED,
        target=appointment,
        scope=appointment.collaborative,
        name=str(appointment.user),
        role=appointment.role,
    )
    return appointment
