"""On PostgreSQL, an index that holds what a month's benchmarks read, so that the rows themselves are left alone.

With six million figures a month of 2,000 teams is read from some 200 pages instead of 2,500. Not in the model's Meta:
SQLite knows no INCLUDE, and Django would leave the index out there with a warning.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations

CREATE = """
CREATE INDEX observation_month_figures ON metrics_observation (measure_id, month)
INCLUDE (team_id, numerator, denominator) WHERE live
"""
DROP = "DROP INDEX IF EXISTS observation_month_figures"


def create(_apps: Any, editor: Any) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(CREATE)


def drop(_apps: Any, editor: Any) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(DROP)


class Migration(migrations.Migration):
    dependencies = [("metrics", "0002_charts_questions_standings")]

    operations = [migrations.RunPython(create, drop)]
