"""Is what was typed possible, and is it likely? The one judge for the grid, files and imports.

``check_cell`` knows one cell and its definition (what blocks); ``check_sheet`` knows the month: reasons, groups against
totals, and the team's own past (what asks for a confirming note). Findings are sentences that say what is wrong and
what to do; where it is stands in their key and field.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from django.utils.translation import gettext as _

from collab.common.formatting import number, with_unit
from collab.enums import Statistic
from collab.models import MeasureVersion
from metrics.cells import CellKey, Entry, Finding, Value
from metrics.entry import Breakdown
from metrics.enums import CheckKind, CheckPart, Importance, MissingReason, Severity
from metrics.models import MeasureCheck
from metrics.models.submission import LARGEST_NUMBER
from metrics.queries.months import Sheet, SheetMeasure, sheet_for
from metrics.stats import series
from teams.models import Team

NUMERATOR, DENOMINATOR, REASON, NOTE = "numerator", "denominator", "missing_reason", "note"
POPULATION = "population"
LATELY = 6
SHORTEST_NOTE = 3
LONGEST_NOTE = 500
# Sums of thousands of fractions must not be told apart from their total by rounding.
ROUNDING = 1e-9

PLAIN = re.compile(r"\d{1,15}(\.\d{1,12})?", re.ASCII)
GROUPED = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)
SPACED = re.compile(r"\d{1,3}([ \u00a0\u2009\u202f]\d{3})+(\.\d+)?", re.ASCII)
DECIMAL_COMMA = re.compile(r"\d+,\d+", re.ASCII)
MINUS = ("-", "−", "–")


class Code(StrEnum):
    """What can be wrong with a cell."""

    NOT_A_NUMBER = "not_a_number"
    NEGATIVE = "negative"
    TOO_LARGE = "too_large"
    FRACTION = "fraction"
    ABOVE_DENOMINATOR = "above_denominator"
    NUMERATOR_MISSING = "numerator_missing"
    DENOMINATOR_MISSING = "denominator_missing"
    NO_DENOMINATOR_WANTED = "no_denominator_wanted"
    NOBODY_TO_COUNT = "nobody_to_count"
    OUT_OF_RANGE = "out_of_range"
    REASON_NEEDED = "reason_needed"
    REASON_UNKNOWN = "reason_unknown"
    VALUE_AND_REASON = "value_and_reason"
    NOTE_TOO_LONG = "note_too_long"
    GROUP_WITHOUT_TOTAL = "group_without_total"
    GROUP_ABOVE_TOTAL = "group_above_total"
    GROUPS_ABOVE_TOTAL = "groups_above_total"
    SITES_DIFFER = "sites_differ"
    SITES_MISSING = "sites_missing"
    NO_SAMPLE_ALLOWED = "no_sample_allowed"
    SAMPLE_ABOVE_POPULATION = "sample_above_population"
    RULE_RANGE = "rule_range"
    RULE_AT_MOST = "rule_at_most"
    RULE_SAME_AS = "rule_same_as"
    OUTSIDE_OWN_LIMITS = "outside_own_limits"
    MODIFIED_Z = "modified_z"
    TENFOLD_CHANGE = "tenfold_change"
    DENOMINATOR_JUMP = "denominator_jump"


class NumberError(ValueError):
    """A text that is not a number we take; carries the code and the sentence."""

    def __init__(self, code: Code, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True)
class Checked:
    """What came of a check: values ready to be stored (of cells without blocking findings), and all findings."""

    values: list[Value] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def blocking(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.severity is Severity.BLOCKS]

    @property
    def unconfirmed(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.severity is Severity.CONFIRM and finding.is_open]

    @property
    def confirmed(self) -> list[Finding]:
        """What was unusual and a note answers."""
        return [finding for finding in self.findings if finding.severity is Severity.CONFIRM and finding.confirmed]

    @property
    def is_ready(self) -> bool:
        """Whether the month can be submitted as it is."""
        return not self.blocking and not self.unconfirmed

    def of(self, key: CellKey) -> list[Finding]:
        return [finding for finding in self.findings if finding.key == key]


def check(team: Team, month: dt.date, entries: Iterable[Entry]) -> Checked:
    """Check a whole month as it would be submitted."""
    return check_sheet(sheet_for(team, month), entries)


# --- Numbers -------------------------------------------------------------------------------------------------------
def number_of(text: str) -> float | None:
    """Read a count as people type it: "42", "1,234", "1 234", "14.5". None when blank.

    Raises ``NumberError`` with a sentence for everything else, also where Python would read a number ("1e5", "NaN",
    digits of other scripts), because what a person meant by it is not sure.
    """
    cleaned = text.strip()
    if not cleaned:
        return None
    if PLAIN.fullmatch(cleaned):
        found = float(cleaned)
    elif GROUPED.fullmatch(cleaned) or SPACED.fullmatch(cleaned):
        found = float(re.sub(r"[,\s]", "", cleaned))
    else:
        raise _not_a_number(cleaned)
    if found > LARGEST_NUMBER:
        raise NumberError(
            Code.TOO_LARGE, _("%(text)s is more than a billion. Check for a slipped digit.") % {"text": cleaned[:30]}
        )
    return found


def _not_a_number(text: str) -> NumberError:
    shown = text[:30]
    if text.endswith("%"):
        return NumberError(
            Code.NOT_A_NUMBER, _("“%(text)s” is a percentage. Type the counts; it is computed.") % {"text": shown}
        )
    if text.startswith(MINUS) and PLAIN.fullmatch(text[1:].strip()):
        return NumberError(Code.NEGATIVE, _("%(text)s is below 0. A count is 0 or more.") % {"text": shown})
    if DECIMAL_COMMA.fullmatch(text):
        return NumberError(
            Code.NOT_A_NUMBER,
            _("“%(text)s” can be read in two ways. Write a decimal point: 12.5, and thousands as 1,250.")
            % {"text": shown},
        )
    if text.isdecimal():
        return NumberError(
            Code.NOT_A_NUMBER, _("“%(text)s” has digits that can not be read here. Type 0 to 9.") % {"text": shown}
        )
    return NumberError(Code.NOT_A_NUMBER, _("“%(text)s” is not a number. Type digits, such as 42.") % {"text": shown})


# --- One cell ------------------------------------------------------------------------------------------------------
def check_cell(version: MeasureVersion, entry: Entry) -> tuple[Value | None, list[Finding]]:
    """One cell against its definition: its value, or None when it is blank or something blocks."""
    findings: list[Finding] = []
    numbers: dict[str, float | None] = {}
    for name, text in (
        (NUMERATOR, entry.numerator),
        (DENOMINATOR, entry.denominator),
        (POPULATION, entry.population),
    ):
        try:
            numbers[name] = number_of(text)
        except NumberError as error:
            findings.append(_blocks(entry.key, name, error.code, error.sentence))
    if len(entry.note) > LONGEST_NOTE:
        findings.append(
            _blocks(
                entry.key,
                NOTE,
                Code.NOTE_TOO_LONG,
                _("The note has %(found)s characters; at most %(most)s are kept. Shorten it.")
                % {"found": len(entry.note), "most": LONGEST_NOTE},
            )
        )
    if findings or entry.is_blank:
        return None, findings
    value = Value(
        entry.key,
        numbers[NUMERATOR],
        numbers[DENOMINATOR],
        entry.missing_reason.strip(),
        entry.note.strip(),
        numbers[POPULATION],
    )
    findings = [*_missing(version, value)] or [*_impossible(version, value), *_sample(version, value)]
    return (None if findings else value), findings


def _missing(version: MeasureVersion, value: Value) -> Iterable[Finding]:
    """Numbers that have to come together, and reasons that stand instead of them."""
    if value.missing_reason:
        if value.missing_reason not in MissingReason.values:
            yield _blocks(
                value.key,
                REASON,
                Code.REASON_UNKNOWN,
                _("“%(text)s” is not one of the reasons: %(reasons)s.")
                % {"text": value.missing_reason[:30], "reasons": ", ".join(MissingReason.values)},
            )
        if value.numerator is not None:
            yield _blocks(
                value.key,
                REASON,
                Code.VALUE_AND_REASON,
                _("There is a value and a reason why it is missing. Take one of them out."),
            )
        return
    if value.numerator is None:
        yield _blocks(
            value.key, NUMERATOR, Code.NUMERATOR_MISSING, _("The numerator is missing. Type it; 0 if there were none.")
        )
    elif version.statistic.has_denominator and value.denominator is None:
        yield _blocks(
            value.key,
            DENOMINATOR,
            Code.DENOMINATOR_MISSING,
            _("The denominator is missing. Type it; 0 if there was nobody to count."),
        )
    if value.denominator is not None and not version.statistic.takes_denominator:
        yield _blocks(
            value.key,
            DENOMINATOR,
            Code.NO_DENOMINATOR_WANTED,
            _("This measure has no denominator. Leave the cell empty."),
        )


def _impossible(version: MeasureVersion, value: Value) -> Iterable[Finding]:
    """Pairs of numbers that can not be. Called when the numbers that belong together are there."""
    key, statistic = value.key, version.statistic
    for name, count, is_whole in (
        (NUMERATOR, value.numerator, statistic.counts_people),
        (DENOMINATOR, value.denominator, statistic is not Statistic.RATE),
    ):
        if is_whole and count is not None and not count.is_integer():
            yield _blocks(
                key,
                name,
                Code.FRACTION,
                _("%(count)s is not a whole number, and people are counted whole.")
                % {"count": number(count, places=6)},
            )
    if value.numerator is None:
        return
    if statistic is Statistic.PROPORTION and value.numerator > (value.denominator or 0):
        yield _blocks(
            key,
            NUMERATOR,
            Code.ABOVE_DENOMINATOR,
            _("%(numerator)s is above the denominator %(denominator)s. Check both, they may be swapped.")
            % {"numerator": number(value.numerator), "denominator": number(value.denominator)},
        )
    elif statistic.has_denominator and not value.denominator and value.numerator:
        yield _blocks(
            key,
            DENOMINATOR,
            Code.NOBODY_TO_COUNT,
            _("The denominator is 0 but the numerator is %(numerator)s. Check both.")
            % {"numerator": number(value.numerator)},
        )
    else:
        yield from _out_of_range(version, value)


def _sample(version: MeasureVersion, value: Value) -> Iterable[Finding]:
    """A sample where the measure takes none, or one that is larger than what it was drawn from."""
    if value.population is None:
        return
    if not version.sampling_ok or not version.statistic.takes_denominator:
        yield _blocks(
            value.key,
            POPULATION,
            Code.NO_SAMPLE_ALLOWED,
            _("This measure is not sampled. Count everybody, and leave “drawn from” empty."),
        )
    elif value.denominator is None or value.population < value.denominator:
        yield _blocks(
            value.key,
            POPULATION,
            Code.SAMPLE_ABOVE_POPULATION,
            _("A sample of %(sample)s can not be drawn from %(population)s. Check both, they may be swapped.")
            % {"sample": number(value.denominator), "population": number(value.population)},
        )
    elif not value.population.is_integer():
        yield _blocks(
            value.key,
            POPULATION,
            Code.FRACTION,
            _("%(count)s is not a whole number, and people are counted whole.")
            % {"count": number(value.population, places=6)},
        )


def _out_of_range(version: MeasureVersion, value: Value) -> Iterable[Finding]:
    result = version.value(value.numerator, value.denominator)
    low, high = version.min_value, version.max_value
    if result is None or not ((low is not None and result < low) or (high is not None and result > high)):
        return
    if low is not None and high is not None:
        possible = _("from %(low)s to %(high)s") % {"low": number(low), "high": number(high)}
    elif low is not None:
        possible = _("%(low)s or more") % {"low": number(low)}
    else:
        possible = _("%(high)s or less") % {"high": number(high)}
    yield _blocks(
        value.key,
        NUMERATOR,
        Code.OUT_OF_RANGE,
        _("This makes %(value)s, but the measure can only be %(possible)s. Check the numbers.")
        % {"value": with_unit(result, version.unit), "possible": possible},
    )


# --- The month -----------------------------------------------------------------------------------------------------
def check_sheet(sheet: Sheet, entries: Iterable[Entry], *, is_complete: bool = True) -> Checked:
    """A month's entries against definitions, each other and the team's past.

    ``is_complete`` False while people type: a blank measure is then not yet a finding. Entries of cells that the month
    does not have are left out; whoever reads files says so before.
    """
    given = {entry.key: entry for entry in entries}
    values: dict[CellKey, Value] = {}
    findings: list[Finding] = []
    for item in sheet.measures:
        for key in item.cell_keys():
            value, found = check_cell(item.version, given.get(key, Entry(key)))
            findings += found
            if value is not None:
                values[key] = value
        total = given.get(item.key, Entry(item.key))
        if is_complete and total.is_blank and (item.measure.required or _has_groups(item, given)):
            findings.append(_reason_needed(item))
        findings += _groups_against_total(item, values)
        if item.key in values:
            findings += unlikely(item, values[item.key])
    for item in sheet.measures:
        findings += _broken_rules(item, sheet, values)
    return Checked(list(values.values()), findings)


def _has_groups(item: SheetMeasure, given: Mapping[CellKey, Entry]) -> bool:
    return any(key in given and not given[key].is_blank for key in item.cell_keys())


def _reason_needed(item: SheetMeasure) -> Finding:
    return _blocks(
        item.key,
        NUMERATOR,
        Code.REASON_NEEDED,
        _("Nothing is entered. Type the numbers, or choose the reason why there are none."),
    )


def _groups_against_total(item: SheetMeasure, values: Mapping[CellKey, Value]) -> Iterable[Finding]:
    total = values.get(item.key)
    for breakdown in item.breakdowns:
        groups = [values[group.key] for group in breakdown.groups if group.key in values]
        groups = [value for value in groups if value.numerator is not None]
        if total is None or not groups:
            continue
        if total.numerator is None:
            yield _blocks(
                groups[0].key,
                NUMERATOR,
                Code.GROUP_WITHOUT_TOTAL,
                _("There are numbers for groups but none for all. Type the total first."),
            )
            continue
        if breakdown.makes_total:
            yield from _sites_against_total(breakdown, total, groups)
            continue
        for name in _parts_of_total(item.version):
            yield from _group_sums(breakdown, name, total, groups)


def _sites_against_total(breakdown: Breakdown, total: Value, sites: Sequence[Value]) -> Iterable[Finding]:
    """Sites make the total, so they add up to it; a site without numbers is said, for the total is then of the rest."""
    for name in (NUMERATOR, DENOMINATOR):
        whole, counts = getattr(total, name), [getattr(value, name) or 0 for value in sites]
        if whole is not None and abs(sum(counts) - whole) > ROUNDING * max(1.0, whole):
            yield _blocks(
                total.key,
                name,
                Code.SITES_DIFFER,
                _("The sites add up to %(sum)s, but the total says %(total)s. Leave the total to be summed.")
                % {"sum": number(sum(counts)), "total": number(whole)},
            )
    given = {value.key for value in sites}
    missing = [group.name for group in breakdown.groups if group.key not in given]
    if missing:
        yield Finding(
            total.key,
            NUMERATOR,
            Severity.CONFIRM,
            Code.SITES_MISSING.value,
            _("The total is of %(given)s of %(all)s sites: %(names)s has no numbers. Add them, or say why.")
            % {"given": len(sites), "all": len(breakdown.groups), "names": ", ".join(missing)},
            confirmed=len(total.note) >= SHORTEST_NOTE,
        )


def _parts_of_total(version: MeasureVersion) -> tuple[str, ...]:
    """The numbers whose groups can not be more than all: of a median or score only the cases behind it."""
    if not version.statistic.takes_denominator:
        return (NUMERATOR,) if version.statistic is Statistic.COUNT else ()
    return (NUMERATOR, DENOMINATOR) if version.statistic.has_denominator else (DENOMINATOR,)


def _group_sums(breakdown: Breakdown, name: str, total: Value, groups: Sequence[Value]) -> Iterable[Finding]:
    whole = getattr(total, name)
    if whole is None:
        return
    counts = [(value, getattr(value, name)) for value in groups if getattr(value, name) is not None]
    above = [(value, count) for value, count in counts if count > whole]
    for value, count in above:
        yield _blocks(
            value.key,
            name,
            Code.GROUP_ABOVE_TOTAL,
            _("%(count)s is above the total of %(total)s. Check both.")
            % {"count": number(count), "total": number(whole)},
        )
    together = sum(count for _value, count in counts)
    if not above and not breakdown.overlapping and together > whole * (1 + ROUNDING):
        yield _blocks(
            counts[-1][0].key,
            name,
            Code.GROUPS_ABOVE_TOTAL,
            _("The groups of “%(breakdown)s” add up to %(sum)s, more than the total of %(total)s. Check them.")
            % {"breakdown": breakdown.name, "sum": number(together), "total": number(whole)},
        )


# --- The measure's own rules ---------------------------------------------------------------------------------------
def part_of(version: MeasureVersion, value: Value, part: str) -> float | None:
    """One of a measure's three numbers: its result in its unit, or one of the two that were counted."""
    if part == CheckPart.VALUE:
        return version.value(value.numerator, value.denominator)
    return value.numerator if part == CheckPart.NUMERATOR else value.denominator


def part_name(version: MeasureVersion, part: str) -> str:
    """ "the denominator of “No-show”"."""
    return _("%(part)s of “%(measure)s”") % {"part": CheckPart(part).label, "measure": version.name}


def _broken_rules(item: SheetMeasure, sheet: Sheet, values: Mapping[CellKey, Value]) -> Iterable[Finding]:
    """The rules that somebody set up for the measure, about the team's total."""
    value = values.get(item.key)
    if value is None or value.numerator is None:
        return
    for rule in item.checks:
        found = None
        if rule.kind == CheckKind.RANGE:
            found = _outside_range(item, rule, value)
        elif rule.kind in CheckKind.across():
            found = _unlike_other(item, rule, value, sheet, values)
        if found is not None and rule.importance != Importance.OFF:
            code, sentence = found
            severity = Importance(rule.importance).severity
            confirmed = severity is Severity.CONFIRM and len(value.note) >= SHORTEST_NOTE
            field_ = DENOMINATOR if rule.part == CheckPart.DENOMINATOR else NUMERATOR
            yield Finding(item.key, field_, severity, code.value, sentence, confirmed)


def _outside_range(item: SheetMeasure, rule: MeasureCheck, value: Value) -> tuple[Code, str] | None:
    count = part_of(item.version, value, rule.part)
    below = count is not None and rule.low is not None and count < rule.low
    above = count is not None and rule.high is not None and count > rule.high
    if not (below or above):
        return None
    is_value = rule.part == CheckPart.VALUE
    sentence = rule_templates(rule, None)["below" if below else "above"].format(
        number=with_unit(count, item.version.unit) if is_value else number(count),
        bound=number(rule.low if below else rule.high),
    )
    return Code.RULE_RANGE, sentence


def _unlike_other(
    item: SheetMeasure, rule: MeasureCheck, value: Value, sheet: Sheet, values: Mapping[CellKey, Value]
) -> tuple[Code, str] | None:
    other = sheet.by_code.get(rule.other.code) if rule.other else None
    counterpart = values.get(other.key) if other else None
    if other is None or counterpart is None:
        return None
    count = part_of(item.version, value, rule.part)
    bound = part_of(other.version, counterpart, rule.other_part)
    if count is None or bound is None:
        return None
    sentences = rule_templates(rule, other.version)
    if rule.kind == CheckKind.AT_MOST:
        code, name, holds = Code.RULE_AT_MOST, "above", count <= bound * (1 + ROUNDING)
    else:
        code, name = Code.RULE_SAME_AS, "differs"
        holds = abs(count - bound) <= ROUNDING * max(1.0, abs(bound))
    return None if holds else (code, sentences[name].format(number=number(count), bound=number(bound)))


def rule_templates(rule: MeasureCheck, other: MeasureVersion | None) -> dict[str, str]:
    """What is said when a rule is broken, with {number} and {bound} still to be filled in: by the server when it
    checks, and by the browser as soon as the numbers are typed. ``other``: the definition a comparison is with."""
    if rule.kind == CheckKind.RANGE:
        return {
            "below": _("{number} is below {bound}. Check it."),
            "above": _("{number} is above {bound}. Check it."),
        }
    name = part_name(other, rule.other_part).replace("{", "{{").replace("}", "}}") if other else ""
    return {
        "above": _("{number} can not be above %(other)s, which is {bound}. Check both.") % {"other": name},
        "differs": _("{number} should be the same as %(other)s, which is {bound}. Check both.") % {"other": name},
    }


# --- The team's own past -------------------------------------------------------------------------------------------
# How much the checks of the past weigh where nobody has said otherwise.
USUALLY = {
    CheckKind.OWN_LIMITS: Importance.CONFIRM,
    CheckKind.MODIFIED_Z: Importance.OFF,
    CheckKind.TENFOLD: Importance.CONFIRM,
    CheckKind.JUMP: Importance.CONFIRM,
}
KIND_OF = {
    series.FindingCode.OUTSIDE_OWN_LIMITS: CheckKind.OWN_LIMITS,
    series.FindingCode.MODIFIED_Z: CheckKind.MODIFIED_Z,
    series.FindingCode.TENFOLD_CHANGE: CheckKind.TENFOLD,
    series.FindingCode.DENOMINATOR_JUMP: CheckKind.JUMP,
}


def importance_of(checks: Iterable[MeasureCheck]) -> dict[CheckKind, Importance]:
    """How much each check of the team's past weighs for a measure."""
    set_here = {CheckKind(one.kind): Importance(one.importance) for one in checks if one.kind in CheckKind.usual()}
    return USUALLY | set_here


def unlikely(item: SheetMeasure, value: Value) -> list[Finding]:
    """What is unlike the team's earlier months under the same definition. A note of three letters confirms it.

    Own limits and modified z ask about the same thing: of the two only the weightier is told.
    """
    past = item.comparable
    if value.numerator is None or not past:
        return []
    has_denominator = item.version.statistic.takes_denominator
    weighs = importance_of(item.checks)
    history = (
        [month.numerator for month in past],
        [month.denominator for month in past] if has_denominator else None,
        value.numerator,
        value.denominator if has_denominator else None,
        item.version.stat,
    )
    found = [*series.check_limits(*history), *series.check_modified_z(*history)]
    asked = [one for one in found if weighs[KIND_OF[one.code]] is not Importance.OFF]
    outliers = [one for one in asked if KIND_OF[one.code] in OUTLIERS]
    # Importances are listed from the weightiest on.
    told = sorted(outliers, key=lambda one: [*Importance].index(weighs[KIND_OF[one.code]]))[:1]
    if _is_like_lately(item, value):
        told = []
    noted = len(value.note) >= SHORTEST_NOTE
    return [
        replace(
            _to_confirm(item, one),
            severity=weighs[KIND_OF[one.code]].severity,
            confirmed=noted and weighs[KIND_OF[one.code]] is Importance.CONFIRM,
        )
        for one in (*told, *(one for one in asked if one not in outliers))
    ]


OUTLIERS = (CheckKind.OWN_LIMITS, CheckKind.MODIFIED_Z)


def _is_like_lately(item: SheetMeasure, value: Value) -> bool:
    """Whether the value lies among those of the last months: after the level has moved, limits over the whole past
    would ask about every single month."""
    results = [item.version.value(one.numerator, one.denominator) for one in item.comparable]
    recent = [result for result in results if result is not None][-LATELY:]
    result = item.version.value(value.numerator, value.denominator)
    return bool(recent) and result is not None and min(recent) <= result <= max(recent)


def _to_confirm(item: SheetMeasure, found: series.Finding) -> Finding:
    version = item.version

    def shown(fraction: float | None) -> str:
        return with_unit(None if fraction is None else fraction * version.multiplier, version.unit)

    name = NUMERATOR
    if KIND_OF[found.code] in OUTLIERS:
        words = (
            _("%(value)s is above this team's usual range of %(low)s to %(high)s. Check it, or say what happened.")
            if found.upper is not None and found.value > found.upper
            else _("%(value)s is below this team's usual range of %(low)s to %(high)s. Check it, or say what happened.")
        )
        sentence = words % {
            "value": shown(found.value),
            "low": shown(max(found.lower or 0, 0)),
            "high": shown(found.upper),
        }
    elif found.code is series.FindingCode.TENFOLD_CHANGE:
        words = (
            _("%(value)s is ten times the last value of %(last)s or more. Check for a slipped digit, or say why.")
            if found.value > found.reference
            else _("%(value)s is a tenth of the last value of %(last)s or less. Check for a slipped digit, or say why.")
        )
        sentence = words % {"value": shown(found.value), "last": shown(found.reference)}
    else:
        name = DENOMINATOR
        sentence = _(
            "%(value)s is far from the usual denominator of about %(usual)s. "
            "Check that the same people are counted, or say what changed."
        ) % {"value": number(found.value), "usual": number(found.reference, places=0)}
    return Finding(item.key, name, Severity.CONFIRM, found.code.value, sentence)


def _blocks(key: CellKey, name: str, code: Code, message: str) -> Finding:
    return Finding(key, name, Severity.BLOCKS, code.value, message)
