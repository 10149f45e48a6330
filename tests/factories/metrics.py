"""Submissions, observations, drafts, benchmarks, engagement figures and reports for tests."""

from __future__ import annotations

import datetime as dt

import factory
from factory.django import DjangoModelFactory

from collab.enums import Statistic
from collab.models import User
from metrics.enums import EngagementFigure, ReportKind, RunStatus, Source, SubmissionStatus
from metrics.models import (
    BenchmarkRun,
    BenchmarkValue,
    DraftCell,
    EngagementRecord,
    Observation,
    Reopening,
    Report,
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
