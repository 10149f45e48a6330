"""Rule sets for run charts and Shewhart charts, besides Anhøj's (metrics.stats.runs)."""

from metrics.stats.rules.classical import RunChart, run_chart, runs_table
from metrics.stats.rules.nhs import MakingDataCount, making_data_count
from metrics.stats.rules.windows import shewhart

__all__ = ["MakingDataCount", "RunChart", "making_data_count", "run_chart", "runs_table", "shewhart"]
