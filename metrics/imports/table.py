"""An uploaded table of figures, CSV or XLSX, as an iterator of rows: what stands in which column, and what is wrong.

Nothing here knows teams or measures. How a file is opened and read is told in ``collab.common.tables``; here are the
columns of figures, months as spreadsheets write them, and percentages.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collab.common import months, tables
from collab.common.tables import MEGABYTE, Record, TableError, TableFormat, column_name, disarmed, refuse_odd_columns
from metrics.cells import SITE, CellKey, Entry
from metrics.enums import Source

UPLOAD_BYTES = 5 * MEGABYTE
IMPORT_BYTES = 4096 * MEGABYTE
LONGEST_CELL = 2000
EXCEL_MONTH = re.compile(r"([A-Za-z]{3})-(\d{2})")
EXCEL_FIRST_DAY = re.compile(r"(0?[1-9]|1[0-2])/0?1/(\d{4})")

REQUIRED = ("month", "measure", "numerator", "denominator")
OPTIONAL = ("agency", "dimension", "stratum", "site", "drawn_from", "missing_reason", "note")
# Written into our files for people to read, and passed over when they come back.
IGNORED = ("agency_name", "measure_name", "group", "problem")
KNOWN = (*REQUIRED, *OPTIONAL, *IGNORED)


def _cell_text(cell: Any) -> str:
    """A cell as a person would type it: a month typed into Excel has become a date on its first day."""
    value = cell.value
    if isinstance(value, dt.datetime | dt.date):
        return value.strftime("%Y-%m" if value.day == 1 else "%Y-%m-%d")
    if isinstance(value, int | float) and not isinstance(value, bool) and "%" in (cell.number_format or ""):
        return f"{value * 100:.10g}%"
    return tables.cell_text(cell).strip()


FORMAT = TableFormat(
    known=KNOWN,
    beginning="month, measure",
    most_columns=40,
    text_of=_cell_text,
    formula=gettext_lazy("“%(text)s” is a formula. Write the number itself, or paste it as a value."),
    formula_in_cell=gettext_lazy(
        "Cell %(cell)s holds a formula (%(text)s). Write the number itself: copy the cell and paste it as a value."
    ),
    unpacks_too_large=gettext_lazy(
        "The Excel file unpacks to %(size)s MB, far more than a month needs, so it was not opened. "
        "Copy your numbers into a fresh template."
    ),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the file. ``number`` counts as a spreadsheet does: the heading is row 1.

    ``cells`` are the texts in the file's own order, disarmed, for the file to be handed back. ``month`` is None when it
    could not be read, which is then one of the ``problems``.
    """

    number: int
    cells: tuple[str, ...]
    agency: str
    agency_name: str
    month: dt.date | None
    entry: Entry
    problems: tuple[str, ...] = ()


@dataclass
class Table:
    """An opened file: what kind it is, its heading as written, and its rows, to be read once."""

    kind: Source
    heading: tuple[str, ...]
    _records: Iterator[Record]
    columns: Mapping[str, int] = field(default_factory=dict)

    def rows(self) -> Iterator[Row]:
        """Each row that is not blank. Raises ``TableError`` where the file breaks off or turns unreadable."""
        for number, cells, problems in self.records():
            yield self.row_of(number, cells, problems)

    def records(self) -> Iterator[Record]:
        """The same as number, texts and what could not be read, for ``row_of``; ``columns`` tells which text is what.

        Raises ``TableError``.
        """
        for record in self._records:
            if any(record[1]):
                yield record

    def row_of(self, number: int, cells: list[str], problems: list[str]) -> Row:
        """One record, read."""
        width = len(self.heading)
        if any(cells[width:]):
            problems.append(
                _("This row has %(found)s cells, the heading has %(width)s. Put texts with a comma in quotation marks.")
                % {"found": len(cells), "width": width}
            )
        cells = [disarmed(cell) for cell in cells]
        texts = {
            name: cells[place].replace("\x00", "").strip() if place < len(cells) else ""
            for name, place in self.columns.items()
        }
        problems.extend(_too_long(texts))
        month = None
        try:
            month = read_month(texts["month"]) if texts["month"] else None
        except ValueError as error:
            problems.append(str(error))
        if not texts["month"]:
            problems.append(_("The month is missing. Write it like 2026-03."))
        if not texts["measure"]:
            problems.append(_("The measure is missing. Copy its code from the template."))
        if bool(texts.get("dimension")) != bool(texts.get("stratum")):
            problems.append(_("A group needs both, dimension and stratum. Fill in both, or leave both empty."))
        dimension, stratum = texts.get("dimension", ""), texts.get("stratum", "")
        if site := texts.get("site", ""):
            if dimension or stratum:
                problems.append(
                    _("A row is of a site or of a group, not of both. Groups are counted for the whole team.")
                )
            dimension, stratum = SITE, site
        return Row(
            number=number,
            cells=tuple(cells),
            agency=texts.get("agency", ""),
            agency_name=texts.get("agency_name", ""),
            month=month,
            entry=Entry(
                key=CellKey(texts["measure"], dimension, stratum),
                numerator=texts["numerator"],
                denominator=texts["denominator"],
                missing_reason=texts.get("missing_reason", ""),
                note=texts.get("note", ""),
                population=texts.get("drawn_from", ""),
            ),
            problems=tuple(problems),
        )


def open_table(file: BinaryIO, *, most_bytes: int = UPLOAD_BYTES, required: Sequence[str] = REQUIRED) -> Table:
    """Open a table of figures and check its heading.

    ``file`` is a seekable binary file that stays open while the rows are read. Raises ``TableError``.
    """
    opened = tables.open_table(file, FORMAT, most_bytes=most_bytes)
    return Table(Source(opened.kind), opened.heading, opened.records, _columns_of(opened.heading, required))


def read_month(text: str) -> dt.date:
    """Read a month as people and spreadsheets write it. Raises ``ValueError`` with a sentence.

    Excel turns 2026-03 into a date when it opens a CSV file, and writes it back as "Mar-26" or "3/1/2026".
    """
    if match := EXCEL_MONTH.fullmatch(text):
        return months.parse(f"{match[1]} 20{match[2]}")
    if match := EXCEL_FIRST_DAY.fullmatch(text):
        return months.parse(f"{match[2]}-{int(match[1]):02}")
    return months.parse(text)


def _columns_of(heading: Sequence[str], required: Sequence[str]) -> dict[str, int]:
    names = [column_name(text) for text in heading]
    missing = [name for name in required if name not in names]
    if missing:
        raise TableError(
            _("Row 1: these columns are missing: %(columns)s. The first row names the columns.")
            % {"columns": ", ".join(missing)}
        )
    refuse_odd_columns(heading, KNOWN.__contains__)
    return {name: place for place, name in enumerate(names)}


def _too_long(texts: Mapping[str, str]) -> Iterator[str]:
    for name, text in texts.items():
        if len(text) > LONGEST_CELL:
            yield _("The cell “%(column)s” holds more than %(most)s characters. Shorten it.") % {
                "column": name,
                "most": LONGEST_CELL,
            }
