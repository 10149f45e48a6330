"""The benchmarks a second time, written slowly and straight from their definitions, without numpy and our statistics.

    expected   teams enrolled and active that month
    reporting  teams with a live value and a denominator above 0
    pooled     sum of numerators ÷ sum of denominators over all reporting teams
    abc        order the reporting teams by (x + 1) / (d + 2), best first (lowest first where lower is better, empty
               where the direction is none), take the fewest whose denominators reach 10 % of all, pool them
    mean, median, p10 … p90
               over the reporting teams whose denominator reaches the measure's minimum; linear interpolation,
               Hyndman and Fan's type 7

Everything is exact (``fractions.Fraction``) until the last step.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

PERCENTILES = {"p10": Fraction(1, 10), "p25": Fraction(1, 4), "p75": Fraction(3, 4), "p90": Fraction(9, 10)}


@dataclass(frozen=True)
class Reported:
    """What one team reported."""

    agency: str
    numerator: str
    denominator: str


def benchmark(reports: Iterable[Reported], *, expected: int, direction: str, minimum: int) -> dict[str, object]:
    """One measure in one month, as it should stand in the export: counts as int, values as float or None."""
    teams = []
    # Among equals the achievable benchmark takes the agencies by their codes; the definition leaves it open.
    for report in sorted(reports, key=lambda report: report.agency):
        if report.numerator == "" or report.denominator == "":
            continue
        numerator, denominator = Fraction(report.numerator), Fraction(report.denominator)
        if denominator > 0:
            teams.append((numerator, denominator))
    rates = sorted(numerator / denominator for numerator, denominator in teams if denominator >= minimum)
    return {
        "expected": expected,
        "reporting": len(teams),
        "pooled": pooled(teams),
        "mean": float(sum(rates) / len(rates)) if rates else None,
        "median": percentile(rates, Fraction(1, 2)),
        **{name: percentile(rates, share) for name, share in PERCENTILES.items()},
        "abc": achievable(teams, direction),
    }


def pooled(teams: Sequence[tuple[Fraction, Fraction]]) -> float | None:
    if not teams:
        return None
    return float(sum(numerator for numerator, _ in teams) / sum(denominator for _, denominator in teams))


def percentile(ordered: Sequence[Fraction], share: Fraction) -> float | None:
    """Type 7: the place is (n - 1) · share, counted from 0; between two places the straight line."""
    if not ordered:
        return None
    place = (len(ordered) - 1) * share
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return float(ordered[below] + (place - below) * (ordered[above] - ordered[below]))


def achievable(teams: Sequence[tuple[Fraction, Fraction]], direction: str) -> float | None:
    """``teams`` in the order that decides between teams of equal adjusted performance."""
    if direction == "none" or not teams:
        return None
    sign = -1 if direction == "up" else 1
    best_first = sorted(teams, key=lambda team: sign * (team[0] + 1) / (team[1] + 2))
    goal = sum(denominator for _, denominator in teams) / 10
    taken: list[tuple[Fraction, Fraction]] = []
    while sum(denominator for _, denominator in taken) < goal:
        taken.append(best_first[len(taken)])
    return pooled(taken)


def read_reports(path: Path) -> dict[tuple[str, dt.date], list[Reported]]:
    """An import file as measure and month → what the teams reported."""
    found: dict[tuple[str, dt.date], list[Reported]] = {}
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            month = dt.date.fromisoformat(row["month"])
            found.setdefault((row["measure"], month), []).append(
                Reported(row["agency"], row["numerator"], row["denominator"])
            )
    return found
