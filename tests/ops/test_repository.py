"""What must never be in the repository, and what every newcomer relies on."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PIN = re.compile(r"^([a-z0-9][a-z0-9.-]*)==([^ ;\\]+)(.*)", re.MULTILINE)
# Built from pieces, so that this file does not hold what it looks for.
HOSTS = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("registry", "npmjs"),
        ("registry", "yarnpkg"),
        ("deb", "debian"),
    )
)
MACHINE_PATHS = tuple(f"/{folder}/" for folder in ("work", "farm", "root", "home/[a-z]", "Users"))

pytestmark = pytest.mark.unit


def tracked_files() -> list[Path]:
    """Every file that git keeps, and those it would keep."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


def tracked_texts() -> list[tuple[str, str]]:
    """(name, text) of each of these files that is text."""
    texts = []
    for path in tracked_files():
        data = path.read_bytes()
        if b"\0" not in data[:8000]:
            texts.append((str(path.relative_to(ROOT)), data.decode()))
    return texts


def pins(name: str) -> dict[str, str]:
    """Package → version and marker, as the lock ``name`` has them."""
    return {
        match[1]: match[2] + match[3].rstrip(" \\")
        for match in PIN.finditer((ROOT / "requirements" / name).read_text())
    }


def test_no_file_names_a_package_registry_or_a_path_of_one_machine() -> None:
    forbidden = re.compile("|".join([*map(re.escape, HOSTS), *(rf"(?<![\w.\-/]){path}" for path in MACHINE_PATHS)]))
    found = [f"{name}: {match[0]}" for name, text in tracked_texts() for match in forbidden.finditer(text)]
    assert found == []


def test_no_third_party_code_is_kept() -> None:
    names = [str(path.relative_to(ROOT)) for path in tracked_files()]
    suspicious = re.compile(r"\.min\.(js|css)$|(^|/)(node_modules|vendor)/|\.(woff2?|ttf|otf|eot)$")
    assert [name for name in names if suspicious.search(name)] == []


def test_no_secret_and_no_made_file_is_kept() -> None:
    names = [str(path.relative_to(ROOT)) for path in tracked_files()]
    made = re.compile(r"(^|/)\.env$|\.sqlite3(-|$)|secret_key$|\.pyc$|^(var|staticfiles|\.venv)/|\.pem$")
    assert [name for name in names if made.search(name)] == []


def test_locks_are_there() -> None:
    assert [lock.name for lock in LOCKS] == ["base.txt", "dev.txt", "node.txt", "uv.txt"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_holds_pins_and_hashes_only(lock: Path) -> None:
    line = re.compile(r"[a-z0-9.-]+==\S+( ; .+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?")
    assert [text for text in lock.read_text().splitlines() if not line.fullmatch(text)] == []
    assert pins(lock.name) != {}


def test_the_development_lock_holds_every_pin_of_the_site() -> None:
    base, dev = pins("base.txt"), pins("dev.txt")
    assert {name: dev.get(name) for name in base} == base


def test_every_dependency_is_locked_and_says_why_it_is_there() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    project = tomllib.loads(text)
    required = [re.split(r"[\[~=<>]", line)[0].lower() for line in project["project"]["dependencies"]]
    locked = pins("base.txt")
    assert [name for name in required if name not in locked] == []
    lines = [
        line.strip() for line in text[text.index("dependencies = [") : text.index("]\n\n[dependency")].splitlines()
    ]
    unexplained = [
        line
        for before, line in pairwise(lines)
        if line.startswith('"') and "  # " not in line and not before.startswith("#")
    ]
    assert unexplained == []


def test_the_npm_lock_names_no_address_to_download_from() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages != {}
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    assert [name for name, entry in packages.items() if not entry.get("integrity", "").startswith("sha512-")] == []


def test_the_npm_lock_matches_package_json() -> None:
    package = json.loads((ROOT / "package.json").read_text())
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"][""]
    assert {key: package[key] for key in ("dependencies", "devDependencies")} == {
        key: locked[key] for key in ("dependencies", "devDependencies")
    }


@pytest.mark.parametrize("target", ["help", "install", "run", "test", "lock"])
def test_make_knows_the_target(target: str) -> None:
    subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True, check=True)


def test_the_build_server_runs_the_developers_command_and_insists_on_postgresql() -> None:
    commands = [line for line in (ROOT / ".ci" / "run").read_text().splitlines() if line and not line.startswith("#")]
    assert commands[-1] == "REQUIRE_POSTGRES=1 exec make test"


def test_what_make_and_the_build_server_call_can_be_started() -> None:
    for script in ("scripts/lock.sh", ".ci/run"):
        assert (ROOT / script).stat().st_mode & 0o111, f"{script} is not executable"
