"""The workflow of a PDSA cycle, in one table; and when a worksheet may be written.

Each move has the stages it leaves from and what it needs. ``missing`` names what is not there yet, for the disabled
button; ``check_move`` raises ``NotReadyError`` with the sentence. Who may do it is asked in ``pdsa.rules``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from collab.common.enums import DescribedChoices
from collab.common.formatting import day, full_day
from collab.enums import CollaborativeStatus, DataSharing
from pdsa.enums import CarriedOut, Decision, Part, RampStatus, Sharing, Stage
from pdsa.limits import check_length
from pdsa.models import Aim, Cycle, Ramp
from teams.enums import TeamStatus
from teams.models import Team

# A cycle that has been in Do for longer is called stalled; R-186 asks for cycles of weeks, not months.
STALLED_AFTER_DAYS = 21
# The first cycle is expected within so many days of a team's enrolment or the collaborative's start.
FIRST_CYCLE_WITHIN_DAYS = 60
# A day that lies more years than this before or after the collaborative's months is a slip of the keyboard.
YEARS_AROUND = 5
# What was counted before a test, to compare with it, lies at most so far back.
LONGEST_BASELINE = dt.timedelta(days=366)


class NotReadyError(Exception):
    """The cycle can not be moved or written now; ``sentence`` says why and what to do."""

    def __init__(self, sentence: str, missing: tuple[Need, ...] = ()) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.missing = missing


class Move(DescribedChoices):
    """A step of the workflow. Labels are the words on the buttons."""

    START = "start", gettext_lazy("Start Do")
    STUDY = "study", gettext_lazy("Go on to Study")
    ADOPT = "adopt", gettext_lazy("Adopt")
    ADAPT = "adapt", gettext_lazy("Adapt")
    ABANDON = "abandon", gettext_lazy("Abandon")
    STEP_BACK = "step_back", gettext_lazy("Go back a step")
    REOPEN = "reopen", gettext_lazy("Reopen")

    @property
    def decision(self) -> Decision | None:
        """The decision this move takes, if it closes the cycle."""
        return Decision(self.value) if self.value in Decision.values else None


@dataclass(frozen=True, slots=True)
class Need:
    """Something that has to be there before a move. ``field`` is the input to lead to."""

    key: str
    words: str | Promise
    part: Part
    field: str
    is_met: Callable[[Cycle], bool]


def _has_question(cycle: Cycle) -> bool:
    return any(row.question.strip() for row in cycle.questions.all())


def _has_predictions(cycle: Cycle) -> bool:
    asked = [row for row in cycle.questions.all() if row.question.strip()]
    return bool(asked) and all(row.prediction.strip() for row in asked)


def _has_who(cycle: Cycle) -> bool:
    return cycle.owner_id is not None or any(row.who.strip() for row in cycle.tasks.all())


def _has_when(cycle: Cycle) -> bool:
    return cycle.plan_start is not None or any(row.when for row in cycle.tasks.all())


def _has_measure(cycle: Cycle) -> bool:
    return bool(cycle.other_measure.strip()) or bool(cycle.measures.all())


def _says_what_is_different(cycle: Cycle) -> bool:
    follows_adapted = cycle.previous is not None and cycle.previous.decision == Decision.ADAPT
    return not follows_adapted or bool(cycle.change_since.strip())


def _is_fitted(cycle: Cycle) -> bool:
    return cycle.taken_from_id is None or bool(cycle.fitted.strip())


def _has_observations(cycle: Cycle) -> bool:
    return bool(cycle.observations.strip()) or (
        cycle.carried_out == CarriedOut.NOT_DONE and bool(cycle.deviations.strip())
    )


def _is_compared(cycle: Cycle) -> bool:
    predicted = [row for row in cycle.questions.all() if row.prediction.strip()]
    return bool(predicted) and all(row.match for row in predicted)


NEEDS = {
    need.key: need
    for need in (
        Need("question", gettext_lazy("a question to answer"), Part.PLAN, "questions", _has_question),
        Need("prediction", gettext_lazy("a prediction for each question"), Part.PLAN, "questions", _has_predictions),
        Need("who", gettext_lazy("who is responsible"), Part.PLAN, "owner", _has_who),
        Need("when", gettext_lazy("the planned first day"), Part.PLAN, "plan_start", _has_when),
        Need("measure", gettext_lazy("a measure that decides"), Part.PLAN, "measures", _has_measure),
        Need(
            "change_since",
            gettext_lazy("what is different from the last cycle"),
            Part.PLAN,
            "change_since",
            _says_what_is_different,
        ),
        Need("fitted", gettext_lazy("how the change is fitted to you"), Part.PLAN, "fitted", _is_fitted),
        Need("observations", gettext_lazy("what you saw"), Part.DO, "observations", _has_observations),
        Need(
            "comparison", gettext_lazy("each prediction compared with what happened"), Part.STUDY, "match", _is_compared
        ),
        Need("learned", gettext_lazy("what you learned"), Part.STUDY, "learned", lambda c: bool(c.learned.strip())),
        Need(
            "why",
            gettext_lazy("why the change is abandoned"),
            Part.ACT,
            "decision_reason",
            lambda c: bool(c.decision_reason.strip()),
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Transition:
    """From which stages a move leaves, to which it leads (None: decided by the dates), what it needs and asks."""

    leaves: frozenset[Stage]
    leads_to: Stage | None
    needs: tuple[str, ...] = ()
    asks_reason: bool = False


_PLANNED = ("question", "prediction", "who", "when", "measure", "change_since", "fitted")
# Plan and Do stay open for writing later on: what let a cycle pass must still be there when it goes on.
_STILL = ("measure", "change_since", "fitted")
_STUDIED = ("comparison", "learned")

TRANSITIONS: dict[Move, Transition] = {
    Move.START: Transition(frozenset({Stage.PLAN}), Stage.DO, _PLANNED),
    Move.STUDY: Transition(frozenset({Stage.DO}), Stage.STUDY, (*_STILL, "observations")),
    Move.ADOPT: Transition(frozenset({Stage.STUDY}), Stage.CLOSED, (*_STILL, "observations", *_STUDIED)),
    Move.ADAPT: Transition(frozenset({Stage.STUDY}), Stage.CLOSED, (*_STILL, "observations", *_STUDIED)),
    # A change may be given up at any time, but never without saying why; a studied one with what was learned.
    Move.ABANDON: Transition(frozenset({Stage.PLAN, Stage.DO, Stage.STUDY}), Stage.CLOSED, ("why",)),
    Move.STEP_BACK: Transition(frozenset({Stage.DO, Stage.STUDY}), None, asks_reason=True),
    Move.REOPEN: Transition(frozenset({Stage.CLOSED}), None, asks_reason=True),
}


def needs_of(cycle: Cycle, move: Move) -> tuple[Need, ...]:
    """What the move needs in the cycle's present stage."""
    keys = TRANSITIONS[move].needs
    if move is Move.ABANDON and cycle.stage == Stage.STUDY:
        keys = (*_STUDIED, *keys)
    return tuple(NEEDS[key] for key in keys)


def missing(cycle: Cycle, move: Move) -> tuple[Need, ...]:
    """What the move needs and the worksheet does not hold yet. Uses prefetched rows when there are any."""
    return tuple(need for need in needs_of(cycle, move) if not need.is_met(cycle))


def moves_from(stage: Stage | str) -> list[Move]:
    """The moves that leave from a stage, in the order of the table."""
    return [move for move, transition in TRANSITIONS.items() if stage in transition.leaves]


def check_move(cycle: Cycle, move: Move, *, reason: str = "") -> None:
    """Whether the move can be made now. Raises ``NotReadyError``, and ``ValidationError`` for a reason too long."""
    check_team_works(cycle.team)
    check_length(reason)
    transition = TRANSITIONS[move]
    if cycle.stage not in transition.leaves:
        raise NotReadyError(
            _("“%(move)s” is not possible at “%(stage)s”. Somebody may have moved the cycle: load the page again.")
            % {"move": move.label, "stage": cycle.standing.label}
        )
    if lacking := missing(cycle, move):
        raise NotReadyError(sentence_for(move, lacking), lacking)
    if transition.asks_reason and not reason.strip():
        raise NotReadyError(_("Say in a sentence why, so that others understand the history."))


def sentence_for(move: Move, lacking: tuple[Need, ...]) -> str:
    """What is missing, as the disabled button says it."""
    return ngettext("“%(move)s” still needs %(what)s.", "“%(move)s” still needs: %(what)s.", len(lacking)) % {
        "move": move.label,
        "what": ", ".join(str(need.words) for need in lacking),
    }


def check_team_works(team: Team) -> None:
    """Whether the team may write worksheets now. Raises ``NotReadyError``."""
    if team.status == TeamStatus.WITHDRAWN:
        raise NotReadyError(
            _("%(team)s left the collaborative, so its worksheets can be read but not changed.") % {"team": team.name}
        )
    if team.collaborative.status == CollaborativeStatus.ENDED:
        raise NotReadyError(_("The collaborative has ended, so worksheets can be read but not changed."))


def team_works(team: Team) -> bool:
    try:
        check_team_works(team)
    except NotReadyError:
        return False
    return True


def check_write(cycle: Cycle) -> None:
    """Whether anything in the worksheet may be written now. Raises ``NotReadyError``."""
    check_team_works(cycle.team)
    if cycle.stage == Stage.CLOSED:
        raise NotReadyError(_("This cycle is closed. Reopen it with a reason to change it, or plan the next cycle."))


def can_write(cycle: Cycle) -> bool:
    try:
        check_write(cycle)
    except NotReadyError:
        return False
    return True


# A part opens when its stage is reached. Act is written while studying: it is what closes the cycle.
OPENS_AT: dict[Part, Stage] = {
    Part.PLAN: Stage.PLAN,
    Part.DO: Stage.DO,
    Part.STUDY: Stage.STUDY,
    Part.ACT: Stage.PLAN,
}
_ORDER = [Stage.PLAN, Stage.DO, Stage.STUDY, Stage.CLOSED]


def is_open(part: Part, cycle: Cycle) -> bool:
    """Whether the fields of a part may be written in the cycle's stage."""
    reached = _ORDER.index(Stage(cycle.stage)) >= _ORDER.index(OPENS_AT[part])
    return cycle.stage != Stage.CLOSED and reached


def predictions_are_fixed(cycle: Cycle) -> bool:
    """From *Do* on: a prediction that is changed after the fact is none. Stepping back opens them again."""
    return cycle.stage != Stage.PLAN


def check_year(team: Team, on: dt.date | None) -> None:
    """A day lies in the years around the collaborative's months. Raises ``ValidationError``."""
    if on is None:
        return
    span = team.collaborative.span
    first = span.first.year - YEARS_AROUND
    last = max(span.last, team.collaborative.today()).year + YEARS_AROUND
    if not first <= on.year <= last:
        raise ValidationError(
            _("The year in %(day)s looks mistyped. Choose one from %(first)s to %(last)s.")
            % {"day": full_day(on), "first": first, "last": last}
        )


def check_day_came(team: Team, on: dt.date | None) -> None:
    """What was done or counted has its day today or before, and no mistyped year. Raises ``ValidationError``."""
    if on is not None and on > team.collaborative.today():
        raise ValidationError(_("%(day)s is in the future. Choose today or a day before.") % {"day": day(on)})
    check_year(team, on)


def check_day_counted(cycle: Cycle, on: dt.date | None) -> None:
    """A number was counted during the test, or in the year before it to compare with. Raises ``ValidationError``."""
    check_day_came(cycle.team, on)
    if on is not None and cycle.started_on is not None and on < cycle.started_on - LONGEST_BASELINE:
        raise ValidationError(
            _("%(day)s lies more than a year before the first day of the test (%(first)s). Choose when it was counted.")
            % {"day": full_day(on), "first": full_day(cycle.started_on)}
        )


# The days of a cycle in their order, each pair with what is said when the second lies before the first.
DAYS_IN_ORDER = {
    ("started_on", "ended_on"): gettext_lazy("The last day (%(later)s) lies before the first day (%(earlier)s)."),
    ("started_on", "studied_on"): gettext_lazy(
        "The day of the study (%(later)s) lies before the first day of the test (%(earlier)s)."
    ),
    ("started_on", "closed_on"): gettext_lazy("The cycle can not be closed on %(later)s: it began on %(earlier)s."),
    ("ended_on", "studied_on"): gettext_lazy(
        "The last day (%(earlier)s) lies after the day of the study (%(later)s). "
        "Choose an earlier one, or go back a step if the test went on."
    ),
    ("ended_on", "closed_on"): gettext_lazy("The cycle can not be closed on %(later)s: its last day was %(earlier)s."),
    ("studied_on", "closed_on"): gettext_lazy(
        "The cycle can not be closed on %(later)s: it was studied on %(earlier)s."
    ),
}


def check_order(cycle: Cycle, **changed: dt.date | None) -> None:
    """First day, last day, day of the study and day of closing come in this order, as far as there are any.

    ``changed``: the days that the cycle shall have instead of its own. Raises ``ValidationError`` under the field that
    comes too early.
    """
    for (earlier, later), sentence in DAYS_IN_ORDER.items():
        before, after = (changed.get(name, getattr(cycle, name)) for name in (earlier, later))
        if before is not None and after is not None and after < before:
            raise ValidationError({later: sentence % {"earlier": full_day(before), "later": full_day(after)}})


def check_first_day(cycle: Cycle, on: dt.date, *, seen_on: dt.date | None) -> None:
    """The first day of *Do* lies on or before the day on which something of the test was first seen.

    The day is recorded when *Do* starts. An earlier one may be typed by whoever writes down later what was done before;
    that can only cost the point for a prediction ahead of *Do*. A later one could earn it for a prediction written
    when the result was known, so it is taken only while nothing has been seen. Raises ``ValidationError``.
    """
    if seen_on is not None and on > seen_on:
        raise ValidationError(
            _("On %(seen)s something was seen or counted already: the test had begun. Choose that day or one before.")
            % {"seen": day(seen_on)}
        )


def stage_by_dates(cycle: Cycle) -> Stage:
    """Where a cycle stood before it was closed."""
    if cycle.studied_on is not None:
        return Stage.STUDY
    return Stage.DO if cycle.started_on is not None else Stage.PLAN


def stage_before(cycle: Cycle) -> Stage:
    """Where stepping back or reopening leads."""
    if cycle.stage == Stage.CLOSED:
        return stage_by_dates(cycle)
    return _ORDER[_ORDER.index(Stage(cycle.stage)) - 1]


def check_take(source: Cycle, team: Team) -> None:
    """Whether a team may take over what a cycle tried: it has begun and is shared with the team's collaborative.

    Raises ``NotReadyError``. Whether the person may read the cycle is asked in ``pdsa.rules``.
    """
    check_team_works(team)
    if source.team_id == team.pk:
        raise NotReadyError(_("This is your own test. Plan the next cycle from it instead."))
    home = source.team.collaborative
    shared = source.sharing == Sharing.CENTER and home.center_id == team.collaborative.center_id
    shared |= source.sharing == Sharing.COLLABORATIVE and home.pk == team.collaborative_id
    if source.started_on is None or home.data_sharing == DataSharing.POOLED or not shared:
        raise NotReadyError(_("This test is not shared with %(team)s, or not any more.") % {"team": team.name})


def can_take(source: Cycle, team: Team) -> bool:
    try:
        check_take(source, team)
    except NotReadyError:
        return False
    return True


# From the fewest readers to the most.
_WIDENS = [Sharing.TEAM, Sharing.COLLABORATIVE, Sharing.CENTER]


def check_sharing(cycle: Cycle, sharing: Sharing) -> None:
    """Whether the cycle may be shared so. Raises ``NotReadyError``.

    To show it to fewer is always possible: also a team that left may take its words back. To more people only while
    the team works here, when somebody still answers for what they read.
    """
    if _WIDENS.index(sharing) > _WIDENS.index(Sharing(cycle.sharing)):
        check_team_works(cycle.team)


def check_judgeable(cycle: Cycle, coach: Any) -> None:
    """Whether a coach may now say what only a reader can judge. Raises ``NotReadyError``.

    Tense and learning are asked of fully documented cycles (McNicholas 2019). An answer stands once another coach has
    answered: then each can see the other's, and a changed answer would no longer be independent.
    """
    if cycle.stage != Stage.CLOSED or not (cycle.comparison.strip() or cycle.learned.strip()):
        raise NotReadyError(_("A cycle is read once it is closed and its Study is written."))
    coaches = set(cycle.coach_scores.values_list("coach", flat=True))
    if coach.pk in coaches and len(coaches) > 1:
        raise NotReadyError(_("Another coach has answered too, so your answer stands: agreement is counted from both."))


def can_judge(cycle: Cycle, coach: Any) -> bool:
    try:
        check_judgeable(cycle, coach)
    except NotReadyError:
        return False
    return True


def check_aim_open(aim: Aim) -> None:
    """Whether an aim may be written now. Raises ``NotReadyError``."""
    if aim.closed_on is not None:
        raise NotReadyError(_("This aim is closed. Take it up again to change it, or write a new one."))


def check_ramp_can_end(ramp: Ramp) -> None:
    """Whether a series may be finished or stopped now. Raises ``NotReadyError``."""
    if ramp.status != RampStatus.ACTIVE:
        raise NotReadyError(_("This series has ended already."))
    still_open = list(ramp.cycles.open().values_list("number", flat=True))
    if still_open:
        raise NotReadyError(
            ngettext(
                "Cycle %(numbers)s is still open. Close it first, or abandon it with what you learned.",
                "Cycles %(numbers)s are still open. Close them first, or abandon them with what you learned.",
                len(still_open),
            )
            % {"numbers": ", ".join(str(number) for number in still_open)}
        )


def refusal_of(check: Callable[..., None], *things: Any) -> str:
    """The sentence with which a check refuses, for the page that would need it; empty when it lets through."""
    try:
        check(*things)
    except NotReadyError as error:
        return error.sentence
    return ""


def sentence_of(error: NotReadyError | ValidationError) -> str:
    """What an action refused, in one sentence."""
    return error.sentence if isinstance(error, NotReadyError) else " ".join(error.messages)
