"""What teams and coaches say to each other beside a worksheet; asking for a review, and giving one."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from collab.common import audit, letters
from collab.common.changes import locked
from collab.enums import CollaborativeRole
from collab.models import User
from pdsa.enums import CommentKind, Part, PdsaEvent, PdsaLetters
from pdsa.models import CoachNote, Comment, Cycle, Review
from pdsa.policies import NotReadyError, check_team_works
from pdsa.rules import coach_cycle, view_cycle

# Who of the faculty hears that a team waits; all of the faculty where a collaborative has none of these.
COACHES = (CollaborativeRole.COACH, CollaborativeRole.IMPROVEMENT_ADVISOR)


class AnsweredMeanwhileError(Exception):
    """Somebody else wrote in the thread while this comment was typed; ``newer`` are their comments, oldest first."""

    def __init__(self, newer: list[Comment]) -> None:
        super().__init__(_("Somebody else wrote here while you were typing. Read it, then send yours or change it."))
        self.newer = newer


@transaction.atomic
def comment(
    *,
    by: User,
    cycle: Cycle,
    text: str,
    key: uuid.UUID,
    part: Part | None = None,
    parent: Comment | None = None,
    kind: CommentKind = CommentKind.COMMENT,
    seen: int | None = None,
) -> Comment:
    """Write a comment, or an answer to one. The same ``key`` and words again give the comment that is already there.

    ``seen`` is the number of the newest comment of the thread's part that the person had on the page; when others
    wrote after it, ``AnsweredMeanwhileError`` is raised and nothing is written. None: they were read, and it is sent
    anyway. Raises ``NotReadyError`` when the team no longer works here, ``ValidationError`` for a text without end.
    """
    cycle = locked(cycle)
    check_team_works(cycle.team)
    if (written := Comment.objects.filter(key=key).first()) is not None:
        if (written.by_id, written.cycle_id, written.text) == (by.pk, cycle.pk, text.strip()):
            return written
        # A page that came back from the browser's memory: other words are another comment.
        key = uuid.uuid4()
    if parent is not None:
        # Threads are one level deep: an answer to an answer goes to the thread's beginning.
        parent = parent.parent or parent
        part = Part(parent.part) if parent.part else None
    if seen is not None and (newer := _written_since(cycle, part, seen, by)):
        raise AnsweredMeanwhileError(newer)
    from_faculty = coach_cycle.check(by, cycle)
    row = Comment(
        cycle=cycle,
        part=part.value if part else "",
        parent=parent,
        kind=kind.value,
        text=text.strip(),
        by=by,
        from_faculty=from_faculty,
        key=key,
    )
    _check(row)
    row.save()
    audit.record(
        by=by,
        event=PdsaEvent.COMMENT_ADDED,
        target=row,
        scope=cycle.team.collaborative,
        cycle=cycle.number,
        part=row.part,
        kind=row.kind,
    )
    _tell_of_comment(row)
    return row


def _check(row: Comment | CoachNote | Review) -> None:
    row.full_clean(exclude=["cycle", "by", "parent", "asked_by", "given_by", "comment"])


def _written_since(cycle: Cycle, part: Part | None, seen: int, by: User) -> list[Comment]:
    return list(cycle.comments.filter(part=part.value if part else "", pk__gt=seen).exclude(by=by).select_related("by"))


@transaction.atomic
def change_comment(*, by: User, comment: Comment, text: str) -> None:
    """Correct one's own comment; that it was edited is shown.

    Raises ``NotReadyError`` for somebody else's, and when the team no longer works here.
    """
    comment = locked(comment)
    check_team_works(comment.cycle.team)
    if comment.by_id != by.pk:
        raise NotReadyError(_("Only the person who wrote a comment can change it."))
    if comment.text == text.strip():
        return
    comment.text = text.strip()
    comment.edited_at = timezone.now()
    _check(comment)
    comment.save(update_fields=["text", "edited_at"])
    audit.record(by=by, event=PdsaEvent.COMMENT_CHANGED, target=comment, scope=comment.cycle.team.collaborative)


@transaction.atomic
def settle(*, by: User, comment: Comment, settled: bool) -> None:
    """Mark a question as answered, or open it again. Raises ``NotReadyError`` when the team no longer works here."""
    comment = locked(comment)
    check_team_works(comment.cycle.team)
    comment.settled_at = timezone.now() if settled else None
    comment.save(update_fields=["settled_at"])
    audit.record(
        by=by,
        event=PdsaEvent.COMMENT_CHANGED,
        target=comment,
        scope=comment.cycle.team.collaborative,
        settled=settled,
    )


@transaction.atomic
def ask_review(*, by: User, cycle: Cycle, question: str = "", part: Part = Part.PLAN) -> Review:
    """Ask the coaches to look at a cycle, before it runs or later. While one waits, asking again returns that one."""
    cycle = locked(cycle)
    check_team_works(cycle.team)
    if (waiting := cycle.reviews.filter(given_at=None).first()) is not None:
        return waiting
    review = Review(cycle=cycle, part=part.value, asked_by=by, question=question.strip())
    _check(review)
    review.save()
    audit.record(by=by, event=PdsaEvent.REVIEW_ASKED, target=review, scope=cycle.team.collaborative, cycle=cycle.number)
    letters.write(
        to=coaches_of(cycle),
        kind=PdsaLetters.WAITING,
        by=by,
        key=f"review-{review.pk}",
        subject=_("%(team)s asks you to review a cycle") % {"team": cycle.team.name},
        text=_("%(person)s asks for feedback on cycle %(number)d of %(team)s. Answer here:")
        % {"person": by, "number": cycle.number, "team": cycle.team.name},
        path=_address(cycle, review.part),
    )
    return review


@transaction.atomic
def give_review(*, by: User, review: Review, text: str, key: uuid.UUID, seen: int | None = None) -> Comment:
    """Answer a team's request: the feedback is a comment of the part it asks about.

    Two coaches at once: the first gives the review, the second is shown the first's words before sending.
    """
    review = locked(review)
    written = comment(
        by=by,
        cycle=review.cycle,
        text=text,
        key=key,
        part=Part(review.part),
        kind=CommentKind.FEEDBACK,
        seen=seen,
    )
    if review.given_at is None:
        review.given_at = timezone.now()
        review.given_by = by
        review.comment = written
        review.save(update_fields=["given_at", "given_by", "comment"])
        audit.record(
            by=by,
            event=PdsaEvent.REVIEW_GIVEN,
            target=review,
            scope=review.cycle.team.collaborative,
            cycle=review.cycle.number,
        )
    return written


@transaction.atomic
def add_note(*, by: User, cycle: Cycle, text: str, key: uuid.UUID) -> CoachNote:
    """Note something for the other coaches. The team never sees it. The same ``key`` and words again give the first.

    Raises ``NotReadyError`` when the team no longer works here: nobody reads on.
    """
    cycle = locked(cycle)
    check_team_works(cycle.team)
    if (written := CoachNote.objects.filter(key=key).first()) is not None:
        if (written.by_id, written.cycle_id, written.text) == (by.pk, cycle.pk, text.strip()):
            return written
        key = uuid.uuid4()
    note = CoachNote(cycle=cycle, text=text.strip(), by=by, key=key)
    _check(note)
    note.save()
    audit.record(by=by, event=PdsaEvent.NOTE_ADDED, target=note, scope=cycle.team.collaborative, cycle=cycle.number)
    return note


def coaches_of(cycle: Cycle) -> list[User]:
    """Who hears that a team waits: coaches and improvement advisors, or the whole faculty where there are none."""
    appointed = cycle.team.collaborative.appointments.current().select_related("user")
    coaches = [row.user for row in appointed.filter(role__in=COACHES)]
    return coaches or [row.user for row in appointed.filter(role__in=CollaborativeRole.faculty())]


def _tell_of_comment(row: Comment) -> None:
    """Tell the cycle's owner and everybody who wrote in the thread; coaches when the team asks a question."""
    cycle = row.cycle
    readers = _writers_of_thread(row)
    if cycle.owner is not None:
        readers.append(cycle.owner)
    # Who wrote here once may have left since: nobody hears of what they may no longer open.
    readers = [user for user in readers if view_cycle.check(user, cycle)]
    where = {"number": cycle.number, "team": cycle.team.name, "person": row.by}
    letters.write(
        to=readers,
        kind=PdsaLetters.FEEDBACK,
        by=row.by,
        key=f"comment-{row.pk}",
        subject=_("%(person)s wrote about cycle %(number)d") % where,
        text=_("%(person)s wrote beside cycle %(number)d of %(team)s. Read and reply here:") % where,
        path=_address(cycle, row.part),
    )
    if row.kind == CommentKind.QUESTION and not row.from_faculty:
        letters.write(
            to=coaches_of(cycle),
            kind=PdsaLetters.WAITING,
            by=row.by,
            key=f"question-{row.pk}",
            subject=_("%(team)s has a question about a cycle") % where,
            text=_("%(person)s asks something beside cycle %(number)d of %(team)s. Answer here:") % where,
            path=_address(cycle, row.part),
        )


def _writers_of_thread(row: Comment) -> list[User]:
    start = row.parent_id or row.pk
    return list(
        User.objects.filter(
            pk__in=Comment.objects.filter(Q(pk=start) | Q(parent_id=start)).values("by_id"), is_active=True
        )
    )


def _address(cycle: Cycle, part: str) -> str:
    team = cycle.team
    address = reverse("cycle", args=[team.collaborative.slug, team.slug, cycle.number])
    return f"{address}#thread-{part or 'whole'}"
