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
from django.db import models, transaction
from django.db.models import F
from django.utils import timezone

from collab.common.enums import JobStatus
from collab.common.models import JobRun, StaleMark

log = structlog.get_logger(__name__)

# A mark this young is left to the job that its transaction sent off.
GRACE = dt.timedelta(seconds=10)
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


def catch_up(task: str, key: str) -> bool:
    """Do the work of one mark and remove the mark, unless it was renewed meanwhile. Returns whether work was done.

    A failure is kept on the mark (for the jobs page and the back-off) and raised on.
    """
    mark = StaleMark.objects.filter(task=task, key=key).first()
    if mark is None:
        return False
    try:
        _sweepers[task](key)
    except Exception as error:
        StaleMark.objects.filter(pk=mark.pk).update(
            tries=F("tries") + 1,
            tried_at=timezone.now(),
            last_error=f"{type(error).__name__}: {error}"[:2000],
        )
        raise
    StaleMark.objects.filter(pk=mark.pk, version=mark.version).delete()
    return True


def due_marks(now: dt.datetime) -> list[StaleMark]:
    """Marks old enough to be swept and not resting after a failure, oldest first."""
    marks = StaleMark.objects.filter(marked_at__lte=now - GRACE, task__in=_sweepers).order_by("marked_at")
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


@contextlib.contextmanager
def job_run(*, task: str, subject: str, scope: models.Model | None = None, by: Any = None) -> Iterator[JobRun]:
    """Show a run on the jobs page: running inside the block, then done, or failed; the error is raised on."""
    run = JobRun.objects.create(
        task=task,
        subject=subject[:200],
        scope_type=scope._meta.label_lower if scope is not None else "",
        scope_id=scope.pk if scope is not None else None,
        requested_by=by,
    )
    try:
        yield run
    except BaseException as error:
        run.status = JobStatus.FAILED
        run.error = f"{type(error).__name__}: {error}"[:4000]
        raise
    else:
        run.status = JobStatus.DONE
    finally:
        run.finished_at = timezone.now()
        run.save(update_fields=["status", "error", "finished_at", "done", "total"])
