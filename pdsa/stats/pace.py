"""How quickly cycles turn: length, cycles per team-month, share with Study, stalled, first cycle in time."""

from __future__ import annotations

import datetime as dt
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pdsa.stats.fidelity import DAYS_A_WEEK
from pdsa.stats.published import CONNORS_2020_CYCLES, CONNORS_2020_MONTHS
from pdsa.stats.shares import Share

DAYS_A_MONTH = 365.25 / 12
PUBLISHED_PER_TEAM_MONTH = CONNORS_2020_CYCLES / CONNORS_2020_MONTHS
"""14.7 cycles of a team in 15 months: 0.98 a month (Connors 2020)."""


@dataclass(frozen=True, slots=True)
class Dates:
    """What a cycle's pace is read from: first day of Do, day of Study, day of the decision; None where not yet."""

    started_on: dt.date | None = None
    studied_on: dt.date | None = None
    closed_on: dt.date | None = None


def length_in_days(cycle: Dates) -> int | None:
    """From the first day of Do to the decision, both counted: a test of one morning, decided that day, takes 1 day."""
    if cycle.started_on is None or cycle.closed_on is None:
        return None
    return (cycle.closed_on - cycle.started_on).days + 1


def median_weeks(lengths: Sequence[int]) -> float | None:
    """The median of lengths in days, in weeks; None of none.

    Only cycles that are closed have a length, so cycles that drag on are not in it yet: say how many are open.
    """
    return statistics.median(lengths) / DAYS_A_WEEK if lengths else None


def team_months(spans: Iterable[tuple[dt.date, dt.date]]) -> float:
    """Months of team-time in spans (first day, last day), both counted, each a month of 365.25 / 12 days.

    A span that ends before it begins counts nothing.
    """
    return sum(max(0, (last - first).days + 1) for first, last in spans) / DAYS_A_MONTH


def per_team_month(begun: int, months: float) -> float | None:
    """Cycles begun for each month of each team; None where no team had any time."""
    return begun / months if months > 0 else None


def share_with_study(cycles: Iterable[Dates], *, on: dt.date, stalled_after: int) -> Share:
    """Of the cycles that began more than ``stalled_after`` days before ``on``, those that reached Study.

    Younger cycles are left out whether or not they reached it: counting only the quick ones among them would flatter.
    A cycle that was given up during Do did not reach Study.
    """
    old = [one for one in cycles if one.started_on is not None and (on - one.started_on).days > stalled_after]
    return Share(sum(one.studied_on is not None for one in old), len(old))


def is_stalled(cycle: Dates, *, on: dt.date, stalled_after: int) -> bool:
    """Open and in Do for more than ``stalled_after`` days."""
    resting = cycle.started_on is not None and cycle.studied_on is None and cycle.closed_on is None
    return resting and cycle.started_on is not None and (on - cycle.started_on).days > stalled_after


def first_in_time(began: dt.date, first: dt.date | None, *, on: dt.date, within: int) -> bool | None:
    """Whether a team that began on ``began`` had its first cycle within so many days.

    None: it has none, and the days are not over. ``first``: the first day of Do of its first cycle.
    """
    last = began + dt.timedelta(days=within)
    if first is not None and first <= last:
        return True
    return None if first is None and on <= last else False
