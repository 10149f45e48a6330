"""Adding and changing agencies."""

from __future__ import annotations

from django.db import transaction

from collab.common.audit import record
from collab.common.changes import change, locked
from collab.models import Center, User
from teams.enums import TeamsEvent
from teams.models import Agency


@transaction.atomic
def add_agency(*, by: User | None, center: Center, code: str, name: str, setting: str = "") -> Agency:
    """Add an agency to a center. Raises ``ValidationError`` when its code is taken."""
    agency = Agency(center=center, code=code, name=name, setting=setting)
    agency.full_clean()
    agency.save()
    record(by=by, event=TeamsEvent.AGENCY_CREATED, target=agency, scope=center, code=code, name=name)
    return agency


@transaction.atomic
def change_agency(*, by: User, agency: Agency, code: str, name: str, setting: str) -> None:
    """Change what is written about an agency. Raises ``ValidationError`` when its code is taken."""
    agency = locked(agency)
    changes = change(agency, {"code": code, "name": name, "setting": setting})
    if changes:
        record(by=by, event=TeamsEvent.AGENCY_CHANGED, target=agency, scope=agency.center, changes=changes)
