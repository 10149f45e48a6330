"""What coaches and teams said to each other beside the demonstration's tests, and what still waits for an answer."""

from __future__ import annotations

import datetime as dt
import uuid

from collab.common.models import Letter
from collab.models import Collaborative, User
from pdsa.actions.coaching import add_note, ask_review, comment
from pdsa.enums import CommentKind, Part, PdsaEvent, Stage
from pdsa.models import CoachNote, Comment, Cycle, CycleRevision, Review

# Beside finished tests, in turn: where, what the coach wrote, how the team answered.
TALKS = (
    (
        Part.STUDY,
        "You compared with what you predicted: that is the step most teams leave out. What surprised you most?",
        "That people wanted to know who would meet them, more than when.",
    ),
    (
        Part.PLAN,
        "A good small size. Next time write down who counts, so that it does not fall to whoever is there.",
        "Will do: our data lead counts on Fridays.",
    ),
    (Part.ACT, "What would make you stop? Agree on that before the next cycle, it makes deciding easier.", ""),
    (Part.DO, "Three days is short, and you saw enough. Do the same on a bad week before you go wider.", "Good idea."),
)
FEEDBACK_AFTER = (dt.timedelta(days=1), dt.timedelta(days=3), dt.timedelta(days=2), dt.timedelta(days=6))
QUESTION = "Is one week enough to see a difference, or should we wait for the month's figures?"
REVIEW = "Is it small enough? And is the measure the right one?"
NOTE = "Their team leader is new since summer. Praise first, one suggestion at a time."


def talk_about_tests(collaborative: Collaborative, *, coach: User, now: dt.datetime) -> None:
    """Let the coach answer older tests and let two teams wait for an answer. No letter goes out."""
    cycles = Cycle.objects.filter(team__collaborative=collaborative, owner__isnull=False).select_related("owner")
    finished = cycles.filter(stage=Stage.CLOSED).order_by("closed_on", "team__name", "number")
    for place, cycle in enumerate(finished):
        if place % 2 == 0 and cycle.owner is not None:
            _talk(cycle, cycle.owner, coach, place // 2 % len(TALKS), now)
    planned = cycles.filter(stage=Stage.PLAN).order_by("team__name").first()
    if planned is not None and planned.owner is not None:
        review = ask_review(by=planned.owner, cycle=planned, question=REVIEW)
        Review.objects.filter(pk=review.pk).update(asked_at=now - dt.timedelta(days=2))
        note = add_note(by=coach, cycle=planned, text=NOTE, key=_key(planned, NOTE))
        CoachNote.objects.filter(pk=note.pk).update(at=now - dt.timedelta(days=12))
    running = cycles.filter(stage=Stage.DO).order_by("-started_on").first()
    if running is not None and running.owner is not None:
        asked = comment(
            by=running.owner,
            cycle=running,
            text=QUESTION,
            key=_key(running, QUESTION),
            part=Part.DO,
            kind=CommentKind.QUESTION,
        )
        Comment.objects.filter(pk=asked.pk).update(at=now - dt.timedelta(days=4))
    Letter.objects.filter(kind__startswith="pdsa.").update(sent_at=now)


def _talk(cycle: Cycle, owner: User, coach: User, place: int, now: dt.datetime) -> None:
    part, words, answer = TALKS[place]
    said = comment(by=coach, cycle=cycle, text=words, key=_key(cycle, words), part=part, kind=CommentKind.FEEDBACK)
    # Typed in long after it was run: for the story, the coach read it at the time.
    begun = dt.datetime.combine(cycle.started_on or cycle.closed_on or now.date(), dt.time(20), dt.UTC)
    CycleRevision.objects.filter(cycle=cycle, event=PdsaEvent.CYCLE_STARTED.value).update(at=begun)
    at = min(begun + FEEDBACK_AFTER[place], now)
    Comment.objects.filter(pk=said.pk).update(at=at)
    if answer:
        reply = comment(by=owner, cycle=cycle, text=answer, key=_key(cycle, answer), parent=said)
        Comment.objects.filter(pk=reply.pk).update(at=min(at + dt.timedelta(days=1), now))


def _key(cycle: Cycle, words: str) -> uuid.UUID:
    """The same for the same seed, as everything in the demonstration."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"{cycle.get_absolute_url()}#{words}")
