"""Worksheets as rows of a table, one cycle a row: what stands in which column, out and in, without loss.

Small tables of a worksheet are columns with a number: "question_1", "question_1_prediction", "task_2_who". The number
only tells the columns apart. Which line it is stands in "question_1_id", written by the export: lines that were added,
removed or put in another order since the file was made shift nothing. "version" says what the worksheet held when the
file was made: what others wrote since is kept, and asked about where the file says something else. It names the moment
too: for a while typing goes on with the version it began, which then holds something else than the file.

Barriers, files, comments and history are not part of a worksheet's words and stay in the site.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from django.db import models
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collab.common.formatting import full_day
from collab.common.tables import (
    MEGABYTE,
    FileKind,
    Record,
    TableError,
    TableFormat,
    column_name,
    disarmed,
    open_table,
    refuse_odd_columns,
    written,
)
from collab.enums import PackageStatus
from pdsa.models import Cycle, CycleRevision, DataPoint, Question, Task
from pdsa.models.cycle import CycleQuerySet
from teams.models import Team

LARGEST_UPLOAD = 5 * MEGABYTE
MOST_ROWS = 200
SEPARATOR = "; "
# Several names in one cell are told apart by semicolons; one inside a name is doubled.

# Columns that say which cycle it is and where it stands; then the fields of a worksheet, in its order.
HEAD = ("team", "cycle", "version", "title", "ramp", "follows", "stage", "decision", "sharing", "owner")
PLAN = (
    "purpose", "idea", "drivers", "measures", "other_measure", "objective", "change", "change_since", "fitted",
    "setting", "population", "people", "sites", "days", "plan_start", "plan_end", "data_what", "data_who", "data_how",
    "data_when", "who_agrees", "left_out", "is_complex",
)  # fmt: skip
DO = ("started_on", "ended_on", "carried_out", "deviations", "observations", "problems")
STUDY = ("studied_on", "comparison", "against_baseline", "learned")
ACT = ("decision_reason", "next_step", "closed_on")
COLUMNS = (*HEAD, *PLAN, *DO, *STUDY, *ACT)
FORMAT = TableFormat(
    known=COLUMNS,
    beginning="title, change, question_1",
    most_columns=600,
    formula=gettext_lazy("“%(text)s” is a formula. Write the text itself, or paste it as a value."),
    formula_in_cell=gettext_lazy(
        "Cell %(cell)s holds a formula (%(text)s). Write the text itself: copy the cell and paste it as a value."
    ),
    unpacks_too_large=gettext_lazy(
        "The Excel file unpacks to %(size)s MB, far more than the template needs, so it was not opened. "
        "Copy your entries into a fresh template."
    ),
)


@dataclass(frozen=True, slots=True)
class RowColumns:
    """A small table of a worksheet: its related name, its model, the column of its main field, and the others."""

    name: str
    model: type[models.Model]
    prefix: str
    main: str
    others: tuple[str, ...]
    in_template: int

    def column(self, number: int, name: str) -> str:
        return f"{self.prefix}_{number}" if name == self.main else f"{self.prefix}_{number}_{name}"

    @property
    def fields(self) -> tuple[str, ...]:
        return (self.main, *self.others)


# The column that says which line of a small table it is; empty for a new one.
KEY = "id"
TABLES = (
    RowColumns(
        "questions", Question, "question", "question", ("prediction", "reason", "predicted_on", "answer", "match"), 2
    ),
    RowColumns("tasks", Task, "task", "what", ("who", "when", "where", "done"), 3),
    RowColumns("points", DataPoint, "number", "value", ("out_of", "day", "label", "measure", "note"), 6),
)
_ROW_COLUMN = re.compile(r"(question|task|number)_(\d{1,3})(?:_(\w+))?")


@dataclass(frozen=True, slots=True)
class Line:
    """A row of an uploaded file: its texts by column, and what could not be read."""

    number: int
    texts: Mapping[str, str]
    problems: tuple[str, ...] = ()

    def new_rows(self, table: RowColumns) -> list[dict[str, str]]:
        """The texts of a small table for a new cycle, in the order of its numbers; rows without any are left out."""
        rows = [{name: text for name, text in row.items() if name != KEY} for row in self.numbered(table).values()]
        return [row for row in rows if row]

    def numbered(self, table: RowColumns) -> dict[int, dict[str, str]]:
        """The texts of a small table by their numbers, the lowest first, each with its key where the file has one."""
        found: dict[int, dict[str, str]] = {}
        for column, text in self.texts.items():
            match = _ROW_COLUMN.fullmatch(column)
            if match and match[1] == table.prefix and text:
                found.setdefault(int(match[2]), {})[match[3] or table.main] = text
        return dict(sorted(found.items()))


# --- Out -----------------------------------------------------------------------------------------------------------
def for_exchange(cycles: CycleQuerySet) -> CycleQuerySet:
    """Cycles with everything their rows hold, in a constant number of queries."""
    latest = CycleRevision.objects.filter(cycle=OuterRef("pk")).order_by("-number").values("at")[:1]
    return (
        cycles.select_related("team__collaborative", "ramp", "previous", "owner", "idea")
        .prefetch_related("questions", "tasks", "points__measure", "measures", "drivers")
        .annotate(kept_at=Subquery(latest))
        .order_by("team", "number")
    )


def version_of(number: int, at: dt.datetime | None) -> str:
    """A version with the moment at which it was last written, as a word that no spreadsheet takes for a number."""
    return f"{number}-{at:%Y%m%dT%H%M%S%f}" if at else ""


def texts_of(cycle: Cycle, *, with_numbers: bool) -> dict[str, str]:
    """A cycle of ``for_exchange`` as the texts of its row.

    ``with_numbers``: whether the reader may see the numbers of its test.
    """
    texts = {name: _text(getattr(cycle, name)) for name in (*PLAN, *DO, *STUDY, *ACT) if not _is_many(name)}
    texts |= {
        "team": cycle.team.slug,
        "cycle": str(cycle.number),
        "version": version_of(cycle.revision, cycle.kept_at),  # type: ignore[attr-defined]  # annotated
        "title": cycle.title,
        "ramp": cycle.ramp.title,
        "follows": str(cycle.previous.number) if cycle.previous else "",
        "stage": cycle.stage,
        "decision": cycle.decision,
        "sharing": cycle.sharing,
        "owner": cycle.owner.email if cycle.owner else "",
        "idea": cycle.idea.name if cycle.idea else "",
        "drivers": joined(sorted(driver.name for driver in cycle.drivers.all())),
        "measures": joined(sorted(measure.code for measure in cycle.measures.all())),
    }
    for table in TABLES:
        if table.name == "points" and not with_numbers:
            continue
        for number, row in enumerate(getattr(cycle, table.name).all(), start=1):
            texts |= {table.column(number, name): text for name, text in row_texts(table, row).items()}
            texts[table.column(number, KEY)] = str(row.pk)
    return {column: text for column, text in texts.items() if text}


def _is_many(name: str) -> bool:
    return name in ("idea", "drivers", "measures")


def row_texts(table: RowColumns, row: Any) -> dict[str, str]:
    """A line of a small table as texts; what is empty is left out."""
    texts = {name: _row_text(row, name) for name in table.fields}
    return {name: text for name, text in texts.items() if text}


def _row_text(row: Any, name: str) -> str:
    if name == "predicted_on":
        return row.predicted_at.date().isoformat() if row.predicted_at else ""
    if name == "measure":
        return row.measure.code if row.measure else ""
    return _text(getattr(row, name))


def _text(value: Any) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return "yes"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:.15g}"
    return plain_text(str(value))


def plain_text(text: str) -> str:
    """A text with one kind of line end, as files bring it back."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def joined(names: Iterable[str]) -> str:
    """Several names in one cell."""
    return SEPARATOR.join(name.replace(";", ";;") for name in names)


def parted(text: str) -> list[str]:
    """The names in one cell, as ``joined`` put them there or as somebody typed them."""
    return [part.replace(";;", ";").strip() for part in _parts(text) if part.strip()]


def _parts(text: str) -> Iterator[str]:
    part, place = "", 0
    while place < len(text):
        if text.startswith(";;", place):
            part, place = part + ";;", place + 2
        elif text[place] == ";":
            yield part
            part, place = "", place + 1
        else:
            part, place = part + text[place], place + 1
    yield part


def heading_of(rows: Sequence[Mapping[str, str]], *, as_template: bool) -> list[str]:
    """The columns of a file: the worksheet's, and as many of the small tables' as are filled or a template offers."""
    heading = list(COLUMNS)
    for table in TABLES:
        used = [match for row in rows for column in row if (match := _match(column, table.prefix))]
        count = max([*(int(match[2]) for match in used), table.in_template if as_template else 0])
        names = (*table.fields, KEY) if any(match[3] == KEY for match in used) else table.fields
        heading += [table.column(number, name) for number in range(1, count + 1) for name in names]
    return heading


def _match(column: str, prefix: str) -> re.Match[str] | None:
    match = _ROW_COLUMN.fullmatch(column)
    return match if match and match[1] == prefix else None


def file_of(
    kind: FileKind, rows: Sequence[Mapping[str, str]], *, title: str, help_lines: Sequence[str], as_template: bool
) -> bytes:
    """The file of some rows of texts."""
    heading = heading_of(rows, as_template=as_template)
    wide = {"title": 30, "change": 50, "objective": 40, "observations": 50, "learned": 50, "question_1": 40}
    return written(
        kind,
        heading,
        ([row.get(column, "") for column in heading] for row in rows),
        title=title,
        help_lines=help_lines,
        widths=wide,
    )


# --- In ------------------------------------------------------------------------------------------------------------
def read_lines(file: BinaryIO) -> list[Line]:
    """The rows of an uploaded file that are not blank. Raises ``TableError`` with a sentence about the whole file."""
    opened = open_table(file, FORMAT, most_bytes=LARGEST_UPLOAD)
    columns = _columns(opened.heading)
    lines = [_line(record, columns) for record in opened.records if any(cell.strip() for cell in record[1])]
    if not lines:
        raise TableError(_("The file has a heading and no cycle. Write one cycle in each row below it."))
    if len(lines) > MOST_ROWS:
        raise TableError(
            _("The file has %(count)d cycles; at most %(most)d are read at once. Divide it.")
            % {"count": len(lines), "most": MOST_ROWS}
        )
    return lines


def _columns(heading: Sequence[str]) -> list[str]:
    names = [column_name(text) for text in heading]
    if "title" not in names:
        raise TableError(
            _("Row 1: the column “title” is missing. The first row names the columns, as in the template.")
        )
    refuse_odd_columns(heading, _known)
    return names


def _known(name: str) -> bool:
    match = _ROW_COLUMN.fullmatch(name)
    if match is None:
        return name in COLUMNS
    table = next(table for table in TABLES if table.prefix == match[1])
    return match[3] is None or match[3] in (*table.others, KEY)


def _line(record: Record, columns: Sequence[str]) -> Line:
    number, cells, problems = record
    if any(cell.strip() for cell in cells[len(columns) :]):
        problems.append(
            _("This row has %(found)d cells, the heading has %(width)d. Put texts with a comma in quotation marks.")
            % {"found": len(cells), "width": len(columns)}
        )
    texts = {
        column: plain_text(disarmed(cell.replace("\x00", ""))) for column, cell in zip(columns, cells, strict=False)
    }
    return Line(number, {column: text for column, text in texts.items() if text.strip()}, tuple(problems))


class UnreadableError(ValueError):
    """A cell that can not be read; the message is a sentence that names its column."""


def value_of(model_field: models.Field[Any, Any], text: str, column: str) -> Any:
    """What a cell holds for a field of a worksheet. Raises ``UnreadableError``."""
    if model_field.choices:
        return _choice(model_field, text, column)
    if isinstance(model_field, models.BooleanField):
        return _tick(text, column)
    if isinstance(model_field, models.DateField):
        return read_day(text, column)
    if isinstance(model_field, models.FloatField | models.IntegerField):
        return _number(model_field, text, column)
    return text


def _choice(model_field: models.Field[Any, Any], text: str, column: str) -> str:
    wanted = text.strip().casefold()
    for value, label in model_field.flatchoices:
        if value and wanted in (str(value).casefold(), str(label).casefold()):
            return str(value)
    raise UnreadableError(
        _("%(column)s: “%(text)s” is not one of: %(choices)s.")
        % {
            "column": column,
            "text": text[:40],
            "choices": ", ".join(str(value) for value, _label in model_field.flatchoices if value),
        }
    )


def _tick(text: str, column: str) -> bool:
    word = text.strip().casefold()
    if word in ("yes", "true", "1", "x"):
        return True
    if word in ("no", "false", "0"):
        return False
    raise UnreadableError(_("%(column)s: write yes or no, not “%(text)s”.") % {"column": column, "text": text[:40]})


def read_day(text: str, column: str) -> dt.date:
    """A day as people and spreadsheets write it: 2026-03-05, or 3/5/2026. Raises ``UnreadableError``."""
    for form in ("%Y-%m-%d", "%m/%d/%Y"):
        try:
            return dt.datetime.strptime(text.strip(), form).date()  # noqa: DTZ007 - a day has no time zone
        except ValueError:
            continue
    raise UnreadableError(
        _("%(column)s: “%(text)s” is not a day. Write it like %(example)s (%(words)s).")
        % {
            "column": column,
            "text": text[:40],
            "example": "2026-03-05",
            "words": full_day(dt.date(2026, 3, 5)),
        }
    )


def _number(model_field: models.Field[Any, Any], text: str, column: str) -> float | int:
    try:
        number = float(text.strip().replace(",", ""))
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or (isinstance(model_field, models.IntegerField) and number != int(number)):
        raise UnreadableError(_("%(column)s: “%(text)s” is not a number.") % {"column": column, "text": text[:40]})
    return int(number) if isinstance(model_field, models.IntegerField) else number


@dataclass
class Names:
    """What names in a team's file stand for: loaded once for a file."""

    team: Team
    ideas: dict[str, Any] = field(default_factory=dict)
    drivers: dict[str, Any] = field(default_factory=dict)
    measures: dict[str, Any] = field(default_factory=dict)
    people: dict[str, Any] = field(default_factory=dict)
    ramps: dict[str, Any] = field(default_factory=dict)
    cycles: dict[int, Cycle] = field(default_factory=dict)


def names_for(team: Team) -> Names:
    """The change ideas, drivers, measures, people, ramps and cycles that a file of this team may name."""
    # Not those of a draft: teams do not see it yet.
    packages = team.collaborative.change_packages.exclude(status=PackageStatus.DRAFT)
    packages = packages.order_by("number").prefetch_related("ideas", "drivers")
    names = Names(team)
    # Later versions come later, so a name stands for the newest idea that has it.
    for package in packages:
        names.ideas |= {name_key(idea.name): idea for idea in package.ideas.all()}
        names.drivers |= {name_key(driver.name): driver for driver in package.drivers.all()}
    names.measures = {name_key(measure.code): measure for measure in team.collaborative.measures.all()}
    members = team.memberships.current().select_related("user")
    names.people = {name_key(member.user.email): member.user for member in members}
    names.ramps = {name_key(ramp.title): ramp for ramp in team.ramps.all()}
    names.cycles = {cycle.number: cycle for cycle in for_exchange(Cycle.objects.filter(team=team))}
    return names


def name_key(text: str) -> str:
    """Names are the same when only letters' case and spaces differ."""
    return " ".join(text.split()).casefold()


def named(found: Mapping[str, Any], text: str, column: str, sentence: str) -> Any:
    """What a name stands for. Raises ``UnreadableError`` with ``sentence``, which says where names come from."""
    row = found.get(name_key(text))
    if row is None:
        raise UnreadableError(f"{column}: " + sentence % {"text": text[:60]})
    return row
