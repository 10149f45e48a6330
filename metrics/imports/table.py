"""Any uploaded table, CSV or XLSX, as an iterator of numbered rows: streaming, size-checked, and deaf to tricks.

Nothing here knows teams or measures. A file that can not be read raises ``TableError`` with one sentence (what, where,
what to do); a row that can not be read carries its ``problems`` and the rest of the file is still read, so that a
person sees all of them at once.
"""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from django.utils.translation import gettext as _
from openpyxl import load_workbook

from collab.common import months
from metrics.cells import CellKey, Entry
from metrics.enums import Source

MEGABYTE = 1024 * 1024
UPLOAD_BYTES = 5 * MEGABYTE
IMPORT_BYTES = 200 * MEGABYTE
# A sheet of numbers packs to a tenth or so; what unpacks to two hundred times its size was made to fill a disk.
LARGEST_RATIO = 200
UNPACKED_BYTES = 100 * MEGABYTE
MOST_PARTS = 1000
MOST_COLUMNS = 40
LONGEST_CELL = 2000
CHUNK = 64 * 1024
EXCEL_MONTH = re.compile(r"([A-Za-z]{3})-(\d{2})")
EXCEL_FIRST_DAY = re.compile(r"(0?[1-9]|1[0-2])/0?1/(\d{4})")
UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
DELIMITERS = (",", ";", "\t")

REQUIRED = ("month", "measure", "numerator", "denominator")
OPTIONAL = ("agency", "dimension", "stratum", "missing_reason", "note")
# Written into our files for people to read, and passed over when they come back.
IGNORED = ("agency_name", "measure_name", "group", "problem")
KNOWN = (*REQUIRED, *OPTIONAL, *IGNORED)


class TableError(ValueError):
    """The file as a whole can not be used; the message is a sentence for its sender."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the file. ``number`` counts as a spreadsheet does: the heading is row 1.

    ``cells`` are the texts in the file's own order, for the file to be handed back. ``month`` is None when it could not
    be read, which is then one of the ``problems``.
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
    _records: Iterator[tuple[int, list[str], list[str]]]
    _columns: Mapping[str, int] = field(default_factory=dict)

    def rows(self) -> Iterator[Row]:
        """Each row that is not blank. Raises ``TableError`` where the file breaks off or turns unreadable."""
        for number, cells, problems in self._records:
            if any(cells):
                yield self._row(number, cells, problems)

    def _row(self, number: int, cells: list[str], problems: list[str]) -> Row:
        width = len(self.heading)
        if any(cells[width:]):
            problems.append(
                _("This row has %(found)s cells, the heading has %(width)s. Put texts with a comma in quotation marks.")
                % {"found": len(cells), "width": width}
            )
        texts = {
            name: cells[place].replace("\x00", "").strip() if place < len(cells) else ""
            for name, place in self._columns.items()
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
        return Row(
            number=number,
            cells=tuple(cells),
            agency=texts.get("agency", ""),
            agency_name=texts.get("agency_name", ""),
            month=month,
            entry=Entry(
                key=CellKey(texts["measure"], texts.get("dimension", ""), texts.get("stratum", "")),
                numerator=texts["numerator"],
                denominator=texts["denominator"],
                missing_reason=texts.get("missing_reason", ""),
                note=texts.get("note", ""),
            ),
            problems=tuple(problems),
        )


def open_table(file: BinaryIO, *, most_bytes: int = UPLOAD_BYTES, required: Sequence[str] = REQUIRED) -> Table:
    """Open a table by what it is, whatever its name says, and check its heading.

    ``file`` is a seekable binary file that stays open while the rows are read. Raises ``TableError``.
    """
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    if size == 0:
        raise TableError(_("The file is empty. Download the template, fill it in, and upload it again."))
    if size > most_bytes:
        raise TableError(
            _("The file has %(size)s MB; at most %(most)s MB are read. Send only the rows of the template.")
            % {"size": -(-size // MEGABYTE), "most": most_bytes // MEGABYTE}
        )
    start = file.read(1024)
    file.seek(0)
    if start.startswith(b"PK\x03\x04"):
        kind, records = Source.XLSX, _xlsx_records(file)
    else:
        _refuse_other_kinds(start)
        kind, records = Source.CSV, _csv_records(file)
    try:
        _number, heading, problems = next(records)
    except StopIteration:
        raise TableError(_("The file has no heading. Its first row names the columns: month, measure, …")) from None
    if problems:
        raise TableError(_("Row 1: %(problem)s") % {"problem": problems[0]})
    while heading and not heading[-1].strip():
        heading.pop()
    return Table(kind, tuple(heading), records, _columns_of(heading, required))


def _refuse_other_kinds(start: bytes) -> None:
    known = {
        b"%PDF": _("This is a PDF, not a table. Upload the CSV or Excel template."),
        b"\xd0\xcf\x11\xe0": _(
            "This is an Excel file of the old kind, or one with a password. Save it as “Excel Workbook (.xlsx)” "
            "without a password and upload it again."
        ),
    }
    for mark, sentence in known.items():
        if start.startswith(mark):
            raise TableError(sentence)
    if b"\x00" in start and not start.startswith(UTF_16_MARKS):
        raise TableError(_("This is not a table. Upload the CSV or Excel template."))


def read_month(text: str) -> dt.date:
    """Read a month as people and spreadsheets write it. Raises ``ValueError`` with a sentence.

    Excel turns 2026-03 into a date when it opens a CSV file, and writes it back as "Mar-26" or "3/1/2026".
    """
    if match := EXCEL_MONTH.fullmatch(text):
        return months.parse(f"{match[1]} 20{match[2]}")
    if match := EXCEL_FIRST_DAY.fullmatch(text):
        return months.parse(f"{match[2]}-{int(match[1]):02}")
    return months.parse(text)


def column_name(text: str) -> str:
    """ "Missing Reason" and "missing_reason" are the same column."""
    return "_".join(text.strip().lower().replace("-", " ").replace("_", " ").split())


def _columns_of(heading: Sequence[str], required: Sequence[str]) -> dict[str, int]:
    names = [column_name(text) for text in heading]
    unknown = [
        text.strip()[:40] or _("(no name)") for text, name in zip(heading, names, strict=True) if name not in KNOWN
    ]
    missing = [name for name in required if name not in names]
    twice = sorted({name for name in names if names.count(name) > 1})
    if missing:
        raise TableError(
            _("Row 1: these columns are missing: %(columns)s. The first row names the columns.")
            % {"columns": ", ".join(missing)}
        )
    if twice:
        raise TableError(
            _("Row 1: these columns are there twice: %(columns)s. Keep one.") % {"columns": ", ".join(twice)}
        )
    if unknown:
        raise TableError(
            _("Row 1: these columns are not known: %(columns)s. Take them out; nothing was saved.")
            % {"columns": ", ".join(unknown)}
        )
    return {name: place for place, name in enumerate(names)}


def _too_long(texts: Mapping[str, str]) -> Iterator[str]:
    for name, text in texts.items():
        if len(text) > LONGEST_CELL:
            yield _("The cell “%(column)s” holds more than %(most)s characters. Shorten it.") % {
                "column": name,
                "most": LONGEST_CELL,
            }


# --- CSV -----------------------------------------------------------------------------------------------------------
def _encoding(file: BinaryIO) -> str:
    """The file's encoding, proved over its whole length without holding it. Raises ``TableError`` with the row."""
    start = file.read(4)
    file.seek(0)
    encoding = "utf-16" if start.startswith(UTF_16_MARKS) else "utf-8-sig"
    decoder = codecs.getincrementaldecoder(encoding)()
    row = 1
    while True:
        chunk = file.read(CHUNK)
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            row += chunk[: error.start].count(b"\n")
            raise TableError(
                _(
                    "Row %(row)s holds letters in an old encoding (not UTF-8). In Excel choose “Save as”, then "
                    "“CSV UTF-8”, and upload that file; or use the Excel template."
                )
                % {"row": row}
            ) from error
        if not chunk:
            file.seek(0)
            return encoding
        row += text.count("\n")


def _delimiter(line: str) -> str:
    """The delimiter under which the heading has most known names."""

    def known(delimiter: str) -> int:
        return sum(column_name(text.strip('"')) in KNOWN for text in line.split(delimiter))

    return max(DELIMITERS, key=known)


def _csv_records(file: BinaryIO) -> Iterator[tuple[int, list[str], list[str]]]:
    text = io.TextIOWrapper(file, encoding=_encoding(file), newline="")
    try:
        delimiter = _delimiter(text.readline(LONGEST_CELL))
        text.seek(0)
        number = 0
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        try:
            for number, cells in enumerate(reader, start=1):
                problems = [
                    _("“%(text)s” is a formula. Write the number itself, or paste it as a value.")
                    % {"text": cell.strip()[:30]}
                    for cell in cells
                    if cell.lstrip().startswith("=")
                ]
                yield number, cells, problems
        except csv.Error as error:
            raise TableError(
                _(
                    "The table breaks off after row %(row)s, most often because a quotation mark is not closed there. "
                    "Correct that row and upload the file again."
                )
                % {"row": number}
            ) from error
    finally:
        # The wrapper must not close a file that its opener still uses.
        if not file.closed:
            text.detach()


# --- XLSX ----------------------------------------------------------------------------------------------------------
def _refuse_bombs(file: BinaryIO) -> None:
    """Look at the parts' sizes before a byte is unpacked; unpacking itself stops at the size a part declares."""
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise _broken_workbook() from error
    unpacked = sum(part.file_size for part in parts)
    packed = max(1, sum(part.compress_size for part in parts))
    file.seek(0)
    if any(part.flag_bits & 0x1 for part in parts):
        raise TableError(_("The file has a password. Save it without one and upload it again."))
    if len(parts) > MOST_PARTS or unpacked > UNPACKED_BYTES or unpacked / packed > LARGEST_RATIO:
        raise TableError(
            _(
                "The Excel file unpacks to %(size)s MB, far more than a month needs, so it was not opened. "
                "Copy your numbers into a fresh template."
            )
            % {"size": -(-unpacked // MEGABYTE)}
        )


def _broken_workbook() -> TableError:
    return TableError(_("The Excel file is damaged and can not be opened. Save it again, or use the CSV template."))


def _xlsx_records(file: BinaryIO) -> Iterator[tuple[int, list[str], list[str]]]:
    _refuse_bombs(file)
    try:
        book = load_workbook(file, read_only=True, data_only=False, keep_links=False)
        try:
            if not book.worksheets:
                raise TableError(_("The Excel file has no sheet. Use a fresh template."))
            for number, cells in enumerate(book.worksheets[0].iter_rows(max_col=MOST_COLUMNS), start=1):
                texts, problems = [], []
                for cell in cells:
                    text, problem = _cell_text(cell)
                    texts.append(text)
                    problems.extend([problem] if problem else [])
                while texts and not texts[-1]:
                    texts.pop()
                yield number, texts, problems
        finally:
            book.close()
    except TableError:
        raise
    except Exception as error:
        # openpyxl has no error of its own for a damaged file: what it raises depends on where the damage is.
        raise _broken_workbook() from error


def _cell_text(cell: Any) -> tuple[str, str]:
    """A cell as a person would type it, and what is wrong with it."""
    value = cell.value
    if cell.data_type == "f" or (isinstance(value, str) and value.lstrip().startswith("=")):
        text = value if isinstance(value, str) else "="
        return text, _(
            "Cell %(cell)s holds a formula (%(text)s). Write the number itself: copy the cell and paste it as a value."
        ) % {"cell": cell.coordinate, "text": text[:30]}
    if isinstance(value, dt.datetime | dt.date):
        # A month typed into Excel becomes a date on its first day.
        return value.strftime("%Y-%m" if value.day == 1 else "%Y-%m-%d"), ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        is_percent = "%" in (cell.number_format or "")
        return (f"{value * 100:.10g}%" if is_percent else f"{value:.15g}"), ""
    return ("" if value is None else str(value).strip()), ""
