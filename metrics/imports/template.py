"""Files that we write: the template made for a team and month, and an uploaded file handed back with its problems.

Texts that a spreadsheet could run as a formula are disarmed: in CSV by defusedcsv, in XLSX by writing them as text.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

from defusedcsv import csv
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from collab.common import months
from collab.common.formatting import day, month_name
from metrics.enums import MissingReason, Source
from metrics.queries.months import Sheet

HEADING = (
    "month",
    "measure",
    "measure_name",
    "dimension",
    "stratum",
    "group",
    "numerator",
    "denominator",
    "missing_reason",
    "note",
)
WIDTHS = (10, 18, 34, 14, 14, 24, 12, 12, 18, 34)
TO_FILL_IN = ("numerator", "denominator", "missing_reason", "note")
SHADE = PatternFill("solid", fgColor="FFF1E9D2")
LARGEST = "1000000000"


def template_rows(sheet: Sheet) -> list[tuple[str, ...]]:
    """One row a cell of the month, in order, with what stands in it now."""
    rows: list[tuple[str, ...]] = []
    for item in sheet.measures:
        groups = {group.key: (b.name, group.name) for b in item.breakdowns for group in b.groups}
        for key in item.cell_keys():
            entry = sheet.cells[key].entry
            rows.append(
                (
                    months.iso(sheet.month),
                    key.measure,
                    item.version.name,
                    key.dimension,
                    key.stratum,
                    ": ".join(groups.get(key, ())),
                    entry.numerator,
                    entry.denominator,
                    entry.missing_reason,
                    entry.note,
                )
            )
    return rows


def csv_file(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A CSV file that Excel opens as UTF-8 and that runs no formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(heading)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def template_csv(sheet: Sheet) -> bytes:
    return csv_file(HEADING, template_rows(sheet))


def template_xlsx(sheet: Sheet) -> bytes:
    """A workbook whose keys are locked, whose number cells take only numbers, and which explains itself."""
    book = Workbook()
    page = book.worksheets[0]
    page.title = _("Month")
    rows = template_rows(sheet)
    _fill(page, HEADING, rows)
    _protect(page, len(rows))
    _explain(book.create_sheet(_("How to fill in")), sheet)
    return _saved(book)


def marked_file(kind: Source, heading: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """An uploaded table of the same kind, with a column for its problems."""
    if kind is Source.CSV:
        return csv_file(heading, rows)
    book = Workbook()
    _fill(book.worksheets[0], heading, rows)
    return _saved(book)


def _fill(page: Worksheet, heading: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    _append(page, heading)
    for cell in page[1]:
        cell.font = Font(bold=True)
    for row in rows:
        _append(page, row)
    page.freeze_panes = "A2"
    for place, width in enumerate(WIDTHS[: len(heading)], start=1):
        page.column_dimensions[get_column_letter(place)].width = width


def _append(page: Worksheet, texts: Sequence[str]) -> None:
    """Numbers as numbers, everything else as text: never as a formula."""
    cells = []
    for text in texts:
        cell = WriteOnlyCell(page, value=_number(text))
        if isinstance(cell.value, str):
            cell.data_type = "s"
        cells.append(cell)
    page.append(cells)


def _number(text: str) -> str | float | None:
    if text.isascii() and text.replace(".", "", 1).isdecimal():
        return int(text) if text.isdecimal() else float(text)
    return text or None


def _protect(page: Worksheet, count: int) -> None:
    """Lock what has to come back unchanged. There is no password: this keeps accidents away, not people."""
    last = max(count, 1) + 1
    for name in TO_FILL_IN:
        letter = get_column_letter(HEADING.index(name) + 1)
        for cell in page[f"{letter}2" : f"{letter}{last}"]:
            cell[0].protection = Protection(locked=False)
            cell[0].fill = SHADE
    page.protection.enable()
    numbers = DataValidation(type="decimal", operator="between", formula1="0", formula2=LARGEST, allow_blank=True)
    numbers.errorTitle, numbers.error = _("A number, please"), _("Type a number of 0 or more, without %.")
    reasons = DataValidation(type="list", formula1='"' + ",".join(MissingReason.values) + '"', allow_blank=True)
    reasons.errorTitle, reasons.error = _("A reason, please"), _("Choose one of the list, or leave it empty.")
    first, second, third = (get_column_letter(HEADING.index(name) + 1) for name in TO_FILL_IN[:3])
    numbers.add(f"{first}2:{second}{last}")
    reasons.add(f"{third}2:{third}{last}")
    page.add_data_validation(numbers)
    page.add_data_validation(reasons)


def _explain(page: Worksheet, sheet: Sheet) -> None:
    lines = [
        (_("%(team)s, %(month)s") % {"team": sheet.team.name, "month": month_name(sheet.month)},),
        (_("Due %(day)s") % {"day": day(sheet.team.collaborative.due_date(sheet.month))},),
        ("",),
        (_("Type only into the shaded cells: numerator, denominator, missing_reason, note."),),
        (_("0 is a number. If there was nobody to count, type 0 and 0."),),
        (_("If there is no number, leave both empty and choose a missing_reason:"),),
        *((f"{reason.value}: {reason.label}",) for reason in MissingReason),
        (_("A note of a few words is asked for when a number is unusual for your team."),),
        (_("No names of clients, and nothing by which one could be recognized."),),
        ("",),
        *(
            (
                item.measure.code,
                item.version.name,
                item.version.numerator,
                item.version.denominator,
                item.version.exclusions,
            )
            for item in sheet.measures
        ),
    ]
    for line in lines:
        _append(page, line)
    page["A1"].font = Font(bold=True)
    page.column_dimensions["A"].width = 24
    page.column_dimensions["B"].width = 40
    page.protection.enable()


def _saved(book: Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
