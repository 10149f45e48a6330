"""The published figures, and our cycles counted the way McNicholas 2019 counted theirs.

McNicholas et al. 2019, BMJ Qual Saf 28:356, reviewed 421 cycles of 39 front-line teams in three yearly rounds. Table 1
says of which cycles each check is asked, table 2 gives the counts. A comparison is fair only with the same
denominators, so the counting here follows table 1 and not the kinder answers of ``pdsa.stats.fidelity``:

    documented   all cycles that have a plan (ours: that are due; a cycle under way is counted later)
    past tense   fully documented cycles (ours: that a coach has judged)
    learning     fully documented cycles (ours: that a coach has judged)
    prediction   fully documented cycles with a learning activity (ours: no coach said there is none, and not those
                 whose prediction's day only a file tells)
    series       fully documented cycles
    growing      series of two or more fully documented cycles, each series once
    data         the same

A series counts where its second documented cycle counts: that made it a series.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pdsa.stats.facts import CycleFacts, SeriesFacts
from pdsa.stats.fidelity import Criterion, CycleFidelity, Outcome, is_due
from pdsa.stats.shares import Share


class Check(StrEnum):
    """The seven checks of McNicholas 2019, in the order of its tables."""

    DOCUMENTED = "documented"
    PAST_TENSE = "past_tense"
    LEARNING = "learning"
    PREDICTION = "prediction"
    SERIES = "series"
    GROWING = "growing"
    DATA = "data"


MANUAL = (Check.PAST_TENSE, Check.LEARNING)
"""What only a reader can judge."""


@dataclass(frozen=True, slots=True)
class Published:
    """What a paper reports of one check: all rounds together, and each round (None: not reported)."""

    all: Share
    rounds: tuple[Share | None, ...] = ()


# McNicholas 2019, table 2.
MCNICHOLAS_2019: dict[Check, Published] = {
    Check.DOCUMENTED: Published(Share(299, 421), (Share(15, 30), Share(93, 144), Share(191, 247))),
    Check.PAST_TENSE: Published(Share(253, 299), (Share(10, 15), Share(67, 93), Share(176, 191))),
    Check.LEARNING: Published(Share(294, 299), (Share(15, 15), Share(90, 93), Share(189, 191))),
    Check.PREDICTION: Published(Share(36, 294), (Share(0, 15), Share(3, 90), Share(33, 189))),
    Check.SERIES: Published(Share(163, 299), (Share(0, 15), Share(48, 93), Share(115, 191))),
    Check.GROWING: Published(Share(19, 64), (None, Share(3, 19), Share(16, 45))),
    Check.DATA: Published(Share(29, 64), (None, Share(7, 19), Share(22, 45))),
}
# Taylor 2014, abstract: articles that fully documented a sequence of iterative cycles, and that reported quantitative
# data at monthly or more frequent intervals to inform the cycles.
TAYLOR_2014_SEQUENCE = Share(14, 73)
TAYLOR_2014_MONTHLY_DATA = Share(7, 47)
# Knudsen 2019, abstract: projects that documented their cycles well enough, and that had all four key features.
KNUDSEN_2019_DOCUMENTED = Share(72, 120)
KNUDSEN_2019_ALL_FOUR = Share(3, 72)
# Connors 2020, School Mental Health, doi 10.1007/s12310-020-09374-x: mean cycles of a team, and in how many months.
CONNORS_2020_CYCLES, CONNORS_2020_MONTHS = 14.7, 15


@dataclass(frozen=True, slots=True)
class Read:
    """What coaches who read a cycle said: one answer a coach."""

    past_tense: tuple[bool, ...] = ()
    learning: tuple[bool, ...] = ()


NOBODY = Read()


def consensus(answers: tuple[bool, ...]) -> bool | None:
    """Yes when every coach said yes, no when one said no, None when nobody judged."""
    return all(answers) if answers else None


def counted(
    series: SeriesFacts,
    fidelity: Mapping[int, CycleFidelity],
    *,
    on: dt.date,
    stalled_after: int,
    reads: Mapping[int, Read] | None = None,
) -> dict[int, dict[Check, bool]]:
    """For each cycle of a series the checks it counts in, and whether it adheres.

    A check that is not there does not count the cycle. ``fidelity`` is ``score``'s answer about the same series, and
    ``reads`` what coaches said, by key. Adding up over any set of cycles gives the paper's shares of that set.
    """
    read = reads or {}
    found: dict[int, dict[Check, bool]] = {}
    documented = [one for one in series.cycles if _met(fidelity, one, Criterion.DOCUMENTATION)]
    for cycle in series.cycles:
        checks: dict[Check, bool] = {}
        is_documented = cycle in documented
        if cycle.plan_filled and is_due(cycle, on=on, stalled_after=stalled_after):
            checks[Check.DOCUMENTED] = is_documented
        if is_documented:
            said = read.get(cycle.key, NOBODY)
            learning = consensus(said.learning)
            judged = {Check.PAST_TENSE: consensus(said.past_tense), Check.LEARNING: learning}
            checks |= {check: answer for check, answer in judged.items() if answer is not None}
            if learning is not False and fidelity[cycle.key].outcome(Criterion.PREDICTION) is not Outcome.UNPROVEN:
                checks[Check.PREDICTION] = _met(fidelity, cycle, Criterion.PREDICTION)
            checks[Check.SERIES] = len(series.cycles) >= 2
        found[cycle.key] = checks
    if len(documented) >= 2:
        second = documented[1]
        found[second.key][Check.GROWING] = _met(fidelity, second, Criterion.GROWING_SCALE)
        found[second.key][Check.DATA] = _met(fidelity, second, Criterion.DATA_OVER_TIME)
    return found


def _met(fidelity: Mapping[int, CycleFidelity], cycle: CycleFacts, criterion: Criterion) -> bool:
    return fidelity[cycle.key].outcome(criterion) is Outcome.MET
