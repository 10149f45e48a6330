"""``manage.py import_months SLUG FILE.csv``: many teams' months from a file, all or nothing."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from collab.common.tables import TableError
from collab.models import Collaborative
from metrics.actions.benchmarks import catch_up_with
from metrics.actions.bulk import import_bulk
from metrics.actions.submissions import Imported
from metrics.imports.bulk import Bulk, Problems, read_bulk
from metrics.management.progress import Progress, find_collaborative

SHOWN = 50


class Command(BaseCommand):
    """Import the months of many teams from a CSV or Excel file, all or nothing, and compute the benchmarks.

    Columns in any order: agency, agency_name, month, measure, numerator, denominator; dimension and stratum for groups
    of people; site for the sites of a team, which make the team's own row where that is empty or not there. Importing
    the same file again changes nothing; a month that differs gets a new revision.
    """

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the collaborative's short name")
        parser.add_argument("file", type=Path, help="the CSV or Excel file")
        parser.add_argument(
            "--create-teams", action="store_true", help="make agencies and teams that are not there, from the start on"
        )
        parser.add_argument("--dry-run", action="store_true", help="check everything, store nothing")
        parser.add_argument(
            "--errors-out", action="store_true", help="write all problems beside the file, as FILE.problems.csv"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        file: Path = options["file"]
        bulk = self._read(find_collaborative(options["slug"]), file, create_teams=options["create_teams"])
        try:
            if bulk.problems.count:
                self._refuse(file, bulk.problems, write=options["errors_out"])
            with transaction.atomic():
                imported = import_bulk(by=None, bulk=bulk)
                if options["dry_run"]:
                    transaction.set_rollback(True)
        except ValidationError as error:
            raise CommandError(f"{file} was not imported: {' '.join(error.messages)}") from error
        finally:
            bulk.close()
        self._tell(bulk, imported, dry_run=options["dry_run"])
        if not options["dry_run"]:
            self._compute(bulk.collaborative)

    def _read(self, collaborative: Collaborative, file: Path, *, create_teams: bool) -> Bulk:
        progress = Progress(self.stdout)
        try:
            with file.open("rb") as opened:
                return read_bulk(
                    opened,
                    collaborative=collaborative,
                    create_teams=create_teams,
                    now=timezone.now(),
                    progress=lambda rows: progress.show(f"Reading {file.name}: {rows:,} rows"),
                )
        except OSError as error:
            raise CommandError(f"{file} can not be read: {error.strerror}.") from error
        except TableError as error:
            raise CommandError(f"{file} was not imported. {error}") from error
        finally:
            progress.end()

    def _refuse(self, file: Path, problems: Problems, *, write: bool) -> None:
        lines = [f"  {problem.where}: {problem.sentence}" for problem in problems.kept[:SHOWN]]
        if problems.count > SHOWN:
            lines.append(f"  … and {problems.count - SHOWN:,} more.")
        if write:
            beside = file.with_name(f"{file.name}.problems.csv")
            with beside.open("w", newline="", encoding="utf-8") as opened:
                writer = csv.writer(opened)
                writer.writerow(["row", "column", "problem"])
                writer.writerows((problem.row, problem.column, problem.sentence) for problem in problems.kept)
            lines.append(f"  They are written to {beside}.")
        found = "1 problem" if problems.count == 1 else f"{problems.count:,} problems"
        raise CommandError("\n".join([f"{file} was not imported; nothing was changed. {found}:", *lines]))

    def _tell(self, bulk: Bulk, imported: Imported, *, dry_run: bool) -> None:
        done = "Would import" if dry_run else "Imported"
        self.stdout.write(
            f"{done} {bulk.row_count:,} rows of {len(bulk.teams):,} teams: months new {imported.created:,}, "
            f"corrected {imported.corrected:,}, unchanged {imported.unchanged:,}."
        )

    def _compute(self, collaborative: Collaborative) -> None:
        progress = Progress(self.stdout)
        computed = catch_up_with(collaborative=collaborative, progress=progress.months)
        progress.end()
        self.stdout.write(f"Benchmarks computed for {computed:,} months.")
