"""Charts: one neutral figure, and those who draw it."""

from metrics.charts.build import run_chart, value_words
from metrics.charts.figure import RunChartFigure
from metrics.charts.plotly import to_plotly
from metrics.charts.spark import sparkline
from metrics.charts.svg import to_svg

__all__ = ["RunChartFigure", "run_chart", "sparkline", "to_plotly", "to_svg", "value_words"]
