"""Who may do what: one pair — a predicate over an object and a ``Q`` over rows — made in one place.

An ``Access`` is a permission. Any app adds ways to hold it with ``grant``: higher apps can so open what a lower app
owns (a team's member may read the collaborative) without the lower app knowing of them. ``check`` asks about one
object, ``rows`` about a table; a twin test holds both to the same answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import reduce
from operator import or_
from typing import Any, TypeVar

from django.db.models import Q
from rules.permissions import add_perm
from rules.predicates import predicate

Holds = Callable[[Any, Any], bool]
Rows = Callable[[Any], Q]
T = TypeVar("T")
NOTHING = Q(pk__in=[])


@dataclass
class Access:
    """A permission with all the ways to hold it. Denied unless granted, and to inactive people always."""

    permission: StrEnum
    grants: list[tuple[Holds, Rows]] = field(default_factory=list)

    def __post_init__(self) -> None:
        add_perm(self.permission.value, predicate(self.check, name=self.permission.value))

    def grant(self, holds: Holds, rows: Rows) -> None:
        """Add a way to hold this permission: ``holds(user, obj)`` and the same as a ``Q`` over the object's table."""
        self.grants.append((holds, rows))

    def check(self, user: Any, obj: Any = None) -> bool:
        """Whether ``user`` holds it over ``obj``."""
        if obj is None or not getattr(user, "is_active", False):
            return False
        return any(holds(user, obj) for holds, _rows in self.grants)

    def rows(self, user: Any) -> Q:
        """The rows over which ``user`` holds it."""
        if not getattr(user, "is_active", False):
            return NOTHING
        return reduce(or_, (rows(user) for _holds, rows in self.grants), NOTHING)


def remembered(user: Any, key: str, load: Callable[[], T]) -> T:
    """Load something about ``user`` once per request (a user instance lives as long as its request)."""
    kept = user.__dict__.setdefault("_remembered", {})
    if key not in kept:
        kept[key] = load()
    loaded: T = kept[key]
    return loaded
