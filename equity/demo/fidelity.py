"""What the demonstration's coaches said after reading finished cycles, and every cycle's points as of today.

Two coaches read apart. They agree on nearly all, as the published reviewers did, and differ on one.
"""

from __future__ import annotations

import datetime as dt

from collab.models import Collaborative, User
from pdsa.actions.fidelity import judge, rescore_teams
from pdsa.enums import Stage
from pdsa.models import CoachScore, Cycle

# The newest finished cycles that nobody has read: what waits for the coaches.
UNREAD = 3
# Of those the first coach reads, by place: written as an intention, without anything learned; what the second read.
IN_THE_FUTURE_TENSE, NOTHING_LEARNED = {2, 7}, {7}
SECOND_SKIPS, SECOND_DIFFERS_ON = {1, 5}, {4}
NOTE = "Tells what they will do, not what happened. Asked them to add the numbers of that week."


def read_tests(collaborative: Collaborative, *, first: User, second: User, now: dt.datetime) -> None:
    """Judge every cycle anew after the story moved its days, then let two coaches read the finished ones."""
    teams = list(collaborative.teams.order_by("pk").values_list("pk", flat=True))
    today = collaborative.today(now)
    rescore_teams(teams, today)
    finished = Cycle.objects.filter(
        team__collaborative=collaborative, stage=Stage.CLOSED, fidelity__outcomes__documentation="met"
    ).order_by("closed_on", "team__name", "number")
    for place, cycle in enumerate(list(finished)[:-UNREAD]):
        past, learning = place not in IN_THE_FUTURE_TENSE, place not in NOTHING_LEARNED
        judge(by=first, cycle=cycle, past_tense=past, learning=learning, note="" if past else NOTE)
        if place not in SECOND_SKIPS:
            judge(by=second, cycle=cycle, past_tense=past != (place in SECOND_DIFFERS_ON), learning=learning)
        _put_after_closing(cycle, now)


def _put_after_closing(cycle: Cycle, now: dt.datetime) -> None:
    if cycle.closed_on is None:
        return
    at = dt.datetime.combine(cycle.closed_on + dt.timedelta(days=6), dt.time(16), tzinfo=dt.UTC)
    CoachScore.objects.filter(cycle=cycle).update(at=min(at, now))
