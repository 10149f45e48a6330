"""Starting the site: the database is prepared once, then web, worker and beat run until Ctrl-C."""

from __future__ import annotations

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

PATIENCE = 40.0

pytestmark = pytest.mark.integration


def prepare(data: Path, times: int = 1, **environment: str) -> subprocess.CompletedProcess[str]:
    """Prepare the site in ``data``, as run.py does it, several times in a row."""
    code = (
        "import sys; sys.path.insert(0, 'scripts'); import run\n"
        + "run.prepare(); print('ready', flush=True)\n" * times
    )
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "DATA_DIR": str(data), "DEMO": "false", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_prepared_database_is_left_alone(tmp_path: Path) -> None:
    result = prepare(tmp_path, times=2)
    assert result.stdout == "• Bringing the database up to date …\nready\nready\n", result.stderr
    with sqlite3.connect(tmp_path / "db.sqlite3") as database:
        assert database.execute("SELECT count(*) > 10 FROM django_migrations").fetchone() == (1,)


def test_a_database_that_is_gone_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "prepared").write_text("whatever it was")
    assert prepare(tmp_path).stdout == "• Bringing the database up to date …\nready\n"
    for file in tmp_path.glob("db.sqlite3*"):
        file.unlink()
    assert prepare(tmp_path).stdout == "• Bringing the database up to date …\nready\n"


def test_a_database_elsewhere_is_always_looked_at(tmp_path: Path) -> None:
    result = prepare(tmp_path, times=2, DATABASE_URL=f"sqlite:///{tmp_path / 'other.sqlite3'}")
    assert result.stdout == "• Bringing the database up to date …\nready\n" * 2, result.stderr


def test_a_failing_preparation_is_not_remembered(tmp_path: Path) -> None:
    result = prepare(tmp_path, DJANGO_ENV="production")  # without SECRET_KEY the settings refuse to load
    assert result.returncode == 1
    assert result.stdout == ""
    assert not (tmp_path / "prepared").exists()


def free_port() -> int:
    """A port of this machine that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def get(address: str) -> tuple[int, str]:
    """Status and text of a page; status 0 while nobody listens."""
    try:
        with urllib.request.urlopen(address, timeout=10) as response:  # noqa: S310 — our own server's address
            return response.status, response.read().decode(errors="replace")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode(errors="replace")
    except OSError:
        return 0, ""


def descendants(process_id: int) -> list[int]:
    """Process numbers of everything that a process has started, directly or not."""
    found: list[int] = []
    for task in Path(f"/proc/{process_id}/task").iterdir():
        for child in map(int, (task / "children").read_text().split()):
            found += [child, *descendants(child)]
    return found


def test_the_whole_site_starts_serves_and_stops_with_nothing_left(tmp_path: Path) -> None:
    port = free_port()
    site = f"http://127.0.0.1:{port}"
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), "DEMO": "false", "PORT": str(port)}
    log = tmp_path / "log"
    with log.open("wb") as output:
        running = subprocess.Popen(
            [sys.executable, "scripts/run.py"],
            cwd=ROOT,
            env={**environment, "ENV_FILE": os.devnull},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        deadline = time.monotonic() + PATIENCE
        while get(f"{site}/health/ready")[0] != 200:
            assert running.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        status, page = get(f"{site}/accounts/login/")
        assert status == 200
        files = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page))
        assert {path: get(f"{site}{path}")[0] for path in files} == dict.fromkeys(files, 200)
        assert any(path.startswith("/static/vendor/bootstrap/") for path in files)
        programs = {
            word
            for child in descendants(running.pid)
            for word in Path(f"/proc/{child}/cmdline").read_text().split("\0")
            if word in {"config.wsgi:application", "worker", "beat"}
        }
        assert programs == {"config.wsgi:application", "worker", "beat"}
    finally:
        started = descendants(running.pid)
        running.send_signal(signal.SIGINT)
        code = running.wait(timeout=PATIENCE)
    assert code == 0
    assert log.read_text().endswith("Stopped.\n")
    assert [number for number in started if Path(f"/proc/{number}").exists()] == []
    assert get(site) == (0, "")
