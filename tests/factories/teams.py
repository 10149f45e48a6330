"""Agencies, teams, memberships, invitations and requests for tests."""

from __future__ import annotations

import datetime as dt

import factory
from factory.django import DjangoModelFactory

from teams.enums import AgencyRole, InvitedRole, TeamRole, TeamStatus, WithdrawalReason, WithdrawalStage
from teams.models import Agency, AgencyAppointment, Invitation, LeaderRequest, Team, TeamMembership
from teams.models.invitation import hashed
from tests.factories.collab import LONG_AGO, CenterFactory, CollaborativeFactory, UserFactory


class AgencyFactory(DjangoModelFactory[Agency]):
    class Meta:
        model = Agency

    center = factory.SubFactory(CenterFactory)
    code = factory.Sequence(lambda n: f"AGENCY{n}")
    name = factory.Sequence(lambda n: f"Agency {n}")


class AgencyAppointmentFactory(DjangoModelFactory[AgencyAppointment]):
    """A senior leader."""

    class Meta:
        model = AgencyAppointment

    agency = factory.SubFactory(AgencyFactory)
    user = factory.SubFactory(UserFactory)
    role = AgencyRole.SENIOR_LEADER
    started_on = LONG_AGO


class TeamFactory(DjangoModelFactory[Team]):
    """A team of one agency of the collaborative's own center, there from the first month."""

    class Meta:
        model = Team

    class Params:
        withdrawn = factory.Trait(
            status=TeamStatus.WITHDRAWN,
            withdrawn_on=dt.date(2025, 6, 15),
            withdrawal_stage=WithdrawalStage.BEFORE_MIDDLE,
            withdrawal_reason=WithdrawalReason.TURNOVER,
        )
        completed = factory.Trait(status=TeamStatus.COMPLETED, completed_on=dt.date(2026, 1, 15))

    collaborative = factory.SubFactory(CollaborativeFactory)
    agency = factory.SubFactory(AgencyFactory, center=factory.SelfAttribute("..collaborative.center"))
    slug = factory.Sequence(lambda n: f"team-{n}")
    name = factory.Sequence(lambda n: f"Team of agency {n}")
    code_name = factory.Sequence(lambda n: f"Team {n:02}")
    enrolled_on = factory.SelfAttribute("collaborative.start")


class TeamMembershipFactory(DjangoModelFactory[TeamMembership]):
    """A plain member unless told."""

    class Meta:
        model = TeamMembership

    team = factory.SubFactory(TeamFactory)
    user = factory.SubFactory(UserFactory)
    role = TeamRole.MEMBER
    started_on = LONG_AGO


class InvitationFactory(DjangoModelFactory[Invitation]):
    """An open invitation to a team; ``token`` is what stands in the link, stored hashed."""

    class Meta:
        model = Invitation

    class Params:
        token = factory.Sequence(lambda n: f"token-{n}")

    email = factory.Sequence(lambda n: f"invited{n}@example.org")
    role = InvitedRole.TEAM_MEMBER
    team = factory.SubFactory(TeamFactory)
    token_hash = factory.LazyAttribute(lambda invitation: hashed(invitation.token))
    invited_by = factory.SubFactory(UserFactory)


class LeaderRequestFactory(DjangoModelFactory[LeaderRequest]):
    """A request that nobody has answered yet."""

    class Meta:
        model = LeaderRequest

    team = factory.SubFactory(TeamFactory)
    text = "Two protected hours a week for our data lead."
    made_by = factory.SubFactory(UserFactory)
