"""Saving what people type before they submit: cell by cell, so that two people can work on one month.

Each cell comes with what its typist saw there before. Where somebody has changed it since, nothing is overwritten: the
saver gets the other's cell back and decides. Comparing what was seen, and not a counter, asks only when there is
something to decide. Drafts leave no audit events, for a save comes every
second; the submission they lead to does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction
from django.utils import timezone

from metrics.cells import CellKey, Entry
from metrics.models import DraftCell
from metrics.policies import check_enter
from metrics.queries.months import CellNow, Sheet, sheet_for
from metrics.sites import total_of
from teams.models import Team


@dataclass(frozen=True, slots=True)
class Typed:
    """A cell that a person has changed, and what they saw in it before they did."""

    entry: Entry
    seen: Entry


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two people changed one cell: what was typed now, and what the other has saved meanwhile."""

    mine: Entry
    theirs: CellNow


@dataclass(frozen=True)
class Saved:
    """What came of a save: the month as it stands after it, and the cells somebody has to decide about."""

    sheet: Sheet
    at: dt.datetime
    conflicts: dict[CellKey, Conflict] = field(default_factory=dict)


@transaction.atomic
def save_cells(*, by: Any, team: Team, month: dt.date, typed: Sequence[Typed], now: dt.datetime | None = None) -> Saved:
    """Save changed cells into the team's draft of the month. Raises ``MonthClosedError``.

    A cell is saved when it still is as it was seen, or when somebody has changed it to the same. All others come back
    as conflicts; saving them again with the other's cell as ``seen`` keeps one's own. Cells that the month does not
    have are left out. Where a team reports by site, the total is not taken as typed but summed here from the sites.
    """
    at = now or timezone.now()
    # One saver of a month at a time; on SQLite there is one writer at a time anyway.
    Team.objects.select_for_update(no_key=True).filter(pk=team.pk).values_list("pk").first()
    check_enter(team, month, at)
    sheet = sheet_for(team, month)
    conflicts: dict[CellKey, Conflict] = {}
    changed: dict[CellKey, Entry] = {}
    summed = _summed(sheet, {cell.entry.key: cell.entry for cell in typed})
    for cell in typed:
        current = sheet.cells.get(cell.entry.key)
        if current is None:
            continue
        mine, seen = cell.entry, cell.seen
        if mine.key in summed:
            # Nobody typed the sum: it is no reason to ask who is right.
            mine, seen = _with_numbers(mine, current.entry), _with_numbers(seen, current.entry)
        if current.entry == mine:
            continue
        if current.entry == seen:
            changed[mine.key] = mine
        else:
            conflicts[mine.key] = Conflict(mine, current)
    changed |= _new_totals(sheet, changed)
    if changed:
        _write(sheet, list(changed.values()), by)
        sheet = sheet_for(team, month)
    return Saved(sheet, at, conflicts)


def _summed(sheet: Sheet, typed: Mapping[CellKey, Entry]) -> set[CellKey]:
    """The totals that sites make, before or after what is typed now."""
    stands = {key: cell.entry for key, cell in sheet.cells.items()} | dict(typed)
    return {
        item.key
        for item in sheet.measures
        if item.sites and any(stands[group.key].numerator.strip() for group in item.sites.groups)
    }


def _with_numbers(entry: Entry, other: Entry) -> Entry:
    return replace(entry, numerator=other.numerator, denominator=other.denominator)


def _new_totals(sheet: Sheet, changed: Mapping[CellKey, Entry]) -> dict[CellKey, Entry]:
    """The totals that differ once ``changed`` stands in the cells."""
    stands = {key: cell.entry for key, cell in sheet.cells.items()} | dict(changed)
    made = {item.key: total_of(item, stands) for item in sheet.measures if item.sites}
    return {key: entry for key, entry in made.items() if entry != stands[key]}


@transaction.atomic
def discard_changes(*, team: Team, month: dt.date) -> None:
    """Throw the draft away: a submitted month stands as it was submitted, any other is empty again."""
    DraftCell.objects.of(team, month).delete()


def _write(sheet: Sheet, entries: Sequence[Entry], by: Any) -> None:
    DraftCell.objects.bulk_create(
        [
            DraftCell(
                team=sheet.team,
                month=sheet.month,
                measure=sheet.by_code[entry.key.measure].measure,
                dimension=entry.key.dimension,
                stratum=entry.key.stratum,
                numerator=entry.numerator,
                denominator=entry.denominator,
                missing_reason=entry.missing_reason,
                note=entry.note,
                population=entry.population,
                updated_by=by,
            )
            for entry in entries
        ],
        update_conflicts=True,
        unique_fields=["team", "month", "measure", "dimension", "stratum"],
        update_fields=[
            "numerator",
            "denominator",
            "missing_reason",
            "note",
            "population",
            "updated_by",
            "updated_at",
        ],
    )
