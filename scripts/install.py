"""Install what the site needs, in .venv and node_modules; a second run finds everything done.

Uses only the standard library, because nothing else is there yet:

    python3 scripts/install.py           what running the site needs
    python3 scripts/install.py --tests   and what its tests need
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
PIP_INSTALL = [str(PYTHON), "-m", "pip", "--quiet", "--disable-pip-version-check"]
PIP_INSTALL += ["install", "--require-hashes", "-r"]
UV_INSTALL = [str(PYTHON), "-m", "uv", "--quiet", "pip", "install", "--python", str(PYTHON)]
UV_INSTALL += ["--require-hashes", "-r"]
PIP_INSTALL = [str(PYTHON), "-m", "pip", "--quiet", "--disable-pip-version-check"]
PIP_INSTALL += ["install", "--require-hashes", "-r"]
UV_INSTALL = [str(PYTHON), "-m", "uv", "--quiet", "pip", "install", "--python", str(PYTHON)]
UV_INSTALL += ["--require-hashes", "-r"]
STAMPS = VENV / "stamps.json"
OLDEST_PYTHON = (3, 11)


@dataclass(frozen=True)
class SystemPart:
    """Something that only the operating system can bring: how to see it, and Debian's packages for it."""

    what: str
    debian: tuple[str, ...]
    present: Callable[[], bool]


def has_libraries(*names: str) -> Callable[[], bool]:
    """A check that the dynamic linker knows every library of ``names``."""

    def present() -> bool:
        if not shutil.which("ldconfig", path=f"{os.environ['PATH']}:/sbin:/usr/sbin"):
            return True  # not Linux with glibc: WeasyPrint looks for the libraries in its own way, and says so
        known = run_quietly([shutil.which("ldconfig", path="/sbin:/usr/sbin") or "ldconfig", "-p"])
        return all(f"{name}.so" in known for name in names)

    return present


def has_command(*names: str) -> Callable[[], bool]:
    """A check that one of the commands ``names`` is on the path."""
    return lambda: any(shutil.which(name) for name in names)


FOR_RUNNING = (
    SystemPart("Python's venv module", ("python3-venv",), lambda: importlib.util.find_spec("ensurepip") is not None),
    SystemPart(
        "root certificates",
        ("ca-certificates",),
        lambda: Path("/etc/ssl/certs").is_dir() or sys.platform != "linux",
    ),
    SystemPart(
        "Pango and HarfBuzz, which set the type of the PDF reports",
        ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"),
        has_libraries("libpango-1.0", "libpangoft2-1.0", "libharfbuzz-subset"),
    ),
)
FOR_TESTS = (
    SystemPart("Chromium, for the journeys", ("chromium",), has_command("chromium")),
    SystemPart("libatomic, for Playwright's driver", ("libatomic1",), has_libraries("libatomic")),
    SystemPart("pdftotext and pdftoppm, for the PDF tests", ("poppler-utils",), has_command("pdftotext")),
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Install what is missing and say each step that takes time."""
    parser = argparse.ArgumentParser(description="Install what the site needs.")
    parser.add_argument("--tests", action="store_true", help="install what the tests need, too")
    tests = parser.parse_args(arguments).tests
    if sys.version_info < OLDEST_PYTHON:
        sys.exit(f"Learning Commons needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    install_system_parts(FOR_RUNNING + FOR_TESTS if tests else FOR_RUNNING)
    make_environment()
    install_python_packages("dev" if tests else "base")
    install_front_end_packages()
    collect_static_files()


def install_system_parts(parts: Iterable[SystemPart]) -> None:
    """Bring what is missing by one apt call as root on Debian; otherwise say what to install and stop."""
    missing = [part for part in parts if not part.present()]
    if not missing:
        return
    packages = [name for part in missing for name in part.debian]
    install = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", *packages]
    if not shutil.which("apt-get"):
        sys.exit("Please install, then start again:\n" + "\n".join(f"  - {part.what}" for part in missing))
    if os.geteuid() != 0:
        sys.exit(f"Please run this, then start again:\n  sudo {' '.join(install)}")
    say(f"Installing {', '.join(packages)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run(["apt-get", "update", "--quiet"], env=environment)
    run(install, env=environment)


def make_environment() -> None:
    """Make .venv, again where its Python is gone."""
    if not PYTHON.exists():
        say("Making .venv")
        run([sys.executable, "-m", "venv", "--clear", str(VENV)])


def install_python_packages(level: str) -> None:
    """Install the locked packages of ``level``, "base" or "dev"; the hashes in the lock are checked."""
    lock = ROOT / "requirements" / f"{level}.txt"
    if is_done(level, digest(lock)):
        return
    say(f"Installing the Python packages of requirements/{lock.name}")
    run([*PIP_INSTALL, str(ROOT / "requirements" / "uv.txt")])
    if subprocess.run([*UV_INSTALL, str(lock)], cwd=ROOT, check=False).returncode:
        say("uv could not do it; trying with pip")
        run([*PIP_INSTALL, str(lock)])
    mark_done(level, digest(lock))
    if level == "dev":  # its lock holds every pin of the base lock
        mark_done("base", digest(ROOT / "requirements" / "base.txt"))


def install_front_end_packages() -> None:
    """Run npm ci, with an npm from PyPI where the machine has none."""
    lock = digest(ROOT / "package-lock.json", ROOT / "package.json")
    if (ROOT / "node_modules").is_dir() and is_done("npm", lock):
        return
    path = f"{os.environ['PATH']}{os.pathsep}{VENV / 'bin'}"
    if not shutil.which("npm", path=path):
        say("Installing npm into .venv")
        run([*UV_INSTALL, str(ROOT / "requirements" / "node.txt")])
    say("Installing the front-end packages of package-lock.json")
    npm = shutil.which("npm", path=path) or "npm"
    run([npm, "ci", "--ignore-scripts", "--loglevel=error"], env={**os.environ, "PATH": path})
    mark_done("npm", lock)


def collect_static_files() -> None:
    """Copy and hash the static files, where one of them or a package has changed since the last time."""
    sources = sorted(path for folder in static_folders() for path in folder.rglob("*") if path.is_file())
    state = digest(ROOT / "requirements" / "base.txt", ROOT / "package-lock.json", *sources)
    target = Path(os.environ.get("STATIC_ROOT") or ROOT / "staticfiles")
    if (target / "staticfiles.json").is_file() and is_done("static", state):
        return
    say("Collecting static files")
    run([str(PYTHON), "manage.py", "collectstatic", "--noinput", "--verbosity=0"])
    mark_done("static", state)


def static_folders() -> list[Path]:
    """The project's own folders of static files: static/ and each app's."""
    return [ROOT / "static", *ROOT.glob("[a-z]*/static")]


def digest(*paths: Path) -> str:
    """One hash over the names and contents of ``paths``."""
    total = hashlib.sha256()
    for path in paths:
        total.update(f"{path.relative_to(ROOT)}\0".encode())
        total.update(path.read_bytes())
    return total.hexdigest()


def is_done(step: str, state: str) -> bool:
    """Whether ``step`` was last done for this very ``state``."""
    return stamps().get(step) == state


def mark_done(step: str, state: str) -> None:
    """Remember that ``step`` is done for ``state``."""
    STAMPS.write_text(json.dumps({**stamps(), step: state}, indent=1) + "\n")


def stamps() -> dict[str, str]:
    """What was done so far; kept inside .venv, so that it goes with it."""
    return dict(json.loads(STAMPS.read_text())) if STAMPS.is_file() else {}


def run(command: Sequence[str], env: dict[str, str] | None = None) -> None:
    """Run ``command`` in the project's folder; when it fails, stop with a sentence that names it."""
    if code := subprocess.run(command, cwd=ROOT, env=env, check=False).returncode:
        sys.exit(f"Installation stopped: “{' '.join(command)}” ended with code {code}; see above.")


def run_quietly(command: Sequence[str]) -> str:
    """What ``command`` prints."""
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def say(step: str) -> None:
    """Tell the person what takes time now."""
    print(f"• {step} …", flush=True)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nStopped.")
