"""Rows of a file that need no second look: agency, month and cell are known from earlier rows, the numbers are digits.

Most rows of a long file are like that. ``PlainRows`` takes only what the full check in ``metrics.imports.bulk`` would
take too, and to the same value; everything else it leaves to that check, which teaches it what it has found right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from collab.enums import Statistic
from collab.models import MeasureVersion
from metrics.imports.table import LONGEST_CELL, Table

LONGEST_COUNT = 9
"""A count with so many digits is below the largest number that is taken."""

Kept = tuple[int, float, float | None]
"""Key, numerator and denominator."""


@dataclass
class PlainRows:
    """What is known so far, by the texts as they stand in the file."""

    width: int
    agency: int
    month: int
    numerator: int
    denominator: int
    cell_texts: tuple[int, ...]
    silent: tuple[int, ...]
    bases: dict[str, dict[str, int]] = field(default_factory=dict)
    cells: dict[tuple[str, ...], dict[str, tuple[int, bool, bool]]] = field(default_factory=dict)

    @classmethod
    def of(cls, table: Table) -> PlainRows:
        """For a table with all required columns."""
        place = table.columns
        return cls(
            width=len(table.heading),
            agency=place["agency"],
            month=place["month"],
            numerator=place["numerator"],
            denominator=place["denominator"],
            cell_texts=tuple(place[name] for name in ("measure", "dimension", "stratum", "site") if name in place),
            silent=tuple(place[name] for name in ("missing_reason", "note", "drawn_from") if name in place),
        )

    def learn(self, cells: Sequence[str], base: int, cell: int, version: MeasureVersion) -> None:
        """A row has passed the full check. ``base``: the key of its team and month; ``cell``: the place within it.

        Only statistics and definitions are learnt whose check on whole numbers is told in ``read``.
        """
        if len(cells) != self.width or version.min_value is not None or version.max_value is not None:
            return
        statistic = version.statistic
        if statistic.takes_denominator and not statistic.has_denominator:
            return
        month = cells[self.month]
        self.bases.setdefault(cells[self.agency], {})[month] = base
        rule = (cell, statistic.has_denominator, statistic is Statistic.PROPORTION)
        self.cells.setdefault(tuple(cells[place] for place in self.cell_texts), {})[month] = rule

    def read(self, cells: Sequence[str], problems: Sequence[str]) -> Kept | None:
        """The row's key and numbers, or None where it has to be checked in full."""
        if problems or len(cells) != self.width or any(cells[place] for place in self.silent):
            return None
        month = cells[self.month]
        base = self.bases.get(cells[self.agency], {}).get(month)
        rule = self.cells.get(tuple([cells[place] for place in self.cell_texts]), {}).get(month)
        if base is None or rule is None or len("".join(cells)) > LONGEST_CELL:
            return None
        cell, divides, is_part = rule
        above, below = cells[self.numerator], cells[self.denominator]
        if not _is_count(above) or (not _is_count(below) if divides else below):
            return None
        if not divides:
            return base + cell, float(above), None
        numerator, denominator = float(above), float(below)
        if not denominator or (is_part and numerator > denominator):
            return None
        return base + cell, numerator, denominator


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_COUNT
