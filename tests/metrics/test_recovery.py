"""No work is lost: a broker that is down, a worker killed in the middle. Real processes, a real broker folder."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.integration

ROOT = Path(__file__).resolve().parents[2]
MINUTE = 60.0
FOREIGN = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "DJANGO_ENV", "LOG_FORMAT", "LOG_LEVEL")


class Site:
    """A site in a folder of its own, and the processes that belong to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        self.environment |= {"DATA_DIR": str(folder), "SECRET_KEY": "only for this test"}
        self.processes: list[subprocess.Popen[bytes]] = []

    def step(self, name: str) -> str:
        """Run one step of ``recovery_site`` to its end; returns what it logged."""
        done = subprocess.run(
            [sys.executable, "-m", "tests.metrics.recovery_site", name],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=MINUTE,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stderr

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a Celery program as the leader of its own session."""
        with (self.folder / "celery.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "config", *command, "--loglevel", "WARNING"],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def start_worker(self) -> subprocess.Popen[bytes]:
        return self.start(
            "worker", "--pool", "threads", "--concurrency", "2",
            "--without-gossip", "--without-mingle", "--without-heartbeat",
        )  # fmt: skip

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with sqlite3.connect(f"file:{self.folder / 'db.sqlite3'}?mode=ro", uri=True) as database:
            found = database.execute(query).fetchall()
        database.close()
        return found

    def marks(self) -> int:
        return int(self.rows("SELECT count(*) FROM common_stalemark WHERE task = 'metrics.recompute'")[0][0])

    def shown(self) -> list[float]:
        """The pooled rates that are shown, oldest month first."""
        query = """
            SELECT value.pooled FROM metrics_benchmarkvalue value JOIN metrics_benchmarkrun run ON run.id = value.run_id
            WHERE run.status = 'live' AND value.pooled IS NOT NULL ORDER BY value.month
        """
        return [pooled for (pooled,) in self.rows(query)]

    def wait(self, what: str, is_so: Callable[[], bool], seconds: float = MINUTE) -> None:
        end = time.monotonic() + seconds
        while not is_so():
            if time.monotonic() > end:
                pytest.fail(f"not within {seconds:.0f} s: {what}\n{(self.folder / 'celery.log').read_text()[-4000:]}")
            time.sleep(0.2)

    def stop(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path)
    made.step("seed")
    yield made
    made.stop()


def test_what_a_broker_outage_and_a_kill_lost_is_caught_up_within_a_minute(site: Site) -> None:
    # A submission while the broker is down: it is taken, and its mark waits.
    logged = site.step("submit_without_broker")
    assert "job_not_sent" in logged
    assert site.rows("SELECT status, revision FROM metrics_submission") == [("live", 1)]
    assert (site.marks(), site.shown()) == (1, [])

    # Another one whose job hangs in the middle of writing; there the worker is killed.
    site.step("submit_slow")
    doomed = site.start_worker()
    site.wait("the job begins", lambda: site.rows("SELECT status FROM metrics_benchmarkrun") == [("computing",)])
    os.killpg(doomed.pid, signal.SIGKILL)
    doomed.wait(10)
    killed = time.monotonic()
    site.step("quick_again")
    assert (site.marks(), site.shown()) == (2, [])

    # A second worker and the beat find both marks; nobody sends either job again.
    site.start_worker()
    site.start("beat", "--pidfile=")
    site.wait("both months are caught up", lambda: site.shown() == [0.5, 0.25])
    site.wait("the marks are gone", lambda: site.marks() == 0, seconds=5)
    assert time.monotonic() - killed < MINUTE

    # What died is not shown, and is not counted as done.
    runs = site.rows("SELECT status, count(*) FROM metrics_benchmarkrun GROUP BY status ORDER BY status")
    assert dict(runs) == {"computing": 1, "live": 2}
    assert site.rows("SELECT count(*) FROM common_heartbeat WHERE name = 'worker'") == [(1,)]


def test_a_redis_that_is_down_keeps_nobody_waiting_and_loses_nothing(site: Site) -> None:
    site.environment["REDIS_URL"] = "redis://127.0.0.1:1/0"
    logged = site.step("submit_without_redis")
    assert "job_not_sent" in logged
    assert site.rows("SELECT status, revision FROM metrics_submission") == [("live", 1)]
    assert (site.marks(), site.shown()) == (1, [])
