"""Stale marks: work is done once, done again when it must be, rests after failures, and outlives a killed worker."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from django.db import transaction
from django.utils import timezone

from collab.common import jobs
from collab.common.enums import JobStatus
from collab.common.models import JobRun, StaleMark
from config.celery import app

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

TASK = "test.task"
Work = Callable[[str], None]


@pytest.fixture
def worker() -> Iterator[list[Work]]:
    """A task whose work is what the test puts into the list."""
    work: list[Work] = []

    @jobs.sweeper(TASK)
    def do_it(key: str) -> None:
        work[0](key)

    yield work
    del jobs._sweepers[TASK]


@pytest.fixture
def done(worker: list[Work]) -> list[str]:
    """The keys that were worked on, by a task that does nothing else."""
    keys: list[str] = []
    worker.append(keys.append)
    return keys


def mark(key: str = "7") -> StaleMark:
    return StaleMark.objects.get(task=TASK, key=key)


def test_a_mark_is_worked_on_once_and_removed(done: list[str]) -> None:
    jobs.mark_stale(TASK, "7")

    assert jobs.catch_up(TASK, "7") is True
    assert jobs.catch_up(TASK, "7") is False
    assert done == ["7"]
    assert not StaleMark.objects.exists()


def test_a_mark_that_is_renewed_during_the_work_is_worked_on_again(worker: list[Work]) -> None:
    seen: list[str] = []

    def work(key: str) -> None:
        seen.append(key)
        if len(seen) == 1:
            jobs.mark_stale(TASK, key)

    worker.append(work)
    jobs.mark_stale(TASK, "7")

    assert jobs.catch_up(TASK, "7") is True
    assert seen == ["7", "7"]
    assert not StaleMark.objects.exists()


def test_while_one_worker_is_at_it_another_leaves_it_alone(worker: list[Work]) -> None:
    others: list[object] = []

    def work(key: str) -> None:
        others.append(jobs.catch_up(TASK, key))
        others.append(jobs.sweep_due(timezone.now() + jobs.GRACE))

    worker.append(work)
    jobs.mark_stale(TASK, "7")
    jobs.catch_up(TASK, "7")

    assert others == [False, 0]


def test_the_mark_of_a_killed_worker_is_free_after_its_lease_unless_it_said_that_it_goes_on(done: list[str]) -> None:
    jobs.mark_stale(TASK, "7")
    now = timezone.now() + jobs.GRACE
    StaleMark.objects.update(taken_at=now - jobs.LEASE + dt.timedelta(seconds=1))
    assert jobs.due_marks(now) == []
    assert jobs.due_marks(now + dt.timedelta(seconds=1)) == [mark()]

    StaleMark.objects.update(taken_at=timezone.now() - jobs.LEASE)
    jobs.hold(TASK, "7")
    assert jobs.catch_up(TASK, "7") is False

    StaleMark.objects.update(taken_at=timezone.now() - jobs.LEASE)
    assert jobs.catch_up(TASK, "7") is True
    assert done == ["7"]


def test_the_lease_grace_and_sweep_together_stay_below_a_minute() -> None:
    every = app.conf.beat_schedule["sweep-stale-marks"]["schedule"]

    assert jobs.LEASE + jobs.GRACE + every < dt.timedelta(minutes=1)


def test_a_failure_is_kept_and_rests_longer_each_time(worker: list[Work]) -> None:
    def fail(key: str) -> None:
        raise ValueError(f"no {key}")

    worker.append(fail)
    jobs.mark_stale(TASK, "7")
    with pytest.raises(ValueError, match="no 7"):
        jobs.catch_up(TASK, "7")

    failed = mark()
    assert (failed.tries, failed.last_error, failed.taken_at) == (1, "ValueError: no 7", None)
    assert failed.tried_at is not None
    StaleMark.objects.update(tries=3)
    rested = failed.tried_at + 3 * jobs.BACK_OFF
    assert jobs.due_marks(rested - dt.timedelta(seconds=1)) == []
    assert jobs.due_marks(rested) == [failed]


def test_one_that_fails_does_not_hold_up_the_others_and_a_young_one_is_left_to_its_own_job(
    worker: list[Work],
) -> None:
    seen: list[str] = []

    def work(key: str) -> None:
        if key == "bad":
            raise ValueError(key)
        seen.append(key)

    worker.append(work)
    now = timezone.now()
    for key, age in (("bad", 60), ("good", 30), ("young", 5)):
        StaleMark.objects.create(task=TASK, key=key, marked_at=now - dt.timedelta(seconds=age))
    StaleMark.objects.create(task="nobody.knows", key="7", marked_at=now - dt.timedelta(seconds=60))

    assert jobs.sweep_due(now) == 1
    assert seen == ["good"]
    assert set(StaleMark.objects.values_list("key", flat=True)) == {"bad", "young", "7"}


def test_a_block_settles_the_mark_it_saw_and_no_newer_one() -> None:
    with jobs.settles(TASK, "nothing marked"):
        pass
    jobs.mark_stale(TASK, "7")
    with jobs.settles(TASK, "7"):
        jobs.mark_stale(TASK, "7")
    assert (mark().version, mark().taken_at) == (2, None)
    with jobs.settles(TASK, "7"):
        pass
    assert not StaleMark.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_mark_of_a_transaction_that_fails_is_not_there_and_nothing_is_sent() -> None:
    sent: list[int] = []

    with transaction.atomic():
        jobs.mark_stale(TASK, "7")
        jobs.send_after_commit(lambda: sent.append(1))
        transaction.set_rollback(True)

    assert (sent, StaleMark.objects.count()) == ([], 0)


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_down_does_not_break_what_was_committed() -> None:
    def refuse() -> None:
        raise ConnectionRefusedError("broker")

    with transaction.atomic():
        jobs.mark_stale(TASK, "7")
        jobs.send_after_commit(refuse)

    assert StaleMark.objects.count() == 1


def test_a_run_is_shown_from_waiting_to_its_end() -> None:
    run = jobs.new_run(task=TASK, subject="Everything", total=2)
    assert (run.status, run.seconds, run.percent) == (JobStatus.WAITING, None, 0)

    with jobs.running(run):
        assert JobRun.objects.get().status == JobStatus.RUNNING
        run.done = 1
    run.refresh_from_db()
    assert (run.status, run.percent, run.error) == (JobStatus.DONE, 50, "")

    with pytest.raises(KeyError), jobs.running(run):
        raise KeyError("again")
    run.refresh_from_db()
    assert (run.status, run.error) == (JobStatus.FAILED, "KeyError: 'again'")


def test_runs_of_killed_workers_are_closed_and_old_good_ones_forgotten() -> None:
    now = timezone.now()
    lost = JobRun.objects.create(task=TASK, subject="lost", started_at=now - jobs.LONGEST_RUN * 1.1)
    running = JobRun.objects.create(task=TASK, subject="running", started_at=now - jobs.LONGEST_RUN * 0.9)
    old = now - jobs.KEPT * 1.1
    JobRun.objects.create(task=TASK, subject="old", status=JobStatus.DONE, started_at=old, finished_at=old)
    failed = JobRun.objects.create(
        task=TASK, subject="old failure", status=JobStatus.FAILED, started_at=old, finished_at=old
    )

    jobs.tidy(now)

    assert dict(JobRun.objects.values_list("pk", "status")) == {
        lost.pk: JobStatus.FAILED,
        running.pk: JobStatus.RUNNING,
        failed.pk: JobStatus.FAILED,
    }
    lost.refresh_from_db()
    assert lost.error == "WorkerLost: The worker was stopped before it had finished."


def test_every_job_of_the_timetable_is_a_task() -> None:
    app.loader.import_default_modules()

    named = {entry["task"] for entry in app.conf.beat_schedule.values()}

    assert named <= set(app.tasks)
