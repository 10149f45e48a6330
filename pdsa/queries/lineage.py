"""Families of cycles: what follows what, and who took from whom."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from pdsa.models import Cycle
from pdsa.stats.lineage import Trial

# A family of more cycles can be neither drawn nor read; its first ones are shown.
MOST_IN_A_FAMILY = 300
PARENTS = ("previous_id", "taken_from_id")


@dataclass(frozen=True, slots=True)
class Family:
    """Cycles that descend from each other, with those of them that the viewer may read; ``is_whole``: all of them."""

    cycles: tuple[Cycle, ...]
    readable: frozenset[int]
    is_whole: bool

    @property
    def trials(self) -> list[Trial]:
        return [trial_of(cycle) for cycle in self.cycles]


def trial_of(cycle: Cycle) -> Trial:
    """The cycle as the graph sees it."""
    return Trial(
        key=cycle.pk,
        team=cycle.team_id,
        series=cycle.ramp_id,
        number=cycle.number,
        previous=cycle.previous_id,
        taken_from=cycle.taken_from_id,
        decision=cycle.decision,
        begun=cycle.started_on,
        closed=cycle.closed_on,
    )


def ancestors_of(cycle: Cycle) -> set[int]:
    """Keys of all cycles from which this one descends, by following or taking. One query a generation."""
    found: set[int] = set()
    parents = {parent for name in PARENTS if (parent := getattr(cycle, name)) is not None}
    while parents:
        found |= parents
        rows = Cycle.objects.filter(pk__in=parents).values_list(*PARENTS)
        parents = {parent for row in rows for parent in row if parent is not None} - found
    return found


def family_of(viewer: Any, ramps: Collection[int], *, most: int = MOST_IN_A_FAMILY) -> Family:
    """The series ``ramps`` and all that they took from or were taken by, at once or through others.

    Two queries for each taking in a row, and two more; not more than ``most`` cycles.
    """
    found: dict[int, Cycle] = {}
    known, near, is_whole = set(ramps), set(ramps), True
    while near:
        rows = list(_with_words(Cycle.objects.filter(ramp__in=near)).order_by("pk")[: most - len(found) + 1])
        if len(found) + len(rows) > most:
            rows, is_whole = rows[: most - len(found)], False
        found |= {cycle.pk: cycle for cycle in rows}
        near = _ramps_beside(rows) - known if is_whole else set()
        known |= near
    readable = Cycle.objects.readable_by(viewer).filter(pk__in=found).values_list("pk", flat=True)
    return Family(tuple(found.values()), frozenset(readable), is_whole)


def _with_words(rows: QuerySet[Cycle]) -> QuerySet[Cycle]:
    return rows.select_related("team__collaborative", "ramp").prefetch_related("questions")


def _ramps_beside(cycles: Iterable[Cycle]) -> set[int]:
    """The series of their parents and children."""
    keys = [cycle.pk for cycle in cycles]
    parents = {parent for cycle in cycles for name in PARENTS if (parent := getattr(cycle, name)) is not None}
    beside = Cycle.objects.filter(Q(pk__in=parents) | Q(taken_from__in=keys) | Q(previous__in=keys))
    return set(beside.values_list("ramp_id", flat=True))


def taken_counts(keys: Collection[int]) -> dict[int, int]:
    """Cycle → how many teams planned a test from it. Those that nobody took are left out."""
    taken = Cycle.objects.filter(pk__in=keys, taken_by__isnull=False).order_by().values("pk")
    return {row["pk"]: row["teams"] for row in taken.annotate(teams=Count("taken_by__team", distinct=True))}
