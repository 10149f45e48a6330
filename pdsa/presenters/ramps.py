"""Ramps in words and pictures: the sentence, the drawing with its table, what was learned, the strip of a worksheet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collab.common.formatting import number
from pdsa.charts import RampFigure, parallel, single, to_list_svg, to_strip_svg, to_svg
from pdsa.charts.build import became, scale_in_words, when_in_words
from pdsa.charts.svg import FITTING
from pdsa.enums import Decision, Match
from pdsa.models import Aim, Cycle, Ramp
from pdsa.queries.ramps import cycles_of_ramp

DAYS_A_WEEK = 7
# Under this many days a span is told in days.
SHORT_SPAN = 14


@dataclass(frozen=True, slots=True)
class CycleRow:
    """One cycle in the table beside the drawing: everything the drawing says, and the result."""

    cycle: Cycle
    when: str
    scale: str
    follows: str
    became: str
    tone: str
    result: str


@dataclass(frozen=True, slots=True)
class Learned:
    """What one cycle taught."""

    cycle: Cycle
    became: str
    words: str


@dataclass(frozen=True, slots=True)
class RampCard:
    """A drawing with its sentence and table; ``rows`` stand in the order of the ramp."""

    figure: RampFigure
    sentence: str
    rows: tuple[CycleRow, ...]
    caption: str

    @property
    def columns(self) -> tuple[str, ...]:
        return _("Cycle"), _("When"), _("Scale"), _("Prediction"), _("Decision")

    @property
    def wide(self) -> SafeString:
        return to_svg(self.figure)

    @property
    def narrow(self) -> SafeString:
        return to_list_svg(self.figure)

    @property
    def paper(self) -> SafeString:
        return to_svg(self.figure, paper=True)

    @property
    def scrolls(self) -> bool:
        """Whether the wide drawing may be wider than the page."""
        return len(self.figure.lanes) == 1 and self.figure.longest > FITTING


@dataclass(frozen=True, slots=True)
class RampStrip:
    """The ramp at the size of a line, with one cycle marked, and the cycles before and after it."""

    ramp: Ramp
    picture: SafeString
    sentence: str
    before: Cycle | None
    after: tuple[Cycle, ...]


def card_of(ramp: Ramp, cycles: Sequence[Cycle], *, current: Cycle | None = None) -> RampCard:
    """The drawing of one ramp. ``cycles`` in order, with their questions; ``ramp.team.collaborative`` at hand."""
    sentence = sentence_of(ramp, cycles, today=ramp.team.collaborative.today())
    return RampCard(
        figure=single(ramp, cycles, key=f"ramp-{ramp.pk}", sentence=sentence, current=current),
        sentence=sentence,
        rows=rows_of(cycles),
        caption=_("Cycles of ramp %(number)s, in order") % {"number": ramp.number},
    )


def parallel_card(aim: Aim, ramps: Sequence[tuple[Ramp, Sequence[Cycle]]], *, today: dt.date) -> RampCard:
    """The ramps under one aim on one calendar; a single one as it is drawn alone.

    The sentence says how many there are; what became of each stands in its own.

    ``aim.team.collaborative`` and the cycles' questions must be at hand.
    """
    if len(ramps) == 1:
        return card_of(*ramps[0])
    sentence = " ".join(sentence_of(ramp, cycles, today=today) for ramp, cycles in ramps)
    return RampCard(
        figure=parallel(
            ramps,
            key=f"aim-{aim.pk}-ramps",
            title=_("Ramps under “%(aim)s”") % {"aim": aim.title},
            sentence=sentence,
            today=today,
        ),
        sentence=_("%(count)s ramps lead to this aim, side by side.") % {"count": len(ramps)},
        rows=tuple(row for _ramp, cycles in ramps for row in rows_of(cycles)),
        caption=_("Cycles of all ramps under this aim"),
    )


def file_rows(card: RampCard) -> Iterator[list[object]]:
    """The drawing's table for a spreadsheet, its heading first; what the page says in one cell of a cycle has three."""
    cycle, *others = card.columns
    yield [cycle, _("Test"), _("Follows"), *others]
    for row in card.rows:
        yield [row.cycle.number, row.cycle.title, row.follows, row.when, row.scale, row.result, row.became]


def strip_of(cycle: Cycle) -> RampStrip:
    """The small drawing beside a worksheet. One query for the ramp's cycles, one for their questions."""
    ramp = cycle.ramp
    ramp.team = cycle.team
    cycles = cycles_of_ramp(ramp)
    card = card_of(ramp, cycles, current=cycle)
    return RampStrip(
        ramp=ramp,
        picture=to_strip_svg(card.figure),
        sentence=card.sentence,
        before=next((other for other in cycles if other.pk == cycle.previous_id), None),
        after=tuple(other for other in cycles if other.previous_id == cycle.pk),
    )


def rows_of(cycles: Sequence[Cycle]) -> tuple[CycleRow, ...]:
    """The table twin of a drawing."""
    before: Cycle | None = None
    rows = []
    for cycle in cycles:
        rows.append(
            CycleRow(
                cycle=cycle,
                when=when_in_words(cycle),
                scale=scale_in_words(cycle),
                follows=follows_in_words(cycle, before),
                became=became(cycle),
                tone=(cycle.verdict or cycle.standing).tone,
                result=result_of(cycle),
            )
        )
        before = cycle
    return tuple(rows)


def follows_in_words(cycle: Cycle, before: Cycle | None) -> str:
    """Which cycle it follows, where that is not simply the one ``before`` it in the ramp: a branch, or none."""
    if cycle.previous_id is None:
        return "" if before is None else _("follows no cycle")
    if before is not None and cycle.previous_id == before.pk:
        return ""
    return _("follows cycle %(number)s") % {"number": cycle.previous.number if cycle.previous else "–"}


def result_of(cycle: Cycle) -> str:
    """How the predictions did: "as predicted", "1 of 2 as predicted", "not compared yet"; empty without predictions."""
    compared = [row.match for row in cycle.questions.all() if row.match]
    if not compared:
        return ""
    if len(compared) == 1:
        return str(Match(compared[0]).label)
    hits = sum(match == Match.YES for match in compared)
    return _("%(hits)s of %(count)s as predicted") % {"hits": hits, "count": len(compared)}


def learned_from(cycles: Sequence[Cycle]) -> list[Learned]:
    """What the cycles taught, in their order; those that wrote nothing are left out."""
    return [
        Learned(cycle=cycle, became=became(cycle), words=words)
        for cycle in cycles
        if (words := (cycle.learned.strip() or cycle.decision_reason.strip()))
    ]


def sentence_of(ramp: Ramp, cycles: Sequence[Cycle], *, today: dt.date) -> str:
    """ "Ramp 2: 4 cycles in 7 weeks, grew from 1 to 20 people, adapted twice, adopted."."""
    head = _("Ramp %(number)s") % {"number": ramp.number}
    if not cycles:
        return _("%(ramp)s: no cycle yet.") % {"ramp": head}
    parts = [
        _count_and_span(cycles, today=today),
        growth_in_words(cycles),
        *decisions_in_words(cycles),
        _open_in_words(cycles),
    ]
    return f"{head}: {', '.join(part for part in parts if part)}."


def _count_and_span(cycles: Sequence[Cycle], *, today: dt.date) -> str:
    """ "4 cycles in 7 weeks": from the first day of *Do* to the last decision, or to today while one is running."""
    count = ngettext("%(count)s cycle", "%(count)s cycles", len(cycles)) % {"count": len(cycles)}
    begun = [cycle for cycle in cycles if cycle.started_on]
    if not begun:
        return count
    first = min(cycle.started_on for cycle in begun if cycle.started_on)
    last = max(cycle.closed_on or today for cycle in begun)
    days = max(1, (last - first).days + 1)
    if days < SHORT_SPAN:
        span = ngettext("%(count)s day", "%(count)s days", days) % {"count": days}
    else:
        weeks = -(-days // DAYS_A_WEEK)
        span = ngettext("%(count)s week", "%(count)s weeks", weeks) % {"count": weeks}
    return _("%(cycles)s in %(span)s") % {"cycles": count, "span": span}


def growth_in_words(cycles: Sequence[Cycle]) -> str:
    """ "grew from 1 to 20 people": the first begun cycle beside the largest later one, in each way that grew.

    "stayed at 5 people" where none did. Empty with fewer than two begun cycles; plans do not count as growth.
    """
    begun = [cycle for cycle in cycles if cycle.started_on]
    if len(begun) < 2:
        return ""
    first, later = begun[0], begun[1:]
    grown = []
    for name in ("people", "sites", "days"):
        start, most = getattr(first, name), max(getattr(cycle, name) for cycle in later)
        if most > start:
            grown.append(_("from %(first)s to %(most)s") % {"first": number(start), "most": _counted(name, most)})
    if not grown:
        return _("stayed at %(people)s") % {"people": _counted("people", first.people)}
    return _("grew %(ways)s") % {"ways": _and_joined(grown)}


def _counted(name: str, count: int) -> str:
    words = {
        "people": ngettext("%(count)s person", "%(count)s people", count),
        "sites": ngettext("%(count)s site", "%(count)s sites", count),
        "days": ngettext("%(count)s day", "%(count)s days", count),
    }
    return words[name] % {"count": number(count)}


def _and_joined(parts: Sequence[str]) -> str:
    if len(parts) == 1:
        return parts[0]
    return _("%(some)s and %(last)s") % {"some": ", ".join(parts[:-1]), "last": parts[-1]}


def decisions_in_words(cycles: Sequence[Cycle]) -> list[str]:
    """ "adapted twice", "adopted": what the closed cycles decided, adaptations first, what was adopted last."""
    words = {
        Decision.ADAPT: _("adapted"),
        Decision.ABANDON: _("abandoned"),
        Decision.ADOPT: _("adopted"),
    }
    counts = {decision: sum(cycle.decision == decision for cycle in cycles) for decision in words}
    return [_times(words[decision], count) for decision, count in counts.items() if count]


def _times(word: str, count: int) -> str:
    if count == 1:
        return word
    if count == 2:
        return _("%(decided)s twice") % {"decided": word}
    return _("%(decided)s %(count)s times") % {"decided": word, "count": count}


def _open_in_words(cycles: Sequence[Cycle]) -> str:
    """ "1 still open": what goes on now; a plan only where nothing else does."""
    open_ones = [cycle for cycle in cycles if not cycle.decision]
    running = sum(cycle.started_on is not None for cycle in open_ones)
    if running:
        return ngettext("%(count)s still open", "%(count)s still open", running) % {"count": running}
    if open_ones:
        return ngettext("%(count)s planned", "%(count)s planned", len(open_ones)) % {"count": len(open_ones)}
    return ""


def next_base(cycles: Sequence[Cycle]) -> Cycle | None:
    """The cycle that the next one would follow: the newest closed one, if none is still open."""
    if any(not cycle.decision for cycle in cycles):
        return None
    closed = [cycle for cycle in cycles if cycle.closed_on]
    return max(closed, key=lambda cycle: (cycle.closed_on or dt.date.min, cycle.number), default=None)


def open_cycles(cycles: Sequence[Cycle]) -> list[Cycle]:
    """Those without a decision yet."""
    return [cycle for cycle in cycles if not cycle.decision]


def context_of(ramp: Ramp, cycles: Sequence[Cycle]) -> dict[str, Any]:
    """What the ramp's page and its print both show."""
    return {"ramp": ramp, "card": card_of(ramp, cycles), "learned": learned_from(cycles)}


@dataclass(frozen=True, slots=True)
class RampLine:
    """A ramp in a list: its sentence and how many cycles it has."""

    ramp: Ramp
    sentence: str
    count: int


def lines_of(ramps: Sequence[tuple[Ramp, Sequence[Cycle]]], *, today: dt.date) -> list[RampLine]:
    """Ramps in words."""
    return [RampLine(ramp, sentence_of(ramp, cycles, today=today), len(cycles)) for ramp, cycles in ramps]
