"""The words of aims, ramps and PDSA cycles."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from collab.common.enums import DescribedChoices, EventChoices, Tone
from collab.common.letters import LetterKinds


class AimForm(DescribedChoices):
    """Which set of questions a team answers about its aim."""

    IMPROVEMENT = "improvement", _("Aim statement")
    CHARTER = "charter", _("Charter")

    @classmethod
    def descriptions(cls) -> dict[str, Promise | str]:
        return {
            cls.IMPROVEMENT.value: _("The three questions of the Model for Improvement."),
            cls.CHARTER.value: _("The same, with sponsor, change leader, scope and plan, as in NIATx."),
        }


class RampStatus(DescribedChoices):
    """Whether a series of cycles still goes on."""

    ACTIVE = "active", _("Active")
    FINISHED = "finished", _("Finished")
    STOPPED = "stopped", _("Stopped")

    @classmethod
    def tones(cls) -> dict[str, Tone]:
        return {cls.ACTIVE.value: Tone.INFO, cls.FINISHED.value: Tone.GOOD, cls.STOPPED.value: Tone.ATTENTION}


class Stage(DescribedChoices):
    """Where a cycle stands. *Act* is the step that closes it."""

    PLAN = "plan", _("Planning")
    DO = "do", _("Doing")
    STUDY = "study", _("Studying")
    CLOSED = "closed", _("Closed")

    @classmethod
    def tones(cls) -> dict[str, Tone]:
        return {cls.DO.value: Tone.INFO, cls.STUDY.value: Tone.INFO, cls.CLOSED.value: Tone.GOOD}

    @classmethod
    def descriptions(cls) -> dict[str, Promise | str]:
        return {
            cls.PLAN.value: _("The test is being planned; nothing has been tried yet."),
            cls.DO.value: _("The test is running; notes and numbers are being collected."),
            cls.STUDY.value: _("The test is over; what happened is compared with the prediction."),
            cls.CLOSED.value: _("Decided: adopted, adapted or abandoned."),
        }


class Part(DescribedChoices):
    """The parts of a worksheet."""

    PLAN = "plan", _("Plan")
    DO = "do", _("Do")
    STUDY = "study", _("Study")
    ACT = "act", _("Act")


class Decision(DescribedChoices):
    """What follows from a cycle."""

    ADOPT = "adopt", _("Adopt")
    ADAPT = "adapt", _("Adapt")
    ABANDON = "abandon", _("Abandon")

    @classmethod
    def descriptions(cls) -> dict[str, Promise | str]:
        return {
            cls.ADOPT.value: _("It works here: keep it, and test it wider or make it routine."),
            cls.ADAPT.value: _("Change something and test again: the next cycle opens, prefilled."),
            cls.ABANDON.value: _("It does not help: stop, and keep what was learned."),
        }

    @classmethod
    def tones(cls) -> dict[str, Tone]:
        return {cls.ADOPT.value: Tone.GOOD, cls.ADAPT.value: Tone.INFO, cls.ABANDON.value: Tone.NEUTRAL}


class Purpose(DescribedChoices):
    """What a cycle is for."""

    COLLECT = "collect", _("Collect information")
    DEVELOP = "develop", _("Develop a change")
    TEST = "test", _("Test a change")
    IMPLEMENT = "implement", _("Implement a change")


class CarriedOut(DescribedChoices):
    """Whether the test ran as it was planned."""

    AS_PLANNED = "as_planned", _("Yes, as planned")
    WITH_CHANGES = "with_changes", _("Yes, with changes")
    NOT_DONE = "not_done", _("No")


class Match(DescribedChoices):
    """What happened, compared with what was predicted."""

    YES = "yes", _("As predicted")
    PARTLY = "partly", _("Partly")
    NO = "no", _("Different")


class Sharing(DescribedChoices):
    """Who beyond the team and its faculty reads a cycle once it has begun."""

    TEAM = "team", _("Our team and faculty only")
    COLLABORATIVE = "collaborative", _("All teams of this collaborative")
    CENTER = "center", _("All collaboratives of our center")


class Setting(DescribedChoices):
    """Where a change is tried, for finding what others tried in a place like ours."""

    OUTPATIENT = "outpatient", _("Outpatient clinic")
    RESIDENTIAL = "residential", _("Residential")
    INPATIENT = "inpatient", _("Inpatient")
    CRISIS = "crisis", _("Crisis service")
    EMERGENCY = "emergency", _("Emergency department")
    PRIMARY_CARE = "primary_care", _("Primary care")
    SCHOOL = "school", _("School")
    COMMUNITY = "community", _("Community or outreach")
    OPIOID_TREATMENT = "opioid_treatment", _("Opioid treatment program")
    TELEHEALTH = "telehealth", _("Telehealth")
    OTHER = "other", _("Other")


class Population(DescribedChoices):
    """For whom a change is tried."""

    EVERYBODY = "everybody", _("Everybody we serve")
    CHILDREN = "children", _("Children")
    YOUTH = "youth", _("Adolescents and young adults")
    ADULTS = "adults", _("Adults")
    OLDER_ADULTS = "older_adults", _("Older adults")
    PERINATAL = "perinatal", _("Pregnant people and new parents")
    FAMILIES = "families", _("Families")
    SUBSTANCE_USE = "substance_use", _("People with substance use disorders")
    SERIOUS_ILLNESS = "serious_illness", _("People with serious mental illness")
    STAFF = "staff", _("Staff")
    OTHER = "other", _("Other")


class BarrierCode(DescribedChoices):
    """What stands in the way of a cycle."""

    TIME = "time", _("No time")
    TURNOVER = "turnover", _("Staff turnover")
    COMPETING = "competing", _("Competing priorities")
    BUY_IN = "buy_in", _("No buy-in")
    RESOURCES = "resources", _("Too few resources or skills")
    DATA = "data", _("Data not available")
    TECHNOLOGY = "technology", _("Technology")
    POLICY = "policy", _("Rules or billing")
    LEADERSHIP = "leadership", _("Leadership support")
    OTHER = "other", _("Other")


class CommentKind(DescribedChoices):
    """Why something is written beside a worksheet."""

    COMMENT = "comment", _("Comment")
    QUESTION = "question", _("Question")
    FEEDBACK = "feedback", _("Feedback")


class PdsaEvent(EventChoices):
    """What the audit trail says of this room."""

    AIM_ADDED = "pdsa.aim_added", _("Aim added")
    AIM_CHANGED = "pdsa.aim_changed", _("Aim changed")
    AIM_CLOSED = "pdsa.aim_closed", _("Aim closed")
    AIM_REOPENED = "pdsa.aim_reopened", _("Aim taken up again")
    RAMP_ADDED = "pdsa.ramp_added", _("Ramp added")
    RAMP_CHANGED = "pdsa.ramp_changed", _("Ramp changed")
    RAMP_ENDED = "pdsa.ramp_ended", _("Ramp ended")
    RAMP_RESUMED = "pdsa.ramp_resumed", _("Ramp taken up again")
    PRINTED = "pdsa.printed", _("Printed")
    CYCLE_PLANNED = "pdsa.cycle_planned", _("Cycle planned")
    CYCLE_CHANGED = "pdsa.cycle_changed", _("Cycle changed")
    CYCLE_STARTED = "pdsa.cycle_started", _("Do started")
    CYCLE_STUDIED = "pdsa.cycle_studied", _("Study started")
    CYCLE_CLOSED = "pdsa.cycle_closed", _("Cycle closed")
    CYCLE_STEPPED_BACK = "pdsa.cycle_stepped_back", _("Cycle moved back")
    CYCLE_REOPENED = "pdsa.cycle_reopened", _("Cycle reopened")
    CYCLE_TAKEN = "pdsa.cycle_taken", _("Change taken from another team")
    CYCLE_PASSED_ON = "pdsa.cycle_passed_on", _("Cycle passed on")
    CYCLE_SHARED = "pdsa.cycle_shared", _("Sharing changed")
    CYCLES_IMPORTED = "pdsa.cycles_imported", _("Cycles imported")
    HELP_ASKED = "pdsa.help_asked", _("Help asked for")
    HELP_SETTLED = "pdsa.help_settled", _("Help no longer needed")
    BARRIER_ADDED = "pdsa.barrier_added", _("Barrier named")
    BARRIER_SETTLED = "pdsa.barrier_settled", _("Barrier settled")
    FILE_ADDED = "pdsa.file_added", _("File added")
    FILE_REMOVED = "pdsa.file_removed", _("File removed")
    REVIEW_ASKED = "pdsa.review_asked", _("Review asked for")
    REVIEW_GIVEN = "pdsa.review_given", _("Review given")
    COMMENT_ADDED = "pdsa.comment_added", _("Comment added")
    COMMENT_CHANGED = "pdsa.comment_changed", _("Comment changed")
    NOTE_ADDED = "pdsa.note_added", _("Private coach note added")
    FIDELITY_SCORED = "pdsa.fidelity_scored", _("Fidelity scored by a coach")


class PdsaLetters(LetterKinds):
    """What this room writes to people about."""

    FEEDBACK = "pdsa.feedback", _("Feedback on our cycles")
    WAITING = "pdsa.waiting", _("Teams that ask me for feedback")

    @classmethod
    def descriptions(cls) -> dict[str, Promise | str]:
        return {
            cls.FEEDBACK.value: _("When somebody answers or comments on a cycle of yours or in a thread you wrote in."),
            cls.WAITING.value: _("When a team asks for a review or for help with a cycle."),
        }
