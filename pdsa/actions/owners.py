"""Passing worksheets on when the person responsible is not in the team any more."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, OuterRef

from collab.common.changes import locked
from collab.common.models import current_q
from collab.enums import CollaborativeStatus
from collab.models import User
from pdsa.actions.history import keep_revision
from pdsa.enums import PdsaEvent
from pdsa.models import Cycle
from pdsa.models.cycle import CycleQuerySet
from teams.enums import TeamRole, TeamStatus
from teams.models import Team, TeamMembership


def orphaned_cycles() -> CycleQuerySet:
    """Open cycles whose owner is not in their team today, or can not sign in; only where the team works on."""
    here = TeamMembership.objects.filter(current_q(), team=OuterRef("team"), user=OuterRef("owner"))
    return (
        Cycle.objects.open()
        .filter(owner__isnull=False, team__status__in=[TeamStatus.ACTIVE, TeamStatus.COMPLETED])
        .exclude(team__collaborative__status=CollaborativeStatus.ENDED)
        .exclude(Exists(here.filter(user__is_active=True)))
    )


def leader_of(team: Team) -> User | None:
    """The team's leader today, the one who has been it longest; None where there is none."""
    held = (
        TeamMembership.objects.filter(team=team, role=TeamRole.LEADER, user__is_active=True)
        .current()
        .select_related("user")
        .order_by("started_on", "pk")
        .first()
    )
    return held.user if held else None


@transaction.atomic
def pass_on_cycles(*, team: Team | None = None) -> int:
    """Give orphaned cycles (of one team, or of all) to a leader of their team, else to nobody. Returns how many.

    A role that ends on a day to come changes nothing before that day; running twice changes nothing.
    """
    found = orphaned_cycles().filter(**({"team": team} if team else {})).select_related("team", "owner")
    count = 0
    for cycle in found.order_by("pk"):
        fresh = locked(cycle)
        if fresh.owner_id != cycle.owner_id:
            continue
        before, after = cycle.owner, leader_of(cycle.team)
        fresh.owner = after
        fresh.save(update_fields=["owner"])
        keep_revision(
            by=None,
            cycle=fresh,
            event=PdsaEvent.CYCLE_PASSED_ON,
            changed=["owner"],
            before=str(before),
            after=str(after) if after else "",
        )
        count += 1
    return count
