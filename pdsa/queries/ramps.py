"""Ramps with their cycles as pages and drawings need them, in a constant number of queries."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Prefetch

from pdsa.enums import RampStatus
from pdsa.models import Aim, Cycle, Ramp
from pdsa.models.cycle import CycleQuerySet
from teams.models import Team


def drawn(rows: CycleQuerySet) -> CycleQuerySet:
    """Cycles in the order of their ramp, with what a drawing and its table say of each. Two queries."""
    return rows.in_order().select_related("previous").prefetch_related("questions")


def cycles_of_ramp(ramp: Ramp) -> list[Cycle]:
    """The ramp's cycles in order, begun ones first."""
    return list(drawn(Cycle.objects.filter(ramp=ramp)))


RampWithCycles = tuple[Ramp, list[Cycle]]


def ramps_with_cycles(team: Team, *, aim: Aim | None = None) -> list[RampWithCycles]:
    """The team's ramps, or those under one aim, each with its cycles in order. Three queries."""
    ramps = Ramp.objects.filter(team=team).select_related("aim", "idea")
    if aim is not None:
        ramps = ramps.filter(aim=aim)
    found = ramps.prefetch_related(Prefetch("cycles", drawn(Cycle.objects.all()), to_attr="ordered")).order_by("number")
    pairs = []
    for ramp in found:
        ramp.team = team
        pairs.append((ramp, ramp.ordered))  # type: ignore[attr-defined]  # the prefetch above
    return pairs


def active_first(pairs: Sequence[RampWithCycles]) -> list[RampWithCycles]:
    """Ramps that go on before those that ended."""
    return sorted(pairs, key=lambda pair: (pair[0].status != RampStatus.ACTIVE, pair[0].number))
