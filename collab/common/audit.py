"""Writing the audit trail. Actions call ``record`` beside the change, in the same transaction."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from django.db import models

from collab.common.models import AuditEvent


def record(
    *, by: Any, event: StrEnum, target: models.Model, scope: models.Model | None = None, **detail: Any
) -> AuditEvent:
    """Write that ``by`` (a user, or None for the site itself) did ``event`` to ``target``.

    ``scope`` is the object on whose page the event is listed, such as the collaborative. ``detail`` must hold what a
    reader needs and nothing about clients; its values must fit JSON.
    """
    return AuditEvent.objects.create(
        actor=by,
        event=event.value,
        target_type=target._meta.label_lower,
        target_id=target.pk,
        scope_type=scope._meta.label_lower if scope is not None else "",
        scope_id=scope.pk if scope is not None else None,
        detail=detail,
    )
