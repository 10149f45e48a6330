"""A team's total out of its sites' numbers. Pure: texts as people type them, or values as files are kept in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from django.utils.translation import gettext as _

from metrics.cells import CellKey, Entry, Value
from metrics.queries.months import Sheet, SheetMeasure, plain
from metrics.validation import NumberError, number_of
from teams.models import Team


def wrong_site_words(team: Team, key: CellKey, codes: Sequence[str]) -> str:
    """Why a file's row can not be of the site that it names, and what to do. ``codes``: the sites the team has."""
    words = {"code": key.stratum[:40], "team": team.name, "codes": ", ".join(codes), "measure": key.measure}
    if key.stratum in codes:
        return _("“%(measure)s” can not be added up from sites. Give one row for the whole team.") % words
    if not codes:
        return _("“%(code)s” is no site of %(team)s, which has none. Add it on the team's page first.") % words
    return _("“%(code)s” is no site of %(team)s. It has: %(codes)s.") % words


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
        pairs = [(number_of(entry.numerator), number_of(entry.denominator)) for entry in filled]
    except NumberError:
        return replace(total, numerator="", denominator="")
    above, below = _sums(pairs)
    return replace(total, numerator=plain(above), denominator=plain(below), missing_reason="")


def with_totals(sheet: Sheet, entries: Iterable[Entry]) -> list[Entry]:
    """``entries`` with the totals that sites make; a total that was given stays, for the checks to compare."""
    given = {entry.key: entry for entry in entries}
    for item in sheet.measures:
        made = total_of(item, given)
        stands = given.get(item.key, Entry(item.key))
        if made != stands and not (stands.numerator.strip() or stands.denominator.strip()):
            given[item.key] = made
    return list(given.values())


def with_summed(values: Sequence[Value]) -> list[Value]:
    """One team's values of a month, checked, with the totals that sites make: what ``with_totals`` does to texts.

    A total that was given with numbers stays, for the checks to compare; of one without, note and population do.
    """
    found = {value.key: value for value in values}
    pairs: dict[CellKey, list[tuple[float | None, float | None]]] = {}
    for key, value in found.items():
        if key.is_site and value.numerator is not None:
            pairs.setdefault(CellKey(key.measure), []).append((value.numerator, value.denominator))
    for key, counted in pairs.items():
        total = found.get(key, Value(key, None, None))
        if total.numerator is None:
            above, below = _sums(counted)
            found[key] = replace(total, numerator=above, denominator=below, missing_reason="")
    return list(found.values())


def _sums(pairs: Iterable[tuple[float | None, float | None]]) -> tuple[float, float | None]:
    """Numerators and denominators of sites together; no denominator where no site has one."""
    above, below = zip(*pairs, strict=True)
    counts = [number for number in below if number is not None]
    return _rounded(number or 0 for number in above), _rounded(counts) if counts else None


def _rounded(numbers: Iterable[float]) -> float:
    return float(round(sum(numbers), PLACES))
