"""Bring the database up to date and, on a demonstration, fill an empty one: in one process, to start once."""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django
from django.conf import settings
from django.core.management import call_command


def main() -> None:
    """Migrate; seed the demonstration where there is no collaborative yet."""
    django.setup()
    print("• Bringing the database up to date …", flush=True)
    call_command("migrate", interactive=False, verbosity=0)
    from collab.models import Collaborative

    if settings.DEMO and not Collaborative.objects.exists():
        print("• Making the demonstration: 12 teams, 18 months …", flush=True)
        call_command("seed_demo", teams=12, months=18, seed=1)


if __name__ == "__main__":
    main()
