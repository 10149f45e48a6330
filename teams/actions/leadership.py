"""What a team asks of its senior leader, what the leader answers, and the leader's own goal."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from collab.common import audit
from collab.common.changes import change, locked
from collab.models import User
from teams.enums import Answer, TeamsEvent
from teams.models import LeaderRequest, Team


@transaction.atomic
def make_request(*, by: User, team: Team, text: str, why: str = "", needed_by: dt.date | None = None) -> LeaderRequest:
    """Ask the senior leader for one thing. The same words from the same person, not answered yet, are that request."""
    team = locked(team)
    same = LeaderRequest.objects.filter(team=team, text=text, why=why, needed_by=needed_by, made_by=by, answer="")
    if request := same.first():
        return request
    request = LeaderRequest.objects.create(team=team, text=text, why=why, needed_by=needed_by, made_by=by)
    audit.record(
        by=by,
        event=TeamsEvent.REQUEST_MADE,
        target=request,
        scope=team.collaborative,
        text=text,
        needed_by=needed_by.isoformat() if needed_by else None,
    )
    return request


@transaction.atomic
def answer_request(*, by: User, request: LeaderRequest, answer: Answer, note: str = "") -> None:
    """Answer a request, or answer it anew: the last answer counts, the history keeps the others."""
    request = locked(request)
    if (request.answer, request.answer_note, request.answered_by_id) == (answer, note, by.pk):
        return
    before = request.answer
    request.answer, request.answer_note = answer, note
    request.answered_by, request.answered_at = by, timezone.now()
    request.save(update_fields=["answer", "answer_note", "answered_by", "answered_at"])
    audit.record(
        by=by,
        event=TeamsEvent.REQUEST_ANSWERED,
        target=request,
        scope=request.team.collaborative,
        before=before,
        answer=answer.value,
        note=note,
    )


@transaction.atomic
def set_leader_goal(*, by: User, team: Team, goal: str) -> None:
    """Write down what the senior leader wants from this work."""
    team = locked(team)
    changes = change(team, {"leader_goal": goal})
    if changes:
        audit.record(by=by, event=TeamsEvent.LEADER_GOAL_SET, target=team, scope=team.collaborative, changes=changes)
