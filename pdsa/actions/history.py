"""Every version of a worksheet, with who and when."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from typing import Any

from django.db import models
from django.utils import timezone

from collab.models import User
from pdsa.actions.fidelity import rescore
from pdsa.actions.recording import record
from pdsa.actions.search import index
from pdsa.enums import PdsaEvent
from pdsa.models import Cycle, CycleRevision, DataPoint, Question, Task

# What one person types within this time in one stage is read as one change.
TYPING_SPELL = dt.timedelta(minutes=15)
ROW_MODELS: dict[str, type[models.Model]] = {"questions": Question, "tasks": Task, "points": DataPoint}
_NOT_KEPT = {"id", "cycle", "team", "revision", "changed_at", "created_at", "created_by"}


def snapshot(cycle: Cycle) -> dict[str, Any]:
    """Every field and row of the worksheet in plain values: what a revision keeps, ready for JSON."""
    kept = _plain_fields(cycle)
    for name in ("measures", "drivers"):
        kept[name] = sorted(row.pk for row in getattr(cycle, name).all())
    for name in ROW_MODELS:
        kept[name] = [{"pk": row.pk, **_plain_fields(row)} for row in getattr(cycle, name).all()]
    return kept


def _plain_fields(row: models.Model) -> dict[str, Any]:
    return {
        field.name: plain(row.serializable_value(field.attname))
        for field in row._meta.concrete_fields
        if field.name not in _NOT_KEPT
    }


def plain(value: Any) -> Any:
    """A value as JSON holds it."""
    return value.isoformat() if isinstance(value, dt.date) else value


def mark_of(value: Any) -> str:
    """A short mark of a plain value: pages send it back to say what their reader saw, without sending the text."""
    return hashlib.sha256(json.dumps(value, ensure_ascii=False).encode()).hexdigest()[:16]


def keep_revision(
    *, by: User | None, cycle: Cycle, event: PdsaEvent, changed: Sequence[str], reason: str = "", **detail: Any
) -> CycleRevision:
    """Keep the worksheet as it now is, judge it anew, and write the audit event.

    Call inside the transaction of the change. Typing by the same person in the same stage goes on with the revision it
    began; a move never does. ``cycle`` must be locked by the caller.
    """
    fresh = Cycle.objects.prefetch_related("measures", "drivers", *ROW_MODELS).get(pk=cycle.pk)
    now = timezone.now()
    latest = cycle.revisions.first()
    if latest is not None and _goes_on(latest, by, event, fresh, now):
        latest.at = now
        latest.changed = sorted({*latest.changed, *changed})
        latest.snapshot = snapshot(fresh)
        latest.save(update_fields=["at", "changed", "snapshot"])
        revision = latest
    else:
        revision = CycleRevision.objects.create(
            cycle=cycle,
            number=(latest.number if latest else 0) + 1,
            by=by,
            begun_at=now,
            at=now,
            event=event.value,
            reason=reason,
            stage=fresh.stage,
            changed=sorted(changed),
            snapshot=snapshot(fresh),
        )
    Cycle.objects.filter(pk=cycle.pk).update(changed_at=now, revision=revision.number)
    cycle.changed_at, cycle.revision = now, revision.number
    rescore(cycle)
    index(fresh)
    record(by, event, cycle, changed=sorted(changed), **({"reason": reason} if reason else {}), **detail)
    return revision


def _goes_on(latest: CycleRevision, by: User | None, event: PdsaEvent, cycle: Cycle, now: dt.datetime) -> bool:
    typing = PdsaEvent.CYCLE_CHANGED
    return (
        event is typing
        and latest.event == typing
        and latest.by_id == (by.pk if by else None)
        and latest.stage == cycle.stage
        and now - latest.begun_at < TYPING_SPELL
    )
