"""Which cycles wait for a coach, in which order, and how long teams waited for an answer."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    Case,
    Exists,
    F,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from collab.models import Collaborative
from pdsa.enums import CommentKind, PdsaEvent, Stage
from pdsa.models import Comment, Cycle, CycleRevision, Question, Review
from pdsa.models.cycle import CycleQuerySet
from pdsa.policies import STALLED_AFTER_DAYS
from teams.enums import TeamStatus

SECONDS_A_DAY = 86_400
# The moves that are worth a word from a coach.
MOVES = (PdsaEvent.CYCLE_PLANNED, PdsaEvent.CYCLE_STARTED, PdsaEvent.CYCLE_STUDIED, PdsaEvent.CYCLE_CLOSED)
# A closed cycle waits for feedback no longer than this: after that the next one matters more.
CLOSED_WAITS_DAYS = 60
# A plan that is this old and has no prediction needs a word; a younger one is still being written.
PLAN_MATURES_DAYS = 7


def with_needs(cycles: CycleQuerySet, on: dt.date) -> Any:
    """Cycles with what makes them need a coach on a day, all decided in the database.

    ``asked_at`` (help, review or question: the earliest open one, or None), ``is_first`` (the team has begun no other
    cycle before it), ``is_predicted``, ``last_feedback`` and ``last_move`` (instants or None), ``review_part`` and
    ``question_part`` (the thread in which it is asked; "" is the whole test), and ``need``: 4 asked, 3 no prediction,
    2 stalled in Do, 1 first cycle of a team, 0 none of these.
    """
    faculty = Comment.objects.filter(cycle=OuterRef("pk"), from_faculty=True)
    question = Comment.objects.filter(
        cycle=OuterRef("pk"), kind=CommentKind.QUESTION, from_faculty=False, settled_at=None, parent=None
    ).exclude(replies__from_faculty=True)
    earlier = Cycle.objects.filter(team=OuterRef("team"), number__lt=OuterRef("number"), started_on__isnull=False)
    predicted = Question.objects.filter(cycle=OuterRef("pk")).exclude(prediction="")
    review = Review.objects.filter(cycle=OuterRef("pk"), given_at=None)
    ripe = Q(started_on__isnull=False) | Q(created_at__date__lte=on - dt.timedelta(days=PLAN_MATURES_DAYS))
    return cycles.annotate(
        review_at=Subquery(review.values("asked_at")[:1]),
        review_part=Subquery(review.values("part")[:1]),
        question_at=Subquery(question.order_by("at").values("at")[:1]),
        question_part=Subquery(question.order_by("at").values("part")[:1]),
        is_first=~Exists(earlier),
        is_predicted=Exists(predicted),
        last_feedback=Subquery(faculty.order_by().values("cycle").annotate(last=Max("at")).values("last")),
        last_move=Subquery(
            CycleRevision.objects.filter(cycle=OuterRef("pk"), event__in=[event.value for event in MOVES])
            .order_by()
            .values("cycle")
            .annotate(last=Max("at"))
            .values("last")
        ),
    ).annotate(
        asked_at=Coalesce("help_asked_at", "review_at", "question_at"),
        need=Case(
            When(Q(help_asked_at__isnull=False) | Q(review_at__isnull=False) | Q(question_at__isnull=False), then=4),
            When(ripe & Q(is_predicted=False) & ~Q(stage=Stage.CLOSED), then=3),
            When(Q(stage=Stage.DO, started_on__lt=on - dt.timedelta(days=STALLED_AFTER_DAYS)), then=2),
            When(is_first=True, then=1),
            default=Value(0),
            output_field=IntegerField(),
        ),
    )


def awaiting_feedback(user: Any, collaborative: Collaborative, on: dt.date) -> Any:
    """Cycles that wait for a coach's word, the neediest first and of equals the one that has waited longest.

    One waits while somebody asked for something, or while its last move has had no feedback: from *Do* on, until sixty
    days after it was closed. A plan waits only when it asks or has lain without a prediction.
    """
    recent = on - dt.timedelta(days=CLOSED_WAITS_DAYS)
    found = with_needs(
        Cycle.objects.visible_to(user)
        .filter(team__collaborative=collaborative, team__status=TeamStatus.ACTIVE)
        .exclude(stage=Stage.CLOSED, closed_on__lt=recent),
        on,
    )
    unanswered = Q(last_feedback__isnull=True) | Q(last_feedback__lt=F("last_move"))
    waits = Q(need=4) | (unanswered & (Q(need=3) | ~Q(stage=Stage.PLAN)))
    ordered: CycleQuerySet = found.filter(waits).order_by(
        "-need", Coalesce("asked_at", "last_move", "created_at"), "pk"
    )
    return ordered


@dataclass(frozen=True, slots=True)
class Wait:
    """How long a cycle waited for its first feedback, in days, and when that came."""

    days: float
    answered_at: dt.datetime


def waits_for_feedback(collaborative: Collaborative) -> list[Wait]:
    """For each cycle of the collaborative that got feedback, how long it waited. Three queries.

    From the first review asked for, or the instant *Do* was started when that came first or nothing was asked, to the
    first comment of faculty after it. Cycles that still wait are not in the list.
    """
    began = dict(
        CycleRevision.objects.filter(cycle__team__collaborative=collaborative, event=PdsaEvent.CYCLE_STARTED.value)
        .values("cycle")
        .annotate(first=Min("at"))
        .values_list("cycle", "first")
    )
    asked = (
        Review.objects.filter(cycle__team__collaborative=collaborative).values("cycle").annotate(first=Min("asked_at"))
    )
    for cycle_id, at in asked.values_list("cycle", "first"):
        began[cycle_id] = min(at, began.get(cycle_id, at))
    waits: dict[int, Wait] = {}
    words = Comment.objects.filter(cycle__team__collaborative=collaborative, from_faculty=True).order_by("at")
    for cycle_id, at in words.values_list("cycle", "at"):
        start = began.get(cycle_id)
        if start is not None and cycle_id not in waits and at >= start:
            waits[cycle_id] = Wait((at - start).total_seconds() / SECONDS_A_DAY, at)
    return list(waits.values())
