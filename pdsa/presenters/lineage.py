"""Who took whose change, in words, in a drawing, in a table and in a list, test by test as the reader may read it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collab.common.formatting import full_day, number
from collab.models import Collaborative
from pdsa.charts.build import became, scale_in_words, state_of, when_in_words
from pdsa.charts.figure import Step
from pdsa.charts.lineage import Join, LineageFigure, LineageLane, Spot, to_svg
from pdsa.models import Cycle
from pdsa.presenters.library import byline
from pdsa.presenters.ramps import result_of
from pdsa.queries.lineage import Family
from pdsa.stats.lineage import Adoption, Lane, Trial, adoption_of, depth, lanes, layers, shown_part, takings

# Deeper lanes of the list are indented no further: a phone has no room.
DEEPEST = 3


@dataclass(frozen=True, slots=True)
class LineageRow:
    """A test in table and list. Of a test that the reader may not read only who took it from whom is said."""

    title: str
    url: str
    by: str
    source: str
    when: str
    result: str
    became: str
    tone: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class LineageBranch:
    """A team's series in the list; ``level``: how far it is indented."""

    by: str
    note: str
    source: str
    level: int
    rows: tuple[LineageRow, ...]


@dataclass(frozen=True, slots=True)
class LineageCard:
    """A family of tests: the drawing with its sentence, and the same as branches of a list and rows of a table."""

    figure: LineageFigure
    sentence: str
    branches: tuple[LineageBranch, ...]
    caption: str
    is_whole: bool
    has_takings: bool

    @property
    def columns(self) -> tuple[str, ...]:
        return _("Test"), _("Team"), _("From"), _("When"), _("Prediction"), _("Decision")

    @property
    def picture(self) -> SafeString:
        return to_svg(self.figure)

    @property
    def rows(self) -> list[LineageRow]:
        return [row for branch in self.branches for row in branch.rows]


def file_rows(card: LineageCard) -> Iterator[Sequence[str]]:
    """The drawing's table for a spreadsheet, its heading first."""
    yield card.columns
    for row in card.rows:
        yield [row.title, row.by, row.source, row.when, row.result, row.became]


class _Words:
    """What may be said of each test of a family to one viewer."""

    def __init__(self, family: Family, viewer: Any, here: Collaborative) -> None:
        self.here = here
        self.cycles = {cycle.pk: cycle for cycle in family.cycles}
        self.readable = family.readable
        # A team is named where one of its tests may be read.
        self.names = {
            cycle.ramp_id: byline(cycle, viewer, here) for cycle in family.cycles if cycle.pk in family.readable
        }

    def cycle(self, key: int) -> Cycle | None:
        return self.cycles[key] if key in self.readable else None

    def by(self, trial: Trial) -> str:
        return self.names.get(trial.series, _("Another team"))

    def line(self, trial: Trial) -> str:
        """All of a test in one line."""
        cycle = self.cycle(trial.key)
        if cycle is None:
            return (
                _("A test of %(team)s that is not shared") % {"team": self.by(trial)}
                if trial.series in self.names
                else _("A test of another team")
            )
        return _("%(team)s, cycle %(number)s, %(title)s: %(scale)s; %(when)s; %(became)s") % {
            "team": self.by(trial),
            "number": cycle.number,
            "title": cycle.title,
            "scale": scale_in_words(cycle),
            "when": when_in_words(cycle),
            "became": became(cycle),
        }

    def url(self, cycle: Cycle) -> str:
        return reverse("library_cycle", args=[self.here.slug, cycle.pk])


def card_of(family: Family, viewer: Any, here: Collaborative, *, key: str, current: Cycle | None = None) -> LineageCard:
    """Everything about a family that ``viewer`` may see. ``here``: in which collaborative the viewer looks."""
    words = _Words(family, viewer, here)
    trials = shown_part(family.trials, family.readable)
    ordered = lanes(trials)
    sentence = sentence_of(trials, ordered, words)
    return LineageCard(
        figure=_figure(trials, ordered, words, key=key, alt=sentence, current=current),
        sentence=sentence,
        branches=_branches(ordered, words, current),
        caption=_("Tests of this change, and from whom each team took it"),
        is_whole=family.is_whole,
        has_takings=bool(takings(trials)),
    )


def sentence_of(trials: Sequence[Trial], ordered: Sequence[Lane], words: _Words) -> str:
    """ "First tried by Team 04. 3 teams took it over, 1 of them from a team that took it itself; 2 adopted it."."""
    taken = takings(trials)
    roots = [lane for lane in ordered if lane.after is None]
    first = _("First tried by %(team)s.") % {"team": words.by(roots[0].trials[0])} if len(roots) == 1 else ""
    teams = {taking.taker.team for taking in taken}
    if not teams:
        return " ".join(part for part in (first, _("No other team has taken it over yet.")) if part)
    second_hand = {lane.team for lane in ordered if lane.depth > 1}
    took = ngettext("%(count)s team took it over", "%(count)s teams took it over", len(teams))
    parts = [took % {"count": number(len(teams))}]
    if second_hand:
        again = ngettext(
            "%(count)s of them from a team that had taken it itself",
            "%(count)s of them from teams that had taken it themselves",
            len(second_hand),
        )
        parts.append(again % {"count": number(len(second_hand))})
    takers = {lane.series for lane in ordered if lane.depth}
    told = [trial for trial in trials if trial.series in takers and trial.key in words.readable]
    outcome = _outcome(adoption_of(told))
    sentence = ", ".join(parts) + (f"; {outcome}." if outcome else ".")
    longest = depth(trials)
    chain = (
        _("The longest way goes over %(count)s teams in a row.") % {"count": number(longest + 1)} if longest > 1 else ""
    )
    return " ".join(part for part in (first, sentence, chain) if part)


def _outcome(adoption: Adoption) -> str:
    parts = [
        _("%(count)s adopted it") % {"count": number(adoption.adopted)} if adoption.adopted else "",
        _("%(count)s abandoned it") % {"count": number(adoption.abandoned)} if adoption.abandoned else "",
    ]
    return ", ".join(part for part in parts if part)


def _figure(
    trials: Sequence[Trial], ordered: Sequence[Lane], words: _Words, *, key: str, alt: str, current: Cycle | None
) -> LineageFigure:
    layer_of = layers(trials)
    place_of = {trial.key: (row, place) for row, lane in enumerate(ordered) for place, trial in enumerate(lane.trials)}
    by_key = {trial.key: trial for trial in trials}
    return LineageFigure(
        key=key,
        title=_("Who took whose change"),
        alt=alt,
        lanes=tuple(
            LineageLane(
                title=words.by(lane.trials[0]),
                note=_note(lane, words),
                spots=tuple(_spot(trial, layer_of[trial.key], words, current) for trial in lane.trials),
            )
            for lane in ordered
        ),
        follows=tuple(
            Join(place_of[trial.previous], place_of[trial.key])
            for trial in trials
            if trial.previous is not None and trial.previous in by_key
        ),
        takings=tuple(Join(place_of[taking.source.key], place_of[taking.taker.key]) for taking in takings(trials)),
    )


def _spot(trial: Trial, layer: int, words: _Words, current: Cycle | None) -> Spot:
    cycle = words.cycle(trial.key)
    if cycle is None:
        return Spot(layer, words.line(trial))
    step = Step(
        number=cycle.number,
        title=cycle.title,
        url=words.url(cycle),
        text=words.line(trial),
        day=full_day(cycle.started_on) if cycle.started_on else "",
        became=became(cycle),
        scale=scale_in_words(cycle),
        state=state_of(cycle),
        along=0.0,
        height=0.0,
        is_current=current is not None and current.pk == cycle.pk,
    )
    return Spot(layer, step.text, step)


def _note(lane: Lane, words: _Words) -> str:
    """ "3 tests, adopted": how many of its tests may be read, and what became of the last of them."""
    told = [cycle for trial in lane.trials if (cycle := words.cycle(trial.key)) is not None]
    if not told:
        return _("not shared")
    count = ngettext("%(count)s test", "%(count)s tests", len(told)) % {"count": number(len(told))}
    return _("%(tests)s, %(became)s") % {"tests": count, "became": became(told[-1])}


def _branches(ordered: Sequence[Lane], words: _Words, current: Cycle | None) -> tuple[LineageBranch, ...]:
    trials = {trial.key: trial for lane in ordered for trial in lane.trials}
    found = []
    for lane in ordered:
        rows = tuple(_row(trial, trials, words, current) for trial in lane.trials)
        found.append(
            LineageBranch(
                by=words.by(lane.trials[0]),
                note=_note(lane, words),
                source=next((row.source for row in rows if row.source), ""),
                level=min(lane.depth, DEEPEST),
                rows=rows,
            )
        )
    return tuple(found)


def _row(trial: Trial, trials: dict[int, Trial], words: _Words, current: Cycle | None) -> LineageRow:
    source = trials.get(trial.taken_from) if trial.taken_from is not None else None
    taken = _("taken from %(team)s") % {"team": words.by(source)} if source is not None else ""
    cycle = words.cycle(trial.key)
    if cycle is None:
        return LineageRow(words.line(trial), "", words.by(trial), taken, "", "", "", "", is_current=False)
    return LineageRow(
        title=cycle.title,
        url=words.url(cycle),
        by=words.by(trial),
        source=taken,
        when=when_in_words(cycle),
        result=result_of(cycle),
        became=became(cycle),
        tone=(cycle.verdict or cycle.standing).tone,
        is_current=current is not None and current.pk == cycle.pk,
    )
