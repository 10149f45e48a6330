"""A figure ready for a page: its picture for first paint, and where its numbers and files are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from collab.common.enums import Tone
from collab.models import Collaborative
from metrics.charts.build import run_chart
from metrics.charts.figure import Mark, RunChartFigure
from metrics.charts.svg import PAPER, to_svg
from metrics.queries.series import Benchmarks, Panel
from teams.models import Team

TONES = {Mark.IMPROVEMENT: Tone.GOOD, Mark.CONCERN: Tone.ATTENTION, Mark.CHANGE: Tone.INFO}


@dataclass(frozen=True)
class ChartCard:
    """A figure with the address of its JSON, SVG and CSV (without the ending); empty where it has none."""

    figure: RunChartFigure
    address: str = ""

    @property
    def tone(self) -> Tone | None:
        """The badge's tone where there is a signal that holds."""
        return TONES.get(self.figure.meaning)

    @property
    def wide(self) -> SafeString:
        return to_svg(self.figure)

    @property
    def narrow(self) -> SafeString:
        return to_svg(self.figure, width=340, height=230, variant="narrow")

    @property
    def small(self) -> SafeString:
        return to_svg(self.figure, width=340, height=180, variant="small")

    @property
    def paper(self) -> SafeString:
        """For print, as wide as the page."""
        return to_svg(self.figure, width=720, height=190, variant=PAPER)

    @property
    def paper_half(self) -> SafeString:
        """For print, two beside each other."""
        return to_svg(self.figure, width=370, height=165, variant=PAPER)


def team_cards(
    team: Team, panels: Sequence[Panel], compared: dict[int, Benchmarks], *, prefix: str = "team"
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
            ),
            address=team_figure_address(team, panel.measure.code),
        )
        for panel in panels
    ]


def pooled_card(collaborative: Collaborative, panel: Panel) -> ChartCard:
    """The chart of what all teams achieved together."""
    return ChartCard(
        figure=run_chart(
            panel,
            key=f"pooled-{panel.measure.code}",
            subject=_("all teams pooled"),
            today=collaborative.today(),
        ),
        address=reverse("pooled_figure", args=[collaborative.slug, panel.measure.code, "json"]).removesuffix(".json"),
    )


def team_figure_address(team: Team, code: str) -> str:
    """Where a team's figure lies, without ".json", ".svg" or ".csv"."""
    return reverse("team_figure", args=[team.collaborative.slug, team.slug, code, "json"]).removesuffix(".json")
