"""The worksheet as people read it: which field stands where, what it asks, why it asks, and an example.

One list for the short form, the guided form, the read-only page and the history. Groups are the steps of the guided
form. The fields are the union of the worksheets in use (IHI, AHRQ, NIATx and others); the words are our own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pdsa.enums import Part
from pdsa.limits import whole_number

Words = Promise | str


class Kind(StrEnum):
    """How a field is typed."""

    TEXT = "text"
    LINE = "line"
    NUMBER = "number"
    DAY = "day"
    CHOICE = "choice"
    RADIO = "radio"
    TICK = "tick"
    MANY = "many"


@dataclass(frozen=True, slots=True)
class Field:
    """One field. ``why`` is the reason for the question; ``more``: folded away in the short form.

    ``example`` names a text of ``pdsa.examples`` that is shown beside it.
    """

    name: str
    label: Words
    kind: Kind = Kind.TEXT
    why: Words = ""
    example: str = ""
    more: bool = False
    rows: int = 3


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of a kind: what one row is called, and its fields."""

    name: str
    title: Words
    one: Words
    add: Words
    fields: tuple[Field, ...]
    why: Words = ""
    more: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that belong together: one step of the guided form."""

    key: str
    part: Part
    title: Words
    lead: Words
    items: tuple[Field | Table, ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        return tuple(item for item in self.items if isinstance(item, Field))

    @property
    def tables(self) -> tuple[Table, ...]:
        return tuple(item for item in self.items if isinstance(item, Table))


QUESTIONS = Table(
    "questions",
    _("Questions and predictions"),
    _("Question"),
    _("Add a question"),
    (
        Field(
            "question",
            _("What do you want to find out?"),
            why=_("In the words you would use with a colleague. A test that answers nothing is only more work."),
            example="question",
            rows=2,
        ),
        Field(
            "prediction",
            _("What do you think will happen?"),
            why=_("A guess with a number teaches most: you will see how well you know your own work."),
            example="prediction",
            rows=2,
        ),
        Field(
            "reason",
            _("Why do you think so?"),
            why=_("When it turns out otherwise, this is what you learn from."),
            example="reason",
            rows=2,
        ),
    ),
)
ANSWERS = Table(
    "questions",
    _("What happened, beside what you predicted"),
    _("Question"),
    "",
    (
        Field("answer", _("What did you find?"), why=_("What happened, as if you told it."), rows=2),
        Field("match", _("As you predicted?"), Kind.RADIO),
    ),
)
TASKS = Table(
    "tasks",
    _("Tasks"),
    _("Task"),
    _("Add a task"),
    (
        Field("what", _("What"), Kind.LINE),
        Field("who", _("Who"), Kind.LINE),
        Field("when", _("When"), Kind.DAY),
        Field("where", _("Where"), Kind.LINE),
        Field("done", _("Done"), Kind.TICK),
    ),
    why=_("Tests often fail because nobody knew that it was theirs to do."),
    more=True,
)
POINTS = Table(
    "points",
    _("Numbers collected"),
    _("Number"),
    _("Add a number"),
    (
        Field("day", _("Day"), Kind.DAY),
        Field("label", _("What was counted"), Kind.LINE),
        Field("value", _("Number"), Kind.NUMBER),
        Field("out_of", _("Out of"), Kind.NUMBER),
        Field("note", _("Note"), Kind.LINE),
        Field("measure", _("Measure"), Kind.CHOICE),
    ),
    why=_("Counts only, never anything about a person. Three or more days show whether it was luck."),
)

GROUPS: tuple[Group, ...] = (
    Group(
        "question",
        Part.PLAN,
        _("Your question"),
        _("Begin with what you wonder about in your daily work."),
        (QUESTIONS,),
    ),
    Group(
        "change",
        Part.PLAN,
        _("The change"),
        _("What you will do differently, so exactly that a colleague could do it tomorrow."),
        (
            Field("title", _("A short name for this test"), Kind.LINE),
            Field(
                "idea",
                _("Change idea it comes from"),
                Kind.CHOICE,
                why=_("Its drivers come with it. Leave it empty for an idea of your own."),
                more=True,
            ),
            Field(
                "change",
                _("What will you try?"),
                why=_("Who does what, when, with whom."),
                example="change",
            ),
            Field(
                "change_since",
                _("What is different from the last cycle?"),
                why=_("Testing the same again teaches the same again."),
                rows=2,
            ),
            Field(
                "fitted",
                _("How is it fitted to you?"),
                why=_("What works elsewhere often needs another person, place or hour here."),
                rows=2,
            ),
            Field(
                "objective",
                _("Objective of this cycle"),
                why=_("One sentence: what you will know at its end that you do not know now."),
                more=True,
                rows=2,
            ),
            Field("purpose", _("What is this cycle for?"), Kind.RADIO, more=True),
            Field("setting", _("Where is it tried?"), Kind.CHOICE, more=True),
            Field("population", _("For whom?"), Kind.CHOICE, more=True),
        ),
    ),
    Group(
        "size",
        Part.PLAN,
        _("How small?"),
        _("The smallest test that teaches something: one person, one place, one day."),
        (
            Field("people", _("People"), Kind.NUMBER, why=_("Clients, visits or calls in the test.")),
            Field("sites", _("Sites"), Kind.NUMBER),
            Field("days", _("Days"), Kind.NUMBER),
            Field(
                "is_complex",
                _("This is a big problem with several causes"),
                Kind.TICK,
                why=_("Big problems need several ramps side by side, and usually a coach."),
                more=True,
            ),
        ),
    ),
    Group(
        "measure",
        Part.PLAN,
        _("How will you know?"),
        _("What you count, and who counts it. A tally on paper is enough."),
        (
            Field(
                "measures",
                _("Measures that decide"),
                Kind.MANY,
                why=_("The ones whose chart should move if the change helps."),
            ),
            Field(
                "other_measure",
                _("Another measure, in your words"),
                Kind.LINE,
                why=_("Something you can count during the test itself."),
                example="measure",
            ),
            Field("data_what", _("What will you collect?"), more=True, rows=2),
            Field("data_who", _("Who collects it?"), Kind.LINE, more=True),
            Field(
                "data_how", _("How?"), Kind.LINE, why=_("A tally sheet, a report, a question at the end."), more=True
            ),
            Field("data_when", _("When?"), Kind.LINE, more=True),
        ),
    ),
    Group(
        "who",
        Part.PLAN,
        _("Who and when"),
        _("One person looks after the test; everybody knows their part."),
        (
            Field(
                "owner",
                _("Person responsible"),
                Kind.CHOICE,
                why=_("Gets the reminders, and makes sure that the test ends with a decision."),
            ),
            Field("plan_start", _("Planned first day"), Kind.DAY, why=_("Next week is better than next month.")),
            Field("plan_end", _("Planned last day"), Kind.DAY, more=True),
            TASKS,
        ),
    ),
    Group(
        "others",
        Part.PLAN,
        _("With whom, and for whom"),
        _("Two questions that save many tests."),
        (
            Field(
                "who_agrees",
                _("Who must agree or know?"),
                why=_("Whoever does the work, and whoever could stop it. Ask them before, not after."),
                more=True,
                rows=2,
            ),
            Field(
                "left_out",
                _("Who might this leave out?"),
                why=_(
                    "People without a phone, with another language, at night, in rural places. Write “nobody” if so."
                ),
                rows=2,
            ),
        ),
    ),
    Group(
        "series",
        Part.PLAN,
        _("Where it belongs"),
        _("One idea is tested in several cycles, each a little larger: a ramp."),
        (
            Field("ramp", _("Ramp"), Kind.CHOICE, more=True),
            Field("previous", _("Follows cycle"), Kind.CHOICE, more=True),
            Field("drivers", _("Drivers"), Kind.MANY, why=_("What must change for the aim to be reached."), more=True),
        ),
    ),
    Group(
        "carried_out",
        Part.DO,
        _("What was done"),
        _("It is fine when it went otherwise than planned, if it is written down."),
        (
            Field("started_on", _("First day"), Kind.DAY, more=True),
            Field("ended_on", _("Last day"), Kind.DAY),
            Field("carried_out", _("Was it carried out as planned?"), Kind.RADIO),
            Field(
                "deviations",
                _("What was done differently, or why was it not done?"),
                more=True,
                rows=2,
            ),
        ),
    ),
    Group(
        "seen",
        Part.DO,
        _("What you saw"),
        _("Write it on the same day: after a week it is forgotten."),
        (
            Field(
                "observations",
                _("What did you see?"),
                why=_("What people did and said, in your own words. No names of clients."),
                rows=4,
            ),
            Field("problems", _("Problems and surprises"), more=True),
            POINTS,
        ),
    ),
    Group(
        "compare",
        Part.STUDY,
        _("Compare"),
        _("A test that stops after Do taught nobody anything."),
        (
            ANSWERS,
            Field("comparison", _("What explains the difference, or the agreement?"), more=True),
            Field(
                "against_baseline",
                _("Compared with before, or with the last cycle"),
                why=_("The same number before the test, if you have it."),
                more=True,
                rows=2,
            ),
        ),
    ),
    Group(
        "learn",
        Part.STUDY,
        _("What you learned"),
        _("What you know now that you did not know before. Other teams read this first."),
        (Field("learned", _("What did you learn?"), example="learned", rows=4),),
    ),
    Group(
        "decide",
        Part.ACT,
        _("What now?"),
        _("Adopt it, adapt it and test again, or abandon it. All three are good ends."),
        (
            Field("decision_reason", _("Why do you decide so?"), rows=2),
            Field("next_step", _("What comes next?"), more=True, rows=2),
        ),
    ),
)
BY_KEY = {group.key: group for group in GROUPS}


def groups_of(part: Part) -> list[Group]:
    """The groups of a part, in order."""
    return [group for group in GROUPS if group.part is part]


def all_fields() -> Iterator[tuple[str, Field]]:
    """("", field) for the worksheet's own fields and (table, field) for those of rows."""
    for group in GROUPS:
        for item in group.items:
            if isinstance(item, Field):
                yield "", item
            else:
                yield from ((item.name, each) for each in item.fields)


LABELS: dict[tuple[str, str], Words] = {(table, each.name): each.label for table, each in all_fields()}
KINDS: dict[tuple[str, str], Kind] = {(table, each.name): each.kind for table, each in all_fields()}
GROUP_OF: dict[str, Group] = {each.name: group for group in GROUPS for each in group.fields} | {
    table.name: group for group in reversed(GROUPS) for table in group.tables
}


def split_key(key: str) -> tuple[str, int | None, str]:
    """ "questions.12.prediction" → ("questions", 12, "prediction"); "learned" → ("", None, "learned")."""
    table, _dot, rest = key.partition(".")
    pk, _dot, name = rest.partition(".")
    number = whole_number(pk)
    return (table, number, name) if number is not None else ("", None, key)
