"""Creating, changing, starting and ending a collaborative."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from collab import policies
from collab.common import audit
from collab.common.changes import change, locked
from collab.enums import CollabEvent, CollaborativeStatus
from collab.models import Center, Collaborative, User


@transaction.atomic
def create_collaborative(*, by: User | None, center: Center, **details: Any) -> Collaborative:
    """Add a collaborative that is being set up. ``details`` are its fields.

    Raises ``ValidationError`` for what the fields and constraints refuse, such as a short name that is taken.
    """
    center = locked(center)
    collaborative = Collaborative(center=center, created_by=by, **details)
    collaborative.full_clean()
    collaborative.save()
    _record(by, CollabEvent.COLLABORATIVE_CREATED, collaborative)
    return collaborative


@transaction.atomic
def change_collaborative(*, by: User, collaborative: Collaborative, **details: Any) -> Collaborative:
    """Change some of its fields. Raises ``ValidationError`` for what can not change once teams report."""
    collaborative = locked(collaborative)
    policies.check_details(collaborative, details)
    changes = change(collaborative, details)
    if changes:
        _record(by, CollabEvent.COLLABORATIVE_CHANGED, collaborative, changes=changes)
    return collaborative


@transaction.atomic
def start_collaborative(*, by: User | None, collaborative: Collaborative) -> Collaborative:
    """Open it to its teams, or open an ended one again. Raises ``ValidationError`` while something is missing."""
    collaborative = locked(collaborative)
    policies.check_can_start(collaborative)
    collaborative.status = CollaborativeStatus.RUNNING
    collaborative.save(update_fields=["status"])
    _record(by, CollabEvent.COLLABORATIVE_STARTED, collaborative)
    return collaborative


@transaction.atomic
def end_collaborative(*, by: User, collaborative: Collaborative) -> Collaborative:
    """Close it; everything stays readable. Raises ``ValidationError`` when it is not running."""
    collaborative = locked(collaborative)
    policies.check_can_end(collaborative)
    collaborative.status = CollaborativeStatus.ENDED
    collaborative.save(update_fields=["status"])
    _record(by, CollabEvent.COLLABORATIVE_ENDED, collaborative)
    return collaborative


def _record(by: User | None, event: CollabEvent, collaborative: Collaborative, **detail: Any) -> None:
    audit.record(by=by, event=event, target=collaborative, scope=collaborative, name=collaborative.name, **detail)
