"""Files beside worksheets: added after their content is checked, removed with a line in the audit trail."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from collab.common.changes import locked
from collab.models import User
from pdsa.actions.recording import record
from pdsa.enums import Part, PdsaEvent
from pdsa.files import checked_type, safe_name, too_large
from pdsa.limits import FILES_A_CYCLE, LARGEST_FILE
from pdsa.models import Attachment, Cycle
from pdsa.policies import check_write


@transaction.atomic
def add_file(*, by: User, cycle: Cycle, part: Part, upload: Any) -> Attachment:
    """Keep an uploaded file. Sent twice, it is kept once. Raises ``NotReadyError`` and ``ValidationError``."""
    cycle = locked(cycle)
    check_write(cycle)
    name = safe_name(upload.name or "")
    if upload.size > LARGEST_FILE:
        raise ValidationError(too_large(name, upload.size))
    content = upload.read()
    found = checked_type(name, content)
    twin = next((each for each in cycle.files.filter(name=name, size=len(content)) if _same(each, content)), None)
    if twin is not None:
        return twin
    if cycle.files.count() >= FILES_A_CYCLE:
        raise ValidationError(
            _("A worksheet holds at most %(count)d files. Remove one that is not needed.") % {"count": FILES_A_CYCLE}
        )
    kept = Attachment(
        cycle=cycle,
        part=part.value,
        key=uuid.uuid4(),
        name=name,
        content_type=found.content_type,
        size=len(content),
        added_by=by,
    )
    kept.file.save(name, ContentFile(content), save=False)
    kept.save()
    record(by, PdsaEvent.FILE_ADDED, cycle, file=kept.name, size=kept.size)
    return kept


def _same(kept: Attachment, content: bytes) -> bool:
    with kept.file.open() as stored:
        return bool(stored.read() == content)


@transaction.atomic
def remove_file(*, by: User, cycle: Cycle, key: uuid.UUID) -> None:
    """Take a file away, from the disk too once the change holds. Does nothing when it is gone already."""
    cycle = locked(cycle)
    check_write(cycle)
    kept = cycle.files.filter(key=key).first()
    if kept is None:
        return
    storage, path = kept.file.storage, str(kept.file.name)
    kept.delete()
    record(by, PdsaEvent.FILE_REMOVED, cycle, file=kept.name, size=kept.size)
    transaction.on_commit(lambda: storage.delete(path))
