"""The demonstration's numbers: deterministic for a seed, whatever day it is. Pure, no Django."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace

from equity.demo.story import MEASURES, STRATA, TEAMS, DemoMeasure, DemoTeam


@dataclass(frozen=True, slots=True)
class Figure:
    """One cell: numerator and denominator, or neither and why. ``stratum`` is empty for the total."""

    measure: str
    stratum: str
    numerator: float | None
    denominator: float | None
    missing_reason: str = ""


def team_story(index: int) -> DemoTeam:
    """The story of the ``index``-th team: the twelve stories, then the same again under numbered names."""
    story = TEAMS[index % len(TEAMS)]
    round_ = index // len(TEAMS)
    if round_ == 0:
        return story
    partner = (f"{story.partner[0]} {round_ + 1}", f"{story.partner[1]}{round_ + 1}") if story.partner else None
    return replace(story, agency=f"{story.agency} {round_ + 1}", code=f"{story.code}{round_ + 1}", partner=partner)


def progress(story: DemoTeam, when: float) -> float:
    """How far the team is on the way from typical to best at ``when`` (0 … 1): a change takes hold around its turn."""
    taken_hold = 1 / (1 + math.exp(-(when - story.turn) * 18))
    return story.start + story.gain * taken_hold


def month_figures(story: DemoTeam, when: float, random_: random.Random) -> list[Figure]:
    """All cells of one month. Draws the same number of random numbers whatever comes out."""
    figures: list[Figure] = []
    way = progress(story, when)
    for measure in MEASURES:
        draw, reason = random_.random(), random_.choice(("not_ready", "staff", "system", "not_collected"))
        value = measure.typical + (measure.best - measure.typical) * way
        made = _measure_figures(measure, story, value, when, random_)
        if story.setting in measure.not_for:
            made = [Figure(measure.code, "", None, None, "not_applicable")]
        elif draw < story.missing and measure.code != "self_rating":
            made = [Figure(measure.code, "", None, None, reason)]
        figures.extend(made)
    return figures


def _measure_figures(
    measure: DemoMeasure, story: DemoTeam, value: float, when: float, random_: random.Random
) -> list[Figure]:
    size = _around(random_, measure.size * story.size)
    if measure.strata:
        return _with_strata(measure, story, value, when, size, random_)
    numerator: float
    denominator: float | None = None
    match measure.fields["stat"]:
        case "proportion":
            # A small program may have nobody to count in a month: 0 of 0 is a fact, not a gap.
            numerator, denominator = _hits(random_, size, value), size
        case "rate":
            numerator, denominator = _poisson(random_, size * value), size
        case "mean":
            denominator = max(size, 1)
            numerator = round(denominator * max(1.0, random_.gauss(value, 2.2 / math.sqrt(max(story.size, 0.2)))))
        case "score":
            numerator = round(min(5.0, max(0.5, random_.gauss(value, 0.25))) * 2) / 2
        case "count":
            numerator = _poisson(random_, value * story.size)
        case _:
            # As steady as a place can be where it happens every few weeks: nothing that a chart could tell.
            numerator = round(random_.gammavariate(9, value / 9))
    return [Figure(measure.code, "", numerator, denominator)]


def _with_strata(
    measure: DemoMeasure, story: DemoTeam, value: float, when: float, size: int, random_: random.Random
) -> list[Figure]:
    """Strata that add up to the total; groups start apart, and in few teams the gap closes."""
    worse = 1 if measure.fields["direction"] == "down" else -1
    narrowing = 1 - when if story.language_gap_closes else 1.0
    left = size
    rows: list[Figure] = []
    for code, _name, share, gap in STRATA[1:]:
        people = min(left, _hits(random_, size, share))
        left -= people
        rows.append(
            Figure(measure.code, code, _hits(random_, people, _shifted(value, worse * gap * narrowing)), people)
        )
    code, _name, _share, gap = STRATA[0]
    rows.insert(0, Figure(measure.code, code, _hits(random_, left, _shifted(value, worse * gap * narrowing)), left))
    total = sum(int(row.numerator or 0) for row in rows)
    return [Figure(measure.code, "", total, size), *rows]


def _shifted(probability: float, log_odds: float) -> float:
    odds = probability / (1 - probability) * math.exp(log_odds)
    return odds / (1 + odds)


def _around(random_: random.Random, size: float) -> int:
    return max(0, round(random_.gauss(size, 0.12 * size + 0.5)))


def _hits(random_: random.Random, size: int, probability: float) -> int:
    return sum(random_.random() < min(max(probability, 0.01), 0.99) for _ in range(size))


def _poisson(random_: random.Random, mean: float) -> int:
    limit, product, count = math.exp(-min(mean, 500)), random_.random(), 0
    while product > limit:
        product *= random_.random()
        count += 1
    return count
