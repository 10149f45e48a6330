"""The benchmarks of all measures of one month, from the teams' numbers: pure, no database.

*Reporting* is a team with a value and a denominator above 0. *Pooled* and the *achievable benchmark of care* are over
all reporting teams; *mean*, *median* and percentiles over the reporting teams whose denominator reaches the measure's
minimum, the *compared* ones. ``metrics.stats.benchmark`` has the formulas and their sources.

Where the value is not numerator ÷ denominator, the same words mean:

- count and days between events: every team with a value reports and is compared. There is no pooled rate and no
  achievable benchmark; mean, median and percentiles are of the teams' values. Counts have their sum as ``numerator``.
- median and score, which may carry their number of cases: a team reports with a value, unless its cases are said to be
  0, and is compared when its cases reach the minimum; where they are not said, when there is none. Medians and scores
  of groups cannot be pooled from these two numbers, so pooled rate, sum and achievable benchmark stay empty;
  ``denominator`` is the number of cases that were said.

Teams of equal adjusted performance enter the achievable benchmark in the order in which they are given, which is that
of their agencies' codes: the definition leaves it open, and so the same figures always have the same benchmark.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from metrics.stats.arrays import Bools, Floats, Ints
from metrics.stats.benchmark import monthly_groups


@dataclass(frozen=True, slots=True)
class Rule:
    """How a measure is compared in this month.

    ``divides``: the value is numerator ÷ denominator. ``has_second``: a second number is asked for, the divisor or
    the number of cases. ``sums``: the first numbers of several teams add up to something.
    """

    direction: str
    min_denominator: float
    divides: bool
    has_second: bool
    sums: bool


@dataclass(frozen=True, slots=True)
class Compared:
    """The benchmark of one measure; None where there is no value. Rates are plain fractions, not multiplied."""

    reporting: int
    compared: int
    numerator: float | None
    denominator: float | None
    pooled: float | None
    mean: float | None
    median: float | None
    p10: float | None
    p25: float | None
    p75: float | None
    p90: float | None
    abc: float | None


def compare(group: Ints, numerator: Floats, denominator: Floats, rules: Sequence[Rule]) -> list[Compared]:
    """One ``Compared`` per rule.

    ``group``: for each value the place of its measure in ``rules``; ``numerator``, ``denominator``: what the team
    reported, NaN where missing. All three have one element per team and measure; their order decides between teams
    of equal performance. Raises what ``monthly_groups`` raises.
    """
    divides = np.array([rule.divides for rule in rules], dtype=np.bool_)
    has_second = np.array([rule.has_second for rule in rules], dtype=np.bool_)
    minimum = np.array([rule.min_denominator if rule.has_second else 0.0 for rule in rules], dtype=np.float64)

    unsaid = np.isnan(denominator) & ~divides[group]
    reporting = ~np.isnan(numerator) & (~has_second[group] | unsaid | (denominator > 0))
    compared = reporting & (~has_second[group] | (unsaid & (minimum[group] <= 0)) | (denominator >= minimum[group]))
    # A value that is not a quotient is "value of 1": its mean and percentiles are those of the values themselves.
    divisor = np.where(divides[group], denominator, np.where(compared, 1.0, np.nan))
    found = monthly_groups(
        group,
        np.where(reporting, numerator, np.nan),
        divisor,
        direction=[rule.direction if rule.divides else "none" for rule in rules],
        min_denominator=list(np.where(divides, minimum, 0.0)),
        n_groups=len(rules),
    )
    counts = np.bincount(group[reporting], minlength=len(rules))
    compared_counts = np.bincount(group[compared], minlength=len(rules))
    above = _sums(group, numerator, reporting, len(rules))
    below = _sums(group, denominator, reporting, len(rules))
    results = []
    for place, rule in enumerate(rules):
        month = found.group(place)
        has_team = bool(counts[place])
        results.append(
            Compared(
                reporting=int(counts[place]),
                compared=int(compared_counts[place]),
                numerator=float(above[place]) if has_team and rule.sums else None,
                denominator=float(below[place]) if has_team and rule.has_second else None,
                pooled=month.pooled if rule.divides else None,
                mean=month.mean,
                median=month.median,
                p10=month.p10,
                p25=month.p25,
                p75=month.p75,
                p90=month.p90,
                abc=month.abc,
            )
        )
    return results


def _sums(group: Ints, values: Floats, kept: Bools, count: int) -> Floats:
    return np.bincount(group[kept], weights=np.nan_to_num(values[kept]), minlength=count).astype(np.float64)
