"""Jobs that may die at any line: stale marks, the sweep that retries them, and rows that show each run.

The change and its stale mark are one transaction, so no kill and no broker outage can lose the work: the sweep finds
every mark that is still there. Jobs are idempotent; running one twice costs time and changes nothing.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import structlog
from celery import current_app
from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone

from collab.common.enums import JobStatus
from collab.common.models import Heartbeat, JobRun, StaleMark

log = structlog.get_logger(__name__)

# A mark this young is left to the job that its transaction sent off.
GRACE = dt.timedelta(seconds=10)
# A mark that a worker has taken is left to it for so long; then the worker counts as killed.
LEASE = dt.timedelta(seconds=20)
# No job may take longer (the worker's own limit): a run that is older and still unfinished was killed.
LONGEST_RUN = dt.timedelta(seconds=settings.CELERY_TASK_TIME_LIMIT)
# Runs that went well are shown for so long.
KEPT = dt.timedelta(days=30)
WORKER = "worker"
# After n failures a mark waits n times this long, so that one broken key does not keep the workers busy.
BACK_OFF = dt.timedelta(seconds=30)

_sweepers: dict[str, Callable[[str], None]] = {}


def sweeper(task: str) -> Callable[[Callable[[str], None]], Callable[[str], None]]:
    """Register the function that catches up with one key of ``task``."""

    def register(function: Callable[[str], None]) -> Callable[[str], None]:
        _sweepers[task] = function
        return function

    return register


def mark_stale(task: str, key: str) -> None:
    """Write or renew the mark, in the transaction of the change that makes the stored result old."""
    _mark, created = StaleMark.objects.get_or_create(task=task, key=key)
    if not created:
        StaleMark.objects.filter(task=task, key=key).update(version=F("version") + 1, marked_at=timezone.now())


def marked_at(task: str, key: str) -> dt.datetime | None:
    """When the work of ``key`` was last asked for, None where nothing is owed: what is newer need not be done again."""
    return StaleMark.objects.filter(task=task, key=key).values_list("marked_at", flat=True).first()


def catch_up(task: str, key: str) -> bool:
    """Do the work of one mark and remove the mark; once more when it was renewed meanwhile. Returns whether it worked.

    Nothing is done when there is no mark, or while another worker is at it: that one will see the renewed mark.
    """
    worked = False
    while (mark := _take(task, key)) is not None:
        with _settling(mark):
            _sweepers[task](key)
        worked = True
    return worked


@contextlib.contextmanager
def settles(task: str, key: str) -> Iterator[None]:
    """Remove the mark of ``key``, if there is one, after the block has done its work."""
    hold(task, key)
    with _settling(StaleMark.objects.filter(task=task, key=key).first()):
        yield


def hold(task: str, key: str) -> None:
    """Say that the work of ``key`` goes on, so that no other worker begins it; long jobs say it again and again."""
    StaleMark.objects.filter(task=task, key=key).update(taken_at=timezone.now())


def _take(task: str, key: str) -> StaleMark | None:
    """The mark, if it is there and nobody is at it."""
    now = timezone.now()
    mark = StaleMark.objects.filter(task=task, key=key)
    if not mark.filter(Q(taken_at__isnull=True) | Q(taken_at__lte=now - LEASE)).update(taken_at=now):
        return None
    return mark.first()


@contextlib.contextmanager
def _settling(mark: StaleMark | None) -> Iterator[None]:
    """Remove the version of the mark that was seen before the block. A failure is kept on it, and raised on."""
    if mark is None:
        yield
        return
    stored = StaleMark.objects.filter(pk=mark.pk)
    try:
        yield
    except Exception as error:
        stored.update(taken_at=None, tries=F("tries") + 1, tried_at=timezone.now(), last_error=in_words(error))
        raise
    stored.filter(version=mark.version).delete()
    stored.update(taken_at=None)


def can_run_again(task: str) -> bool:
    """Whether a key of this task can be marked stale and will be caught up with."""
    return task in _sweepers


def due_marks(now: dt.datetime) -> list[StaleMark]:
    """Marks old enough to be swept, taken by nobody and not resting after a failure, oldest first."""
    marks = StaleMark.objects.filter(
        Q(taken_at__isnull=True) | Q(taken_at__lte=now - LEASE), marked_at__lte=now - GRACE, task__in=_sweepers
    ).order_by("marked_at")
    return [mark for mark in marks if mark.tried_at is None or mark.tried_at + BACK_OFF * mark.tries <= now]


def sweep_due(now: dt.datetime | None = None) -> int:
    """Catch up with every due mark; one that fails does not hold up the others. Returns how many were caught up."""
    caught_up = 0
    for mark in due_marks(now or timezone.now()):
        try:
            caught_up += catch_up(mark.task, mark.key)
        except Exception:
            log.exception("sweep_failed", task=mark.task, key=mark.key)
    return caught_up


def send_after_commit(send: Callable[[], Any]) -> None:
    """Send a job once the transaction holds; a broker that is down is logged, for the sweep will catch up."""

    def try_to_send() -> None:
        try:
            send()
        except Exception as error:
            log.warning("job_not_sent", error=f"{type(error).__name__}: {error}")

    transaction.on_commit(try_to_send)


def send_catch_up(task: str, key: str) -> None:
    """Send the job that does the work of one mark now. By name: the tasks are a layer above."""
    current_app.signature("collab.common.tasks.catch_up", args=[task, key]).delay()


@contextlib.contextmanager
def job_run(
    *, task: str, subject: str, key: str = "", scope: models.Model | None = None, by: Any = None
) -> Iterator[JobRun]:
    """Show a run on the jobs page: running inside the block, then done, or failed; the error is raised on."""
    with running(new_run(task=task, subject=subject, key=key, scope=scope, by=by)) as run:
        yield run


def new_run(
    *, task: str, subject: str, key: str = "", scope: models.Model | None = None, by: Any = None, total: int = 0
) -> JobRun:
    """A run that waits for its worker, visible on the jobs page from now on."""
    return JobRun.objects.create(
        task=task,
        key=key,
        subject=subject[:200],
        scope_type=scope._meta.label_lower if scope is not None else "",
        scope_id=scope.pk if scope is not None else None,
        status=JobStatus.WAITING,
        requested_by=by,
        total=total,
    )


@contextlib.contextmanager
def running(run: JobRun) -> Iterator[JobRun]:
    """Carry out a waiting run, or take up one whose worker was killed."""
    run.status, run.started_at, run.finished_at, run.error = JobStatus.RUNNING, timezone.now(), None, ""
    run.save(update_fields=["status", "started_at", "finished_at", "error"])
    try:
        yield run
    except BaseException as error:
        run.status = JobStatus.FAILED
        run.error = in_words(error)
        raise
    else:
        run.status = JobStatus.DONE
    finally:
        run.finished_at = timezone.now()
        run.save(update_fields=["status", "error", "finished_at", "done", "total"])


def in_words(error: BaseException) -> str:
    """What is kept of an error: its kind and its sentence."""
    return f"{type(error).__name__}: {error}"[:2000]


def note_heartbeat(now: dt.datetime | None = None) -> None:
    """A worker says that it is there."""
    Heartbeat.objects.update_or_create(name=WORKER, defaults={"at": now or timezone.now()})


def last_heartbeat() -> dt.datetime | None:
    """When a worker last said that it is there."""
    return Heartbeat.objects.filter(name=WORKER).values_list("at", flat=True).first()


def tidy(now: dt.datetime | None = None) -> None:
    """Close runs whose worker was killed, and forget old runs that went well."""
    at = now or timezone.now()
    JobRun.objects.filter(status=JobStatus.RUNNING, started_at__lt=at - LONGEST_RUN).update(
        status=JobStatus.FAILED, finished_at=at, error="WorkerLost: The worker was stopped before it had finished."
    )
    JobRun.objects.filter(status=JobStatus.DONE, finished_at__lt=at - KEPT).delete()
