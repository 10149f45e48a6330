"""The second start finds the database prepared and goes straight to serving."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

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
