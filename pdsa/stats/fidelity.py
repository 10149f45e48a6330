"""Each criterion of a faithful PDSA cycle that the fields of a worksheet can prove.

Sources: Taylor et al. 2014, BMJ Qual Saf 23:290 (table 2: iterative cycles, prediction-based test of change,
small-scale testing, use of data over time, documentation); McNicholas et al. 2019, BMJ Qual Saf 28:356 (table 1: yes/no
checks and which cycles each check is asked of); Knudsen et al. 2019, BMC Health Serv Res 19:683 (table 1: at least two
successive linked cycles, below full scale before full scale, three or more consecutive points, theory).

Every criterion is met, missed, or not yet asked. "Not yet" is the answer while a team can still do the thing in the
ordinary course of its work, so a cycle that is being planned is never told that it failed. A cycle is *due* for
judgement once it is closed, or once it has rested longer than ``stalled_after`` days where it stands.

A prediction from a file has a fourth answer, "unproven": the file says that it was written before *Do*, and nothing
here can vouch for that. Counting it as met would let a file improve the score; counting it as missed would punish a
team for having worked on paper. So it counts neither way, here and in the published share, and the page says so.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from pdsa.stats.facts import CycleFacts, Point, SeriesFacts

POINTS_IN_A_ROW = 3
"""Knudsen 2019: three or more consecutive data points."""
WIDEST_GAP_DAYS = 31
"""Taylor 2014: data at monthly or more frequent intervals; the longest month has 31 days."""
LONGEST_CYCLE_DAYS = 30
"""A cycle takes weeks, not months."""
DAYS_A_WEEK = 7


class Criterion(StrEnum):
    """What is asked, in the order in which a worksheet is filled in."""

    PREDICTION = "prediction"
    THEORY = "theory"
    SMALL_FIRST = "small_first"
    DOCUMENTATION = "documentation"
    CYCLE_LENGTH = "cycle_length"
    SERIES = "series"
    GROWING_SCALE = "growing_scale"
    DATA_OVER_TIME = "data_over_time"


class Outcome(StrEnum):
    """The answer to one criterion."""

    MET = "met"
    MISSED = "missed"
    NOT_YET = "not_yet"
    UNPROVEN = "unproven"


class Hint(StrEnum):
    """The one thing to do about a missed point."""

    WRITE_PREDICTION = "write_prediction"
    PREDICT_BEFORE_DO = "predict_before_do"
    SAY_WHY = "say_why"
    START_SMALL = "start_small"
    FILL_PLAN = "fill_plan"
    FILL_DO = "fill_do"
    FILL_STUDY = "fill_study"
    FILL_ACT = "fill_act"
    RUN_OR_ABANDON = "run_or_abandon"
    MEND_DATES = "mend_dates"
    DECIDE_NOW = "decide_now"
    TEST_SHORTER = "test_shorter"
    TEST_AGAIN = "test_again"
    GROW = "grow"
    COUNT_THREE_TIMES = "count_three_times"
    COUNT_MORE_OFTEN = "count_more_often"


@dataclass(frozen=True, slots=True)
class Judgement:
    """The answer to one criterion; ``hint`` only where it is missed."""

    criterion: Criterion
    outcome: Outcome
    hint: Hint | None = None


@dataclass(frozen=True, slots=True)
class CycleFidelity:
    """All criteria of one cycle, in the order of ``Criterion``."""

    key: int
    judgements: tuple[Judgement, ...]

    @property
    def met(self) -> int:
        return sum(one.outcome is Outcome.MET for one in self.judgements)

    @property
    def applicable(self) -> int:
        """Criteria that are met or missed."""
        return sum(one.outcome in (Outcome.MET, Outcome.MISSED) for one in self.judgements)

    @property
    def missed(self) -> tuple[Judgement, ...]:
        return tuple(one for one in self.judgements if one.outcome is Outcome.MISSED)

    def outcome(self, criterion: Criterion) -> Outcome:
        return next(one.outcome for one in self.judgements if one.criterion is criterion)


Answer = tuple[Outcome, Hint | None]
MET: Answer = (Outcome.MET, None)
NOT_YET: Answer = (Outcome.NOT_YET, None)
UNPROVEN: Answer = (Outcome.UNPROVEN, None)


def _missed(hint: Hint) -> Answer:
    return (Outcome.MISSED, hint)


@dataclass(frozen=True, slots=True)
class Clock:
    """The day on which is judged, and for how many days a cycle may rest before it is due."""

    on: dt.date
    stalled_after: int

    def is_past(self, day: dt.date) -> bool:
        return (self.on - day).days > self.stalled_after


def score(series: SeriesFacts, *, on: dt.date, stalled_after: int) -> dict[int, CycleFidelity]:
    """Every cycle of a series by key, each criterion judged on the day ``on``.

    ``stalled_after``: days without a step after which an open cycle is due all the same. Criteria of a series (linked,
    growing scale, data over time, small first) have the same answer for each of its cycles that has begun.
    """
    clock = Clock(on, stalled_after)
    return {
        cycle.key: CycleFidelity(
            cycle.key,
            tuple(Judgement(criterion, *JUDGES[criterion](cycle, series, clock)) for criterion in Criterion),
        )
        for cycle in series.cycles
    }


def is_due(cycle: CycleFacts, *, on: dt.date, stalled_after: int) -> bool:
    """Whether a cycle can be judged as a whole.

    It is closed; or it has begun, or should have begun by its own plan, more than ``stalled_after`` days before ``on``.
    """
    return _is_due(cycle, Clock(on, stalled_after))


def _is_due(cycle: CycleFacts, clock: Clock) -> bool:
    since = cycle.started_on or cycle.plan_start
    return cycle.closed or (since is not None and clock.is_past(since))


def prediction(cycle: CycleFacts, _series: SeriesFacts, _clock: Clock) -> Answer:
    """A prediction is written before the test begins.

    Met: a prediction was first written on or before the first day of Do. Missed: Do began without one, or it was
    written later, when what happened could already be seen. Unproven: only a file that came in after the first day of
    Do says that it was written before. Not yet: nothing is predicted and Do has not begun.
    Source: Taylor 2014 ("explicit prediction articulated … in the plan stage"); McNicholas 2019 ("explicit prediction
    documented").
    """
    if cycle.predicted_on is None:
        return _missed(Hint.WRITE_PREDICTION) if cycle.started_on else NOT_YET
    if cycle.started_on and cycle.predicted_on > cycle.started_on:
        return _missed(Hint.PREDICT_BEFORE_DO)
    if cycle.started_on and cycle.vouched_on and cycle.vouched_on > cycle.started_on:
        return UNPROVEN
    return MET


def theory(cycle: CycleFacts, _series: SeriesFacts, _clock: Clock) -> Answer:
    """The team states why it expects the change to work.

    Met: the reason for a prediction is written. Missed: Do began without it. Not yet: Do has not begun.
    Source: Knudsen 2019 (theoretical rationale explicitly stated).
    """
    if cycle.has_theory:
        return MET
    return _missed(Hint.SAY_WHY) if cycle.begun else NOT_YET


def small_first(cycle: CycleFacts, series: SeriesFacts, _clock: Clock) -> Answer:
    """The change is tested on a part before it is put in place everywhere.

    Met: the series' first cycle that began was below full scale. Missed: it was at full scale. Not yet: this cycle has
    not begun. Source: Knudsen 2019 (tested on a scale smaller than a whole department before a full-scale test began);
    Taylor 2014 (cycles start small).
    """
    if not cycle.begun:
        return NOT_YET
    return _missed(Hint.START_SMALL) if series.begun[0].full_scale else MET


def documentation(cycle: CycleFacts, _series: SeriesFacts, clock: Clock) -> Answer:
    """All four parts are written, in order of date.

    Met: Plan, Do, Study and Act are filled in, the cycle is closed, and no step is dated before the one ahead of it.
    Missed: the dates contradict each other, or the cycle is due and a part is empty; the hint names the first one. Not
    yet: the cycle is open and not due; or it was given up before anything was tried, so that there is nothing to write.
    Source: McNicholas 2019 ("all cycle stages documented"); Taylor 2014 (documentation).
    """
    if not cycle.in_order_of_date:
        return _missed(Hint.MEND_DATES)
    if cycle.closed and cycle.all_parts_filled:
        return MET
    if not _is_due(cycle, clock) or (cycle.closed and not cycle.begun):
        return NOT_YET
    if not cycle.begun:
        return _missed(Hint.RUN_OR_ABANDON)
    parts = (
        (cycle.plan_filled, Hint.FILL_PLAN),
        (cycle.do_filled, Hint.FILL_DO),
        (cycle.study_filled, Hint.FILL_STUDY),
        (cycle.act_filled and cycle.closed, Hint.FILL_ACT),
    )
    return _missed(next(hint for filled, hint in parts if not filled))


def cycle_length(cycle: CycleFacts, _series: SeriesFacts, clock: Clock) -> Answer:
    """The cycle takes weeks, not months.

    Met: at most 30 days from the first day of Do to the decision, both counted. Missed: longer, or still open after 30
    days. Not yet: open for at most 30 days, or never begun. Source: Taylor 2014 ("temporal duration of cycles"); short
    cycles of weeks are what collaboratives ask of teams.
    """
    if cycle.started_on is None:
        return NOT_YET
    if cycle.closed_on is None:
        open_for = (clock.on - cycle.started_on).days + 1
        return _missed(Hint.DECIDE_NOW) if open_for > LONGEST_CYCLE_DAYS else NOT_YET
    return MET if (cycle.closed_on - cycle.started_on).days < LONGEST_CYCLE_DAYS else _missed(Hint.TEST_SHORTER)


def part_of_series(cycle: CycleFacts, series: SeriesFacts, _clock: Clock) -> Answer:
    """The cycle is one of two or more that are linked to one another.

    Met: it follows a cycle or a cycle follows it. Missed: it is closed, stands alone, and its change was kept. Not yet:
    it is open, or its change was given up after this one test, which is good use of a small test. (The published share
    counts such a cycle as alone: ``pdsa.stats.published``.) Source: McNicholas 2019 ("within an iterative series of two
    or more cycles"); Taylor 2014 ("linked to one another"); Knudsen 2019.
    """
    if len(series.cycles) >= 2:
        return MET
    return _missed(Hint.TEST_AGAIN) if cycle.closed and not cycle.abandoned else NOT_YET


def growing_scale(cycle: CycleFacts, series: SeriesFacts, _clock: Clock) -> Answer:
    """The scale of testing grows within the series.

    Met: at least one cycle that began is larger than the cycle that began before it: more people, sites or days, and
    fewer of none. Missed: two or more began and none is larger. Not yet: this cycle or fewer than two have begun; or
    the next one is already planned larger. Source: McNicholas 2019 ("iterative series of PDSA cycles increasing
    scale"); Taylor 2014 ("did sequential cycles increase scale of testing?").
    """
    if not cycle.begun or len(series.begun) < 2:
        return NOT_YET
    if _grows(series.begun):
        return MET
    return NOT_YET if _grows(series.cycles) else _missed(Hint.GROW)


def _grows(cycles: tuple[CycleFacts, ...]) -> bool:
    return any(later.scale.exceeds(earlier.scale) for earlier, later in itertools.pairwise(cycles))


def data_over_time(cycle: CycleFacts, series: SeriesFacts, clock: Clock) -> Answer:
    """Data are collected regularly over the series.

    Met: of one measure there are three points in a row, on different days, each at most 31 days after the one before.
    Missed: two cycles of the series are due and there is no such row. Not yet: this cycle has not begun, or fewer than
    two are due. Source: McNicholas 2019 ("iterative series using regular data over time"); Knudsen 2019 ("three or more
    consecutive data points"); Taylor 2014 (monthly or more frequent).
    """
    if not cycle.begun:
        return NOT_YET
    days = _days_by_measure(point for one in series.cycles for point in one.points)
    if any(longest_row(one) >= POINTS_IN_A_ROW for one in days):
        return MET
    if sum(_is_due(one, clock) for one in series.begun) < 2:
        return NOT_YET
    enough = any(len(one) >= POINTS_IN_A_ROW for one in days)
    return _missed(Hint.COUNT_MORE_OFTEN if enough else Hint.COUNT_THREE_TIMES)


def _days_by_measure(points: Iterable[Point]) -> list[list[dt.date]]:
    """The different days of each measure, in order."""
    found: dict[str, set[dt.date]] = {}
    for point in points:
        found.setdefault(point.measure, set()).add(point.day)
    return [sorted(days) for days in found.values()]


def longest_row(days: list[dt.date]) -> int:
    """The most of these days, which are different and in order, that follow one another within 31 days."""
    best = row = min(len(days), 1)
    for earlier, later in itertools.pairwise(days):
        row = row + 1 if (later - earlier).days <= WIDEST_GAP_DAYS else 1
        best = max(best, row)
    return best


JUDGES: dict[Criterion, Callable[[CycleFacts, SeriesFacts, Clock], Answer]] = {
    Criterion.PREDICTION: prediction,
    Criterion.THEORY: theory,
    Criterion.SMALL_FIRST: small_first,
    Criterion.DOCUMENTATION: documentation,
    Criterion.CYCLE_LENGTH: cycle_length,
    Criterion.SERIES: part_of_series,
    Criterion.GROWING_SCALE: growing_scale,
    Criterion.DATA_OVER_TIME: data_over_time,
}
