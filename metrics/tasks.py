"""Background jobs: numbers in, one action called. ``recompute`` and the sweep catch up with the same stale marks."""

from __future__ import annotations

from celery import shared_task

from collab.actions.measures import DEFINITIONS
from collab.common import months
from collab.common.jobs import catch_up, hold, marked_at, sweeper
from collab.common.models import JobRun
from collab.models import Collaborative
from metrics.actions.benchmarks import (
    follow_the_definitions,
    follow_the_roster,
    recompute_all,
    recompute_month,
)
from metrics.actions.engagement import mark_all_engagement_stale
from metrics.actions.reports import delete_old_reports, make_report
from metrics.actions.signals import signals_of_the_week
from metrics.actions.standings import refresh_standings
from metrics.marks import RECOMPUTE, RECOMPUTE_ALL, REPORT, STANDINGS, month_key, read_month_key
from teams.actions.teams import ROSTER


@shared_task
def recompute(collaborative_id: int, month: str) -> bool:
    """After a submission; ``month`` like "2026-03"."""
    return catch_up(RECOMPUTE, month_key(collaborative_id, months.parse(month)))


@shared_task
def record_engagement_everywhere() -> None:
    mark_all_engagement_stale()


@shared_task
def delete_old_reports_daily() -> None:
    delete_old_reports()


@shared_task
def tell_signals_of_the_week() -> None:
    signals_of_the_week()


@sweeper(RECOMPUTE)
def _recompute_month(key: str) -> None:
    collaborative_id, month = read_month_key(key)
    recompute_month(collaborative=Collaborative.objects.get(pk=collaborative_id), month=month)


@sweeper(RECOMPUTE_ALL)
def _recompute_all(key: str) -> None:
    collaborative_id, run_id = map(int, key.split(":"))
    recompute_all(run=JobRun.objects.get(pk=run_id), collaborative=Collaborative.objects.get(pk=collaborative_id))


@sweeper(ROSTER)
def _follow_the_roster(key: str) -> None:
    follow_the_roster(collaborative=Collaborative.objects.get(pk=int(key)))


@sweeper(DEFINITIONS)
def _follow_the_definitions(key: str) -> None:
    follow_the_definitions(collaborative=Collaborative.objects.get(pk=int(key)))


@sweeper(STANDINGS)
def _read_standings(key: str) -> None:
    collaborative_id, _, everybody = key.partition(":")
    since = marked_at(STANDINGS, key) if everybody else None
    refresh_standings(
        collaborative=Collaborative.objects.get(pk=int(collaborative_id)),
        since=since,
        progress=lambda _done, _total: hold(STANDINGS, key),
    )


@sweeper(REPORT)
def _make_report(key: str) -> None:
    make_report(report_id=int(key))
