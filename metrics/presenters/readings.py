"""What a series shows, in numbers and in one sentence: the chart, its centre line and limits, and signals.

Which chart it is: what was chosen for the measure, or what ``metrics.stats.advice`` advises from its figures; a run
chart as long as limits could not be trusted. Phases are by definition (a new one breaks the line) and by decision (a
team or its advisor began one); each has its own centre, limits and runs analysis, from a frozen baseline where there is
one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from django.utils.translation import gettext as _

from collab.common import formatting
from collab.enums import ChartKind, Direction, RuleSet
from collab.profiles import PROFILES
from metrics.presenters.sentences import signal_words, what_it_shows
from metrics.presenters.signals import (
    FEWEST_POINTS,
    NEEDS_LIMITS,
    Began,
    Drawn,
    Meaning,
    Phase,
    Signal,
    SignalKind,
    signals_of,
)
from metrics.queries.series import Panel
from metrics.stats import advice, batch, rules
from metrics.stats.advice import FIRM_FROM, LIMITS_FROM, SOME_LIMITS_FROM, Advice, ReasonCode
from metrics.stats.arrays import Bools, Floats, Ints
from metrics.stats.rules import MakingDataCount
from metrics.stats.rules.nhs import FEWEST_FOR_FIXED_LIMITS
from metrics.stats.runs import RunsAnalysis, runs_analysis
from metrics.suppression import State, States

MOST_HIDDEN = 0.1
"""Hidden months are the small ones, not any ones: where more than this share of the reported months is hidden, the rest
gives neither a centre line nor a signal of the whole."""

FROM_BOTH_NUMBERS = frozenset({"p", "pp", "u", "up", "ip"})
"""Charts that are made from numerators and denominators; the others are made from values in the measure's unit."""

WITHOUT_SIGMA = frozenset({"run", "t", "g", "mr"})
"""Charts without limits at the same distance on both sides, for which rules in sigmas mean nothing."""

DIRECTIONS = {Direction.UP: "increase", Direction.DOWN: "decrease", Direction.NONE: "neutral"}

__all__ = [
    "FEWEST_POINTS",
    "Meaning",
    "Phase",
    "Reading",
    "Signal",
    "SignalKind",
    "Style",
    "read",
    "read_one",
    "signal_words",
]


@dataclass(frozen=True, slots=True)
class Style:
    """How one series is drawn, and why.

    ``kind`` as in ``metrics.stats.spc``. ``asked`` and ``rules_asked``: what was chosen for the measure; ``rules``: the
    set that is used, another one where the chosen set can say nothing of such a chart.
    """

    kind: str
    asked: ChartKind
    rules: RuleSet
    rules_asked: RuleSet
    advice: Advice


@dataclass(frozen=True, eq=False)
class Reading:
    """One series read. Arrays have one element a month, in the measure's unit, NaN where there is nothing.

    ``kind`` is a kind of chart (run, p, ...), ``step`` how many months one period has. ``values`` are the measure's;
    ``drawn`` are the points of the chart, which differ from them on a moving range chart only. ``signals`` are those of
    the last phase, those that still hold first, newest first. ``marks``: what Making Data Count says of the last phase.
    """

    kind: str
    months: tuple[dt.date, ...]
    step: int
    state: States
    values: Floats
    centre: Floats
    lower: Floats
    upper: Floats
    phases: tuple[Phase, ...]
    signals: tuple[Signal, ...]
    drawn: Floats = field(default_factory=lambda: np.empty(0))
    style: Style | None = None
    marks: MakingDataCount | None = None

    @property
    def latest(self) -> int | None:
        """The column of the last value, None where there is none."""
        present = np.flatnonzero(self.state == State.VALUE)
        return int(present[-1]) if present.size else None

    @property
    def holding(self) -> Signal | None:
        """The signal that still holds; one month outside the limits is none yet."""
        found = (signal for signal in self.signals if signal.ongoing and signal.kind is not SignalKind.OUTSIDE)
        return next(found, None)

    @property
    def meaning(self) -> Meaning:
        """What the signal that still holds means; none where there is no such signal."""
        return self.holding.meaning if self.holding else Meaning.NONE

    @property
    def has_limits(self) -> bool:
        return self.kind != "run"

    @property
    def rules(self) -> RuleSet:
        """The rules by which signals were looked for."""
        return self.style.rules if self.style else RuleSet.ANHOEJ

    @property
    def trial_phases(self) -> tuple[Phase, ...]:
        """Phases whose limits rest on so few points that they are trial limits."""
        return tuple(phase for phase in self.phases if self.has_limits and SOME_LIMITS_FROM <= phase.base < FIRM_FROM)

    @property
    def phases_without_limits(self) -> tuple[Phase, ...]:
        """Phases of a chart with limits that have too few points for any."""
        return tuple(phase for phase in self.phases if self.has_limits and phase.base < SOME_LIMITS_FROM)

    @property
    def centre_name(self) -> str:
        """What the centre line is called: a g chart draws its median, too; a t chart a value between the two."""
        if self.kind in {"run", "g"}:
            return _("median")
        return _("center line") if self.kind == "t" else _("mean")

    def month_name(self, place: int) -> str:
        """What the month or quarter of a column is called."""
        return formatting.period_name(self.months[place], step=self.step)

    @property
    def sentence(self) -> str:
        """What the series shows, in one sentence (a second one where months are hidden)."""
        return what_it_shows(self)


def read(panel: Panel) -> list[Reading]:
    """Read every row of a panel at once."""
    styles = styles_of(panel)
    readings: dict[int, Reading] = {}
    for kind in {style.kind for style in styles}:
        rows = np.array([row for row, style in enumerate(styles) if style.kind == kind], dtype=np.int64)
        charted = _charted(panel, kind, rows)
        for place, row in enumerate(rows.tolist()):
            readings[row] = _reading(panel, row, styles[row], charted, place)
    return [readings[row] for row in range(len(styles))]


def read_one(panel: Panel) -> Reading:
    """Read a panel of one row."""
    return read(panel)[0]


def styles_of(panel: Panel) -> list[Style]:
    """How each row is drawn."""
    y, n = _counted(panel)
    version = panel.version
    below = n if version.statistic.has_denominator else None
    advised = advice.choose_many(version.stat, y, below, base=_one_level(panel, y))
    asked, rule_set = panel.measure.chart_kind, RuleSet(panel.measure.rules)
    return [_style(panel, asked, rule_set, found) for found in advised]


def _style(panel: Panel, asked: ChartKind, rule_set: RuleSet, found: Advice) -> Style:
    kind = _kind(panel, asked, rule_set, found)
    used = rule_set
    if (rule_set in NEEDS_LIMITS and kind in WITHOUT_SIGMA) or (rule_set is RuleSet.MAKING_DATA_COUNT and kind != "i"):
        used = RuleSet.ANHOEJ
    return Style(kind, asked, used, rule_set, found)


def _kind(panel: Panel, asked: ChartKind, rule_set: RuleSet, found: Advice) -> str:
    """The chart to draw: what was chosen, as far as the figures bear it."""
    if found.points < LIMITS_FROM:
        return "run"
    if rule_set is RuleSet.MAKING_DATA_COUNT:
        return "i"
    if asked is ChartKind.AUTO or asked not in PROFILES[panel.version.statistic].charts:
        # The classical rules are those of run charts: they ask about the median.
        return "run" if rule_set is RuleSet.CLASSICAL else found.kind
    if asked is ChartKind.T and found.kind != "t":
        # A t chart has no place for two events on one day.
        return found.kind
    if found.reasons[0].code is ReasonCode.NOT_COUNTS:
        return "run"
    return asked.value


def _counted(panel: Panel) -> tuple[Floats, Floats]:
    """Numerators and denominators where the newest statistic already held, NaN elsewhere and where hidden."""
    same = np.array([version.stat == panel.version.stat for version in panel.versions], dtype=np.bool_)
    keep = same[None, :] & (panel.state == State.VALUE) if same.size else panel.state == State.VALUE
    return np.where(keep, panel.numerator, np.nan), np.where(keep, panel.denominator, np.nan)


def _one_level(panel: Panel, y: Floats) -> Bools:
    """The months of each row from which its chart is chosen, so that a change of level is not taken for unevenness.

    Those of the phase with the most points, up to its frozen baseline, the newest of several; all months where no phase
    has points enough for limits that can be trusted.
    """
    present = ~np.isnan(y)
    found = np.ones(y.shape, dtype=np.bool_)
    for row in range(len(y)):
        levels = [slice(first, _end_of_base(panel, row, first, end)) for first, end in panel.edges_of(row)]
        most = max(reversed(levels), key=lambda level: np.count_nonzero(present[row, level]), default=slice(0))
        if np.count_nonzero(present[row, most]) >= LIMITS_FROM:
            found[row] = False
            found[row, most] = True
    return found


def _end_of_base(panel: Panel, row: int, first: int, end: int) -> int:
    """Where the months end that give a phase its centre and limits."""
    frozen = _frozen(panel, row, first, end)
    return end if frozen is None else frozen + 1


@dataclass(frozen=True, eq=False)
class _Charted:
    """Charts of several rows: what is drawn, each (rows, months), and each row's runs analysis by phase."""

    y: Floats
    centre: Floats
    lower: Floats
    upper: Floats
    sigma: Floats
    runs: list[list[RunsAnalysis]]


def _charted(panel: Panel, kind: str, rows: Ints) -> _Charted:
    """Rows of one kind of chart in one go; phases with a frozen baseline once more on their own."""
    edges = [panel.edges_of(row) for row in rows.tolist()]
    y, n, scale = _input(panel, kind, rows)
    ends = np.zeros(y.shape, dtype=np.bool_)
    for place, row_edges in enumerate(edges):
        ends[place, [end - 1 for _first, end in row_edges[:-1]]] = True
    # What is counted is never below 0, so no limit is either.
    charts = batch.charts(kind, y, n, part=ends if ends.any() else None, y_neg=False)
    lines = charts.lines
    found = [line.copy() for line in (lines.y, lines.cl, lines.lcl, lines.ucl, lines.lcl_95, lines.ucl_95)]
    runs = [
        [charts.computed.runs.analysis(int(row)) for row in charts.computed.row_of[place] if row >= 0]
        for place in range(len(rows))
    ]
    for place, row in enumerate(rows.tolist()):
        for number, (first, end) in enumerate(edges[place]):
            frozen = _frozen(panel, row, first, end)
            if frozen is None:
                continue
            cells = (slice(place, place + 1), slice(first, end))
            alone = batch.charts(
                kind, y[cells], None if n is None else n[cells], freeze=frozen - first + 1, y_neg=False
            )
            again = alone.lines
            for line, newer in zip(
                found, (again.y, again.cl, again.lcl, again.ucl, again.lcl_95, again.ucl_95), strict=True
            ):
                line[cells] = newer
            runs[place][number] = alone.computed.runs.analysis(0)
    drawn, centre, lower, upper, near_lower, near_upper = (line * scale for line in found)
    # Limits may be cut at 0 or 100 %; the widest of the four distances is the one that was not.
    with np.errstate(all="ignore"):
        sigma = np.fmax.reduce(
            [(upper - centre) / 3, (centre - lower) / 3, (near_upper - centre) / 2, (centre - near_lower) / 2]
        )
    return _Charted(drawn, centre, lower, upper, sigma, runs)


def _input(panel: Panel, kind: str, rows: Ints) -> tuple[Floats, Floats | None, Floats]:
    """What a kind of chart is made from: y, n, and by how much its lines are then multiplied, month by month."""
    y, n = _counted(panel)
    ones = np.ones(len(panel.months))
    if kind in FROM_BOTH_NUMBERS and panel.version.statistic.has_denominator:
        return y[rows], n[rows], np.array([version.multiplier for version in panel.versions], dtype=np.float64)
    values = panel.values
    if kind not in {"run", "i", "mr"}:
        values = np.where(np.isnan(y), np.nan, values)
    return values[rows], None, ones


def _frozen(panel: Panel, row: int, first: int, end: int) -> int | None:
    """The last column of the baseline that is frozen in a phase; the newest where there are several."""
    inside = [column for column in panel.shape_of(row).frozen if first <= column < end]
    return max(inside, default=None)


def _reading(panel: Panel, row: int, style: Style, charted: _Charted, place: int) -> Reading:
    values = panel.values[row]
    drawn = Drawn(
        values=charted.y[place] if style.kind == "mr" else values,
        centre=charted.centre[place],
        lower=charted.lower[place],
        upper=charted.upper[place],
        sigma=charted.sigma[place],
    )
    runs, marks = charted.runs[place], None
    edges = panel.edges_of(row)
    if style.rules is RuleSet.MAKING_DATA_COUNT:
        drawn, runs, marks = _making_data_count(panel, row, drawn, edges)
    for first, end in edges:
        if _is_partial(panel.state[row, first:end]):
            for line in (drawn.centre, drawn.lower, drawn.upper):
                line[first:end] = np.nan
        base = panel.state[row, first : _end_of_base(panel, row, first, end)] == State.VALUE
        if np.count_nonzero(base) < SOME_LIMITS_FROM:
            for line in (drawn.lower, drawn.upper, drawn.sigma):
                line[first:end] = np.nan
    phases = _phases(panel, row, drawn, runs)
    return Reading(
        kind=style.kind,
        months=panel.months,
        step=panel.measure.collaborative.step,
        state=panel.state[row],
        values=values,
        centre=drawn.centre,
        lower=drawn.lower,
        upper=drawn.upper,
        phases=phases,
        signals=signals_of(drawn, phases, style.rules, marks),
        drawn=drawn.values,
        style=style,
        marks=marks if phases and not phases[-1].is_partial else None,
    )


def _making_data_count(
    panel: Panel, row: int, drawn: Drawn, edges: Sequence[tuple[int, int]]
) -> tuple[Drawn, list[RunsAnalysis], MakingDataCount | None]:
    """The NHS's own centre and limits, phase by phase, and what it says of the last phase."""
    centre, lower, upper = (np.full(len(panel.months), np.nan) for _line in range(3))
    runs: list[RunsAnalysis] = []
    found: MakingDataCount | None = None
    for first, end in edges:
        version = panel.versions[first]
        frozen = _frozen(panel, row, first, end)
        length = None if frozen is None else frozen - first + 1
        found = rules.making_data_count(
            drawn.values[first:end],
            improvement_direction=DIRECTIONS[Direction(version.direction)],
            target=version.goal,
            fix_after=length if length and length >= FEWEST_FOR_FIXED_LIMITS else None,
        )
        centre[first:end], lower[first:end], upper[first:end] = found.mean, found.lpl, found.upl
        runs.append(runs_analysis(drawn.values[first:end], found.mean))
    sigma = (upper - centre) / 3
    return Drawn(drawn.values, centre, lower, upper, sigma), runs, found


def _phases(panel: Panel, row: int, drawn: Drawn, runs: Sequence[RunsAnalysis]) -> tuple[Phase, ...]:
    """The phases of one row; a panel without months has none."""
    versions, state = panel.versions, panel.state[row]
    decided = panel.shape_of(row).starts
    found = []
    # A series without months has an analysis of nothing, and no phase.
    for (first, end), analysis in zip(panel.edges_of(row), runs, strict=False):
        frozen = _frozen(panel, row, first, end)
        shown = state[first:end] == State.VALUE
        base = shown if frozen is None else shown[: frozen - first + 1]
        found.append(
            Phase(
                first=first,
                last=end - 1,
                version=versions[first],
                centre=_first_number(drawn.centre[first:end]),
                values=int(np.count_nonzero(shown)),
                is_partial=_is_partial(state[first:end]),
                useful=analysis.n_useful,
                longest_run_max=analysis.longest_run_max or 0,
                crossings=analysis.n_crossings or 0,
                crossings_min=analysis.n_crossings_min or 0,
                longest_run=analysis.longest_run or 0,
                base=int(np.count_nonzero(base)),
                frozen=frozen,
                began=Began.DEFINITION
                if first in panel.breaks
                else Began.DECISION
                if first in decided
                else Began.FIRST,
            )
        )
    return tuple(found)


def _is_partial(state: States) -> bool:
    hidden, shown = (int(np.count_nonzero(state == kind)) for kind in (State.HIDDEN, State.VALUE))
    return hidden > MOST_HIDDEN * (hidden + shown)


def _first_number(line: Floats) -> float | None:
    present = line[~np.isnan(line)]
    return float(present[0]) if present.size else None
