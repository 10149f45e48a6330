"""Teams side by side: rows with a sparkline a measure, and what all did together in words."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collab.common import formatting
from collab.enums import Statistic
from collab.models import Collaborative
from metrics.charts.cards import ChartCard, pooled_card
from metrics.charts.scale import value_axis
from metrics.charts.spark import sparkline
from metrics.presenters.needs import ORDER, Need, Reporting, need_of, reporting_of
from metrics.presenters.readings import Meaning, Reading, read
from metrics.presenters.values import value_words
from metrics.queries.series import Benchmarks, Comparison, Panel, Peer, pooled_panel
from metrics.suppression import State


@dataclass(frozen=True)
class Multiple:
    """One measure of one team at the size of a stamp."""

    title: str
    spark: SafeString
    latest: str
    meaning: Meaning
    sentence: str


@dataclass(frozen=True)
class TeamRow:
    """A team in the comparison. ``need`` and ``reporting`` are for those who look after all teams."""

    peer: Peer
    readings: tuple[Reading, ...]
    need: Need | None
    reporting: Reporting | None
    panels: tuple[Panel, ...]
    place: int
    tops: tuple[float, ...]

    @property
    def multiples(self) -> list[Multiple]:
        """Drawn only for the rows of the page that is shown."""
        return [
            _multiple(self.peer, panel.row(self.place), reading, top)
            for panel, reading, top in zip(self.panels, self.readings, self.tops, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class Together:
    """What all teams did in the last month that can be shown, and which number is which."""

    title: str
    pooled: str
    median: str
    month: str
    sentence: str


def team_rows(
    comparison: Comparison, *, due: Sequence[dt.date], submitted: dict[tuple[int, dt.date], bool | None], by_need: bool
) -> list[TeamRow]:
    """All teams; by need where somebody looks after them, else in the comparison's own order."""
    readings = [read(panel) for panel in comparison.panels]
    tops = tuple(_top(panel) for panel in comparison.panels)
    rows = []
    for place, peer in enumerate(comparison.peers):
        own = tuple(of_measure[place] for of_measure in readings)
        reporting = reporting_of(peer.team, due, submitted) if by_need and peer.team else None
        rows.append(
            TeamRow(
                peer=peer,
                readings=own,
                need=need_of(peer.team, reporting, own) if peer.team and reporting else None,
                reporting=reporting,
                panels=comparison.panels,
                place=place,
                tops=tops,
            )
        )
    if by_need:
        rows.sort(key=lambda row: (ORDER[row.need or Need.LEFT], -len(row.reporting.missed if row.reporting else ())))
    return rows


def count_needs(rows: Iterable[TeamRow]) -> list[tuple[Need, int]]:
    """How many teams stand where, only what there is, in order."""
    counted = Counter(row.need for row in rows if row.need)
    return [(need, counted[need]) for need in Need if counted[need]]


def results_of(collaborative: Collaborative, found: Iterable[Benchmarks]) -> list[tuple[ChartCard, Together]]:
    """Each measure's pooled chart, and its last month in words, of the measures that can be added up over teams."""
    panels = [(pooled_panel(one), one) for one in found]
    return [(pooled_card(collaborative, panel), together(one)) for panel, one in panels if panel.can_be_pooled]


def together(found: Benchmarks) -> Together:
    """The pooled rate beside the median of the teams, for the last month that has one."""
    version = found.measure.latest
    shown = np.flatnonzero(found.state == State.VALUE)
    if not shown.size:
        hidden = bool((found.state == State.HIDDEN).any())
        return Together(
            version.name,
            "",
            "",
            "",
            _("Too few teams have reported to show results together.") if hidden else _("Nothing computed yet."),
        )
    last = int(shown[-1])
    scale = version.multiplier
    pooled = value_words(
        version, float(found.pooled[last]) * scale, float(found.numerator[last]), float(found.denominator[last])
    )
    reporting = int(found.reporting[last])
    median = float(found.median[last])
    return Together(
        title=version.name,
        pooled=pooled,
        median="" if math.isnan(median) else formatting.with_unit(median * scale, version.unit),
        month=formatting.period_name(found.months[last], step=found.measure.collaborative.step),
        sentence=ngettext(
            "%(count)s of %(expected)s team reported.", "%(count)s of %(expected)s teams reported.", reporting
        )
        % {"count": reporting, "expected": int(found.expected[last])},
    )


def _top(panel: Panel) -> float:
    """The end of the axis that all sparklines of a measure share."""
    values = panel.values
    if np.isnan(values).all():
        return 1.0
    version = panel.version
    ceiling = version.multiplier if version.statistic is Statistic.PROPORTION else None
    _low, high, _ticks = value_axis(0.0, float(np.nanmax(values)), from_zero=True, ceiling=ceiling)
    return high


def _multiple(peer: Peer, panel: Panel, reading: Reading, top: float) -> Multiple:
    version = panel.version
    sentence = reading.sentence
    place = reading.latest
    if place is None:
        latest = ""
    else:
        words = value_words(
            panel.versions[place],
            float(reading.values[place]),
            _number(panel.numerator[0, place]),
            _number(panel.denominator[0, place]),
        )
        latest = _("%(month)s: %(value)s") % {
            "month": formatting.period_short(reading.months[place], step=reading.step),
            "value": words,
        }
    return Multiple(
        title=version.name,
        spark=sparkline(
            reading,
            name=_("%(measure)s, %(team)s. %(sentence)s")
            % {"measure": version.name, "team": peer.label, "sentence": sentence},
            top=top,
        ),
        latest=latest,
        meaning=reading.meaning,
        sentence=sentence,
    )


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
