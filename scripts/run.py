"""Start the site on this machine: bring the database up to date, load the demonstration, serve.

Called by ``make run`` with the Python of .venv. Without an .env file it is a demonstration; an .env file of
your own decides everything itself.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import serve
from dotenv import load_dotenv

ROOT = Path(__file__).resolve().parent.parent
DEMONSTRATION = {"DEMO": "true", "DEMO_WAIVE_MFA": "true", "LOG_LEVEL": "WARNING"}


def main() -> None:
    """Prepare the database where that is needed, then serve until Ctrl-C."""
    env_file = Path(os.environ.get("ENV_FILE", ROOT / ".env"))
    if env_file.is_file():
        load_dotenv(env_file)
    elif os.environ.get("DJANGO_ENV") != "production":
        for name, value in DEMONSTRATION.items():
            os.environ.setdefault(name, value)
    serve.refuse_taken_port(int(os.environ.get("PORT", "8000")))
    prepare()
    if os.environ.get("DEMO") == "true":
        print("The sign-in page will list demonstration accounts. Ctrl-C stops everything.", flush=True)
    serve.main()


def prepare() -> None:
    """Migrate and seed in one process; skip even that while the SQLite file is as the migrations left it."""
    data = Path(os.environ.get("DATA_DIR") or ROOT / "var")
    stamp = data / "prepared"
    state = migrations_digest()
    own_file = not os.environ.get("DATABASE_URL")
    if own_file and (data / "db.sqlite3").is_file() and stamp.is_file() and stamp.read_text() == state:
        return
    command = [sys.executable, str(ROOT / "scripts" / "prepare.py")]
    if code := subprocess.run(command, cwd=ROOT, check=False).returncode:
        sys.exit(code)
    stamp.write_text(state)


def migrations_digest() -> str:
    """One hash over all migrations, the project's and (through the lock) those of its packages."""
    total = hashlib.sha256((ROOT / "requirements" / "base.txt").read_bytes())
    for path in sorted([*ROOT.glob("*/migrations/*.py"), *ROOT.glob("*/*/migrations/*.py")]):
        total.update(path.read_bytes())
    return total.hexdigest()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nStopped.")
