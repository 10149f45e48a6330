"""Background jobs: numbers in, one action called."""

from __future__ import annotations

from celery import shared_task

from collab.common.jobs import sweeper
from pdsa.actions.fidelity import refresh_scores
from pdsa.actions.owners import pass_on_cycles
from teams.actions.roles import MEMBERS
from teams.models import Team


@shared_task
def pass_on_cycles_everywhere() -> None:
    """Roles also end on a day that was set before, and accounts are switched off: looked for every hour."""
    pass_on_cycles()


@shared_task
def refresh_fidelity() -> None:
    """Cycles become due as days pass, though nobody saves them."""
    refresh_scores()


@sweeper(MEMBERS)
def _follow_the_members(key: str) -> None:
    pass_on_cycles(team=Team.objects.get(pk=int(key)))
