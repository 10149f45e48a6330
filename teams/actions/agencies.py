"""Adding and changing agencies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from collab.common import audit
from collab.common.changes import change, locked
from collab.models import Center, User
from teams.enums import TeamsEvent
from teams.models import Agency


def add_agency(*, by: User | None, center: Center, code: str, name: str, setting: str = "") -> Agency:
    """Add an agency to a center. Raises ``ValidationError`` when its code is taken."""
    [agency] = add_agencies(by=by, agencies=[Agency(center=center, code=code, name=name, setting=setting)])
    return agency


@transaction.atomic
def add_agencies(*, by: User | None, agencies: Sequence[Agency]) -> list[Agency]:
    """Store new agencies of one center, in as few statements for thousands as for one.

    Raises ``ValidationError`` when a code is taken or a text does not fit.
    """
    if not agencies:
        return []
    center = agencies[0].center
    codes = Counter(agency.code for agency in agencies)
    if codes.most_common(1)[0][1] > 1 or Agency.objects.filter(center=center, code__in=codes).exists():
        raise ValidationError(_("This center already has an agency with this code."))
    for agency in agencies:
        agency.clean_fields(exclude=["center"])
    stored = Agency.objects.bulk_create(agencies)
    audit.record_each(
        by=by,
        event=TeamsEvent.AGENCY_CREATED,
        targets={agency: {"code": agency.code, "name": agency.name} for agency in stored},
        scope=center,
    )
    return stored


@transaction.atomic
def change_agency(*, by: User, agency: Agency, code: str, name: str, setting: str) -> None:
    """Change what is written about an agency. Raises ``ValidationError`` when its code is taken."""
    agency = locked(agency)
    changes = change(agency, {"code": code, "name": name, "setting": setting})
    if changes:
        audit.record(by=by, event=TeamsEvent.AGENCY_CHANGED, target=agency, scope=agency.center, changes=changes)
