"""What make test says: nothing that was not run looks as if it had been."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOBODY_HOME = {
    "DATABASE_URL": "postgres://nobody:secret@127.0.0.1:1/none",
    "REDIS_URL": "redis://:secret@127.0.0.1:1/0",
}

pytestmark = pytest.mark.integration


def run_code(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run ``code`` with scripts/test.py imported as ``checks``."""
    start = "import sys; sys.path.insert(0, 'scripts'); import importlib; checks = importlib.import_module('test')\n"
    return subprocess.run(
        [sys.executable, "-c", start + code],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def run_pytest(folder: Path, tests: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run pytest with our plugins on a file of ``tests``, apart from the project's own settings."""
    (folder / "test_small.py").write_text(f"import pytest\n{tests}")
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n    practice(id): x\n")
    plugins = ["-p", "tests.plugins.practices", "-p", "tests.plugins.legs", "-p", "no:randomly", "-p", "no:django"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", "--color=no", *plugins, "--rootdir", str(folder), *arguments, str(folder)],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_the_servers_the_build_server_fails_before_anything_is_run() -> None:
    result = subprocess.run(
        [sys.executable, "scripts/test.py"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "REQUIRE_POSTGRES": "1", **NOBODY_HOME},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert result.stdout == ""
    assert "!!  NOT RUN: the integration tests on PostgreSQL and Redis.\n" in result.stderr
    assert result.stderr.endswith("\nREQUIRE_POSTGRES=1 is set, so this is a failure.\n")
    assert "secret" not in result.stderr


def test_without_the_servers_a_developer_gets_one_leg_and_the_banner() -> None:
    result = run_code(
        "services = checks.find_services(__import__('os').environ)\n"
        "for stage in checks.legs(services, 'folder'):\n"
        "    print(stage.title, '|', stage.environment['TEST_NOT_RUN'].splitlines()[2])",
        **NOBODY_HOME,
    )
    assert result.stdout == (
        "Tests on SQLite | !!  Why: no PostgreSQL that lets this user make databases "
        "(tried postgres://127.0.0.1:1/none); no Redis (tried redis://127.0.0.1:1/0).\n"
    ), result.stderr


def test_with_the_servers_there_are_two_legs_and_only_the_second_sees_them() -> None:
    result = run_code(
        "services = checks.Services(database='postgres://here/x', redis='redis://here/0')\n"
        "for stage in checks.legs(services, 'folder'):\n"
        "    print(stage.title, stage.environment.get('DATABASE_URL'), stage.environment.get('REDIS_URL'))",
    )
    assert result.stdout == (
        "Tests on SQLite None None\nIntegration tests on PostgreSQL and Redis postgres://here/x redis://here/0\n"
    ), result.stderr


def test_a_failing_stage_stops_the_run_under_its_name(tmp_path: Path) -> None:
    (tmp_path / "fails.py").write_text("import sys; print('its own words', flush=True); sys.exit(3)")
    result = run_code(
        f"checks.run(checks.Stage('A small check', [{str(tmp_path / 'fails.py')!r}]), 'x'); print('went on')"
    )
    assert result.returncode == 1
    assert result.stdout == "\n━━━ A small check\nits own words\n"
    assert result.stderr == (f"\n✗ Stopped: “A small check” failed (code 3). Its command: {tmp_path / 'fails.py'}\n")


def test_the_settings_of_ones_own_site_do_not_reach_the_tests(tmp_path: Path) -> None:
    program = tmp_path / "tells.py"
    names = ("DATABASE_URL", "SECRET_KEY", "ENV_FILE")
    program.write_text(f"import os; print(*(os.environ.get(name) for name in {names}))")
    code = f"checks.run(checks.Stage('x', [{str(program)!r}]), 'folder')"
    result = run_code(code, DATABASE_URL="postgres://mine/real", SECRET_KEY="mine", ENV_FILE="mine.env")
    assert result.stdout.splitlines()[-1] == f"None None {os.devnull}", result.stderr


def test_practices_are_counted_when_their_tests_pass(tmp_path: Path) -> None:
    tests = """
@pytest.mark.practice("R-17")
def test_good(): pass

@pytest.mark.practice("R-3", "R-17")
def test_also_good(): pass

@pytest.mark.practice("R-20")
def test_bad(): assert False

@pytest.mark.practice("R-100")
@pytest.mark.skip(reason="not here")
def test_skipped(): pass

@pytest.mark.practice("R-3")
@pytest.mark.practice("R-304")
@pytest.mark.parametrize("good", [True, False])
def test_partly(good): assert good
"""
    lines = run_pytest(tmp_path, tests).stdout.splitlines()
    assert "1 of 304 practices proven by this run" in lines
    assert "claimed by a test that did not pass: R-3, R-20, R-100, R-304" in lines


@pytest.mark.parametrize("name", ["R-0", "R-305", "R-1000", "17", "R-07", ""])
def test_a_practice_that_does_not_exist_is_refused(tmp_path: Path, name: str) -> None:
    result = run_pytest(tmp_path, f"@pytest.mark.practice({name!r})\ndef test_it(): pass\n")
    assert result.returncode == 4
    assert f"practice({name!r}) names no practice; write R-1 to R-304" in result.stderr


def test_a_practice_mark_without_a_number_is_refused(tmp_path: Path) -> None:
    result = run_pytest(tmp_path, "@pytest.mark.practice\ndef test_it(): pass\n")
    assert result.returncode == 4
    assert "practice('') names no practice" in result.stderr


def test_the_last_leg_shows_all_legs_and_ends_in_pytests_own_line(tmp_path: Path) -> None:
    record = {"TEST_RECORD": str(tmp_path / "record")}
    three = "def test_a(): pass\ndef test_b(): pass\ndef test_c(): pytest.skip('no')\n"
    run_pytest(tmp_path, three, TEST_LEG="first", **record)
    lines = run_pytest(tmp_path, "def test_a(): pass\n", TEST_LEG="second", **record).stdout.splitlines()
    assert lines[-3:-1] == ["first: 2 passed, 1 skipped", "second: 1 passed"]
    assert re.fullmatch(r"=+ 1 passed in [\d.]+s =+", lines[-1])


def test_a_leg_on_several_cores_is_counted_once(tmp_path: Path) -> None:
    record = tmp_path / "record"
    tests = "def test_a(): pass\n\ndef test_b(): pass\n\ndef test_c(): pass\n"
    result = run_pytest(tmp_path, tests, "-n", "2", TEST_LEG="both", TEST_RECORD=str(record))
    assert record.read_text() == "both: 3 passed\n", result.stdout


def test_a_leg_that_ran_nothing_says_so_and_fails(tmp_path: Path) -> None:
    record = {"TEST_RECORD": str(tmp_path / "record")}
    result = run_pytest(tmp_path, "def test_a(): pass\n", "-k", "nothing", TEST_LEG="empty", **record)
    assert result.returncode == 5
    assert "empty: no test was run" in result.stdout.splitlines()


def test_what_was_not_run_stands_before_the_closing_line(tmp_path: Path) -> None:
    result = run_pytest(tmp_path, "def test_a(): pass\n", TEST_NOT_RUN="!! NOT RUN: half of it")
    assert result.stdout.splitlines()[-2] == "!! NOT RUN: half of it"
