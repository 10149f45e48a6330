"""A file of many teams' months, as a center brings it: read once, checked whole, held compactly, stored in order.

Rows come in any order, so all of them are needed before the first month can be stored. Each is kept as 32 bytes in
arrays, whatever the length of its texts: a million rows take 32 MB, and sorting them finds both the months and the
rows that are there twice.
"""

from __future__ import annotations

import datetime as dt
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import BinaryIO

import numpy as np
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from collab.common import months
from collab.models import Collaborative, Measure, MeasureVersion
from metrics.actions.submissions import TeamMonth
from metrics.cells import CellKey, Entry, Value
from metrics.entry import Breakdown, breakdowns_for
from metrics.enums import MissingReason, Severity
from metrics.imports.table import IMPORT_BYTES, REQUIRED, Row, open_table
from metrics.policies import MonthClosedError, check_reportable
from metrics.queries.months import Sheet, SheetMeasure, entry_of
from metrics.stats.arrays import Ints
from metrics.validation import check_cell, check_sheet
from teams.models import Agency, Team

COLUMNS = ("agency", *REQUIRED)
# Nobody reads more; the count tells how many there are.
MOST_PROBLEMS = 10_000
ROWS_A_STEP = 5_000


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a row; the heading is row 1."""

    row: int
    sentence: str


@dataclass
class Problems:
    """The problems found, the first of them with their words."""

    count: int = 0
    kept: list[Problem] = field(default_factory=list)

    def add(self, row: int, sentence: str) -> None:
        self.count += 1
        if len(self.kept) < MOST_PROBLEMS:
            self.kept.append(Problem(row, sentence))


@dataclass
class Bulk:
    """A checked file. ``teams`` are numbered as in the rows; some of them are still to be created."""

    collaborative: Collaborative
    teams: list[Team]
    cells: list[CellKey]
    problems: Problems = field(default_factory=Problems)
    row_count: int = 0
    keys: array[int] = field(default_factory=lambda: array("q"))
    numerators: array[float] = field(default_factory=lambda: array("d"))
    denominators: array[float] = field(default_factory=lambda: array("d"))
    rows: array[int] = field(default_factory=lambda: array("l"))
    words: dict[int, tuple[str, str]] = field(default_factory=dict)
    _order: Ints | None = None

    def add(self, team: int, month: dt.date, cell: int, row: Row, value: Value) -> None:
        """Take in a checked row."""
        place = months.count_between(self.collaborative.start, month) - 1
        self.keys.append((team * len(self.collaborative.span) + place) * len(self.cells) + cell)
        self.numerators.append(np.nan if value.numerator is None else value.numerator)
        self.denominators.append(np.nan if value.denominator is None else value.denominator)
        self.rows.append(row.number)
        if value.missing_reason or value.note:
            self.words[row.number] = (value.missing_reason, value.note)

    @property
    def order(self) -> Ints:
        """The rows' places by team, month and cell; equal ones as they stand in the file."""
        if self._order is None:
            self._order = np.argsort(np.array(self.keys, dtype=np.int64), kind="stable")
        return self._order

    def new_teams(self) -> list[Team]:
        """Teams that are not there yet."""
        return [team for team in self.teams if team._state.adding]

    def team_months(self) -> Iterator[TeamMonth]:
        """Every team's every month with its values, by team and month."""
        for team, month, values, _rows in self.grouped():
            yield TeamMonth(team, month, values)

    def grouped(self) -> Iterator[tuple[Team, dt.date, list[Value], dict[CellKey, int]]]:
        """Every team's every month: its values, and for each cell the row it came in."""
        width, span = len(self.cells), len(self.collaborative.span)
        current = -1
        values: list[Value] = []
        rows: dict[CellKey, int] = {}
        for place in self.order.tolist():
            which, cell = divmod(self.keys[place], width)
            if which != current:
                if values:
                    yield self.teams[current // span], self._month(current % span), values, rows
                current, values, rows = which, [], {}
            values.append(self._value(place, self.cells[cell]))
            rows[self.cells[cell]] = self.rows[place]
        if values:
            yield self.teams[current // span], self._month(current % span), values, rows

    def _month(self, place: int) -> dt.date:
        return months.add(self.collaborative.start, place)

    def _value(self, place: int, key: CellKey) -> Value:
        reason, note = self.words.get(self.rows[place], ("", ""))
        return Value(key, _maybe(self.numerators[place]), _maybe(self.denominators[place]), reason, note)


class _Reader:
    """Checks row by row against what the collaborative has."""

    def __init__(self, collaborative: Collaborative, *, create_teams: bool, now: dt.datetime) -> None:
        self.collaborative = collaborative
        self.create_teams = create_teams
        self.now = now
        self.measures: dict[str, Measure] = {
            measure.code: measure for measure in collaborative.measures.with_versions()
        }
        self.breakdowns: dict[str, list[Breakdown]] = breakdowns_for(collaborative)
        groups = [
            group.key
            for breakdowns in self.breakdowns.values()
            for breakdown in breakdowns
            for group in breakdown.groups
        ]
        cells = [*(CellKey(code) for code in self.measures), *groups]
        self.cell_places = {key: place for place, key in enumerate(cells)}
        self.bulk = Bulk(collaborative, [], cells)
        self.team_places: dict[str, int] = {}
        self.agencies = {agency.code: agency for agency in collaborative.center.agencies.all()}
        self.teams_of: dict[str, list[Team]] = {}
        for team in collaborative.teams.select_related("agency"):
            team.collaborative = collaborative
            self.teams_of.setdefault(team.agency.code, []).append(team)
        self.versions: dict[tuple[str, dt.date], MeasureVersion] = {}
        self.closed: dict[tuple[int, dt.date], str] = {}

    def take(self, row: Row) -> None:
        """Check one row, and keep it or its problems."""
        problems = list(row.problems)
        measure = self.measures.get(row.entry.key.measure)
        cell = self.cell_places.get(row.entry.key)
        if row.entry.key.measure and measure is None:
            problems.append(
                _("“%(code)s” is no measure of this collaborative. It has: %(codes)s.")
                % {"code": row.entry.key.measure[:40], "codes": ", ".join(self.measures)}
            )
        elif measure is not None and cell is None and row.entry.key.dimension and row.entry.key.stratum:
            problems.append(
                _("“%(measure)s” is not asked for by %(dimension)s “%(stratum)s”. Set the group up first.")
                % {
                    "measure": measure.code,
                    "dimension": row.entry.key.dimension[:40],
                    "stratum": row.entry.key.stratum[:40],
                }
            )
        team = None
        try:
            team = self._team(row)
            if row.month is not None:
                self._check_month(team, row.month)
        except ValidationError as error:
            problems.extend(error.messages)
        value = None
        if row.month is not None and measure is not None:
            value, findings = check_cell(self._version(measure, row.month), _with_reason(row.entry))
            problems.extend(finding.message for finding in findings if finding.severity is Severity.BLOCKS)
        for problem in problems:
            self.bulk.problems.add(row.number, problem)
        if not problems and team is not None and row.month is not None and cell is not None and value is not None:
            self.bulk.add(team, row.month, cell, row, value)
        self.bulk.row_count += 1

    def finish(self) -> None:
        """What only the whole file can tell: rows that are there twice, groups that are more than their total."""
        bulk = self.bulk
        keys = np.array(bulk.keys, dtype=np.int64)[bulk.order]
        for twice in np.flatnonzero(keys[1:] == keys[:-1]).tolist():
            first, second = sorted((bulk.rows[int(bulk.order[twice])], bulk.rows[int(bulk.order[twice + 1])]))
            bulk.problems.add(
                second,
                _("This is the same agency, month and measure as in row %(row)s. Keep one of them.") % {"row": first},
            )
        if len(bulk.cells) > len(self.measures):
            self._check_groups()

    def _check_groups(self) -> None:
        for team, month, values, rows in self.bulk.grouped():
            if all(value.key.is_total for value in values):
                continue
            codes = {value.key.measure for value in values}
            measures = tuple(
                SheetMeasure(
                    self.measures[code],
                    self._version(self.measures[code], month),
                    tuple(self.breakdowns.get(code, ())),
                    past=(),
                )
                for code in sorted(codes)
            )
            sheet = Sheet(team=team, month=month, measures=measures, live=None, live_values={})
            checked = check_sheet(sheet, [entry_of(value) for value in values], is_complete=False)
            for finding in checked.blocking:
                self.bulk.problems.add(rows[finding.key], finding.message)

    def _team(self, row: Row) -> int:
        """The place of the row's team. Raises ``ValidationError`` with a sentence."""
        code = row.agency
        if code not in self.team_places:
            found = self.teams_of.get(code, [])
            if not code:
                raise ValidationError(_("The agency is missing. Write its code."))
            if len(found) > 1:
                raise ValidationError(
                    _("The agency “%(code)s” has several teams here. Enter their figures on their own pages.")
                    % {"code": code[:40]}
                )
            if not found and not self.create_teams:
                raise ValidationError(
                    _("No team of an agency “%(code)s” takes part. Enroll it, or import with --create-teams.")
                    % {"code": code[:40]}
                )
            self.bulk.teams.append(found[0] if found else self._new_team(code, row.agency_name))
            self.team_places[code] = len(self.bulk.teams) - 1
        return self.team_places[code]

    def _new_team(self, code: str, name: str) -> Team:
        agency = self.agencies.get(code)
        if agency is None:
            agency = Agency(center=self.collaborative.center, code=code, name=name or code)
            agency.clean_fields(exclude=["center"])
        return Team(
            collaborative=self.collaborative, agency=agency, name=agency.name, enrolled_on=self.collaborative.start
        )

    def _check_month(self, place: int, month: dt.date) -> None:
        if (place, month) not in self.closed:
            try:
                check_reportable(self.bulk.teams[place], month, self.now)
            except MonthClosedError as error:
                self.closed[place, month] = error.sentence
            else:
                self.closed[place, month] = ""
        if sentence := self.closed[place, month]:
            raise ValidationError(sentence)

    def _version(self, measure: Measure, month: dt.date) -> MeasureVersion:
        if (measure.code, month) not in self.versions:
            self.versions[measure.code, month] = measure.version_for(month)
        return self.versions[measure.code, month]


def read_bulk(
    file: BinaryIO,
    *,
    collaborative: Collaborative,
    create_teams: bool,
    now: dt.datetime,
    progress: Callable[[int], None] = lambda _rows: None,
) -> Bulk:
    """Read and check a whole file; nothing is written. ``progress`` is told the number of rows now and then.

    An empty numerator without a reason is a value that was not collected. Unlikely values are taken as they are: a
    center that imports years of data cannot confirm each. Raises ``TableError`` when the file is no table.
    """
    table = open_table(file, most_bytes=IMPORT_BYTES, required=COLUMNS)
    reader = _Reader(collaborative, create_teams=create_teams, now=now)
    for row in table.rows():
        reader.take(row)
        if reader.bulk.row_count % ROWS_A_STEP == 0:
            progress(reader.bulk.row_count)
    reader.finish()
    return reader.bulk


def _with_reason(entry: Entry) -> Entry:
    if entry.numerator.strip() or entry.missing_reason.strip():
        return entry
    return replace(entry, missing_reason=MissingReason.NOT_COLLECTED.value)


def _maybe(number: float) -> float | None:
    return None if np.isnan(number) else number
