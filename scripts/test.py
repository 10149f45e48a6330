"""Run every check of the project, stop at the first that fails, and end in pytest's own closing line.

Called by ``make test`` with the Python of .venv, after the installation. The tests run twice: all of them on
SQLite, and the integration tests again on PostgreSQL and Redis, found at DATABASE_URL and REDIS_URL or on
their standard local ports. With REQUIRE_POSTGRES=1 it is a failure when these cannot be reached.
"""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import redis

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = Path(sys.executable).parent
LOCAL_DATABASES = ("postgres://root@127.0.0.1:5432/test", "postgres://postgres@127.0.0.1:5432/postgres")
LOCAL_REDIS = "redis://127.0.0.1:6379/0"
# A core that has done its part takes over tests from another.
ON_EVERY_CORE = ("pytest", "-n", "auto", "--dist", "worksteal")
# Settings of the person's own site must not change a result, so the checks do not inherit them.
SITE_VARIABLES = set(re.findall(r"^#?([A-Z][A-Z0-9_]*)=", (ROOT / ".env.example").read_text(), re.MULTILINE))


@dataclass(frozen=True)
class Stage:
    """One check: what it is, its command (a program of .venv) and what it needs in the environment."""

    title: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Services:
    """Addresses of PostgreSQL and Redis, or the sentence that says why they cannot be used."""

    database: str = ""
    redis: str = ""
    missing: str = ""


def main() -> None:
    """Run the stages, then the two legs of tests."""
    services = find_services(os.environ)
    if services.missing and os.environ.get("REQUIRE_POSTGRES") == "1":
        sys.exit(f"{banner(services.missing)}\nREQUIRE_POSTGRES=1 is set, so this is a failure.")
    with tempfile.TemporaryDirectory(prefix="learning-commons-checks-") as folder:
        for stage in (*checks(folder), *legs(services, folder)):
            run(stage, folder)


def checks(folder: str) -> list[Stage]:
    """What reads the code without running its tests."""
    production = {
        "ALLOWED_HOSTS": "example.org",
        "DATA_DIR": f"{folder}/production",
        "DJANGO_ENV": "production",
        "SECRET_KEY": secrets.token_urlsafe(64),
    }
    return [
        Stage("Lint: ruff", ["ruff", "check", "--quiet", "--output-format", "concise", "."]),
        Stage("Format: ruff", ["ruff", "format", "--quiet", "--check", "."]),
        Stage("Templates: djlint", ["djlint", "templates", "--lint", "--quiet"]),
        Stage("Types: mypy", ["mypy"]),
        Stage("Import contracts: import-linter", ["lint-imports", "--no-logo"]),
        Stage("Migrations are complete", ["manage.py", "makemigrations", "--check", "--dry-run"]),
        Stage(
            "Ready for production: check --deploy",
            ["manage.py", "check", "--deploy", "--fail-level", "WARNING"],
            production,
        ),
    ]


def legs(services: Services, folder: str) -> list[Stage]:
    """All tests on SQLite; the integration tests again on PostgreSQL and Redis, where these are there.

    The last leg's closing line ends the run; each leg notes what it found in a file for the next one to show.
    """
    record = {"TEST_RECORD": f"{folder}/legs.txt"}
    everything = {**record, "TEST_LEG": "SQLite and the broker on disk, all tests"}
    if services.missing:
        everything["TEST_NOT_RUN"] = banner(services.missing)
        return [Stage("Tests on SQLite", ON_EVERY_CORE, everything)]
    on_servers = {
        **record,
        "TEST_LEG": "PostgreSQL and Redis, integration tests",
        "DATABASE_URL": services.database,
        "REDIS_URL": services.redis,
    }
    again = [*ON_EVERY_CORE, "-m", "integration", "--ignore", "tests/ops", "-p", "no:tests.plugins.practices"]
    return [
        Stage("Tests on SQLite", ON_EVERY_CORE, everything),
        Stage("Integration tests on PostgreSQL and Redis", again, on_servers),
    ]


def run(stage: Stage, folder: str) -> None:
    """Run one stage under its heading; stop everything when it fails."""
    print(f"\n━━━ {stage.title}", flush=True)
    inherited = {name: value for name, value in os.environ.items() if name not in SITE_VARIABLES}
    environment = {**inherited, "DATA_DIR": f"{folder}/data", "ENV_FILE": os.devnull, **stage.environment}
    program, *arguments = stage.command
    command = [sys.executable, program] if program.endswith(".py") else [str(PROGRAMS / program)]
    if code := subprocess.run([*command, *arguments], cwd=ROOT, env=environment, check=False).returncode:
        sys.exit(f"\n✗ Stopped: “{stage.title}” failed (code {code}). Its command: {' '.join(stage.command)}")


def find_services(environment: Mapping[str, str]) -> Services:
    """PostgreSQL where test databases can be made, and Redis; one without the other is of no use."""
    given = environment.get("DATABASE_URL", "")
    candidates = (given,) if given.startswith(("postgres://", "postgresql://")) else LOCAL_DATABASES
    database = next((url for url in candidates if can_make_databases(url)), "")
    store = environment.get("REDIS_URL") or LOCAL_REDIS
    missing = []
    if not database:
        tried = ", ".join(map(plain, candidates))
        missing.append(f"no PostgreSQL that lets this user make databases (tried {tried})")
    if not answers_ping(store):
        missing.append(f"no Redis (tried {plain(store)})")
    return Services(missing="; ".join(missing)) if missing else Services(database, store)


def can_make_databases(url: str) -> bool:
    """Whether a PostgreSQL answers at ``url`` and its user may create databases."""
    try:
        with psycopg.connect(url, connect_timeout=3) as connection:
            row = connection.execute(
                "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
    except psycopg.Error:
        return False
    return bool(row and row[0])


def answers_ping(url: str) -> bool:
    """Whether a Redis answers at ``url``."""
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=3, socket_timeout=3) as client:
            return bool(client.ping())
    except (redis.RedisError, ValueError):
        return False


def plain(url: str) -> str:
    """``url`` without a password, for people to read."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"


def banner(reason: str) -> str:
    """Says loudly that half of the tests were not run."""
    rule = "!" * 100
    return (
        f"{rule}\n!!  NOT RUN: the integration tests on PostgreSQL and Redis.\n!!  Why: {reason}.\n"
        f"!!  Start both, or set DATABASE_URL and REDIS_URL, and run make test again.\n{rule}"
    )


if __name__ == "__main__":
    main()
