"""Completeness and timeliness: does what was agreed come, whole, and on time?

Pure, over teams × months. Counts stand beside every rate, and a rate over nothing is missing, never 0 and never 100 %.

    submitted     months sent ÷ months due
    on time       months whose first revision came before the deadline ÷ months due, without those of which nobody
                  knows when they came (imported by the center); a month that never came is not on time
    complete      numbers given ÷ numbers asked for, over the months due; one with a reason instead is not given (it is
                  counted as explained), one of "nobody to count" (0 of 0) is
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from metrics.stats.arrays import Bools, Floats, Ints
from metrics.stats.errors import LengthsDifferError


@dataclass(frozen=True, eq=False)
class Reporting:
    """What was expected and what came, each array of shape (teams, months).

    ``expected``: the team took part, whether or not the deadline has passed. ``sent``: a revision is live. ``on_time``:
    1 or 0, NaN where nobody knows. ``asked``, ``given``, ``explained``: core measures asked for, with a number, with a
    reason. Raises LengthsDifferError where the shapes differ.
    """

    expected: Bools
    sent: Bools
    on_time: Floats
    asked: Ints
    given: Ints
    explained: Ints

    def __post_init__(self) -> None:
        shapes = {
            array.shape for array in (self.expected, self.sent, self.on_time, self.asked, self.given, self.explained)
        }
        if len(shapes) != 1:
            raise LengthsDifferError("What was expected and what came must be of the same teams and months.")


@dataclass(frozen=True)
class Kept:
    """The counts of one team, of one month, or of all. ``due`` are the months expected: give only what is past due."""

    due: int
    sent: int
    timed: int
    on_time: int
    asked: int
    given: int
    explained: int

    @property
    def submitted(self) -> float:
        return _rate(self.sent, self.due)

    @property
    def timeliness(self) -> float:
        return _rate(self.on_time, self.timed)

    @property
    def completeness(self) -> float:
        return _rate(self.given, self.asked)


def by_team(reporting: Reporting) -> list[Kept]:
    """Each team over its months."""
    return _kept(reporting, axis=1)


def by_month(reporting: Reporting) -> list[Kept]:
    """Each month over its teams."""
    return _kept(reporting, axis=0)


def together(reporting: Reporting) -> Kept:
    """All teams and months."""
    (kept,) = _kept(reporting, axis=None)
    return kept


def _kept(reporting: Reporting, axis: int | None) -> list[Kept]:
    due = reporting.expected
    sent = due & reporting.sent
    # A month that never came was not on time, whatever stands in the array.
    time = np.where(sent, reporting.on_time, 0.0)
    timed = due & ~np.isnan(time)
    columns: list[Any] = [
        due,
        sent,
        timed,
        timed & (np.nan_to_num(time) > 0),
        np.where(due, reporting.asked, 0),
        np.where(sent, reporting.given, 0),
        np.where(sent, reporting.explained, 0),
    ]
    sums = [np.atleast_1d(column.sum(axis=axis)).astype(int).tolist() for column in columns]
    return [Kept(*numbers) for numbers in zip(*sums, strict=True)]


def _rate(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")
