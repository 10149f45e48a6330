"""Computing what all teams achieved together, and showing it: beside the old result, switched live last."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from collab.actions.measures import DEFINITIONS
from collab.common import audit
from collab.common.formatting import month_name
from collab.common.jobs import (
    hold,
    job_run,
    mark_stale,
    marked_at,
    new_run,
    running,
    send_after_commit,
    send_catch_up,
    settles,
)
from collab.common.models import JobRun
from collab.models import Collaborative
from metrics.actions.engagement import record_engagement
from metrics.actions.standings import TEAMS_AT_ONCE, refresh_standings
from metrics.enums import MetricsEvent, RunStatus
from metrics.marks import RECOMPUTE, RECOMPUTE_ALL, STANDINGS, all_teams_key, month_key
from metrics.models import BenchmarkRun, BenchmarkValue
from metrics.queries.frames import month_frame, small_counts_in, sums, without_small_counts
from metrics.queries.rosters import changed_months, months_older_than, months_to_compute, owed_months
from metrics.queries.standings import teams_to_read
from metrics.stats.monthly import Rule, compare
from teams.actions.teams import ROSTER

Progress = Callable[[int, int, dt.date], None]
"""Told after each month: how many are done, of how many, and which it was."""

# Replaced runs of a month that are kept, to look back when a number is questioned.
KEPT_RUNS = 3


def compute_benchmarks(*, collaborative: Collaborative, month: dt.date) -> BenchmarkRun:
    """Compute one month for all measures and show the result. Returns the run, live unless a newer one already is.

    Not one transaction on purpose: a run that dies in the middle stays "computing", is never shown, and leaves the
    run before it live. Doing it twice, or twice at once, changes nothing but the run's number.
    """
    run = BenchmarkRun.objects.create(collaborative=collaborative, month=month)
    frame = month_frame(collaborative, month)
    rules = [
        Rule(
            direction=version.direction,
            min_denominator=version.min_denominator,
            divides=version.statistic.has_denominator,
            has_second=version.statistic.takes_denominator,
            sums=sums(version.statistic),
        )
        for version in frame.versions
    ]
    has_small = small_counts_in(frame)
    BenchmarkValue.objects.bulk_create(
        BenchmarkValue(
            run=run,
            measure_id=version.measure_id,
            month=month,
            expected=frame.expected,
            has_small=is_small,
            with_small_counts=whole,
            **asdict(benchmark),
        )
        for whole, shown in ((True, frame), (False, without_small_counts(frame)))
        for version, is_small, benchmark in zip(
            frame.versions, has_small, compare(shown.group, shown.numerator, shown.denominator, rules), strict=True
        )
        # Without small figures there is nothing to leave out.
        if whole or is_small
    )
    switch_live(run=run)
    return run


@transaction.atomic
def switch_live(*, run: BenchmarkRun) -> None:
    """Show ``run`` instead of the one before it, in one short transaction.

    Workers that finish the same month at once wait here for each other. The run that *began* last stays: it has read
    everything that the earlier one had.
    """
    # FOR NO KEY UPDATE: submissions that refer to the collaborative go on meanwhile.
    Collaborative.objects.select_for_update(no_key=True).get(pk=run.collaborative_id)
    of_month = BenchmarkRun.objects.filter(collaborative_id=run.collaborative_id, month=run.month)
    shown = of_month.filter(status=RunStatus.LIVE).first()
    run.finished_at = timezone.now()
    if shown is not None and shown.pk > run.pk:
        run.status = RunStatus.REPLACED
    else:
        of_month.filter(status=RunStatus.LIVE).update(status=RunStatus.REPLACED)
        run.status = RunStatus.LIVE
    run.save(update_fields=["status", "finished_at"])
    replaced = of_month.filter(status=RunStatus.REPLACED).order_by("-pk").values_list("pk", flat=True)
    of_month.filter(pk__in=list(replaced[KEPT_RUNS:])).delete()


def recompute_month(*, collaborative: Collaborative, month: dt.date) -> None:
    """The job that follows a submission, shown on the jobs page.

    One month's benchmarks, today's engagement, and how the teams stand that have changed: no other month and no other
    team is read.
    """
    with job_run(
        task=RECOMPUTE,
        key=month_key(collaborative.pk, month),
        subject=_("Benchmarks of %(month)s") % {"month": month_name(month)},
        scope=collaborative,
    ):
        compute_benchmarks(collaborative=collaborative, month=month)
        record_engagement(collaborative=collaborative, day=collaborative.today())
        refresh_standings(collaborative=collaborative)


def recompute_months(
    *, collaborative: Collaborative, months: Sequence[dt.date], progress: Progress | None = None
) -> int:
    """Compute these months one after the other and settle their stale marks. Returns how many there were."""
    for done, month in enumerate(months, start=1):
        with settles(RECOMPUTE, month_key(collaborative.pk, month)):
            compute_benchmarks(collaborative=collaborative, month=month)
        if progress:
            progress(done, len(months), month)
    return len(months)


def catch_up_with(*, collaborative: Collaborative, progress: Progress | None = None) -> int:
    """Do all that jobs still owe this collaborative, without a queue. Returns how many months were computed."""
    key = str(collaborative.pk)
    everybody = all_teams_key(collaborative.pk)
    asked = [marked_at(DEFINITIONS, key), marked_at(STANDINGS, everybody)]
    since = max((at for at in asked if at), default=None)
    marks = ((ROSTER, key), (DEFINITIONS, key), (STANDINGS, key), (STANDINGS, everybody))
    with ExitStack() as settled:
        for task, mark in marks:
            settled.enter_context(settles(task, mark))
        record_engagement(collaborative=collaborative, day=collaborative.today())
        count = recompute_months(collaborative=collaborative, months=owed_months(collaborative), progress=progress)
        refresh_standings(collaborative=collaborative, since=since)
    return count


def follow_the_definitions(*, collaborative: Collaborative) -> None:
    """After a measure was added, changed or retired: all months and teams, shown on the jobs page as one run."""
    key = str(collaborative.pk)
    with job_run(task=DEFINITIONS, key=key, subject=_("Benchmarks after changed measures"), scope=collaborative) as run:
        _recompute_pieces(collaborative=collaborative, run=run)


def follow_the_roster(*, collaborative: Collaborative) -> None:
    """After teams came or went, and every hour: today's engagement, months whose number of expected teams has changed,
    and how the teams stand that are new or have not been read since the last month was over."""
    record_engagement(collaborative=collaborative, day=collaborative.today())
    recompute_months(collaborative=collaborative, months=changed_months(collaborative))
    refresh_standings(collaborative=collaborative)


def _pieces(collaborative: Collaborative) -> int:
    """How many pieces a full recompute has: the months, then some teams at a time."""
    return len(months_to_compute(collaborative)) + -(-collaborative.teams.count() // TEAMS_AT_ONCE)


def _recompute_pieces(*, collaborative: Collaborative, run: JobRun) -> None:
    """Everything anew, a month or some teams at a time, counting on the run how far it is.

    What is newer than the mark is done already: a run whose worker was killed goes on where that one stopped, and
    pieces that another worker does meanwhile are not done twice.
    """
    since = marked_at(run.task, run.key)
    run.total = _pieces(collaborative)

    def show(left: int) -> None:
        run.done = max(0, run.total - left)
        run.save(update_fields=["done", "total"])
        # Long work says again and again that it goes on, so that no other worker begins it.
        hold(run.task, run.key)

    batches = -(-len(teams_to_read(collaborative, since=since)) // TEAMS_AT_ONCE)
    recompute_months(
        collaborative=collaborative,
        months=months_older_than(collaborative, since),
        progress=lambda done, total, _month: show(total - done + batches),
    )
    refresh_standings(
        collaborative=collaborative, since=since, progress=lambda done, total: show(-(-(total - done) // TEAMS_AT_ONCE))
    )
    show(0)


@transaction.atomic
def request_recompute_all(*, by: Any, collaborative: Collaborative) -> JobRun:
    """Ask for all months again; asking twice while it waits or runs is one run."""
    Collaborative.objects.select_for_update(no_key=True).get(pk=collaborative.pk)
    asked = JobRun.objects.within(collaborative).unfinished().filter(task=RECOMPUTE_ALL).first()
    if asked is not None:
        return asked
    run = new_run(
        task=RECOMPUTE_ALL,
        subject=_("Benchmarks of all months"),
        scope=collaborative,
        by=by,
        total=_pieces(collaborative),
    )
    run.key = f"{collaborative.pk}:{run.pk}"
    run.save(update_fields=["key"])
    audit.record(
        by=by,
        event=MetricsEvent.RECOMPUTE_REQUESTED,
        target=collaborative,
        scope=collaborative,
        months=len(months_to_compute(collaborative)),
    )
    mark_stale(RECOMPUTE_ALL, run.key)
    send_after_commit(lambda: send_catch_up(RECOMPUTE_ALL, run.key))
    return run


def recompute_all(*, run: JobRun, collaborative: Collaborative) -> None:
    """Carry out ``request_recompute_all``, or go on with it after its worker was killed."""
    with running(run):
        _recompute_pieces(collaborative=collaborative, run=run)


@transaction.atomic
def request_again(*, by: Any, collaborative: Collaborative, run: JobRun) -> None:
    """Ask for the work of ``run`` again."""
    audit.record(
        by=by, event=MetricsEvent.RECOMPUTE_REQUESTED, target=run, scope=collaborative, task=run.task, key=run.key
    )
    task, key = run.task, run.key
    mark_stale(task, key)
    send_after_commit(lambda: send_catch_up(task, key))
