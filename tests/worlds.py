"""A small world with everybody in it: two centers, and one person for each way to belong or not to belong.

Permission tests walk over ``world.people`` and ask the same question for each. Everything in the other center is there
to leak: whoever belongs to the first center must never see it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser

from collab.enums import CollaborativeRole
from collab.models import Center, Collaborative, User
from teams.enums import TeamRole
from teams.models import Agency, Team
from tests.factories.collab import (
    CenterAppointmentFactory,
    CenterFactory,
    CollaborativeAppointmentFactory,
    CollaborativeFactory,
    UserFactory,
)
from tests.factories.teams import AgencyAppointmentFactory, AgencyFactory, TeamFactory, TeamMembershipFactory

GONE = dt.date(2024, 12, 1)
SIGNED_OUT = "signed out"


@dataclass(frozen=True, slots=True)
class World:
    """``center`` is where the people belong; ``other_…`` is the center next door.

    ``team`` is the team of ``agency`` in ``collaborative``; ``pair`` is a team of ``pair_agency`` with ``agency`` as
    its partner; ``neighbor`` is another team of the same collaborative; ``withdrawn`` one that has left it.
    ``sister`` is another collaborative of the same center, with a team of its own.
    """

    center: Center
    other_center: Center
    collaborative: Collaborative
    sister: Collaborative
    other_collaborative: Collaborative
    agency: Agency
    pair_agency: Agency
    neighbor_agency: Agency
    other_agency: Agency
    team: Team
    pair: Team
    neighbor: Team
    withdrawn: Team
    sister_team: Team
    other_team: Team
    people: dict[str, User | AnonymousUser]

    @property
    def users(self) -> dict[str, User]:
        """Everybody with an account."""
        return {who: person for who, person in self.people.items() if isinstance(person, User)}

    def fresh(self, who: str) -> User:
        """The person as a new request would load them: roles are remembered on the instance."""
        return User.objects.get(pk=self.users[who].pk)

    @property
    def agencies(self) -> list[Agency]:
        return [self.agency, self.pair_agency, self.neighbor_agency, self.other_agency]

    @property
    def teams(self) -> list[Team]:
        return [self.team, self.pair, self.neighbor, self.withdrawn, self.sister_team, self.other_team]


# Who holds which role in the first collaborative, and in the other center's.
FACULTY = {
    "chair": CollaborativeRole.CHAIR,
    "improvement advisor": CollaborativeRole.IMPROVEMENT_ADVISOR,
    "coach": CollaborativeRole.COACH,
    "expert": CollaborativeRole.EXPERT,
    "faculty with lived experience": CollaborativeRole.LIVED_EXPERIENCE,
}
OUTSIDE_TEAMS = {**FACULTY, "sponsor": CollaborativeRole.SPONSOR, "reviewer": CollaborativeRole.REVIEWER}
MEMBERS = {
    "team leader": TeamRole.LEADER,
    "data lead": TeamRole.DATA_LEAD,
    "clinician": TeamRole.CLINICIAN,
    "peer specialist": TeamRole.PEER,
    "person with lived experience": TeamRole.LIVED_EXPERIENCE,
    "family member": TeamRole.FAMILY,
    "quality improvement": TeamRole.IMPROVEMENT,
    "team member": TeamRole.MEMBER,
}


def make_world() -> World:
    """Build the world; needs the database."""
    center, other_center = CenterFactory(name="Near center"), CenterFactory(name="Far center")
    collaborative = CollaborativeFactory(center=center, name="Near collaborative")
    sister = CollaborativeFactory(center=center, name="Sister collaborative")
    other_collaborative = CollaborativeFactory(center=other_center, name="Far collaborative")
    agency, pair_agency, neighbor_agency = AgencyFactory.create_batch(3, center=center)
    other_agency = AgencyFactory(center=other_center)
    team = TeamFactory(collaborative=collaborative, agency=agency)
    pair = TeamFactory(collaborative=collaborative, agency=pair_agency, partner_agency=agency)
    neighbor = TeamFactory(collaborative=collaborative, agency=neighbor_agency)
    withdrawn = TeamFactory(
        collaborative=collaborative, agency=AgencyFactory(center=center, name="Left agency"), withdrawn=True
    )
    sister_team = TeamFactory(collaborative=sister, agency=neighbor_agency)
    other_team = TeamFactory(collaborative=other_collaborative, agency=other_agency)
    return World(
        center=center,
        other_center=other_center,
        collaborative=collaborative,
        sister=sister,
        other_collaborative=other_collaborative,
        agency=agency,
        pair_agency=pair_agency,
        neighbor_agency=neighbor_agency,
        other_agency=other_agency,
        team=team,
        pair=pair,
        neighbor=neighbor,
        withdrawn=withdrawn,
        sister_team=sister_team,
        other_team=other_team,
        people=_people(center, collaborative, agency, pair_agency, team)
        | _neighbors(neighbor, other_center, other_collaborative, other_agency, other_team)
        | _nobodies(center, collaborative, agency, team),
    )


def _people(
    center: Center, collaborative: Collaborative, agency: Agency, pair_agency: Agency, team: Team
) -> dict[str, User | AnonymousUser]:
    """Those who belong to the first center today."""
    people: dict[str, User | AnonymousUser] = {
        "site administrator": UserFactory(is_staff=True, is_superuser=True),
        "coordinator": CenterAppointmentFactory(center=center).user,
        "senior leader": AgencyAppointmentFactory(agency=agency).user,
        "senior leader of the pair": AgencyAppointmentFactory(agency=pair_agency).user,
    }
    for who, role in OUTSIDE_TEAMS.items():
        people[who] = CollaborativeAppointmentFactory(collaborative=collaborative, role=role).user
    for who, team_role in MEMBERS.items():
        people[who] = TeamMembershipFactory(team=team, role=team_role).user
    return people


def _neighbors(
    neighbor: Team, center: Center, collaborative: Collaborative, agency: Agency, team: Team
) -> dict[str, User | AnonymousUser]:
    """Those who belong to another team, or to the other center."""
    return {
        "member of a neighbor team": TeamMembershipFactory(team=neighbor).user,
        "leader of a neighbor team": TeamMembershipFactory(team=neighbor, role=TeamRole.LEADER).user,
        "other coordinator": CenterAppointmentFactory(center=center).user,
        "other coach": CollaborativeAppointmentFactory(collaborative=collaborative).user,
        "other sponsor": CollaborativeAppointmentFactory(
            collaborative=collaborative, role=CollaborativeRole.SPONSOR
        ).user,
        "other senior leader": AgencyAppointmentFactory(agency=agency).user,
        "other team leader": TeamMembershipFactory(team=team, role=TeamRole.LEADER).user,
    }


def _nobodies(
    center: Center, collaborative: Collaborative, agency: Agency, team: Team
) -> dict[str, User | AnonymousUser]:
    """Those who must see nothing: who left, who was switched off, who never belonged, who is not signed in."""
    switched_off = UserFactory(is_active=False, is_superuser=True)
    CenterAppointmentFactory(center=center, user=switched_off)
    TeamMembershipFactory(team=team, user=switched_off, role=TeamRole.LEADER)
    return {
        "former coordinator": CenterAppointmentFactory(center=center, ended_on=GONE).user,
        "former coach": CollaborativeAppointmentFactory(collaborative=collaborative, ended_on=GONE).user,
        "former senior leader": AgencyAppointmentFactory(agency=agency, ended_on=GONE).user,
        "former member": TeamMembershipFactory(team=team, ended_on=GONE, role=TeamRole.LEADER).user,
        "switched-off person": switched_off,
        "stranger": UserFactory(),
        SIGNED_OUT: AnonymousUser(),
    }
