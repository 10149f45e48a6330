"""Rows of a file that need no second look: agency, month and cell are known from earlier rows, the numbers are digits.

A row of a site is known when its agency has had a row of that site, and its measure one of any site: what is kept grows
with sites and with measures, not with both together.

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

Rule = tuple[int, bool, bool]
"""The cell's place within its month (of a site's cell that of the measure's first one), whether the measure divides,
and whether it is a part of a whole."""


@dataclass
class PlainRows:
    """What is known so far, by the texts as they stand in the file."""

    width: int
    agency: int
    month: int
    numerator: int
    denominator: int
    site: int | None
    cell_texts: tuple[int, ...]
    silent: tuple[int, ...]
    bases: dict[str, dict[str, int]] = field(default_factory=dict)
    cells: dict[tuple[str, ...], dict[str, Rule]] = field(default_factory=dict)
    cells_of_sites: dict[tuple[str, ...], dict[str, Rule]] = field(default_factory=dict)
    sites: dict[tuple[str, str], int] = field(default_factory=dict)

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
            site=place.get("site"),
            cell_texts=tuple(place[name] for name in ("measure", "dimension", "stratum") if name in place),
            silent=tuple(place[name] for name in ("missing_reason", "note", "drawn_from") if name in place),
        )

    def learn(self, cells: Sequence[str], base: int, cell: int, version: MeasureVersion, site: int | None) -> None:
        """A row has passed the full check. ``base``: the key of its team and month; ``cell``: the place within it.

        ``site``: how far behind the first site's cell of the measure it stands, None where it is no site's. Only
        statistics and definitions are learnt whose check on whole numbers is told in ``read``.
        """
        if len(cells) != self.width or version.min_value is not None or version.max_value is not None:
            return
        statistic = version.statistic
        if statistic.takes_denominator and not statistic.has_denominator:
            return
        month = cells[self.month]
        self.bases.setdefault(cells[self.agency], {})[month] = base
        rule = (cell - (site or 0), statistic.has_denominator, statistic is Statistic.PROPORTION)
        known = self.cells if site is None else self.cells_of_sites
        known.setdefault(tuple(cells[place] for place in self.cell_texts), {})[month] = rule
        if site is not None and self.site is not None:
            self.sites[cells[self.agency], cells[self.site]] = site

    def read(self, cells: Sequence[str], problems: Sequence[str]) -> Kept | None:
        """The row's key and numbers, or None where it has to be checked in full."""
        if problems or len(cells) != self.width or any(cells[place] for place in self.silent):
            return None
        month, agency = cells[self.month], cells[self.agency]
        site = "" if self.site is None else cells[self.site]
        behind = self.sites.get((agency, site)) if site else 0
        base = self.bases.get(agency, {}).get(month)
        known = self.cells_of_sites if site else self.cells
        rule = known.get(tuple([cells[place] for place in self.cell_texts]), {}).get(month)
        if base is None or rule is None or behind is None or len("".join(cells)) > LONGEST_CELL:
            return None
        first, divides, is_part = rule
        cell = first + behind
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
