"""Keeping fidelity scores up to date, and what coaches judge by reading."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from typing import Any

from django.db import transaction
from django.utils import timezone

from collab.common.changes import locked
from collab.models import Collaborative, User
from pdsa.actions.recording import record
from pdsa.enums import PdsaEvent, Stage
from pdsa.models import CoachScore, Cycle, FidelityScore
from pdsa.policies import check_judgeable
from pdsa.queries.fidelity import Scored, fidelity_of, with_facts

TEAMS_AT_ONCE = 100
STORED = ["day", "met", "applicable", "outcomes", "counted"]


def rescore(cycle: Cycle) -> None:
    """Judge a cycle and its siblings anew: a link, a scale or a number of one changes the series of the others.

    Call inside the transaction of the change. Writes only what differs; at most eight queries for each team.
    """
    rescore_teams({cycle.team_id}, cycle.team.collaborative.today())


@transaction.atomic
def rescore_teams(team_ids: Collection[int], on: dt.date) -> int:
    """Judge all cycles of these teams on a day; returns how many scores were made or changed."""
    cycles = with_facts(Cycle.objects.filter(team__in=team_ids).order_by("pk"))
    found = fidelity_of(cycles, on)
    kept = {row.cycle_id: row for row in FidelityScore.objects.filter(cycle__team__in=team_ids)}
    now = timezone.now()
    new, changed = [], []
    for key in sorted(found):
        values = _values(found[key])
        row = kept.get(key)
        if row is None:
            new.append(FidelityScore(cycle_id=key, computed_at=now, **values))
        elif any(getattr(row, name) != value for name, value in values.items()):
            for name, value in {**values, "computed_at": now}.items():
                setattr(row, name, value)
            changed.append(row)
    FidelityScore.objects.bulk_create(
        new, update_conflicts=True, unique_fields=["cycle"], update_fields=[*STORED, "computed_at"]
    )
    FidelityScore.objects.bulk_update(changed, [*STORED, "computed_at"])
    return len(new) + len(changed)


def _values(scored: Scored) -> dict[str, Any]:
    return {
        "day": scored.day,
        "met": scored.fidelity.met,
        "applicable": scored.fidelity.applicable,
        "outcomes": {one.criterion.value: one.outcome.value for one in scored.fidelity.judgements},
        "counted": {check.value: adheres for check, adheres in scored.counted.items()},
    }


def refresh_scores() -> int:
    """Judge the teams with open cycles in running collaboratives anew: days pass though nobody types.

    Returns how many scores changed. Each batch of teams is a transaction of its own.
    """
    return sum(rescore_teams(team_ids, on) for on, team_ids in _teams_with_open_cycles())


def _teams_with_open_cycles() -> Iterator[tuple[dt.date, list[int]]]:
    for collaborative in Collaborative.objects.running():
        open_cycles = Cycle.objects.filter(team__collaborative=collaborative).exclude(stage=Stage.CLOSED)
        team_ids = open_cycles.order_by("team").values_list("team", flat=True).distinct()
        found = list(team_ids)
        for place in range(0, len(found), TEAMS_AT_ONCE):
            yield collaborative.today(), found[place : place + TEAMS_AT_ONCE]


@transaction.atomic
def judge(*, by: User, cycle: Cycle, past_tense: bool, learning: bool, note: str = "") -> CoachScore:
    """What a coach says after reading a finished cycle; saying it again changes it while nobody else has answered.

    Raises ``NotReadyError``. Whether ``by`` coaches the cycle is asked before.
    """
    cycle = locked(cycle)
    check_judgeable(cycle, by)
    score, _made = CoachScore.objects.update_or_create(
        cycle=cycle,
        coach=by,
        defaults={"past_tense": past_tense, "learning": learning, "note": note.strip(), "at": timezone.now()},
    )
    # Neither answer nor note: the audit trail is read by people who must not see them yet.
    record(by, PdsaEvent.FIDELITY_SCORED, cycle)
    rescore(cycle)
    return score
