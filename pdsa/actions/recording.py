"""What the audit trail says of a cycle."""

from __future__ import annotations

from typing import Any

from collab.common import audit
from collab.models import User
from pdsa.enums import PdsaEvent
from pdsa.models import Cycle


def record(by: User | None, event: PdsaEvent, cycle: Cycle, **detail: Any) -> None:
    """An event about a cycle, with its number and title. Call inside the transaction of the change."""
    audit.record(
        by=by,
        event=event,
        target=cycle,
        scope=cycle.team.collaborative,
        number=cycle.number,
        name=cycle.title,
        **detail,
    )
