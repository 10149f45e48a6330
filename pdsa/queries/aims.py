"""Aims with what their pages show, and what a new aim begins with."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count

from collab.models import Measure
from pdsa.models import Aim
from pdsa.models.aim import AimQuerySet
from teams.enums import AgencyRole, TeamRole
from teams.models import AgencyAppointment, Team, TeamMembership


def with_work(rows: AimQuerySet) -> AimQuerySet:
    """Aims with their measures and the number of their ramps (``ramp_count``). Three queries."""
    return rows.annotate(ramp_count=Count("ramps")).prefetch_related("measures__versions")


def aims_of(team: Team) -> list[Aim]:
    """The team's aims, those it works on first."""
    found = list(with_work(team.aims.all()))
    for aim in found:
        aim.team = team
    return sorted(found, key=lambda aim: (aim.closed_on is not None, aim.number))


def measures_for(team: Team) -> list[Measure]:
    """What the team's collaborative counts, in order, with definitions."""
    return list(team.collaborative.measures.in_use().with_versions())


# Roles that bring lived experience into the design of the work.
LIVED = (TeamRole.LIVED_EXPERIENCE, TeamRole.PEER, TeamRole.FAMILY)


@dataclass(frozen=True, slots=True)
class TeamPeople:
    """Who is in a team today, in the roles that an aim asks for. ``lived`` counts people by role."""

    leaders: list[str]
    data_leads: list[str]
    sponsors: list[str]
    members: list[tuple[str, str]]
    lived: dict[TeamRole, int]


def people_of(team: Team, *, on: dt.date | None = None) -> TeamPeople:
    """The team's people and its agency's senior leaders. Two queries."""
    held = list(TeamMembership.objects.filter(team=team).current(on).select_related("user"))
    agencies = [pk for pk in (team.agency_id, team.partner_agency_id) if pk]
    leaders = (
        AgencyAppointment.objects.current(on)
        .filter(agency__in=agencies, role=AgencyRole.SENIOR_LEADER)
        .select_related("user")
        .order_by("user__name")
    )
    counts = {role: sum(one.role == role for one in held) for role in LIVED}
    return TeamPeople(
        leaders=[str(one.user) for one in held if one.role == TeamRole.LEADER],
        data_leads=[str(one.user) for one in held if one.role == TeamRole.DATA_LEAD],
        sponsors=[str(one.user) for one in leaders],
        members=[(str(one.user), str(one.get_role_display())) for one in held],
        lived={role: count for role, count in counts.items() if count},
    )
