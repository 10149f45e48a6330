"""Submissions, observations, drafts, benchmarks, standings, engagement figures and reports."""

from metrics.models.benchmark import BenchmarkRun, BenchmarkValue
from metrics.models.charting import Annotation, ChartDecision
from metrics.models.check import Confirmation, MeasureCheck
from metrics.models.draft import DraftCell
from metrics.models.engagement import EngagementRecord
from metrics.models.news import SignalNews
from metrics.models.plan import PlanAnswer
from metrics.models.publication import Publication
from metrics.models.query import Query, QueryMessage
from metrics.models.report import Report
from metrics.models.saved_view import SavedView
from metrics.models.site import Site, SiteObservation
from metrics.models.standing import TeamSignal, TeamStanding
from metrics.models.submission import Observation, Reopening, Submission

__all__ = [
    "Annotation",
    "BenchmarkRun",
    "BenchmarkValue",
    "ChartDecision",
    "Confirmation",
    "DraftCell",
    "EngagementRecord",
    "MeasureCheck",
    "Observation",
    "PlanAnswer",
    "Publication",
    "Query",
    "QueryMessage",
    "Reopening",
    "Report",
    "SavedView",
    "SignalNews",
    "Site",
    "SiteObservation",
    "Submission",
    "TeamSignal",
    "TeamStanding",
]
