"""Centers: the organisations that host collaboratives."""

from __future__ import annotations

from django.db import transaction

from collab.common import audit
from collab.common.changes import change, locked
from collab.enums import CollabEvent
from collab.models import Center, User


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
