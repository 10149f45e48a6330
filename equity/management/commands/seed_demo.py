"""``seed_demo``: a believable collaborative with people in every role, to try the site with."""

from __future__ import annotations

import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from collab.models import Collaborative
from equity.demo import story
from equity.demo.writing import write_demonstration

MOST_TEAMS = 2000
MOST_MONTHS = 120


class Command(BaseCommand):
    """Write the demonstration once; a site that already has it is left alone."""

    help = "Make a demonstration collaborative: deterministic for a seed, sizes and a day."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--teams", type=int, default=12)
        parser.add_argument("--months", type=int, default=18, help="months with figures; half a year more follows")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--today", type=dt.date.fromisoformat, help="the day to tell the story from, as 2026-03-15")

    def handle(self, *_args: Any, **options: Any) -> None:
        teams, months_of_data = options["teams"], options["months"]
        if not 1 <= teams <= MOST_TEAMS:
            raise CommandError(f"--teams must be from 1 to {MOST_TEAMS}, not {teams}.")
        if not 1 <= months_of_data <= MOST_MONTHS:
            raise CommandError(f"--months must be from 1 to {MOST_MONTHS}, not {months_of_data}.")
        if Collaborative.objects.filter(slug=story.SLUG).exists():
            raise CommandError(
                f"This site already has the demonstration ({story.SLUG}). To make it anew, empty the database."
            )
        now = timezone.now()
        if options["today"]:
            now = dt.datetime.combine(options["today"], dt.time(15), tzinfo=dt.UTC)
        collaborative = write_demonstration(
            teams=teams, months_of_data=months_of_data, seed=options["seed"], now=now, say=self.stdout.write
        )
        self.stdout.write(self.style.SUCCESS(f"Made {collaborative} with {teams} teams and {months_of_data} months."))
