"""Agencies, teams, their people, invitations, and requests to leaders."""

from teams.models.agency import Agency, AgencyAppointment
from teams.models.invitation import Invitation
from teams.models.leadership import LeaderRequest
from teams.models.team import Team, TeamMembership

__all__ = ["Agency", "AgencyAppointment", "Invitation", "LeaderRequest", "Team", "TeamMembership"]
