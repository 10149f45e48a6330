"""The stale marks of this room: which task catches up with what, and how its key is written.

Lower rooms write marks of their own, which ``metrics.tasks`` catches up with too: ``teams.actions.teams.ROSTER``
when teams come or go, ``collab.actions.measures.DEFINITIONS`` when measures change.
"""

from __future__ import annotations

import datetime as dt

from collab.common import months

RECOMPUTE = "metrics.recompute"
"""A month's benchmarks are older than its figures. Key: ``month_key``."""

RECOMPUTE_ALL = "metrics.recompute_all"
"""Somebody asked for all months of a collaborative. Key: collaborative and job run, like "7:341"."""

STANDINGS = "metrics.standings"
"""The signals of some teams have to be read again, though no figure has changed. Key: the collaborative's, of those
whose standing was forgotten; ``all_teams_key`` of every team."""

REPORT = "metrics.report"
"""A PDF that somebody asked for is not made yet. Key: the report's number."""


def all_teams_key(collaborative_id: int) -> str:
    """ "7:all"."""
    return f"{collaborative_id}:all"


def month_key(collaborative_id: int, month: dt.date) -> str:
    """ "7:2026-03"."""
    return f"{collaborative_id}:{months.iso(month)}"


def read_month_key(key: str) -> tuple[int, dt.date]:
    """The reverse of ``month_key``. Raises ``ValueError``."""
    collaborative_id, _, month = key.partition(":")
    return int(collaborative_id), months.parse(month)
