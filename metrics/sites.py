"""A team's total out of its sites' numbers. Pure: texts in, texts out, as people type them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from metrics.cells import CellKey, Entry
from metrics.queries.months import Sheet, SheetMeasure, plain
from metrics.validation import NumberError, number_of

# More decimals than anybody types; sums of fractions must not show what the machine could not hold.
PLACES = 6


def total_of(item: SheetMeasure, entries: Mapping[CellKey, Entry]) -> Entry:
    """The measure's total as its sites make it; what stands there where no site has a number yet.

    The sum is over the sites that have one: how many are missing is told by the checks. A site whose text is no number
    leaves the total empty, so that nothing is sent before it is corrected.
    """
    total = entries.get(item.key, Entry(item.key))
    if item.sites is None:
        return total
    filled = [entries[group.key] for group in item.sites.groups if group.key in entries]
    filled = [entry for entry in filled if entry.numerator.strip() or entry.denominator.strip()]
    if not filled:
        return total
    try:
        numerators = [number_of(entry.numerator) or 0 for entry in filled]
        denominators = [number_of(entry.denominator) for entry in filled]
    except NumberError:
        return replace(total, numerator="", denominator="")
    below = [number for number in denominators if number is not None]
    return replace(
        total,
        numerator=plain(float(round(sum(numerators), PLACES))),
        denominator=plain(float(round(sum(below), PLACES))) if below else "",
        missing_reason="",
    )


def with_totals(sheet: Sheet, entries: Iterable[Entry]) -> list[Entry]:
    """``entries`` with the totals that sites make; a total that was given stays, for the checks to compare."""
    given = {entry.key: entry for entry in entries}
    for item in sheet.measures:
        made = total_of(item, given)
        stands = given.get(item.key, Entry(item.key))
        if made != stands and not (stands.numerator.strip() or stands.denominator.strip()):
            given[item.key] = made
    return list(given.values())
