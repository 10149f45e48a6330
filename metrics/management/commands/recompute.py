"""``manage.py recompute SLUG``: the work of the jobs, here and now, without a queue."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from collab.common import months
from metrics.actions.benchmarks import catch_up_with, recompute_months
from metrics.management.progress import Progress, find_collaborative
from metrics.queries.rosters import months_to_compute


class Command(BaseCommand):
    """Compute a collaborative's benchmarks without a queue: what is owed, one month, or all months."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the collaborative's short name")
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--month", help="only this month, like 2026-03")
        which.add_argument("--all", action="store_true", help="all months, also those that are up to date")

    def handle(self, *_args: Any, **options: Any) -> None:
        collaborative = find_collaborative(options["slug"])
        progress = Progress(self.stdout)
        if options["month"]:
            try:
                month = months.parse(options["month"])
            except ValueError as error:
                raise CommandError(str(error)) from error
            if not collaborative.is_reporting_month(month):
                raise CommandError(f"{months.iso(month)} is not a reporting month of “{collaborative.slug}”.")
            count = recompute_months(collaborative=collaborative, months=[month], progress=progress.months)
        elif options["all"]:
            count = recompute_months(
                collaborative=collaborative, months=months_to_compute(collaborative), progress=progress.months
            )
        else:
            count = catch_up_with(collaborative=collaborative, progress=progress.months)
        progress.end()
        self.stdout.write(f"Benchmarks computed for {count:,} months.")
