"""Who may do what with agencies, teams, people and requests; and what taking part opens in the collaborative."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from django.db.models import Q

from collab.common.access import Access, remembered
from collab.rules import (
    coordinated_center_ids,
    everything_for_administrators,
    is_site_administrator,
    manage_collaborative,
    taught_collaborative_ids,
    view_collaborative,
)
from teams.enums import AgencyRole, InvitedRole, SubjectKind, TeamRole


class TeamsPermission(StrEnum):
    """Permissions of this room."""

    VIEW_AGENCY = "teams.view_agency"
    MANAGE_AGENCY = "teams.manage_agency"
    VIEW_TEAM = "teams.view_team"
    MANAGE_TEAM = "teams.manage_team"
    MANAGE_TEAM_PEOPLE = "teams.manage_team_people"
    BELONG_TO_TEAM = "teams.belong_to_team"
    ANSWER_REQUESTS = "teams.answer_requests"
    APPOINT_COORDINATORS = "teams.appoint_coordinators"


def roles_by_team(user: Any) -> dict[int, frozenset[str]]:
    """Team → the person's roles in it today."""

    def load() -> dict[int, frozenset[str]]:
        found: dict[int, set[str]] = {}
        for team_id, role in user.team_memberships.current().values_list("team_id", "role"):
            found.setdefault(team_id, set()).add(role)
        return {key: frozenset(roles) for key, roles in found.items()}

    return remembered(user, "roles_by_team", load)


def led_agency_ids(user: Any) -> frozenset[int]:
    """Agencies whose senior leader the person is today."""
    return remembered(
        user,
        "led_agency_ids",
        lambda: frozenset(
            user.agency_roles.current().filter(role=AgencyRole.SENIOR_LEADER).values_list("agency_id", flat=True)
        ),
    )


def _is_member(user: Any, team: Any) -> bool:
    return team.pk in roles_by_team(user)


def _member_rows(user: Any) -> Q:
    return Q(pk__in=roles_by_team(user))


def leads_agency_of(user: Any, team: Any) -> bool:
    """Whether the person is a senior leader of the team's agency, or of its partner agency."""
    led = led_agency_ids(user)
    return team.agency_id in led or team.partner_agency_id in led


def teams_of_led_agencies(user: Any) -> Q:
    """The same over teams."""
    led = led_agency_ids(user)
    return Q(agency_id__in=led) | Q(partner_agency_id__in=led)


def _coordinates(user: Any, team: Any) -> bool:
    return team.collaborative.center_id in coordinated_center_ids(user)


def _coordinated_rows(user: Any) -> Q:
    return Q(collaborative__center_id__in=coordinated_center_ids(user))


def _leads_team(user: Any, team: Any) -> bool:
    return TeamRole.LEADER.value in roles_by_team(user).get(team.pk, frozenset())


def _led_team_rows(user: Any) -> Q:
    return Q(pk__in=[key for key, roles in roles_by_team(user).items() if TeamRole.LEADER.value in roles])


view_agency = Access(TeamsPermission.VIEW_AGENCY)
manage_agency = Access(TeamsPermission.MANAGE_AGENCY)
view_team = Access(TeamsPermission.VIEW_TEAM)
manage_team = Access(TeamsPermission.MANAGE_TEAM)
manage_team_people = Access(TeamsPermission.MANAGE_TEAM_PEOPLE)
belong_to_team = Access(TeamsPermission.BELONG_TO_TEAM)
answer_requests = Access(TeamsPermission.ANSWER_REQUESTS)
appoint_coordinators = Access(TeamsPermission.APPOINT_COORDINATORS)

for access in (view_agency, manage_agency):
    access.grant(is_site_administrator, everything_for_administrators)
    access.grant(
        lambda user, agency: agency.center_id in coordinated_center_ids(user),
        lambda user: Q(center_id__in=coordinated_center_ids(user)),
    )
view_agency.grant(
    lambda user, agency: agency.pk in led_agency_ids(user),
    lambda user: Q(pk__in=led_agency_ids(user)),
)

for access in (view_team, manage_team, manage_team_people):
    access.grant(is_site_administrator, everything_for_administrators)
    access.grant(_coordinates, _coordinated_rows)
for access in (view_team, belong_to_team):
    access.grant(_is_member, _member_rows)
manage_team_people.grant(_leads_team, _led_team_rows)
for access in (view_team, answer_requests):
    access.grant(leads_agency_of, teams_of_led_agencies)
view_team.grant(
    lambda user, team: team.collaborative_id in taught_collaborative_ids(user),
    lambda user: Q(collaborative_id__in=taught_collaborative_ids(user)),
)

# A coordinator sees everything in a center, so only the site's administrators make one.
appoint_coordinators.grant(is_site_administrator, everything_for_administrators)

# Who gives roles in what: invites people to them, and ends them.
APPOINTERS: dict[SubjectKind, Access] = {
    SubjectKind.CENTER: appoint_coordinators,
    SubjectKind.COLLABORATIVE: manage_collaborative,
    SubjectKind.AGENCY: manage_agency,
    SubjectKind.TEAM: manage_team_people,
}


def may_appoint(user: Any, subject: Any) -> bool:
    """Whether the person gives roles in this center, collaborative, agency or team."""
    return APPOINTERS[SubjectKind(subject._meta.model_name)].check(user, subject)


def sees_teams(user: Any, collaborative: Any) -> bool:
    """Whether the list of teams has anything for the person: sponsors and reviewers read no single team."""
    return (
        manage_collaborative.check(user, collaborative)
        or collaborative.pk in taught_collaborative_ids(user)
        or collaborative.teams.filter(view_team.rows(user)).exists()
    )


def may_invite(user: Any, role: InvitedRole, subject: Any) -> bool:
    """Whether the person may invite others to this role; a role that the subject does not have is nobody's to give."""
    return role.subject_kind == subject._meta.model_name and may_appoint(user, subject)


# Taking part opens the collaborative: its members and their agencies' leaders read its overview and change package.
view_collaborative.grant(
    lambda user, collaborative: collaborative.teams.filter(pk__in=roles_by_team(user)).exists(),
    lambda user: Q(pk__in=user.team_memberships.current().values("team__collaborative_id")),
)
view_collaborative.grant(
    lambda user, collaborative: collaborative.teams.filter(teams_of_led_agencies(user)).exists(),
    lambda user: (
        Q(
            pk__in=user.agency_roles.current()
            .filter(role=AgencyRole.SENIOR_LEADER)
            .values("agency__teams__collaborative_id")
        )
        | Q(
            pk__in=user.agency_roles.current()
            .filter(role=AgencyRole.SENIOR_LEADER)
            .values("agency__partner_teams__collaborative_id")
        )
    ),
)
