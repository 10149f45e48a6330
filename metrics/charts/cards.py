"""A figure ready for a page: its picture for first paint, and where its numbers and files are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from collab.common.downloads import figure_address
from collab.common.enums import Tone
from collab.models import Collaborative, Measure
from metrics.charts.build import run_chart
from metrics.charts.figure import Mark, RunChartFigure, Table
from metrics.charts.svg import FLAG, NARROW, PAPER, SMALL, to_svg
from metrics.queries.annotations import Notes
from metrics.queries.series import Benchmarks, Panel
from teams.models import Team

TONES = {Mark.IMPROVEMENT: Tone.GOOD, Mark.CONCERN: Tone.ATTENTION, Mark.CHANGE: Tone.INFO}


@dataclass(frozen=True)
class ChartCard:
    """A figure with the address of its JSON, SVG and CSV (without the ending); empty where it has none.

    ``query``: what a reader asked of the picture, for these addresses. ``page``: the chart's own page; ``teach``: the
    chart step by step.
    """

    figure: RunChartFigure
    address: str = ""
    query: str = ""
    page: str = ""
    teach: str = ""

    @property
    def tone(self) -> Tone | None:
        """The badge's tone where there is a signal that holds."""
        return TONES.get(self.figure.meaning)

    @property
    def wide(self) -> SafeString:
        return to_svg(self.figure, height=self._height(270))

    @property
    def large(self) -> SafeString:
        """For the chart's own page."""
        return to_svg(self.figure, width=1000, height=440, variant="large")

    @property
    def narrow(self) -> SafeString:
        """For phones: as wide as their screens, so that its words are as large as those around it."""
        return to_svg(self.figure, width=270, height=self._height(230), variant=NARROW)

    @property
    def small(self) -> SafeString:
        return to_svg(self.figure, width=290, height=170, variant=SMALL)

    @property
    def paper(self) -> SafeString:
        """For print, as wide as the page."""
        return to_svg(self.figure, width=720, height=self._height(190), variant=PAPER)

    @property
    def paper_half(self) -> SafeString:
        """For print, two beside each other."""
        return to_svg(self.figure, width=370, height=self._height(165), variant=PAPER)

    def _height(self, plain: int) -> int:
        """Numbered marks below the months take no room from the picture."""
        return plain + (FLAG if self.figure.flags else 0)


def team_cards(
    team: Team,
    panels: Sequence[Panel],
    compared: dict[int, Benchmarks],
    *,
    prefix: str = "team",
    notes: Notes | None = None,
    query: str = "",
    from_zero: bool = True,
) -> list[ChartCard]:
    """The charts of a team's measures, in order; ``prefix`` keeps ids apart where a page has several teams."""
    today = team.collaborative.today()
    return [
        ChartCard(
            figure=run_chart(
                panel,
                key=f"{prefix}-{team.pk}-{panel.measure.code}",
                subject=team.name,
                benchmarks=compared.get(panel.measure.pk),
                today=today,
                notes=(notes or {}).get((team.pk, panel.measure.pk), ()),
                from_zero=from_zero,
            ),
            address=team_figure_address(team, panel.measure.code),
            query=query,
            page=reverse("chart", args=[team.collaborative.slug, team.slug, panel.measure.code]),
            teach=f"{teach_address(team.collaborative, panel.measure.code)}?team={team.pk}",
        )
        for panel in panels
    ]


def without_names(card: ChartCard, team: Team) -> ChartCard:
    """The chart of a team under its code name, its files too.

    Notes are left out: they are written by the team for itself, and name people, places and dates.
    """
    figure = replace(
        card.figure,
        key=f"{card.figure.key}-coded",
        subject=team.code_name,
        alt=card.figure.alt.replace(team.name, team.code_name),
        flags=tuple(flag for flag in card.figure.flags if flag.kind.is_break),
        # It tells what the notes say.
        table=Table("", (), ()),
    )
    return replace(card, figure=figure, query="?names=off")


def pooled_card(collaborative: Collaborative, panel: Panel, compared: Benchmarks | None = None) -> ChartCard:
    """The chart of what all teams achieved together; with ``compared`` before the band of the teams' own rates.

    It breaks where the measure's definition changes. It has no notes and no phases: both belong to one team, whose
    notes name its people and places and whose phases say when it changed its work; all teams together did nothing on
    one day.
    """
    if compared is not None:
        # The pooled rate is the chart itself.
        compared = replace(compared, pooled=np.full_like(compared.pooled, np.nan))
    return ChartCard(
        figure=run_chart(
            panel,
            key=f"pooled-{panel.measure.code}",
            subject=_("all teams pooled"),
            benchmarks=compared,
            today=collaborative.today(),
        ),
        address=pooled_figure_address(panel.measure),
        teach=teach_address(collaborative, panel.measure.code),
    )


def pooled_figure_address(measure: Measure) -> str:
    """Where the figure of all teams together lies, without the ending."""
    return figure_address("pooled_figure", measure.collaborative.slug, measure.code)


def teach_address(collaborative: Collaborative, code: str) -> str:
    """Where a measure is taught from; without more, from all teams pooled."""
    return reverse("chart_teach", args=[collaborative.slug, code])


def team_figure_address(team: Team, code: str) -> str:
    """Where a team's figure lies, without ".json", ".svg" or ".csv"."""
    return figure_address("team_figure", team.collaborative.slug, team.slug, code)
