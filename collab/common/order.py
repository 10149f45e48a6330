"""Rows in an order: that people give by ``position``, or that they were made in, by ``number``."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import models
from django.db.models import Max

M = TypeVar("M", bound=models.Model)


def next_position(rows: Any) -> int:
    """The place after the last of ``rows`` (a related manager or queryset), 0 where there is none."""
    last: int | None = rows.aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1


def next_number(rows: Any) -> int:
    """The number after the highest of ``rows`` (a related manager or queryset), 1 where there is none."""
    last: int | None = rows.aggregate(last=Max("number"))["last"]
    return (last or 0) + 1


def move(rows: list[M], row: M, places: int) -> bool:
    """Move ``row`` among its ``rows`` up (negative) or down by so many places, and store the new order.

    ``rows`` are put in that order too. At the end it stays where it is. Returns whether it moved.
    """
    before = rows.index(row)
    after = min(max(before + places, 0), len(rows) - 1)
    if after == before:
        return False
    rows.insert(after, rows.pop(before))
    for position, each in enumerate(rows):
        each.position = position  # type: ignore[attr-defined]  # every ordered row has one
    type(row)._default_manager.bulk_update(rows, ["position"])
    return True
