""".env.example names every variable that anything of ours reads, each with its explanation, and works as it is."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = (ROOT / ".env.example").read_text()
LINE = re.compile(r"^#?([A-Z][A-Z0-9_]*)=(.*)$", re.MULTILINE)
OUTSIDE = {"ENV_FILE"}  # names the file itself, so it cannot stand in it

pytestmark = pytest.mark.unit


def names_read_in(path: str, pattern: str) -> set[str]:
    """What ``pattern`` finds in a file of the project."""
    return set(re.findall(pattern, (ROOT / path).read_text())) - OUTSIDE


def test_the_example_lists_what_is_read_and_nothing_else() -> None:
    ours = r"""\benv\.\w+\(\s*["']([A-Z0-9_]+)["']"""
    standard = r"""\benviron(?:\.get\(|\[)["']([A-Z0-9_]+)["']"""
    read = names_read_in("config/settings.py", ours)
    read |= names_read_in("deploy/gunicorn.conf.py", standard) | names_read_in("scripts/run.py", standard)
    read |= names_read_in("docker-compose.yml", r"\$\{([A-Z0-9_]+)")
    assert read == {name for name, _ in LINE.findall(EXAMPLE)}


def test_each_variable_has_one_line_of_explanation() -> None:
    lines = EXAMPLE.splitlines()
    for number, line in enumerate(lines):
        if LINE.match(line):
            assert re.match(r"# \S.*[.:()]", lines[number - 1]), f"{line} is not explained"


def test_no_variable_is_listed_twice() -> None:
    names = [name for name, _ in LINE.findall(EXAMPLE)]
    assert len(names) == len(set(names))


def test_the_example_holds_no_secret() -> None:
    values = dict(LINE.findall(EXAMPLE))
    assert {values[name] for name in ("SECRET_KEY", "POSTGRES_PASSWORD", "MAIL_API_KEY")} == {""}


def test_settings_load_with_the_example_as_it_is(tmp_path: Path) -> None:
    example = dict(re.findall(r"^([A-Z0-9_]+)=(.*)$", EXAMPLE, re.MULTILINE))
    code = (
        "from django.conf import settings as s\n"
        "print(s.DEBUG, s.DEMO, s.PRODUCTION, s.ALLOWED_HOSTS, s.BASE_URL, s.DEFAULT_FROM_EMAIL, s.REDIS_URL)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            **example,
            "DATA_DIR": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "config.settings",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout == (
        "False False False ['127.0.0.1', 'localhost'] http://127.0.0.1:8000 Learning Commons <no-reply@localhost> \n"
    )
