"""A cycle as a page shows it: parts, groups, fields with their inputs or words, and the moves with what is missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collab.common.formatting import clock, full_day, number
from collab.models import Measure
from pdsa.actions.history import ROW_MODELS
from pdsa.actions.worksheet import FIELDS, MANY, Conflict
from pdsa.enums import Part, Stage
from pdsa.examples import Examples, examples_for
from pdsa.models import Cycle, Ramp
from pdsa.policies import (
    NEEDS,
    Move,
    NotReadyError,
    can_write,
    check_team_works,
    is_open,
    missing,
    moves_from,
)
from pdsa.worksheet import GROUP_OF, GROUPS, LABELS, Field, Group, Kind, Table, split_key

# A first test larger than this is not small: the page says so, and lets it be.
SMALL_PEOPLE, SMALL_SITES, SMALL_DAYS = 10, 1, 14


@dataclass(frozen=True, slots=True)
class TheirText:
    """What somebody else stored while this person typed: who and when in a sentence, and their text."""

    sentence: str
    words: list[str]


@dataclass(slots=True)
class FieldView:
    """A field with its input (``bound``), or with its words where it can not be written."""

    key: str
    name: str
    label: str
    kind: str
    why: str
    example: str
    bound: Any
    words: list[str]
    rows: int = 3
    theirs: TheirText | None = None
    more: bool = False

    @property
    def id(self) -> str:
        return f"f-{self.key}"

    @property
    def short(self) -> str:
        """What it is called in a list of what is folded away."""
        return self.label

    @property
    def is_empty(self) -> bool:
        return not self.words

    @property
    def errors(self) -> list[str]:
        return list(self.bound.errors) if self.bound is not None else []

    @property
    def is_group(self) -> bool:
        """Whether the input is several: its label is a legend."""
        return self.kind in (Kind.RADIO, Kind.MANY)


@dataclass(slots=True)
class RowView:
    """A line of a table. ``heading``: what an answer answers."""

    pk: int
    number: int
    fields: list[FieldView]
    heading: str = ""
    note: str = ""


@dataclass(slots=True)
class TableView:
    name: str
    title: str
    one: str
    why: str
    add: str
    rows: list[RowView]
    can_change: bool
    more: bool

    @property
    def is_table(self) -> bool:
        return True

    @property
    def short(self) -> str:
        return self.title


@dataclass(slots=True)
class GroupView:
    """A group of questions, those that the short form folds away apart."""

    key: str
    title: str
    lead: str
    items: list[FieldView | TableView]
    folded: list[FieldView | TableView]
    is_done: bool


@dataclass(slots=True)
class PartView:
    part: Part
    is_open: bool
    opens: str
    groups: list[GroupView]
    # What is said about this part (``presenters.coaching.Thread``).
    thread: Any = None

    @property
    def is_empty(self) -> bool:
        return not self.groups

    @property
    def shown(self) -> list[GroupView]:
        """The groups with something that stands open."""
        return [group for group in self.groups if group.items]

    @property
    def folded(self) -> list[GroupView]:
        """The groups with something that the short form folds away."""
        return [group for group in self.groups if group.folded]


@dataclass(frozen=True, slots=True)
class MissingLine:
    words: str
    url: str


@dataclass(frozen=True, slots=True)
class MoveView:
    """A button: what it does, what it still needs, and what it asks."""

    move: Move
    label: str
    explains: str
    missing: list[MissingLine]
    asks: str = ""
    asks_label: str = ""
    is_main: bool = False
    # The reason as it was typed, when the move was refused.
    typed: str = ""

    @property
    def is_ready(self) -> bool:
        return not self.missing


@dataclass(slots=True)
class Sheet:
    """All of the page's middle."""

    parts: list[PartView]
    moves: list[MoveView]
    advice: list[str]
    problems: list[MissingLine] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class StepView:
    """A place in the guided form's list."""

    key: str
    title: str
    part: Part
    url: str
    is_here: bool
    is_done: bool
    number: int


class Drawer:
    """Turns the list of questions into what a template draws, for one cycle and one reader."""

    def __init__(
        self,
        cycle: Cycle,
        form: Any,
        *,
        may_write: bool,
        may_see_numbers: bool,
        is_short: bool,
        conflicts: Iterable[tuple[Conflict, TheirText]] = (),
    ) -> None:
        self.cycle = cycle
        self.form = form
        self.may_write = may_write
        self.may_see_numbers = may_see_numbers
        self.is_short = is_short
        self.theirs = {conflict.key: theirs for conflict, theirs in conflicts}
        self.examples: Examples = examples_for(
            cycle.idea.name if cycle.idea else "", cycle.title, cycle.team.collaborative.topic
        )

    def part(self, part: Part) -> PartView:
        opened = self.may_write and is_open(part, self.cycle) and can_write(self.cycle)
        views = [self.group(group) for group in GROUPS if group.part is part]
        return PartView(
            part=part,
            is_open=opened,
            opens=OPENS_LATER.get(part, lambda: "")() if _is_ahead(part, self.cycle) else "",
            groups=[view for view in views if view.items or view.folded],
        )

    def group(self, group: Group) -> GroupView:
        shown: list[FieldView | TableView] = []
        folded: list[FieldView | TableView] = []
        for item in group.items:
            view = self.table(item) if isinstance(item, Table) else self.field(item)
            if view is None:
                continue
            is_folded = item.more and self.is_short and not _needs_eyes(view)
            (folded if is_folded else shown).append(view)
        return GroupView(
            key=group.key,
            title=str(group.title),
            lead=str(group.lead),
            items=shown,
            folded=folded,
            is_done=is_done(self.cycle, group),
        )

    def field(self, item: Field, key: str = "", row: Any = None) -> FieldView | None:
        """The field, or None where it does not apply or a reader would see an empty line."""
        key = key or item.name
        if row is None and not _applies(self.cycle, item.name):
            return None
        if item.name in ("decision_reason", "next_step") and self.cycle.stage in (Stage.PLAN, Stage.DO):
            # Giving up early asks for its reason itself.
            return None
        bound = self.form[key] if self.form is not None and key in self.form.fields else None
        words = words_for(self.cycle if row is None else row, item.name)
        if bound is None and not words:
            return None
        if bound is not None and item.kind is Kind.TEXT:
            bound.field.widget.attrs["rows"] = item.rows
        return FieldView(
            key=key,
            name=item.name,
            label=str(item.label),
            kind=item.kind.value,
            why=str(item.why) if bound is not None else "",
            example=str(self.examples.get(item.example, "")) if bound is not None else "",
            bound=bound,
            words=words,
            rows=item.rows,
            theirs=self.theirs.get(key),
            more=item.more,
        )

    def table(self, table: Table) -> TableView | None:
        if table.name == "points" and not self.may_see_numbers:
            return None
        rows = []
        for place, row in enumerate(getattr(self.cycle, table.name).all(), start=1):
            is_answer = table.name == "questions" and not table.add
            if is_answer and not (row.question.strip() or row.answer.strip()):
                continue
            fields = [self.field(each, f"{table.name}.{row.pk}.{each.name}", row) for each in table.fields]
            rows.append(
                RowView(
                    pk=row.pk,
                    number=place,
                    fields=[view for view in fields if view is not None],
                    heading=row.question if is_answer else "",
                    note=row.prediction if is_answer else "",
                )
            )
        part = GROUP_OF[table.name].part
        can_change = self.may_write and bool(table.add) and can_write(self.cycle) and is_open(part, self.cycle)
        if table.name == "questions" and self.cycle.stage != Stage.PLAN:
            can_change = False
        rows = [row for row in rows if row.fields]
        if not rows and not can_change:
            return None
        return TableView(
            name=table.name,
            title=str(table.title),
            one=str(table.one),
            why=str(table.why),
            add=str(table.add),
            rows=rows,
            can_change=can_change,
            more=table.more,
        )


def _needs_eyes(view: FieldView | TableView) -> bool:
    """What a person must not overlook is never folded: an error, somebody else's text."""
    views = [view] if isinstance(view, FieldView) else [each for row in view.rows for each in row.fields]
    return any(each.errors or each.theirs for each in views)


def _applies(cycle: Cycle, name: str) -> bool:
    if name == "change_since":
        return cycle.previous_id is not None
    if name == "fitted":
        return cycle.taken_from_id is not None
    return True


def _is_ahead(part: Part, cycle: Cycle) -> bool:
    return cycle.stage != Stage.CLOSED and not is_open(part, cycle)


OPENS_LATER = {
    Part.DO: lambda: _("Opens when Do is started: what you see and count during the test stands here."),
    Part.STUDY: lambda: _("Opens when the test is over: what happened is compared with the prediction here."),
}


def words_for(row: Any, name: str) -> list[str]:
    """A stored value as people say it, a line each; empty where nothing is stored."""
    if name in MANY:
        return [called(each) for each in getattr(row, name).all()]
    model_field = row._meta.get_field(name)
    value = getattr(row, name)
    if value is None or value == "" or value is False:
        return []
    if model_field.is_relation:
        return [called(value)]
    if model_field.choices:
        return [str(dict(model_field.flatchoices)[value])]
    return plain_words(value)


def plain_words(value: Any) -> list[str]:
    """A day, a number, a yes or a text in words, a line each."""
    if isinstance(value, bool):
        return [_("Yes") if value else _("No")]
    if isinstance(value, dt.date):
        return [full_day(value)]
    if isinstance(value, int | float):
        return [number(value, places=4)]
    return str(value).splitlines()


def called(row: Any) -> str:
    """What a row that a worksheet names is called."""
    if isinstance(row, Measure):
        return row.latest.name
    return f"{row.number}. {row.title}" if isinstance(row, Cycle | Ramp) else str(row)


def is_done(cycle: Cycle, group: Group) -> bool:
    """Whether a step of the guided form holds what the next move needs, or anything where it needs nothing."""
    needed = {"question": ("question", "prediction"), "measure": ("measure",), "who": ("who", "when")}
    needed |= {"seen": ("observations",), "compare": ("comparison",), "learn": ("learned",)}
    if group.key in needed:
        return all(NEEDS[key].is_met(cycle) for key in needed[group.key])
    if group.key == "decide":
        return bool(cycle.decision)
    if group.key == "size":
        return True
    names = [each.name for each in group.fields if each.name not in ("title", "purpose", "ramp", "previous", "drivers")]
    return any(words_for(cycle, name) for name in names)


def advice_on(cycle: Cycle) -> list[str]:
    """What a coach would say of the size: nothing where the test is small, or is not the first of its ramp."""
    said = []
    is_first = cycle.previous_id is None
    too_large = [
        words
        for is_large, words in (
            (
                cycle.people > SMALL_PEOPLE,
                ngettext("%(count)s person", "%(count)s people", cycle.people) % {"count": number(cycle.people)},
            ),
            (
                cycle.sites > SMALL_SITES,
                ngettext("%(count)s site", "%(count)s sites", cycle.sites) % {"count": number(cycle.sites)},
            ),
            (
                cycle.days > SMALL_DAYS,
                ngettext("%(count)s day", "%(count)s days", cycle.days) % {"count": number(cycle.days)},
            ),
        )
        if is_large
    ]
    if is_first and too_large and cycle.stage == Stage.PLAN:
        said.append(
            _("%(size)s is a lot for a first test. What could you learn from one person, at one site, on one day?")
            % {"size": ", ".join(too_large)}
        )
    if cycle.plan_start and cycle.plan_end and (cycle.plan_end - cycle.plan_start).days > 30:
        said.append(
            _("%(days)s days are planned. Cycles of one to four weeks teach more: can it be split into smaller tests?")
            % {"days": (cycle.plan_end - cycle.plan_start).days + 1}
        )
    if cycle.is_complex:
        said.append(
            _(
                "A big problem is rarely solved by one ramp. Split it: one ramp for each cause, side by side under one "
                "aim, and ask your coach for a look before you start."
            )
        )
    return said


EXPLAINS = {
    Move.START: lambda: _("The test begins today. Questions and predictions are fixed from then on."),
    Move.STUDY: lambda: _("The test is over. Compare what happened with what you predicted."),
    Move.ADOPT: lambda: _("It works here. The cycle is closed; test it wider, or make it routine."),
    Move.ADAPT: lambda: _("The cycle is closed, and the next one opens with this plan filled in."),
    Move.ABANDON: lambda: _("The cycle is closed. What you learned stays for you and others."),
    Move.STEP_BACK: lambda: _("Nothing typed is removed. The history shows why."),
    Move.REOPEN: lambda: _("It goes on where it stood before the decision. Cycles that followed it stay."),
}


def moves_of(cycle: Cycle, *, page: str, typed: Mapping[str, str] | None = None) -> list[MoveView]:
    """The moves that leave from here, each with what it still needs as links. ``page``: address of the short form.

    ``typed``: what the page sent, with the reasons in it.
    """
    try:
        check_team_works(cycle.team)
    except NotReadyError:
        return []
    views = []
    for move in moves_from(cycle.stage):
        lacking = [need for need in missing(cycle, move) if not (move is Move.ABANDON and need.key == "why")]
        asks, label = asked_with(move)
        views.append(
            MoveView(
                move=move,
                label=str(move.label),
                explains=EXPLAINS[move](),
                missing=[
                    MissingLine(words=str(need.words), url=f"{page}#{anchor_of(cycle, need.field, need.key)}")
                    for need in lacking
                ],
                asks=asks,
                asks_label=label,
                is_main=move in (Move.START, Move.STUDY, Move.ADOPT, Move.ADAPT),
                typed=(typed or {}).get(f"reason-{move.value}", ""),
            )
        )
    return views


def asked_with(move: Move) -> tuple[str, str]:
    """What is written beside the button of a move: its name and its label; both empty where nothing is."""
    if move is Move.ADAPT:
        return "next_change", _("What will you change?")
    if move in (Move.ABANDON, Move.STEP_BACK, Move.REOPEN):
        return "reason", _("Why?")
    return "", ""


def anchor_of(cycle: Cycle, field_name: str, need: str) -> str:
    """The id of the input where something is missing."""
    if field_name in ("questions", "match"):
        return _anchor_of_question(cycle, need)
    return "f-other_measure" if field_name == "measures" else f"f-{field_name}"


def _anchor_of_question(cycle: Cycle, need: str) -> str:
    """The first question where it is missing, else the first one, else the place to add one."""
    rows = list(cycle.questions.all())
    if not rows:
        return "group-question"
    name = need if need in ("question", "prediction") else "match"
    asked = [row for row in rows if name == "question" or row.question.strip()]
    row = next((row for row in asked if not getattr(row, name).strip()), rows[0])
    return f"f-questions.{row.pk}.{name}" + ("_0" if name == "match" else "")


def steps_of(cycle: Cycle, here: str, page: str) -> list[StepView]:
    """The steps of the guided form that are open now, in order."""
    groups = [
        group
        for group in GROUPS
        if is_open(group.part, cycle) and not (group.part is Part.ACT and cycle.stage != Stage.STUDY)
    ]
    return [
        StepView(
            key=group.key,
            title=str(group.title),
            part=group.part,
            url=f"{page}?form=guided&step={group.key}",
            is_here=group.key == here,
            is_done=is_done(cycle, group),
            number=place,
        )
        for place, group in enumerate(groups, start=1)
    ]


def their_text(cycle: Cycle, conflict: Conflict) -> TheirText:
    """Who stored the other text and when, and the text in words."""
    table, pk, name = split_key(conflict.key)
    revision = next((each for each in cycle.revisions.select_related("by")[:20] if conflict.key in each.changed), None)
    zone = cycle.team.collaborative.time_zone
    rows = ROW_MODELS[table]._base_manager if table else Cycle.objects
    row: Any = rows.filter(pk=pk if table else cycle.pk).first()
    sentence = (
        _("%(person)s wrote this at %(time)s, while you typed:")
        % {"person": revision.by or _("The site"), "time": clock(revision.at, zone)}
        if revision is not None
        else _("Somebody wrote this while you typed:")
    )
    return TheirText(sentence=sentence, words=(words_for(row, name) if row is not None else []) or [_("(nothing)")])


def label_of(key: str) -> str:
    """What a key is called in a list of problems or changes."""
    table, _pk, name = split_key(key)
    if not table and name not in FIELDS:
        return capfirst(str(Cycle._meta.get_field(name).verbose_name))  # type: ignore[union-attr]
    return str(LABELS[table, name])


@dataclass(frozen=True, slots=True)
class RampLines:
    """A ramp with its cycles as a list shows them."""

    ramp: Ramp
    cycles: list[Cycle]


def ramp_lines(ramps: Iterable[Ramp]) -> list[RampLines]:
    """Each ramp with its cycles in the order of their begin, the planned ones last. Uses prefetched cycles."""

    def place(cycle: Cycle) -> tuple[dt.date, int]:
        return cycle.started_on or dt.date.max, cycle.number

    return [RampLines(ramp, sorted(ramp.cycles.all(), key=place)) for ramp in ramps]
