"""Submissions, observations, drafts, benchmarks, engagement figures and reports for tests."""

from __future__ import annotations

import datetime as dt

import factory
from factory.django import DjangoModelFactory

from collab.enums import Statistic
from collab.models import User
from metrics.enums import (
    AnnotationKind,
    CheckKind,
    DecisionKind,
    EngagementFigure,
    Importance,
    QueryStatus,
    ReportKind,
    RunStatus,
    Source,
    SubmissionStatus,
)
from metrics.models import (
    Annotation,
    BenchmarkRun,
    BenchmarkValue,
    ChartDecision,
    DraftCell,
    EngagementRecord,
    MeasureCheck,
    Observation,
    PlanAnswer,
    Query,
    QueryMessage,
    Reopening,
    Report,
    SavedView,
    Site,
    Submission,
)
from metrics.queries.reports import rights_over
from tests.factories.collab import CollaborativeFactory, MeasureFactory, UserFactory
from tests.factories.teams import TeamFactory

JANUARY = dt.date(2025, 1, 1)


class SubmissionFactory(DjangoModelFactory[Submission]):
    """The first and live revision of January 2025, on time."""

    class Meta:
        model = Submission

    team = factory.SubFactory(TeamFactory)
    month = JANUARY
    revision = 1
    status = SubmissionStatus.LIVE
    source = Source.GRID
    on_time = True
    submitted_by = factory.SubFactory(UserFactory)
    submitted_at = dt.datetime(2025, 2, 5, 15, tzinfo=dt.UTC)


class ObservationFactory(DjangoModelFactory[Observation]):
    """30 of 50 in the submission's month, for a measure of the team's own collaborative."""

    class Meta:
        model = Observation

    submission = factory.SubFactory(SubmissionFactory)
    team = factory.SelfAttribute("submission.team")
    month = factory.SelfAttribute("submission.month")
    measure = factory.SubFactory(MeasureFactory, collaborative=factory.SelfAttribute("..submission.team.collaborative"))
    version = factory.LazyAttribute(lambda observation: observation.measure.version_for(observation.month))
    numerator = 30
    denominator = 50
    is_proportion = factory.LazyAttribute(lambda observation: observation.version.statistic is Statistic.PROPORTION)
    live = factory.LazyAttribute(lambda observation: observation.submission.status == SubmissionStatus.LIVE)


class DraftCellFactory(DjangoModelFactory[DraftCell]):
    class Meta:
        model = DraftCell

    team = factory.SubFactory(TeamFactory)
    month = JANUARY
    measure = factory.SubFactory(MeasureFactory, collaborative=factory.SelfAttribute("..team.collaborative"))
    numerator = "30"
    denominator = "50"
    updated_by = factory.SubFactory(UserFactory)


class ReopeningFactory(DjangoModelFactory[Reopening]):
    """A locked month, open again for two weeks from when it was opened."""

    class Meta:
        model = Reopening

    team = factory.SubFactory(TeamFactory)
    month = JANUARY
    reason = "The clinic's data system sent wrong totals."
    opened_by = factory.SubFactory(UserFactory)
    opened_at = dt.datetime(2025, 6, 1, 12, tzinfo=dt.UTC)
    open_until = factory.LazyAttribute(lambda reopening: reopening.opened_at + dt.timedelta(days=14))


class MeasureCheckFactory(DjangoModelFactory[MeasureCheck]):
    """The result lies from 5 to 95, or is confirmed with a note."""

    class Meta:
        model = MeasureCheck

    measure = factory.SubFactory(MeasureFactory)
    kind = CheckKind.RANGE
    importance = Importance.CONFIRM
    low = 5
    high = 95


class QueryFactory(DjangoModelFactory[Query]):
    """A question of somebody who looks after the team, about January 2025; it waits for the team."""

    class Meta:
        model = Query
        skip_postgeneration_save = True

    team = factory.SubFactory(TeamFactory)
    month = JANUARY
    measure = factory.SubFactory(MeasureFactory, collaborative=factory.SelfAttribute("..team.collaborative"))
    status = QueryStatus.TEAM
    raised_by = factory.SubFactory(UserFactory)
    raised_by_team = False
    first = factory.RelatedFactory("tests.factories.metrics.QueryMessageFactory", factory_related_name="query")


class QueryMessageFactory(DjangoModelFactory[QueryMessage]):
    class Meta:
        model = QueryMessage

    query = factory.SubFactory(QueryFactory, first=None)
    by = factory.SelfAttribute("query.raised_by")
    by_team = factory.SelfAttribute("query.raised_by_team")
    text = "Are walk-ins counted here?"


class SiteFactory(DjangoModelFactory[Site]):
    class Meta:
        model = Site

    team = factory.SubFactory(TeamFactory)
    code = factory.Sequence(lambda number: f"site-{number}")
    name = factory.Sequence(lambda number: f"Site {number}")
    position = factory.Sequence(int)


class BenchmarkRunFactory(DjangoModelFactory[BenchmarkRun]):
    """The run that is shown."""

    class Meta:
        model = BenchmarkRun

    collaborative = factory.SubFactory(CollaborativeFactory)
    month = JANUARY
    status = RunStatus.LIVE
    started_at = dt.datetime(2025, 2, 5, 15, tzinfo=dt.UTC)
    finished_at = dt.datetime(2025, 2, 5, 15, 0, 1, tzinfo=dt.UTC)


class BenchmarkValueFactory(DjangoModelFactory[BenchmarkValue]):
    """Four of five teams reported; the numbers are those of 10 of 100, 20 of 100, 30 of 100 and 60 of 100."""

    class Meta:
        model = BenchmarkValue

    run = factory.SubFactory(BenchmarkRunFactory)
    month = factory.SelfAttribute("run.month")
    measure = factory.SubFactory(MeasureFactory, collaborative=factory.SelfAttribute("..run.collaborative"))
    expected = 5
    reporting = 4
    compared = 4
    has_small = False
    numerator = 120
    denominator = 400
    pooled = 0.3
    mean = 0.3
    median = 0.25
    p10 = 0.13
    p25 = 0.175
    p75 = 0.375
    p90 = 0.51
    abc = 0.6


class EngagementRecordFactory(DjangoModelFactory[EngagementRecord]):
    class Meta:
        model = EngagementRecord

    collaborative = factory.SubFactory(CollaborativeFactory)
    day = dt.date(2025, 6, 30)
    figure = EngagementFigure.ACTIVE
    numerator = 9
    denominator = 10


class ReportFactory(DjangoModelFactory[Report]):
    """A collaborative summary that waits to be made."""

    class Meta:
        model = Report

    kind = ReportKind.COLLABORATIVE
    collaborative = factory.SubFactory(CollaborativeFactory)
    requested_by = factory.SubFactory(UserFactory)
    # The rights of the moment, asked of a fresh instance: roles are remembered on the instance.
    made_with = factory.LazyAttribute(
        lambda report: rights_over(User.objects.get(pk=report.requested_by.pk), report.collaborative)
    )


class PlanAnswerFactory(DjangoModelFactory[PlanAnswer]):
    """A team's whole answer for a measure of its collaborative."""

    class Meta:
        model = PlanAnswer

    team = factory.SubFactory(TeamFactory)
    measure = factory.SubFactory(MeasureFactory, collaborative=factory.SelfAttribute("..team.collaborative"))
    collector = "Data lead"
    source = "Scheduling system, report 12"
    method = "Open the report, count the rows, leave out transfers."
    changed_by = factory.SubFactory(UserFactory)


class ChartDecisionFactory(DjangoModelFactory[ChartDecision]):
    """A phase that begins in March 2025."""

    class Meta:
        model = ChartDecision

    team = factory.SubFactory(TeamFactory)
    measure = factory.SubFactory(MeasureFactory, collaborative=factory.SelfAttribute("..team.collaborative"))
    kind = DecisionKind.PHASE
    month = dt.date(2025, 3, 1)
    reason = "Reminder calls have been how we work since then."
    made_by = factory.SubFactory(UserFactory)


class AnnotationFactory(DjangoModelFactory[Annotation]):
    """A test of change on 12 March 2025, on the chart of one measure."""

    class Meta:
        model = Annotation

    team = factory.SubFactory(TeamFactory)
    measure = factory.SubFactory(MeasureFactory, collaborative=factory.SelfAttribute("..team.collaborative"))
    kind = AnnotationKind.TEST
    day = dt.date(2025, 3, 12)
    label = "Reminder calls"
    written_by = factory.SubFactory(UserFactory)


class SavedViewFactory(DjangoModelFactory[SavedView]):
    class Meta:
        model = SavedView

    user = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda number: f"View {number}")
    path = "/c/better-access/data/?need=late"
