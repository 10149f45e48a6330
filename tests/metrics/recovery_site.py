"""A site of its own for the recovery test, one step a process: ``python -m tests.metrics.recovery_site STEP``.

DATA_DIR says where it lives; its database is a file, its broker a folder, its settings those of ``make run``.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from collab.common import months  # noqa: E402
from collab.models import User  # noqa: E402
from metrics.actions.submissions import submit_month  # noqa: E402
from metrics.cells import CellKey, Value  # noqa: E402
from metrics.enums import Source  # noqa: E402
from teams.models import Team  # noqa: E402
from tests.factories.collab import CollaborativeFactory, MeasureFactory  # noqa: E402
from tests.factories.teams import TeamFactory  # noqa: E402

# Nobody waits longer than this, in seconds, for a page that says that a month was sent.
PATIENCE = 3.0
# Long enough to be killed in, however slow the machine.
SLOW = """
CREATE TRIGGER slow BEFORE INSERT ON metrics_benchmarkvalue BEGIN
    SELECT count(*) FROM (
        WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < 1000000000000)
        SELECT n FROM counted
    );
END
"""


def seed() -> None:
    """One team that has two months to report."""
    call_command("migrate", verbosity=0)
    this_month = months.first_day(timezone.now().date())
    collaborative = CollaborativeFactory(start=months.add(this_month, -3), months=12)
    MeasureFactory(collaborative=collaborative, code="no_show")
    TeamFactory(collaborative=collaborative)


def submit(months_ago: int, numerator: int) -> None:
    team = Team.objects.select_related("collaborative").get()
    submit_month(
        by=User.objects.first(),
        team=team,
        month=months.add(months.first_day(timezone.now().date()), -months_ago),
        values=[Value(CellKey("no_show"), numerator, 40)],
        source=Source.GRID,
    )


def submit_without_broker() -> None:
    """The queue's folder is gone and cannot be made: a file is in its place."""
    queue = Path(str(settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_in"]))
    shutil.rmtree(queue)
    queue.touch()
    try:
        submit(1, 10)
    finally:
        queue.unlink()
        queue.mkdir()


def submit_without_redis() -> None:
    """REDIS_URL names a port where nothing listens."""
    started = time.monotonic()
    submit(1, 10)
    took = time.monotonic() - started
    if took > PATIENCE:
        sys.exit(f"The submission waited {took:.1f} s for a broker that is down.")


def submit_slow() -> None:
    """From here on a job hangs where it writes the benchmarks."""
    with connection.cursor() as cursor:
        cursor.execute(SLOW)
    submit(2, 20)


def quick_again() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER slow")


STEPS = {step.__name__: step for step in (seed, submit_without_broker, submit_without_redis, submit_slow, quick_again)}

if __name__ == "__main__":
    STEPS[sys.argv[1]]()
