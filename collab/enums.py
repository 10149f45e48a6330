"""The words of a collaborative that are chosen from a list."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from collab.common.enums import DescribedChoices, EventChoices, Tone


class CollaborativeType(DescribedChoices):
    """What exactly this is. The label "collaborative" is used loosely; the definitions differ in duty and rhythm."""

    LEARNING_COLLABORATIVE = "learning_collaborative", _("Learning collaborative")
    LEARNING_NETWORK = "learning_network", _("Learning network")
    LEARNING_COMMUNITY = "learning_community", _("Learning community")
    COMMUNITY_OF_PRACTICE = "community_of_practice", _("Community of practice")
    ECHO = "echo", _("ECHO (case-based telementoring)")
    COACHING = "coaching", _("Coaching only")
    CHANGE_PROJECT = "change_project", _("Change project (NIATx)")

    @classmethod
    def descriptions(cls) -> dict[str, Promise | str]:
        return {
            cls.LEARNING_COLLABORATIVE.value: _(
                "Teams from several agencies work on one topic for about a year, with learning sessions, tests of "
                "change and monthly data."
            ),
            cls.LEARNING_NETWORK.value: _(
                "A standing group that goes on collecting and comparing data without an end."
            ),
            cls.LEARNING_COMMUNITY.value: _(
                "Where evidence is still thin: teams learn together and write down what works."
            ),
            cls.COMMUNITY_OF_PRACTICE.value: _("People who share a practice meet and exchange; no required data."),
            cls.ECHO.value: _("A hub of experts and many spokes discuss cases, mostly by video."),
            cls.COACHING.value: _("Each team has a coach: one visit, then monthly calls."),
            cls.CHANGE_PROJECT.value: _("One aim, one level, one site, one population, a few weeks."),
        }


class Cadence(DescribedChoices):
    """How often teams report."""

    MONTH = "month", _("Every month")
    QUARTER = "quarter", _("Every quarter")

    @property
    def step(self) -> int:
        """Months in one reporting period."""
        return 3 if self is Cadence.QUARTER else 1


class DataSharing(DescribedChoices):
    """What other teams of the collaborative see of a team's numbers."""

    NAMED = "named", _("Named")
    CODED = "coded", _("Coded")
    POOLED = "pooled", _("Pooled only")

    @classmethod
    def descriptions(cls) -> dict[str, Promise | str]:
        return {
            cls.NAMED.value: _("Teams see each other's charts and counts with names. Small counts stay hidden."),
            cls.CODED.value: _(
                "Teams see each other's charts and counts under code names, such as “Team 07”. "
                "Small counts stay hidden."
            ),
            cls.POOLED.value: _("Teams see only the pooled results of all teams beside their own."),
        }


class CollaborativeStatus(DescribedChoices):
    """Where the collaborative stands."""

    SETUP = "setup", _("Being set up")
    RUNNING = "running", _("Running")
    ENDED = "ended", _("Ended")

    @classmethod
    def tones(cls) -> dict[str, Tone]:
        return {cls.SETUP.value: Tone.ATTENTION, cls.RUNNING.value: Tone.GOOD}


class CenterRole(DescribedChoices):
    """What a person does for a center (the host organisation)."""

    COORDINATOR = "coordinator", _("Coordinator")


class CollaborativeRole(DescribedChoices):
    """What a person does in one collaborative without belonging to a team."""

    CHAIR = "chair", _("Chair")
    IMPROVEMENT_ADVISOR = "improvement_advisor", _("Improvement advisor")
    COACH = "coach", _("Coach")
    EXPERT = "expert", _("Clinical or content expert")
    LIVED_EXPERIENCE = "lived_experience", _("Faculty with lived experience")
    SPONSOR = "sponsor", _("Sponsor or network leader")
    REVIEWER = "reviewer", _("Application reviewer")

    @classmethod
    def faculty(cls) -> tuple[CollaborativeRole, ...]:
        """The roles that make a person faculty."""
        return (cls.CHAIR, cls.IMPROVEMENT_ADVISOR, cls.COACH, cls.EXPERT, cls.LIVED_EXPERIENCE)


class MeasureKind(DescribedChoices):
    """What the measure says about the work."""

    OUTCOME = "outcome", _("Outcome")
    PROCESS = "process", _("Process")
    BALANCING = "balancing", _("Balancing")
    STRUCTURE = "structure", _("Structure")

    @classmethod
    def descriptions(cls) -> dict[str, Promise | str]:
        return {
            cls.OUTCOME.value: _("Is it better for the people we serve?"),
            cls.PROCESS.value: _("Do we do what we set out to do?"),
            cls.BALANCING.value: _("Does something else get worse?"),
            cls.STRUCTURE.value: _("Do we have what it takes?"),
        }


class Statistic(DescribedChoices):
    """How the value is made from what a team types. Counts are stored, rates are computed."""

    PROPORTION = "proportion", _("Proportion")
    RATE = "rate", _("Rate")
    COUNT = "count", _("Count")
    MEAN = "mean", _("Mean")
    MEDIAN = "median", _("Median")
    DAYS_BETWEEN = "days_between", _("Days between events")
    SCORE = "score", _("Score")

    @classmethod
    def descriptions(cls) -> dict[str, Promise | str]:
        return {
            cls.PROPORTION.value: _("How many of how many: the first number can never be above the second."),
            cls.RATE.value: _("Events for so many visits, days or people; may be above one each."),
            cls.COUNT.value: _("How many, without a denominator."),
            cls.MEAN.value: _("A total and the number of people or cases it is spread over."),
            cls.MEDIAN.value: _("The middle value, and of how many cases."),
            cls.DAYS_BETWEEN.value: _("Days since the last event: for rare events."),
            cls.SCORE.value: _("A rating or scale value, and of how many ratings."),
        }

    @property
    def has_denominator(self) -> bool:
        """Whether the value is numerator ÷ denominator, so that several teams can be pooled."""
        return self in (Statistic.PROPORTION, Statistic.RATE, Statistic.MEAN)

    @property
    def takes_denominator(self) -> bool:
        """Whether a second number is asked for: the divisor, or the number of cases behind a median or score."""
        return self.has_denominator or self in (Statistic.MEDIAN, Statistic.SCORE)

    @property
    def counts_people(self) -> bool:
        """Whether the numbers are counts that may point to a person when they are small."""
        return self in (Statistic.PROPORTION, Statistic.RATE, Statistic.COUNT)


class Direction(DescribedChoices):
    """Which way is better."""

    UP = "up", _("Higher is better")
    DOWN = "down", _("Lower is better")
    NONE = "none", _("Neither")


class ChartKind(DescribedChoices):
    """The chart a measure is drawn with.

    X-bar and S charts are not among them: they need each single value of a month, and only a month's two numbers are
    kept.
    """

    AUTO = "auto", _("Automatic")
    RUN = "run", _("Run chart")
    P = "p", _("p chart")
    PP = "pp", _("p′ chart")
    U = "u", _("u chart")
    UP = "up", _("u′ chart")
    C = "c", _("c chart")
    G = "g", _("g chart")
    T = "t", _("t chart")
    I = "i", _("Individuals chart")  # noqa: E741 - the chart's own name
    IP = "ip", _("I′ chart")
    MR = "mr", _("Moving range chart")

    @classmethod
    def descriptions(cls) -> dict[str, Promise | str]:
        return {
            cls.AUTO.value: _("Chosen from the statistic and the figures themselves; the chart says which and why."),
            cls.RUN.value: _("The points around their median, without limits. Always right, from the first month on."),
            cls.P.value: _("Proportions, with limits from the size of each month's denominator."),
            cls.PP.value: _("Proportions that vary more than their denominators explain (Laney)."),
            cls.U.value: _("Rates of events, with limits from the size of each month's denominator."),
            cls.UP.value: _("Rates that vary more than their denominators explain (Laney)."),
            cls.C.value: _("Counts of events where the chance for them is about the same each month."),
            cls.G.value: _("Cases or days between rare events, where 0 can occur."),
            cls.T.value: _("Time between rare events."),
            cls.I.value: _("Any single value a month, with limits from how neighboring months differ."),
            cls.IP.value: _("Means over numbers of people that differ from month to month."),
            cls.MR.value: _("How much each month differs from the one before: is the variation itself steady?"),
        }


class RuleSet(DescribedChoices):
    """By which rules a chart tells signals from chance."""

    ANHOEJ = "anhoej", _("Anhøj")
    CLASSICAL = "classical", _("Classical run chart rules")
    WESTERN_ELECTRIC = "we", _("Western Electric")
    NELSON = "nelson", _("Nelson")
    MAKING_DATA_COUNT = "mdc", _("Making Data Count")

    @classmethod
    def descriptions(cls) -> dict[str, Promise | str]:
        return {
            cls.ANHOEJ.value: _(
                "One run longer than chance allows, or too few crossings of the center line; both limits grow with the "
                "number of points, so that false alarms stay rare."
            ),
            cls.CLASSICAL.value: _(
                "A shift of 6 points on one side of the median, a trend of 5 points, too few or too many runs."
            ),
            cls.WESTERN_ELECTRIC.value: _(
                "One point beyond the limits, 2 of 3 near them, 4 of 5 beyond 1 sigma, 8 on one side. Needs limits."
            ),
            cls.NELSON.value: _("Eight patterns around the mean. Needs limits; the more rules, the more false alarms."),
            cls.MAKING_DATA_COUNT.value: _(
                "An individuals chart with the NHS rules: 7 on one side, 7 up or down, 2 of 3 near a limit, one beyond "
                "it; with marks for variation and for reaching the goal."
            ),
        }


class LibraryTopic(DescribedChoices):
    """What a measure of the library is about; also the order in which topics are read."""

    ACCESS = "access", _("Access and staying in care")
    FOLLOW_UP = "follow_up", _("Follow-up after hospital and emergency care")
    DEPRESSION = "depression", _("Depression")
    SUBSTANCE_USE = "substance_use", _("Substance use treatment")
    SUICIDE = "suicide", _("Suicide prevention")
    TRAUMA = "trauma", _("Children and trauma")
    SCHOOLS = "schools", _("Schools")
    EMERGENCY = "emergency", _("Emergency departments")
    INTEGRATED = "integrated", _("Integrated care and referral")
    RECOVERY = "recovery", _("Work and person-centered planning")
    WORKFORCE = "workforce", _("Staff")
    IMPLEMENTATION = "implementation", _("Experience and progress")


class PackageStatus(DescribedChoices):
    """Whether teams see this version of the change package."""

    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    REPLACED = "replaced", _("Replaced")

    @classmethod
    def tones(cls) -> dict[str, Tone]:
        return {cls.DRAFT.value: Tone.ATTENTION, cls.PUBLISHED.value: Tone.GOOD}


class EvidenceGrade(DescribedChoices):
    """How sure we are that a change idea works."""

    STRONG = "strong", _("Strong: controlled studies")
    SOME = "some", _("Some: consistent experience or weaker studies")
    PROMISING = "promising", _("Promising: worth testing")


class CollabEvent(EventChoices):
    """What the audit trail calls the things that happen to collaboratives."""

    CENTER_CREATED = "center_created", _("Center created")
    CENTER_CHANGED = "center_changed", _("Center changed")
    COLLABORATIVE_CREATED = "collaborative_created", _("Collaborative created")
    COLLABORATIVE_CHANGED = "collaborative_changed", _("Collaborative changed")
    COLLABORATIVE_STARTED = "collaborative_started", _("Collaborative started")
    COLLABORATIVE_ENDED = "collaborative_ended", _("Collaborative ended")
    ROLE_GIVEN = "role_given", _("Role given")
    ROLE_ENDED = "role_ended", _("Role ended")
    MEASURE_DEFINED = "measure_defined", _("Measure defined")
    MEASURE_CHANGED = "measure_changed", _("Measure definition changed")
    MEASURE_RETIRED = "measure_retired", _("Measure retired")
    MEASURE_RETURNED = "measure_returned", _("Measure brought back")
    MEASURES_REORDERED = "measures_reordered", _("Measures put in another order")
    PACKAGE_DRAFTED = "package_drafted", _("Change package drafted")
    PACKAGE_CHANGED = "package_changed", _("Change package changed")
    PACKAGE_DISCARDED = "package_discarded", _("Draft of the change package discarded")
    PACKAGE_PUBLISHED = "package_published", _("Change package published")
    PROFILE_CHANGED = "profile_changed", _("Profile changed")
