"""Planning cycles and moving them through Plan, Do, Study and Act."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from collab.common.changes import locked
from collab.common.formatting import day
from collab.common.order import next_number
from collab.models import ChangeIdea, User
from pdsa.actions.history import keep_revision
from pdsa.actions.ramps import keep_going, open_ramp
from pdsa.enums import Decision, PdsaEvent, Sharing, Stage
from pdsa.limits import DOUBLE_PRESS
from pdsa.models import Cycle, Question, Ramp, Task
from pdsa.policies import Move, NotReadyError, check_move, check_order, check_take, check_team_works, stage_before
from pdsa.queries.worksheet import first_seen_on, members_of
from teams.models import Team

# What the next cycle of a ramp takes over from the one before it, and what a team takes from another's.
CARRIED_ON = (
    "owner", "objective", "purpose", "idea", "other_measure", "change", "setting", "population",
    "people", "sites", "days", "data_what", "data_who", "data_how", "data_when", "who_agrees", "left_out", "sharing",
)  # fmt: skip
TAKEN_OVER = ("objective", "purpose", "other_measure", "change", "population", "data_what", "data_how", "left_out")


@transaction.atomic
def plan_cycle(
    *,
    by: User | None,
    team: Team,
    title: str,
    ramp: Ramp | None = None,
    previous: Cycle | None = None,
    values: Mapping[str, Any] | None = None,
) -> Cycle:
    """Open a worksheet in *Plan*, in a ramp of its own unless one is given, with one empty question.

    ``previous`` must be of the same team; its ramp is taken when none is given. A ramp that has ended goes on with the
    cycle. ``values`` are fields of the cycle. Raises ``NotReadyError`` and ``ValidationError``.
    """
    check_team_works(team)
    team = locked(team)
    given = dict(values or {})
    if ramp is None:
        ramp = previous.ramp if previous else open_ramp(by=by, team=team, title=title, idea=given.get("idea"))
    if ramp.team_id != team.pk or (previous is not None and previous.team_id != team.pk):
        raise ValidationError(_("A cycle follows cycles and ramps of its own team."))
    ramp = keep_going(by=by, ramp=ramp)
    cycle = Cycle(
        team=team,
        number=next_number(Cycle.objects.filter(team=team)),
        ramp=ramp,
        previous=previous,
        title=title,
        created_by=by,
        **{"owner": by, "idea": ramp.idea, **given},
    )
    cycle.full_clean(exclude=["team", "created_by", "owner"])
    cycle.save()
    cycle.drivers.set(ramp.drivers.all())
    Question.objects.create(cycle=cycle)
    keep_revision(by=by, cycle=cycle, event=PdsaEvent.CYCLE_PLANNED, changed=["title"])
    return cycle


@transaction.atomic
def begin_cycle(
    *,
    by: User,
    team: Team,
    title: str,
    question: str = "",
    idea: ChangeIdea | None = None,
    ramp: Ramp | None = None,
) -> Cycle:
    """Plan a cycle with its first question. A second press of the button returns the cycle that the first one made.

    Without an idea of its own it takes its ramp's. Raises ``NotReadyError`` and ``ValidationError``.
    """
    team = locked(team)
    twin = Cycle.objects.filter(
        team=team, created_by=by, title=title, stage=Stage.PLAN, created_at__gt=timezone.now() - DOUBLE_PRESS
    ).last()
    if twin is not None:
        return twin
    made = plan_cycle(by=by, team=team, title=title, ramp=ramp, values={"idea": idea} if idea else None)
    if question.strip():
        made.questions.update(question=question.strip())
        keep_revision(by=by, cycle=made, event=PdsaEvent.CYCLE_CHANGED, changed=["questions"])
    return made


@transaction.atomic
def start(*, by: User, cycle: Cycle, on: dt.date | None = None) -> Cycle:
    """*Plan* → *Do*. ``on``: the first day, today when not given.

    What went back to *Plan* with something seen already keeps its first day: a prediction that is written over then
    is dated after it, and counts as one made after the fact.
    """
    cycle = _locked_for(cycle, Move.START)
    first = _not_in_future(cycle, on or _first_day_so_far(cycle))
    return _moved(by, cycle, Move.START, PdsaEvent.CYCLE_STARTED, stage=Stage.DO, started_on=first)


def _first_day_so_far(cycle: Cycle) -> dt.date | None:
    """The first day of a test that was begun before and has seen something, be it taken out again; else None."""
    if first_seen_on(cycle) is None:
        return None
    begun = cycle.revisions.filter(stage=Stage.DO).first()
    return dt.date.fromisoformat(begun.snapshot["started_on"]) if begun else None


@transaction.atomic
def study(*, by: User, cycle: Cycle, ended_on: dt.date | None = None, on: dt.date | None = None) -> Cycle:
    """*Do* → *Study*. ``ended_on``: the test's last day; what the worksheet says, else the day of the study.

    ``on``: the day of the study, today when not given.
    """
    cycle = _locked_for(cycle, Move.STUDY)
    studied = _not_in_future(cycle, on)
    last = _not_in_future(cycle, ended_on or cycle.ended_on or studied)
    check_order(cycle, studied_on=studied, ended_on=last)
    return _moved(by, cycle, Move.STUDY, PdsaEvent.CYCLE_STUDIED, stage=Stage.STUDY, ended_on=last, studied_on=studied)


@transaction.atomic
def close(
    *,
    by: User,
    cycle: Cycle,
    decision: Decision,
    reason: str = "",
    next_title: str = "",
    next_change: str = "",
    on: dt.date | None = None,
    opens_next: bool = True,
) -> Cycle | None:
    """Close with a decision. *Adapt* opens the next cycle of the ramp, prefilled, and returns it.

    ``reason`` is written as why, when given: *Abandon* needs one here or in the worksheet. ``next_change``: what is
    different in the next cycle. ``opens_next`` is false where the next cycle comes from elsewhere, as in a file.
    """
    cycle = locked(cycle)
    if reason.strip():
        cycle.decision_reason = reason.strip()
    move = Move(decision.value)
    check_move(cycle, move)
    closed = _not_in_future(cycle, on)
    check_order(cycle, closed_on=closed)
    _moved(
        by,
        cycle,
        move,
        PdsaEvent.CYCLE_CLOSED,
        stage=Stage.CLOSED,
        decision=decision.value,
        decision_reason=cycle.decision_reason,
        closed_on=closed,
        help_wanted="",
        help_asked_at=None,
    )
    if decision is not Decision.ADAPT or not opens_next:
        return None
    return plan_next(by=by, cycle=cycle, title=next_title, change_since=next_change)


@transaction.atomic
def plan_next(*, by: User, cycle: Cycle, title: str = "", change_since: str = "") -> Cycle:
    """Open the cycle that follows ``cycle`` in its ramp, prefilled with its plan and questions; predictions are new.

    Where the person responsible has left the team, it belongs to whoever plans it.
    """
    carried = {name: getattr(cycle, name) for name in CARRIED_ON}
    if cycle.owner_id is not None and cycle.owner_id not in members_of(cycle.team):
        carried["owner"] = by
    follower = plan_cycle(
        by=by,
        team=cycle.team,
        title=title.strip() or cycle.title,
        previous=cycle,
        values=carried | {"change_since": change_since.strip()},
    )
    follower.measures.set(cycle.measures.all())
    follower.drivers.set(cycle.drivers.all())
    _carry_rows(cycle, follower)
    return follower


@transaction.atomic
def follow_up(*, by: User, cycle: Cycle) -> Cycle:
    """Plan the cycle after a closed one. A second press returns what the first one made. Raises ``NotReadyError``."""
    check_team_works(cycle.team)
    locked(cycle.team)
    cycle = locked(cycle)
    if cycle.stage != Stage.CLOSED:
        raise NotReadyError(_("Decide on this cycle first: then the next one can be planned from it."))
    twin = cycle.next.filter(created_by=by, created_at__gt=timezone.now() - DOUBLE_PRESS, stage=Stage.PLAN).last()
    return twin or plan_next(by=by, cycle=cycle)


def _carry_rows(source: Cycle, target: Cycle) -> None:
    """Questions and tasks as they stood, without predictions, answers and days: those belong to one cycle."""
    asked = [row for row in source.questions.all() if row.question.strip()]
    if asked:
        target.questions.all().delete()
    Question.objects.bulk_create(Question(cycle=target, position=row.position, question=row.question) for row in asked)
    Task.objects.bulk_create(
        Task(cycle=target, position=row.position, what=row.what, who=row.who, where=row.where)
        for row in source.tasks.all()
    )


@transaction.atomic
def take_change(*, by: User, source: Cycle, team: Team, title: str = "", fitted: str = "") -> Cycle:
    """Plan a cycle that tries what another team tried, with credit; how it is fitted is asked before *Do*.

    Words only: no numbers, people, files or comments come over. Whether ``by`` may read ``source`` is asked before.
    A second press of the button returns the cycle that the first one made. Raises ``NotReadyError`` and
    ``ValidationError``.
    """
    check_take(source, team)
    team = locked(team)
    twin = Cycle.objects.filter(
        team=team, taken_from=source, created_by=by, stage=Stage.PLAN, created_at__gt=timezone.now() - DOUBLE_PRESS
    ).last()
    if twin is not None:
        return twin
    idea = source.idea if source.team.collaborative_id == team.collaborative_id else None
    taken = plan_cycle(
        by=by,
        team=team,
        title=title.strip() or source.title,
        values={
            **{name: getattr(source, name) for name in TAKEN_OVER},
            "idea": idea,
            "taken_from": source,
            "fitted": fitted.strip(),
            "sharing": Sharing.COLLABORATIVE,
        },
    )
    if source.team.collaborative_id == team.collaborative_id:
        taken.measures.set(source.measures.all())
    asked = [row for row in source.questions.all() if row.question.strip()]
    if asked:
        taken.questions.all().delete()
        Question.objects.bulk_create(
            Question(cycle=taken, position=row.position, question=row.question) for row in asked
        )
    keep_revision(by=by, cycle=taken, event=PdsaEvent.CYCLE_TAKEN, changed=[*TAKEN_OVER, "questions"], source=source.pk)
    return taken


@transaction.atomic
def step_back(*, by: User, cycle: Cycle, reason: str) -> Cycle:
    """*Study* → *Do*, or *Do* → *Plan*, with a reason. Nothing typed is removed."""
    cycle = _locked_for(cycle, Move.STEP_BACK, reason)
    target = stage_before(cycle)
    dates: dict[str, Any] = {"studied_on": None}
    if target is Stage.PLAN:
        dates |= {"started_on": None, "ended_on": None}
    return _moved(by, cycle, Move.STEP_BACK, PdsaEvent.CYCLE_STEPPED_BACK, reason=reason, stage=target, **dates)


@transaction.atomic
def reopen(*, by: User, cycle: Cycle, reason: str) -> Cycle:
    """Open a closed cycle where it stood before the decision, with a reason. Its ramp goes on, its followers stay."""
    cycle = _locked_for(cycle, Move.REOPEN, reason)
    keep_going(by=by, ramp=cycle.ramp)
    return _moved(
        by,
        cycle,
        Move.REOPEN,
        PdsaEvent.CYCLE_REOPENED,
        reason=reason,
        stage=stage_before(cycle),
        closed_on=None,
        decision="",
    )


def _locked_for(cycle: Cycle, move: Move, reason: str = "") -> Cycle:
    cycle = locked(cycle)
    check_move(cycle, move, reason=reason)
    return cycle


def _moved(by: User, cycle: Cycle, move: Move, event: PdsaEvent, *, reason: str = "", **values: Any) -> Cycle:
    for name, value in values.items():
        setattr(cycle, name, value)
    cycle.full_clean(exclude=["team", "created_by", "owner"])
    cycle.save(update_fields=list(values))
    keep_revision(by=by, cycle=cycle, event=event, changed=list(values), reason=reason, move=move.value)
    return cycle


def _not_in_future(cycle: Cycle, on: dt.date | None) -> dt.date:
    today = cycle.team.collaborative.today()
    if on is not None and on > today:
        raise NotReadyError(_("%(day)s is in the future. Choose today or a day before.") % {"day": day(on)})
    return on or today
