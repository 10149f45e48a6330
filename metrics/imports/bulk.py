"""A file of many teams' months, as a center brings it: read once, checked whole, kept aside, stored in order.

Rows come in any order, so all of them are needed before the first month can be stored. They are kept in a temporary
table of the database, so that memory does not grow with the file; sorted, they show both the months and the rows that
are there twice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain, groupby
from math import inf
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from collab.common import months
from collab.common.rows import Aside
from collab.models import Collaborative, Measure, MeasureVersion
from metrics.actions.submissions import TeamMonth
from metrics.cells import SITE, CellKey, Entry, Finding, Value
from metrics.entry import Breakdown, breakdowns_for, site_breakdown
from metrics.enums import MissingReason, Severity
from metrics.imports.plain import PlainRows
from metrics.imports.table import IMPORT_BYTES, REQUIRED, Row, Table, open_table
from metrics.models import Site
from metrics.policies import MonthClosedError, check_reportable
from metrics.queries.months import Sheet, SheetMeasure, checks_to_hold, entry_of
from metrics.sites import with_summed, wrong_site_words
from metrics.validation import POPULATION, NumberError, check_cell, check_sheet, number_of
from teams.models import Agency, Team

COLUMNS = ("agency", *REQUIRED)
# Nobody reads more; the count tells how many there are.
MOST_PROBLEMS = 10_000
ROWS_A_STEP = 5_000


# What a finding is about → the column of the file, where they are not called the same.
COLUMN_OF = {POPULATION: "drawn_from"}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a row; the heading is row 1. ``column`` is empty where it is not of one column."""

    row: int
    sentence: str
    column: str = ""

    @property
    def where(self) -> str:
        """ "Row 12, site"."""
        where = _("Row %(row)s") % {"row": self.row}
        return f"{where}, {self.column}" if self.column else where


@dataclass
class Problems:
    """The problems found, the first of them with their words."""

    count: int = 0
    kept: list[Problem] = field(default_factory=list)

    def add(self, row: int, sentence: str, column: str = "") -> None:
        self.count += 1
        if len(self.kept) < MOST_PROBLEMS:
            self.kept.append(Problem(row, sentence, COLUMN_OF.get(column, column)))


@dataclass
class Bulk:
    """A checked file. ``teams`` are numbered as in the rows; some of them are still to be created.

    ``close`` lets go of the rows; a connection that ends does so too.
    """

    collaborative: Collaborative
    teams: list[Team]
    cells: list[CellKey]
    problems: Problems = field(default_factory=Problems)
    row_count: int = 0
    aside: Aside = field(default_factory=Aside)

    def key_of(self, team: int, month: dt.date) -> int:
        """Where the rows of a team's month begin; the place of the cell is added to it."""
        place = months.count_between(self.collaborative.start, month) - 1
        return (team * len(self.collaborative.span) + place) * len(self.cells)

    def add(self, key: int, number: int, value: Value) -> None:
        """Take in a checked row."""
        self.aside.add(
            (
                key,
                number,
                value.numerator,
                value.denominator,
                value.population,
                value.missing_reason,
                value.note,
            )
        )

    def close(self) -> None:
        self.aside.close()

    def new_teams(self) -> list[Team]:
        """Teams that are not there yet."""
        return [team for team in self.teams if team._state.adding]

    def team_months(self) -> Iterator[TeamMonth]:
        """Every team's every month with its values, by team and month."""
        for team, month, values, _rows in self.grouped():
            yield TeamMonth(team, month, values)

    def grouped(
        self, only: Collection[int] | None = None
    ) -> Iterator[tuple[Team, dt.date, list[Value], dict[CellKey, int]]]:
        """Every team's every month: its values with the totals that sites make, and for each cell the row it came in.

        ``only``: the keys of some months, as ``key_of`` gives them.
        """
        width, span = len(self.cells), len(self.collaborative.span)
        kept: Iterable[tuple[Any, ...]] = (
            self.aside.in_order()
            if only is None
            else chain.from_iterable(self.aside.in_order(key, key + width - 1) for key in sorted(only))
        )
        for which, rows in groupby(kept, key=lambda row: row[0] // width):
            values: list[Value] = []
            numbers: dict[CellKey, int] = {}
            for key, number, above, below, population, reason, note in rows:
                cell = self.cells[key - which * width]
                values.append(Value(cell, above, below, reason, note, population))
                numbers[cell] = number
                if cell.is_site:
                    # Where the total is made and not given, it is told of in the first row that makes it.
                    numbers.setdefault(CellKey(cell.measure), number)
            values = with_summed(values)
            yield self.teams[which // span], months.add(self.collaborative.start, which % span), values, numbers


class _Reader:
    """Checks row by row against what the collaborative has."""

    def __init__(self, table: Table, collaborative: Collaborative, *, create_teams: bool, now: dt.datetime) -> None:
        self.table = table
        self.plain = PlainRows.of(table)
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
        self.sites: dict[int, list[Site]] = {}
        for site in Site.objects.open().filter(team__collaborative=collaborative):
            self.sites.setdefault(site.team_id, []).append(site)
        # Of a measure the sites of all teams in one order, so that a site's cell is found from the measure's first one.
        codes = sorted({site.code for sites in self.sites.values() for site in sites})
        self.site_places = {code: place for place, code in enumerate(codes)}
        by_site = [CellKey(measure, SITE, code) for measure in self.measures for code in codes]
        # Whether a total is made of sites, so that only whole months can be judged.
        self.is_by_site = False
        cells = [*(CellKey(code) for code in self.measures), *by_site, *groups]
        self.cell_places = {key: place for place, key in enumerate(cells)}
        self.bulk = Bulk(collaborative, [], cells)
        self.team_places: dict[str, int] = {}
        self.agencies = {agency.code: agency for agency in collaborative.center.agencies.all()}
        self.teams_of: dict[str, list[Team]] = {}
        for team in collaborative.teams.select_related("agency"):
            team.collaborative = collaborative
            self.teams_of.setdefault(team.agency.code, []).append(team)
        self.checks = checks_to_hold(collaborative)
        self.versions: dict[tuple[str, dt.date], MeasureVersion] = {}
        self.closed: dict[tuple[int, dt.date], str] = {}

    def take(self, number: int, cells: list[str], problems: list[str]) -> None:
        """Keep a record where it needs no second look, else check it in full."""
        self.bulk.row_count += 1
        if (kept := self.plain.read(cells, problems)) is not None:
            key, numerator, denominator = kept
            self.bulk.aside.add((key, number, numerator, denominator, None, "", ""))
        else:
            self._check(self.table.row_of(number, cells, problems))

    def _check(self, row: Row) -> None:
        """Check one row, and keep it or its problems."""
        problems = [("", sentence) for sentence in row.problems]
        key = row.entry.key
        measure = self.measures.get(key.measure)
        cell = self.cell_places.get(key)
        team = None
        try:
            team = self._team(row)
        except ValidationError as error:
            problems.extend(("agency", sentence) for sentence in error.messages)
        if key.measure and measure is None:
            codes = {"code": key.measure[:40], "codes": ", ".join(self.measures)}
            problems.append(
                ("measure", _("“%(code)s” is no measure of this collaborative. It has: %(codes)s.") % codes)
            )
        elif measure is not None and not key.is_site and cell is None and key.dimension and key.stratum:
            asked = {"measure": measure.code, "dimension": key.dimension[:40], "stratum": key.stratum[:40]}
            problems.append(
                (
                    "stratum",
                    _("“%(measure)s” is not asked for by %(dimension)s “%(stratum)s”. Set the group up first.") % asked,
                )
            )
        if team is not None and row.month is not None:
            try:
                self._check_month(team, row.month)
            except ValidationError as error:
                problems.extend(("month", sentence) for sentence in error.messages)
        value = version = None
        if row.month is not None and measure is not None:
            version = self._version(measure, row.month)
            if key.is_site and team is not None and (sentence := self._wrong_site(self.bulk.teams[team], key, version)):
                problems.append(("site", sentence))
            value, findings = self._value(row.entry, version, None if team is None else self.bulk.teams[team])
            problems.extend((finding.field, finding.message) for finding in findings)
        for column, sentence in problems:
            self.bulk.problems.add(row.number, sentence, column)
        if problems or team is None or row.month is None or cell is None or value is None or version is None:
            return
        base = self.bulk.key_of(team, row.month)
        self.bulk.add(base + cell, row.number, value)
        self.is_by_site |= key.is_site or (value.population is not None and value.numerator is None)
        self.plain.learn(row.cells, base, cell, version, self.site_places[key.stratum] if key.is_site else None)

    def _wrong_site(self, team: Team, key: CellKey, version: MeasureVersion) -> str:
        """Why this measure can not be given by this site of the team; empty where it can."""
        sites = self._sites_of(team)
        if any(site.code == key.stratum for site in sites) and site_breakdown(sites, version, key.measure):
            return ""
        return wrong_site_words(team, key, [site.code for site in sites])

    def _sites_of(self, team: Team) -> list[Site]:
        return self.sites.get(team.pk, [])

    def _value(self, entry: Entry, version: MeasureVersion, team: Team | None) -> tuple[Value | None, list[Finding]]:
        """The row's value, and what blocks it. What a sum of sites was drawn from waits for the sum."""
        waits = (
            entry.key.is_total
            and entry.population.strip()
            and not (entry.numerator.strip() or entry.denominator.strip() or entry.missing_reason.strip())
            and team is not None
            and self._sites_of(team)
        )
        if not waits:
            value, findings = check_cell(version, _with_reason(entry))
        else:
            value, findings = check_cell(version, _with_reason(replace(entry, population="")))
            try:
                value = value and replace(value, population=number_of(entry.population))
            except NumberError as error:
                findings = [Finding(entry.key, POPULATION, Severity.BLOCKS, error.code, error.sentence)]
        return value, [finding for finding in findings if finding.severity is Severity.BLOCKS]

    def finish(self) -> None:
        """What only the whole file can tell: rows that are there twice, groups that are more than their total, sites
        that do not make it."""
        for first, second in self.bulk.aside.twice():
            self.bulk.problems.add(
                second,
                _("This is the same agency, month and measure as in row %(row)s. Keep one of them.") % {"row": first},
            )
        if self.checks or self.is_by_site:
            self._check_months(None)
        elif self.breakdowns:
            self._check_months(self._months_in_doubt())

    def _months_in_doubt(self) -> set[int]:
        """Months in which some groups may be more than their total, by their numbers alone."""
        places = self.cell_places
        total_of = [places[CellKey(cell.measure)] for cell in self.bulk.cells]
        adds_up = {
            group.key: number
            for number, breakdown in enumerate(chain.from_iterable(self.breakdowns.values()))
            if not breakdown.overlapping
            for group in breakdown.groups
        }
        sum_of = [adds_up.get(cell, -1) for cell in self.bulk.cells]
        width, totals = len(self.bulk.cells), len(self.measures)
        doubtful: set[int] = set()
        current, whole, sums = -1, {}, {}  # type: int, dict[int, tuple[float | None, float]], dict[int, list[float]]
        for key, _number, above, below, *_rest in self.bulk.aside.in_order():
            which, cell = divmod(key, width)
            if which != current:
                current, whole, sums = which, {}, {}
            if cell < totals:
                whole[cell] = (above, inf if below is None else below)
                continue
            total = whole.get(total_of[cell])
            if total is None or above is None or which * width in doubtful:
                continue
            together = sums.setdefault(sum_of[cell], [0.0, 0.0]) if sum_of[cell] >= 0 else [0.0, 0.0]
            together[0] += above
            together[1] += below or 0.0
            if total[0] is None or together[0] > total[0] or together[1] > total[1]:
                doubtful.add(which * width)
        return doubtful

    def _check_months(self, only: Collection[int] | None) -> None:
        """Sites and groups against their total, and the rules of measures that must be held."""
        for team, month, values, rows in self.bulk.grouped(only):
            codes = {value.key.measure for value in values}
            versions = {code: self._version(self.measures[code], month) for code in sorted(codes)}
            sites = self._sites_of(team)
            measures = tuple(
                SheetMeasure(
                    self.measures[code],
                    version,
                    (*site_breakdown(sites, version, code), *self.breakdowns.get(code, ())),
                    past=(),
                    checks=self.checks.get(code, ()),
                )
                for code, version in versions.items()
            )
            sheet = Sheet(team=team, month=month, measures=measures, live=None, live_values={})
            checked = check_sheet(sheet, [entry_of(value) for value in values], is_complete=False)
            for finding in checked.blocking:
                self.bulk.problems.add(rows[finding.key], finding.message, finding.field)

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
    reader = _Reader(table, collaborative, create_teams=create_teams, now=now)
    try:
        for number, cells, problems in table.records():
            reader.take(number, cells, problems)
            if reader.bulk.row_count % ROWS_A_STEP == 0:
                progress(reader.bulk.row_count)
        reader.finish()
    except BaseException:
        reader.bulk.close()
        raise
    return reader.bulk


def _with_reason(entry: Entry) -> Entry:
    if entry.numerator.strip() or entry.missing_reason.strip():
        return entry
    return replace(entry, missing_reason=MissingReason.NOT_COLLECTED.value)
