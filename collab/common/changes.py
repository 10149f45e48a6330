"""Changing a row and telling the audit trail what was changed, in one step."""

from __future__ import annotations

import datetime as dt
from typing import Any, TypeVar

from django.db import models

M = TypeVar("M", bound=models.Model)


def locked(row: M) -> M:
    """A fresh copy of ``row``, held until the transaction ends, so that two people's changes come one after another."""
    fresh: M = type(row)._base_manager.select_for_update().get(pk=row.pk)
    return fresh


def change(row: models.Model, values: dict[str, Any]) -> list[dict[str, Any]]:
    """Set ``values`` on ``row``, check it as a whole and save it. Returns what differs, ready for an audit event.

    Raises ``ValidationError`` as ``full_clean`` does, and ``FieldDoesNotExist`` for a name that is no field.
    """
    differing: list[dict[str, Any]] = []
    for name, value in values.items():
        row._meta.get_field(name)
        old = row.serializable_value(name)
        new = value.pk if isinstance(value, models.Model) else value
        if old != new:
            differing.append({"field": name, "old": _plain(old), "new": _plain(new)})
            setattr(row, name, value)
    if differing:
        row.full_clean()
        row.save(update_fields=[difference["field"] for difference in differing])
    return differing


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value
