"""Charts: one neutral figure, and those who draw it."""

from metrics.charts.build import run_chart
from metrics.charts.cards import ChartCard, pooled_card, team_cards, without_names
from metrics.charts.figure import RunChartFigure
from metrics.charts.files import to_rows
from metrics.charts.plotly import to_plotly
from metrics.charts.spark import sparkline
from metrics.charts.svg import to_svg

__all__ = [
    "ChartCard",
    "RunChartFigure",
    "pooled_card",
    "run_chart",
    "sparkline",
    "team_cards",
    "to_plotly",
    "to_rows",
    "to_svg",
    "without_names",
]
