"""Changing one's own profile."""

from __future__ import annotations

from django.db import transaction

from collab.common import audit
from collab.common.changes import change
from collab.enums import CollabEvent
from collab.models import User


@transaction.atomic
def change_profile(*, by: User, name: str, pronouns: str) -> None:
    """Change how others read one's name."""
    # Not the instance at hand: a request's user is a lazy stand-in.
    person = User.objects.select_for_update().get(pk=by.pk)
    changes = change(person, {"name": name, "pronouns": pronouns})
    if changes:
        audit.record(by=by, event=CollabEvent.PROFILE_CHANGED, target=person, changes=changes)
