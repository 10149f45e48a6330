"""Submissions, observations, drafts, benchmarks, engagement figures and reports."""

from metrics.models.benchmark import BenchmarkRun, BenchmarkValue
from metrics.models.draft import DraftCell
from metrics.models.engagement import EngagementRecord
from metrics.models.report import Report
from metrics.models.submission import Observation, Reopening, Submission

__all__ = [
    "BenchmarkRun",
    "BenchmarkValue",
    "DraftCell",
    "EngagementRecord",
    "Observation",
    "Reopening",
    "Report",
    "Submission",
]
