"""Centers and their coordinators."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from collab.common import audit
from collab.common.changes import change, locked
from collab.enums import CenterRole, CollabEvent
from collab.models import Center, CenterAppointment, User


@transaction.atomic
def create_center(*, by: User | None, name: str, slug: str) -> Center:
    """Add a host organisation. Raises ``ValidationError`` when the short name is taken."""
    center = Center(name=name, slug=slug)
    center.full_clean()
    center.save()
    audit.record(by=by, event=CollabEvent.CENTER_CREATED, target=center, scope=center, name=name)
    return center


@transaction.atomic
def change_center(*, by: User, center: Center, name: str) -> Center:
    """Rename a center; its short name stays, for it stands in shared addresses."""
    center = locked(center)
    changes = change(center, {"name": name})
    if changes:
        audit.record(by=by, event=CollabEvent.CENTER_CHANGED, target=center, scope=center, name=name, changes=changes)
    return center


@transaction.atomic
def appoint_coordinator(*, by: User | None, center: Center, user: User) -> CenterAppointment:
    """Make a person coordinator of a center from today; nothing happens where they are already."""
    center = locked(center)
    appointment, created = CenterAppointment.objects.get_or_create(
        center=center, user=user, role=CenterRole.COORDINATOR, ended_on=None
    )
    if created:
        audit.record(
            by=by,
            event=CollabEvent.ROLE_GIVEN,
            target=appointment,
            scope=center,
            name=str(user),
            role=CenterRole.COORDINATOR.value,
        )
    return appointment


@transaction.atomic
def end_center_appointment(*, by: User, appointment: CenterAppointment) -> CenterAppointment:
    """End a coordinator's role today. Raises ``ValidationError`` for the last one: a center needs somebody."""
    center = locked(appointment.center)
    appointment = locked(appointment)
    if not appointment.is_current:
        return appointment
    others = center.appointments.current().exclude(user_id=appointment.user_id)
    if not others.filter(role=CenterRole.COORDINATOR).exists():
        raise ValidationError(
            _("%(name)s is the only coordinator. Invite another one first.") % {"name": appointment.user}
        )
    appointment.ended_on = timezone.now().date()
    appointment.save(update_fields=["ended_on"])
    audit.record(
        by=by,
        event=CollabEvent.ROLE_ENDED,
        target=appointment,
        scope=center,
        name=str(appointment.user),
        role=appointment.role,
    )
    return appointment
