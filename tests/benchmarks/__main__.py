"""``python -m tests.benchmarks`` (``make bench``): prints each measurement beside its lower bound.

In a database of its own: SQLite in a temporary folder, or a test database beside the one of DATABASE_URL, dropped at
the end. ``--teams`` makes the network smaller or larger; ``--json`` keeps the numbers and ``--page`` writes the
performance page from them.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings_test"
django.setup()

from django.db import connection  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402

from tests.benchmarks.growth import Growth  # noqa: E402
from tests.benchmarks.measuring import Measured  # noqa: E402
from tests.benchmarks.page import Run, read, write  # noqa: E402
from tests.benchmarks.runs import Sizes, run_all  # noqa: E402

SQLITE_TEAMS = 200
"""One file without workers is for a network of this size."""


def main() -> None:
    """Measure everything once and print it; or only write the page from numbers kept before."""
    given = _arguments()
    if given.page_from:
        write(read(given.page_from), given.page)
        return
    run = Run.begin(connection.vendor)
    for measured in _measured(given.teams, here=given.here):
        print(measured, flush=True)
        run.add(measured)
        if given.json:
            run.save(given.json)
    if given.page:
        write(run, given.page)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--teams", type=int, help="how many teams the large network has")
    parser.add_argument(
        "--here",
        action="store_true",
        help="in the database of DATABASE_URL itself, made for this by migrate; the networks stay for the next run",
    )
    parser.add_argument("--json", type=Path, help="a file for the numbers")
    parser.add_argument("--page", type=Path, help="the performance page to write")
    parser.add_argument("--page-from", type=Path, help="write the page from this file of numbers and measure nothing")
    given = parser.parse_args()
    if given.page_from and not given.page:
        parser.error("--page-from needs --page")
    return given


def _measured(teams: int | None, *, here: bool) -> Iterator[Measured]:
    setup_test_environment()
    name = connection.settings_dict["NAME"]
    size = teams or (Growth.teams if connection.vendor == "postgresql" else SQLITE_TEAMS)
    print(f"{connection.vendor}, medians in one process:", flush=True)
    if here:
        yield from run_all(Sizes(growth=replace(Growth(), teams=size)))
        return
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        yield from run_all(Sizes(growth=replace(Growth(), teams=size)))
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


if __name__ == "__main__":
    main()
