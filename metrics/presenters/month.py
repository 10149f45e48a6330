"""The month's grid, its read-only twin, its history and the upload's dry run in words."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collab.common.formatting import clock, moment, period_name, period_short
from collab.common.formatting import number as number_in_words
from collab.enums import Statistic
from collab.models import Collaborative, MeasureVersion
from metrics.actions.drafts import Conflict
from metrics.cells import CellKey, Entry, Finding, Value
from metrics.entry import Breakdown
from metrics.enums import CheckKind, Importance, MissingReason, Severity, Source
from metrics.forms.month import field_name, seen_text
from metrics.imports.upload import Line
from metrics.models import Submission
from metrics.presenters.plans import PlanRow, what_counts
from metrics.presenters.threads import Thread
from metrics.presenters.values import counts_cases, number_labels, value_words
from metrics.queries.months import Past, Sheet, SheetMeasure, cell_names
from metrics.queries.series import kind_of
from metrics.suppression import State, shown
from metrics.validation import Checked, NumberError, number_of, rule_templates

SHOWN_PAST = 3
MOST_PAST = 12
SPARK_WIDTH, SPARK_HEIGHT, SPARK_EDGE = 120, 32, 4


# --- Words ---------------------------------------------------------------------------------------------------------
def result_text(version: MeasureVersion, numerator: float | None, denominator: float | None) -> str:
    """ "62 % (31 of 50)", "14.5 days (20 cases)", "7"; an en dash where there is no value."""
    value = version.value(numerator, denominator)
    if value is None:
        return _("nobody to count") if numerator == 0 and denominator == 0 else "–"
    return value_words(version, value, numerator, denominator if version.statistic.takes_denominator else None)


def typed_result(version: MeasureVersion, entry: Entry) -> str:
    """The result of what stands in a cell now; empty as long as a number that it is made of is not there."""
    try:
        numerator, denominator = number_of(entry.numerator), number_of(entry.denominator)
    except NumberError:
        return ""
    if numerator is None or (version.statistic.has_denominator and denominator is None):
        return ""
    if denominator == 0 and numerator:
        return ""
    return result_text(version, numerator, denominator)


def reason_label(reason: str) -> str | Promise:
    return MissingReason(reason).label if reason in MissingReason.values else reason


def entry_text(version: MeasureVersion, entry: Entry) -> str:
    """A cell in one line, for comparing: its result, its reason, or what was typed."""
    if entry.missing_reason:
        return str(reason_label(entry.missing_reason))
    typed = " / ".join(text for text in (entry.numerator, entry.denominator) if text)
    return typed_result(version, entry) or typed or _("empty")


# --- The grid ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Input:
    """One number to type: its field, its label in full for those who do not see the table, and its header.

    ``is_special``: the column's own heading does not say what is typed here.
    """

    name: str
    id: str
    value: str
    label: str
    header: str
    is_special: bool
    has_problem: bool


@dataclass(frozen=True, slots=True)
class TheirCell:
    """What somebody else has put into a cell meanwhile."""

    sentence: str
    numerator: str
    denominator: str
    missing_reason: str
    note: str
    seen: str
    theirs_name: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A pair of inputs with everything that stands beside them."""

    key: str
    name: str
    numerator: Input
    denominator: Input | None
    seen_name: str
    seen: str
    result: str
    findings: tuple[Finding, ...]
    theirs: TheirCell | None
    reason_name: str = ""
    reason: str = ""
    note_name: str = ""
    note: str = ""
    population: Input | None = None
    threads: tuple[Thread, ...] = ()
    changed: str = ""

    @property
    def open_threads(self) -> int:
        return sum(thread.is_open for thread in self.threads)

    @property
    def asks_for_note(self) -> bool:
        return bool(self.note) or any(finding.severity is Severity.CONFIRM for finding in self.findings)

    @property
    def is_filled(self) -> bool:
        return bool(self.numerator.value or self.reason)


@dataclass(frozen=True, slots=True)
class Groups:
    """The rows of one breakdown under a measure. ``makes_total``: sites, whose numbers are summed."""

    name: str
    overlapping: bool
    cells: tuple[Cell, ...]
    makes_total: bool = False

    @property
    def filled(self) -> int:
        return sum(cell.is_filled for cell in self.cells)

    @property
    def is_open(self) -> bool:
        """Whether something in it needs to be seen; sites always do, for they are what is typed."""
        return self.makes_total or any(cell.findings or cell.theirs or cell.open_threads for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Spark:
    """The run so far as an SVG line: points "x,y …" a stretch without gaps, the median's height, the last point."""

    lines: tuple[str, ...]
    median: str
    last: tuple[str, str]
    width: int = SPARK_WIDTH
    height: int = SPARK_HEIGHT


@dataclass(frozen=True, slots=True)
class PastShown:
    """A measure's last values as a viewer may see them: a small line, the newest in words, the rest on demand."""

    values: tuple[tuple[str, str], ...]
    spark: Spark | None

    @property
    def recent(self) -> tuple[tuple[str, str], ...]:
        return self.values[:SHOWN_PAST]

    @property
    def older(self) -> tuple[tuple[str, str], ...]:
        return self.values[SHOWN_PAST:]


@dataclass(frozen=True, slots=True)
class Row:
    """One measure of the grid. ``rules`` is what the browser can check by itself, as JSON."""

    cell: Cell
    version: MeasureVersion
    is_required: bool
    numerator_label: str
    denominator_label: str
    is_proportion: bool
    takes_denominator: bool
    divides: bool
    counts_cases: bool
    past: PastShown
    counts: tuple[PlanRow, ...] = ()
    rules: str = ""
    groups: tuple[Groups, ...] = ()

    @property
    def is_summed(self) -> bool:
        """Whether the total is the sum of sites that have numbers, so that nobody types it."""
        return any(groups.makes_total and groups.filled for groups in self.groups)


@dataclass(frozen=True)
class Grid:
    """The whole grid, and what will be sent in a sentence."""

    rows: tuple[Row, ...]
    summary: str
    problems: tuple[tuple[str, str, str], ...]


def grid_for(
    sheet: Sheet,
    checked: Checked,
    *,
    typed: Mapping[CellKey, Entry] | None = None,
    conflicts: Mapping[CellKey, Conflict] | None = None,
    threads: Iterable[Thread] = (),
    with_problems: bool = False,
) -> Grid:
    """The grid of a sheet. ``typed`` are texts that stand in the inputs instead of the saved ones."""
    maker = _GridMaker(sheet, checked, typed or {}, conflicts or {}, tuple(threads))
    rows = tuple(maker.row(item) for item in sheet.measures)
    problems = tuple(maker.problems()) if with_problems else ()
    return Grid(rows, summary_of(sheet), problems)


@dataclass
class _GridMaker:
    sheet: Sheet
    checked: Checked
    typed: Mapping[CellKey, Entry]
    conflicts: Mapping[CellKey, Conflict]
    threads: tuple[Thread, ...]

    def __post_init__(self) -> None:
        self.names = cell_names(self.sheet)

    def row(self, item: SheetMeasure) -> Row:
        first, second = number_labels(item.version)
        return Row(
            cell=self.cell(item, item.key, item.version.name, has_reason=True),
            version=item.version,
            is_required=item.measure.required,
            numerator_label=first,
            denominator_label=second,
            is_proportion=item.version.statistic is Statistic.PROPORTION,
            takes_denominator=item.version.statistic.takes_denominator,
            divides=item.version.statistic.has_denominator,
            counts_cases=counts_cases(item.version),
            past=past_of(self.sheet, item, may_see_small=True),
            counts=what_counts(item.version),
            rules=live_rules(item, self.sheet),
            groups=tuple(self.groups(item, breakdown) for breakdown in item.breakdowns),
        )

    def groups(self, item: SheetMeasure, breakdown: Breakdown) -> Groups:
        cells = tuple(self.cell(item, group.key, group.name, has_reason=False) for group in breakdown.groups)
        return Groups(breakdown.name, breakdown.overlapping, cells, breakdown.makes_total)

    def cell(self, item: SheetMeasure, key: CellKey, name: str, *, has_reason: bool) -> Cell:
        entry = self.typed.get(key, self.sheet.cells[key].entry)
        conflict = self.conflicts.get(key)
        findings = tuple(self.checked.of(key))
        first, second = number_labels(item.version)
        month = period_name(self.sheet.month, step=self.sheet.team.collaborative.step)
        takes_sample = item.version.sampling_ok and item.version.statistic.takes_denominator and key.is_total

        def number_input(part: str, text: str, label: str) -> Input:
            return Input(
                name=field_name(part, key),
                id=input_id(part, key),
                value=text,
                label=_("%(measure)s – %(number)s, %(month)s")
                % {"measure": self.names[key], "number": label.lower(), "month": month},
                header=label,
                is_special=not item.version.statistic.has_denominator or first != _("Numerator"),
                has_problem=any(finding.field == part and finding.severity is Severity.BLOCKS for finding in findings),
            )

        return Cell(
            key=str(key),
            name=name,
            numerator=number_input("numerator", entry.numerator, first),
            denominator=number_input("denominator", entry.denominator, second) if second else None,
            seen_name=field_name("seen", key),
            # With a conflict the person has now seen the other's cell: sending again keeps one's own.
            seen=seen_text(self.sheet.cells[key].entry),
            result=typed_result(item.version, entry),
            findings=findings,
            theirs=their_cell(item.version, conflict, self.sheet.team.collaborative) if conflict else None,
            reason_name=field_name("missing_reason", key) if has_reason else "",
            reason=entry.missing_reason,
            note_name=field_name("note", key) if has_reason else "",
            note=entry.note,
            # A number that stands there although the measure takes none (any more) has to be seen to be taken out.
            population=number_input("population", entry.population, _("Drawn from"))
            if takes_sample or entry.population
            else None,
            threads=tuple(thread for thread in self.threads if thread.query.key == key),
            changed=self.changed(key) if key.is_site else "",
        )

    def changed(self, key: CellKey) -> str:
        """Who left a site's number so, and when."""
        now = self.sheet.cells[key]
        if now.at is None or now.entry.is_blank:
            return ""
        return _("%(person)s, %(at)s") % {"person": now.by, "at": moment(now.at, self._zone)}

    @property
    def _zone(self) -> str:
        return self.sheet.team.collaborative.time_zone

    def problems(self) -> Iterable[tuple[str, str, str]]:
        """For the summary on top: the id to jump to, the measure, and the sentence."""
        for key, conflict in self.conflicts.items():
            sentence = _("%(name)s changed this meanwhile. Keep yours or take theirs.")
            yield input_id("numerator", key), self.names[key], sentence % {"name": conflict.theirs.by}
        for finding in (*self.checked.blocking, *self.checked.unconfirmed):
            yield _anchor(finding), self.names[finding.key], finding.message


def _anchor(finding: Finding) -> str:
    """Where a finding is answered: its number, or the note that confirms it."""
    if finding.severity is Severity.CONFIRM:
        return f"note-{input_id('numerator', finding.key)}"
    return input_id(finding.field if finding.field in ("denominator", "population") else "numerator", finding.key)


def input_id(part: str, key: CellKey) -> str:
    return f"{part}-{str(key).replace('.', '-')}"


def their_cell(version: MeasureVersion, conflict: Conflict, collaborative: Collaborative) -> TheirCell:
    """The other's cell with name, time and value."""
    theirs = conflict.theirs
    return TheirCell(
        sentence=_("%(name)s put in %(value)s at %(time)s, while you typed.")
        % {
            "name": theirs.by or _("Somebody"),
            "value": entry_text(version, theirs.entry),
            "time": clock(theirs.at, collaborative.time_zone),
        },
        numerator=theirs.entry.numerator,
        denominator=theirs.entry.denominator,
        missing_reason=theirs.entry.missing_reason,
        note=theirs.entry.note,
        seen=seen_text(theirs.entry),
        theirs_name=field_name("theirs", theirs.entry.key),
    )


def summary_of(sheet: Sheet) -> str:
    """ "3 of 5 measures have numbers, 1 has a reason, 1 is still empty." """
    totals = [sheet.cells[item.key].entry for item in sheet.measures]
    with_reason = sum(bool(entry.missing_reason) for entry in totals)
    with_numbers = sum(not entry.is_blank for entry in totals) - with_reason
    empty = len(totals) - with_numbers - with_reason
    parts = [
        ngettext(
            "%(done)s of %(total)s measure has numbers",
            "%(done)s of %(total)s measures have numbers",
            len(totals),
        )
        % {"done": with_numbers, "total": len(totals)}
    ]
    if with_reason:
        parts.append(
            ngettext("%(count)s has a reason instead", "%(count)s have a reason instead", with_reason)
            % {"count": with_reason}
        )
    if empty:
        parts.append(ngettext("%(count)s is still empty", "%(count)s are still empty", empty) % {"count": empty})
    return ", ".join(parts) + "."


def past_of(sheet: Sheet, item: SheetMeasure, *, may_see_small: bool) -> PastShown:
    """The last 12 values before the month; small ones are hidden from others, and the line is drawn without them."""
    kind, step = kind_of(item.version.statistic), sheet.team.collaborative.step
    values: list[tuple[str, str]] = []
    drawn: list[Past] = []
    for one in item.past[-MOST_PAST:]:
        cell = shown(one.numerator, one.denominator, kind=kind, may_see_small=may_see_small)
        is_hidden = cell.state is State.HIDDEN
        text = hidden_text() if is_hidden else result_text(item.version, one.numerator, one.denominator)
        values.append((period_short(one.month, step=step), text))
        drawn.append(replace(one, numerator=None, denominator=None) if is_hidden else one)
    return PastShown(tuple(reversed(values)), spark_for(item.version, drawn))


def live_rules(item: SheetMeasure, sheet: Sheet) -> str:
    """The measure's own rules for the browser, which then says at once what the server says with the next save.

    A list of {kind, severity, part, low, high, other, other_part, sentence}; numbers stand in the sentence as {number}
    and {bound}. Empty where there are none.
    """
    rules = []
    for check in item.checks:
        if check.kind not in CheckKind.added() or check.importance == Importance.OFF:
            continue
        other = sheet.by_code.get(check.other.code) if check.other else None
        if check.kind in CheckKind.across() and other is None:
            continue
        rules.append(
            {
                "kind": check.kind,
                "severity": check.importance,
                "part": check.part,
                "low": check.low,
                "high": check.high,
                "other": other.measure.code if other else "",
                "otherPart": check.other_part,
                "sentences": rule_templates(check, other.version if other else None),
            }
        )
    return json.dumps(rules) if rules else ""


def spark_for(version: MeasureVersion, past: Sequence[Past]) -> Spark | None:
    """The earlier values as a line from 0 to the highest; None with fewer than two values."""
    values = [version.value(one.numerator, one.denominator) for one in past]
    present = [value for value in values if value is not None]
    if len(present) < 2:
        return None
    top = max(present) or 1.0

    def x(place: int) -> float:
        return SPARK_EDGE + place * (SPARK_WIDTH - 2 * SPARK_EDGE) / (len(values) - 1)

    def y(value: float) -> float:
        return SPARK_HEIGHT - SPARK_EDGE - value / top * (SPARK_HEIGHT - 2 * SPARK_EDGE)

    lines: list[list[str]] = [[]]
    last = ("", "")
    for place, value in enumerate(values):
        if value is None:
            lines.append([])
        else:
            last = (f"{x(place):.1f}", f"{y(value):.1f}")
            lines[-1].append(",".join(last))
    return Spark(tuple(" ".join(line) for line in lines if line), f"{y(statistics.median(present)):.1f}", last)


# --- Read-only -----------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class ReadRow:
    """One line of the read-only page."""

    key: CellKey
    name: str
    text: str
    note: str
    state: State
    is_group: bool = False
    past: PastShown | None = None
    counts: tuple[PlanRow, ...] = ()
    threads: tuple[Thread, ...] = ()


def hidden_text() -> str:
    return _("hidden, because a count is 1–10")


def shown_value(version: MeasureVersion, value: Value | None, *, may_see_small: bool) -> tuple[str, State]:
    """A stored value as a viewer may see it."""
    if value is None:
        return _("not asked or not given"), State.MISSING
    cell = shown(value.numerator, value.denominator, kind=kind_of(version.statistic), may_see_small=may_see_small)
    if cell.state is State.HIDDEN:
        return hidden_text(), cell.state
    if value.numerator is None:
        return str(reason_label(value.missing_reason)), cell.state
    text = result_text(version, value.numerator, value.denominator)
    if value.population is not None:
        text = _("%(value)s, a sample from %(population)s") % {
            "value": text,
            "population": number_in_words(value.population),
        }
    return text, cell.state


def read_rows(sheet: Sheet, *, may_see_small: bool, threads: Sequence[Thread] = ()) -> list[ReadRow]:
    """The live revision line by line. Groups are hidden together, for one hidden group could be worked out.

    Notes are for those who may see small counts: "only 3 people" stands in a note just as it would in a number.
    """
    found: list[ReadRow] = []
    for item in sheet.measures:
        value = sheet.live_values.get(item.key)
        text, state = shown_value(item.version, value, may_see_small=may_see_small)
        past = past_of(sheet, item, may_see_small=may_see_small)
        note = value.note if value and may_see_small else ""
        counts = what_counts(item.version)
        said = _of(item.key, threads)
        found.append(ReadRow(item.key, item.version.name, text, note, state, past=past, counts=counts, threads=said))
        for breakdown in item.breakdowns:
            found += _read_groups(
                item, breakdown, sheet.live_values, state, may_see_small=may_see_small, threads=threads
            )
    return found


def _of(key: CellKey, threads: Sequence[Thread]) -> tuple[Thread, ...]:
    return tuple(thread for thread in threads if thread.query.key == key)


def _read_groups(
    item: SheetMeasure,
    breakdown: Breakdown,
    values: Mapping[CellKey, Value],
    total: State,
    *,
    may_see_small: bool,
    threads: Sequence[Thread],
) -> list[ReadRow]:
    given = [(group, values[group.key]) for group in breakdown.groups if group.key in values]
    texts = [shown_value(item.version, value, may_see_small=may_see_small) for _group, value in given]
    if total is State.HIDDEN or any(state is State.HIDDEN for _text, state in texts):
        texts = [(hidden_text(), State.HIDDEN)] * len(given)
    return [
        ReadRow(
            group.key,
            f"{breakdown.name}: {group.name}",
            text,
            "",
            state,
            is_group=True,
            threads=_of(group.key, threads),
        )
        for (group, _value), (text, state) in zip(given, texts, strict=True)
    ]


# --- History -------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Change:
    """One cell that a revision changed."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Confirmed:
    """An unusual value that was kept: the measure, what was asked then, and what the team answered."""

    name: str
    sentence: str
    note: str


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision: who, when, how, why, what it changed, and which unusual values it confirmed with a note."""

    number: int
    is_live: bool
    status: str | Promise
    by: str
    at: str
    how: str | Promise
    why: str
    changes: tuple[Change, ...]
    confirmed: tuple[Confirmed, ...] = ()


def revisions_of(
    sheet: Sheet,
    submissions: Sequence[Submission],
    values: Mapping[int, Mapping[CellKey, Value]],
    *,
    may_see_small: bool,
) -> list[Revision]:
    """The history, newest first. ``submissions`` are in order; groups only for those who may see small counts."""
    found: list[Revision] = []
    before: Mapping[CellKey, Value] = {}
    for submission in submissions:
        after = values[submission.pk]
        found.append(
            Revision(
                number=submission.revision,
                is_live=submission.pk == (sheet.live.pk if sheet.live else None),
                status=submission.get_status_display(),
                by=str(submission.submitted_by or _("the center")),
                at=moment(submission.submitted_at, sheet.team.collaborative.time_zone),
                how=Source(submission.source).label,
                why=submission.note,
                changes=tuple(_changes(sheet, before, after, may_see_small=may_see_small)),
                # Sentences and notes have figures in them.
                confirmed=tuple(_confirmed(sheet, submission)) if may_see_small else (),
            )
        )
        before = after
    return found[::-1]


def _confirmed(sheet: Sheet, submission: Submission) -> Iterable[Confirmed]:
    names = cell_names(sheet)
    for one in submission.confirmations.all():
        yield Confirmed(names.get(CellKey(one.measure.code), one.measure.code), one.sentence, one.note)


def _changes(
    sheet: Sheet, before: Mapping[CellKey, Value], after: Mapping[CellKey, Value], *, may_see_small: bool
) -> Iterable[Change]:
    names = cell_names(sheet)
    for key in sorted(set(before) | set(after)):
        old, new = before.get(key), after.get(key)
        item = sheet.by_code.get(key.measure)
        if old == new or item is None or not (key.is_total or may_see_small):
            continue
        texts = [
            shown_value(item.version, value, may_see_small=may_see_small)[0] if value else _("empty")
            for value in (old, new)
        ]
        notes = [value.note if value and may_see_small else "" for value in (old, new)]
        if notes[0] != notes[1]:
            texts = [f"{text} – “{note}”" if note else text for text, note in zip(texts, notes, strict=True)]
        yield Change(names.get(key, str(key)), texts[0], texts[1])


# --- The dry run of an upload --------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class UploadLine:
    """One row of a file: where it goes, what is there now, what would be, and what is wrong."""

    number: int
    name: str
    before: str
    after: str
    problems: tuple[str, ...]
    questions: tuple[str, ...]

    @property
    def is_change(self) -> bool:
        return self.before != self.after


def upload_lines(sheet: Sheet, lines: Iterable[Line]) -> list[UploadLine]:
    """A dry run's rows in words."""
    names = cell_names(sheet)
    found = []
    for line in lines:
        key = line.entry.key
        version = sheet.by_code[key.measure].version if key in names else None
        found.append(
            UploadLine(
                number=line.row.number,
                name=names.get(key) or ", ".join(part for part in _parts_as_typed(key, names) if part),
                before=entry_text(version, sheet.cells[key].entry) if version else "",
                after=entry_text(version, line.entry) if version else "",
                problems=line.problems,
                questions=line.questions,
            )
        )
    return found


def _parts_as_typed(key: CellKey, names: Mapping[CellKey, str]) -> tuple[str, ...]:
    """What a row that belongs nowhere says of itself: the measure, by its name where there is one, and the part."""
    measure = names.get(CellKey(key.measure), key.measure)
    return (measure, key.stratum) if key.is_site else (measure, key.dimension, key.stratum)


def open_findings(sheet: Sheet, findings: Iterable[Finding]) -> list[tuple[str, str]]:
    """What still has to be answered: the cell's name and the sentence."""
    names = cell_names(sheet)
    return [(names[finding.key], finding.message) for finding in findings]
