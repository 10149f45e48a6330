"""``python -m tests.benchmarks`` (``make bench``): prints each measurement beside its lower bound.

In a database of its own: SQLite in a temporary folder, or a test database beside the one of DATABASE_URL.
"""

from __future__ import annotations

import os

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings_test"
django.setup()

from django.db import connection  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402

from tests.benchmarks.runs import Sizes, run_all  # noqa: E402


def main() -> None:
    """Measure everything once and print it."""
    setup_test_environment()
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        print(f"{connection.vendor}, medians of {Sizes.repeats} in one process:")
        for measured in run_all(Sizes()):
            print(measured)
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


if __name__ == "__main__":
    main()
