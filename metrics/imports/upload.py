"""One team's month out of a file: every row judged before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import BinaryIO

from django.utils.translation import gettext as _

from collab.common import months
from collab.common.formatting import month_name
from collab.common.tables import TableError
from metrics.cells import CellKey, Entry, Finding
from metrics.enums import Severity, Source
from metrics.imports.table import Row, open_table
from metrics.queries.months import Sheet
from metrics.sites import with_totals, wrong_site_words
from metrics.validation import Checked, check_sheet

MOST_ROWS = 2000


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the file with all that is wrong with it, and what asks for a note."""

    row: Row
    entry: Entry
    problems: tuple[str, ...]
    questions: tuple[str, ...] = ()


@dataclass(frozen=True)
class DryRun:
    """What would happen: each row judged, and the month as it would be."""

    kind: Source
    heading: tuple[str, ...]
    lines: tuple[Line, ...]
    checked: Checked
    entries: tuple[Entry, ...]
    others: tuple[Finding, ...] = field(default=())

    @property
    def has_problems(self) -> bool:
        """Whether nothing of the file can be used."""
        return any(line.problems for line in self.lines)

    def marked(self) -> tuple[list[str], list[list[str]]]:
        """The file again, with its problems in a last column."""
        kept = [place for place, name in enumerate(self.heading) if name.strip().lower() != "problem"]
        heading = [*(self.heading[place] for place in kept), "problem"]
        rows = [
            [*(line.row.cells[place] if place < len(line.row.cells) else "" for place in kept), " ".join(line.problems)]
            for line in self.lines
        ]
        return heading, rows


def dry_run(file: BinaryIO, sheet: Sheet) -> DryRun:
    """Read and judge a file for a team's month. Raises ``TableError`` when it can not be read as a whole."""
    table = open_table(file)
    rows = list(islice(table.rows(), MOST_ROWS + 1))
    if len(rows) > MOST_ROWS:
        raise TableError(
            _("The file has more than %(most)s rows. Send only the rows of the template.") % {"most": MOST_ROWS}
        )
    if not rows:
        raise TableError(_("The file has a heading but no rows. Fill in the template and upload it again."))
    lines = list(_placed(rows, sheet))
    entries = [line.entry for line in lines if not line.problems]
    given = {entry.key for entry in entries}
    # A total that sites make is made anew: what stands there now may be the sum of other numbers.
    made = {item.key for item in sheet.measures if item.sites and given & {group.key for group in item.sites.groups}}
    rest = [entry for entry in sheet.entries if entry.key not in given | made]
    whole = with_totals(sheet, [*entries, *rest])
    entries = [entry for entry in whole if entry.key in given | made]
    checked = check_sheet(sheet, whole)
    judged = tuple(_judged(line, checked) for line in lines)
    in_file = {line.entry.key for line in lines}
    others = tuple(finding for finding in checked.findings if finding.key not in in_file and finding.is_open)
    return DryRun(table.kind, table.heading, judged, checked, tuple(entries), others)


def _placed(rows: Iterable[Row], sheet: Sheet) -> Iterator[Line]:
    """Each row with its cell, and what is wrong with where it says it belongs."""
    known = set(sheet.cell_keys())
    sites = list(sheet.team.sites.open().values_list("code", flat=True))
    first_at: dict[CellKey, int] = {}
    for row in rows:
        problems = [*row.problems, *_misplaced(row, sheet, known, sites)]
        key = row.entry.key
        if key in first_at:
            problems.append(_("Row %(row)s has the same measure and group. Keep one of them.") % {"row": first_at[key]})
        first_at.setdefault(key, row.number)
        yield Line(row, row.entry, tuple(problems))


def _misplaced(row: Row, sheet: Sheet, known: set[CellKey], sites: Sequence[str]) -> Iterator[str]:
    agencies = {sheet.team.agency.code.lower()}
    if sheet.team.partner_agency:
        agencies.add(sheet.team.partner_agency.code.lower())
    if row.agency and row.agency.lower() not in agencies:
        yield _("This row is of agency “%(code)s”; this page takes only %(team)s.") % {
            "code": row.agency[:40],
            "team": sheet.team.name,
        }
    if row.month and row.month != sheet.month:
        yield _month_sentence(row, sheet)
    key = row.entry.key
    if not key.measure or key in known:
        return
    if key.measure not in sheet.by_code:
        yield _("There is no measure “%(code)s” in this month. Known are: %(codes)s.") % {
            "code": key.measure[:40],
            "codes": ", ".join(sheet.by_code),
        }
    elif key.is_site:
        yield wrong_site_words(sheet.team, key, sites)
    elif key.dimension and key.stratum:
        groups = [
            f"{one.dimension}, {one.stratum}"
            for one in known
            if one.measure == key.measure and one.dimension and not one.is_site
        ]
        yield _("“%(measure)s” has no group “%(group)s”. Known are: %(groups)s.") % {
            "measure": key.measure,
            "group": f"{key.dimension[:40]}, {key.stratum[:40]}",
            "groups": "; ".join(sorted(groups)) or _("none"),
        }


def _month_sentence(row: Row, sheet: Sheet) -> str:
    month = row.month or sheet.month
    if not sheet.team.collaborative.is_reporting_month(month):
        return _("%(month)s is outside this collaborative, which runs from %(first)s to %(last)s.") % {
            "month": month_name(month),
            "first": month_name(sheet.team.collaborative.start),
            "last": month_name(sheet.team.collaborative.span.last),
        }
    return _("This row is of %(month)s; this page takes only %(wanted)s (%(iso)s).") % {
        "month": month_name(month),
        "wanted": month_name(sheet.month),
        "iso": months.iso(sheet.month),
    }


def _judged(line: Line, checked: Checked) -> Line:
    if line.problems:
        return line
    found = checked.of(line.entry.key)
    return replace(
        line,
        problems=tuple(finding.message for finding in found if finding.severity is Severity.BLOCKS),
        questions=tuple(
            finding.message for finding in found if finding.severity is Severity.CONFIRM and finding.is_open
        ),
    )
