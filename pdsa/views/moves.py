"""Moving a cycle through its stages: the deed behind each button, and what is said afterwards."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from pdsa.actions import workflow
from pdsa.models import Cycle
from pdsa.policies import Move


def make_move(by: Any, found: Cycle, move: Move, reason: str) -> Cycle | None:
    """Do it. Returns the next cycle where one opens. Raises ``NotReadyError``."""
    if move is Move.START:
        workflow.start(by=by, cycle=found)
    elif move is Move.STUDY:
        workflow.study(by=by, cycle=found)
    elif move is Move.STEP_BACK:
        workflow.step_back(by=by, cycle=found, reason=reason)
    elif move is Move.REOPEN:
        workflow.reopen(by=by, cycle=found, reason=reason)
    elif move.decision is not None:
        return workflow.close(
            by=by,
            cycle=found,
            decision=move.decision,
            reason=reason if move is Move.ABANDON else "",
            next_change=reason if move is Move.ADAPT else "",
        )
    return None


def said_after(move: Move, title: str) -> str:
    """The sentence above the page that follows."""
    words = {
        Move.START: _("The test has begun. Write down what you see on the same day."),
        Move.STUDY: _("Do is over. Now compare what happened with what you predicted."),
        Move.ADOPT: _("“%(title)s” is closed: adopted."),
        Move.ADAPT: _(
            "“%(title)s” is closed. Here is the next cycle, filled in from it: say what is different, and predict."
        ),
        Move.ABANDON: _("“%(title)s” is closed: abandoned. What you learned stays."),
        Move.STEP_BACK: _("“%(title)s” went back a step. Nothing typed was removed."),
        Move.REOPEN: _("“%(title)s” is open again."),
    }
    return words[move] % {"title": title}
