"""``manage.py export_benchmarks SLUG --out FILE.csv``: the shown benchmarks as plain fractions, at full precision."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from metrics.management.progress import find_collaborative
from metrics.queries.benchmarks import shown_benchmarks
from metrics.queries.rosters import owed_months

FIGURES = ("expected", "reporting", "pooled", "mean", "median", "p10", "p25", "p75", "p90", "abc")


class Command(BaseCommand):
    """Write the benchmarks of all months to a CSV file, by measure and month.

    Values are plain fractions (not multiplied), empty where there is none. A month that is over and for which nobody
    reported stands there too, with its expected teams.
    """

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the collaborative's short name")
        parser.add_argument("--measure", metavar="CODE", help="only this measure")
        parser.add_argument("--out", type=Path, required=True, help="the file to write")

    def handle(self, *_args: Any, **options: Any) -> None:
        collaborative = find_collaborative(options["slug"])
        values = shown_benchmarks(collaborative)
        if code := options["measure"]:
            codes = list(collaborative.measures.values_list("code", flat=True))
            if code not in codes:
                raise CommandError(f"“{collaborative.slug}” has no measure “{code}”. It has: {', '.join(codes)}.")
            values = values.filter(measure__code=code)
        count = 0
        try:
            with options["out"].open("w", newline="", encoding="utf-8") as file:
                writer = csv.writer(file)
                writer.writerow(["measure", "month", *FIGURES])
                for value in values.iterator():
                    figures = (getattr(value, name) for name in FIGURES)
                    # csv writes floats by repr, which reads back as the same number, and None as nothing.
                    writer.writerow([value.measure.code, value.month.isoformat(), *figures])
                    count += 1
        except OSError as error:
            raise CommandError(f"{options['out']} can not be written: {error.strerror}.") from error
        self.stdout.write(f"Wrote {count:,} rows to {options['out']}.")
        if owed := len(owed_months(collaborative)):
            self.stderr.write(
                f"{owed:,} months wait to be computed again: run “manage.py recompute {collaborative.slug}” first."
            )
