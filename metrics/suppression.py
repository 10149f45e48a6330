"""Small numbers: what may be shown to whom. Pure, and used by every page, chart, file and message.

A count of 1 to 10 people may point to a person, so it is shown only to those whose own it is. Zero may be shown and
stays zero; a missing value is missing; a hidden one is hidden: three different things everywhere. Where a number is
hidden, everything made from it is hidden with it: the rate, the point, its tooltip, its row in a file. Centre lines,
limits and signals are computed from what is left, so that they are the same whatever the hidden numbers are.

Source: the cell size policy of the Centers for Medicare & Medicaid Services (no cell below 11, none that can be
derived). Hiding further cells so that totals give nothing away is the equity room's work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
States = npt.NDArray[np.int8]

SMALL = range(1, 11)
"""Counts of people that are hidden."""

FEWEST_TEAMS = 5
"""Teams see pooled results and percentiles only where at least so many teams have reported.

With two teams, each can subtract itself and holds the other's numbers; with three or four, two that talk to each
other are left with one or two. Among five, such a pair still faces a group of three. Faculty see each team's figures
anyway, so for them one is enough.
"""


class State(IntEnum):
    """What stands in a cell. Numbers, so that arrays of them are small."""

    MISSING = 0
    VALUE = 1
    HIDDEN = 2
    WITHHELD = 3
    """Computed over all teams, and not published yet. A cell of one team never is."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One cell as a viewer may see it; both numbers are None unless there is a value."""

    state: State
    numerator: float | None
    denominator: float | None


@dataclass(frozen=True, slots=True)
class Kind:
    """What the two numbers of a measure count.

    ``counts_people``: the numerator is a count that may point to a person. ``is_proportion``: it is a part of the
    denominator, so that the rest is a count of people too. ``needs_denominator``: without one above 0 there is no
    value.
    """

    counts_people: bool
    is_proportion: bool
    needs_denominator: bool


def shown(numerator: float | None, denominator: float | None, *, kind: Kind, may_see_small: bool) -> Shown:
    """One cell as a viewer may see it.

    Hidden when the viewer may not see small counts and the numerator (where it counts people), the denominator or,
    for proportions, the rest is small. The denominator is a count for every kind: the mean of three people's waits
    is nearly their names. Missing when there is no numerator, or no denominator above 0 where one is needed.
    """
    state = states([numerator], [denominator], kind=kind, may_see_small=may_see_small)[0]
    if state == State.VALUE:
        return Shown(State.VALUE, numerator, denominator)
    return Shown(State(int(state)), None, None)


def states(numerator: Any, denominator: Any, *, kind: Kind, may_see_small: Any) -> States:
    """The state of many cells; arrays of one shape, None or NaN where there is no number.

    ``may_see_small``: one answer for all cells, or an array that can be broadcast to their shape.
    """
    above = np.asarray(numerator, dtype=np.float64)
    below = np.asarray(denominator, dtype=np.float64)
    present = ~np.isnan(above)
    if kind.needs_denominator:
        present &= below > 0
    small = _small(below)
    if kind.counts_people:
        small |= _small(above)
    if kind.is_proportion:
        small |= _small(below - above)
    hidden = present & small & ~np.asarray(may_see_small, dtype=np.bool_)
    found: States = np.where(hidden, State.HIDDEN, np.where(present, State.VALUE, State.MISSING)).astype(np.int8)
    return found


def masked(numerator: Any, denominator: Any, state: States) -> tuple[Floats, Floats]:
    """Copies of the numbers with NaN wherever the state is not a value."""
    kept = state == State.VALUE
    above = np.where(kept, np.asarray(numerator, dtype=np.float64), np.nan)
    below = np.where(kept, np.asarray(denominator, dtype=np.float64), np.nan)
    return above, below


def may_compare(
    teams: int | Sequence[int] | npt.NDArray[Any], *, sees_each_team: bool | npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """Whether results over so many teams may be shown: from 1 team to those who see each team's figures anyway,
    from FEWEST_TEAMS to everybody else."""
    least = np.where(sees_each_team, 1, FEWEST_TEAMS)
    enough: npt.NDArray[np.bool_] = np.asarray(teams) >= least
    return enough


def _small(count: Floats) -> npt.NDArray[np.bool_]:
    """Whether counts are ones of 1 to 10 (with fractions: above 0 and below 11)."""
    found: npt.NDArray[np.bool_] = (count > 0) & (count < SMALL.stop)
    return found
