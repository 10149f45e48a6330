"""Teams side by side: rows with a sparkline a measure, and what all did together in words."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collab.common import formatting
from collab.enums import Statistic
from collab.models import Collaborative, Measure
from metrics.actions.standings import reads_signals
from metrics.charts.cards import ChartCard, pooled_card
from metrics.charts.scale import value_axis
from metrics.charts.spark import sparkline
from metrics.presenters.advising import no_band_words
from metrics.presenters.funnel import band_sentence
from metrics.presenters.needs import ORDER, Need, Reporting, need_at, need_of, reporting_of
from metrics.presenters.readings import Meaning, Reading, read
from metrics.presenters.values import value_words
from metrics.queries.series import (
    Benchmarks,
    Comparison,
    Panel,
    Peer,
    compared_teams,
    comparison,
    pooled_panel,
    sight_of,
)
from metrics.queries.standings import Standing, standings_of
from metrics.suppression import State

READ_AT_ONCE = 20
"""So many teams are read while somebody waits; with more it is told that they are being computed."""

SIGNS = {Meaning.CONCERN: True, Meaning.IMPROVEMENT: False}


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
            _multiple(self.peer, panel, self.place, reading, top)
            for panel, reading, top in zip(self.panels, self.readings, self.tops, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class TeamNeed:
    """A team's place in the list of all teams, and what is most urgent about it."""

    standing: Standing
    need: Need


@dataclass(frozen=True, slots=True)
class Together:
    """What all teams did in the last month that can be shown, and which number is which."""

    title: str
    pooled: str
    median: str
    month: str
    sentence: str
    band: str = ""


def team_rows(
    compared: Comparison, *, due: Sequence[dt.date], submitted: dict[tuple[int, dt.date], bool | None], by_need: bool
) -> list[TeamRow]:
    """The teams of a comparison in its order; ``by_need`` with what is most urgent about each."""
    readings = [read(panel) for panel in compared.panels]
    tops = tuple(scale_top(panel) for panel in compared.panels)
    rows = []
    for place, peer in enumerate(compared.peers):
        own = tuple(of_measure[place] for of_measure in readings)
        reporting = reporting_of(peer.team, due, submitted) if by_need and peer.team else None
        rows.append(
            TeamRow(
                peer=peer,
                readings=own,
                need=need_of(peer.team, reporting, own) if peer.team and reporting else None,
                reporting=reporting,
                panels=compared.panels,
                place=place,
                tops=tops,
            )
        )
    return rows


def teams_by_need(
    user: Any, collaborative: Collaborative, *, measures: Sequence[Measure], due: Sequence[dt.date]
) -> list[TeamNeed]:
    """All teams with what is most urgent about each, the neediest first; for those who look after all teams.

    From what jobs have kept, without a single figure, so that it is as quick for thousands of teams. A few teams whose
    figures have just changed are read here and now; of many it is said that they are being computed.
    """
    found = standings_of(user, collaborative, measures=measures, due=due)
    unread = [standing.team_id for standing in found if not standing.is_read]
    if 0 < len(unread) <= READ_AT_ONCE:
        signals = _read_now(user, collaborative, measures, unread)
        found = [_with_signals(one, signals[one.team_id]) if one.team_id in signals else one for one in found]
    rows = [TeamNeed(standing, need_at(standing)) for standing in found]
    return sorted(rows, key=lambda row: (ORDER[row.need], -len(row.standing.missed)))


def _read_now(
    user: Any, collaborative: Collaborative, measures: Sequence[Measure], team_ids: Sequence[int]
) -> dict[int, set[bool | None]]:
    """Team key → what its series show, as ``signs_of`` tells it."""
    teams = list(compared_teams(collaborative, sight_of(user, collaborative)).filter(pk__in=team_ids))
    panels = comparison(user, collaborative, measures=measures, teams=teams).panels
    signs = zip(*(signs_of(panel) for panel in panels), strict=True)
    return {team.pk: set(own) for team, own in zip(teams, signs, strict=True)}


def _with_signals(standing: Standing, signs: set[bool | None]) -> Standing:
    return replace(standing, is_read=True, concern=True in signs, improvement=False in signs)


@reads_signals
def signs_of(panel: Panel) -> list[bool | None]:
    """For each row: whether a signal of concern holds, or of improvement (False), or none of them (None)."""
    return [SIGNS.get(reading.meaning) for reading in read(panel)]


def comparison_of(
    user: Any, collaborative: Collaborative, needs: Sequence[TeamNeed], *, measures: Sequence[Measure]
) -> Comparison:
    """These teams side by side, in this order."""
    keys = [row.standing.team_id for row in needs]
    teams = compared_teams(collaborative, sight_of(user, collaborative)).in_bulk(keys)
    return comparison(user, collaborative, measures=measures, teams=[teams[key] for key in keys])


def count_needs(rows: Iterable[TeamNeed]) -> list[tuple[Need, int]]:
    """How many teams stand where, only what there is, in order."""
    counted = Counter(row.need for row in rows)
    return [(need, counted[need]) for need in Need if counted[need]]


def results_of(collaborative: Collaborative, found: Iterable[Benchmarks]) -> list[tuple[ChartCard, Together]]:
    """Each measure's pooled chart, and its last month in words, of the measures that can be added up over teams."""
    panels = [(pooled_panel(one), one) for one in found]
    return [(pooled_card(collaborative, panel, one), together(one)) for panel, one in panels if panel.can_be_pooled]


def together(found: Benchmarks) -> Together:
    """The pooled rate beside the median of the teams, for the last month that has one."""
    version = found.measure.latest
    shown = np.flatnonzero(found.state == State.VALUE)
    if not shown.size and found.is_withheld:
        return Together(version.name, "", "", "", _("The center has not published the results of all teams yet."))
    if not shown.size:
        hidden = bool((found.state == State.HIDDEN).any())
        return Together(
            version.name,
            "",
            "",
            "",
            _("Too few teams have reported, or too few people, to show results together.")
            if hidden
            else _("Nothing computed yet."),
        )
    last = int(shown[-1])
    # The month's numbers stand in the unit in which they were counted, which a newer definition may have changed.
    held = found.measure.version_for(found.months[last])
    scale = held.multiplier
    pooled = value_words(
        held, float(found.pooled[last]) * scale, float(found.numerator[last]), float(found.denominator[last])
    )
    reporting = int(found.reporting[last])
    median = float(found.median[last])
    sentence = ngettext(
        "%(count)s of %(expected)s team reported.", "%(count)s of %(expected)s teams reported.", reporting
    )
    if found.partial[last]:
        sentence = ngettext(
            "%(count)s of %(expected)s team counts here: small numbers are left out.",
            "%(count)s of %(expected)s teams count here: small numbers are left out.",
            reporting,
        )
    return Together(
        title=version.name,
        pooled=pooled,
        median="" if math.isnan(median) else formatting.with_unit(median * scale, held.unit),
        month=formatting.period_name(found.months[last], step=found.measure.collaborative.step),
        sentence=sentence
        % {"count": formatting.number(reporting), "expected": formatting.number(int(found.expected[last]))},
        band=_band(found, last),
    )


def _band(found: Benchmarks, place: int) -> str:
    """Quartiles, 10th and 90th percentile and the achievable benchmark of a month, or why there are none to tell."""
    if math.isnan(found.p10[place]) and not math.isnan(found.median[place]):
        return no_band_words()
    lines = (found.p10, found.p25, found.p75, found.p90, found.abc)
    numbers = (_number(float(line[place])) for line in lines)
    return band_sentence(found.measure.version_for(found.months[place]), int(found.reporting[place]), *numbers)


def scale_top(panel: Panel) -> float:
    """The end of the axis that all sparklines of a measure share."""
    values = panel.values
    if np.isnan(values).all():
        return 1.0
    versions = panel.versions
    proportions = all(version.statistic is Statistic.PROPORTION for version in versions)
    ceiling = max(version.multiplier for version in versions) if proportions else None
    _low, high, _ticks = value_axis(0.0, float(np.nanmax(values)), from_zero=True, ceiling=ceiling)
    return high


def scale_words(panel: Panel) -> str:
    """From where to where all small charts of a page run."""
    return _("Every chart on this page runs from 0 to %(top)s.") % {"top": top_words(panel, scale_top(panel))}


def top_words(panel: Panel, top: float) -> str:
    """The end of a shared axis; a bare number where a new definition brought another unit to it."""
    units = {version.unit for version in panel.versions}
    return formatting.with_unit(top, units.pop() if len(units) == 1 else "")


def _multiple(peer: Peer, panel: Panel, row: int, reading: Reading, top: float) -> Multiple:
    """A row of the panel, whose definitions by month all rows share."""
    version = panel.version
    sentence = reading.sentence
    place = reading.latest
    if place is None:
        latest = ""
    else:
        words = value_words(
            panel.versions[place],
            float(reading.values[place]),
            _number(panel.numerator[row, place]),
            _number(panel.denominator[row, place]),
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
