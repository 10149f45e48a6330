"""What the criteria look at: one cycle as plain facts, and cycles linked into series."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """How large a test is: people it reaches, sites, days. Each is 1 or more."""

    people: int = 1
    sites: int = 1
    days: int = 1

    def exceeds(self, other: Scale) -> bool:
        """Larger in at least one way and smaller in none.

        More people over fewer days is neither larger nor smaller: the two can not be put in order.
        """
        pairs = ((self.people, other.people), (self.sites, other.sites), (self.days, other.days))
        return all(mine >= theirs for mine, theirs in pairs) and self != other


@dataclass(frozen=True, slots=True)
class Point:
    """A number collected during a cycle: what was counted, and on which day."""

    measure: str
    day: dt.date


@dataclass(frozen=True, slots=True)
class CycleFacts:
    """One cycle.

    ``key`` names it, ``previous`` names the cycle it follows. ``number`` breaks ties of the order.
    ``plan_filled`` … ``act_filled``: whether the part of the worksheet has its text. ``plan_start`` is the planned
    first day, ``started_on`` and ``ended_on`` the first and last day of Do, ``studied_on`` and ``closed_on`` the days
    of Study and of the decision; None where it has not happened. ``predicted_on`` is the day on which a prediction was
    written as it now stands, None without a prediction; ``vouched_on`` is the day from which this site can vouch for
    it, None where that is the same day. ``has_theory``: the reason for the prediction is written.
    ``full_scale``: the change is put in place everywhere, not tested on a part. ``abandoned``: closed because the
    change does not help.
    """

    key: int
    number: int = 1
    previous: int | None = None
    plan_filled: bool = False
    do_filled: bool = False
    study_filled: bool = False
    act_filled: bool = False
    plan_start: dt.date | None = None
    started_on: dt.date | None = None
    ended_on: dt.date | None = None
    studied_on: dt.date | None = None
    closed_on: dt.date | None = None
    predicted_on: dt.date | None = None
    vouched_on: dt.date | None = None
    has_theory: bool = False
    full_scale: bool = False
    abandoned: bool = False
    scale: Scale = Scale()
    points: tuple[Point, ...] = ()

    @property
    def begun(self) -> bool:
        return self.started_on is not None

    @property
    def closed(self) -> bool:
        return self.closed_on is not None

    @property
    def all_parts_filled(self) -> bool:
        return self.plan_filled and self.do_filled and self.study_filled and self.act_filled

    @property
    def in_order_of_date(self) -> bool:
        """No step is dated before the one ahead of it; steps without a date are passed over."""
        days = [day for day in (self.started_on, self.ended_on, self.studied_on, self.closed_on) if day is not None]
        return days == sorted(days)


@dataclass(frozen=True, slots=True)
class SeriesFacts:
    """Cycles linked to one another, in the order in which they began; those still planned stand last."""

    cycles: tuple[CycleFacts, ...]

    @property
    def begun(self) -> tuple[CycleFacts, ...]:
        return tuple(cycle for cycle in self.cycles if cycle.begun)


def in_order(cycles: Iterable[CycleFacts]) -> tuple[CycleFacts, ...]:
    """By the first day of Do, the planned ones last, then by number."""
    return tuple(sorted(cycles, key=lambda one: (one.started_on or dt.date.max, one.number, one.key)))


def linked(cycles: Iterable[CycleFacts]) -> list[SeriesFacts]:
    """Split cycles into series: two belong together when a chain of "follows" leads from one to the other.

    A ``previous`` that is not among ``cycles`` links nothing. A cycle that nothing is linked with is a series of one.
    Taylor 2014 (table 2) asks whether cycles "were linked to one another", not whether there were several.
    """
    by_key = {cycle.key: cycle for cycle in cycles}
    root = {key: key for key in by_key}

    def find(key: int) -> int:
        while root[key] != key:
            root[key] = root[root[key]]
            key = root[key]
        return key

    for cycle in by_key.values():
        if cycle.previous in root:
            root[find(cycle.key)] = find(cycle.previous)
    groups: dict[int, list[CycleFacts]] = {}
    for key, cycle in by_key.items():
        groups.setdefault(find(key), []).append(cycle)
    series = [SeriesFacts(in_order(group)) for group in groups.values()]
    return sorted(series, key=lambda one: (one.cycles[0].started_on or dt.date.max, one.cycles[0].number))
