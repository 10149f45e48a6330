"""Aims and charters in words: the statement in one sentence, gentle hints, the questions with their answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from collab.common.formatting import full_day, with_unit
from collab.enums import Direction, MeasureKind
from collab.models import Measure
from pdsa.enums import AimForm
from pdsa.models import Aim
from pdsa.queries.aims import TeamPeople
from pdsa.stats.aims import AimWords, Gap, gaps
from teams.enums import TeamRole
from teams.models import Team


@dataclass(frozen=True, slots=True)
class QuestionGroup:
    """Questions that belong together, by the names of their fields. A charter's own groups stand only in charters."""

    key: str
    title: Promise
    fields: tuple[str, ...]
    of_charter: bool = False


GROUPS = (
    QuestionGroup(
        "goal",
        gettext_lazy("What are we trying to accomplish?"),
        ("what", "how_much", "for_whom", "by_when", "why"),
    ),
    QuestionGroup("measures", gettext_lazy("How will we know that a change is an improvement?"), ("measures",)),
    QuestionGroup("equity", gettext_lazy("Better for whom, and designed with whom?"), ("equity_group", "co_designers")),
    QuestionGroup("leader", gettext_lazy("What does our leader want?"), ("leader_goal", "leader_sign")),
    QuestionGroup("scope", gettext_lazy("What belongs to it?"), ("in_scope", "out_of_scope")),
    QuestionGroup(
        "people",
        gettext_lazy("Who works on it?"),
        ("sponsor", "change_leader", "data_coordinator", "members"),
        of_charter=True,
    ),
    QuestionGroup(
        "case",
        gettext_lazy("Why now?"),
        ("customer_needs", "business_case", "root_causes"),
        of_charter=True,
    ),
    QuestionGroup(
        "plan",
        gettext_lazy("How will it go?"),
        ("milestones", "resources", "risks", "communication", "sustaining"),
        of_charter=True,
    ),
)
CHARTER_FIELDS = tuple(name for group in GROUPS if group.of_charter for name in group.fields)


@dataclass(frozen=True, slots=True)
class Answer:
    """A question with its answer; empty when nobody answered it yet."""

    name: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class AnswerGroup:
    """Answers under their question."""

    key: str
    title: str
    answers: tuple[Answer, ...]

    @property
    def is_empty(self) -> bool:
        return not any(answer.text for answer in self.answers)


@dataclass(frozen=True, slots=True)
class AimHint:
    """One thing the aim does not say yet: a sentence, and the field where it would be said."""

    gap: Gap
    sentence: str
    field: str


@dataclass(frozen=True, slots=True)
class MeasureLine:
    """A measure of an aim: its goal and direction in words."""

    measure: Measure
    name: str
    kind: str
    direction: str
    goal: str


@dataclass(frozen=True, slots=True)
class LeaderGoal:
    """What the aim says the leader wants, and what the leader wrote: told apart where they differ.

    ``source`` says whose words ``text`` is. ``own_words`` are the leader's, when the team's differ from them.
    """

    text: str
    source: str
    own_words: str = ""


@dataclass(frozen=True, slots=True)
class AimView:
    """All of an aim for a page or a print."""

    aim: Aim
    statement: str
    groups: tuple[AnswerGroup, ...]
    measures: tuple[MeasureLine, ...]
    leader: LeaderGoal
    hints: tuple[AimHint, ...]
    charter_kept: bool


def view_of(aim: Aim, *, today: dt.date, changes: int) -> AimView:
    """The aim in words. ``aim.team`` and the measures' versions at hand; ``changes``: how many ramps lead to it."""
    is_charter = aim.form == AimForm.CHARTER
    return AimView(
        aim=aim,
        statement=statement_of(aim),
        groups=tuple(
            _answers(aim, group)
            for group in GROUPS
            if group.key not in ("measures", "leader") and (is_charter or not group.of_charter)
        ),
        measures=tuple(measure_line(measure) for measure in aim.measures.all()),
        leader=leader_goal_of(aim),
        hints=tuple(hints_for(aim, today=today, changes=changes)) if aim.closed_on is None else (),
        charter_kept=not is_charter and any(getattr(aim, name).strip() for name in CHARTER_FIELDS),
    )


def _answers(aim: Aim, group: QuestionGroup) -> AnswerGroup:
    return AnswerGroup(
        group.key,
        str(group.title),
        tuple(Answer(name, label_of(name), _text_of(aim, name)) for name in group.fields),
    )


def label_of(name: str) -> str:
    """The question's own words, as they stand in the form."""
    field = Aim._meta.get_field(name)
    return capfirst(str(getattr(field, "verbose_name", name)))


def _text_of(aim: Aim, name: str) -> str:
    value = getattr(aim, name)
    return full_day(value) if isinstance(value, dt.date) else str(value or "")


def statement_of(aim: Aim) -> str:
    """ "People who call come to their first appointment: from 38 to 19 of 100, for adults, by 31 Dec 2025."."""
    what = aim.what.strip().rstrip(".") or aim.title
    details = [
        aim.how_much.strip().rstrip("."),
        _("for whom: %(group)s") % {"group": aim.for_whom.strip().rstrip(".")} if aim.for_whom.strip() else "",
        _("by %(day)s") % {"day": full_day(aim.by_when)} if aim.by_when else "",
    ]
    said = "; ".join(detail for detail in details if detail)
    return f"{what}: {said}." if said else f"{what}."


def measure_line(measure: Measure) -> MeasureLine:
    """A measure with its goal and direction. Uses prefetched versions."""
    version = measure.latest
    goal = with_unit(version.goal, version.unit)
    return MeasureLine(
        measure=measure,
        name=version.name,
        kind=str(MeasureKind(version.kind).label),
        direction=str(Direction(version.direction).label),
        goal=_("Goal: %(goal)s") % {"goal": goal} if version.goal is not None else _("No goal set"),
    )


def leader_goal_of(aim: Aim) -> LeaderGoal:
    """The leader's goal as the aim has it, told apart from what the leader wrote on the team's page."""
    said, wrote = aim.leader_goal.strip(), aim.team.leader_goal.strip()
    if not said and not wrote:
        return LeaderGoal("", "")
    if said == wrote or not said:
        return LeaderGoal(wrote, _("In the leader’s own words."))
    if not wrote:
        return LeaderGoal(said, _("As the team wrote it; the leader has not written a goal yet."))
    return LeaderGoal(said, _("As the team wrote it."), own_words=wrote)


# Gap → the field where it would be filled, and the sentence. Friendly: each says what it would be good for.
_HINTS: dict[Gap, tuple[str, Promise]] = {
    Gap.NO_WHAT: ("what", gettext_lazy("This aim does not say yet what will be better for the people you serve.")),
    Gap.DOING_NOT_RESULT: (
        "what",
        gettext_lazy("This aim begins with something you will do. What will be better for people when it is done?"),
    ),
    Gap.NO_NUMBER: (
        "how_much",
        gettext_lazy("This aim has no number yet. By how much? A number tells you when you are there."),
    ),
    Gap.NO_BASELINE: (
        "how_much",
        gettext_lazy("This aim does not say where you start. “From 38 % to 19 %” shows how far it is."),
    ),
    Gap.NO_GROUP: (
        "for_whom",
        gettext_lazy("This aim does not say for whom. A small, clear group is easier to reach."),
    ),
    Gap.NO_DATE: ("by_when", gettext_lazy("This aim has no date yet. By when? “Soon” is not a time.")),
    Gap.DATE_PAST: (
        "by_when",
        gettext_lazy("The date of this aim is past. Close it with what was reached, or set a new date."),
    ),
    Gap.DATE_FAR: (
        "by_when",
        gettext_lazy("The date of this aim is more than two years away. What can be reached sooner?"),
    ),
    Gap.NO_MEASURE: (
        "measures",
        gettext_lazy("This aim has no measure yet. How will you know that a change is an improvement?"),
    ),
    Gap.NO_CHANGE: ("", gettext_lazy("No change is being tested for this aim yet. Choose one and begin small.")),
    Gap.NO_EQUITY: (
        "equity_group",
        gettext_lazy("This aim does not name a group that must not be left behind. Who might gain less from it?"),
    ),
    Gap.NO_VOICE: (
        "co_designers",
        gettext_lazy("Nobody with lived experience is named yet. Who can shape this work with you?"),
    ),
}


def hints_for(aim: Aim, *, today: dt.date, changes: int) -> list[AimHint]:
    """What the aim does not say yet, as sentences. Uses prefetched measures."""
    words = AimWords(
        what=aim.what,
        how_much=aim.how_much,
        for_whom=aim.for_whom,
        by_when=aim.by_when,
        equity_group=aim.equity_group,
        co_designers=aim.co_designers,
        measures=len(aim.measures.all()),
        changes=changes,
    )
    return [AimHint(gap, str(_HINTS[gap][1]), _HINTS[gap][0]) for gap in gaps(words, on=today)]


def first_answers(team: Team, people: TeamPeople, measures: Collection[Measure]) -> dict[str, object]:
    """What a new aim begins with: what the site already knows, for the team to change.

    People with lived experience are told by their number and role, not by name: an aim is printed and passed on.
    """
    return {
        "form": AimForm.IMPROVEMENT,
        "leader_goal": team.leader_goal,
        "measures": [measure.pk for measure in measures if measure.required],
        "sponsor": ", ".join(people.sponsors)[:200],
        "change_leader": ", ".join(people.leaders)[:200],
        "data_coordinator": ", ".join(people.data_leads)[:200],
        "members": "\n".join(f"{name}: {role}" for name, role in people.members),
        "co_designers": ", ".join(_lived(role, count) for role, count in people.lived.items()),
    }


def _lived(role: TeamRole, count: int) -> str:
    words = {
        TeamRole.PEER: ngettext("%(count)s peer specialist", "%(count)s peer specialists", count),
        TeamRole.FAMILY: ngettext("%(count)s family member", "%(count)s family members", count),
    }
    told = words.get(
        role, ngettext("%(count)s person with lived experience", "%(count)s people with lived experience", count)
    )
    return _("%(people)s of our team") % {"people": told % {"count": count}}
