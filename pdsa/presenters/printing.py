"""Worksheets, ramps, aims and a team's storyboard on paper: the same words and figures as the pages.

Everything is read as one viewer may see it, by the same queries and presenters as the pages, so that a PDF can not show
more. A worksheet that is still written on leaves lines for the pen where nothing stands yet.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collab.common.formatting import full_day
from collab.common.printing import Pdf, Tick, paper_of, print_template
from collab.common.sections import Section, sections_for
from collab.models import User
from pdsa.enums import CarriedOut, Decision, Part, Purpose, Stage
from pdsa.models import Aim, Cycle, Ramp
from pdsa.presenters.aims import AimView, Answer, view_of
from pdsa.presenters.ramps import (
    Learned,
    RampCard,
    RampLine,
    card_of,
    context_of,
    learned_from,
    lines_of,
    parallel_card,
)
from pdsa.presenters.worksheet import words_for
from pdsa.queries.aims import LIVED, TeamPeople, aims_of, people_of
from pdsa.queries.ramps import active_first, cycles_of_ramp, ramps_with_cycles
from pdsa.rules import see_cycle_numbers
from pdsa.worksheet import Field, Group, Kind, Table, groups_of
from teams.models import Team

# A text longer than this is cut on paper, and says so; the whole stands on the site.
LONGEST_PRINTED = 4000
# Lines for the pen below an empty question, by how much is usually written there.
LINES_FOR_TEXT, LINES_FOR_LINE = 3, 1
# Short answers stand side by side.
WIDTHS = {Kind.NUMBER: "third", Kind.DAY: "half", Kind.CHOICE: "half", Kind.LINE: "half", Kind.MANY: "half"}
BLANK_ROWS = {"questions": 2, "tasks": 3, "points": 3}
CHOICES: dict[str, list[tuple[str, Promise | str]]] = {
    "purpose": [(one.value, one.label) for one in Purpose],
    "carried_out": [(one.value, one.label) for one in CarriedOut],
}
# How much of a team's story fits a board that people read standing.
RAMPS_DRAWN, LESSONS_TOLD = 6, 12
LONGEST_LESSON = 600
# Of an aim, what a board tells; the statement says the rest.
TOLD_ON_A_BOARD = ("why", "equity_group", "co_designers")
# Sections of a team's page that a board leaves out: this room's own, which it tells at length, and whether numbers came
# on time, which is between the team and its faculty.
NOT_ON_A_BOARD = ("aims", "tests", "kept")


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the head. ``pen``: a line to write on stands there where it has no value."""

    label: str
    value: str = ""
    pen: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """What stands on top of the first page, and on the edges of every page."""

    kind: str
    title: str
    where: str
    facts: tuple[Fact, ...]
    date: str
    made_by: str


@dataclass(frozen=True, slots=True)
class PrintedField:
    """A question with its answer; ``pen`` lines to write on where there is none, or ``choices`` to tick."""

    label: str
    lines: tuple[str, ...] = ()
    cut: str = ""
    pen: int = 0
    choices: tuple[str, ...] = ()
    width: str = "whole"

    @property
    def pen_lines(self) -> range:
        return range(self.pen)


@dataclass(frozen=True, slots=True)
class PrintedTable:
    """Rows of a worksheet; empty rows are for the pen. ``note`` stands where rows are not shown to this viewer."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class PrintedPart:
    """Plan, Do, Study or Act."""

    title: str
    items: tuple[PrintedField | PrintedTable, ...]


def print_worksheet(cycle: Cycle, viewer: User) -> Pdf:
    """One worksheet with all its parts. ``cycle`` as ``queries.cycles.find_cycle`` gives it."""
    team = cycle.team
    head = _head(
        _("PDSA worksheet"),
        cycle.title,
        team,
        viewer,
        facts=[
            Fact(
                _("Cycle"),
                _("%(number)s of ramp %(ramp)s, “%(title)s”")
                % {"number": cycle.number, "ramp": cycle.ramp.number, "title": cycle.ramp.title},
            ),
            Fact(_("Stage"), _stage_of(cycle)),
            Fact(_("Files"), ", ".join(file.name for file in cycle.files.all())),
            Fact(_("Barriers"), ", ".join(str(one) for one in cycle.barriers.all() if one.settled_at is None)),
        ],
    )
    parts = parts_of(cycle, may_see_numbers=see_cycle_numbers.check(viewer, cycle))
    return _print("worksheet", team, head=head, parts=parts)


def print_blank(team: Team, viewer: User) -> Pdf:
    """An empty worksheet to write on by hand."""
    facts = [Fact(_("Test"), pen=True), Fact(_("Written by"), pen=True)]
    head = _head(_("PDSA worksheet"), _("A small test of a change"), team, viewer, facts=facts)
    return _print("worksheet", team, head=head, parts=parts_of(None, may_see_numbers=True), is_blank=True)


def print_ramp(ramp: Ramp, viewer: User) -> Pdf:
    """The drawing, its table, and what was learned. ``ramp.team.collaborative`` at hand."""
    cycles = cycles_of_ramp(ramp)
    head = _head(
        _("PDSA ramp %(number)s") % {"number": ramp.number},
        ramp.title,
        ramp.team,
        viewer,
        facts=[
            Fact(_("Aim"), ramp.aim.title if ramp.aim else ""),
            Fact(_("Change idea"), ramp.idea.name if ramp.idea else _("Our own")),
            Fact(_("Status"), _ended(ramp)),
            Fact(_("It shall show"), _shortened(ramp.objective, LONGEST_LESSON)),
        ],
    )
    return _print("ramp", ramp.team, head=head, **context_of(ramp, cycles))


def print_aim(aim: Aim, viewer: User) -> Pdf:
    """An aim or charter with its measures and ramps."""
    team = aim.team
    today = team.collaborative.today()
    ramps = ramps_with_cycles(team, aim=aim)
    closed = (
        _("%(day)s. %(outcome)s") % {"day": full_day(aim.closed_on), "outcome": aim.outcome} if aim.closed_on else ""
    )
    head = _head(str(aim.variant.label), aim.title, team, viewer, facts=[Fact(_("Closed"), closed)])
    return _print(
        "aim",
        team,
        head=head,
        view=view_of(aim, today=today, changes=len(ramps)),
        card=parallel_card(aim, ramps, today=today) if ramps else None,
        lines=lines_of(active_first(ramps), today=today),
    )


@dataclass(frozen=True, slots=True)
class BoardAim:
    """An aim on the board: its statement, and the few answers that are told beside it."""

    view: AimView
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Storyboard:
    """A team's whole story: what a board in the hallway tells."""

    aims: tuple[BoardAim, ...]
    people: TeamPeople
    members: tuple[tuple[str, str], ...]
    lived: str
    sections: tuple[Section, ...]
    cards: tuple[RampCard, ...]
    others: tuple[RampLine, ...]
    learned: tuple[Learned, ...]
    next_tests: tuple[Cycle, ...]


def storyboard_of(team: Team, viewer: User) -> Storyboard:
    """What the storyboard tells to this viewer; a constant number of queries besides those of other rooms' sections."""
    today = team.collaborative.today()
    aims = [aim for aim in aims_of(team) if aim.closed_on is None]
    ramps = active_first(ramps_with_cycles(team))
    told = [pair for pair in ramps if pair[1]]
    cycles = [cycle for _ramp, own in ramps for cycle in own]
    people = people_of(team)
    return Storyboard(
        aims=tuple(_on_board(aim, today) for aim in aims),
        people=people,
        members=_named(people),
        lived=_lived(people),
        sections=tuple(
            section
            for section in sections_for(team, team.collaborative.span, viewer)
            if section.anchor not in NOT_ON_A_BOARD
        ),
        cards=tuple(card_of(ramp, own) for ramp, own in told[:RAMPS_DRAWN]),
        others=tuple(lines_of(told[RAMPS_DRAWN:], today=today)),
        learned=tuple(_newest_lessons(cycles)),
        next_tests=tuple(cycle for cycle in cycles if not cycle.decision),
    )


def _on_board(aim: Aim, today: dt.date) -> BoardAim:
    view = view_of(aim, today=today, changes=0)
    answers = [answer for group in view.groups for answer in group.answers]
    return BoardAim(view, tuple(each for each in answers if each.text and each.name in TOLD_ON_A_BOARD))


def print_storyboard(team: Team, viewer: User, *, tick: Tick | None = None) -> Pdf:
    """Aim, team, measures, ramps, lessons and for whom. With a team's charts it takes seconds: ask for it in a job."""
    board = storyboard_of(team, viewer)
    facts = [
        Fact(_("Agency"), " · ".join(str(one) for one in (team.agency, team.partner_agency) if one)),
        Fact(_("Collaborative"), team.collaborative.name),
        Fact(_("Topic"), team.collaborative.topic),
    ]
    head = _head(_("Storyboard"), team.name, team, viewer, facts=facts)
    return _print("storyboard", team, tick=tick, head=head, board=board)


def _newest_lessons(cycles: Sequence[Cycle]) -> list[Learned]:
    closed = sorted(
        (cycle for cycle in cycles if cycle.closed_on),
        key=lambda cycle: (cycle.closed_on or dt.date.min, cycle.number),
        reverse=True,
    )
    told = learned_from(closed)[:LESSONS_TOLD]
    return [Learned(each.cycle, each.became, _shortened(each.words, LONGEST_LESSON)) for each in told]


def _named(people: TeamPeople) -> tuple[tuple[str, str], ...]:
    """Name and role of those whose role tells nothing about their own life; the others are told by their number."""
    lived = {str(role.label) for role in LIVED}
    return tuple((name, role) for name, role in people.members if role not in lived)


def _lived(people: TeamPeople) -> str:
    """How many bring lived experience: by number, for a board hangs where everybody reads it."""
    count = sum(people.lived.get(role, 0) for role in LIVED)
    if not count:
        return _("Nobody with lived experience is in the team yet.")
    return ngettext(
        "%(count)s person of the team brings lived experience or is a peer or family member.",
        "%(count)s people of the team bring lived experience or are peers or family members.",
        count,
    ) % {"count": count}


def parts_of(cycle: Cycle | None, *, may_see_numbers: bool) -> tuple[PrintedPart, ...]:
    """The parts of a worksheet; of an empty one without a cycle. Uses prefetched rows."""
    return tuple(
        PrintedPart(
            str(part.label),
            tuple(item for group in groups_of(part) for item in _items(cycle, group, may_see_numbers=may_see_numbers))
            + ((_decision(cycle),) if part is Part.ACT else ()),
        )
        for part in Part
    )


def _items(cycle: Cycle | None, group: Group, *, may_see_numbers: bool) -> list[PrintedField | PrintedTable]:
    found: list[PrintedField | PrintedTable | None] = []
    for item in group.items:
        if isinstance(item, Field):
            found.append(_field(cycle, item))
        elif item.name == "points" and not may_see_numbers:
            note = _("The numbers of a small test are shown only to the team and its leader.")
            found.append(PrintedTable(str(item.title), (), (), note=note))
        else:
            found.append(_table(cycle, item))
    return [item for item in found if item is not None]


# What the head says already, and what only makes sense on the site.
_NOT_ON_PAPER = ("title", "ramp", "previous", "is_complex")


def _field(cycle: Cycle | None, item: Field) -> PrintedField | None:
    """A field with its words; empty ones get lines while the worksheet is written on, the rare ones none."""
    if item.name in _NOT_ON_PAPER:
        return None
    words = words_for(cycle, item.name) if cycle is not None else []
    width = WIDTHS.get(item.kind, "whole")
    if words:
        text = "\n".join(words)
        shown = _shortened(text, LONGEST_PRINTED)
        cut = (
            _("The rest, %(count)s characters, stands on the site.") % {"count": len(text) - LONGEST_PRINTED}
            if len(text) > LONGEST_PRINTED
            else ""
        )
        return PrintedField(str(item.label), tuple(shown.splitlines()), cut, width=width)
    if item.more or item.name in ("change_since", "fitted") or (cycle is not None and cycle.stage == Stage.CLOSED):
        return None
    if item.kind is Kind.RADIO:
        choices = tuple(str(label) for value, label in CHOICES[item.name] if value)
        return PrintedField(str(item.label), choices=choices)
    pen = LINES_FOR_TEXT if item.kind is Kind.TEXT else LINES_FOR_LINE
    return PrintedField(str(item.label), pen=pen, width=width)


def _table(cycle: Cycle | None, table: Table) -> PrintedTable | None:
    """A table with its rows, and empty ones for the pen while the worksheet is written on."""
    fields = [item for item in table.fields if item.name not in ("done", "measure")]
    is_answer = table.name == "questions" and not table.add
    columns = tuple(str(item.label) for item in fields)
    rows = []
    for row in getattr(cycle, table.name).all() if cycle is not None else ():
        said = tuple("\n".join(words_for(row, item.name)) for item in fields)
        if any(said) or (is_answer and row.question.strip()):
            rows.append((row.question, *said) if is_answer else said)
    if is_answer:
        columns = (str(table.one), *columns)
    is_written = cycle is None or cycle.stage != Stage.CLOSED
    if is_written and not rows:
        rows = [("",) * len(columns)] * BLANK_ROWS[table.name]
    return PrintedTable(str(table.title), columns, tuple(rows)) if rows else None


def _decision(cycle: Cycle | None) -> PrintedField:
    if cycle is not None and cycle.verdict:
        said = _("%(decision)s, %(day)s") % {
            "decision": cycle.verdict.label,
            "day": full_day(cycle.closed_on) if cycle.closed_on else "",
        }
        return PrintedField(_("Decision"), (said,))
    return PrintedField(_("Decision"), choices=tuple(str(decision.label) for decision in Decision))


def _stage_of(cycle: Cycle) -> str:
    if cycle.verdict:
        return _("%(stage)s: %(decision)s") % {"stage": cycle.standing.label, "decision": cycle.verdict.label}
    return str(cycle.standing.label)


def _ended(ramp: Ramp) -> str:
    if ramp.ended_on is None:
        return str(ramp.standing.label)
    said = _("%(status)s on %(day)s.") % {"status": ramp.standing.label, "day": full_day(ramp.ended_on)}
    return f"{said} {ramp.status_reason}".strip()


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _head(kind: str, title: str, team: Team, viewer: User, *, facts: Sequence[Fact]) -> Head:
    where = _("%(team)s · %(collaborative)s") % {"team": team.name, "collaborative": team.collaborative.name}
    day = full_day(team.collaborative.today())
    return Head(
        kind=kind,
        title=title,
        where=where,
        facts=tuple(fact for fact in facts if fact.value or fact.pen),
        date=_("Printed %(day)s") % {"day": day},
        made_by=_("For %(person)s") % {"person": viewer},
    )


def _print(name: str, team: Team, *, tick: Tick | None = None, **context: Any) -> Pdf:
    paper = paper_of(team.collaborative.time_zone)
    return print_template(f"pdsa/print/{name}.html", {"paper": paper, "team": team, **context}, tick=tick)
