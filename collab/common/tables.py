"""Tables that people send and take: CSV and XLSX, read as numbered rows of texts and written deaf to tricks.

Nothing here knows what the columns mean; a room says what its files hold with a ``TableFormat``. A file that can not be
read raises ``TableError`` with one sentence (what, where, what to do); a row that can not be read carries its
``problems`` and the rest is still read, so that a person sees all of them at once.
"""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, BinaryIO

from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

MEGABYTE = 1024 * 1024
# A sheet of texts packs to a tenth or so; what unpacks to two hundred times its size was made to fill a disk.
LARGEST_RATIO = 200
UNPACKED_BYTES = 100 * MEGABYTE
MOST_PARTS = 1000
CHUNK = 64 * 1024
UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
DELIMITERS = (",", ";", "\t")
# A cell that begins so could be run as a formula. An apostrophe before it disarms it, and is taken off when it comes
# back; a text that itself begins with an apostrophe gets one more, so that nothing is lost on the way.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "'")
NEGATIVE = re.compile(r"-[0-9]+([.,][0-9]+)?")
CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class TableError(ValueError):
    """The file as a whole can not be used; the message is a sentence for its sender."""


class FileKind(StrEnum):
    """What a table is kept in."""

    CSV = "csv"
    XLSX = "xlsx"

    @property
    def content_type(self) -> str:
        return CSV_TYPE if self is FileKind.CSV else XLSX_TYPE


# One row: its number as a spreadsheet counts (the heading is row 1), its texts, and what could not be read. A plain
# tuple, for files of a million rows are read.
Record = tuple[int, list[str], list[str]]


@dataclass(frozen=True, slots=True)
class Opened:
    """An opened file: its kind, its heading as written, and its rows, to be read once."""

    kind: FileKind
    heading: tuple[str, ...]
    records: Iterator[Record]


def cell_text(cell: Any) -> str:
    """What a cell of a workbook shows, as a person would type it."""
    value = cell.value
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dt.datetime | dt.date):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, int | float):
        return f"{value:.15g}"
    return "" if value is None else str(value)


@dataclass(frozen=True, slots=True)
class TableFormat:
    """What a room expects of its files.

    ``known`` are column names, by which the delimiter is told; ``beginning`` names the first columns in the sentence
    about a missing heading; ``text_of`` turns a cell of a workbook (not a formula) into its text. The sentences take
    ``text``, ``cell`` and ``text``, and ``size``.
    """

    known: Collection[str]
    beginning: str
    most_columns: int
    formula: StrPromise
    formula_in_cell: StrPromise
    unpacks_too_large: StrPromise
    text_of: Callable[[Any], str] = cell_text


def column_name(text: str) -> str:
    """ "Missing Reason" and "missing_reason" are the same column."""
    return "_".join(text.strip().lower().replace("-", " ").replace("_", " ").split())


def armed(text: str) -> str:
    """A text as a cell holds it: disarmed, and without the control signs that no workbook can hold.

    A number below 0 is no formula and stands as it is.
    """
    text = ILLEGAL_CHARACTERS_RE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return f"'{text}" if text.startswith(DANGEROUS) and not NEGATIVE.fullmatch(text) else text


def disarmed(cell: str) -> str:
    """The text behind a cell that ``armed`` has made; a cell typed by hand is left as it is."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(DANGEROUS) else cell


def open_table(file: BinaryIO, expected: TableFormat, *, most_bytes: int) -> Opened:
    """Open a table by what it is, whatever its name says.

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
        kind, records = FileKind.XLSX, _xlsx_records(file, expected)
    else:
        _refuse_other_kinds(start)
        kind, records = FileKind.CSV, _csv_records(file, expected)
    first = next(records, None)
    if first is None:
        raise TableError(
            _("The file has no heading. Its first row names the columns: %(columns)s, …")
            % {"columns": expected.beginning}
        )
    _number, heading, problems = first
    if problems:
        raise TableError(_("Row 1: %(problem)s") % {"problem": problems[0]})
    while heading and not heading[-1].strip():
        heading.pop()
    return Opened(kind, tuple(heading), records)


def refuse_odd_columns(heading: Sequence[str], is_known: Callable[[str], bool]) -> None:
    """Raises ``TableError`` when a column stands there twice or is not known."""
    names = [column_name(text) for text in heading]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise TableError(
            _("Row 1: these columns are there twice: %(columns)s. Keep one.") % {"columns": ", ".join(twice)}
        )
    unknown = [
        text.strip()[:40] or _("(no name)") for text, name in zip(heading, names, strict=True) if not is_known(name)
    ]
    if unknown:
        raise TableError(
            _("Row 1: these columns are not known: %(columns)s. Take them out; nothing was saved.")
            % {"columns": ", ".join(unknown)}
        )


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


def _delimiter(line: str, known: Collection[str]) -> str:
    """The delimiter under which the heading has most known names."""
    return max(DELIMITERS, key=lambda sign: sum(column_name(text.strip('"')) in known for text in line.split(sign)))


def _formulas(cells: Sequence[str], sentence: StrPromise) -> list[str]:
    return [sentence % {"text": cell.strip()[:30]} for cell in cells if cell.lstrip().startswith("=")]


def _csv_records(file: BinaryIO, expected: TableFormat) -> Iterator[Record]:
    text = io.TextIOWrapper(file, encoding=_encoding(file), newline="")
    try:
        delimiter = _delimiter(text.readline(CHUNK), expected.known)
        text.seek(0)
        number = 0
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        try:
            for number, cells in enumerate(reader, start=1):
                problems = _formulas(cells, expected.formula) if "=" in "".join(cells) else []
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
def _refuse_bombs(file: BinaryIO, sentence: StrPromise) -> None:
    """Look at the parts' sizes before a byte is unpacked; unpacking itself stops at the size a part declares."""
    with zipfile.ZipFile(file) as archive:
        parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    packed = max(1, sum(part.compress_size for part in parts))
    file.seek(0)
    if any(part.flag_bits & 0x1 for part in parts):
        raise TableError(_("The file has a password. Save it without one and upload it again."))
    if len(parts) > MOST_PARTS or unpacked > UNPACKED_BYTES or unpacked / packed > LARGEST_RATIO:
        raise TableError(sentence % {"size": -(-unpacked // MEGABYTE)})


def _broken_workbook() -> TableError:
    return TableError(_("The Excel file is damaged and can not be opened. Save it again, or use the CSV template."))


def _xlsx_records(file: BinaryIO, expected: TableFormat) -> Iterator[Record]:
    try:
        _refuse_bombs(file, expected.unpacks_too_large)
        book = load_workbook(file, read_only=True, data_only=False, keep_links=False)
        try:
            if not book.worksheets:
                raise TableError(_("The Excel file has no sheet. Use a fresh template."))
            for number, cells in enumerate(book.worksheets[0].iter_rows(max_col=expected.most_columns), start=1):
                texts, problems = [], []
                for cell in cells:
                    if _is_formula(cell):
                        texts.append(formula := cell.value if isinstance(cell.value, str) else "=")
                        problems.append(expected.formula_in_cell % {"cell": cell.coordinate, "text": formula[:30]})
                    else:
                        texts.append(expected.text_of(cell))
                while texts and not texts[-1]:
                    texts.pop()
                yield number, texts, problems
        finally:
            book.close()
    except TableError:
        raise
    except Exception as error:
        # Neither zipfile nor openpyxl has one error for a file it can not read: which it is depends on the damage.
        raise _broken_workbook() from error


def _is_formula(cell: Any) -> bool:
    return cell.data_type == "f" or (isinstance(cell.value, str) and cell.value.lstrip().startswith("="))


# --- Writing -------------------------------------------------------------------------------------------------------
def csv_file(rows: Iterable[Sequence[Any]]) -> bytes:
    """A CSV file that Excel opens as UTF-8 and that runs no formula; the first of ``rows`` is its heading.

    A cell is a text, a number (whole ones stand without a point, others at full precision), or None for nothing.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerows([_csv_cell(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _csv_cell(cell: Any) -> Any:
    """Numbers stay numbers, so that -3 is no text with an apostrophe."""
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() else repr(float(cell))
    return cell if cell is None or isinstance(cell, int) else armed(str(cell))


def written(
    kind: FileKind,
    heading: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    title: str,
    help_lines: Sequence[str] = (),
    widths: dict[str, int] | None = None,
) -> bytes:
    """A file that Excel opens as UTF-8 and that runs no formula; a workbook gets ``help_lines`` on a second sheet."""
    if kind is FileKind.CSV:
        return csv_file([heading, *rows])
    book = Workbook()
    page = book.worksheets[0]
    page.title = title[:31]
    _fill(page, heading, rows, widths or {})
    if help_lines:
        explained = book.create_sheet(_("How to fill in"))
        explained.column_dimensions["A"].width = 110
        for line in help_lines:
            explained.append([armed(line)])
    stored = io.BytesIO()
    book.save(stored)
    return stored.getvalue()


def _fill(page: Worksheet, heading: Sequence[str], rows: Iterable[Sequence[str]], widths: dict[str, int]) -> None:
    page.append(list(heading))
    for cell in page[1]:
        cell.font = Font(bold=True)
    for number, row in enumerate(rows, start=2):
        for place, text in enumerate(row, start=1):
            if text:
                cell = page.cell(row=number, column=place, value=armed(text))
                cell.data_type = "s"
                cell.alignment = Alignment(wrap_text=True, vertical="top")
    page.freeze_panes = "A2"
    for place, name in enumerate(heading, start=1):
        page.column_dimensions[get_column_letter(place)].width = widths.get(name, 18)
