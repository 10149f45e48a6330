"""Many rows at once: written without a model instance each, kept aside in a temporary table, read back in order.

``Model.objects.bulk_create`` makes an object of every row and a statement of every two thousand. Here rows stay
tuples: PostgreSQL takes them by COPY, SQLite by one prepared statement. Memory does not grow with their number.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from itertools import count, islice
from typing import Any

from django.db import connection, models

FEWEST_TO_COPY = 200
"""Below it one statement is as quick as COPY."""

ROWS_A_STEP = 5_000

_numbers = count(1)


def write_rows(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Insert ``rows``, each with the values of the columns ``names`` in that order. Returns how many.

    The key is given by the database, and the other columns get their fields' defaults. Values are what the database
    takes: numbers, texts, dates, booleans, None. Constraints hold as ever; no instance is made and no key comes back.
    Raises ``IntegrityError``.
    """
    others = [
        field
        for field in model._meta.concrete_fields
        if field.column and field.column not in names and not field.primary_key
    ]
    rest = tuple(field.get_db_prep_save(field.get_default(), connection) for field in others)
    columns = [*names, *(str(field.column) for field in others)]
    return _insert(model._meta.db_table, columns, ((*row, *rest) for row in rows))


def _insert(table: str, columns: Sequence[str], rows: Iterator[Sequence[Any]]) -> int:
    quoted = ", ".join(connection.ops.quote_name(column) for column in columns)
    into = f"{connection.ops.quote_name(table)} ({quoted})"
    written = 0
    while step := list(islice(rows, ROWS_A_STEP)):
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql" and len(step) >= FEWEST_TO_COPY:
                with cursor.copy(f"COPY {into} FROM STDIN") as copy:
                    for row in step:
                        copy.write_row(row)
            else:
                places = ", ".join(["%s"] * len(columns))
                adapted = step if connection.vendor == "postgresql" else [_for_sqlite(row) for row in step]
                cursor.executemany(f"INSERT INTO {into} VALUES ({places})", adapted)  # noqa: S608  # quoted names
        written += len(step)
    return written


def _for_sqlite(row: Sequence[Any]) -> list[Any]:
    return [connection.ops.adapt_datefield_value(value) if isinstance(value, dt.date) else value for value in row]


class Aside:
    """Rows kept in a temporary table of this connection until ``close``; a key, a number and what belongs to them.

    ``key`` says where a row belongs, ``number`` which row of the file it was.
    """

    COLUMNS = ("key", "number", "numerator", "denominator", "population", "reason", "note")

    def __init__(self) -> None:
        self.table = f"rows_aside_{next(_numbers)}"
        self._waiting: list[tuple[Any, ...]] = []
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {self.table}")
            cursor.execute(
                f"CREATE TEMPORARY TABLE {self.table} (key bigint NOT NULL, number bigint NOT NULL, "
                "numerator double precision, denominator double precision, population double precision, "
                "reason text NOT NULL, note text NOT NULL)"
            )

    def add(self, row: tuple[Any, ...]) -> None:
        """Keep a row, with a value for each of ``COLUMNS``."""
        self._waiting.append(row)
        if len(self._waiting) >= ROWS_A_STEP:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        if self._waiting:
            _insert(self.table, self.COLUMNS, iter(self._waiting))
            self._waiting = []

    def in_order(self, first: int | None = None, last: int | None = None) -> Iterator[tuple[Any, ...]]:
        """All rows by key and number, or those with keys from ``first`` to ``last``."""
        self.flush()
        where, values = ("", []) if first is None else (" WHERE key BETWEEN %s AND %s", [first, last])
        columns = ", ".join(self.COLUMNS)
        with connection.chunked_cursor() as cursor:
            cursor.execute(f"SELECT {columns} FROM {self.table}{where} ORDER BY key, number", values)  # noqa: S608
            while step := cursor.fetchmany(ROWS_A_STEP):
                yield from step

    def twice(self) -> Iterator[tuple[int, int]]:
        """Numbers of rows that have the key of an earlier one: the earlier one's, then theirs."""
        self.flush()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT before, number FROM (SELECT number, key, LAG(key) OVER w AS same, LAG(number) OVER w AS before "  # noqa: S608
                f"FROM {self.table} WINDOW w AS (ORDER BY key, number)) AS pairs WHERE same = key ORDER BY key, number"
            )
            while step := cursor.fetchmany(ROWS_A_STEP):
                yield from step

    def close(self) -> None:
        """Let go of the rows."""
        self._waiting = []
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {self.table}")
