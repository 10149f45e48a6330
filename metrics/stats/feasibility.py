"""Is a measure worth its work? How many minutes it takes, what it still tells, and when to think of retiring it.

Thresholds are a judgement, written here and shown beside the numbers: the hint asks a question, it decides nothing.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from metrics.stats import spc
from metrics.stats.arrays import Floats, numerators

MONTHS_LOOKED_AT = 12
"""A year: every season once."""

MUCH_WORK = 30.0
"""Minutes a team and month. Five measures at half an hour are a working morning each month."""

FEWEST_ANSWERS = 5
"""Minutes are told from so many answers on; one team's slow month says nothing about the measure."""

OFTEN_MISSING = 0.6
"""Less than 60 % of the numbers asked for: most comparisons are then between different teams each month."""

FEWEST_ASKED = 24
"""Numbers asked for from which completeness is judged, such as four teams over half a year."""

CEILING = 0.95
"""A proportion at 95 % of what is possible in each of the last 12 months has little left to show."""


class Reason(StrEnum):
    """What speaks against going on with a measure."""

    AT_CEILING = "at_ceiling"
    NO_SIGNAL = "no_signal"
    MUCH_WORK = "much_work"
    OFTEN_MISSING = "often_missing"


@dataclass(frozen=True)
class Use:
    """A measure's last months. ``minutes``: median a team and month, NaN below FEWEST_ANSWERS; ``answers`` of those.

    ``completeness``: numbers given ÷ asked, NaN below FEWEST_ASKED asked.
    """

    minutes: float
    answers: int
    completeness: float
    reasons: tuple[Reason, ...]

    @property
    def may_retire(self) -> bool:
        """Whether it is time to ask: the goal is reached and held; or a year without any change, for much work or
        with many gaps; or much work for many gaps."""
        reasons = set(self.reasons)
        return Reason.AT_CEILING in reasons or len(reasons) >= 2


def minutes_for(minutes: Any, elements: int, all_elements: int) -> Floats:
    """One measure's share of the minutes that months took: minutes · elements ÷ all elements of those months.

    ``minutes``: shape (months), missing allowed. ``elements``: numbers to be typed for the measure, with its groups.
    It is an estimate: people know how long a month takes and not how long each number does. NaN where nothing is typed.
    """
    given = numerators(minutes, "minutes")
    return given * elements / all_elements if all_elements else np.full(given.shape, np.nan)


def use_of(
    *,
    minutes: Any,
    asked: int,
    given: int,
    values: Any,
    higher_is_better: bool | None,
    is_proportion: bool,
) -> Use:
    """What speaks against a measure.

    ``minutes``: its share in each team's month that has an answer. ``asked``, ``given``: numbers of the last months.
    ``values``: what all teams reached together in each of the last months (proportions as fractions), the oldest
    first, missing allowed. ``higher_is_better`` None where neither is better.
    """
    told = numerators(minutes, "minutes")
    told = told[~np.isnan(told)]
    enough = told.size >= FEWEST_ANSWERS
    median = float(np.median(told)) if enough else float("nan")
    completeness = given / asked if asked >= FEWEST_ASKED else float("nan")
    last = numerators(values, "values")[-MONTHS_LOOKED_AT:]
    reasons = []
    if _is_at_ceiling(last, higher_is_better, is_proportion):
        reasons.append(Reason.AT_CEILING)
    if _is_without_signal(last):
        reasons.append(Reason.NO_SIGNAL)
    if enough and median >= MUCH_WORK:
        reasons.append(Reason.MUCH_WORK)
    if completeness < OFTEN_MISSING:
        reasons.append(Reason.OFTEN_MISSING)
    return Use(median, int(told.size), completeness, tuple(reasons))


def _is_at_ceiling(last: Floats, higher_is_better: bool | None, is_proportion: bool) -> bool:
    if not is_proportion or higher_is_better is None or last.size < MONTHS_LOOKED_AT or np.isnan(last).any():
        return False
    reached = last if higher_is_better else 1 - last
    return bool((reached >= CEILING).all())


def _is_without_signal(last: Floats) -> bool:
    """No shift by Anhøj's rules around the median, and no point outside the limits of an I chart, for a whole year."""
    if last.size < MONTHS_LOOKED_AT or np.isnan(last).any():
        return False
    shifted = spc.chart("run", last).parts[0].runs_signal
    outside = spc.chart("i", last).sigma_signal.any()
    return not (shifted or outside)
