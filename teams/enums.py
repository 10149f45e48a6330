"""The words of agencies, teams and the people in them."""

from __future__ import annotations

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from collab.common.enums import DescribedChoices, EventChoices, Tone
from collab.enums import CenterRole, CollaborativeRole


class TeamStatus(DescribedChoices):
    """Where a team stands in its collaborative."""

    ACTIVE = "active", _("Taking part")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    COMPLETED = "completed", _("Completed")

    @classmethod
    def tones(cls) -> dict[str, Tone]:
        return {cls.WITHDRAWN.value: Tone.ATTENTION, cls.COMPLETED.value: Tone.GOOD}


class WithdrawalStage(DescribedChoices):
    """When a team left, as the literature on dropout tells it."""

    BEFORE_START = "before_start", _("Before the first learning session")
    BEFORE_MIDDLE = "before_middle", _("In the first half")
    AFTER_MIDDLE = "after_middle", _("In the second half")


class WithdrawalReason(DescribedChoices):
    """Why a team left."""

    STAFF_TIME = "staff_time", _("Staff time")
    TURNOVER = "turnover", _("Staff turnover")
    DATA = "data", _("Data or IT")
    LEADERSHIP = "leadership", _("Leadership")
    COMPETING = "competing", _("Competing initiatives")
    FUNDING = "funding", _("Funding")
    FIT = "fit", _("The topic did not fit")
    MERGED = "merged", _("The agency closed or merged")
    OTHER = "other", _("Other")


class TeamRole(DescribedChoices):
    """What a person does in a team."""

    LEADER = "leader", _("Team leader")
    DATA_LEAD = "data_lead", _("Data lead")
    CLINICIAN = "clinician", _("Clinician or counselor")
    PEER = "peer", _("Peer specialist")
    LIVED_EXPERIENCE = "lived_experience", _("Person with lived experience")
    FAMILY = "family", _("Family member")
    IMPROVEMENT = "improvement", _("Quality improvement")
    MEMBER = "member", _("Member")

    @classmethod
    def descriptions(cls) -> dict[str, Promise | str]:
        return {
            cls.LEADER.value: _("Leads the work day by day; may invite people to the team."),
            cls.DATA_LEAD.value: _("Collects the figures and submits the month."),
        }


class AgencyRole(DescribedChoices):
    """What a person does for an agency as a whole."""

    SENIOR_LEADER = "senior_leader", _("Senior leader")


class Answer(DescribedChoices):
    """A leader's answer to a request."""

    YES = "yes", _("Yes")
    NO = "no", _("No")
    LATER = "later", _("Later")

    @classmethod
    def tones(cls) -> dict[str, Tone]:
        return {cls.YES.value: Tone.GOOD, cls.NO.value: Tone.ATTENTION, cls.LATER.value: Tone.INFO}


class SubjectKind(StrEnum):
    """What a role is held in. The value names the model and the invitation's field."""

    CENTER = "center"
    COLLABORATIVE = "collaborative"
    AGENCY = "agency"
    TEAM = "team"


class InvitedRole(DescribedChoices):
    """The role an invitation leads to. Which object it is for depends on the role."""

    COORDINATOR = "coordinator", _("Coordinator of a center")
    CHAIR = "chair", _("Chair")
    IMPROVEMENT_ADVISOR = "improvement_advisor", _("Improvement advisor")
    COACH = "coach", _("Coach")
    EXPERT = "expert", _("Clinical or content expert")
    LIVED_EXPERIENCE_FACULTY = "lived_experience_faculty", _("Faculty with lived experience")
    SPONSOR = "sponsor", _("Sponsor or network leader")
    REVIEWER = "reviewer", _("Application reviewer")
    SENIOR_LEADER = "senior_leader", _("Senior leader of an agency")
    TEAM_LEADER = "team_leader", _("Team leader")
    TEAM_DATA_LEAD = "team_data_lead", _("Data lead of a team")
    TEAM_CLINICIAN = "team_clinician", _("Clinician or counselor in a team")
    TEAM_PEER = "team_peer", _("Peer specialist in a team")
    TEAM_LIVED_EXPERIENCE = "team_lived_experience", _("Person with lived experience in a team")
    TEAM_FAMILY = "team_family", _("Family member in a team")
    TEAM_IMPROVEMENT = "team_improvement", _("Quality improvement in a team")
    TEAM_MEMBER = "team_member", _("Member of a team")

    @property
    def subject_kind(self) -> SubjectKind:
        """What the role is held in."""
        return _LEADS_TO[self][0]

    @property
    def leads_to(self) -> CenterRole | CollaborativeRole | AgencyRole | TeamRole:
        """The role that a person holds there after accepting."""
        return _LEADS_TO[self][1]

    @classmethod
    def of_kind(cls, kind: SubjectKind) -> list[InvitedRole]:
        """The roles that are held in a kind of object, in the order of this list."""
        return [role for role in cls if role.subject_kind is kind]


# Invited role → what it is held in, and the role that a person gets there.
_LEADS_TO: dict[InvitedRole, tuple[SubjectKind, CenterRole | CollaborativeRole | AgencyRole | TeamRole]] = {
    InvitedRole.COORDINATOR: (SubjectKind.CENTER, CenterRole.COORDINATOR),
    InvitedRole.CHAIR: (SubjectKind.COLLABORATIVE, CollaborativeRole.CHAIR),
    InvitedRole.IMPROVEMENT_ADVISOR: (SubjectKind.COLLABORATIVE, CollaborativeRole.IMPROVEMENT_ADVISOR),
    InvitedRole.COACH: (SubjectKind.COLLABORATIVE, CollaborativeRole.COACH),
    InvitedRole.EXPERT: (SubjectKind.COLLABORATIVE, CollaborativeRole.EXPERT),
    InvitedRole.LIVED_EXPERIENCE_FACULTY: (SubjectKind.COLLABORATIVE, CollaborativeRole.LIVED_EXPERIENCE),
    InvitedRole.SPONSOR: (SubjectKind.COLLABORATIVE, CollaborativeRole.SPONSOR),
    InvitedRole.REVIEWER: (SubjectKind.COLLABORATIVE, CollaborativeRole.REVIEWER),
    InvitedRole.SENIOR_LEADER: (SubjectKind.AGENCY, AgencyRole.SENIOR_LEADER),
    InvitedRole.TEAM_LEADER: (SubjectKind.TEAM, TeamRole.LEADER),
    InvitedRole.TEAM_DATA_LEAD: (SubjectKind.TEAM, TeamRole.DATA_LEAD),
    InvitedRole.TEAM_CLINICIAN: (SubjectKind.TEAM, TeamRole.CLINICIAN),
    InvitedRole.TEAM_PEER: (SubjectKind.TEAM, TeamRole.PEER),
    InvitedRole.TEAM_LIVED_EXPERIENCE: (SubjectKind.TEAM, TeamRole.LIVED_EXPERIENCE),
    InvitedRole.TEAM_FAMILY: (SubjectKind.TEAM, TeamRole.FAMILY),
    InvitedRole.TEAM_IMPROVEMENT: (SubjectKind.TEAM, TeamRole.IMPROVEMENT),
    InvitedRole.TEAM_MEMBER: (SubjectKind.TEAM, TeamRole.MEMBER),
}


class TeamsEvent(EventChoices):
    """What the audit trail calls the things that happen to agencies, teams and people."""

    AGENCY_CREATED = "agency_created", _("Agency added")
    AGENCY_CHANGED = "agency_changed", _("Agency changed")
    TEAM_ENROLLED = "team_enrolled", _("Team enrolled")
    TEAM_CHANGED = "team_changed", _("Team changed")
    TEAM_WITHDRAWN = "team_withdrawn", _("Team withdrawn")
    TEAM_COMPLETED = "team_completed", _("Team completed")
    TEAM_RETURNED = "team_returned", _("Team takes part again")
    MEMBER_ADDED = "member_added", _("Person joined the team")
    MEMBER_LEFT = "member_left", _("Person left the team")
    MEMBER_CHANGED = "member_changed", _("Role in the team changed")
    LEADER_ADDED = "leader_added", _("Senior leader added")
    LEADER_LEFT = "leader_left", _("Senior leader left")
    INVITED = "invited", _("Person invited")
    INVITATION_RESENT = "invitation_resent", _("Invitation sent again")
    INVITATION_REVOKED = "invitation_revoked", _("Invitation taken back")
    INVITATION_ACCEPTED = "invitation_accepted", _("Invitation accepted")
    REQUEST_MADE = "request_made", _("Request to the leader")
    REQUEST_ANSWERED = "request_answered", _("Leader answered a request")
    LEADER_GOAL_SET = "leader_goal_set", _("Leader's goal set")
