"""Threads beside a worksheet, and the queue of cycles that wait for a coach, in words."""

from __future__ import annotations

import datetime as dt
import statistics
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from collab.common.enums import Tone
from pdsa.enums import CommentKind, Part
from pdsa.models import CoachNote, Comment, Cycle, Review
from pdsa.policies import team_works
from pdsa.queries.coaching import Wait
from pdsa.rules import coach_cycle, discuss_cycles

WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class ShownComment:
    """A comment with its answers, as one viewer sees it."""

    comment: Comment
    is_mine: bool
    is_new: bool = False
    replies: list[ShownComment] = field(default_factory=list)

    @property
    def kind(self) -> CommentKind:
        return CommentKind(self.comment.kind)

    @property
    def is_open_question(self) -> bool:
        return self.comment.kind == CommentKind.QUESTION and self.comment.settled_at is None


@dataclass(frozen=True, slots=True)
class Thread:
    """What is said about one part of a worksheet, or about the whole."""

    key: str
    title: str | Promise
    comments: list[ShownComment]
    newest: int
    # The number of the next form: the same form sent twice writes one comment.
    form_key: uuid.UUID
    typed: str = ""
    problem: str = ""
    parent: int | None = None

    @property
    def part(self) -> str:
        return "" if self.key == WHOLE else self.key

    @property
    def count(self) -> int:
        return len(self.comments) + sum(len(shown.replies) for shown in self.comments)


@dataclass(frozen=True, slots=True)
class Talk:
    """Everything said about a cycle, for one viewer. ``notes`` is None for people who must not know of notes."""

    threads: dict[str, Thread]
    may_write: bool
    is_coach: bool
    review: Review | None
    reviews: list[Review]
    notes: list[CoachNote] | None
    note_key: uuid.UUID

    def __getitem__(self, key: str) -> Thread:
        """The thread of a part, for templates: ``talk.plan``."""
        return self.threads[key]


def threads_of(cycle: Cycle, viewer: Any) -> Talk:
    """Everything said about a cycle as ``viewer`` may see it. Two queries, three for a coach."""
    is_coach = coach_cycle.check(viewer, cycle)
    comments = list(cycle.comments.select_related("by"))
    reviews = list(cycle.reviews.select_related("asked_by", "given_by"))
    return Talk(
        threads={key: thread_of(key, title, comments, viewer) for key, title in _titles()},
        may_write=discuss_cycles.check(viewer, cycle.team) and team_works(cycle.team),
        is_coach=is_coach,
        review=next((review for review in reviews if review.given_at is None), None),
        reviews=[review for review in reviews if review.given_at is not None],
        notes=list(cycle.coach_notes.select_related("by")) if is_coach else None,
        note_key=uuid.uuid4(),
    )


def _titles() -> Iterable[tuple[str, str | Promise]]:
    for part in Part:
        yield part.value, part.label
    yield WHOLE, gettext_lazy("The whole cycle")


def thread_of(
    key: str,
    title: str | Promise,
    comments: Iterable[Comment],
    viewer: Any,
    *,
    typed: str = "",
    problem: str = "",
    parent: int | None = None,
    newer: Iterable[Comment] = (),
) -> Thread:
    """One thread from a cycle's comments; ``typed`` and ``problem`` where a comment could not be sent."""
    part = "" if key == WHOLE else key
    here = [comment for comment in comments if comment.part == part]
    new = {comment.pk for comment in newer}
    answers: dict[int, list[ShownComment]] = {}
    for comment in here:
        if comment.parent_id is not None:
            answers.setdefault(comment.parent_id, []).append(_shown(comment, viewer, new))
    return Thread(
        key=key,
        title=title,
        comments=[
            _shown(comment, viewer, new, answers.get(comment.pk, [])) for comment in here if comment.parent_id is None
        ],
        newest=max((comment.pk for comment in here), default=0),
        form_key=uuid.uuid4(),
        typed=typed,
        problem=problem,
        parent=parent,
    )


def _shown(comment: Comment, viewer: Any, new: set[int], replies: list[ShownComment] | None = None) -> ShownComment:
    return ShownComment(comment, comment.by_id == viewer.pk, comment.pk in new, replies or [])


def title_of(key: str) -> str | Promise:
    """The words of a thread's key."""
    return dict(_titles())[key]


class Need(IntEnum):
    """Why a cycle stands where it stands in the queue; the order of the queue. See ``queries.coaching.with_needs``."""

    FEEDBACK = 0
    FIRST = 1
    STALLED = 2
    NO_PREDICTION = 3
    ASKED = 4

    @property
    def label(self) -> str:
        return {
            Need.ASKED: _("Asked for a coach"),
            Need.NO_PREDICTION: _("No prediction"),
            Need.STALLED: _("Stalled at Do"),
            Need.FIRST: _("First cycle of the team"),
            Need.FEEDBACK: _("No feedback yet"),
        }[self]

    @property
    def tone(self) -> Tone:
        return {Need.ASKED: Tone.PROBLEM, Need.NO_PREDICTION: Tone.ATTENTION, Need.STALLED: Tone.ATTENTION}.get(
            self, Tone.INFO
        )


@dataclass(frozen=True, slots=True)
class Waiting:
    """A line of the queue."""

    cycle: Any
    needs: list[Need]
    why: str
    since: dt.datetime

    @property
    def thread(self) -> str:
        """Where on the worksheet the answer belongs: where it was asked, else at the part that needs it."""
        if self.cycle.help_asked_at is None and self.cycle.review_at is not None:
            return self.cycle.review_part or WHOLE
        if self.cycle.help_asked_at is None and self.cycle.question_at is not None:
            return self.cycle.question_part or WHOLE
        return "plan" if self.cycle.stage == "plan" or Need.NO_PREDICTION in self.needs else WHOLE


def waiting_line(cycle: Any, now: dt.datetime) -> Waiting:
    """A cycle of ``awaiting_feedback`` in words: why it is here and for how long."""
    since = cycle.asked_at or cycle.last_move or cycle.created_at
    needs = []
    if cycle.need == Need.ASKED:
        needs.append(Need.ASKED)
    if not cycle.is_predicted:
        needs.append(Need.NO_PREDICTION)
    if cycle.need == Need.STALLED:
        needs.append(Need.STALLED)
    if cycle.is_first:
        needs.append(Need.FIRST)
    if cycle.last_feedback is None and not needs:
        needs.append(Need.FEEDBACK)
    return Waiting(cycle=cycle, needs=needs, why=_why(cycle, now, since), since=since)


def _why(cycle: Any, now: dt.datetime, since: dt.datetime) -> str:
    ago = days_ago(since, now)
    if cycle.help_asked_at is not None:
        return _("Asked for help %(ago)s: “%(words)s”") % {"ago": ago, "words": cycle.help_wanted}
    if cycle.review_at is not None:
        return _("Asked for a review %(ago)s") % {"ago": ago}
    if cycle.question_at is not None:
        return _("Asked a question %(ago)s") % {"ago": ago}
    if cycle.need == Need.STALLED:
        days = (now.date() - cycle.started_on).days
        return ngettext("In Do for %(days)d day", "In Do for %(days)d days", days) % {"days": days}
    if cycle.last_feedback is not None:
        return _("Went on %(ago)s, after your last feedback") % {"ago": ago}
    return _("Waiting since it moved on %(ago)s") % {"ago": ago}


def days_ago(at: dt.datetime, now: dt.datetime) -> str:
    """ "today", "1 day ago", "5 days ago"."""
    days = (now - at).days
    if days <= 0:
        return _("today")
    return ngettext("%(days)d day ago", "%(days)d days ago", days) % {"days": days}


def feedback_sentence(waits: Sequence[Wait]) -> str:
    """How long teams waited: the median of the answered cycles, with their number."""
    if not waits:
        return _("No cycle has had feedback yet.")
    return ngettext(
        "Median wait for feedback: %(days).1f days (%(count)d cycle answered).",
        "Median wait for feedback: %(days).1f days (%(count)d cycles answered).",
        len(waits),
    ) % {"days": statistics.median(wait.days for wait in waits), "count": len(waits)}


def lately_sentence(waits: Sequence[Wait], since: dt.datetime) -> str:
    """The same for the answers since an instant; empty where that would say the same again."""
    lately = [wait for wait in waits if wait.answered_at >= since]
    if len(lately) == len(waits):
        return ""
    if not lately:
        return _("In the last 90 days no cycle had its first feedback.")
    return ngettext(
        "In the last 90 days: %(days).1f days (%(count)d cycle).",
        "In the last 90 days: %(days).1f days (%(count)d cycles).",
        len(lately),
    ) % {"days": statistics.median(wait.days for wait in lately), "count": len(lately)}
