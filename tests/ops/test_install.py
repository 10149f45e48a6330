"""The installer: one apt call, or a command to copy; each step again only when what it read has changed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.integration

TWO_PARTS_MISSING = """
parts = [
    install.SystemPart("one thing", ("pkg-one",), lambda: False),
    install.SystemPart("a thing that is here", ("pkg-here",), lambda: True),
    install.SystemPart("two things", ("pkg-two", "pkg-three"), lambda: False),
]
install.install_system_parts(parts)
"""


def run_installer_code(code: str, programs: Path) -> subprocess.CompletedProcess[str]:
    """Run ``code`` beside the installer, on a machine whose only programs are those in ``programs``."""
    return subprocess.run(
        [sys.executable, "-c", f"import os, sys; sys.path.insert(0, 'scripts'); import install\n{code}"],
        cwd=ROOT,
        env={"PATH": str(programs)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder with an apt-get that only writes down how it was called."""
    folder = tmp_path / "bin"
    folder.mkdir()
    apt = folder / "apt-get"
    apt.write_text(f'#!/bin/sh\necho "$*" >> "{tmp_path / "calls"}"\n')
    apt.chmod(0o755)
    return folder


def test_root_on_debian_gets_everything_by_one_apt_call(programs: Path, tmp_path: Path) -> None:
    result = run_installer_code(f"os.geteuid = lambda: 0{TWO_PARTS_MISSING}", programs)
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "calls").read_text().splitlines() == [
        "update --quiet",
        "install --yes --quiet --no-install-recommends pkg-one pkg-two pkg-three",
    ]


def test_another_user_on_debian_is_told_the_exact_command(programs: Path, tmp_path: Path) -> None:
    result = run_installer_code(f"os.geteuid = lambda: 1000{TWO_PARTS_MISSING}", programs)
    assert result.returncode == 1
    assert result.stderr == (
        "Please run this, then start again:\n"
        "  sudo apt-get install --yes --quiet --no-install-recommends pkg-one pkg-two pkg-three\n"
    )
    assert not (tmp_path / "calls").exists()


def test_elsewhere_the_parts_are_named(tmp_path: Path) -> None:
    result = run_installer_code(TWO_PARTS_MISSING, tmp_path)
    assert result.returncode == 1
    assert result.stderr == "Please install, then start again:\n  - one thing\n  - two things\n"


def test_nothing_missing_calls_nothing(programs: Path, tmp_path: Path) -> None:
    code = "install.install_system_parts([install.SystemPart('x', ('pkg',), lambda: True)])"
    assert run_installer_code(code, programs).returncode == 0
    assert not (tmp_path / "calls").exists()


def test_a_failing_apt_stops_with_a_sentence(programs: Path) -> None:
    (programs / "apt-get").write_text("#!/bin/sh\necho 'no such package' >&2\nexit 100\n")
    result = run_installer_code(f"os.geteuid = lambda: 0{TWO_PARTS_MISSING}", programs)
    assert result.returncode == 1
    assert result.stderr == (
        "no such package\nInstallation stopped: “apt-get update --quiet” ended with code 100; see above.\n"
    )


def test_a_step_is_done_again_only_when_its_files_have_changed(tmp_path: Path) -> None:
    lock = tmp_path / "lock.txt"
    lock.write_text("one==1\n")
    code = f"""
from pathlib import Path
install.ROOT = install.VENV = Path({str(tmp_path)!r})
install.STAMPS = install.VENV / "stamps.json"
lock = install.ROOT / "lock.txt"
before = install.is_done("base", install.digest(lock))
install.mark_done("base", install.digest(lock))
after = install.is_done("base", install.digest(lock))
other_step = install.is_done("dev", install.digest(lock))
lock.write_text("one==2\\n")
print(before, after, other_step, install.is_done("base", install.digest(lock)))
"""
    result = run_installer_code(code, tmp_path)
    assert result.stdout == "False True False False\n", result.stderr


def test_libraries_that_the_linker_does_not_know_are_missing(tmp_path: Path) -> None:
    code = "print(install.has_libraries('libc')(), install.has_libraries('libc', 'libnowhere-9')())"
    result = run_installer_code(code, tmp_path)
    assert result.stdout == "True False\n", result.stderr


def test_the_tests_need_nothing_that_the_installer_does_not_bring() -> None:
    code = "print([part.what for part in install.FOR_RUNNING + install.FOR_TESTS if not part.present()])"
    result = run_installer_code(code, Path(os.environ["PATH"]))
    assert result.stdout == "[]\n", result.stderr
