"""Files that we write: the template made for a team and month, and an uploaded file handed back with its problems.

Texts that a spreadsheet could run as a formula are disarmed: in CSV by an apostrophe before them, in XLSX by writing
them as text.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from collab.common import months
from collab.common.formatting import day, month_name
from collab.common.tables import csv_file
from metrics.enums import MissingReason, Source
from metrics.queries.months import Sheet, SheetMeasure

# Column → its width in a workbook. Sites and samples have columns only where the month has some.
WIDTHS = {
    "month": 10,
    "measure": 18,
    "measure_name": 34,
    "site": 14,
    "dimension": 14,
    "stratum": 14,
    "group": 24,
    "numerator": 12,
    "denominator": 12,
    "drawn_from": 12,
    "missing_reason": 18,
    "note": 34,
}
TO_FILL_IN = ("numerator", "denominator", "drawn_from", "missing_reason", "note")
NUMBERS = ("numerator", "denominator", "drawn_from")
USUAL_WIDTH = 18
SHADE = PatternFill("solid", fgColor="FFF1E9D2")
LARGEST = "1000000000"


def heading_for(sheet: Sheet) -> tuple[str, ...]:
    """The columns that this month needs."""
    left_out = set()
    if not any(item.sites for item in sheet.measures):
        left_out.add("site")
    if not any(_takes_sample(item) for item in sheet.measures):
        left_out.add("drawn_from")
    return tuple(name for name in WIDTHS if name not in left_out)


def _takes_sample(item: SheetMeasure) -> bool:
    return item.version.sampling_ok and item.version.statistic.takes_denominator


def _is_summed(item: SheetMeasure, sheet: Sheet) -> bool:
    return item.sites is not None and any(sheet.cells[group.key].entry.numerator for group in item.sites.groups)


def template_rows(sheet: Sheet) -> list[tuple[str, ...]]:
    """One row a cell of the month, in order, with what stands in it now.

    A total that sites make is left empty: it is summed when the file comes back.
    """
    heading = heading_for(sheet)
    rows: list[tuple[str, ...]] = []
    for item in sheet.measures:
        groups = {group.key: (b.name, group.name) for b in item.breakdowns for group in b.groups}
        for key in item.cell_keys():
            entry = sheet.cells[key].entry
            is_sum = key.is_total and _is_summed(item, sheet)
            texts = {
                "month": months.iso(sheet.month),
                "measure": key.measure,
                "measure_name": item.version.name,
                "site": key.stratum if key.is_site else "",
                "dimension": "" if key.is_site else key.dimension,
                "stratum": "" if key.is_site else key.stratum,
                "group": ": ".join(groups.get(key, ())),
                "numerator": "" if is_sum else entry.numerator,
                "denominator": "" if is_sum else entry.denominator,
                "drawn_from": entry.population,
                "missing_reason": entry.missing_reason,
                "note": entry.note,
            }
            rows.append(tuple(texts[name] for name in heading))
    return rows


def template_csv(sheet: Sheet) -> bytes:
    return csv_file([heading_for(sheet), *template_rows(sheet)])


def template_xlsx(sheet: Sheet) -> bytes:
    """A workbook whose keys are locked, whose number cells take only numbers, and which explains itself."""
    book = Workbook()
    page = book.worksheets[0]
    page.title = _("Month")
    heading, rows = heading_for(sheet), template_rows(sheet)
    _fill(page, heading, rows)
    _protect(page, heading, len(rows))
    _explain(book.create_sheet(_("How to fill in")), sheet)
    return _saved(book)


def marked_file(kind: Source, heading: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """An uploaded table of the same kind, with a column for its problems."""
    if kind is Source.CSV:
        return csv_file([heading, *rows])
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
    for place, name in enumerate(heading, start=1):
        page.column_dimensions[get_column_letter(place)].width = WIDTHS.get(name, USUAL_WIDTH)


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


def _protect(page: Worksheet, heading: Sequence[str], count: int) -> None:
    """Lock what has to come back unchanged. There is no password: this keeps accidents away, not people."""
    last = max(count, 1) + 1
    letters = {name: get_column_letter(heading.index(name) + 1) for name in TO_FILL_IN if name in heading}
    for letter in letters.values():
        for cell in page[f"{letter}2" : f"{letter}{last}"]:
            cell[0].protection = Protection(locked=False)
            cell[0].fill = SHADE
    page.protection.enable()
    numbers = DataValidation(type="decimal", operator="between", formula1="0", formula2=LARGEST, allow_blank=True)
    numbers.errorTitle, numbers.error = _("A number, please"), _("Type a number of 0 or more, without %.")
    reasons = DataValidation(type="list", formula1='"' + ",".join(MissingReason.values) + '"', allow_blank=True)
    reasons.errorTitle, reasons.error = _("A reason, please"), _("Choose one of the list, or leave it empty.")
    for name in NUMBERS:
        if name in letters:
            numbers.add(f"{letters[name]}2:{letters[name]}{last}")
    reasons.add(f"{letters['missing_reason']}2:{letters['missing_reason']}{last}")
    page.add_data_validation(numbers)
    page.add_data_validation(reasons)


def _explain(page: Worksheet, sheet: Sheet) -> None:
    lines = [
        (_("%(team)s, %(month)s") % {"team": sheet.team.name, "month": month_name(sheet.month)},),
        (_("Due %(day)s") % {"day": day(sheet.team.collaborative.due_date(sheet.month))},),
        ("",),
        (_("Type only into the shaded cells."),),
        (_("0 is a number. If there was nobody to count, type 0 and 0."),),
        *_about_sites_and_samples(sheet),
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


def _about_sites_and_samples(sheet: Sheet) -> list[tuple[str]]:
    heading, lines = heading_for(sheet), []
    if "site" in heading:
        lines.append(
            (_("Rows with a site: what that site counted. The row without one is their sum; leave it empty."),)
        )
    if "drawn_from" in heading:
        lines.append((_("drawn_from: if the denominator is a sample, from how many it was drawn; else empty."),))
    return lines


def _saved(book: Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
