"""What waits for a person in their teams' worksheets."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q

from collab.enums import CollaborativeStatus
from collab.rules import taught_collaborative_ids
from pdsa.models import Cycle, Task
from pdsa.models.cycle import CycleQuerySet
from teams.enums import TeamRole, TeamStatus
from teams.models import Team
from teams.models.team import TeamQuerySet
from teams.rules import roles_by_team

# What is due in more days than this does not stand on My work yet.
DAYS_AHEAD = 7


def working_teams(user: Any) -> TeamQuerySet:
    """The person's teams that take part in a running collaborative."""
    return Team.objects.of_member(user).filter(
        status=TeamStatus.ACTIVE, collaborative__status=CollaborativeStatus.RUNNING
    )


def my_open_cycles(user: Any) -> CycleQuerySet:
    """Open cycles the person is responsible for, in teams they belong to."""
    return (
        Cycle.objects.open()
        .filter(owner=user, team__in=working_teams(user))
        .select_related("team__collaborative")
        .order_by("team", "number")
    )


def my_tasks(user: Any, today: dt.date) -> list[Task]:
    """Tasks not done, with a day that is near or over, of open cycles the person is responsible for."""
    return list(
        Task.objects.filter(cycle__in=my_open_cycles(user), done=False, when__lte=today + dt.timedelta(days=DAYS_AHEAD))
        .select_related("cycle__team__collaborative")
        .order_by("when", "pk")
    )


def cycles_without_owner(user: Any) -> CycleQuerySet:
    """Open cycles nobody is responsible for, in teams the person leads or coaches; their names, not what they say."""
    led = [pk for pk, roles in roles_by_team(user).items() if TeamRole.LEADER.value in roles]
    return (
        Cycle.objects.open()
        .filter(
            Q(team__in=led) | Q(team__collaborative_id__in=taught_collaborative_ids(user)),
            owner__isnull=True,
            team__status=TeamStatus.ACTIVE,
            team__collaborative__status=CollaborativeStatus.RUNNING,
        )
        .select_related("team__collaborative")
        .only("number", "title", "team__slug", "team__name", "team__collaborative__slug")
        .order_by("team", "number")
    )
