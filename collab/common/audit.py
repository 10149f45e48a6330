"""Writing the audit trail. Actions call ``record`` beside the change, in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from django.db import models

from collab.common.models import AuditEvent

EVENTS_A_STATEMENT = 1000


def record(
    *, by: Any, event: StrEnum, target: models.Model, scope: models.Model | None = None, **detail: Any
) -> AuditEvent:
    """Write that ``by`` (a user, or None for the site itself) did ``event`` to ``target``.

    ``scope`` is the object on whose page the event is listed, such as the collaborative. ``detail`` must hold what a
    reader needs and nothing about clients; its values must fit JSON.
    """
    event_row = _event(by, event, target, scope, detail)
    event_row.save()
    return event_row


def record_each(
    *, by: Any, event: StrEnum, targets: Mapping[models.Model, Mapping[str, Any]], scope: models.Model | None = None
) -> None:
    """The same ``event`` for many targets, each with its own detail, in few statements."""
    AuditEvent.objects.bulk_create(
        (_event(by, event, target, scope, detail) for target, detail in targets.items()), batch_size=EVENTS_A_STATEMENT
    )


def _event(
    by: Any, event: StrEnum, target: models.Model, scope: models.Model | None, detail: Mapping[str, Any]
) -> AuditEvent:
    return AuditEvent(
        actor=by,
        event=event.value,
        target_type=target._meta.label_lower,
        target_id=target.pk,
        scope_type=scope._meta.label_lower if scope is not None else "",
        scope_id=scope.pk if scope is not None else None,
        detail=dict(detail),
    )
