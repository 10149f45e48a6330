"""Submit → Redis → a worker in a process of its own → benchmarks. Nothing is eager here, and no beat sweeps."""

from __future__ import annotations

import datetime as dt
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
import redis
import time_machine
from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.db import connection

from collab.common.models import JobRun, StaleMark
from metrics.actions.submissions import submit_month
from metrics.cells import CellKey, Value
from metrics.enums import Source
from metrics.models import BenchmarkValue
from tests.caches import OwnKeysRedisCache
from tests.factories.collab import MeasureFactory, UserFactory
from tests.factories.teams import TeamFactory

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(not settings.REDIS_URL, reason="REDIS_URL is not set: there is no broker to send jobs through"),
]

ROOT = Path(__file__).resolve().parents[2]
MINUTE = 60.0
FEBRUARY, MARCH = dt.date(2025, 2, 1), dt.date(2025, 3, 1)


def address_of_the_test_database() -> str:
    """What DATABASE_URL must be for another process to see this test's rows."""
    held = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{held['NAME']}"
    user, password, host = quote(held["USER"]), quote(held["PASSWORD"]), held["HOST"] or "localhost"
    return f"postgres://{user}:{password}@{host}:{held['PORT'] or 5432}/{held['NAME']}"


@pytest.fixture
def queue() -> Iterator[str]:
    """A queue of this test's own: no other worker on the same Redis takes its jobs."""
    name = f"test-{secrets.token_hex(8)}"
    before = {setting: current_app.conf[setting] for setting in ("task_always_eager", "task_default_queue")}
    current_app.conf.update(task_always_eager=False, task_default_queue=name)
    yield name
    current_app.conf.update(before)
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.delete(name, f"_kombu.binding.{name}")


@pytest.fixture
def start_worker(queue: str, tmp_path: Path) -> Iterator[Callable[[], None]]:
    """Starts a worker of that queue, on the test's database. Its log stands in ``tmp_path``."""
    started: list[subprocess.Popen[bytes]] = []
    environment = os.environ | {
        "DATABASE_URL": address_of_the_test_database(),
        "DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SECRET_KEY": "only for this test",
    }

    def start() -> None:
        with (tmp_path / "worker.log").open("ab") as log:
            process = subprocess.Popen(
                [
                    sys.executable, "-m", "celery", "-A", "config", "worker", "-Q", queue, "--pool", "threads",
                    "--concurrency", "2", "--without-gossip", "--without-mingle", "--without-heartbeat",
                ],
                cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                start_new_session=True,
            )  # fmt: skip
        started.append(process)

    yield start
    for process in started:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


def wait(what: str, is_so: Callable[[], bool], log: Path) -> None:
    end = time.monotonic() + MINUTE
    while not is_so():
        if time.monotonic() > end:
            pytest.fail(f"not within a minute: {what}\n{log.read_text()[-4000:]}")
        time.sleep(0.2)


def shown() -> list[tuple[dt.date, float | None]]:
    return list(BenchmarkValue.objects.live().order_by("month").values_list("month", "pooled"))


@pytest.mark.django_db(transaction=True)
def test_what_is_submitted_reaches_a_worker_through_redis(
    queue: str, start_worker: Callable[[], None], tmp_path: Path
) -> None:
    team = TeamFactory()
    MeasureFactory(collaborative=team.collaborative, code="no_show")
    by = UserFactory()

    def submit(month: dt.date, numerator: int) -> None:
        with time_machine.travel(dt.datetime(2025, 4, 5, 12, tzinfo=dt.UTC)):
            submit_month(
                by=by, team=team, month=month, values=[Value(CellKey("no_show"), numerator, 40)], source=Source.GRID
            )

    # Nobody works yet: the job waits in Redis and nothing is shown.
    submit(FEBRUARY, 10)
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        assert client.llen(queue) == 1
    assert (shown(), StaleMark.objects.count()) == ([], 1)

    # The worker finds what waited, and then what comes while it is there.
    start_worker()
    log = tmp_path / "worker.log"
    wait("the job that waited", lambda: shown() == [(FEBRUARY, 0.25)], log)
    submit(MARCH, 20)
    wait("the job that came", lambda: shown() == [(FEBRUARY, 0.25), (MARCH, 0.5)], log)
    wait("both marks are gone", lambda: not StaleMark.objects.exists(), log)
    assert list(JobRun.objects.order_by("pk").values_list("task", "status")) == [("metrics.recompute", "done")] * 2


def test_this_leg_counts_rate_limits_in_redis_and_empties_no_keys_but_its_own() -> None:
    assert isinstance(cache._connections[cache._alias], OwnKeysRedisCache)
    foreign = f"foreign-{secrets.token_hex(8)}"
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.set(foreign, "kept", ex=60)
        cache.set("counted", 1)
        assert client.exists(cache.make_key("counted")) == 1
        cache.clear()
        assert (cache.get("counted"), client.get(foreign)) == (None, b"kept")
        client.delete(foreign)
